// A tensor of the output's shape that is read beside each store. RESIDUAL 1: it is added. DERIVATIVE: what the sum goes back
// through, by the constants of common/activation.wgsl, from this tensor. Without either it is bound, but not read.
override RESIDUAL: u32 = 0u;
override DERIVATIVE: u32 = 0u;

@group(0) @binding(5) var<storage, read> side: array<Element>;

fn with_side(at: vec4<u32>, sums: vec4<f32>, slope: f32) -> vec4<f32> {
    if (RESIDUAL == 0u && DERIVATIVE == 0u) {
        return sums;
    }
    let from_side = four_slots(at);
    let beside = four_elements(side[from_side.x], side[from_side.y], side[from_side.z], side[from_side.w], at);
    if (RESIDUAL == 1u) {
        return sums + beside;
    }
    return back_through(DERIVATIVE, beside, sums, slope);
}
