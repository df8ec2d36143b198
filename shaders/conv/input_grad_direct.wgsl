// dx from dy and w, the plain way: an invocation owns 4 input channels of one group at 4 neighbouring cells of one sample's
// plane, and gathers from every output whose window covers them, so that nothing is written twice. The reduction's rows are
// (output channel of the group, tap_d, tap_h), its columns tap_w. No workgroup memory.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
const BLOCK: u32 = 4u;
// specialise: end

@group(0) @binding(0) var<uniform> params: ConvParams;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;
// Of a transposed convolution, whose forward this is.
@group(0) @binding(4) var<storage, read> b: array<f32>;

// What an invocation owns: channels c .. c_end of the group in sample n at the cells cell .. cell + 4 of the plane.
struct Block {
    n: u32,
    group: u32,
    c: u32,
    c_end: u32,
    cell: u32,
    plane: u32,
    valid: bool,
}

fn block_at(index: u32) -> Block {
    let plane = params.in_d * params.in_h * params.in_w;
    let across = blocks_of(plane);
    let per_group = params.channels_in / params.groups;
    let down = blocks_of(per_group);
    let cell = index % across * BLOCK;
    let group = index / (across * down) % params.groups;
    let c = index / across % down * BLOCK;
    let n = index / (across * down * params.groups);
    return Block(n, group, c, min(c + BLOCK, per_group), cell, plane, n < params.batch);
}

// One column a channel of the block, one row a cell.
fn gather(block: Block) -> mat4x4<f32> {
    // Cells behind the plane's last one repeat it and are not stored.
    let cells = min(vec4<u32>(block.cell) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(block.plane - 1u));
    let cell_w = cells % params.in_w;
    let cell_h = cells / params.in_w % params.in_h;
    let cell_d = cells / (params.in_w * params.in_h);

    let channels_in = params.channels_in / params.groups;
    let channels_out = params.channels_out / params.groups;
    let out_d = params.out_d;
    let out_h = params.out_h;
    let out_w = params.out_w;
    let y_plane = out_d * out_h * out_w;
    let y_channel = channel_step(Y_LAST, y_plane);
    let y_cell = cell_step(Y_LAST, params.channels_out);
    let y_first = params.y_base + block.n * params.channels_out * y_plane + block.group * channels_out * y_channel;
    let taps = TAPS_D * TAPS_H * TAPS_W;
    let c = min(vec4<u32>(block.c) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(block.c_end - 1u));
    let w_first = c * input_step(params.channels_out, taps);
    let w_output = output_step(channels_in, taps);

    let slab = slab_at(params.reduction, 0u);
    var sums = mat4x4<f32>();
    for (var row = slab.row_begin; row < slab.row_end; row++) {
        let tap_h = row % TAPS_H;
        let tap_d = row / TAPS_H % TAPS_D;
        let k = row / (TAPS_H * TAPS_D);
        let d = outputs_touching(cell_d, tap_d, STRIDE_D, DILATION_D, PADDING_LOW_D, out_d);
        let h = outputs_touching(cell_h, tap_h, STRIDE_H, DILATION_H, PADDING_LOW_H, out_h);
        let row_touches = (d >= vec4<i32>(0)) & (h >= vec4<i32>(0));
        let y_row = vec4<u32>(y_first + k * y_channel) + (vec4<u32>(d) * out_h + vec4<u32>(h)) * (out_w * y_cell);
        let output = (block.group * channels_out + k) * w_output;
        let w_row = w_first + vec4<u32>(output + (tap_d * TAPS_H + tap_h) * TAPS_W);
        for (var tap = slab.col_begin; tap < slab.col_end; tap++) {
            let at = outputs_touching(cell_w, tap, STRIDE_W, DILATION_W, PADDING_LOW_W, out_w);
            let touches = row_touches & (at >= vec4<i32>(0));
            // Where the tap touches no output the gradient is zero, read from an element that exists.
            let from_y = select(vec4<u32>(0u), y_row + vec4<u32>(at) * y_cell, touches);
            let outputs = vec4<f32>(dy[from_y.x], dy[from_y.y], dy[from_y.z], dy[from_y.w]);
            let value = select(vec4<f32>(0.0), outputs, touches);
            let from_w = w_row + vec4<u32>(tap);
            sums[0] += value * w[from_w.x];
            sums[1] += value * w[from_w.y];
            sums[2] += value * w[from_w.z];
            sums[3] += value * w[from_w.w];
        }
    }
    return sums;
}

fn channel_of(block: Block, j: u32) -> u32 {
    return block.group * (params.channels_in / params.groups) + block.c + j;
}

fn store(block: Block, j: u32, sums: vec4<f32>, initial: f32) {
    if (block.c + j >= block.c_end) {
        return;
    }
    let x_cell = cell_step(X_LAST, params.channels_in);
    let channel = block.n * params.channels_in * block.plane + channel_of(block, j) * channel_step(X_LAST, block.plane);
    let first = params.x_base + channel + block.cell * x_cell;
    // No loop: the reduction's loops may already have used up what an invocation may loop.
    let count = block.plane - block.cell;
    // Cells that do not exist are read as the last one that does, and not stored.
    let at = vec4<u32>(first) + min(vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(count - 1u)) * x_cell;
    var total = with_side(at, sums + vec4<f32>(initial), params.slope);
    if (params.reduction.accumulate == 1u) {
        total += vec4<f32>(dx[at.x], dx[at.y], dx[at.z], dx[at.w]);
    }
    total = four_activated(total, params.slope);
    dx[at.x] = total.x;
    if (count > 1u) {
        dx[at.y] = total.y;
    }
    if (count > 2u) {
        dx[at.z] = total.z;
    }
    if (count > 3u) {
        dx[at.w] = total.w;
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn input_grad(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let block = block_at(linear_invocation(group, groups, local));
    if (block.valid) {
        let sums = gather(block);
        store(block, 0u, sums[0], 0.0);
        store(block, 1u, sums[1], 0.0);
        store(block, 2u, sums[2], 0.0);
        store(block, 3u, sums[3], 0.0);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn input_grad_bias(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let block = block_at(linear_invocation(group, groups, local));
    if (block.valid) {
        let sums = gather(block);
        let last = channel_of(block, block.c_end - 1u - block.c);
        store(block, 0u, sums[0], b[channel_of(block, 0u)]);
        store(block, 1u, sums[1], b[min(channel_of(block, 1u), last)]);
        store(block, 2u, sums[2], b[min(channel_of(block, 2u), last)]);
        store(block, 3u, sums[3], b[min(channel_of(block, 3u), last)]);
    }
}
