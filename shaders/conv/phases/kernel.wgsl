// The kernels of all parts (params.wgsl) from w: an invocation moves one element. A class's taps run backwards, so that the cells of dy
// run forwards. No workgroup memory.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: PhaseParams;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> parts: array<f32>;

// The class that a tap belongs to.
fn class_number(tap: u32, first: u32, classes: u32) -> u32 {
    return (tap + classes - first) % classes;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn kernels_of_parts(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index >= params.count) {
        return;
    }
    let taps = params.taps_d * params.taps_h * params.taps_w;
    let tap = index % taps;
    let tap_w = tap % params.taps_w;
    let tap_h = tap / params.taps_w % params.taps_h;
    let tap_d = tap / (params.taps_w * params.taps_h);
    let input = index / taps % params.inputs;
    let channel = index / (taps * params.inputs);
    let on_d = class_on(0u, class_number(tap_d, params.first_d, params.classes_d));
    let on_h = class_on(1u, class_number(tap_h, params.first_h, params.classes_h));
    let on_w = class_on(2u, class_number(tap_w, params.first_w, params.classes_w));
    let in_d = channel * set_on(0u, on_d.sort).classes + on_d.index;
    let in_h = in_d * set_on(1u, on_h.sort).classes + on_h.index;
    let in_w = in_h * set_on(2u, on_w.sort).classes + on_w.index;
    let row = (in_w * params.inputs + input) * on_d.taps + on_d.taps - 1u - tap_d / params.classes_d;
    let row_h = row * on_h.taps + on_h.taps - 1u - tap_h / params.classes_h;
    let to = row_h * on_w.taps + on_w.taps - 1u - tap_w / params.classes_w;
    let of_group = channel / params.outputs * params.group_stride;
    let source = of_group + channel % params.outputs * params.output_stride + input * params.input_stride + tap;
    parts[part_of(on_d.sort, on_h.sort, on_w.sort).kernel + to] = w[source];
}
