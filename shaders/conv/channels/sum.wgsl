// The sum of the channels of each group of x, an invocation a Value of a plane: one element, or four (sum_scalar.wgsl,
// sum_vec4.wgsl, of channels that lie first). Neighbouring invocations read neighbours, of one channel after the other.
@group(0) @binding(0) var<uniform> params: ChannelsParams;
@group(0) @binding(1) var<storage, read> x: array<Source>;
@group(0) @binding(2) var<storage, read_write> sums: array<Value>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn sum_channels(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index >= params.count) {
        return;
    }
    let plane = params.plane;
    let end = params.channel_end;
    // A group of a sample.
    let row = index / plane;
    let cell = index - row * plane;
    var first = row * params.channels * plane + cell;
    var step = plane;
    if (X_LAST == 1u) {
        let sample = row / params.groups;
        let channel = (row - sample * params.groups) * params.channels;
        first = (sample * plane + cell) * params.groups * params.channels + channel;
        step = 1u;
    }
    first += params.x_base;
    var total = Value();
    for (var c = params.channel_begin; c < end; c++) {
        total += value_of_x(first + c * step);
    }
    let at = params.sums_base + index;
    if (ACCUMULATE == 1u) {
        total += sums[at];
    }
    sums[at] = total;
}
