// Activations and their gradients by themselves, an invocation a Value: one element, or four (activation_scalar.wgsl,
// activation_vec4.wgsl). Which one is ACTIVATION, of common/activation.wgsl.
@group(0) @binding(0) var<uniform> params: ElementwiseParams;
@group(0) @binding(1) var<storage, read> x: array<Entry>;
@group(0) @binding(2) var<storage, read_write> out: array<StoredEntry>;
// The output, or the input of those whose derivative is computed from that.
@group(0) @binding(3) var<storage, read> beside: array<Entry>;
@group(0) @binding(4) var<storage, read> dy: array<Entry>;

fn gradient(index: u32, value: Value) -> Value {
    return from_four(back_through(ACTIVATION, four_of(loaded(beside[entry(index)], index)), four_of(value), params.slope));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn activate(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        store_value(index, from_four(four_activated(four_of(loaded(x[entry(index)], index)), params.slope)));
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
        store_value(index, from_four(four_activated(four_of(held_value(index)), params.slope)));
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
        store_value(index, gradient(index, loaded(dy[entry(index)], index)));
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
        store_value(index, gradient(index, held_value(index)));
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
        let added = params.factor * loaded(x[entry(index)], index);
        store_value(index, gradient(index, held_value(index)) + added);
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
        let sum = held_value(index) + params.factor * loaded(x[entry(index)], index);
        store_value(index, from_four(four_activated(four_of(sum), params.slope)));
    }
}
