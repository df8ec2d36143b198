// An invocation owns 8 x 4 sums.
const QUADS_M: u32 = 2u;
const QUADS_N: u32 = 1u;

// A matrix has a column for each column of the quad of b, and in it the 4 m of a quad of a.
struct Sums {
    s0: mat4x4<f32>,
    s1: mat4x4<f32>,
}

fn multiply_row(a: u32, b: u32, sums: ptr<function, Sums>) {
    multiply_quads(a_tile[a], a_tile[a + DOWN], b_tile[b], sums);
}

fn multiply_halves(a: u32, b: u32, sums: ptr<function, Sums>) {
    let rows = rows_of_halves(b_tile[b], b_tile[b + B_ROW]);
    multiply_quads(a_tile[a], a_tile[a + DOWN], rows.first, sums);
    multiply_quads(a_tile[a + A_ROW], a_tile[a + A_ROW + DOWN], rows.second, sums);
}

fn multiply_quads(a0: vec4<f32>, a1: vec4<f32>, b: vec4<f32>, sums: ptr<function, Sums>) {
    (*sums).s0 = outer(a0, b, (*sums).s0);
    (*sums).s1 = outer(a1, b, (*sums).s1);
}

// Every sum starts at the value of its m.
fn sums_from(m0: vec4<f32>, m1: vec4<f32>) -> Sums {
    return Sums(mat4x4<f32>(m0, m0, m0, m0), mat4x4<f32>(m1, m1, m1, m1));
}

fn store_sums(tile: Tile, place: Place, sums: Sums) {
    store_quads(tile, place.a, place.b, sums.s0);
    store_quads(tile, place.a + DOWN, place.b, sums.s1);
}
