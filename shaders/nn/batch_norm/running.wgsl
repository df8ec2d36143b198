// What `normalise` reads of each channel, from the running statistics: inference. An invocation owns a channel.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: BatchNormParams;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read> running_mean: array<f32>;
@group(0) @binding(4) var<storage, read> running_var: array<f32>;
@group(0) @binding(5) var<storage, read_write> workspace: array<vec4<f32>>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn running_coefficients(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let channel = linear_invocation(group, groups, local);
    if (channel < params.channels) {
        let scale = w[channel] * inverseSqrt(running_var[channel] + params.eps);
        workspace[params.result + channel] = vec4<f32>(running_mean[channel], scale, b[channel], 0.0);
    }
}
