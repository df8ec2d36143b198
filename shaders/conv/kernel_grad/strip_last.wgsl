// dw of groups with one channel, of tensors with their channels last: an invocation owns the windows of four output channels in
// one slice of the reduction over batch and outputs, and runs along strips (strip/channels.wgsl): every column of x that it reads
// is multiplied by the columns of dy whose windows have it, which wander through registers. The reduction's rows are strips
// (sample, pair of rows of outputs), its columns out_w; slices as in kernel_grad_direct.wgsl. All invocations take as many turns of
// the loops, which software devices must know to read for all lanes at once; what does not exist is none.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
const TAPS: u32 = 3u;
const STRIDE: u32 = 1u;
// specialise: end

// Four channels of a column of dw each.
var<private> dw0: TapColumn;
var<private> dw1: TapColumn;
var<private> dw2: TapColumn;
var<private> dw3: TapColumn;
var<private> dw4: TapColumn;
// Of columns that a window does not have.
var<private> dw5: TapColumn;

// Four channels of two outputs of a column of dy.
struct Outputs {
    values: mat2x4<f32>,
    // Whether the column is one of the slab's.
    exists: bool,
}

fn sum_of(dy: mat2x4<f32>, cells: mat2x4<f32>) -> vec4<f32> {
    return dy[0] * cells[0] + dy[1] * cells[1];
}

// A column that does not exist is zero, but the cells might be infinite.
fn plus(sum: TapColumn, dy: Outputs, cells: Under) -> TapColumn {
    let none = vec4<f32>(0.0);
    var total = sum;
    total.t0 += select(none, sum_of(dy.values, cells.t0), dy.exists);
    total.t1 += select(none, sum_of(dy.values, cells.t1), dy.exists);
    if (TAPS > 2u) {
        total.t2 += select(none, sum_of(dy.values, cells.t2), dy.exists);
    }
    if (TAPS > 3u) {
        total.t3 += select(none, sum_of(dy.values, cells.t3), dy.exists);
        total.t4 += select(none, sum_of(dy.values, cells.t4), dy.exists);
    }
    return total;
}

fn two_kept(cells: mat2x4<f32>, exists: vec2<bool>) -> mat2x4<f32> {
    let none = vec4<f32>(0.0);
    return mat2x4<f32>(
        select(none, cells[0], exists.x),
        select(none, cells[1], exists.y),
    );
}

// Nothing under outputs that do not exist.
fn kept(cells: Under, exists: vec2<bool>) -> Under {
    return Under(
        two_kept(cells.t0, exists),
        two_kept(cells.t1, exists),
        two_kept(cells.t2, exists),
        two_kept(cells.t3, exists),
        two_kept(cells.t4, exists),
    );
}

// Two outputs from here on, so far apart; those that do not exist are zero, read from an element that exists.
fn outputs_at(first: vec4<u32>, apart: u32, exists: vec2<bool>) -> mat2x4<f32> {
    let none = vec4<u32>(0u);
    return two_kept(
        mat2x4<f32>(
            dy_channels(select(none, first, exists.x)),
            dy_channels(select(none, first + vec4<u32>(apart), exists.y)),
        ),
        exists,
    );
}

fn either(first: Outputs, second: Outputs, is_second: bool) -> Outputs {
    return Outputs(
        mat2x4<f32>(
            select(first.values[0], second.values[0], is_second),
            select(first.values[1], second.values[1], is_second),
        ),
        select(first.exists, second.exists, is_second),
    );
}

// Of two columns that follow each other the next one's sums to where they are added to; after two all are where they were.
fn swap_columns() {
    let first = dw0;
    dw0 = dw1;
    dw1 = first;
    let third = dw2;
    dw2 = dw3;
    dw3 = third;
    if (TAPS > 3u) {
        let fifth = dw4;
        dw4 = dw5;
        dw5 = fifth;
    }
}

fn correlate(channels: vec4<u32>, slab: Slab) {
    let in_h = all.conv.in_h;
    let in_w = all.conv.in_w;
    let out_h = all.conv.out_h;
    let out_w = all.conv.out_w;
    let channels_in = all.conv.channels_in;
    let channels_out = all.conv.channels_out;
    let padding_h = all.padding_low_h;
    let padding_w = all.padding_low_w;
    let x_apart = cell_step(X_LAST, channels_in);
    let y_apart = cell_step(Y_LAST, channels_out);
    let x_row = in_w * x_apart;
    let y_row = out_w * y_apart;
    let x_sample = channels_in * in_h * in_w;
    let y_sample = channels_out * out_h * out_w;
    let x_first = vec4<u32>(all.conv.x_base)
        + channels / (channels_out / channels_in) * channel_step(X_LAST, in_h * in_w);
    let y_first = vec4<u32>(all.conv.y_base) + channels * channel_step(Y_LAST, out_h * out_w);
    let pairs = (out_h + 1u) / 2u;
    let strips = all.conv.reduction.rows_per_slab;
    // To the last column of dy whose window has the column of x that is read.
    let columns = all.conv.reduction.cols_per_slab + ((all.taps_w - 1u) >> (STRIDE - 1u));
    let begin = slab.col_begin;
    let end = slab.col_end;
    var n = slab.row_begin / pairs;
    var o = (slab.row_begin - n * pairs) * 2u;
    for (var strip = 0u; strip < strips; strip++) {
        let in_slab = slab.row_begin + strip < slab.row_end;
        let exists = (vec2<u32>(o, o + 1u) < vec2<u32>(out_h)) & vec2<bool>(in_slab);
        let rows = rows_at(window_start(o, STRIDE, padding_h), in_h, x_row);
        let x_origin = x_first + vec4<u32>(n * x_sample);
        let y_origin = y_first + vec4<u32>(n * y_sample + o * y_row);
        // Column j of dy is the one whose window has the column of x as its column j (stride 1), or 2 j or behind it (stride 2).
        var dy0 = Outputs(mat2x4<f32>(), false);
        var dy1 = dy0;
        var dy2 = dy0;
        var dy3 = dy0;
        var dy4 = dy0;
        // A column of x a turn also with stride 2: twice the code, which has all reads for both, takes twice as long.
        for (var column = 0u; column < columns * STRIDE; column++) {
            let i = begin + (column >> (STRIDE - 1u));
            let is_column = in_slab && i < end;
            dy0 = Outputs(outputs_at(y_origin + vec4<u32>(i * y_apart), y_row, exists & vec2<bool>(is_column)), is_column);
            let w = bordered(window_start(begin, STRIDE, padding_w) + i32(column), in_w);
            let cells = kept(under(x_origin + vec4<u32>(u32(w) * x_apart), in_slab && is_inside(w, in_w), rows), exists);
            dw0 = plus(dw0, dy0, cells);
            if (STRIDE == 1u) {
                dw1 = plus(dw1, dy1, cells);
                if (TAPS > 2u) {
                    dw2 = plus(dw2, dy2, cells);
                }
                if (TAPS > 3u) {
                    dw3 = plus(dw3, dy3, cells);
                    dw4 = plus(dw4, dy4, cells);
                }
                dy4 = dy3;
                dy3 = dy2;
                dy2 = dy1;
                dy1 = dy0;
            } else {
                dw2 = plus(dw2, dy1, cells);
                if (TAPS > 3u) {
                    dw4 = plus(dw4, dy2, cells);
                }
                swap_columns();
                let is_last = column % 2u == 1u;
                dy2 = either(dy2, dy1, is_last);
                dy1 = either(dy1, dy0, is_last);
            }
        }
        o += 2u;
        if (o >= out_h) {
            o = 0u;
            n += 1u;
        }
    }
}

// One tap of so many of four channels.
fn store_tap(at: vec4<u32>, count: u32, exists: bool, sums: vec4<f32>) {
    store_one(at.x, exists, sums.x);
    store_one(at.y, exists && count > 1u, sums.y);
    store_one(at.z, exists && count > 2u, sums.z);
    store_one(at.w, exists && count > 3u, sums.w);
}

// Column jw of the windows whose first elements these are.
fn store_taps(first: vec4<u32>, count: u32, jw: u32, sums: TapColumn) {
    let exists = jw < all.taps_w;
    let at = first + vec4<u32>(jw);
    let row = vec4<u32>(all.taps_w);
    store_tap(at, count, exists, sums.t0);
    store_tap(at + row, count, exists && all.taps_h > 1u, sums.t1);
    if (TAPS > 2u) {
        store_tap(at + 2u * row, count, exists && all.taps_h > 2u, sums.t2);
    }
    if (TAPS > 3u) {
        store_tap(at + 3u * row, count, exists && all.taps_h > 3u, sums.t3);
        store_tap(at + 4u * row, count, exists && all.taps_h > 4u, sums.t4);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn kernel_grad(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    // Neighbours have neighbouring channels of the same slice.
    let index = linear_invocation(group, groups, local);
    let channels_out = all.conv.channels_out;
    let fours = (channels_out + 3u) / 4u;
    let slice = index / fours;
    let channel = (index - slice * fours) * 4u;
    if (slice >= all.conv.reduction.slab_count) {
        return;
    }
    let channels = min(vec4<u32>(channel) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(channels_out - 1u));
    correlate(channels, slab_at(all.conv.reduction, slice));
    let count = channels_out - channel;
    let first = (vec4<u32>(slice * channels_out) + channels) * (all.taps_h * all.taps_w);
    store_taps(first, count, 0u, dw0);
    store_taps(first, count, 1u, dw1);
    if (TAPS > 2u) {
        store_taps(first, count, 2u, dw2);
    }
    if (TAPS > 3u) {
        store_taps(first, count, 3u, dw3);
        store_taps(first, count, 4u, dw4);
    }
}
