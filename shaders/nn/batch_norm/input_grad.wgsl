// dx = w * inv_std * (g - db / m - (x - mean) * inv_std * dw / m) for m elements of a channel, from the channel's coefficients
// (w * inv_std, what db takes off, what dw takes off, mean); g is dy, or where ReLU gave y, dy where y > 0. An invocation owns a
// Value: one element, four (input_grad_scalar.wgsl, input_grad_vec4.wgsl), or four of any channels (input_grad_fours.wgsl); or BLOCK of
// them (input_grad_quads.wgsl).
@group(0) @binding(0) var<uniform> params: BatchNormParams;
@group(0) @binding(1) var<storage, read> x: array<Entry>;
@group(0) @binding(2) var<storage, read> dy: array<Entry>;
@group(0) @binding(3) var<storage, read> y: array<Entry>;
@group(0) @binding(4) var<storage, read> coefficients: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> out: array<StoredEntry>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn input_grad(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    let c = coefficients_of(index);
    let block = block_of(index);
    for (var step = 0u; step < BLOCK; step++) {
        let at = block.first + step * block.apart;
        if (at < block.end) {
            let g = dy_at(at);
            store_value(at, g * c.x - c.y - (x_at(at) - c.w) * c.z);
        }
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn input_grad_through(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    let c = coefficients_of(index);
    let block = block_of(index);
    for (var step = 0u; step < BLOCK; step++) {
        let at = block.first + step * block.apart;
        if (at < block.end) {
            let g = select(Value(0.0), dy_at(at), y_at(at) > Value(0.0));
            store_value(at, g * c.x - c.y - (x_at(at) - c.w) * c.z);
        }
    }
}
