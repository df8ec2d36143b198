// The same gradient for every channel of a group: that of the sum of them. An invocation a Value of dx, which is `out`: one element, or four
// (broadcast_scalar.wgsl, broadcast_vec4.wgsl), through the derivative and onto what dx holds as every store.
@group(0) @binding(0) var<uniform> params: ChannelsParams;
@group(0) @binding(1) var<storage, read> sums: array<Value>;
@group(0) @binding(2) var<storage, read_write> out: array<Target>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn broadcast_channels(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index >= params.count) {
        return;
    }
    let plane = params.plane;
    // A channel of a sample, and its group.
    let row = index / plane;
    var sum_row = row / params.channels;
    var cell = index - row * plane;
    if (X_LAST == 1u) {
        let channels = params.groups * params.channels;
        let pixel = index / channels;
        let sample = pixel / plane;
        cell = pixel - sample * plane;
        sum_row = sample * params.groups + (index - pixel * channels) / params.channels;
    }
    let at = params.x_base + index;
    var total = beside(at, sums[params.sums_base + sum_row * plane + cell]);
    if (ACCUMULATE == 1u) {
        total += params.factor * held_at(at);
    }
    store_total(at, total);
}
