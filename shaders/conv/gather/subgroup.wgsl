// A gather by subgroups of 8 lanes: a workgroup is one subgroup and owns 32 output channels of one group at 8 x 4 cells of
// one class; a lane owns the 4 cells of a row that follow each other, in all 32 channels. In each step every lane loads 4
// channels of A and shares them by shuffles with a constant lane, which cost one instruction where a load in a loop costs
// dozens (lavapipe). No workgroup memory, no barriers.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
// specialise: end

const_assert TILE_M == 4u * WORKGROUP_SIZE;

@group(0) @binding(0) var<uniform> params: GatherParams;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read> packed: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> b: array<f32>;
@group(0) @binding(4) var<storage, read_write> out: array<f32>;

// What a lane owns.
struct Block {
    n: u32,
    group: u32,
    // First of the 32 channels.
    m: u32,
    // Of the class: cell along d and h, and the first of the four along w.
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
    let across = (params.cells_w + 3u) / 4u;
    let blocks = params.batch * params.cells_d * params.cells_h * across;
    let strips = (blocks + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
    let tiles = params.outputs_padded / TILE_M;
    let index = workgroup % strips * WORKGROUP_SIZE + lane;
    let m = workgroup / strips % tiles * TILE_M;
    let group = workgroup / (strips * tiles) % params.groups;
    let number = workgroup / (strips * tiles * params.groups);
    let class_w = number % params.classes_w;
    let class_h = number / params.classes_w % params.classes_h;
    let class_d = number / (params.classes_w * params.classes_h);
    let w = index % across * 4u;
    let h = index / across % params.cells_h;
    let d = index / (across * params.cells_h) % params.cells_d;
    let n = index / (across * params.cells_h * params.cells_d);
    let valid = class_d < params.classes_d && n < params.batch && d < class_at(0u, class_d).cells
        && h < class_at(1u, class_h).cells && w < class_at(2u, class_w).cells;
    return Block(n, group, m, d, h, w, class_d, class_h, class_w, valid);
}

// One mat4x4 a lane of A: a column a channel, a row a cell.
struct Sums {
    s0: mat4x4<f32>,
    s1: mat4x4<f32>,
    s2: mat4x4<f32>,
    s3: mat4x4<f32>,
    s4: mat4x4<f32>,
    s5: mat4x4<f32>,
    s6: mat4x4<f32>,
    s7: mat4x4<f32>,
}

fn add(sums: ptr<function, mat4x4<f32>>, a: vec4<f32>, value: vec4<f32>) {
    (*sums)[0] += a.x * value;
    (*sums)[1] += a.y * value;
    (*sums)[2] += a.z * value;
    (*sums)[3] += a.w * value;
}

fn gather_sums(block: Block, lane: u32) -> Sums {
    let d = class_at(0u, block.class_d);
    let h = class_at(1u, block.class_h);
    let w = class_at(2u, block.class_w);
    let taps_d = select(d.taps, TAPS_D, TAPS_D != 0u);
    let taps_h = select(h.taps, TAPS_H, TAPS_H != 0u);
    let taps_w = select(w.taps, TAPS_W, TAPS_W != 0u);
    let in_d = params.in_d;
    let in_h = params.in_h;
    let in_w = params.in_w;
    let plane = in_d * in_h * in_w;
    let channels = params.channels;
    let origin = params.in_base + (block.n * params.groups + block.group) * channels * plane;
    let start_d = d.start + i32(block.d * IN_STRIDE_D);
    let start_h = h.start + i32(block.h * IN_STRIDE_H);
    // Cells behind the row's last one repeat it and are not stored.
    let cells = min(vec4<u32>(block.w) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(max(w.cells, 1u) - 1u));
    let start_w = vec4<i32>(cells * IN_STRIDE_W) + vec4<i32>(w.start);

    // Rows of A: those of the groups and classes before, then this class's.
    let all_d = params.classes_d - 1u;
    let all_h = params.classes_h - 1u;
    let all_w = params.classes_w - 1u;
    let total_d = class_at(0u, all_d).taps_before + class_at(0u, all_d).taps;
    let total_h = class_at(1u, all_h).taps_before + class_at(1u, all_h).taps;
    let total_w = class_at(2u, all_w).taps_before + class_at(2u, all_w).taps;
    let before = d.taps_before * total_h * total_w + d.taps * (h.taps_before * total_w + h.taps * w.taps_before);
    let first_row = (block.group * total_d * total_h * total_w + before) * channels
        + params.channel_begin * taps_d * taps_h * taps_w;
    let row_length = params.outputs_padded / 4u;
    var at_a = first_row * row_length + block.m / 4u + lane;

    var s0 = mat4x4<f32>();
    var s1 = mat4x4<f32>();
    var s2 = mat4x4<f32>();
    var s3 = mat4x4<f32>();
    var s4 = mat4x4<f32>();
    var s5 = mat4x4<f32>();
    var s6 = mat4x4<f32>();
    var s7 = mat4x4<f32>();
    for (var c = params.channel_begin; c < params.channel_end; c++) {
        for (var i = 0u; i < taps_d; i++) {
            let cell_d = start_d + i32(i * TAP_STEP_D);
            for (var j = 0u; j < taps_h; j++) {
                let cell_h = start_h + i32(j * TAP_STEP_H);
                let row_inside = block.valid && (PADDED == 0u || (is_inside(cell_d, in_d) && is_inside(cell_h, in_h)));
                let row = origin + c * plane + (u32(cell_d) * in_h + u32(cell_h)) * in_w;
                for (var k = 0u; k < taps_w; k++) {
                    let cell_w = start_w + vec4<i32>(i32(k * TAP_STEP_W));
                    let inside = vec4<bool>(row_inside) & (vec4<bool>(PADDED == 0u) | are_inside(cell_w, in_w));
                    // Cells of the padding are read as zero, from an element that exists.
                    let at = select(vec4<u32>(0u), vec4<u32>(row) + vec4<u32>(cell_w), inside);
                    let value = select(
                        vec4<f32>(0.0),
                        vec4<f32>(source[at.x], source[at.y], source[at.z], source[at.w]),
                        inside,
                    );
                    let a = packed[at_a];
                    at_a += row_length;
                    let a0 = subgroupShuffle(a, 0u);
                    add(&s0, a0, value);
                    let a1 = subgroupShuffle(a, 1u);
                    add(&s1, a1, value);
                    let a2 = subgroupShuffle(a, 2u);
                    add(&s2, a2, value);
                    let a3 = subgroupShuffle(a, 3u);
                    add(&s3, a3, value);
                    let a4 = subgroupShuffle(a, 4u);
                    add(&s4, a4, value);
                    let a5 = subgroupShuffle(a, 5u);
                    add(&s5, a5, value);
                    let a6 = subgroupShuffle(a, 6u);
                    add(&s6, a6, value);
                    let a7 = subgroupShuffle(a, 7u);
                    add(&s7, a7, value);
                }
            }
        }
    }
    return Sums(s0, s1, s2, s3, s4, s5, s6, s7);
}

fn store_one(at: u32, sum: f32, initial: f32) {
    if (params.accumulate == 1u) {
        out[at] += sum;
    } else {
        out[at] = sum + initial;
    }
}

// No loop: the sum's loops may already have used up what an invocation may loop.
fn store_row(block: Block, m: u32, sums: vec4<f32>, initial: f32) {
    if (m >= params.outputs) {
        return;
    }
    let plane = params.out_d * params.out_h * params.out_w;
    let cell_d = block.d * OUT_STRIDE_D + block.class_d;
    let cell_h = block.h * OUT_STRIDE_H + block.class_h;
    let cell_w = block.w * OUT_STRIDE_W + block.class_w;
    let channel = (block.n * params.groups + block.group) * params.outputs + m;
    let first = params.out_base + channel * plane + (cell_d * params.out_h + cell_h) * params.out_w + cell_w;
    let count = class_at(2u, block.class_w).cells - block.w;
    store_one(first, sums.x, initial);
    if (count > 1u) {
        store_one(first + OUT_STRIDE_W, sums.y, initial);
    }
    if (count > 2u) {
        store_one(first + 2u * OUT_STRIDE_W, sums.z, initial);
    }
    if (count > 3u) {
        store_one(first + 3u * OUT_STRIDE_W, sums.w, initial);
    }
}

fn store_four(block: Block, m: u32, sums: mat4x4<f32>, initial: vec4<f32>) {
    store_row(block, m, sums[0], initial.x);
    store_row(block, m + 1u, sums[1], initial.y);
    store_row(block, m + 2u, sums[2], initial.z);
    store_row(block, m + 3u, sums[3], initial.w);
}

fn bias_of(block: Block, m: u32) -> vec4<f32> {
    let last = params.outputs - 1u;
    let first = block.group * params.outputs;
    return vec4<f32>(
        b[first + min(m, last)],
        b[first + min(m + 1u, last)],
        b[first + min(m + 2u, last)],
        b[first + min(m + 3u, last)],
    );
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn gather(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let block = block_at(linear_workgroup(group, groups), lane);
    // All lanes take part in the sums: a lane without cells holds channels that the others need.
    let sums = gather_sums(block, lane);
    if (block.valid) {
        let none = vec4<f32>(0.0);
        store_four(block, block.m, sums.s0, none);
        store_four(block, block.m + 4u, sums.s1, none);
        store_four(block, block.m + 8u, sums.s2, none);
        store_four(block, block.m + 12u, sums.s3, none);
        store_four(block, block.m + 16u, sums.s4, none);
        store_four(block, block.m + 20u, sums.s5, none);
        store_four(block, block.m + 24u, sums.s6, none);
        store_four(block, block.m + 28u, sums.s7, none);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn gather_bias(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let block = block_at(linear_workgroup(group, groups), lane);
    let sums = gather_sums(block, lane);
    if (block.valid) {
        store_four(block, block.m, sums.s0, bias_of(block, block.m));
        store_four(block, block.m + 4u, sums.s1, bias_of(block, block.m + 4u));
        store_four(block, block.m + 8u, sums.s2, bias_of(block, block.m + 8u));
        store_four(block, block.m + 12u, sums.s3, bias_of(block, block.m + 12u));
        store_four(block, block.m + 16u, sums.s4, bias_of(block, block.m + 16u));
        store_four(block, block.m + 20u, sums.s5, bias_of(block, block.m + 20u));
        store_four(block, block.m + 24u, sums.s6, bias_of(block, block.m + 24u));
        store_four(block, block.m + 28u, sums.s7, bias_of(block, block.m + 28u));
    }
}
