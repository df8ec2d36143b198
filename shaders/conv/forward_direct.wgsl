// y = activation(conv(x, w) + b), the plain way: an invocation owns 4 output channels of one group at 4 neighbouring outputs of one
// sample's plane, and sums over the group's input channels and the taps. The block of 4 x 4 is there because a step of
// the sum then costs 8 loads for 16 multiply-adds, not 32. The reduction's rows are (channel, tap_d, tap_h), its columns
// tap_w. No workgroup memory. Second oracle and fallback of every faster kernel.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
const BLOCK: u32 = 4u;
// specialise: end

@group(0) @binding(0) var<uniform> params: ConvParams;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> w: array<Element>;
@group(0) @binding(3) var<storage, read> b: array<Element>;
@group(0) @binding(4) var<storage, read_write> out: array<Stored>;

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
            let cells_of_x = four_elements(x[slot(from_x.x)], x[slot(from_x.y)], x[slot(from_x.z)], x[slot(from_x.w)], from_x);
            let value = select(vec4<f32>(0.0), cells_of_x, inside);
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

// Where a channel's sums go: for cells that do not exist where the last one that does goes.
fn places_of(block: Block, k: u32) -> vec4<u32> {
    let y_cell = cell_step(Y_LAST, params.channels_out);
    let channel = block.n * params.channels_out * block.plane + k * channel_step(Y_LAST, block.plane);
    let first = params.y_base + channel + block.cell * y_cell;
    return vec4<u32>(first) + min(vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(block.plane - block.cell - 1u)) * y_cell;
}

fn touches(block: Block, j: u32) -> bool {
    let at = places_of(block, min(block.k + j, block.k_end - 1u));
    return touches_range(at, params.range_begin, params.range_count);
}

fn is_stored(block: Block) -> bool {
    return RANGED == 0u || touches(block, 0u) || touches(block, 1u) || touches(block, 2u) || touches(block, 3u);
}

fn store_sums(block: Block, j: u32, sums: vec4<f32>, initial: f32) {
    let k = block.k + j;
    if (k >= block.k_end) {
        return;
    }
    let at = places_of(block, k);
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
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let block = block_at(linear_invocation(group, groups, local));
    if (block.valid && is_stored(block)) {
        let sums = dot_products(block);
        store_sums(block, 0u, sums[0], 0.0);
        store_sums(block, 1u, sums[1], 0.0);
        store_sums(block, 2u, sums[2], 0.0);
        store_sums(block, 3u, sums[3], 0.0);
    }
}

fn bias(k: u32) -> f32 {
    return element(b[slot(k)], k);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward_bias(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let block = block_at(linear_invocation(group, groups, local));
    if (block.valid && is_stored(block)) {
        let sums = dot_products(block);
        let last = block.k_end - 1u;
        store_sums(block, 0u, sums[0], bias(block.k));
        store_sums(block, 1u, sums[1], bias(min(block.k + 1u, last)));
        store_sums(block, 2u, sums[2], bias(min(block.k + 2u, last)));
        store_sums(block, 3u, sums[3], bias(min(block.k + 3u, last)));
    }
}
