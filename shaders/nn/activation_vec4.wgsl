// `nn/activation.wgsl` where the number of elements is a multiple of 4: an invocation four elements.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

alias Value = vec4<f32>;

fn four_of(value: Value) -> vec4<f32> {
    return value;
}

fn value_of(values: vec4<f32>) -> Value {
    return values;
}
