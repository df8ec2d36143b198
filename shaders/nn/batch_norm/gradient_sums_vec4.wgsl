// `nn/batch_norm/gradient_sums.wgsl` where a plane is whole fours: a Value is four elements.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

fn sum_of_value(value: vec4<f32>) -> f32 {
    return (value.x + value.y) + (value.z + value.w);
}
