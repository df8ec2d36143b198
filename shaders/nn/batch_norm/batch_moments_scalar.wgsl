// `nn/batch_norm/batch_moments.wgsl` for planes of any number of elements: a Value is one.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

// The moments of a Value.
fn moments_of_values(count: f32, mean: f32, squares: f32) -> vec4<f32> {
    return vec4<f32>(count, mean, squares, 0.0);
}
