// In place of common/side.wgsl, in kernels that read nothing beside their stores: a binding fewer.
fn with_side(at: vec4<u32>, sums: vec4<f32>, slope: f32) -> vec4<f32> {
    return sums;
}
