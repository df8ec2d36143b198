// Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1), in place, with weight decay as a part of the
// gradient, and AdamW (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019, algorithm 2); eps is added to the root of
// the corrected second moment, as in PyTorch. An invocation a Value: one element, or four (adam_scalar.wgsl, adam_vec4.wgsl).
@group(0) @binding(0) var<uniform> params: ElementwiseParams;
@group(0) @binding(1) var<storage, read> dw: array<Entry>;
// learning rate, 1 - beta1, 1 - beta2, eps, weight decay
@group(0) @binding(2) var<storage, read> hyper: array<f32>;
// Which step this is, counted from 1.
@group(0) @binding(3) var<storage, read> step: array<u32>;
@group(0) @binding(4) var<storage, read_write> w: array<Value>;
@group(0) @binding(5) var<storage, read_write> first_moment: array<Value>;
@group(0) @binding(6) var<storage, read_write> second_moment: array<Value>;

// 1 - beta^exponent from 1 - beta, by squaring. Only numbers that are not negative are added, so that no digits are lost where
// beta is near 1.
fn complement_of_power(complement: f32, exponent: u32) -> f32 {
    var result = 0.0;
    var square = complement;
    for (var rest = exponent; rest > 0u; rest >>= 1u) {
        if ((rest & 1u) == 1u) {
            result += (1.0 - result) * square;
        }
        square += (1.0 - square) * square;
    }
    return result;
}

// What a step takes off w; the moments are new ones.
fn adam_step(m: Value, v: Value) -> Value {
    let exponent = max(step[0], 1u);
    let first = complement_of_power(hyper[1], exponent);
    let second = complement_of_power(hyper[2], exponent);
    return hyper[0] / first * m / (sqrt(v / second) + hyper[3]);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn adam(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        let value = w[index];
        let gradient = loaded(dw[entry(index)], index) + hyper[4] * value;
        let m = first_moment[index] + hyper[1] * (gradient - first_moment[index]);
        let v = second_moment[index] + hyper[2] * (gradient * gradient - second_moment[index]);
        first_moment[index] = m;
        second_moment[index] = v;
        w[index] = value - adam_step(m, v);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn adamw(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        let gradient = loaded(dw[entry(index)], index);
        let m = first_moment[index] + hyper[1] * (gradient - first_moment[index]);
        let v = second_moment[index] + hyper[2] * (gradient * gradient - second_moment[index]);
        first_moment[index] = m;
        second_moment[index] = v;
        let value = w[index];
        w[index] = value - hyper[0] * hyper[4] * value - adam_step(m, v);
    }
}
