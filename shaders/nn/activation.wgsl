// ReLU and sigmoid, an invocation a Value: one element, or four (activation_scalar.wgsl, activation_vec4.wgsl). Their gradients
// are in activation_grad.wgsl.
@group(0) @binding(0) var<uniform> params: ElementwiseParams;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read_write> y: array<Value>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn relu(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        y[index] = max(x[index], Value(0.0));
    }
}

// exp only of numbers that are not positive, so that it cannot overflow.
@compute @workgroup_size(WORKGROUP_SIZE)
fn sigmoid(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        let value = x[index];
        let small = exp(-abs(value));
        y[index] = select(small, Value(1.0), value >= Value(0.0)) / (1.0 + small);
    }
}
