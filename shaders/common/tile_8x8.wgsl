// An invocation owns 8 x 8 sums.
const QUADS_M: u32 = 2u;
const QUADS_N: u32 = 2u;

// A matrix has a column for each column of a quad of b, and in it the 4 m of a quad of a; s01 is quad 0 of a by quad 1 of b.
struct Sums {
    s00: mat4x4<f32>,
    s01: mat4x4<f32>,
    s10: mat4x4<f32>,
    s11: mat4x4<f32>,
}

fn multiply_row(a: u32, b: u32, sums: ptr<function, Sums>) {
    let a0 = a_tile[a];
    let a1 = a_tile[a + DOWN];
    let b0 = b_tile[b];
    let b1 = b_tile[b + ACROSS];
    multiply_quads(a0, a1, b0, b1, sums);
}

fn multiply_halves(a: u32, b: u32, sums: ptr<function, Sums>) {
    let b0 = rows_of_halves(b_tile[b], b_tile[b + B_ROW]);
    let b1 = rows_of_halves(b_tile[b + ACROSS], b_tile[b + B_ROW + ACROSS]);
    multiply_quads(a_tile[a], a_tile[a + DOWN], b0.first, b1.first, sums);
    multiply_quads(a_tile[a + A_ROW], a_tile[a + A_ROW + DOWN], b0.second, b1.second, sums);
}

fn multiply_quads(a0: vec4<f32>, a1: vec4<f32>, b0: vec4<f32>, b1: vec4<f32>, sums: ptr<function, Sums>) {
    (*sums).s00 = outer(a0, b0, (*sums).s00);
    (*sums).s10 = outer(a1, b0, (*sums).s10);
    (*sums).s01 = outer(a0, b1, (*sums).s01);
    (*sums).s11 = outer(a1, b1, (*sums).s11);
}

// Every sum starts at the value of its m.
fn sums_from(m0: vec4<f32>, m1: vec4<f32>) -> Sums {
    let s0 = mat4x4<f32>(m0, m0, m0, m0);
    let s1 = mat4x4<f32>(m1, m1, m1, m1);
    return Sums(s0, s0, s1, s1);
}

fn store_sums(tile: Tile, place: Place, sums: Sums) {
    store_quads(tile, place.a, place.b, sums.s00);
    store_quads(tile, place.a + DOWN, place.b, sums.s10);
    store_quads(tile, place.a, place.b + ACROSS, sums.s01);
    store_quads(tile, place.a + DOWN, place.b + ACROSS, sums.s11);
}
