// A gather (params.wgsl) whose groups have one channel: nothing is summed over but the window, and w is small and read once, so
// that it is not packed. An invocation owns a strip of
// four cells by ROWS of a class in a plane of out, and runs down it: of each row of the source it reads what its cells need
// once, and adds it to the TAPS rows of sums that it takes part in (strip/cells.wgsl). PAIR == 1: both classes along w of an input
// gradient with stride 2, whose cells alternate; every row of out is then stored in whole fours. Invocations share
// nothing.


// Taps along each axis where there is one class; 0: by class.
override TAPS_H: u32 = 1u;
override TAPS_W: u32 = 1u;

@group(0) @binding(0) var<uniform> params: GatherParams;
@group(0) @binding(2) var<storage, read> w: array<Element>;
@group(0) @binding(3) var<storage, read> b: array<Element>;

struct Strip {
    // Of all samples: number of the plane of out, and its channel.
    plane: u32,
    channel: u32,
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
    let classes_w = select(params.classes_w, 1u, PAIR == 1u);
    let down = (params.cells_h + ROWS - 1u) / ROWS;
    let channels = params.groups * params.outputs;
    let rest_w = quotient(index, classes_w);
    let rest_across = quotient(rest_w, across);
    let rest_h = quotient(rest_across, params.classes_h);
    let plane = quotient(rest_h, down);
    let channel = plane - quotient(plane, channels) * channels;
    let number_w = index - rest_w * classes_w;
    let number_h = rest_across - rest_h * params.classes_h;
    let w = (rest_w - rest_across * across) * 4u;
    let h = (rest_h - plane * down) * ROWS;
    let exists = plane < params.batch * channels
        && h < params.classes[MOST_CLASSES + number_h].cells
        && w < params.classes[2u * MOST_CLASSES + number_w].cells;
    return Strip(plane, channel, h, w, number_h, number_w, exists);
}

// The window of a class, a row of taps each.
struct Window {
    k0: TapRow,
    k1: TapRow,
    k2: TapRow,
    k3: TapRow,
    k4: TapRow,
}

// Where a class's taps lie among the TAPS of either axis: a window of fewer rows is the lower part of one, its first row a
// multiple of STRIDE; one of fewer columns begins where the strip's cells say.
struct Taps {
    first_h: u32,
    behind_h: u32,
    first_w: u32,
    behind_w: u32,
}

var<private> window: Window;
var<private> taps: Taps;
// Of the second class of a pair.
var<private> other_window: Window;
var<private> other_taps: Taps;

fn class_h(strip: Strip) -> AxisClass {
    return params.classes[MOST_CLASSES + strip.number_h];
}

fn class_w(number: u32) -> AxisClass {
    return params.classes[2u * MOST_CLASSES + number];
}

fn taps_of(strip: Strip, number_w: u32) -> Taps {
    let h = class_h(strip);
    let across = class_w(number_w);
    // Constants where there is one class.
    let taps_h = select(TAPS_H, h.taps, TAPS_H == 0u);
    let taps_w = select(TAPS_W, across.taps, TAPS_W == 0u);
    let first_h = (TAPS - max(taps_h, 1u)) & ~(STRIDE - 1u);
    let first_w = select(0u, u32(across.start - first_cell(across.start)), taps_w > 0u);
    return Taps(first_h, first_h + taps_h, first_w, first_w + taps_w);
}

fn tap_at(origin: Origin, channel: u32, taps: Taps, jh: u32, jw: u32) -> f32 {
    let exists = jh >= taps.first_h && jh < taps.behind_h && jw >= taps.first_w && jw < taps.behind_w;
    let backwards = params.reversed == 1u;
    let i_h = select(jh - taps.first_h, taps.behind_h - 1u - jh, backwards);
    let i_w = select(jw - taps.first_w, taps.behind_w - 1u - jw, backwards);
    let at = select(0u, channel * origin.taps + tap_of(origin, i_h, i_w), exists);
    return select(0.0, element(w[slot(at)], at), exists);
}

fn row_at(origin: Origin, channel: u32, taps: Taps, jh: u32) -> TapRow {
    let near = vec3<f32>(
        tap_at(origin, channel, taps, jh, 0u),
        tap_at(origin, channel, taps, jh, 1u),
        tap_at(origin, channel, taps, jh, 2u),
    );
    if (TAPS > 3u) {
        return TapRow(near, vec2<f32>(tap_at(origin, channel, taps, jh, 3u), tap_at(origin, channel, taps, jh, 4u)));
    }
    return TapRow(near, vec2<f32>(0.0));
}

fn window_of(strip: Strip, number_w: u32, taps: Taps) -> Window {
    let origin = origin_of(strip.number_h, number_w);
    let channel = strip.channel;
    var found = Window(
        row_at(origin, channel, taps, 0u),
        row_at(origin, channel, taps, 1u),
        row_at(origin, channel, taps, 2u),
        TapRow(),
        TapRow(),
    );
    if (TAPS > 3u) {
        found.k3 = row_at(origin, channel, taps, 3u);
        found.k4 = row_at(origin, channel, taps, 4u);
    }
    return found;
}

// What a tap that does not exist adds is nothing, be the cell infinite.
fn term(k: f32, cells: vec4<f32>, taps: Taps, jw: u32) -> vec4<f32> {
    return select(vec4<f32>(0.0), k * cells, jw >= taps.first_w && jw < taps.behind_w);
}

// What a row of the source adds to a row of out through the row jh of the window.
fn product(k: TapRow, cells: Under, taps: Taps, jh: u32) -> vec4<f32> {
    var sum = term(k.near.x, cells.t0, taps, 0u);
    sum += term(k.near.y, cells.t1, taps, 1u);
    sum += term(k.near.z, cells.t2, taps, 2u);
    if (TAPS > 3u) {
        sum += term(k.far.x, cells.t3, taps, 3u);
        sum += term(k.far.y, cells.t4, taps, 4u);
    }
    return select(vec4<f32>(0.0), sum, jh >= taps.first_h && jh < taps.behind_h);
}

fn place_of(strip: Strip, rows: u32) -> Place {
    let h = strip.h * params.out_stride_h + strip.number_h;
    let w = strip.w * params.out_stride_w + strip.number_w;
    let first = params.out_base + (strip.plane * params.out_h + h) * params.out_w + w;
    return Place(first, params.out_stride_h * params.out_w, rows, class_w(strip.number_w).cells - strip.w, params.out_stride_w);
}

// The cells of a class of their own, or those of the two classes of a pair in turn.
fn store_strip(place: Place, row: u32, sums: vec4<f32>, others: vec4<f32>, initial: f32) {
    if (PAIR == 1u) {
        let second = Place(place.first + 4u, place.plane, place.rows, place.cells, place.step);
        store_row(place, row, vec4<f32>(sums.x, others.x, sums.y, others.y), initial);
        store_row(second, row, vec4<f32>(sums.z, others.z, sums.w, others.w), initial);
    } else {
        store_row(place, row, sums, initial);
    }
}

fn run_down(strip: Strip, initial: f32) {
    let of_h = class_h(strip);
    let rows = min(ROWS, of_h.cells - strip.h);
    let place = place_of(strip, rows);
    let in_h = params.in_h;
    let in_w = params.in_w;
    taps = taps_of(strip, strip.number_w);
    window = window_of(strip, strip.number_w, taps);
    if (PAIR == 1u) {
        other_taps = taps_of(strip, 1u);
        other_window = window_of(strip, 1u, other_taps);
    }
    let start = of_h.start + i32(strip.h * STRIDE) - i32(taps.first_h);
    let across = across_at(first_cell(class_w(strip.number_w).start) + i32(strip.w * STRIDE), in_w);
    let origin = params.in_base + quotient(strip.plane, params.outputs) * in_h * in_w;
    // Sum j is that of the row which meets row j (stride 1) or row 2 j (stride 2) of the window next.
    var s0 = vec4<f32>(0.0);
    var s1 = s0;
    var s2 = s0;
    var s3 = s0;
    var s4 = s0;
    // Of the second class of a pair.
    var o0 = s0;
    var o1 = s0;
    var o2 = s0;
    if (STRIDE == 1u) {
        for (var i = taps.first_h; i < rows + TAPS - 1u; i++) {
            let h = bordered(start + i32(i), in_h);
            let cells = under(origin + u32(h) * in_w, is_inside(h, in_h), across);
            s0 += product(window.k0, cells, taps, 0u);
            s1 += product(window.k1, cells, taps, 1u);
            s2 += product(window.k2, cells, taps, 2u);
            var done = s2;
            if (TAPS > 3u) {
                s3 += product(window.k3, cells, taps, 3u);
                done = s4 + product(window.k4, cells, taps, 4u);
            }
            if (PAIR == 1u) {
                o0 += product(other_window.k0, cells, other_taps, 0u);
                o1 += product(other_window.k1, cells, other_taps, 1u);
                o2 += product(other_window.k2, cells, other_taps, 2u);
            }
            if (i + 1u >= TAPS) {
                store_strip(place, i + 1u - TAPS, done, o2, initial);
            }
            s4 = s3;
            s3 = s2;
            s2 = s1;
            s1 = s0;
            s0 = vec4<f32>(0.0);
            o2 = o1;
            o1 = o0;
            o0 = vec4<f32>(0.0);
        }
    } else {
        for (var i = taps.first_h / 2u; i < rows + TAPS / 2u; i++) {
            let h = bordered(start + i32(2u * i), in_h);
            let even = under(origin + u32(h) * in_w, is_inside(h, in_h), across);
            s0 += product(window.k0, even, taps, 0u);
            s1 += product(window.k2, even, taps, 2u);
            var done = s1;
            if (TAPS > 3u) {
                done = s2 + product(window.k4, even, taps, 4u);
            }
            if (i >= TAPS / 2u) {
                store_strip(place, i - TAPS / 2u, done, done, initial);
            }
            let odd_h = bordered(start + i32(2u * i) + 1, in_h);
            let odd = under(origin + u32(odd_h) * in_w, is_inside(odd_h, in_h), across);
            s2 = s1;
            if (TAPS > 3u) {
                s2 += product(window.k3, odd, taps, 3u);
            }
            s1 = s0 + product(window.k1, odd, taps, 1u);
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
        run_down(strip, element(b[slot(strip.channel)], strip.channel));
    }
}
