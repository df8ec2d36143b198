// An input gradient on through the activation that gave x: dx = dx * derivative, in place. An invocation a Value: one element,
// or four (through_activation_scalar.wgsl, through_activation_vec4.wgsl).
@group(0) @binding(0) var<uniform> params: ElementwiseParams;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read_write> dx: array<Value>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn through_relu(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        dx[index] = select(Value(0.0), dx[index], x[index] > Value(0.0));
    }
}
