// A lane owns TAPS neighbouring columns of dw: a row of taps of one input channel, or a part of one, without dilation. They share
// TAPS + STRIDE cells of x for two outputs, where one by one they would read 2 TAPS. A step has two outputs for each of the lanes
// that hold the same channels of dy. Rows of outputs may be of any length, tensors in any layout.
const_assert TAPS > 2u && TAPS < 8u;
const_assert TILE_M == 8u || TILE_M == 16u || TILE_M == 32u;

@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> dy: array<Element>;

// Outputs of a step.
const OUTPUTS: u32 = 64u / TILE_M;

// Cells under all of a lane's taps of a step.
const CELLS: u32 = (OUTPUTS - 1u) * STRIDE + TAPS;
const_assert CELLS <= 24u;

// The cell of x under output 0 and the lane's first tap, without the sample; and where it is along each axis.
var<private> column_first: u32;
var<private> column_d: i32;
var<private> column_h: i32;
var<private> column_w: i32;

// Parts of a row of taps.
fn parts() -> u32 {
    return (all.taps_w + TAPS - 1u) / TAPS;
}

// Parts of rows of taps of all channels.
fn all_parts() -> u32 {
    return all.conv.channels_in / all.conv.groups * all.taps_d * all.taps_h * parts();
}

fn strips_of_columns() -> u32 {
    return (all_parts() + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
}

// A lane's, by one number.
fn number_of(block: Block, lane: u32) -> u32 {
    return block.strip * WORKGROUP_SIZE + lane;
}

fn own_columns(block: Block, lane: u32) {
    // A lane behind the last one repeats it and does not store.
    let number = min(number_of(block, lane), all_parts() - 1u);
    let row = number / parts();
    column_w = window_start(number % parts() * TAPS, 1u, all.padding_low_w);
    column_h = window_start(row % all.taps_h, all.dilation_h, all.padding_low_h);
    column_d = window_start(row / all.taps_h % all.taps_d, all.dilation_d, all.padding_low_d);
    let channel = block.group * (all.conv.channels_in / all.conv.groups) + row / (all.taps_h * all.taps_d);
    let plane = all.conv.in_d * all.conv.in_h * all.conv.in_w;
    column_first = all.conv.x_base + channel * channel_step(X_LAST, plane);
}

fn place_of(block: Block, lane: u32) -> Place {
    let number = number_of(block, lane);
    let tap = number % parts() * TAPS;
    let column = number / parts() * all.taps_w + tap;
    let count = select(0u, min(all.taps_w - tap, TAPS), number < all_parts());
    return place_at(block, vec4<u32>(column) + vec4<u32>(0u, 1u, 2u, 3u), count);
}

fn store_row(place: Place, row: u32, near: Columns, far: vec3<f32>) {
    if (row >= place.rows || place.count == 0u) {
        return;
    }
    let at = place.first.x + row * place.apart;
    let four = four_of(near);
    store_one(at, four.x);
    if (place.count > 1u) {
        store_one(at + 1u, four.y);
    }
    if (place.count > 2u) {
        store_one(at + 2u, four.z);
    }
    if (TAPS > 3u && place.count > 3u) {
        store_one(at + 3u, four.w);
    }
    if (TAPS > 4u && place.count > 4u) {
        store_one(at + 4u, far.x);
    }
    if (TAPS > 5u && place.count > 5u) {
        store_one(at + 5u, far.y);
    }
    if (TAPS > 6u && place.count > 6u) {
        store_one(at + 6u, far.z);
    }
}

fn store_rows(
    place: Place,
    row: u32,
    a: Columns,
    b: Columns,
    c: Columns,
    d: Columns,
    fifth: vec4<f32>,
    sixth: vec4<f32>,
    seventh: vec4<f32>,
) {
    store_row(place, row, a, vec3<f32>(fifth.x, sixth.x, seventh.x));
    store_row(place, row + 1u, b, vec3<f32>(fifth.y, sixth.y, seventh.y));
    store_row(place, row + 2u, c, vec3<f32>(fifth.z, sixth.z, seventh.z));
    store_row(place, row + 3u, d, vec3<f32>(fifth.w, sixth.w, seventh.w));
}

// Zero where there is nothing, read from an element that exists.
fn x_at(row: u32, place: i32, exists: bool, extent: u32, apart: u32) -> f32 {
    let at = bordered(place, extent);
    let inside = exists && is_inside(at, extent);
    let found = select(0u, row + u32(at) * apart, inside);
    return select(0.0, element(x[slot(found)], found), inside);
}

fn dy_at(at: vec4<u32>, exists: bool) -> vec4<f32> {
    let found = select(vec4<u32>(0u), at, exists);
    let values = four_elements(dy[slot(found.x)], dy[slot(found.y)], dy[slot(found.z)], dy[slot(found.w)], found);
    return select(vec4<f32>(0.0), values, exists);
}

fn cells_under(c0: f32, c1: f32, c2: f32, c3: f32, c4: f32, c5: f32, c6: f32, exists: bool) -> Cells {
    let four = select(vec4<f32>(0.0), vec4<f32>(c0, c1, c2, c3), exists);
    return Cells(columns_of(four), select(vec3<f32>(0.0), vec3<f32>(c4, c5, c6), exists));
}

fn correlate(block: Block, lane: u32) {
    let in_d = all.conv.in_d;
    let in_h = all.conv.in_h;
    let in_w = all.conv.in_w;
    let out_d = all.conv.out_d;
    let out_h = all.conv.out_h;
    let out_w = all.conv.out_w;
    let stride_d = all.stride_d;
    let stride_h = all.stride_h;
    let plane = out_d * out_h * out_w;
    let channels_in = all.conv.channels_in;
    let channels_out = all.conv.channels_out;
    let per_group = channels_out / all.conv.groups;
    // Rows behind the group's last channel repeat it and are not stored.
    let first_row = block.m + lane % ROW_LANES * 4u;
    let rows = min(vec4<u32>(first_row) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(per_group - 1u));
    let y_first = vec4<u32>(all.conv.y_base) + (vec4<u32>(block.group * per_group) + rows) * channel_step(Y_LAST, plane);
    let y_cell = cell_step(Y_LAST, channels_out);
    let x_cell = cell_step(X_LAST, channels_in);
    // Of the two outputs whose dy this lane holds, from a step's first.
    let own = lane / ROW_LANES * 2u;
    let x_sample = channels_in * (in_d * in_h * in_w);
    let start_d = column_d;
    let start_h = column_h;
    let start_w = column_w;
    let x_first = column_first;

    clear_sums();
    clear_more();
    let slab = slab_at(all.conv.reduction, block.slice);
    let end = slab.col_end;
    var walk = walk_of(slab, slab.col_begin);
    for (var to_go = steps_of(slab, slab.col_begin, end, OUTPUTS); to_go > 0u; to_go--) {
        let o = walk.o;
        let d = bordered(start_d + i32(walk.row_d * stride_d), in_d);
        let h = bordered(start_h + i32(walk.row_h * stride_h), in_h);
        let row_inside = is_inside(d, in_d) && is_inside(h, in_h);
        let x_row = x_first + walk.n * x_sample + (u32(d) * in_h + u32(h)) * in_w * x_cell;
        let y_row = y_first + vec4<u32>(walk.n * channels_out * plane + (walk.row_d * out_h + walk.row_h) * out_w * y_cell);
        let a = dy_at(y_row + vec4<u32>((o + own) * y_cell), o + own < end);
        let b = dy_at(y_row + vec4<u32>((o + own + 1u) * y_cell), o + own + 1u < end);
        let first = start_w + i32(o * STRIDE);
        // As many as the constant numbers below reach; CELLS of them are read.
        var c = array<f32, 36>();
        c[0] = x_at(x_row, first, row_inside, in_w, x_cell);
        c[1] = x_at(x_row, first + 1, row_inside, in_w, x_cell);
        c[2] = x_at(x_row, first + 2, row_inside, in_w, x_cell);
        c[3] = x_at(x_row, first + 3, row_inside, in_w, x_cell);
        c[4] = x_at(x_row, first + 4, row_inside, in_w, x_cell);
        if (CELLS > 5u) {
            c[5] = x_at(x_row, first + 5, row_inside, in_w, x_cell);
        }
        if (CELLS > 6u) {
            c[6] = x_at(x_row, first + 6, row_inside, in_w, x_cell);
        }
        if (CELLS > 7u) {
            c[7] = x_at(x_row, first + 7, row_inside, in_w, x_cell);
        }
        if (CELLS > 8u) {
            c[8] = x_at(x_row, first + 8, row_inside, in_w, x_cell);
        }
        if (CELLS > 9u) {
            c[9] = x_at(x_row, first + 9, row_inside, in_w, x_cell);
        }
        if (CELLS > 10u) {
            c[10] = x_at(x_row, first + 10, row_inside, in_w, x_cell);
        }
        if (CELLS > 11u) {
            c[11] = x_at(x_row, first + 11, row_inside, in_w, x_cell);
        }
        if (CELLS > 12u) {
            c[12] = x_at(x_row, first + 12, row_inside, in_w, x_cell);
        }
        if (CELLS > 13u) {
            c[13] = x_at(x_row, first + 13, row_inside, in_w, x_cell);
        }
        if (CELLS > 14u) {
            c[14] = x_at(x_row, first + 14, row_inside, in_w, x_cell);
        }
        if (CELLS > 15u) {
            c[15] = x_at(x_row, first + 15, row_inside, in_w, x_cell);
        }
        if (CELLS > 16u) {
            c[16] = x_at(x_row, first + 16, row_inside, in_w, x_cell);
        }
        if (CELLS > 17u) {
            c[17] = x_at(x_row, first + 17, row_inside, in_w, x_cell);
        }
        if (CELLS > 18u) {
            c[18] = x_at(x_row, first + 18, row_inside, in_w, x_cell);
        }
        if (CELLS > 19u) {
            c[19] = x_at(x_row, first + 19, row_inside, in_w, x_cell);
        }
        if (CELLS > 20u) {
            c[20] = x_at(x_row, first + 20, row_inside, in_w, x_cell);
        }
        if (CELLS > 21u) {
            c[21] = x_at(x_row, first + 21, row_inside, in_w, x_cell);
        }
        if (CELLS > 22u) {
            c[22] = x_at(x_row, first + 22, row_inside, in_w, x_cell);
        }
        if (CELLS > 23u) {
            c[23] = x_at(x_row, first + 23, row_inside, in_w, x_cell);
        }
        accumulate_outputs(
            a,
            b,
            cells_under(c[0], c[1], c[2], c[3], c[4], c[5], c[6], true),
            cells_under(c[STRIDE], c[STRIDE + 1u], c[STRIDE + 2u], c[STRIDE + 3u], c[STRIDE + 4u], c[STRIDE + 5u], c[STRIDE + 6u], o + 1u < end),
            cells_under(c[2u * STRIDE], c[2u * STRIDE + 1u], c[2u * STRIDE + 2u], c[2u * STRIDE + 3u], c[2u * STRIDE + 4u], c[2u * STRIDE + 5u], c[2u * STRIDE + 6u], o + 2u < end),
            cells_under(c[3u * STRIDE], c[3u * STRIDE + 1u], c[3u * STRIDE + 2u], c[3u * STRIDE + 3u], c[3u * STRIDE + 4u], c[3u * STRIDE + 5u], c[3u * STRIDE + 6u], o + 3u < end),
            cells_under(c[4u * STRIDE], c[4u * STRIDE + 1u], c[4u * STRIDE + 2u], c[4u * STRIDE + 3u], c[4u * STRIDE + 4u], c[4u * STRIDE + 5u], c[4u * STRIDE + 6u], o + 4u < end),
            cells_under(c[5u * STRIDE], c[5u * STRIDE + 1u], c[5u * STRIDE + 2u], c[5u * STRIDE + 3u], c[5u * STRIDE + 4u], c[5u * STRIDE + 5u], c[5u * STRIDE + 6u], o + 5u < end),
            cells_under(c[6u * STRIDE], c[6u * STRIDE + 1u], c[6u * STRIDE + 2u], c[6u * STRIDE + 3u], c[6u * STRIDE + 4u], c[6u * STRIDE + 5u], c[6u * STRIDE + 6u], o + 6u < end),
            cells_under(c[7u * STRIDE], c[7u * STRIDE + 1u], c[7u * STRIDE + 2u], c[7u * STRIDE + 3u], c[7u * STRIDE + 4u], c[7u * STRIDE + 5u], c[7u * STRIDE + 6u], o + 7u < end),
        );
        walk = next_walk(walk, slab.col_begin, end, OUTPUTS, out_d, out_h);
    }
}
