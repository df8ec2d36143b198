// Stochastic gradient descent with momentum and weight decay, in place (PyTorch's rule):
// g = dw + decay * w; v = momentum * v + g; w = w - rate * v. An invocation an element.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: ElementwiseParams;
@group(0) @binding(1) var<storage, read> dw: array<f32>;
// learning rate, momentum, weight decay
@group(0) @binding(2) var<storage, read> hyper: array<f32>;
@group(0) @binding(3) var<storage, read_write> w: array<f32>;
@group(0) @binding(4) var<storage, read_write> velocity: array<f32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn sgd(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        let gradient = dw[index] + hyper[2] * w[index];
        let v = hyper[1] * velocity[index] + gradient;
        velocity[index] = v;
        w[index] -= hyper[0] * v;
    }
}
