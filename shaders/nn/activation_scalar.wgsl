// `nn/activation.wgsl` for any number of elements: an invocation an element.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

fn four_of(value: Value) -> vec4<f32> {
    return vec4<f32>(value);
}

fn from_four(values: vec4<f32>) -> Value {
    return values.x;
}
