// What a finished sum goes through before it is stored (src/activation.rs): 0 nothing, 1 ReLU. A constant, because a choice at
// run time would be compiled into every store.
override ACTIVATION: u32 = 0u;

fn activated(value: f32) -> f32 {
    if (ACTIVATION == 1u) {
        return max(value, 0.0);
    }
    return value;
}

fn four_activated(values: vec4<f32>) -> vec4<f32> {
    if (ACTIVATION == 1u) {
        return max(values, vec4<f32>(0.0));
    }
    return values;
}
