// How a lane comes by dy and x for kernels of one tap and stride 1, where a plane is one row: four outputs at a time, of four
// neighbouring channels of each, which are all read in whole fours of memory. A plane whose length is no whole number of fours begins
// TURN behind a four if the plane before it begins at one. So the four channels begin at known places of a four, and the four
// cells under a four of outputs are picked from two neighbouring fours, the first of which the step before has read.

@group(0) @binding(1) var<storage, read> x: array<ElementQuad>;
@group(0) @binding(2) var<storage, read> dy: array<ElementQuad>;

// A plane's length modulo 4.
override TURN: u32 = 1u;

// A four of each of four channels.
struct Fours {
    first: vec4<f32>,
    second: vec4<f32>,
    third: vec4<f32>,
    fourth: vec4<f32>,
}

// Of each column: the first cell of x, without the sample.
var<private> column_first: vec4<u32>;

fn own_columns(block: Block, lane: u32) {
    // Columns behind the last one repeat the last four and are not stored.
    let columns = vec4<u32>(min(first_column(block, lane), row_columns() - 4u)) + vec4<u32>(0u, 1u, 2u, 3u);
    column_first = vec4<u32>(all.conv.x_base) + (vec4<u32>(block.group * row_columns()) + columns) * all.conv.in_w;
}

fn x_four(at: u32, exists: bool) -> vec4<f32> {
    return element_quad(x[select(0u, at / 4u, exists)]);
}

fn dy_four(at: u32, exists: bool) -> vec4<f32> {
    return element_quad(dy[select(0u, at / 4u, exists)]);
}

fn x_fours(at: vec4<u32>, exists: vec4<bool>) -> Fours {
    return Fours(x_four(at.x, exists.x), x_four(at.y, exists.y), x_four(at.z, exists.z), x_four(at.w, exists.w));
}

fn dy_fours(at: vec4<u32>, exists: vec4<bool>) -> Fours {
    return Fours(dy_four(at.x, exists.x), dy_four(at.y, exists.y), dy_four(at.z, exists.z), dy_four(at.w, exists.w));
}

// Where each of four planes begins in a four, and how far that is from the next four.
fn turns() -> vec4<u32> {
    return vec4<u32>(0u, TURN, 2u * TURN, 3u * TURN) % 4u;
}

fn ahead() -> vec4<u32> {
    return (4u - turns()) % 4u;
}

// Four cells that begin so far into `held`; all of `next` if they begin at a four.
fn turned(held: vec4<f32>, next: vec4<f32>, turn: u32, exists: vec4<bool>) -> vec4<f32> {
    var cells = next;
    if (turn == 1u) {
        cells = vec4<f32>(held.yzw, next.x);
    }
    if (turn == 2u) {
        cells = vec4<f32>(held.zw, next.xy);
    }
    if (turn == 3u) {
        cells = vec4<f32>(held.w, next.xyz);
    }
    return select(vec4<f32>(0.0), cells, exists);
}

fn all_turned(held: Fours, next: Fours, exists: vec4<bool>) -> Fours {
    let turns = turns();
    return Fours(
        turned(held.first, next.first, turns.x, exists),
        turned(held.second, next.second, turns.y, exists),
        turned(held.third, next.third, turns.z, exists),
        turned(held.fourth, next.fourth, turns.w, exists),
    );
}

fn correlate(block: Block, lane: u32) {
    let plane = all.conv.out_w;
    let per_group = all.conv.channels_out / all.conv.groups;
    // Rows behind the group's last channel repeat the last four and are not stored.
    let row = min(block.m + lane % ROW_LANES * 4u, per_group - 4u);
    let rows = vec4<u32>(block.group * per_group + row) + vec4<u32>(0u, 1u, 2u, 3u);
    let row_first = vec4<u32>(all.conv.y_base) + rows * plane;

    clear_sums();
    let slab = slab_at(all.conv.reduction, block.slice);
    for (var n = slab.row_begin; n < slab.row_end; n++) {
        let x_first = column_first + vec4<u32>(n * all.conv.channels_in * plane);
        let dy_first = row_first + vec4<u32>(n * all.conv.channels_out * plane);
        var x_held = x_fours(x_first + slab.col_begin, vec4<bool>(true));
        var dy_held = dy_fours(dy_first + slab.col_begin, vec4<bool>(true));
        for (var o = slab.col_begin; o < slab.col_end; o += 4u) {
            let exists = vec4<u32>(o) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(slab.col_end);
            let more = vec4<u32>(o) + ahead() < vec4<u32>(plane);
            let x_next = x_fours(x_first + o + ahead(), more);
            let dy_next = dy_fours(dy_first + o + ahead(), more);
            let a = all_turned(dy_held, dy_next, exists);
            let b = all_turned(x_held, x_next, exists);
            accumulate(vec4<f32>(a.first.x, a.second.x, a.third.x, a.fourth.x), vec4<f32>(b.first.x, b.second.x, b.third.x, b.fourth.x));
            accumulate(vec4<f32>(a.first.y, a.second.y, a.third.y, a.fourth.y), vec4<f32>(b.first.y, b.second.y, b.third.y, b.fourth.y));
            accumulate(vec4<f32>(a.first.z, a.second.z, a.third.z, a.fourth.z), vec4<f32>(b.first.z, b.second.z, b.third.z, b.fourth.z));
            accumulate(vec4<f32>(a.first.w, a.second.w, a.third.w, a.fourth.w), vec4<f32>(b.first.w, b.second.w, b.third.w, b.fourth.w));
            x_held = x_next;
            dy_held = dy_next;
        }
    }
}
