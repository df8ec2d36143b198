// y = (x - mean) * scale + shift with a channel's coefficients (mean, scale, shift), plus a residual r, through ReLU if asked for.
// An invocation owns a Value: one element, four (normalise_scalar.wgsl, normalise_vec4.wgsl), or four of any channels
// (normalise_fours.wgsl); or BLOCK of them (normalise_quads.wgsl).
@group(0) @binding(0) var<uniform> params: BatchNormParams;
@group(0) @binding(1) var<storage, read> x: array<Entry>;
@group(0) @binding(2) var<storage, read> r: array<Entry>;
@group(0) @binding(3) var<storage, read> coefficients: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> out: array<StoredEntry>;

fn through_relu(value: Value, relu: bool) -> Value {
    // NaN stays: see common/activation.wgsl.
    return select(value, select(value, Value(0.0), value <= Value(0.0)), relu);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn normalise(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    let c = coefficients_of(index);
    let relu = params.relu == 1u;
    let block = block_of(index);
    for (var step = 0u; step < BLOCK; step++) {
        let at = block.first + step * block.apart;
        if (at < block.end) {
            store_value(at, through_relu((x_at(at) - c.x) * c.y + c.z, relu));
        }
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn normalise_add(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    let c = coefficients_of(index);
    let relu = params.relu == 1u;
    let block = block_of(index);
    for (var step = 0u; step < BLOCK; step++) {
        let at = block.first + step * block.apart;
        if (at < block.end) {
            let normalised = (x_at(at) - c.x) * c.y + c.z;
            store_value(at, through_relu(normalised + r_at(at), relu));
        }
    }
}
