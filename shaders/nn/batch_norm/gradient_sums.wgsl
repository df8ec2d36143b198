// db = sum of g and dw = sum of g * (x - mean) * inv_std of each channel, slice by slice, g being dy, or where ReLU gave y, dy
// where y > 0. A workgroup owns a slice of a channel.
@group(0) @binding(0) var<uniform> params: BatchNormParams;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read> dy: array<Value>;
@group(0) @binding(3) var<storage, read> y: array<Value>;
@group(0) @binding(4) var<storage, read> mean: array<f32>;
@group(0) @binding(5) var<storage, read> inv_std: array<f32>;
@group(0) @binding(6) var<storage, read_write> workspace: array<vec4<f32>>;

var<workgroup> shared_sums: array<vec2<f32>, WORKGROUP_SIZE>;

// The sums of the whole workgroup, in its first invocation.
fn sum_of_workgroup(local: u32, sums: vec2<f32>) -> vec4<f32> {
    shared_sums[local] = sums;
    workgroupBarrier();
    for (var width = WORKGROUP_SIZE / 2u; width > 0u; width /= 2u) {
        if (local < width) {
            shared_sums[local] += shared_sums[local + width];
        }
        workgroupBarrier();
    }
    return vec4<f32>(shared_sums[0], 0.0, 0.0);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn gradient_sums(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_workgroup(group, groups);
    if (index >= params.channels * params.slices) {
        return;
    }
    let channel = index % params.channels;
    let stride = stride_of_walk();
    var walk = walk_of(channel, index / params.channels, local);
    let steps = walk.steps;
    let centre = mean[channel];
    var db = Value(0.0);
    var dw = Value(0.0);
    for (var step = 0u; step < steps; step++) {
        let g = dy[walk.address];
        db += g;
        dw += g * (x[walk.address] - centre);
        walk = walked(walk, stride);
    }
    let sums = sum_of_workgroup(local, vec2<f32>(sum_of_value(db), inv_std[channel] * sum_of_value(dw)));
    if (local == 0u) {
        workspace[params.result + index] = sums;
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn gradient_sums_through(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_workgroup(group, groups);
    if (index >= params.channels * params.slices) {
        return;
    }
    let channel = index % params.channels;
    let stride = stride_of_walk();
    var walk = walk_of(channel, index / params.channels, local);
    let steps = walk.steps;
    let centre = mean[channel];
    var db = Value(0.0);
    var dw = Value(0.0);
    for (var step = 0u; step < steps; step++) {
        let g = select(Value(0.0), dy[walk.address], y[walk.address] > Value(0.0));
        db += g;
        dw += g * (x[walk.address] - centre);
        walk = walked(walk, stride);
    }
    let sums = sum_of_workgroup(local, vec2<f32>(sum_of_value(db), inv_std[channel] * sum_of_value(dw)));
    if (local == 0u) {
        workspace[params.result + index] = sums;
    }
}
