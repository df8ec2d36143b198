// y = sum of each window's cells inside the input, divided, with channels last: an invocation owns four channels of one output.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: RowsParams;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index >= params.count) {
        return;
    }
    let quad = quad_at(index, vec3<u32>(params.out_d, params.out_h, params.out_w));
    let quads = params.quads;
    let in_h = params.in_h;
    let in_w = params.in_w;
    let over_d = window_d(quad.d);
    let over_h = window_h(quad.h);
    let over_w = window_w(quad.w);
    let first = first_in_x(quad);
    let first_w = u32(over_w.start + i32(over_w.taps.begin * DILATION_W));

    var sum = vec4<f32>(0.0);
    for (var tap_d = over_d.taps.begin; tap_d < over_d.taps.end; tap_d++) {
        let in_d = u32(over_d.start + i32(tap_d * DILATION_D));
        for (var tap_h = over_h.taps.begin; tap_h < over_h.taps.end; tap_h++) {
            let row = in_d * in_h + u32(over_h.start + i32(tap_h * DILATION_H));
            var at = first + (row * in_w + first_w) * quads;
            for (var tap_w = over_w.taps.begin; tap_w < over_w.taps.end; tap_w++) {
                sum += x[at];
                at += DILATION_W * quads;
            }
        }
    }
    y[params.y_base / 4u + index] = sum / divisor(quad.d, quad.h, quad.w);
}
