// A gather (params.wgsl) whose groups have one channel, of tensors with their channels last: an invocation owns four channels of
// a strip (strip/channels.wgsl), of LENGTH cells of a class at most. Nothing is summed over but the window, and w is small and
// read once, so that it is not packed. All invocations take as many turns of the loop, which software devices must know to read for
// all lanes at once: strips are cut to equal lengths, and those that do not exist store nothing.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TAPS: u32 = 3u;
const STRIDE: u32 = 1u;
const LENGTH: u32 = 28u;
// specialise: end

// Taps along each axis where there is one class; 0: by class.
override TAPS_H: u32 = 1u;
override TAPS_W: u32 = 1u;

@group(0) @binding(0) var<uniform> params: GatherParams;
@group(0) @binding(2) var<storage, read> w: array<Element>;
@group(0) @binding(3) var<storage, read> b: array<Element>;

struct Strip {
    n: u32,
    // Its four channels of out, those behind the last repeat it, and how many of them exist.
    channels: vec4<u32>,
    count: u32,
    // Of the class: first of the two rows, and first cell.
    h: u32,
    w: u32,
    number_h: u32,
    number_w: u32,
    exists: bool,
}

// Into how many strips two rows are cut, and the cells along w of each.
fn cuts() -> u32 {
    return (params.cells_w + LENGTH - 1u) / LENGTH;
}

fn length_of_strip() -> u32 {
    let count = cuts();
    return (params.cells_w + count - 1u) / count;
}

// What lies beside each other in memory first.
fn strip_at(index: u32) -> Strip {
    let channels = params.groups * params.outputs;
    let fours = (channels + 3u) / 4u;
    let along = cuts();
    let down = (params.cells_h + 1u) / 2u;
    let rest_four = quotient(index, fours);
    let rest_w = quotient(rest_four, params.classes_w);
    let rest_along = quotient(rest_w, along);
    let rest_h = quotient(rest_along, params.classes_h);
    let n = quotient(rest_h, down);
    let channel = (index - rest_four * fours) * 4u;
    let number_w = rest_four - rest_w * params.classes_w;
    let number_h = rest_along - rest_h * params.classes_h;
    let w = (rest_w - rest_along * along) * length_of_strip();
    let h = (rest_h - n * down) * 2u;
    let exists = n < params.batch
        && h < params.classes[MOST_CLASSES + number_h].cells
        && w < params.classes[2u * MOST_CLASSES + number_w].cells;
    let four = min(vec4<u32>(channel) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(channels - 1u));
    return Strip(min(n, params.batch - 1u), four, channels - channel, h, w, number_h, number_w, exists);
}

// The window of a class, a column of taps each.
struct Window {
    k0: TapColumn,
    k1: TapColumn,
    k2: TapColumn,
    k3: TapColumn,
    k4: TapColumn,
}

var<private> window: Window;
// Taps of the strip's class along h and w: those that a window has more are none.
var<private> taps_h: u32;
var<private> taps_w: u32;

fn class_h(strip: Strip) -> AxisClass {
    return params.classes[MOST_CLASSES + strip.number_h];
}

fn class_w(strip: Strip) -> AxisClass {
    return params.classes[2u * MOST_CLASSES + strip.number_w];
}

fn taps_at(origin: Origin, channels: vec4<u32>, jh: u32, jw: u32) -> vec4<f32> {
    let exists = jh < taps_h && jw < taps_w;
    let backwards = params.reversed == 1u;
    let i_h = select(jh, taps_h - 1u - jh, backwards);
    let i_w = select(jw, taps_w - 1u - jw, backwards);
    let at = select(vec4<u32>(0u), channels * origin.taps + vec4<u32>(tap_of(origin, i_h, i_w)), exists);
    let found = four_elements(w[slot(at.x)], w[slot(at.y)], w[slot(at.z)], w[slot(at.w)], at);
    return select(vec4<f32>(0.0), found, exists);
}

fn column_at(origin: Origin, channels: vec4<u32>, jw: u32) -> TapColumn {
    var column = TapColumn();
    column.t0 = taps_at(origin, channels, 0u, jw);
    column.t1 = taps_at(origin, channels, 1u, jw);
    if (TAPS > 2u) {
        column.t2 = taps_at(origin, channels, 2u, jw);
    }
    if (TAPS > 3u) {
        column.t3 = taps_at(origin, channels, 3u, jw);
        column.t4 = taps_at(origin, channels, 4u, jw);
    }
    return column;
}

fn read_window(strip: Strip) {
    taps_h = select(TAPS_H, class_h(strip).taps, TAPS_H == 0u);
    taps_w = select(TAPS_W, class_w(strip).taps, TAPS_W == 0u);
    let origin = origin_of(strip.number_h, strip.number_w);
    window.k0 = column_at(origin, strip.channels, 0u);
    window.k1 = column_at(origin, strip.channels, 1u);
    if (TAPS > 2u) {
        window.k2 = column_at(origin, strip.channels, 2u);
    }
    if (TAPS > 3u) {
        window.k3 = column_at(origin, strip.channels, 3u);
        window.k4 = column_at(origin, strip.channels, 4u);
    }
}

// What a tap adds to two cells; nothing if it does not exist, be a cell infinite.
fn term(k: vec4<f32>, cells: mat2x4<f32>, exists: bool) -> mat2x4<f32> {
    let none = vec4<f32>(0.0);
    return mat2x4<f32>(
        select(none, k * cells[0], exists),
        select(none, k * cells[1], exists),
    );
}

// What a column of the source adds to two outputs through the column jw of the window.
fn product(k: TapColumn, cells: Under, jw: u32) -> mat2x4<f32> {
    let exists = jw < taps_w;
    var sum = term(k.t0, cells.t0, exists && 0u < taps_h);
    sum += term(k.t1, cells.t1, exists && 1u < taps_h);
    if (TAPS > 2u) {
        sum += term(k.t2, cells.t2, exists && 2u < taps_h);
    }
    if (TAPS > 3u) {
        sum += term(k.t3, cells.t3, exists && 3u < taps_h);
        sum += term(k.t4, cells.t4, exists && 4u < taps_h);
    }
    return sum;
}

// Where a strip's sums go: its channels of its first cell, and how many of them exist; cells that exist, and rows; elements from
// a cell and from a row to the next.
struct Target {
    first: vec4<u32>,
    count: u32,
    cells: u32,
    rows: u32,
    cell: u32,
    row: u32,
}

fn target_of(strip: Strip) -> Target {
    let plane = params.out_h * params.out_w;
    let channels = params.groups * params.outputs;
    let apart = cell_step(OUT_LAST, channels);
    let h = strip.h * params.out_stride_h + strip.number_h;
    let w = strip.w * params.out_stride_w + strip.number_w;
    let first = params.out_base + strip.n * (channels * plane) + (h * params.out_w + w) * apart;
    return Target(
        vec4<u32>(first) + strip.channels * channel_step(OUT_LAST, plane),
        strip.count,
        select(0u, min(length_of_strip(), class_w(strip).cells - strip.w), strip.exists),
        class_h(strip).cells - strip.h,
        params.out_stride_w * apart,
        params.out_stride_h * params.out_w * apart,
    );
}

fn store_column(place: Target, cell: u32, sums: mat2x4<f32>, initial: vec4<f32>) {
    if (cell >= place.cells) {
        return;
    }
    let at = place.first + vec4<u32>(cell * place.cell);
    store_cell(at, place.count, sums[0] + initial);
    if (place.rows > 1u) {
        store_cell(at + vec4<u32>(place.row), place.count, sums[1] + initial);
    }
}

fn either(first: TapColumn, second: TapColumn, is_second: bool) -> TapColumn {
    return TapColumn(
        select(first.t0, second.t0, is_second),
        select(first.t1, second.t1, is_second),
        select(first.t2, second.t2, is_second),
        select(first.t3, second.t3, is_second),
        select(first.t4, second.t4, is_second),
    );
}

fn either_sums(first: mat2x4<f32>, second: mat2x4<f32>, is_second: bool) -> mat2x4<f32> {
    return mat2x4<f32>(select(first[0], second[0], is_second), select(first[1], second[1], is_second));
}

fn run_along(strip: Strip, initial: vec4<f32>) {
    let in_h = params.in_h;
    let in_w = params.in_w;
    let plane = in_h * in_w;
    let apart = cell_step(SOURCE_LAST, params.groups);
    let length = length_of_strip();
    let place = target_of(strip);
    read_window(strip);
    let start = class_w(strip).start + i32(strip.w * STRIDE);
    let rows = rows_at(class_h(strip).start + i32(strip.h * STRIDE), in_h, in_w * apart);
    // Groups have one channel.
    let outputs = params.outputs;
    let channels = vec4<u32>(
        quotient(strip.channels.x, outputs),
        quotient(strip.channels.y, outputs),
        quotient(strip.channels.z, outputs),
        quotient(strip.channels.w, outputs),
    );
    let origin = vec4<u32>(params.in_base + strip.n * (params.groups * plane))
        + channels * channel_step(SOURCE_LAST, plane);
    // What outputs have that do not yet have all columns of the window: the one begun last first.
    var s0 = mat2x4<f32>();
    var s1 = s0;
    var s2 = s0;
    var s3 = s0;
    if (STRIDE == 1u) {
        for (var i = 0u; i < length + TAPS - 1u; i++) {
            let w = bordered(start + i32(i), in_w);
            let cells = under(origin + vec4<u32>(u32(w) * apart), is_inside(w, in_w), rows);
            var done = s0 + product(window.k1, cells, 1u);
            if (TAPS == 3u) {
                done = s1 + product(window.k2, cells, 2u);
                s1 = s0 + product(window.k1, cells, 1u);
            }
            if (TAPS == 5u) {
                done = s3 + product(window.k4, cells, 4u);
                s3 = s2 + product(window.k3, cells, 3u);
                s2 = s1 + product(window.k2, cells, 2u);
                s1 = s0 + product(window.k1, cells, 1u);
            }
            s0 = product(window.k0, cells, 0u);
            if (i + 1u >= TAPS) {
                store_column(place, i + 1u - TAPS, done, initial);
            }
        }
    } else {
        // A column a turn: twice the code, which has all reads for both, takes twice as long. An output is complete with an even one.
        for (var i = 0u; i < 2u * length + TAPS - 2u; i++) {
            let w = bordered(start + i32(i), in_w);
            let cells = under(origin + vec4<u32>(u32(w) * apart), is_inside(w, in_w), rows);
            let is_odd = i % 2u == 1u;
            s0 += product(either(window.k0, window.k1, is_odd), cells, select(0u, 1u, is_odd));
            s1 += product(either(window.k2, window.k3, is_odd), cells, select(2u, 3u, is_odd));
            var done = s1;
            if (TAPS == 5u) {
                s2 += product(window.k4, cells, select(4u, 5u, is_odd));
                done = s2;
            }
            if (!is_odd && i + 1u >= TAPS) {
                store_column(place, (i + 1u - TAPS) / 2u, done, initial);
            }
            s2 = either_sums(s2, s1, is_odd);
            s1 = either_sums(s1, s0, is_odd);
            s0 = either_sums(s0, mat2x4<f32>(), is_odd);
        }
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn depthwise(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    run_along(strip_at(linear_invocation(group, groups, local)), vec4<f32>(0.0));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn depthwise_bias(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let strip = strip_at(linear_invocation(group, groups, local));
    let at = strip.channels;
    run_along(strip, four_elements(b[slot(at.x)], b[slot(at.y)], b[slot(at.z)], b[slot(at.w)], at));
}
