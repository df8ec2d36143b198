// loss = log(sum exp(x)) - x[label] of each sample's logits x, and the gradient of the mean loss: a workgroup owns one
// sample, its invocations stride over the classes. The maximum is taken off first, so that exp cannot overflow.
// A label that is no class makes the sample count for nothing: loss and gradient 0.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

struct SoftmaxParams {
    samples: u32,
    classes: u32,
    // 1 / (samples of the whole batch)
    scale: f32,
    // Element of the binding at which this dispatch's samples of x and dx, and of labels and loss, start.
    x_base: u32,
    label_base: u32,
    unused_a: u32,
    unused_b: u32,
    unused_c: u32,
}

@group(0) @binding(0) var<uniform> params: SoftmaxParams;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;
@group(0) @binding(4) var<storage, read_write> out: array<Stored>;

fn logit_at(i: u32) -> f32 {
    return element(x[slot(i)], i);
}

var<workgroup> shared_values: array<f32, WORKGROUP_SIZE>;

// Both reductions leave their result in every invocation; the barrier at their end lets the memory be used again.
fn reduce_max(local: u32, value: f32) -> f32 {
    shared_values[local] = value;
    workgroupBarrier();
    for (var width = WORKGROUP_SIZE / 2u; width > 0u; width /= 2u) {
        if (local < width) {
            shared_values[local] = max(shared_values[local], shared_values[local + width]);
        }
        workgroupBarrier();
    }
    let result = shared_values[0];
    workgroupBarrier();
    return result;
}

fn reduce_sum(local: u32, value: f32) -> f32 {
    shared_values[local] = value;
    workgroupBarrier();
    for (var width = WORKGROUP_SIZE / 2u; width > 0u; width /= 2u) {
        if (local < width) {
            shared_values[local] += shared_values[local + width];
        }
        workgroupBarrier();
    }
    let result = shared_values[0];
    workgroupBarrier();
    return result;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn softmax_cross_entropy(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let sample = linear_workgroup(group, groups);
    if (sample >= params.samples) {
        return;
    }
    let first = params.x_base + sample * params.classes;
    var largest = logit_at(first);
    for (var c = local; c < params.classes; c += WORKGROUP_SIZE) {
        largest = max(largest, logit_at(first + c));
    }
    largest = reduce_max(local, largest);

    var sum = 0.0;
    for (var c = local; c < params.classes; c += WORKGROUP_SIZE) {
        sum += exp(logit_at(first + c) - largest);
    }
    sum = reduce_sum(local, sum);

    let label = labels[params.label_base + sample];
    let counts = label < params.classes;
    let scale = select(0.0, params.scale, counts);
    for (var c = local; c < params.classes; c += WORKGROUP_SIZE) {
        let probability = exp(logit_at(first + c) - largest) / sum;
        store(first + c, scale * (probability - select(0.0, 1.0, c == label)));
    }
    if (local == 0u) {
        let logit = logit_at(first + min(label, params.classes - 1u));
        loss[params.label_base + sample] = select(0.0, log(sum) - (logit - largest), counts);
    }
}
