// y = sum of each window's cells inside the input, divided, with channels last: an invocation owns four channels of one output.
// Its loops go over all taps, so that compilers can unroll them.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: RowsParams;
@group(0) @binding(1) var<storage, read> x: array<ElementQuad>;
@group(0) @binding(2) var<storage, read_write> out: array<StoredQuad>;

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

    var sum = vec4<f32>(0.0);
    for (var tap_d = 0u; tap_d < TAPS_D; tap_d++) {
        let has_d = has_tap(over_d, tap_d);
        let in_d = u32(over_d.start + i32(tap_d * DILATION_D));
        for (var tap_h = 0u; tap_h < TAPS_H; tap_h++) {
            let has_h = has_d && has_tap(over_h, tap_h);
            let row = (in_d * in_h + u32(over_h.start + i32(tap_h * DILATION_H))) * in_w;
            for (var tap_w = 0u; tap_w < TAPS_W; tap_w++) {
                let has = has_h && has_tap(over_w, tap_w);
                let cell = select(0u, row + u32(over_w.start + i32(tap_w * DILATION_W)), has);
                sum += select(vec4<f32>(0.0), element_quad(x[first + cell * quads]), has);
            }
        }
    }
    store_quad(params.y_base / 4u + index, sum / divisor(quad.d, quad.h, quad.w));
}
