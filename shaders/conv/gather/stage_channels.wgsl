// What an invocation of tiled.wgsl stages of a source with its channels last, in whole fours of them, where the rows of a step are
// channels: four channels of a cell are one load. Where there are enough, an invocation stages a quad of columns at four channels:
// four loads, and four quads on the way to four rows. Else it stages half a quad, of which no row can be stored as one vec4: of two
// rows there is first what the first two columns of the quads have there, and then what the last two have, in as much room as the
// rows take.
//
// Neighbouring invocations load neighbouring fours of a cell, and eight of them write to the same eight quads of different rows:
// SWIZZLE moves those into different banks.
@group(0) @binding(1) var<storage, read> source: array<ElementQuad>;

const SOURCE_ENTRY: u32 = 4u;

// Fours of channels of a step, and half quads at fours.
const FOURS: u32 = TILE_K / 4u;
const UNITS: u32 = 2u * FOURS * B_QUADS;
const SWIZZLE: u32 = 8u / FOURS;
// Whether an invocation stages whole quads.
const IS_WHOLE: bool = UNITS > WORKGROUP_SIZE;

// Rows from one that an invocation stages to the next if they were taps: here they never are.
const B_STEP: u32 = 1u;

const_assert FOURS * 4u == TILE_K && 8u % FOURS == 0u && B_QUADS % 8u == 0u;
const_assert UNITS <= 2u * WORKGROUP_SIZE && (!IS_WHOLE || UNITS == 2u * WORKGROUP_SIZE);

fn multiply_rows(a: u32, b: u32, sums: ptr<function, Sums>) {
    if (IS_WHOLE) {
        multiply_row(a, b, sums);
        multiply_row(a + A_ROW, b + B_ROW, sums);
    } else {
        multiply_halves(a, b, sums);
    }
}

// What an invocation stages: which four of channels, which quad, and which half. Those without anything load what others do.
fn four_of(local: u32) -> u32 {
    return local % FOURS;
}

fn quad_of(local: u32) -> u32 {
    return local / FOURS % B_QUADS;
}

fn half_of(local: u32) -> u32 {
    return local / (FOURS * B_QUADS) % 2u;
}

fn staged_columns(local: u32) -> vec4<u32> {
    let columns = columns_of(quad_of(local));
    return select(columns, columns.zwzw, !IS_WHOLE && half_of(local) == 1u);
}

// What is on its way to workgroup memory: quads of A, and four channels of each of the columns' cells.
struct StagedChannels {
    a: StagedA,
    q0: vec4<f32>,
    q1: vec4<f32>,
    q2: vec4<f32>,
    q3: vec4<f32>,
    // Cells that are to be kept; the others are zero. Chosen when they are stored, as in `Quad`.
    inside: vec4<bool>,
}

// Where an invocation reads next.
struct Cursor {
    row: Row,
    // The first quad of its column of A, and quads from one channel to the next.
    a: u32,
    a_step: u32,
}

fn cursor_at(tile: Tile, local: u32) -> Cursor {
    let quads = params.outputs_padded / 4u;
    let column = tile.row * quads + tile.m / 4u + local % A_QUADS;
    return Cursor(row_at(tile, 0u), column, tile.taps.x * tile.taps.y * tile.taps.z * quads);
}

// Rows behind the last one are zero in both operands: zero times an infinity would be a NaN.
fn load_staged(tile: Tile, columns: Columns, step: Step, local: u32, cursor: ptr<function, Cursor>) -> StagedChannels {
    let row = (*cursor).row;
    let tap = tap_at(tile, columns, row);
    let four = four_of(local);
    let at = tap.at + vec4<u32>(min(four, tap.channels / 4u - 1u));
    var staged: StagedChannels;
    staged.a = channels_of_a(tile, row, (*cursor).a, (*cursor).a_step, local);
    staged.q0 = element_quad(source[at.x]);
    staged.q1 = element_quad(source[at.y]);
    if (IS_WHOLE) {
        staged.q2 = element_quad(source[at.z]);
        staged.q3 = element_quad(source[at.w]);
    }
    staged.inside = tap.inside & vec4<bool>(4u * four < tap.channels);
    (*cursor).row = next_row(tile, row, step);
    return staged;
}

fn stage(staged: StagedChannels, buffer: u32, local: u32) {
    stage_a(staged.a, buffer, local);
    let four = four_of(local);
    let b = (buffer * TILE_K + 4u * four) * B_ROW + (quad_of(local) ^ (four * SWIZZLE));
    let zero = vec4<f32>(0.0);
    let q0 = select(zero, staged.q0, staged.inside.x);
    let q1 = select(zero, staged.q1, staged.inside.y);
    if (IS_WHOLE) {
        let q2 = select(zero, staged.q2, staged.inside.z);
        let q3 = select(zero, staged.q3, staged.inside.w);
        b_tile[b] = vec4<f32>(q0.x, q1.x, q2.x, q3.x);
        b_tile[b + B_ROW] = vec4<f32>(q0.y, q1.y, q2.y, q3.y);
        b_tile[b + 2u * B_ROW] = vec4<f32>(q0.z, q1.z, q2.z, q3.z);
        b_tile[b + 3u * B_ROW] = vec4<f32>(q0.w, q1.w, q2.w, q3.w);
    } else if (UNITS == WORKGROUP_SIZE || local < UNITS) {
        let half = b + half_of(local) * B_ROW;
        b_tile[half] = vec4<f32>(q0.x, q1.x, q0.y, q1.y);
        b_tile[half + 2u * B_ROW] = vec4<f32>(q0.z, q1.z, q0.w, q1.w);
    }
}
