// An invocation owns 4 x 4 sums.
const QUADS_M: u32 = 1u;
const QUADS_N: u32 = 1u;

// A column for each column of the quad of b, and in it the 4 m of the quad of a.
struct Sums {
    s: mat4x4<f32>,
}

fn multiply_row(a: u32, b: u32, sums: ptr<function, Sums>) {
    (*sums).s = outer(a_tile[a], b_tile[b], (*sums).s);
}

fn multiply_halves(a: u32, b: u32, sums: ptr<function, Sums>) {
    let rows = rows_of_halves(b_tile[b], b_tile[b + B_ROW]);
    (*sums).s = outer(a_tile[a], rows.first, (*sums).s);
    (*sums).s = outer(a_tile[a + A_ROW], rows.second, (*sums).s);
}

// Every sum starts at the value of its m.
fn sums_from(m0: vec4<f32>, m1: vec4<f32>) -> Sums {
    return Sums(mat4x4<f32>(m0, m0, m0, m0));
}

fn store_sums(tile: Tile, place: Place, sums: Sums) {
    store_quads(tile, place.a, place.b, sums.s);
}
