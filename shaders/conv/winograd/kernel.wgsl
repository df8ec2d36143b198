// G w G' of every output and channel of w (tiles.wgsl): an invocation one of them. No workgroup memory.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

struct WinogradKernelParams {
    // Invocations: groups times outputs times channels, both of a group.
    count: u32,
    outputs: u32,
    channels: u32,
    // Elements of w from one group, output and channel to the next.
    group_stride: u32,
    output_stride: u32,
    channel_stride: u32,
    // 1: the taps run backwards.
    reversed: u32,
    // Division by channels and outputs (common/divide.wgsl).
    magic_channels: u32,
    shift_channels: u32,
    magic_outputs: u32,
    shift_outputs: u32,
    unused: u32,
}

@group(0) @binding(0) var<uniform> params: WinogradKernelParams;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> transformed: array<f32>;

fn row_of_taps(first: u32, row: u32) -> vec3<f32> {
    if (params.reversed == 1u) {
        let at = first + 8u - 3u * row;
        return vec3<f32>(w[at], w[at - 1u], w[at - 2u]);
    }
    let at = first + 3u * row;
    return vec3<f32>(w[at], w[at + 1u], w[at + 2u]);
}

fn store_row(first: u32, taps: vec3<f32>) {
    let step = params.count;
    // Halves are exact: only the sums are rounded.
    let even = 0.5 * (taps.x + taps.z);
    let odd = 0.5 * taps.y;
    transformed[first] = taps.x;
    transformed[first + step] = even + odd;
    transformed[first + 2u * step] = even - odd;
    transformed[first + 3u * step] = taps.z;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn transform_kernel(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index >= params.count) {
        return;
    }
    let row = divide(index, params.magic_channels, params.shift_channels);
    let of_group = divide(row, params.magic_outputs, params.shift_outputs);
    let channel = index - row * params.channels;
    let output = row - of_group * params.outputs;
    let first = of_group * params.group_stride + output * params.output_stride + channel * params.channel_stride;
    let top = row_of_taps(first, 0u);
    let middle = 0.5 * row_of_taps(first, 1u);
    let bottom = row_of_taps(first, 2u);
    let even = 0.5 * (top + bottom);
    let step = params.count;
    store_row(index, top);
    store_row(index + 4u * step, even + middle);
    store_row(index + 8u * step, even - middle);
    store_row(index + 12u * step, bottom);
}
