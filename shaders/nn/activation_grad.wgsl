// Gradients of ReLU and sigmoid at their input, from their output y and dy; an invocation a Value: one element, or four
// (activation_grad_scalar.wgsl, activation_grad_vec4.wgsl).
@group(0) @binding(0) var<uniform> params: ElementwiseParams;
@group(0) @binding(1) var<storage, read> y: array<Value>;
@group(0) @binding(2) var<storage, read> dy: array<Value>;
@group(0) @binding(3) var<storage, read_write> dx: array<Value>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn relu_grad(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        dx[index] = select(Value(0.0), dy[index], y[index] > Value(0.0));
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn sigmoid_grad(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        dx[index] = dy[index] * y[index] * (1.0 - y[index]);
    }
}
