// y = maximum of each window, and where it was, with the ties and NaNs of `pool/max_forward`, with channels last: an invocation
// owns four channels of one output. Its loops go over all taps, so that compilers can unroll them.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: RowsParams;
@group(0) @binding(1) var<storage, read> x: array<ElementQuad>;
@group(0) @binding(2) var<storage, read_write> out: array<StoredQuad>;
@group(0) @binding(3) var<storage, read_write> indices: array<vec4<u32>>;

struct Best {
    value: vec4<f32>,
    // Its cell in its plane.
    cell: vec4<u32>,
}

fn are_nan(values: vec4<f32>) -> vec4<bool> {
    return (bitcast<vec4<u32>>(values) & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u);
}

fn maxima(quad: Quad) -> Best {
    let quads = params.quads;
    let in_h = params.in_h;
    let in_w = params.in_w;
    let over_d = window_d(quad.d);
    let over_h = window_h(quad.h);
    let over_w = window_w(quad.w);
    let first = first_in_x(quad);

    let first_d = u32(over_d.start + i32(over_d.taps.begin * DILATION_D));
    let first_h = u32(over_h.start + i32(over_h.taps.begin * DILATION_H));
    let first_w = u32(over_w.start + i32(over_w.taps.begin * DILATION_W));
    let first_cell = (first_d * in_h + first_h) * in_w + first_w;
    var best = Best(element_quad(x[first + first_cell * quads]), vec4<u32>(first_cell));
    for (var tap_d = 0u; tap_d < TAPS_D; tap_d++) {
        let has_d = has_tap(over_d, tap_d);
        let in_d = u32(over_d.start + i32(tap_d * DILATION_D));
        for (var tap_h = 0u; tap_h < TAPS_H; tap_h++) {
            let has_h = has_d && has_tap(over_h, tap_h);
            let row = (in_d * in_h + u32(over_h.start + i32(tap_h * DILATION_H))) * in_w;
            for (var tap_w = 0u; tap_w < TAPS_W; tap_w++) {
                let cell_w = u32(over_w.start + i32(tap_w * DILATION_W));
                // The first cell once more changes nothing.
                let cell = select(first_cell, row + cell_w, has_h && has_tap(over_w, tap_w));
                let value = element_quad(x[first + cell * quads]);
                let wins = (value > best.value) | are_nan(value);
                best.value = select(best.value, value, wins);
                best.cell = select(best.cell, vec4<u32>(cell), wins);
            }
        }
    }
    return best;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        let quad = quad_at(index, vec3<u32>(params.out_d, params.out_h, params.out_w));
        store_quad(params.y_base / 4u + index, maxima(quad).value);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward_with_indices(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        let quad = quad_at(index, vec3<u32>(params.out_d, params.out_h, params.out_w));
        let best = maxima(quad);
        store_quad(params.y_base / 4u + index, best.value);
        indices[params.y_base / 4u + index] = names_of(quad) + best.cell;
    }
}
