// Activations and their gradients by themselves, an invocation a Value: one element, or four (activation_scalar.wgsl,
// activation_vec4.wgsl). Which one is ACTIVATION, of common/activation.wgsl.
@group(0) @binding(0) var<uniform> params: ElementwiseParams;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read_write> y: array<Value>;
// y, or x of those whose derivative is computed from that.
@group(0) @binding(3) var<storage, read> beside: array<Value>;
@group(0) @binding(4) var<storage, read> dy: array<Value>;
@group(0) @binding(5) var<storage, read_write> dx: array<Value>;

fn gradient(index: u32, value: Value) -> Value {
    return value_of(back_through(ACTIVATION, four_of(beside[index]), four_of(value), params.slope));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn activate(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        y[index] = value_of(four_activated(four_of(x[index]), params.slope));
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn activate_in_place(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        y[index] = value_of(four_activated(four_of(y[index]), params.slope));
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn activation_grad(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        dx[index] = gradient(index, dy[index]);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn activation_grad_in_place(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        dx[index] = gradient(index, dx[index]);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn activation_grad_and_add(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        dx[index] = gradient(index, dx[index]) + params.factor * x[index];
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn add_and_activate(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        y[index] = value_of(four_activated(four_of(y[index] + params.factor * x[index]), params.slope));
    }
}
