// db = sum of g and dw = sum of g * (x - mean) * inv_std of each channel, slice by slice, g being dy, or where ReLU gave y, dy
// where y > 0. A workgroup owns a slice of a channel.
@group(0) @binding(0) var<uniform> params: BatchNormParams;
@group(0) @binding(1) var<storage, read> x: array<Entry>;
@group(0) @binding(2) var<storage, read> dy: array<Entry>;
@group(0) @binding(3) var<storage, read> y: array<Entry>;
@group(0) @binding(4) var<storage, read> mean: array<f32>;
@group(0) @binding(5) var<storage, read> inv_std: array<f32>;
@group(0) @binding(6) var<storage, read_write> workspace: array<vec4<f32>>;

var<workgroup> shared_sums: array<vec2<f32>, WORKGROUP_SIZE>;

// An invocation's sums, and what it takes off x.
struct Sums {
    db: Value,
    dw: Value,
    mean: f32,
}

fn sums_from(channel: u32) -> Sums {
    return Sums(Value(0.0), Value(0.0), mean[channel]);
}

fn with_term(sums: Sums, g: Value, value: Value) -> Sums {
    return Sums(sums.db + g, sums.dw + g * (value - sums.mean), sums.mean);
}

// The sums of the whole workgroup, as a tree.
fn store_sums(local: u32, index: u32, sums: Sums) {
    let scale = inv_std[index % params.channels];
    shared_sums[local] = vec2<f32>(sum_of_value(sums.db), scale * sum_of_value(sums.dw));
    workgroupBarrier();
    for (var width = WORKGROUP_SIZE / 2u; width > 0u; width /= 2u) {
        if (local < width) {
            shared_sums[local] += shared_sums[local + width];
        }
        workgroupBarrier();
    }
    if (local == 0u) {
        workspace[params.result + index] = vec4<f32>(shared_sums[0], 0.0, 0.0);
    }
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
    let stride = stride_of_walk();
    var walk = walk_of(index % params.channels, index / params.channels, local);
    var sums = sums_from(index % params.channels);
    for (var step = 0u; step < walk.steps; step++) {
        let at = walk.address;
        sums = with_term(sums, loaded(dy[entry(at)], at), loaded(x[entry(at)], at));
        walk = walked(walk, stride);
    }
    store_sums(local, index, sums);
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
    let stride = stride_of_walk();
    var walk = walk_of(index % params.channels, index / params.channels, local);
    var sums = sums_from(index % params.channels);
    for (var step = 0u; step < walk.steps; step++) {
        let at = walk.address;
        let g = select(Value(0.0), loaded(dy[entry(at)], at), loaded(y[entry(at)], at) > Value(0.0));
        sums = with_term(sums, g, loaded(x[entry(at)], at));
        walk = walked(walk, stride);
    }
    store_sums(local, index, sums);
}
