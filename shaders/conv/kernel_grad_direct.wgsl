// dw from x and dy, the plain way: an invocation owns 4 output channels of one group and 4 neighbouring columns of dw
// (columns run over input channel and taps) in one slice of the reduction over batch and outputs. The reduction's rows are
// (sample, out_d, out_h), its columns out_w. With one slice the sum goes to dw; with more, every slice writes its own copy
// into the workspace, which is bound in dw's place, and common/sum_slices.wgsl adds them in a fixed order: deterministic, no
// atomics. No workgroup memory.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
const BLOCK: u32 = 4u;
// specialise: end

@group(0) @binding(0) var<uniform> params: ConvParams;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> dy: array<Element>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;

// What an invocation owns: channels k .. k_end at the columns column .. column + 4 of dw in a slice.
struct Block {
    slice: u32,
    group: u32,
    k: u32,
    k_end: u32,
    column: u32,
    columns: u32,
    valid: bool,
}

fn block_at(index: u32) -> Block {
    let columns = params.channels_in / params.groups * TAPS_D * TAPS_H * TAPS_W;
    let across = blocks_of(columns);
    let per_group = params.channels_out / params.groups;
    let down = blocks_of(per_group);
    let column = index % across * BLOCK;
    let group = index / (across * down) % params.groups;
    let k = group * per_group + index / across % down * BLOCK;
    let slice = index / (across * down * params.groups);
    let k_end = min(k + BLOCK, (group + 1u) * per_group);
    return Block(slice, group, k, k_end, column, columns, slice < params.reduction.slab_count);
}

// One column a channel of the block, one row a column of dw.
fn correlate(block: Block) -> mat4x4<f32> {
    // Columns behind dw's last one repeat it and are not stored.
    let columns = min(vec4<u32>(block.column) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(block.columns - 1u));
    let offset_w = window_starts(columns % TAPS_W, DILATION_W, PADDING_LOW_W);
    let offset_h = window_starts(columns / TAPS_W % TAPS_H, DILATION_H, PADDING_LOW_H);
    let offset_d = window_starts(columns / (TAPS_W * TAPS_H) % TAPS_D, DILATION_D, PADDING_LOW_D);

    let in_d = params.in_d;
    let in_h = params.in_h;
    let in_w = params.in_w;
    let out_d = params.out_d;
    let out_h = params.out_h;
    let out_w = params.out_w;
    let x_plane = in_d * in_h * in_w;
    let y_plane = out_d * out_h * out_w;
    let channel = vec4<u32>(block.group * (params.channels_in / params.groups)) + columns / (TAPS_W * TAPS_H * TAPS_D);
    let x_first = vec4<u32>(params.x_base) + channel * channel_step(X_LAST, x_plane);
    let x_cell = cell_step(X_LAST, params.channels_in);
    let y_cell = cell_step(Y_LAST, params.channels_out);
    let x_sample = params.channels_in * x_plane;
    let y_sample = params.channels_out * y_plane;
    let k = min(vec4<u32>(block.k) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(block.k_end - 1u));
    let y_first = vec4<u32>(params.y_base) + k * channel_step(Y_LAST, y_plane);

    let slab = slab_at(params.reduction, block.slice);
    var sums = mat4x4<f32>();
    for (var row = slab.row_begin; row < slab.row_end; row++) {
        let row_h = row % out_h;
        let row_d = row / out_h % out_d;
        let n = row / (out_h * out_d);
        let d = four_bordered(offset_d + vec4<i32>(i32(row_d * STRIDE_D)), in_d);
        let h = four_bordered(offset_h + vec4<i32>(i32(row_h * STRIDE_H)), in_h);
        let row_inside = are_inside(d, in_d) & are_inside(h, in_h);
        let x_row = x_first + vec4<u32>(n * x_sample) + (vec4<u32>(d) * in_h + vec4<u32>(h)) * (in_w * x_cell);
        let y_row = y_first + vec4<u32>(n * y_sample + (row_d * out_h + row_h) * out_w * y_cell);
        for (var o = slab.col_begin; o < slab.col_end; o++) {
            let at = four_bordered(offset_w + vec4<i32>(i32(o * STRIDE_W)), in_w);
            let inside = row_inside & are_inside(at, in_w);
            // Cells outside are read as zero, from an element that exists.
            let from_x = select(vec4<u32>(0u), x_row + vec4<u32>(at) * x_cell, inside);
            let cells = four_elements(x[slot(from_x.x)], x[slot(from_x.y)], x[slot(from_x.z)], x[slot(from_x.w)], from_x);
            let value = select(vec4<f32>(0.0), cells, inside);
            let from_y = y_row + vec4<u32>(o * y_cell);
            let gradients = four_elements(dy[slot(from_y.x)], dy[slot(from_y.y)], dy[slot(from_y.z)], dy[slot(from_y.w)], from_y);
            sums[0] += value * gradients.x;
            sums[1] += value * gradients.y;
            sums[2] += value * gradients.z;
            sums[3] += value * gradients.w;
        }
    }
    return sums;
}

fn store_one(at: u32, sum: f32) {
    var place = at;
    if (RANGED == 1u) {
        place -= params.range_begin;
        if (place >= params.range_count) {
            return;
        }
    }
    if (params.reduction.accumulate == 1u) {
        dw[place] += sum;
    } else {
        dw[place] = sum;
    }
}

// Where a channel's sums go in a slice, whether or not there are as many columns.
fn places_of(block: Block, k: u32) -> vec4<u32> {
    let taps = TAPS_D * TAPS_H * TAPS_W;
    let slice = block.slice * params.channels_out * block.columns + k * output_step(block.columns / taps, taps);
    return vec4<u32>(slice) + columns_of_dw(vec4<u32>(block.column) + vec4<u32>(0u, 1u, 2u, 3u), taps, params.channels_out);
}

fn touches(block: Block, j: u32) -> bool {
    return touches_range(places_of(block, block.k + j), params.range_begin, params.range_count);
}

// Of one slice.
fn is_stored(block: Block) -> bool {
    return RANGED == 0u || touches(block, 0u) || touches(block, 1u) || touches(block, 2u) || touches(block, 3u);
}

fn store(block: Block, j: u32, sums: vec4<f32>) {
    let k = block.k + j;
    if (k >= block.k_end) {
        return;
    }
    let first = places_of(block, k);
    // No loop: the reduction's loops may already have used up what an invocation may loop.
    let count = block.columns - block.column;
    store_one(first.x, sums.x);
    if (count > 1u) {
        store_one(first.y, sums.y);
    }
    if (count > 2u) {
        store_one(first.z, sums.z);
    }
    if (count > 3u) {
        store_one(first.w, sums.w);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn kernel_grad(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let block = block_at(linear_invocation(group, groups, local));
    if (block.valid && is_stored(block)) {
        let sums = correlate(block);
        store(block, 0u, sums[0]);
        store(block, 1u, sums[1]);
        store(block, 2u, sums[2]);
        store(block, 3u, sums[3]);
    }
}
