// dx from dy and w, the plain way: an invocation owns one element of dx and gathers from every output whose window
// covers it, so that nothing is written twice. The reduction's rows are (output channel of the group, tap_d, tap_h), its
// columns tap_w. No workgroup memory.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: ConvParams;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

fn gather(index: u32) -> f32 {
    let in_w = index % params.in_w;
    let in_h = index / params.in_w % params.in_h;
    let in_d = index / (params.in_w * params.in_h) % params.in_d;
    let channel = index / (params.in_w * params.in_h * params.in_d) % params.channels_in;
    let n = index / (params.in_w * params.in_h * params.in_d * params.channels_in);

    let channels_in = params.channels_in / params.groups;
    let channels_out = params.channels_out / params.groups;
    let first_channel = channel / channels_in * channels_out;
    let c = channel % channels_in;

    let slab = slab_at(params.reduction, 0u);
    var sum = 0.0;
    for (var row = slab.row_begin; row < slab.row_end; row++) {
        let tap_h = row % TAPS_H;
        let tap_d = row / TAPS_H % TAPS_D;
        let k = first_channel + row / (TAPS_H * TAPS_D);
        let out_d = output_touching(in_d, tap_d, STRIDE_D, DILATION_D, PADDING_LOW_D, params.out_d);
        let out_h = output_touching(in_h, tap_h, STRIDE_H, DILATION_H, PADDING_LOW_H, params.out_h);
        if (out_d >= 0 && out_h >= 0) {
            let plane = n * params.channels_out + k;
            let dy_row = params.y_base + ((plane * params.out_d + u32(out_d)) * params.out_h + u32(out_h)) * params.out_w;
            let w_row = (((k * channels_in + c) * TAPS_D + tap_d) * TAPS_H + tap_h) * TAPS_W;
            for (var tap = slab.col_begin; tap < slab.col_end; tap++) {
                let out_w = output_touching(in_w, tap, STRIDE_W, DILATION_W, PADDING_LOW_W, params.out_w);
                if (out_w >= 0) {
                    sum += dy[dy_row + u32(out_w)] * w[w_row + tap];
                }
            }
        }
    }
    return sum;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn input_grad(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index >= params.batch * params.channels_in * params.in_d * params.in_h * params.in_w) {
        return;
    }
    let at = params.x_base + index;
    if (params.reduction.accumulate == 1u) {
        dx[at] += gather(index);
    } else {
        dx[at] = gather(index);
    }
}
