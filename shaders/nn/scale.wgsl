// A tensor times a factor, or zeros, an invocation a Value: one element, or four (scale_scalar.wgsl, scale_vec4.wgsl).
@group(0) @binding(0) var<uniform> params: ElementwiseParams;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read_write> y: array<Value>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn scale(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        y[index] = params.factor * x[index];
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn scale_in_place(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        y[index] *= params.factor;
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn clear(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        y[index] = Value();
    }
}
