// y = activation(conv(x, w) + b), the plain way: an invocation owns 4 output channels of one group at 4 neighbouring outputs of one
// sample's plane, and sums over the group's input channels and the taps. The block of 4 x 4 is there because a step of
// the sum then costs 8 loads for 16 multiply-adds, not 32. The reduction's rows are (channel, tap_d, tap_h), its columns
// tap_w. No workgroup memory. Second oracle and fallback of every faster kernel.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
const BLOCK: u32 = 4u;
// specialise: end

@group(0) @binding(0) var<uniform> params: ConvParams;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

// What an invocation owns: channels k .. k_end of sample n at the outputs cell .. cell + 4 of the plane.
struct Block {
    n: u32,
    group: u32,
    k: u32,
    k_end: u32,
    cell: u32,
    plane: u32,
    valid: bool,
}

fn block_at(index: u32) -> Block {
    let plane = params.out_d * params.out_h * params.out_w;
    let across = blocks_of(plane);
    let per_group = params.channels_out / params.groups;
    let down = blocks_of(per_group);
    let cell = index % across * BLOCK;
    let group = index / (across * down) % params.groups;
    let k = group * per_group + index / across % down * BLOCK;
    let n = index / (across * down * params.groups);
    return Block(n, group, k, min(k + BLOCK, (group + 1u) * per_group), cell, plane, n < params.batch);
}

// One column a channel of the block, one row an output.
fn dot_products(block: Block) -> mat4x4<f32> {
    // Outputs behind the plane's last one repeat it and are not stored.
    let cells = min(vec4<u32>(block.cell) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(block.plane - 1u));
    let start_w = window_starts(cells % params.out_w, STRIDE_W, PADDING_LOW_W);
    let start_h = window_starts(cells / params.out_w % params.out_h, STRIDE_H, PADDING_LOW_H);
    let start_d = window_starts(cells / (params.out_w * params.out_h), STRIDE_D, PADDING_LOW_D);

    let channels = params.channels_in / params.groups;
    let in_d = params.in_d;
    let in_h = params.in_h;
    let in_w = params.in_w;
    let x_plane = in_d * in_h * in_w;
    let x_channel = channel_step(X_LAST, x_plane);
    let x_cell = cell_step(X_LAST, params.channels_in);
    let x_first = params.x_base + block.n * params.channels_in * x_plane + block.group * channels * x_channel;
    let taps = TAPS_D * TAPS_H * TAPS_W;
    let k = min(vec4<u32>(block.k) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(block.k_end - 1u));
    let w_first = k * output_step(channels, taps);
    let w_channel = input_step(params.channels_out, taps);

    let slab = slab_at(params.reduction, 0u);
    var sums = mat4x4<f32>();
    for (var row = slab.row_begin; row < slab.row_end; row++) {
        let tap_h = row % TAPS_H;
        let tap_d = row / TAPS_H % TAPS_D;
        let c = row / (TAPS_H * TAPS_D);
        let d = four_bordered(start_d + vec4<i32>(i32(tap_d * DILATION_D)), in_d);
        let h = four_bordered(start_h + vec4<i32>(i32(tap_h * DILATION_H)), in_h);
        let row_inside = are_inside(d, in_d) & are_inside(h, in_h);
        let x_row = vec4<u32>(x_first + c * x_channel) + (vec4<u32>(d) * in_h + vec4<u32>(h)) * (in_w * x_cell);
        let w_row = w_first + vec4<u32>(c * w_channel + (tap_d * TAPS_H + tap_h) * TAPS_W);
        for (var tap = slab.col_begin; tap < slab.col_end; tap++) {
            let at = four_bordered(start_w + vec4<i32>(i32(tap * DILATION_W)), in_w);
            let inside = row_inside & are_inside(at, in_w);
            // Cells outside are read as zero, from an element that exists.
            let from_x = select(vec4<u32>(0u), x_row + vec4<u32>(at) * x_cell, inside);
            let cells_of_x = vec4<f32>(x[from_x.x], x[from_x.y], x[from_x.z], x[from_x.w]);
            let value = select(vec4<f32>(0.0), cells_of_x, inside);
            let from_w = w_row + vec4<u32>(tap);
            sums[0] += value * w[from_w.x];
            sums[1] += value * w[from_w.y];
            sums[2] += value * w[from_w.z];
            sums[3] += value * w[from_w.w];
        }
    }
    return sums;
}

fn store(block: Block, j: u32, sums: vec4<f32>, initial: f32) {
    let k = block.k + j;
    if (k >= block.k_end) {
        return;
    }
    let y_cell = cell_step(Y_LAST, params.channels_out);
    let channel = block.n * params.channels_out * block.plane + k * channel_step(Y_LAST, block.plane);
    let first = params.y_base + channel + block.cell * y_cell;
    // No loop: the reduction's loops may already have used up what an invocation may loop.
    let count = block.plane - block.cell;
    // Cells that do not exist are read as the last one that does, and not stored.
    let at = vec4<u32>(first) + min(vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(count - 1u)) * y_cell;
    var total = with_side(at, sums + vec4<f32>(initial), params.slope);
    if (params.reduction.accumulate == 1u) {
        total += vec4<f32>(y[at.x], y[at.y], y[at.z], y[at.w]);
    }
    total = four_activated(total, params.slope);
    y[at.x] = total.x;
    if (count > 1u) {
        y[at.y] = total.y;
    }
    if (count > 2u) {
        y[at.z] = total.z;
    }
    if (count > 3u) {
        y[at.w] = total.w;
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let block = block_at(linear_invocation(group, groups, local));
    if (block.valid) {
        let sums = dot_products(block);
        store(block, 0u, sums[0], 0.0);
        store(block, 1u, sums[1], 0.0);
        store(block, 2u, sums[2], 0.0);
        store(block, 3u, sums[3], 0.0);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward_bias(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let block = block_at(linear_invocation(group, groups, local));
    if (block.valid) {
        let sums = dot_products(block);
        let last = block.k_end - 1u;
        store(block, 0u, sums[0], b[block.k]);
        store(block, 1u, sums[1], b[min(block.k + 1u, last)]);
        store(block, 2u, sums[2], b[min(block.k + 2u, last)]);
        store(block, 3u, sums[3], b[min(block.k + 3u, last)]);
    }
}
