// A gather (params.wgsl) as a matrix product: rows are the outputs of a group, columns the cells of a class in all samples,
// summed over k = (channel, tap of the class). A workgroup owns TILE_M x TILE_N of one class of one group.
//
// A step of the loop over k stages TILE_K rows of both operands in workgroup memory; the loads of the next step are under way
// while a step is multiplied. A staged quad of source is four columns, whose first cells and bits of taps inside
// (common/window_bits.wgsl) an invocation keeps. Rows are ordered in one of two ways. BY_CHANNEL == 1: a step is TILE_K
// channels of one tap, so that everything about the tap is the same for the whole workgroup and tested once a step; a last
// block of channels is filled up with zeros. BY_CHANNEL == 0: row k is tap k % taps of channel k / taps, which wastes nothing
// where channels are few; an invocation's rows lie B_STEP apart, and it counts channel and taps on with carries, without
// dividing. With padding other than zeros (common/border.wgsl) it keeps where its columns' first cells are along each axis
// instead, and finds the cell of a tap from there. Who stages what is said in stage_cells.wgsl and stage_channels.wgsl, each of
// which binds source in entries of SOURCE_ENTRY elements: what counts elements of source counts these.

// 1: the rows of a step are channels of one tap; 0: channels and taps.
override BY_CHANNEL: u32 = 0u;

@group(0) @binding(0) var<uniform> params: GatherParams;
@group(0) @binding(2) var<storage, read> packed: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> bias: array<Element>;
@group(0) @binding(4) var<storage, read_write> out: array<Stored>;

// Rows from a quad of A that an invocation stages to the next.
const A_STEP: u32 = WORKGROUP_SIZE / A_QUADS;
const_assert A_STEP * A_QUADS == WORKGROUP_SIZE;

// What a workgroup owns.
struct Tile {
    group: u32,
    // First of the outputs that A holds, first column, and columns of the class.
    m: u32,
    n: u32,
    columns: u32,
    // Sample and cell (d, h, w) of the first column.
    sample: u32,
    cell: vec3<u32>,
    // Of the class along d, h, w: number (first cell of out), first cell of in, cells, taps.
    number: vec3<u32>,
    start: vec3<i32>,
    cells: vec3<u32>,
    taps: vec3<u32>,
    // First row of A, and channels, rows and steps of this dispatch.
    row: u32,
    channels: u32,
    rows: u32,
    steps: u32,
}

// Neighbours in the grid share columns: the tiles of all outputs first, then the classes, which read the same cells of in and
// write alternate cells of out. Both operands then stay in the cache: A is small, and each cell of in is fetched about once.
fn tile_at(index: u32) -> Tile {
    let down = params.outputs_padded / TILE_M;
    let class_count = params.classes_d * params.classes_h * params.classes_w;
    let most_columns = params.batch * params.cells_d * params.cells_h * params.cells_w;
    let across = (most_columns + TILE_N - 1u) / TILE_N;
    let number = index / down % class_count;
    let n = index / (down * class_count) % across * TILE_N;

    let number_w = number % params.classes_w;
    let number_h = number / params.classes_w % params.classes_h;
    let number_d = number / (params.classes_w * params.classes_h);
    let d = params.classes[number_d];
    let h = params.classes[MOST_CLASSES + number_h];
    let w = params.classes[2u * MOST_CLASSES + number_w];
    let last_d = params.classes[params.classes_d - 1u];
    let last_h = params.classes[MOST_CLASSES + params.classes_h - 1u];
    let last_w = params.classes[2u * MOST_CLASSES + params.classes_w - 1u];

    var tile: Tile;
    tile.group = index / (down * class_count * across);
    tile.m = index % down * TILE_M;
    tile.n = n;
    tile.columns = params.batch * d.cells * h.cells * w.cells;
    // A class without cells has no columns either.
    tile.cells = max(vec3<u32>(d.cells, h.cells, w.cells), vec3<u32>(1u));
    let rest_w = n / tile.cells.z;
    let rest_h = rest_w / tile.cells.y;
    tile.sample = rest_h / tile.cells.x;
    tile.cell = vec3<u32>(rest_h, rest_w, n) - vec3<u32>(tile.sample, rest_h, rest_w) * tile.cells;
    tile.number = vec3<u32>(number_d, number_h, number_w);
    tile.start = vec3<i32>(d.start, h.start, w.start);
    // Constants where there is one class.
    let constant = vec3<u32>(TAPS_D, TAPS_H, TAPS_W);
    tile.taps = select(constant, vec3<u32>(d.taps, h.taps, w.taps), constant == vec3<u32>(0u));

    let all_h = last_h.taps_before + last_h.taps;
    let all_w = last_w.taps_before + last_w.taps;
    let all = (last_d.taps_before + last_d.taps) * all_h * all_w;
    let before = d.taps_before * all_h * all_w
        + tile.taps.x * (h.taps_before * all_w + tile.taps.y * w.taps_before);
    let taps = tile.taps.x * tile.taps.y * tile.taps.z;
    tile.row = (tile.group * all + before) * params.channels + params.channel_begin * taps;
    tile.channels = params.channel_end - params.channel_begin;
    tile.rows = tile.channels * taps;
    if (BY_CHANNEL != 0u) {
        tile.steps = (tile.channels + TILE_K - 1u) / TILE_K * taps;
    } else {
        tile.steps = (tile.rows + TILE_K - 1u) / TILE_K;
    }
    return tile;
}

// Samples and cells of four columns.
struct Cells {
    sample: vec4<u32>,
    d: vec4<u32>,
    h: vec4<u32>,
    w: vec4<u32>,
}

// Of the columns this far behind the tile's first.
fn cells_at(tile: Tile, distance: vec4<u32>) -> Cells {
    let w = distance + vec4<u32>(tile.cell.z);
    let rest_w = small_quotients(w, tile.cells.z);
    let h = rest_w + vec4<u32>(tile.cell.y);
    let rest_h = small_quotients(h, tile.cells.y);
    let d = rest_h + vec4<u32>(tile.cell.x);
    let rest_d = small_quotients(d, tile.cells.x);
    return Cells(
        rest_d + vec4<u32>(tile.sample),
        d - rest_d * tile.cells.x,
        h - rest_h * tile.cells.y,
        w - rest_w * tile.cells.z,
    );
}

fn columns_of(quad: u32) -> vec4<u32> {
    return vec4<u32>(quad) + vec4<u32>(0u, B_QUADS, 2u * B_QUADS, 3u * B_QUADS);
}

// Four columns of source: element under the first tap in the first channel, and bits of the taps inside. With padding other than
// zeros the first element of that channel, and the cells under the first tap.
struct Columns {
    first: vec4<u32>,
    inside: vec4<u32>,
    d: vec4<i32>,
    h: vec4<i32>,
    w: vec4<i32>,
}

// Of the columns this far behind the tile's first.
fn source_columns(tile: Tile, wanted: vec4<u32>) -> Columns {
    // Columns behind the last one repeat it and are not stored.
    let distance = min(wanted, vec4<u32>(tile.columns - 1u - tile.n));
    let cells = cells_at(tile, distance);
    let d = vec4<i32>(cells.d * IN_STRIDE_D) + vec4<i32>(tile.start.x);
    let h = vec4<i32>(cells.h * IN_STRIDE_H) + vec4<i32>(tile.start.y);
    let w = vec4<i32>(cells.w * IN_STRIDE_W) + vec4<i32>(tile.start.z);
    let sample = cells.sample * (params.groups * params.channels * source_plane());
    let channel = (tile.group * params.channels + params.channel_begin) * source_channel();
    let first_of_channel = (sample + vec4<u32>(channel + params.in_base)) / SOURCE_ENTRY;
    if (BORDER != 0u) {
        return Columns(first_of_channel, vec4<u32>(0u), d, h, w);
    }
    let line = vec4<u32>(d) * params.in_h + vec4<u32>(h);
    let first = first_of_channel + (line * params.in_w + vec4<u32>(w)) * source_cell();
    var inside = vec4<u32>(0u);
    if (PADDED != 0u) {
        inside = bits_inside(w, TAP_STEP_W, tile.taps.z, params.in_w)
            | (bits_inside(h, TAP_STEP_H, tile.taps.y, params.in_h) << vec4<u32>(tile.taps.z))
            | (bits_inside(d, TAP_STEP_D, tile.taps.x, params.in_d) << vec4<u32>(tile.taps.z + tile.taps.y));
    }
    return Columns(first, inside, d, h, w);
}

// Elements of columns under a row's tap, where every cell exists.
fn border_elements(columns: Columns, row: Row) -> vec4<u32> {
    let d = four_bordered(columns.d + vec4<i32>(i32(row.tap.x * TAP_STEP_D)), params.in_d);
    let h = four_bordered(columns.h + vec4<i32>(i32(row.tap.y * TAP_STEP_H)), params.in_h);
    let w = four_bordered(columns.w + vec4<i32>(i32(row.tap.z * TAP_STEP_W)), params.in_w);
    let line = vec4<u32>(d) * params.in_h + vec4<u32>(h);
    return columns.first + (line * params.in_w + vec4<u32>(w)) * source_cell() + vec4<u32>(row.offset);
}

// A row of source: its number (of the channel, where a step's rows are channels), its taps along d, h, w, and the elements
// from a column's first to the row's; with padding other than zeros only those of whole channels.
struct Row {
    k: u32,
    tap: vec3<u32>,
    offset: u32,
}

// From a row to the next that an invocation needs; a carry along d, h, w adds to the offset.
struct Step {
    k: u32,
    tap: vec3<u32>,
    offset: u32,
    carry: vec3<u32>,
}

fn source_plane() -> u32 {
    return params.in_d * params.in_h * params.in_w;
}

fn source_channel() -> u32 {
    return channel_step(SOURCE_LAST, source_plane());
}

// From a channel to that so many behind it, and from a cell to the next.
fn channels_apart(count: u32) -> u32 {
    return count * source_channel() / SOURCE_ENTRY;
}

fn source_cell() -> u32 {
    return cell_step(SOURCE_LAST, params.groups * params.channels) / SOURCE_ENTRY;
}

// Elements from a tap to its neighbour along d, h, w.
fn tap_steps() -> vec3<u32> {
    if (BORDER != 0u) {
        return vec3<u32>(0u);
    }
    return vec3<u32>(TAP_STEP_D * params.in_h * params.in_w, TAP_STEP_H * params.in_w, TAP_STEP_W) * source_cell();
}

fn row_at(tile: Tile, k: u32) -> Row {
    let rest_w = k / tile.taps.z;
    let rest_h = rest_w / tile.taps.y;
    let channel = rest_h / tile.taps.x;
    let tap = vec3<u32>(rest_h, rest_w, k) - vec3<u32>(channel, rest_h, rest_w) * tile.taps;
    let apart = tap_steps();
    return Row(k, tap, channels_apart(channel) + tap.x * apart.x + tap.y * apart.y + tap.z * apart.z);
}

// What carries add may be negative: modulo 2^32.
fn step_of(tile: Tile) -> Step {
    let apart = tap_steps();
    if (BY_CHANNEL != 0u) {
        // The next tap, and after the last one TILE_K channels.
        let carry = vec3<u32>(channels_apart(TILE_K), apart.xy) - tile.taps * apart;
        return Step(0u, vec3<u32>(0u, 0u, 1u), apart.z, carry);
    }
    let row = row_at(tile, B_STEP);
    return Step(B_STEP, row.tap, row.offset, vec3<u32>(channels_apart(1u), apart.xy) - tile.taps * apart);
}

fn next_row(tile: Tile, row: Row, step: Step) -> Row {
    var k = row.k + step.k;
    var tap = row.tap + step.tap;
    var offset = row.offset + step.offset;
    let over_z = tap.z >= tile.taps.z;
    if (over_z) {
        tap.z -= tile.taps.z;
        tap.y += 1u;
        offset += step.carry.z;
    }
    let over_y = tap.y >= tile.taps.y;
    if (over_y) {
        tap.y -= tile.taps.y;
        tap.x += 1u;
        offset += step.carry.y;
    }
    // Planes: the tap's number is known, and the carry passes through.
    var over_x = tap.x >= tile.taps.x;
    if (TAPS_D == 1u) {
        over_x = over_y;
    }
    if (over_x) {
        tap.x -= tile.taps.x;
        offset += step.carry.x;
        if (BY_CHANNEL != 0u) {
            k += TILE_K;
        }
    }
    if (TAPS_D == 1u) {
        tap.x = 0u;
    }
    return Row(k, tap, offset);
}

// The taps of a row as bits.
fn bits_of(tile: Tile, row: Row) -> u32 {
    return (1u << row.tap.z) | (1u << (tile.taps.z + row.tap.y)) | (1u << (tile.taps.z + tile.taps.y + row.tap.x));
}

// Four columns of a step whose rows are channels.
struct Tap {
    at: vec4<u32>,
    inside: vec4<bool>,
    // Channels that are left.
    channels: u32,
}

fn tap_at(tile: Tile, columns: Columns, row: Row) -> Tap {
    let channels = tile.channels - row.k;
    if (BORDER != 0u) {
        return Tap(border_elements(columns, row), vec4<bool>(true), channels);
    }
    let at = columns.first + vec4<u32>(row.offset);
    if (PADDED == 0u) {
        return Tap(at, vec4<bool>(true), channels);
    }
    let bits = vec4<u32>(bits_of(tile, row));
    let inside = (columns.inside & bits) == bits;
    return Tap(select(vec4<u32>(0u), at, inside), inside, channels);
}

// The quad of A so far behind another; zeros, which A ends with, behind its column's last row. Chosen by its place: a choice of its
// value would have to wait for it.
fn a_quad(first: u32, offset: u32, last: u32) -> vec4<f32> {
    return packed[select(params.zero_quad, first + offset, offset <= last)];
}

// Quads of A of a step whose rows are channels: of the column that begins so, with channels so far apart.
fn channels_of_a(tile: Tile, row: Row, column: u32, apart: u32, local: u32) -> StagedA {
    let taps = tile.taps.x * tile.taps.y * tile.taps.z;
    let number = (row.tap.x * tile.taps.y + row.tap.y) * tile.taps.z + row.tap.z;
    let first = column + (row.k * taps + number) * (params.outputs_padded / 4u);
    let last = (tile.channels - row.k - 1u) * apart;
    let offset = local / A_QUADS * apart;
    let step = A_STEP * apart;
    var staged: StagedA;
    staged.q0 = a_quad(first, offset, last);
    if (A_STAGED > 1u) {
        staged.q1 = a_quad(first, offset + step, last);
    }
    if (A_STAGED > 2u) {
        staged.q2 = a_quad(first, offset + 2u * step, last);
    }
    if (A_STAGED > 3u) {
        staged.q3 = a_quad(first, offset + 3u * step, last);
    }
    return staged;
}

fn stage_a(staged: StagedA, buffer: u32, local: u32) {
    let a = (buffer * TILE_K + local / A_QUADS) * A_ROW + local % A_QUADS;
    if (A_FILLS || local < TILE_K * A_QUADS) {
        a_tile[a] = staged.q0;
    }
    if (A_STAGED > 1u) {
        a_tile[a + A_STEP * A_ROW] = staged.q1;
    }
    if (A_STAGED > 2u) {
        a_tile[a + 2u * A_STEP * A_ROW] = staged.q2;
    }
    if (A_STAGED > 3u) {
        a_tile[a + 3u * A_STEP * A_ROW] = staged.q3;
    }
}

fn multiply(tile: Tile, local: u32, sums: ptr<function, Sums>) {
    if (tile.steps == 0u) {
        return;
    }
    let place = place_of(local);
    let columns = source_columns(tile, staged_columns(local));
    let step = step_of(tile);
    var cursor = cursor_at(tile, local);
    var staged = load_staged(tile, columns, step, local, &cursor);
    var buffer = 0u;
    for (var done = 0u; done < tile.steps; done++) {
        stage(staged, buffer, local);
        workgroupBarrier();
        if (done + 1u < tile.steps) {
            staged = load_staged(tile, columns, step, local, &cursor);
        }
        multiply_tile(buffer, place, sums);
        if (BUFFERS == 1u) {
            workgroupBarrier();
        } else {
            buffer = 1u - buffer;
        }
    }
}

// A column at 4 neighbouring outputs, of which the first `count` exist.
fn store_column(at: u32, count: u32, sums: vec4<f32>) {
    if (count == 0u) {
        return;
    }
    let apart = channel_step(OUT_LAST, params.out_d * params.out_h * params.out_w);
    // Outputs that do not exist are read as the last one that does, and not stored.
    let to = vec4<u32>(at) + min(vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(count - 1u)) * apart;
    var total = with_side(to, sums, params.slope);
    if (ACCUMULATE == 1u) {
        total += vec4<f32>(stored(to.x), stored(to.y), stored(to.z), stored(to.w));
    }
    total = four_activated(total, params.slope);
    if (count >= 4u) {
        store(to.x, total.x);
        store(to.y, total.y);
        store(to.z, total.z);
        store(to.w, total.w);
        return;
    }
    store(to.x, total.x);
    if (count > 1u) {
        store(to.y, total.y);
    }
    if (count > 2u) {
        store(to.z, total.z);
    }
}

// A quad of outputs at a quad of columns.
fn store_quads(tile: Tile, a: u32, b: u32, sums: mat4x4<f32>) {
    let m = tile.m + params.output_begin + 4u * a;
    let distance = columns_of(b);
    let cells = cells_at(tile, distance);
    let plane = params.out_d * params.out_h * params.out_w;
    let line = (cells.d * OUT_STRIDE_D + tile.number.x) * params.out_h + cells.h * OUT_STRIDE_H + tile.number.y;
    let cell = (line * params.out_w + cells.w * OUT_STRIDE_W + tile.number.z) * cell_step(OUT_LAST, params.groups * params.outputs);
    let sample = params.groups * params.outputs * plane;
    let first = (tile.group * params.outputs + m) * channel_step(OUT_LAST, plane) + params.out_base;
    let at = cells.sample * sample + cell + vec4<u32>(first);
    let outputs = params.outputs - min(m, params.outputs);
    let count = select(vec4<u32>(0u), vec4<u32>(outputs), distance < vec4<u32>(tile.columns - tile.n));
    store_column(at.x, count.x, sums[0]);
    store_column(at.y, count.y, sums[1]);
    store_column(at.z, count.z, sums[2]);
    store_column(at.w, count.w, sums[3]);
}

fn bias_of(tile: Tile, a: u32) -> vec4<f32> {
    let m = min(vec4<u32>(tile.m + params.output_begin + 4u * a) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(params.outputs - 1u));
    let at = m + vec4<u32>(tile.group * params.outputs);
    return four_elements(bias[slot(at.x)], bias[slot(at.y)], bias[slot(at.z)], bias[slot(at.w)], at);
}

// Uniform over the workgroup.
fn is_empty(tile: Tile) -> bool {
    return tile.group >= params.groups || tile.n >= tile.columns;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn gather(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let tile = tile_at(linear_workgroup(group, groups));
    if (is_empty(tile)) {
        return;
    }
    var sums = sums_from(vec4<f32>(0.0), vec4<f32>(0.0));
    multiply(tile, local, &sums);
    store_sums(tile, place_of(local), sums);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn gather_bias(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let tile = tile_at(linear_workgroup(group, groups));
    if (is_empty(tile)) {
        return;
    }
    let place = place_of(local);
    var sums = sums_from(bias_of(tile, place.a), bias_of(tile, place.a + DOWN));
    multiply(tile, local, &sums);
    store_sums(tile, place, sums);
}
