// A gather (params.wgsl) whose groups have one channel: nothing is summed over but the window. An invocation owns a strip of
// four cells by ROWS of a class in a plane of out, and runs down it: of each row of the source it reads what its cells need
// once, and adds it to the TAPS rows of sums that it takes part in (strip/cells.wgsl). No workgroup memory, no subgroups.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TAPS: u32 = 3u;
const STRIDE: u32 = 1u;
const ROWS: u32 = 28u;
// specialise: end

// Taps along each axis where there is one class; 0: by class.
override TAPS_H: u32 = 1u;
override TAPS_W: u32 = 1u;

@group(0) @binding(0) var<uniform> params: GatherParams;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read> packed: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;

struct Strip {
    // Of all samples: number of the plane of out, its channel, and the group of that.
    plane: u32,
    channel: u32,
    group: u32,
    // Of the class: first row, and first of the four cells.
    h: u32,
    w: u32,
    number_h: u32,
    number_w: u32,
    exists: bool,
}

// The classes of a row first, which write alternate cells of it, then what follows each other along the row.
fn strip_at(index: u32) -> Strip {
    let across = (params.cells_w + 3u) / 4u;
    let down = (params.cells_h + ROWS - 1u) / ROWS;
    let channels = params.groups * params.outputs;
    let rest_w = quotient(index, params.classes_w);
    let rest_across = quotient(rest_w, across);
    let rest_h = quotient(rest_across, params.classes_h);
    let plane = quotient(rest_h, down);
    let channel = plane - quotient(plane, channels) * channels;
    let number_w = index - rest_w * params.classes_w;
    let number_h = rest_across - rest_h * params.classes_h;
    let w = (rest_w - rest_across * across) * 4u;
    let h = (rest_h - plane * down) * ROWS;
    let exists = plane < params.batch * channels
        && h < params.classes[MOST_CLASSES + number_h].cells
        && w < params.classes[2u * MOST_CLASSES + number_w].cells;
    return Strip(plane, channel, quotient(channel, params.outputs), h, w, number_h, number_w, exists);
}

var<private> taps_h: u32;
var<private> taps_w: u32;
// A window of fewer rows than TAPS is the lower part of one: the number of its first row, a multiple of STRIDE.
var<private> skipped: u32;
// The window: a row of taps each.
var<private> k0: TapRow;
var<private> k1: TapRow;
var<private> k2: TapRow;
var<private> k3: TapRow;
var<private> k4: TapRow;

fn tap_at(first: u32, jh: u32, jw: u32) -> f32 {
    let exists = jh >= skipped && jh < skipped + taps_h && jw < taps_w;
    let at = first + select(0u, ((jh - skipped) * taps_w + jw) * params.outputs_padded, exists);
    return select(0.0, packed[at], exists);
}

fn taps_at(first: u32, jh: u32) -> TapRow {
    let near = vec3<f32>(tap_at(first, jh, 0u), tap_at(first, jh, 1u), tap_at(first, jh, 2u));
    if (TAPS > 3u) {
        return TapRow(near, vec2<f32>(tap_at(first, jh, 3u), tap_at(first, jh, 4u)));
    }
    return TapRow(near, vec2<f32>(0.0));
}

fn own_window(strip: Strip) {
    let h = params.classes[MOST_CLASSES + strip.number_h];
    let w = params.classes[2u * MOST_CLASSES + strip.number_w];
    let last_h = params.classes[MOST_CLASSES + params.classes_h - 1u];
    let last_w = params.classes[2u * MOST_CLASSES + params.classes_w - 1u];
    // Constants where there is one class.
    taps_h = select(TAPS_H, h.taps, TAPS_H == 0u);
    taps_w = select(TAPS_W, w.taps, TAPS_W == 0u);
    skipped = (TAPS - max(taps_h, 1u)) / STRIDE * STRIDE;
    let all_w = last_w.taps_before + last_w.taps;
    let all = (last_h.taps_before + last_h.taps) * all_w;
    let row = strip.group * all + h.taps_before * all_w + taps_h * w.taps_before;
    let first = select(0u, row * params.outputs_padded + strip.channel - strip.group * params.outputs, strip.exists);
    k0 = taps_at(first, 0u);
    k1 = taps_at(first, 1u);
    k2 = taps_at(first, 2u);
    if (TAPS > 3u) {
        k3 = taps_at(first, 3u);
        k4 = taps_at(first, 4u);
    }
}

// What a row of the source adds to a row of out through the row jh of the window; nothing by a tap that does not exist, be
// the cell infinite.
fn product(k: TapRow, cells: Under, jh: u32) -> vec4<f32> {
    var sum = k.near.x * cells.t0;
    sum += select(vec4<f32>(0.0), k.near.y * cells.t1, taps_w > 1u);
    sum += select(vec4<f32>(0.0), k.near.z * cells.t2, taps_w > 2u);
    if (TAPS > 3u) {
        sum += select(vec4<f32>(0.0), k.far.x * cells.t3, taps_w > 3u);
        sum += select(vec4<f32>(0.0), k.far.y * cells.t4, taps_w > 4u);
    }
    return select(vec4<f32>(0.0), sum, jh >= skipped && jh < skipped + taps_h && taps_w > 0u);
}

fn place_of(strip: Strip, rows: u32) -> Place {
    let h = strip.h * params.out_stride_h + strip.number_h;
    let w = strip.w * params.out_stride_w + strip.number_w;
    let first = params.out_base + (strip.plane * params.out_h + h) * params.out_w + w;
    let cells = params.classes[2u * MOST_CLASSES + strip.number_w].cells - strip.w;
    return Place(first, params.out_stride_h * params.out_w, rows, cells, params.out_stride_w);
}

fn run_down(strip: Strip, initial: f32) {
    let class_h = params.classes[MOST_CLASSES + strip.number_h];
    let class_w = params.classes[2u * MOST_CLASSES + strip.number_w];
    let rows = min(ROWS, class_h.cells - strip.h);
    let place = place_of(strip, rows);
    let in_h = params.in_h;
    let in_w = params.in_w;
    let start = class_h.start + i32(strip.h * STRIDE) - i32(skipped);
    let across = across_at(class_w.start + i32(strip.w * STRIDE), in_w);
    let source_plane = quotient(strip.plane, params.outputs);
    let origin = params.in_base + source_plane * in_h * in_w;
    // Sum j is that of the row which meets row j (stride 1) or row 2 j (stride 2) of the window next.
    var s0 = vec4<f32>(0.0);
    var s1 = vec4<f32>(0.0);
    var s2 = vec4<f32>(0.0);
    var s3 = vec4<f32>(0.0);
    var s4 = vec4<f32>(0.0);
    if (STRIDE == 1u) {
        for (var i = skipped; i < rows + TAPS - 1u; i++) {
            let h = start + i32(i);
            let cells = under(origin + u32(h) * in_w, is_inside(h, in_h), across);
            s0 += product(k0, cells, 0u);
            s1 += product(k1, cells, 1u);
            s2 += product(k2, cells, 2u);
            var done = s2;
            if (TAPS > 3u) {
                s3 += product(k3, cells, 3u);
                done = s4 + product(k4, cells, 4u);
            }
            if (i + 1u >= TAPS) {
                store_row(place, i + 1u - TAPS, done, initial);
            }
            s4 = s3;
            s3 = s2;
            s2 = s1;
            s1 = s0;
            s0 = vec4<f32>(0.0);
        }
    } else {
        for (var i = skipped / 2u; i < rows + TAPS / 2u; i++) {
            let h = start + i32(2u * i);
            let even = under(origin + u32(h) * in_w, is_inside(h, in_h), across);
            s0 += product(k0, even, 0u);
            s1 += product(k2, even, 2u);
            var done = s1;
            if (TAPS > 3u) {
                done = s2 + product(k4, even, 4u);
            }
            if (i >= TAPS / 2u) {
                store_row(place, i - TAPS / 2u, done, initial);
            }
            let odd = under(origin + u32(h + 1) * in_w, is_inside(h + 1, in_h), across);
            s2 = s1;
            if (TAPS > 3u) {
                s2 += product(k3, odd, 3u);
            }
            s1 = s0 + product(k1, odd, 1u);
            s0 = vec4<f32>(0.0);
        }
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn depthwise(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let strip = strip_at(linear_invocation(group, groups, local));
    if (strip.exists) {
        own_window(strip);
        run_down(strip, 0.0);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn depthwise_bias(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let strip = strip_at(linear_invocation(group, groups, local));
    if (strip.exists) {
        own_window(strip);
        run_down(strip, b[strip.channel]);
    }
}
