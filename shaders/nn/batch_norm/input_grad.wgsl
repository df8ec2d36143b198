// dx = w * inv_std * (g - db / m - (x - mean) * inv_std * dw / m) for m elements of a channel, from the channel's coefficients
// (w * inv_std, what db takes off, what dw takes off, mean); g is dy, or where ReLU gave y, dy where y > 0. An invocation owns a
// Value: one element, or four (input_grad_scalar.wgsl, input_grad_vec4.wgsl, input_grad_quads.wgsl).
@group(0) @binding(0) var<uniform> params: BatchNormParams;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read> dy: array<Value>;
@group(0) @binding(3) var<storage, read> y: array<Value>;
@group(0) @binding(4) var<storage, read> coefficients: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> dx: array<Value>;

fn gradient_of(index: u32, g: Value) -> Value {
    let c = coefficients_of(index);
    return g * c.x - c.y - (x[params.base + index] - c.w) * c.z;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn input_grad(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        dx[params.base + index] = gradient_of(index, dy[params.base + index]);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn input_grad_through(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        let g = select(Value(0.0), dy[params.base + index], y[params.base + index] > Value(0.0));
        dx[params.base + index] = gradient_of(index, g);
    }
}
