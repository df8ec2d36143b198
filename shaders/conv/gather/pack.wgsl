// w into the order in which a gather reads it (params.wgsl): an invocation owns all taps of one channel of A in one row, or in
// four that follow each other (Rows, pack_scalar.wgsl and pack_vec4.wgsl). It walks along the taps without dividing. Rows are
// padded with zeros to whole tiles. A kernel too large for the workspace is packed in rounds, some outputs of every group at a time.

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
    // Element of w at which the first of these outputs starts.
    w_base: u32,
    unused_a: u32,
    unused_b: u32,
    unused_c: u32,
    axes: array<PackAxis, 3>,
    classes: array<AxisClass, 96>,
}

// Elements behind the last row.
const ZEROS: u32 = 4u;

// Tap t belongs to class (t * dilation + shift) % classes, where every period-th tap follows. Dilation and shift are below
// classes.
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

// A tap that moves along its axis: its class, its number among the taps of that, and how many of the axis's classes' first taps
// it has passed.
struct Walk {
    number: u32,
    i: u32,
    passed: u32,
}

fn next(walk: Walk, info: PackAxis) -> Walk {
    let number = walk.number + info.dilation;
    let passed = walk.passed + 1u;
    let wraps = passed == info.period;
    return Walk(
        select(number, number - info.classes, number >= info.classes),
        select(walk.i, walk.i + 1u, wraps),
        select(passed, 0u, wraps),
    );
}

// Where a tap stands along its axis.
struct Place {
    // Taps of the classes before its own, taps of its own, and its number among those.
    before: u32,
    taps: u32,
    j: u32,
}

fn place_of(axis: u32, walk: Walk) -> Place {
    let own = params.classes[axis * MOST_CLASSES + walk.number];
    return Place(own.taps_before, own.taps, select(walk.i, own.taps - 1u - walk.i, params.reversed == 1u));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn pack(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let across = params.outputs_padded / ROWS;
    let index = linear_invocation(group, groups, local);
    let rest = index / across;
    let g = rest / params.channels;
    if (g >= params.groups) {
        // Zeros behind the last row, to be read in place of rows that do not exist.
        let rows_of_w = params.groups * params.channels;
        let behind = index - rows_of_w * across;
        if (behind < ZEROS / ROWS) {
            let taps = params.axes[0].taps * params.axes[1].taps * params.axes[2].taps;
            store_zeros(rows_of_w * taps * across + behind);
        }
        return;
    }
    let m = index - rest * across;
    let c = rest - g * params.channels;
    let rows = rows_at(params.w_base + g * params.group_stride + c * params.channel_stride, m * ROWS);
    let info_d = params.axes[0];
    let info_h = params.axes[1];
    let info_w = params.axes[2];
    let channels = params.channels;
    let first = g * (info_d.taps * info_h.taps * info_w.taps) * channels;
    var tap = 0u;
    var walk_d = Walk(info_d.shift, 0u, 0u);
    for (var t = 0u; t < info_d.taps; t++) {
        let d = place_of(0u, walk_d);
        var walk_h = Walk(info_h.shift, 0u, 0u);
        for (var u = 0u; u < info_h.taps; u++) {
            let h = place_of(1u, walk_h);
            var walk_w = Walk(info_w.shift, 0u, 0u);
            for (var v = 0u; v < info_w.taps; v++) {
                let w_place = place_of(2u, walk_w);
                // Rows of the classes before, then the rows of its own.
                let before = d.before * info_h.taps * info_w.taps
                    + d.taps * (h.before * info_w.taps + h.taps * w_place.before);
                let j = (d.j * h.taps + h.j) * w_place.taps + w_place.j;
                let row = first + before * channels + c * (d.taps * h.taps * w_place.taps) + j;
                store_rows(row * across + m, rows, tap);
                tap += 1u;
                walk_w = next(walk_w, info_w);
            }
            walk_h = next(walk_h, info_h);
        }
        walk_d = next(walk_d, info_d);
    }
}
