// The tile of a matrix product that a workgroup owns: TILE_M x TILE_N sums over TILE_K staged rows at a time. Staged rows lie
// in workgroup memory as quads. A quad of a holds 4 neighbouring m; quad q of b holds the columns q, q + B_QUADS,
// q + 2 B_QUADS, q + 3 B_QUADS, so that lanes with neighbouring quads read and write neighbouring columns of the tensors with
// scalar accesses, and workgroup memory with vec4 ones. The kernel's constants: TILE_M, TILE_N, TILE_K, ROW_PAD, BUFFERS,
// WORKGROUP_SIZE; the part tile_MxN.wgsl says what an invocation owns: QUADS_M x QUADS_N quads. Who stages b says where it lies
// (tile_rows.wgsl, and conv/gather/stage_channels.wgsl): quad q of row k is at q ^ (k / 4 * SWIZZLE), among the same eight.
const A_QUADS: u32 = TILE_M / 4u;
const B_QUADS: u32 = TILE_N / 4u;
const A_ROW: u32 = A_QUADS + ROW_PAD;
const B_ROW: u32 = B_QUADS + ROW_PAD;
// Quads of a and b that an invocation stages for TILE_K rows. Where a has fewer quads than there are invocations, those
// behind the last quad stage none.
const A_STAGED: u32 = max(1u, TILE_K * A_QUADS / WORKGROUP_SIZE);
const A_FILLS: bool = TILE_K * A_QUADS >= WORKGROUP_SIZE;
const B_STAGED: u32 = TILE_K * B_QUADS / WORKGROUP_SIZE;
// Invocations along n and along m. 32 neighbouring invocations are 8 along n by 4 along m: they read the fewest quads.
const ACROSS: u32 = B_QUADS / QUADS_N;
const DOWN: u32 = A_QUADS / QUADS_M;
const LANES_N: u32 = 8u;
const LANES_M: u32 = 4u;
// Rows multiplied by an iteration of the inner loop.
const UNROLL: u32 = 8u;

const_assert ACROSS * DOWN == WORKGROUP_SIZE;
const_assert ACROSS % LANES_N == 0u && DOWN % LANES_M == 0u;
const_assert ACROSS * QUADS_N * 4u == TILE_N && DOWN * QUADS_M * 4u == TILE_M;
const_assert TILE_K % UNROLL == 0u;
const_assert A_STAGED * WORKGROUP_SIZE >= TILE_K * A_QUADS && A_STAGED <= 4u;
const_assert B_STAGED * WORKGROUP_SIZE == TILE_K * B_QUADS && B_STAGED >= 1u && B_STAGED <= 4u;
const_assert BUFFERS == 1u || BUFFERS == 2u;

var<workgroup> a_tile: array<vec4<f32>, BUFFERS * TILE_K * A_ROW>;
var<workgroup> b_tile: array<vec4<f32>, BUFFERS * TILE_K * B_ROW>;

// The first quads of a row of a and of b that an invocation multiplies; others follow DOWN and ACROSS quads on.
struct Place {
    a: u32,
    b: u32,
}

fn place_of(local: u32) -> Place {
    let block = local / (LANES_N * LANES_M);
    let a = block / (ACROSS / LANES_N) * LANES_M + local / LANES_N % LANES_M;
    let b = block % (ACROSS / LANES_N) * LANES_N + local % LANES_N;
    return Place(a, b);
}

// Four cells as they were read, and which of them are to be kept; the others are zero. What is read is chosen from when it is
// stored, a step later: a choice at once would wait for the load, and the multiply-adds behind it.
struct Quad {
    cells: vec4<f32>,
    inside: vec4<bool>,
}

fn kept(quad: Quad) -> vec4<f32> {
    return select(vec4<f32>(0.0), quad.cells, quad.inside);
}

// Quads on their way from a tensor to workgroup memory.
struct StagedA {
    q0: vec4<f32>,
    q1: vec4<f32>,
    q2: vec4<f32>,
    q3: vec4<f32>,
}

struct Staged {
    a: StagedA,
    b0: Quad,
    b1: Quad,
    b2: Quad,
    b3: Quad,
}

// sum[i] + a * b[i]: one column for each component of b.
fn outer(a: vec4<f32>, b: vec4<f32>, sum: mat4x4<f32>) -> mat4x4<f32> {
    return mat4x4<f32>(
        fma(a, vec4<f32>(b.x), sum[0]),
        fma(a, vec4<f32>(b.y), sum[1]),
        fma(a, vec4<f32>(b.z), sum[2]),
        fma(a, vec4<f32>(b.w), sum[3]),
    );
}

// A quad of two neighbouring rows of b.
struct Rows {
    first: vec4<f32>,
    second: vec4<f32>,
}

// From what is staged in halves: one has the first two columns of both rows, the other the last two.
fn rows_of_halves(left: vec4<f32>, right: vec4<f32>) -> Rows {
    return Rows(vec4<f32>(left.xy, right.xy), vec4<f32>(left.zw, right.zw));
}

// Adds the products of the staged rows of a buffer.
fn multiply_tile(buffer: u32, place: Place, sums: ptr<function, Sums>) {
    for (var k = 0u; k < TILE_K; k += UNROLL) {
        let row = buffer * TILE_K + k;
        let a = row * A_ROW + place.a;
        let b = row * B_ROW + (place.b ^ (k / 4u * SWIZZLE));
        let b4 = (row + 4u) * B_ROW + (place.b ^ ((k / 4u + 1u) * SWIZZLE));
        multiply_rows(a, b, sums);
        multiply_rows(a + 2u * A_ROW, b + 2u * B_ROW, sums);
        multiply_rows(a + 4u * A_ROW, b4, sums);
        multiply_rows(a + 6u * A_ROW, b4 + 2u * B_ROW, sums);
    }
}
