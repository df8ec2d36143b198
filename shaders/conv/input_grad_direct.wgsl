// dx from dy and w, the plain way: an invocation owns 4 input channels of one group at 4 neighbouring cells of one sample's
// plane, and gathers from every output whose window covers them, so that nothing is written twice. The reduction's rows are
// (output channel of the group, tap_d, tap_h), its columns tap_w. No workgroup memory.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
const BLOCK: u32 = 4u;
// specialise: end

@group(0) @binding(0) var<uniform> params: ConvParams;
@group(0) @binding(1) var<storage, read> dy: array<Element>;
@group(0) @binding(2) var<storage, read> w: array<Element>;
@group(0) @binding(3) var<storage, read_write> out: array<Stored>;
// Of a transposed convolution, whose forward this is.
@group(0) @binding(4) var<storage, read> b: array<Element>;

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
            let outputs = four_elements(dy[slot(from_y.x)], dy[slot(from_y.y)], dy[slot(from_y.z)], dy[slot(from_y.w)], from_y);
            let value = select(vec4<f32>(0.0), outputs, touches);
            let from_w = w_row + vec4<u32>(tap);
            let factors = four_elements(w[slot(from_w.x)], w[slot(from_w.y)], w[slot(from_w.z)], w[slot(from_w.w)], from_w);
            sums[0] += value * factors.x;
            sums[1] += value * factors.y;
            sums[2] += value * factors.z;
            sums[3] += value * factors.w;
        }
    }
    return sums;
}

fn channel_of(block: Block, j: u32) -> u32 {
    return block.group * (params.channels_in / params.groups) + block.c + j;
}

// Where the sums of the block's channel j go: for cells that do not exist where the last one that does goes.
fn places_of(block: Block, j: u32) -> vec4<u32> {
    let x_cell = cell_step(X_LAST, params.channels_in);
    let channel = block.n * params.channels_in * block.plane + channel_of(block, j) * channel_step(X_LAST, block.plane);
    let first = params.x_base + channel + block.cell * x_cell;
    return vec4<u32>(first) + min(vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(block.plane - block.cell - 1u)) * x_cell;
}

fn touches(block: Block, j: u32) -> bool {
    let at = places_of(block, min(j, block.c_end - 1u - block.c));
    return touches_range(at, params.range_begin, params.range_count);
}

fn is_stored(block: Block) -> bool {
    return RANGED == 0u || touches(block, 0u) || touches(block, 1u) || touches(block, 2u) || touches(block, 3u);
}

fn store_sums(block: Block, j: u32, sums: vec4<f32>, initial: f32) {
    if (block.c + j >= block.c_end) {
        return;
    }
    let at = places_of(block, j);
    let count = block.plane - block.cell;
    var total = with_side(at, sums + vec4<f32>(initial), params.slope);
    if (RANGED == 1u) {
        store_in_range(at, count, total);
        return;
    }
    if (params.reduction.accumulate == 1u) {
        total += vec4<f32>(stored(at.x), stored(at.y), stored(at.z), stored(at.w));
    }
    store_at(at, count, four_activated(total, params.slope));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn input_grad(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let block = block_at(linear_invocation(group, groups, local));
    if (block.valid && is_stored(block)) {
        let sums = gather(block);
        store_sums(block, 0u, sums[0], 0.0);
        store_sums(block, 1u, sums[1], 0.0);
        store_sums(block, 2u, sums[2], 0.0);
        store_sums(block, 3u, sums[3], 0.0);
    }
}

fn bias(c: u32) -> f32 {
    return element(b[slot(c)], c);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn input_grad_bias(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let block = block_at(linear_invocation(group, groups, local));
    if (block.valid && is_stored(block)) {
        let sums = gather(block);
        let last = channel_of(block, block.c_end - 1u - block.c);
        store_sums(block, 0u, sums[0], bias(channel_of(block, 0u)));
        store_sums(block, 1u, sums[1], bias(min(channel_of(block, 1u), last)));
        store_sums(block, 2u, sums[2], bias(min(channel_of(block, 2u), last)));
        store_sums(block, 3u, sums[3], bias(min(channel_of(block, 3u), last)));
    }
}
