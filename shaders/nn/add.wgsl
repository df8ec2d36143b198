// y = x + r, alone or through ReLU; an invocation a Value: one element, or four (add_scalar.wgsl, add_vec4.wgsl).
@group(0) @binding(0) var<uniform> params: ElementwiseParams;
@group(0) @binding(1) var<storage, read> x: array<Entry>;
@group(0) @binding(2) var<storage, read> r: array<Entry>;
@group(0) @binding(3) var<storage, read_write> out: array<StoredEntry>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn add(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        store_value(index, loaded(x[entry(index)], index) + loaded(r[entry(index)], index));
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn add_relu(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        let sum = loaded(x[entry(index)], index) + loaded(r[entry(index)], index);
        // NaN stays: see common/activation.wgsl.
        store_value(index, select(sum, Value(0.0), sum <= Value(0.0)));
    }
}
