// loss = (y - target)^2 / 2 of a sigmoid's output y, and its gradient at the sigmoid's input; an invocation a Value: one
// element, or four (half_squared_error_scalar.wgsl, half_squared_error_vec4.wgsl).
@group(0) @binding(0) var<uniform> params: ElementwiseParams;
@group(0) @binding(1) var<storage, read> y: array<Entry>;
@group(0) @binding(2) var<storage, read> goal: array<Entry>;
@group(0) @binding(3) var<storage, read_write> loss: array<Value>;
@group(0) @binding(4) var<storage, read_write> out: array<StoredEntry>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn half_squared_error(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        let value = loaded(y[entry(index)], index);
        let error = value - loaded(goal[entry(index)], index);
        loss[index] = 0.5 * error * error;
        store_value(index, error * value * (1.0 - value));
    }
}
