// A gather into at most three channels by subgroups of 8 lanes: input gradients of first layers. What such a gather lacks are products
// for what it reads, so a lane owns much of out: two rows, 2 q and 2 q + 1, and eight cells of each class along w, in all channels.
// The two rows are those of neighbours where there is one class along h, those of both classes with stride 2: they read the same
// rows of the source. A lane holds one tap along w of a row of A; with four taps or fewer the other lanes hold those of the second
// row of out. How a lane comes by the cells of a row is the kernels' (cells_at).

const_assert TILE_M == 4u && ROWS >= 1u && ROWS <= 3u;
const_assert EVEN >= 1u && EVEN + ODD <= 8u && ODD_FIRST <= 1u;

const TAPS: u32 = EVEN + ODD;
const BOTH_AT_ONCE: bool = TAPS <= 4u;
// Lanes that hold the taps of the second row of out.
const SECOND_LANE: u32 = 4u * u32(BOTH_AT_ONCE);
const CLASSES: u32 = 1u + u32(ODD > 0u);
// Of each class.
const CELLS: u32 = 8u;

alias Four = vec4<f32>;
// A row's taps, each in all channels.
alias Taps = array<Four, 8>;
// The four cells from each of the first cells on.
alias Cells = array<Four, 12>;
// Of one class: its first four cells, its second four; then the other's.
alias Sums = array<Four, 4>;

@group(0) @binding(0) var<uniform> params: GatherParams;
@group(0) @binding(2) var<storage, read> packed: array<Four>;
@group(0) @binding(3) var<storage, read> b: array<Element>;

// Sums of the first row, then of the second: by channel; class, first or second four cells.
var<private> first_x: Sums;
var<private> first_y: Sums;
var<private> first_z: Sums;
var<private> second_x: Sums;
var<private> second_y: Sums;
var<private> second_z: Sums;

struct Block {
    n: u32,
    group: u32,
    // Cell of the class along d, row pair, first of the cells along w.
    d: u32,
    pair: u32,
    w: u32,
    class_d: u32,
    valid: bool,
}

fn class_at(axis: u32, number: u32) -> AxisClass {
    return params.classes[axis * MOST_CLASSES + number];
}

fn block_at(workgroup: u32, lane: u32) -> Block {
    let across = (params.cells_w + CELLS - 1u) / CELLS;
    let pairs = (params.out_h + 1u) / 2u;
    let strips = (params.batch * params.cells_d * pairs * across + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
    let index = workgroup % strips * WORKGROUP_SIZE + lane;
    let group = workgroup / strips % params.groups;
    let number = workgroup / (strips * params.groups);
    // Workgroups behind the last one, which a folded grid has, sum what they never store: what they read must exist.
    let class_d = min(number, params.classes_d - 1u);
    let w = index % across * CELLS;
    let pair = index / across % pairs;
    let d = index / (across * pairs) % params.cells_d;
    let n = index / (across * pairs * params.cells_d);
    let valid = number < params.classes_d && n < params.batch && d < class_at(0u, class_d).cells;
    return Block(n, group, d, pair, w, class_d, valid);
}

// Taps of all classes of an axis.
fn all_taps(axis: u32, classes: u32) -> u32 {
    let last = class_at(axis, classes - 1u);
    return last.taps_before + last.taps;
}

// The rows of A that a lane reads for a row of out: one tap along w of class_h.
struct Held {
    // In the first channel, for the first taps along d and h.
    first: u32,
    // From one channel, tap along d and tap along h to the next.
    channel: u32,
    depth: u32,
    height: u32,
    // Taps along h, and the row of the source, of those that a pair of rows reads, that is under the first.
    taps: u32,
    under: i32,
    exists: bool,
}

fn held(block: Block, class_h: AxisClass, under: i32, tap: u32) -> Held {
    let class_d = class_at(0u, block.class_d);
    let is_odd = tap >= EVEN;
    let class_w = class_at(2u, u32(is_odd && ODD > 0u));
    let total_h = all_taps(1u, params.classes_h);
    let total_w = all_taps(2u, params.classes_w);
    let total = all_taps(0u, params.classes_d) * total_h * total_w;
    let before = class_d.taps_before * total_h * total_w
        + class_d.taps * (class_h.taps_before * total_w + class_h.taps * class_w.taps_before);
    let own = class_d.taps * class_h.taps * class_w.taps;
    let first = (block.group * total + before) * params.channels + params.channel_begin * own;
    return Held(
        first + select(tap, tap - EVEN, is_odd),
        own,
        class_h.taps * class_w.taps,
        class_w.taps,
        class_h.taps,
        under,
        tap < TAPS,
    );
}

// Where a lane finds its tap: at the zeros if there is none under this row of the source.
fn place_in_packed(held: Held, at: u32, row: i32, zero_quad: u32) -> u32 {
    let tap = u32(row - held.under);
    return select(zero_quad, at + tap * held.height, held.exists && tap < held.taps);
}

// Sixteen cells that follow each other: all that a row's taps lie on.
struct Sixteen {
    a: Four,
    b: Four,
    c: Four,
    d: Four,
}

// Zeros where there is no tap: what stands there may be infinite, and then its product with the zeros of A is none.
fn windows(cells: Sixteen, has_tap: bool) -> Cells {
    let none = Four(0.0);
    let a = select(none, cells.a, has_tap);
    let b = select(none, cells.b, has_tap);
    let c = select(none, cells.c, has_tap);
    let d = select(none, cells.d, has_tap);
    return Cells(
        a,
        Four(a.yzw, b.x),
        Four(a.zw, b.xy),
        Four(a.w, b.xyz),
        b,
        Four(b.yzw, c.x),
        Four(b.zw, c.xy),
        Four(b.w, c.xyz),
        c,
        Four(c.yzw, d.x),
        Four(c.zw, d.xy),
        Four(c.w, d.xyz),
    );
}

fn taps_of_lanes(a: Four, first: u32) -> Taps {
    return Taps(
        subgroupShuffle(a, first),
        subgroupShuffle(a, first + 1u),
        subgroupShuffle(a, first + 2u),
        subgroupShuffle(a, first + 3u),
        subgroupShuffle(a, (first + 4u) % 8u),
        subgroupShuffle(a, (first + 5u) % 8u),
        subgroupShuffle(a, (first + 6u) % 8u),
        subgroupShuffle(a, (first + 7u) % 8u),
    );
}

// What four cells get of a row of the source, in one channel: `x` are those under the first taps.
fn of_even(a: array<f32, 8>, x: Taps) -> Four {
    var sum = a[0] * x[0];
    if (EVEN > 1u) {
        sum += a[1] * x[1];
    }
    if (EVEN > 2u) {
        sum += a[2] * x[2];
    }
    if (EVEN > 3u) {
        sum += a[3] * x[3];
    }
    if (EVEN > 4u) {
        sum += a[4] * x[4];
    }
    if (EVEN > 5u) {
        sum += a[5] * x[5];
    }
    if (EVEN > 6u) {
        sum += a[6] * x[6];
    }
    if (EVEN > 7u) {
        sum += a[7] * x[7];
    }
    return sum;
}

fn of_odd(a: array<f32, 8>, x: Taps) -> Four {
    var sum = a[min(EVEN, 7u)] * x[ODD_FIRST];
    if (ODD > 1u) {
        sum += a[min(EVEN + 1u, 7u)] * x[ODD_FIRST + 1u];
    }
    if (ODD > 2u) {
        sum += a[min(EVEN + 2u, 7u)] * x[ODD_FIRST + 2u];
    }
    if (ODD > 3u) {
        sum += a[min(EVEN + 3u, 7u)] * x[ODD_FIRST + 3u];
    }
    return sum;
}

fn added(sums: Sums, a: array<f32, 8>, x: Cells) -> Sums {
    let low = Taps(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]);
    let high = Taps(x[4], x[5], x[6], x[7], x[8], x[9], x[10], x[11]);
    if (ODD == 0u) {
        return Sums(sums[0] + of_even(a, low), sums[1] + of_even(a, high), Four(0.0), Four(0.0));
    }
    return Sums(
        sums[0] + of_even(a, low),
        sums[1] + of_even(a, high),
        sums[2] + of_odd(a, low),
        sums[3] + of_odd(a, high),
    );
}

fn gather_sums(block: Block, lane: u32) {
    let in_d = params.in_d;
    let in_h = params.in_h;
    let in_w = params.in_w;
    let plane = in_d * in_h * in_w;
    let channel_apart = channel_step(SOURCE_LAST, plane);
    let cell_apart = cell_step(SOURCE_LAST, params.groups * params.channels);
    let class_d = class_at(0u, block.class_d);
    // The same class twice, its rows one after the other; or both classes.
    let one_class = params.classes_h == 1u;
    let class_first = class_at(1u, 0u);
    var class_second = class_at(1u, params.classes_h - 1u);
    class_second.start += i32(one_class);
    // A class without taps begins nowhere.
    let start_first = select(class_first.start, class_second.start, class_first.taps == 0u);
    let start_second = select(class_second.start, class_first.start, class_second.taps == 0u);
    let start_h = min(start_first, start_second);
    let under_first = start_first - start_h;
    let under_second = start_second - start_h;
    let rows = max(under_first + i32(class_first.taps), under_second + i32(class_second.taps));
    let cell_first = start_h + i32(block.pair * select(1u, 2u, one_class));
    let start_d = class_d.start + i32(block.d * params.in_stride_d);
    let taps_d = class_d.taps;
    let tap_step_d = params.tap_step_d;
    let place = place_in_row(block, lane);
    let zero_quad = params.zero_quad;
    let channel_begin = params.channel_begin;
    let channel_end = params.channel_end;
    let origin = params.in_base + block.n * (params.groups * params.channels * plane)
        + block.group * params.channels * channel_apart;
    var class_one = class_first;
    var under_one = under_first;
    // What the first load brings are this lane's taps of the second row if there are few.
    let holds_second = BOTH_AT_ONCE && lane >= 4u;
    if (holds_second) {
        class_one = class_second;
        under_one = under_second;
    }
    let one = held(block, class_one, under_one, select(lane, lane - 4u, holds_second));
    let two = held(block, class_second, under_second, lane);

    var at_one = one.first;
    var at_two = two.first;
    var channel_at = origin + channel_begin * channel_apart;
    var i = 0u;
    var r = 0;
    // One loop, as in subgroup.wgsl.
    for (var to_go = (channel_end - channel_begin) * taps_d * u32(rows); to_go > 0u; to_go--) {
        let cell_d = start_d + i32(i * tap_step_d);
        let cell_h = cell_first + r;
        let row_inside = block.valid && is_inside(cell_d, in_d) && is_inside(cell_h, in_h);
        let row = channel_at + (u32(cell_d) * in_h + u32(cell_h)) * in_w * cell_apart;
        let cells = cells_at(row, place, row_inside);
        let x = windows(cells, u32(r - under_first) < class_first.taps);
        let y = windows(cells, u32(r - under_second) < class_second.taps);
        let a_one = packed[place_in_packed(one, at_one + i * one.depth, r, zero_quad)];
        var a_two = a_one;
        if (!BOTH_AT_ONCE) {
            a_two = packed[place_in_packed(two, at_two + i * two.depth, r, zero_quad)];
        }
        let a = taps_of_lanes(a_one, 0u);
        let e = taps_of_lanes(a_two, SECOND_LANE);
        first_x = added(first_x, array<f32, 8>(a[0].x, a[1].x, a[2].x, a[3].x, a[4].x, a[5].x, a[6].x, a[7].x), x);
        second_x = added(second_x, array<f32, 8>(e[0].x, e[1].x, e[2].x, e[3].x, e[4].x, e[5].x, e[6].x, e[7].x), y);
        if (ROWS > 1u) {
            first_y = added(first_y, array<f32, 8>(a[0].y, a[1].y, a[2].y, a[3].y, a[4].y, a[5].y, a[6].y, a[7].y), x);
            second_y = added(second_y, array<f32, 8>(e[0].y, e[1].y, e[2].y, e[3].y, e[4].y, e[5].y, e[6].y, e[7].y), y);
        }
        if (ROWS > 2u) {
            first_z = added(first_z, array<f32, 8>(a[0].z, a[1].z, a[2].z, a[3].z, a[4].z, a[5].z, a[6].z, a[7].z), x);
            second_z = added(second_z, array<f32, 8>(e[0].z, e[1].z, e[2].z, e[3].z, e[4].z, e[5].z, e[6].z, e[7].z), y);
        }
        r += 1;
        if (r == rows) {
            r = 0;
            i += 1u;
        }
        if (i == taps_d) {
            i = 0u;
            channel_at += channel_apart;
            at_one += one.channel;
            at_two += two.channel;
        }
    }
}

// Of the channels of a group; those that do not exist have the last one's.
fn bias_of(block: Block) -> Four {
    let last = params.outputs - 1u;
    let at = vec4<u32>(block.group * params.outputs) + min(vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(last));
    return four_elements(b[slot(at.x)], b[slot(at.y)], b[slot(at.z)], b[slot(at.w)], at);
}

// By loops, as the same code then stores every row: what is stored are always the first sums, into which the next ones move.
fn store_sums(block: Block, bias: Four) {
    let plane = params.out_d * params.out_h * params.out_w;
    let cell = cell_step(OUT_LAST, params.groups * params.outputs);
    let channel = channel_step(OUT_LAST, plane);
    let d = block.d * params.out_stride_d + block.class_d;
    let w = block.w * CLASSES;
    let cells = params.out_w - w;
    let channels = params.outputs;
    let first_channel = block.group * channels;
    let parts = min(params.out_h - block.pair * 2u, 2u);
    let first = params.out_base + block.n * params.groups * channels * plane + first_channel * channel
        + ((d * params.out_h + block.pair * 2u) * params.out_w + w) * cell;
    for (var part = 0u; part < parts; part++) {
        var of_channels = bias;
        for (var m = 0u; m < channels; m++) {
            let initial = of_channels.x;
            of_channels = of_channels.yzww;
            let place = Place(first + part * params.out_w * cell + m * channel, 0u, 1u, cells, cell);
            if (ODD == 0u) {
                store_row(place, 0u, first_x[0], initial);
                if (cells > 4u) {
                    store_row(behind(place, 4u), 0u, first_x[1], initial);
                }
            } else {
                let low = interleaved(first_x[0], first_x[2]);
                let high = interleaved(first_x[1], first_x[3]);
                store_row(place, 0u, low[0], initial);
                if (cells > 4u) {
                    store_row(behind(place, 4u), 0u, low[1], initial);
                }
                if (cells > 8u) {
                    store_row(behind(place, 8u), 0u, high[0], initial);
                }
                if (cells > 12u) {
                    store_row(behind(place, 12u), 0u, high[1], initial);
                }
            }
            first_x = first_y;
            first_y = first_z;
        }
        first_x = second_x;
        first_y = second_y;
        first_z = second_z;
    }
}

fn behind(place: Place, cells: u32) -> Place {
    return Place(place.first + cells * place.step, place.plane, place.rows, place.cells - cells, place.step);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn gather(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let block = block_at(linear_workgroup(group, groups), lane);
    // All lanes take part in the sums: a lane without cells holds taps that the others need.
    gather_sums(block, lane);
    if (block.valid) {
        store_sums(block, Four(0.0));
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
    if (block.valid) {
        store_sums(block, bias_of(block));
    }
}
