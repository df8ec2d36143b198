// A gather by subgroups of 8 lanes: a workgroup is one subgroup and owns TILE_M output channels of one group at cells of one
// class, each lane at 4 of a row that follow each other (8, if TILE_M is 4 or LANE_FOURS 2). CLASSES_OF_LANE is 2 if it owns 4 cells of
// both classes along w, which lie side by side, and 4 if of both along h too; LANE_ROWS is 2 if it owns the same cells of two rows. What differs between the
// kernels made of this is how a lane comes by its cells of the source (gather_sums) and how it stores (store_lane, store_four). No workgroup memory, no barriers.

// A lane's columns are its cells.
alias Columns = vec4<f32>;

// Of a tile of four rows a lane owns eight cells at least: what is read of A is then worth it.
const LANE_CELLS: u32 = 4u * max(LANE_FOURS, 1u + u32(TILE_M == 4u));

@group(0) @binding(0) var<uniform> params: GatherParams;
@group(0) @binding(2) var<storage, read> packed: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> b: array<Element>;

// What a lane owns.
struct Block {
    n: u32,
    group: u32,
    // First of the channels that A holds.
    m: u32,
    // Of the class: cell along d, the first of the LANE_ROWS along h, and of the LANE_CELLS along w.
    d: u32,
    h: u32,
    w: u32,
    class_d: u32,
    class_h: u32,
    class_w: u32,
    valid: bool,
}

fn class_at(axis: u32, number: u32) -> AxisClass {
    return params.classes[axis * MOST_CLASSES + number];
}

fn block_at(workgroup: u32, lane: u32) -> Block {
    let across = (params.cells_w + LANE_CELLS - 1u) / LANE_CELLS;
    let down = (params.cells_h + LANE_ROWS - 1u) / LANE_ROWS;
    let blocks = params.batch * params.cells_d * down * across;
    let strips = (blocks + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
    let tiles = params.outputs_padded / TILE_M;
    // Channels first: the workgroups that follow each other read the same cells.
    let m = workgroup / strips % tiles * TILE_M;
    let index = workgroup % strips * WORKGROUP_SIZE + lane;
    let group = workgroup / (strips * tiles) % params.groups;
    let number = workgroup / (strips * tiles * params.groups);
    let classes_w = params.classes_w / min(CLASSES_OF_LANE, 2u);
    let classes_h = params.classes_h / max(CLASSES_OF_LANE / 2u, 1u);
    let class_w = number % classes_w;
    let class_h = number / classes_w % classes_h;
    let of_d = number / (classes_w * classes_h);
    // Workgroups behind the last one, which a folded grid has, sum what they never store: what they read must exist.
    let class_d = min(of_d, params.classes_d - 1u);
    let w = index % across * LANE_CELLS;
    let h = index / across % down * LANE_ROWS;
    let d = index / (across * down) % params.cells_d;
    let n = index / (across * down * params.cells_d);
    let valid = of_d < params.classes_d && n < params.batch && d < class_at(0u, class_d).cells
        && h < class_at(1u, class_h).cells && w < class_at(2u, class_w).cells;
    return Block(n, group, m, d, h, w, class_d, class_h, class_w, valid);
}

// Whether there is anything to sum, which there always is, but the compiler does not know it. The product of a step stands in a branch
// of its own: lavapipe's loops run once more than they count, with all lanes masked, and that of Mesa 25.0.7 then jumps over the branch.
fn has_channels() -> bool {
    return params.channels > 0u;
}

// Taps of a block's class along each axis.
fn taps_of(block: Block) -> vec3<u32> {
    return vec3<u32>(
        class_at(0u, block.class_d).taps,
        class_at(1u, block.class_h).taps,
        class_at(2u, block.class_w).taps,
    );
}

// Taps of all classes of an axis.
fn all_taps(axis: u32, classes: u32) -> u32 {
    let last = class_at(axis, classes - 1u);
    return last.taps_before + last.taps;
}

// A channel of the source and a tap along depth and height: what a step of a sum reads.
struct Step {
    i: u32,
    j: u32,
    // The first element of the channel, in what the source is read by: cells, or fours of channels.
    channel: u32,
}

// Steps over so many channels, or lots of them. One loop goes over all of them: lavapipe's loops run once more than they count, with all
// lanes masked, so that of three nested ones with a tap along depth and three along height five products are computed for three.
fn steps_of(channels: u32, taps: vec3<u32>) -> u32 {
    return channels * taps.x * taps.y;
}

// Channels are so far apart.
fn next_step(step: Step, taps: vec3<u32>, apart: u32) -> Step {
    let row_ends = step.j + 1u == taps.y;
    let i = step.i + u32(row_ends);
    let channel_ends = i == taps.x;
    return Step(
        select(i, 0u, channel_ends),
        select(step.j + 1u, 0u, row_ends),
        step.channel + select(0u, apart, channel_ends),
    );
}

// This lane's vec4 in the first row of A that a block needs: behind the groups and classes before its own, and the channels
// that other dispatches sum over.
fn first_of_packed(block: Block, lane: u32) -> u32 {
    let taps = taps_of(block);
    let before_d = class_at(0u, block.class_d).taps_before;
    let before_h = class_at(1u, block.class_h).taps_before;
    let before_w = class_at(2u, block.class_w).taps_before;
    let total_h = all_taps(1u, params.classes_h);
    let total_w = all_taps(2u, params.classes_w);
    let total = all_taps(0u, params.classes_d) * total_h * total_w;
    let before = before_d * total_h * total_w + taps.x * (before_h * total_w + taps.y * before_w);
    let row = (block.group * total + before) * params.channels + params.channel_begin * taps.x * taps.y * taps.z;
    return row * (params.outputs_padded / 4u) + block.m / 4u + lane % ROW_LANES;
}

// What a lane holds of three rows of A that follow each other, as accumulate_three takes it.
struct Held {
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
}

// From this lane's vec4 in the first of them on; of few rows of a tile each lane reads another row's.
fn held_at(at: u32, row_length: u32, lane: u32) -> Held {
    if (TILE_M <= 8u) {
        let all = packed[at + min(lane / ROW_LANES, 2u) * row_length];
        return Held(all, all, all);
    }
    if (TILE_M <= 16u) {
        let both = packed[at + lane / ROW_LANES * row_length];
        return Held(both, both, packed[at + 2u * row_length]);
    }
    return Held(packed[at], packed[at + row_length], packed[at + 2u * row_length]);
}

// What a lane holds of two rows of A that follow each other, as accumulate_rows_two takes it.
struct HeldTwo {
    a: vec4<f32>,
    b: vec4<f32>,
}

fn held_two_at(at: u32, row_length: u32, lane: u32) -> HeldTwo {
    if (TILE_M <= 16u) {
        let both = packed[at + min(lane / ROW_LANES, 1u) * row_length];
        return HeldTwo(both, both);
    }
    return HeldTwo(packed[at], packed[at + row_length]);
}

// Where the source's first channel of this block's group and sample starts.
fn source_origin(block: Block) -> u32 {
    let plane = params.in_d * params.in_h * params.in_w;
    let channel = block.group * params.channels * channel_step(SOURCE_LAST, plane);
    return params.in_base + block.n * (params.groups * params.channels * plane) + channel;
}

// Elements of the source from a cell to the next.
fn source_cell() -> u32 {
    return cell_step(SOURCE_LAST, params.groups * params.channels);
}

fn place_of(block: Block) -> Place {
    let plane = params.out_d * params.out_h * params.out_w;
    let d = block.d * params.out_stride_d + block.class_d;
    let h = block.h * params.out_stride_h + block.class_h;
    let w = block.w * params.out_stride_w + block.class_w;
    let out_cell = cell_step(OUT_LAST, params.groups * params.outputs);
    let out_channel = channel_step(OUT_LAST, plane);
    let m = block.m + params.output_begin;
    let sample = params.groups * params.outputs * plane;
    let channel = block.group * params.outputs + m;
    let first = params.out_base + block.n * sample + channel * out_channel
        + ((d * params.out_h + h) * params.out_w + w) * out_cell;
    if (CLASSES_OF_LANE > 1u) {
        return Place(first, out_channel, params.outputs - m, params.out_w - w, out_cell);
    }
    let cells = class_at(2u, block.class_w).cells - block.w;
    return Place(first, out_channel, params.outputs - m, cells, params.out_stride_w * out_cell);
}

// The bias of this lane's rows of the tile.
fn own_bias(block: Block, lane: u32) -> vec4<f32> {
    let m = block.m + params.output_begin + lane % ROW_LANES * 4u;
    let last = params.outputs - 1u;
    let at = vec4<u32>(block.group * params.outputs) + min(vec4<u32>(m) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(last));
    return four_elements(b[slot(at.x)], b[slot(at.y)], b[slot(at.z)], b[slot(at.w)], at);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn gather(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let block = block_at(linear_workgroup(group, groups), lane);
    // All lanes take part in the sums: a lane without cells holds channels that the others need.
    gather_sums(block, lane);
    if (block.valid) {
        store_lane(block);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn gather_bias(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let block = block_at(linear_workgroup(group, groups), lane);
    gather_sums(block, lane);
    add_bias(own_bias(block, lane));
    if (block.valid) {
        store_lane(block);
    }
}
