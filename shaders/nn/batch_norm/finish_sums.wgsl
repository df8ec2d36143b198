// Sums of slices to dw and db. An invocation owns a channel; in merge_sums, a channel in a run of slices. The workspace holds sums
// (db, dw) [slices, channels] from params.source on.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: BatchNormParams;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> mean: array<f32>;
@group(0) @binding(3) var<storage, read> inv_std: array<f32>;
@group(0) @binding(4) var<storage, read_write> dw: array<f32>;
@group(0) @binding(5) var<storage, read_write> db: array<f32>;
@group(0) @binding(6) var<storage, read_write> workspace: array<vec4<f32>>;

fn sum_of_slices(channel: u32, first: u32) -> vec4<f32> {
    let last = min(first + params.merged, params.slices);
    let channels = params.channels;
    var address = params.source + first * channels + channel;
    var sums = vec4<f32>(0.0);
    for (var slice = first; slice < last; slice++) {
        sums += workspace[address];
        address += channels;
    }
    return sums;
}

// Fewer slices, from params.result on.
@compute @workgroup_size(WORKGROUP_SIZE)
fn merge_sums(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        workspace[params.result + index] = sum_of_slices(index % params.channels, index / params.channels * params.merged);
    }
}

// dw and db, and what `input_grad` reads.
@compute @workgroup_size(WORKGROUP_SIZE)
fn finish_sums(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let channel = linear_invocation(group, groups, local);
    if (channel < params.channels) {
        let sums = sum_of_slices(channel, 0u);
        let scale = w[channel] * inv_std[channel];
        let per_element = scale / params.elements;
        db[channel] = sums.x;
        dw[channel] = sums.y;
        workspace[params.result + channel] =
            vec4<f32>(scale, per_element * sums.x, per_element * inv_std[channel] * sums.y, mean[channel]);
    }
}
