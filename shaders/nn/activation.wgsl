// ReLU and sigmoid, an invocation an element. Their gradients are in activation_grad.wgsl.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: ElementwiseParams;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn relu(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        y[index] = max(x[index], 0.0);
    }
}

// exp only of numbers that are not positive, so that it cannot overflow.
@compute @workgroup_size(WORKGROUP_SIZE)
fn sigmoid(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        let value = x[index];
        let small = exp(-abs(value));
        y[index] = select(small, 1.0, value >= 0.0) / (1.0 + small);
    }
}
