// The packing of w (pack.wgsl) where its numbers are read four at a time: without classes, and no tap before another one. Rows of A, here
// outputs, are four at a time too; an output's numbers, of all channels and taps, follow each other in w and are rows one below the other in
// what is packed (pack_outputs, pack_lines), or, with a single tap, a channel's, of all outputs, and are one row (pack_channels).

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

struct PackFoursParams {
    // Invocations, of which the last one stores the zeros behind the last row, and where.
    count: u32,
    zeros: u32,
    outputs: u32,
    // Fours of outputs, padded to whole tiles.
    across: u32,
    // Fours of an output's numbers, or lines of four of these; or channels.
    down: u32,
    // In w, in fours: the first of these outputs; from one group to the next; from one output, or channel, to the next.
    first: u32,
    group_step: u32,
    step: u32,
    // Division by `across` and `down` (common/divide.wgsl).
    magic_across: u32,
    shift_across: u32,
    magic_down: u32,
    shift_down: u32,
}

@group(0) @binding(0) var<uniform> params: PackFoursParams;
@group(0) @binding(1) var<storage, read> w: array<ElementQuad>;
@group(0) @binding(2) var<storage, read_write> packed: array<vec4<f32>>;

// Whether an invocation has nothing to pack; the first of these stores the zeros behind the last row.
fn store_if_behind(index: u32) -> bool {
    if (index + 1u == params.count) {
        packed[params.zeros] = vec4<f32>(0.0);
    }
    return index + 1u >= params.count;
}

struct Place {
    group: u32,
    // Which four, or line, of an output's numbers; or channel.
    row: u32,
    // Four of outputs.
    m: u32,
}

fn place_at(index: u32) -> Place {
    let rest = divide(index, params.magic_across, params.shift_across);
    let group = divide(rest, params.magic_down, params.shift_down);
    return Place(group, rest - group * params.down, index - rest * params.across);
}

// Of four outputs the first of their fours, and which of them exist; those that do not are zero, read from one that does.
struct Outputs {
    first: vec4<u32>,
    exists: vec4<bool>,
}

fn outputs_at(place: Place) -> Outputs {
    let outputs = vec4<u32>(4u * place.m) + vec4<u32>(0u, 1u, 2u, 3u);
    let existing = min(outputs, vec4<u32>(params.outputs - 1u));
    let first = vec4<u32>(params.first + place.group * params.group_step) + existing * params.step;
    return Outputs(first, outputs < vec4<u32>(params.outputs));
}

// A four of each output's numbers to four rows.
fn store_turned(outputs: Outputs, four: u32, to: u32) {
    let from_w = outputs.first + vec4<u32>(four);
    let a = element_quad(w[from_w.x]);
    let b = element_quad(w[from_w.y]);
    let c = element_quad(w[from_w.z]);
    let d = element_quad(w[from_w.w]);
    let none = vec4<f32>(0.0);
    let across = params.across;
    packed[to] = select(none, vec4<f32>(a.x, b.x, c.x, d.x), outputs.exists);
    packed[to + across] = select(none, vec4<f32>(a.y, b.y, c.y, d.y), outputs.exists);
    packed[to + 2u * across] = select(none, vec4<f32>(a.z, b.z, c.z, d.z), outputs.exists);
    packed[to + 3u * across] = select(none, vec4<f32>(a.w, b.w, c.w, d.w), outputs.exists);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn pack_outputs(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (store_if_behind(index)) {
        return;
    }
    let place = place_at(index);
    let to = (place.group * params.down + place.row) * 4u * params.across + place.m;
    store_turned(outputs_at(place), place.row, to);
}

// A line of the cache of each output (of f32), four of its fours, which software devices would read again for each.
@compute @workgroup_size(WORKGROUP_SIZE)
fn pack_lines(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (store_if_behind(index)) {
        return;
    }
    let place = place_at(index);
    let outputs = outputs_at(place);
    let four = 4u * place.row;
    let apart = 4u * params.across;
    let to = (place.group * params.down + place.row) * 4u * apart + place.m;
    store_turned(outputs, four, to);
    store_turned(outputs, four + 1u, to + apart);
    store_turned(outputs, four + 2u, to + 2u * apart);
    store_turned(outputs, four + 3u, to + 3u * apart);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn pack_channels(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (store_if_behind(index)) {
        return;
    }
    let place = place_at(index);
    let exists = 4u * place.m < params.outputs;
    let from_w = params.first + place.group * params.group_step + place.row * params.step + place.m;
    packed[index] = select(vec4<f32>(0.0), element_quad(w[select(0u, from_w, exists)]), exists);
}
