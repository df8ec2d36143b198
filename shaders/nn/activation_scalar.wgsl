// `nn/activation.wgsl` for any number of elements: an invocation an element.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

alias Value = f32;

fn four_of(value: Value) -> vec4<f32> {
    return vec4<f32>(value);
}

fn value_of(values: vec4<f32>) -> Value {
    return values.x;
}
