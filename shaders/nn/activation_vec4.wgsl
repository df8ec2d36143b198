// `nn/activation.wgsl` where the number of elements is a multiple of 4: an invocation four elements.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

fn four_of(value: Value) -> vec4<f32> {
    return value;
}

fn from_four(values: vec4<f32>) -> Value {
    return values;
}
