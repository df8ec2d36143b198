// Stochastic gradient descent with momentum and weight decay, in place (PyTorch's rule):
// g = dw + decay * w; v = momentum * v + g; w = w - rate * v, or by Nesterov w = w - rate * (g + momentum * v). An invocation a Value: one element, or four (sgd_scalar.wgsl,
// sgd_vec4.wgsl).
@group(0) @binding(0) var<uniform> params: ElementwiseParams;
@group(0) @binding(1) var<storage, read> dw: array<Entry>;
// learning rate, momentum, weight decay
@group(0) @binding(2) var<storage, read> hyper: array<f32>;
@group(0) @binding(3) var<storage, read_write> w: array<Value>;
@group(0) @binding(4) var<storage, read_write> velocity: array<Value>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn sgd(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        let gradient = loaded(dw[entry(index)], index) + hyper[2] * w[index];
        let v = hyper[1] * velocity[index] + gradient;
        velocity[index] = v;
        w[index] -= hyper[0] * v;
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn sgd_nesterov(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        let gradient = loaded(dw[entry(index)], index) + hyper[2] * w[index];
        let v = hyper[1] * velocity[index] + gradient;
        velocity[index] = v;
        w[index] -= hyper[0] * (gradient + hyper[1] * v);
    }
}
