// w into the order in which a gather reads it (params.wgsl): an invocation owns one element of A, numbered in w's order, so
// that reads are the ones that scatter: w is small, and A is read many times. Rows are padded with zeros to whole tiles.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

struct PackParams {
    groups: u32,
    channels: u32,
    outputs: u32,
    outputs_padded: u32,
    // Elements of w from one group, output channel and input channel of the gather to the next.
    group_stride: u32,
    output_stride: u32,
    channel_stride: u32,
    // 1: the taps of a class run backwards, as in the input gradient.
    reversed: u32,
    axes: array<PackAxis, 3>,
    classes: array<AxisClass, 96>,
}

// Elements behind the last row.
const ZEROS: u32 = 4u;

// Tap t belongs to class (t * dilation + shift) % classes, where every period-th tap follows.
struct PackAxis {
    taps: u32,
    dilation: u32,
    shift: u32,
    classes: u32,
    period: u32,
    unused_a: u32,
    unused_b: u32,
    unused_c: u32,
}

@group(0) @binding(0) var<uniform> params: PackParams;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> packed: array<f32>;

// Where a tap stands along its axis.
struct Place {
    // Taps of the classes before its own, taps of its own, and its number among those.
    before: u32,
    taps: u32,
    j: u32,
}

fn place_of(axis: u32, tap: u32) -> Place {
    let info = params.axes[axis];
    let number = (tap * info.dilation + info.shift) % info.classes;
    let class_taps = params.classes[axis * MOST_CLASSES + number].taps;
    let i = tap / info.period;
    let j = select(i, class_taps - 1u - i, params.reversed == 1u);
    return Place(params.classes[axis * MOST_CLASSES + number].taps_before, class_taps, j);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn pack(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let taps_d = params.axes[0].taps;
    let taps_h = params.axes[1].taps;
    let taps_w = params.axes[2].taps;
    let taps = taps_d * taps_h * taps_w;
    let index = linear_invocation(group, groups, local);
    let tap = index % taps;
    let c = index / taps % params.channels;
    let m = index / (taps * params.channels) % params.outputs_padded;
    let g = index / (taps * params.channels * params.outputs_padded);
    if (g >= params.groups) {
        // Behind the last row: zeros to be read in place of rows that do not exist.
        if (index - params.groups * params.outputs_padded * params.channels * taps < ZEROS) {
            packed[index] = 0.0;
        }
        return;
    }
    let d = place_of(0u, tap / (taps_w * taps_h));
    let h = place_of(1u, tap / taps_w % taps_h);
    let w_place = place_of(2u, tap % taps_w);
    // Rows of the classes before, then the rows of its own.
    let before = d.before * taps_h * taps_w + d.taps * (h.before * taps_w + h.taps * w_place.before);
    let row = c * (d.taps * h.taps * w_place.taps) + (d.j * h.taps + h.j) * w_place.taps + w_place.j;
    let to = ((g * taps + before) * params.channels + row) * params.outputs_padded + m;
    // A row's padding is zero, read from an element that exists.
    let source_m = min(m, params.outputs - 1u);
    let value = w[g * params.group_stride + source_m * params.output_stride + c * params.channel_stride + tap];
    packed[to] = select(0.0, value, m < params.outputs);
}
