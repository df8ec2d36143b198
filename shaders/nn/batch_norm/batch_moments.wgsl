// Mean and squared deviations of each channel's x, slice by slice: a workgroup owns a slice of a channel. An invocation's Values
// are added one by one (Welford, "Note on a method for calculating corrected sums of squares and products", 1962), those of the
// workgroup as a tree. No difference of large numbers, as of squares and a squared sum, is ever taken.
@group(0) @binding(0) var<uniform> params: BatchNormParams;
@group(0) @binding(1) var<storage, read> x: array<Entry>;
@group(0) @binding(2) var<storage, read_write> workspace: array<vec4<f32>>;

var<workgroup> shared_moments: array<vec4<f32>, WORKGROUP_SIZE>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn batch_moments(
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
    let steps = walk.steps;
    var mean = Value(0.0);
    var squares = Value(0.0);
    for (var step = 0u; step < steps; step++) {
        let value = loaded(x[entry(walk.address)], walk.address);
        let delta = value - mean;
        mean += delta * (1.0 / f32(step + 1u));
        squares += delta * (value - mean);
        walk = walked(walk, stride);
    }
    shared_moments[local] = moments_of_values(f32(steps), mean, squares);
    workgroupBarrier();
    for (var width = WORKGROUP_SIZE / 2u; width > 0u; width /= 2u) {
        if (local < width) {
            shared_moments[local] = merged_moments(shared_moments[local], shared_moments[local + width]);
        }
        workgroupBarrier();
    }
    if (local == 0u) {
        workspace[params.result + index] = shared_moments[0];
    }
}
