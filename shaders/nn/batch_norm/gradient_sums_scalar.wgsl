// `nn/batch_norm/gradient_sums.wgsl` for planes of any number of elements: a Value is one.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

fn sum_of_value(value: f32) -> f32 {
    return value;
}
