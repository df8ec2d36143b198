// dw from x and dy, the plain way: an invocation owns one element of dw in one slice of the reduction over batch and
// outputs. The reduction's rows are (sample, out_d, out_h), its columns out_w. With one slice the sum goes to dw; with
// more, every slice writes its own copy into the workspace, which is bound in dw's place, and common/sum_slices.wgsl adds
// them in a fixed order: deterministic, no atomics. No workgroup memory.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: ConvParams;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;

fn element_count() -> u32 {
    return params.channels_out * (params.channels_in / params.groups) * TAPS_D * TAPS_H * TAPS_W;
}

fn correlate(element: u32, slab: Slab) -> f32 {
    let tap_w = element % TAPS_W;
    let tap_h = element / TAPS_W % TAPS_H;
    let tap_d = element / (TAPS_W * TAPS_H) % TAPS_D;
    let channels = params.channels_in / params.groups;
    let c = element / (TAPS_W * TAPS_H * TAPS_D) % channels;
    let k = element / (TAPS_W * TAPS_H * TAPS_D * channels);
    let channel = k / (params.channels_out / params.groups) * channels + c;

    let offset_d = i32(tap_d * DILATION_D) - i32(PADDING_LOW_D);
    let offset_h = i32(tap_h * DILATION_H) - i32(PADDING_LOW_H);
    let offset_w = i32(tap_w * DILATION_W) - i32(PADDING_LOW_W);
    let inside = steps_inside(offset_w, STRIDE_W, params.out_w, params.in_w);
    let out_begin = max(inside.begin, slab.col_begin);
    let out_end = min(inside.end, slab.col_end);

    var sum = 0.0;
    for (var row = slab.row_begin; row < slab.row_end; row++) {
        let out_h = row % params.out_h;
        let out_d = row / params.out_h % params.out_d;
        let n = row / (params.out_h * params.out_d);
        let in_d = i32(out_d * STRIDE_D) + offset_d;
        let in_h = i32(out_h * STRIDE_H) + offset_h;
        if (is_inside(in_d, params.in_d) && is_inside(in_h, params.in_h)) {
            let x_plane = n * params.channels_in + channel;
            let y_plane = n * params.channels_out + k;
            let x_row = params.x_base + ((x_plane * params.in_d + u32(in_d)) * params.in_h + u32(in_h)) * params.in_w;
            let y_row = params.y_base + ((y_plane * params.out_d + out_d) * params.out_h + out_h) * params.out_w;
            for (var out_w = out_begin; out_w < out_end; out_w++) {
                sum += x[x_row + u32(i32(out_w * STRIDE_W) + offset_w)] * dy[y_row + out_w];
            }
        }
    }
    return sum;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn kernel_grad(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    let elements = element_count();
    if (index >= elements * params.reduction.slab_count) {
        return;
    }
    let sum = correlate(index % elements, slab_at(params.reduction, index / elements));
    if (params.reduction.accumulate == 1u) {
        dw[index] += sum;
    } else {
        dw[index] = sum;
    }
}
