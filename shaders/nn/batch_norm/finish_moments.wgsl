// Moments of slices to what the normalisation needs. An invocation owns a channel; in merge_moments, a channel in a run of slices.
// The workspace holds moments [slices, channels] from params.source on.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: BatchNormParams;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> running_mean: array<f32>;
@group(0) @binding(4) var<storage, read_write> running_var: array<f32>;
@group(0) @binding(5) var<storage, read_write> mean: array<f32>;
@group(0) @binding(6) var<storage, read_write> inv_std: array<f32>;
@group(0) @binding(7) var<storage, read_write> workspace: array<vec4<f32>>;

fn moments_of_slices(channel: u32, first: u32) -> vec4<f32> {
    let last = min(first + params.merged, params.slices);
    let channels = params.channels;
    var address = params.source + first * channels + channel;
    var moments = vec4<f32>(0.0);
    for (var slice = first; slice < last; slice++) {
        moments = merged_moments(moments, workspace[address]);
        address += channels;
    }
    return moments;
}

// Fewer slices, from params.result on.
@compute @workgroup_size(WORKGROUP_SIZE)
fn merge_moments(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        let moments = moments_of_slices(index % params.channels, index / params.channels * params.merged);
        workspace[params.result + index] = moments;
    }
}

// Mean, inverse standard deviation, running statistics (the variance there is the unbiased one, as in PyTorch), and what `normalise` reads.
@compute @workgroup_size(WORKGROUP_SIZE)
fn finish_moments(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let channel = linear_invocation(group, groups, local);
    if (channel < params.channels) {
        let moments = moments_of_slices(channel, 0u);
        let inverse = inverseSqrt(moments.z / params.elements + params.eps);
        mean[channel] = moments.y;
        inv_std[channel] = inverse;
        let kept = 1.0 - params.momentum;
        running_mean[channel] = kept * running_mean[channel] + params.momentum * moments.y;
        let unbiased = moments.z / (params.elements - 1.0);
        running_var[channel] = kept * running_var[channel] + params.momentum * unbiased;
        workspace[params.result + channel] = vec4<f32>(moments.y, w[channel] * inverse, b[channel], 0.0);
    }
}
