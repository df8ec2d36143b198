// y = conv(x, w) + b, the plain way: an invocation owns one element of y and sums over the input channels of its group
// and the taps. The reduction's rows are (channel, tap_d, tap_h), its columns tap_w. No workgroup memory.
// Second oracle and fallback of every faster kernel, so it stays plain.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: ConvParams;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

fn output_count() -> u32 {
    return params.batch * params.channels_out * params.out_d * params.out_h * params.out_w;
}

fn channel_of(index: u32) -> u32 {
    return index / (params.out_d * params.out_h * params.out_w) % params.channels_out;
}

fn dot_product(index: u32) -> f32 {
    let out_w = index % params.out_w;
    let out_h = index / params.out_w % params.out_h;
    let out_d = index / (params.out_w * params.out_h) % params.out_d;
    let k = channel_of(index);
    let n = index / (params.out_w * params.out_h * params.out_d * params.channels_out);

    let channels = params.channels_in / params.groups;
    let first_channel = k / (params.channels_out / params.groups) * channels;
    let start_d = window_start(out_d, STRIDE_D, PADDING_LOW_D);
    let start_h = window_start(out_h, STRIDE_H, PADDING_LOW_H);
    let start_w = window_start(out_w, STRIDE_W, PADDING_LOW_W);

    let slab = slab_at(params.reduction, 0u);
    let inside = steps_inside(start_w, DILATION_W, TAPS_W, params.in_w);
    let tap_begin = max(inside.begin, slab.col_begin);
    let tap_end = min(inside.end, slab.col_end);

    var sum = 0.0;
    for (var row = slab.row_begin; row < slab.row_end; row++) {
        let tap_h = row % TAPS_H;
        let tap_d = row / TAPS_H % TAPS_D;
        let c = row / (TAPS_H * TAPS_D);
        let in_d = start_d + i32(tap_d * DILATION_D);
        let in_h = start_h + i32(tap_h * DILATION_H);
        if (is_inside(in_d, params.in_d) && is_inside(in_h, params.in_h)) {
            let plane = n * params.channels_in + first_channel + c;
            let x_row = params.x_base + ((plane * params.in_d + u32(in_d)) * params.in_h + u32(in_h)) * params.in_w;
            let w_row = (((k * channels + c) * TAPS_D + tap_d) * TAPS_H + tap_h) * TAPS_W;
            for (var tap = tap_begin; tap < tap_end; tap++) {
                sum += x[x_row + u32(start_w + i32(tap * DILATION_W))] * w[w_row + tap];
            }
        }
    }
    return sum;
}

fn store(index: u32, sum: f32, initial: f32) {
    let at = params.y_base + index;
    if (params.reduction.accumulate == 1u) {
        y[at] += sum;
    } else {
        y[at] = sum + initial;
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < output_count()) {
        store(index, dot_product(index), 0.0);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward_bias(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < output_count()) {
        store(index, dot_product(index), b[channel_of(index)]);
    }
}
