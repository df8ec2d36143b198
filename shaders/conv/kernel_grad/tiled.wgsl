// dw from x and dy as a matrix product: rows are the output channels of a group, columns those of dw (input channel and
// taps), summed over k, the cells of dy in one slice of the reduction; slices as in kernel_grad_direct.wgsl. A workgroup owns
// TILE_M x TILE_N of one slice.
//
// A step of the loop over k stages TILE_K cells of both operands in workgroup memory; the loads of the next step are under
// way while a step is multiplied. An invocation stages one cell, counted on with carries, at a few quads of channels and of
// columns, whose offsets it keeps; which ones, and which columns are a quad, is said in stage_cells.wgsl and stage_channels.wgsl,
// each of which binds both tensors in entries of ENTRY elements: what counts elements of these counts entries. With padding other
// than zeros (common/border.wgsl) a window that lies inside is read as with zeros, and of the others every tap's cell is found by
// itself.

// 0: no tap of any cell lies outside of x, as far as this axis goes.
override PADDED_D: u32 = 1u;
override PADDED_H: u32 = 1u;
override PADDED_W: u32 = 1u;

@group(0) @binding(0) var<uniform> params: ConvParams;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;

// Quads from one that an invocation stages to the next.
const QUAD_STEP: u32 = WORKGROUP_SIZE / TILE_K;
const_assert QUAD_STEP * TILE_K == WORKGROUP_SIZE;
const_assert B_STAGED * QUAD_STEP == B_QUADS;

// What a workgroup owns.
struct Tile {
    slice: u32,
    group: u32,
    // First channel and column, and how many of each a group has.
    m: u32,
    outputs: u32,
    n: u32,
    columns: u32,
}

// Neighbours in the grid share cells: slices come last.
fn tile_at(index: u32) -> Tile {
    let outputs = params.channels_out / params.groups;
    let columns = params.channels_in / params.groups * TAPS_D * TAPS_H * TAPS_W;
    let down = (outputs + TILE_M - 1u) / TILE_M;
    let across = (columns + TILE_N - 1u) / TILE_N;
    let group = index / (down * across) % params.groups;
    let slice = index / (down * across * params.groups);
    return Tile(slice, group, index % down * TILE_M, outputs, index / down % across * TILE_N, columns);
}

// Offsets of the channels of a quad in dy; those behind the last one repeat it and are not stored.
fn channels_at(tile: Tile, quad: u32) -> vec4<u32> {
    let m = min(vec4<u32>(tile.m + 4u * quad) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(tile.outputs - 1u));
    return (m + vec4<u32>(tile.group * tile.outputs)) * channel_step(Y_LAST, params.out_d * params.out_h * params.out_w) / ENTRY;
}

// Input channels within the group, and taps, by which columns are numbered.
struct Numbers {
    channel: vec4<u32>,
    tap: vec4<u32>,
}

// Four columns of dw: offset in x from the cell under a window's first tap, and the bits of their taps.
struct Columns {
    offset: vec4<u32>,
    bits: vec4<u32>,
}

fn columns_at(tile: Tile, quad: u32) -> Columns {
    // Columns behind the last one repeat it and are not stored.
    let column = min(vec4<u32>(tile.n) + columns_of(quad), vec4<u32>(tile.columns - 1u));
    let numbers = numbers_of(column);
    let w = numbers.tap % TAPS_W;
    let h = numbers.tap / TAPS_W % TAPS_H;
    let d = numbers.tap / (TAPS_W * TAPS_H);
    let channel = numbers.channel + tile.group * (params.channels_in / params.groups);
    let line = d * (DILATION_D * params.in_h) + h * DILATION_H;
    let offset = channel * channel_step(X_LAST, params.in_d * params.in_h * params.in_w) / ENTRY;
    let one = vec4<u32>(1u);
    let bits = (one << w) | (one << (h + TAPS_W)) | (one << (d + (TAPS_W + TAPS_H)));
    return Columns(offset + (line * params.in_w + w * DILATION_W) * x_cell(), bits);
}

// All that an invocation stages.
struct Quads {
    a0: vec4<u32>,
    a1: vec4<u32>,
    a2: vec4<u32>,
    a3: vec4<u32>,
    b0: Columns,
    b1: Columns,
    b2: Columns,
    b3: Columns,
}

fn quads_of(tile: Tile, quad: u32) -> Quads {
    var quads: Quads;
    quads.a0 = channels_at(tile, quad);
    if (A_STAGED > 1u) {
        quads.a1 = channels_at(tile, quad + QUAD_STEP);
    }
    if (A_STAGED > 2u) {
        quads.a2 = channels_at(tile, quad + 2u * QUAD_STEP);
    }
    if (A_STAGED > 3u) {
        quads.a3 = channels_at(tile, quad + 3u * QUAD_STEP);
    }
    quads.b0 = columns_at(tile, quad);
    if (B_STAGED > 1u) {
        quads.b1 = columns_at(tile, quad + QUAD_STEP);
    }
    if (B_STAGED > 2u) {
        quads.b2 = columns_at(tile, quad + 2u * QUAD_STEP);
    }
    if (B_STAGED > 3u) {
        quads.b3 = columns_at(tile, quad + 3u * QUAD_STEP);
    }
    return quads;
}

// A cell of dy in a slab: its number there, its place along d, h, w (w counts from the slab's first column), and the elements
// of dy and x that belong to it in the first channel and under the first tap.
struct Cell {
    k: u32,
    at: vec3<u32>,
    y: u32,
    x: u32,
}

// TILE_K cells, and what a carry along d, h, w adds to both offsets.
struct Step {
    at: vec3<u32>,
    y: u32,
    x: u32,
    carry_y: vec3<u32>,
    carry_x: vec3<u32>,
}

fn x_cell() -> u32 {
    return cell_step(X_LAST, params.channels_in) / ENTRY;
}

// Elements from a cell to the next one along d, h, w: of dy, and of x under the first tap.
fn steps_y() -> vec3<u32> {
    return vec3<u32>(params.out_h * params.out_w, params.out_w, 1u) * (cell_step(Y_LAST, params.channels_out) / ENTRY);
}

fn steps_x() -> vec3<u32> {
    return vec3<u32>(STRIDE_D * params.in_h * params.in_w, STRIDE_H * params.in_w, STRIDE_W) * x_cell();
}

// Entries of a sample of dy, and of x.
fn y_sample() -> u32 {
    return params.channels_out * params.out_d * params.out_h * params.out_w / ENTRY;
}

fn x_sample() -> u32 {
    return params.channels_in * params.in_d * params.in_h * params.in_w / ENTRY;
}

fn sum_of(v: vec3<u32>) -> u32 {
    return v.x + v.y + v.z;
}

fn cell_at(slab: Slab, k: u32) -> Cell {
    let width = slab.col_end - slab.col_begin;
    let row = slab.row_begin + k / width;
    let line = row / params.out_h;
    let sample = line / params.out_d;
    let at = vec3<u32>(line % params.out_d, row % params.out_h, k % width);
    let from_begin = at + vec3<u32>(0u, 0u, slab.col_begin);
    let low = (PADDING_LOW_D * params.in_h + PADDING_LOW_H) * params.in_w + PADDING_LOW_W;
    let y = params.y_base / ENTRY + sample * y_sample() + sum_of(from_begin * steps_y());
    let x = params.x_base / ENTRY + sample * x_sample() + sum_of(from_begin * steps_x()) - low * x_cell();
    return Cell(k, at, y, x);
}

// What carries add may be negative: modulo 2^32.
fn step_of(slab: Slab) -> Step {
    let extents = vec3<u32>(params.out_d, params.out_h, slab.col_end - slab.col_begin);
    let rows = TILE_K / extents.z;
    let lines = rows / extents.y;
    let samples = lines / extents.x;
    let at = vec3<u32>(lines % extents.x, rows % extents.y, TILE_K % extents.z);
    let y = steps_y();
    let x = steps_x();
    return Step(
        at,
        samples * y_sample() + sum_of(at * y),
        samples * x_sample() + sum_of(at * x),
        vec3<u32>(y_sample(), y.xy) - extents * y,
        vec3<u32>(x_sample(), x.xy) - extents * x,
    );
}

fn next_cell(slab: Slab, step: Step, cell: Cell) -> Cell {
    let width = slab.col_end - slab.col_begin;
    var at = cell.at + step.at;
    var y = cell.y + step.y;
    var x = cell.x + step.x;
    if (at.z >= width) {
        at.z -= width;
        at.y += 1u;
        y += step.carry_y.z;
        x += step.carry_x.z;
    }
    if (at.y >= params.out_h) {
        at.y -= params.out_h;
        at.x += 1u;
        // A sample of dy has no gaps: nothing to add to y.
        x += step.carry_x.y;
    }
    if (at.x >= params.out_d) {
        at.x -= params.out_d;
        y += step.carry_y.x;
        x += step.carry_x.x;
    }
    return Cell(cell.k + TILE_K, at, y, x);
}

// Where a cell's operands lie: offsets in dy and x, and the bits of the taps inside (all, where the kernel is not padded); for
// padding other than zeros where the window begins, and whether the cell exists.
struct Sources {
    y: u32,
    x: u32,
    inside: u32,
    start: vec3<i32>,
    exists: bool,
}

// A cell behind the slab's last one has no tap inside, and reads an element that exists.
fn sources_of(slab: Slab, cells: u32, cell: Cell) -> Sources {
    let exists = cell.k < cells;
    let y = select(params.y_base / ENTRY, cell.y, exists);
    var bits_d = (1u << TAPS_D) - 1u;
    if (PADDED_D != 0u) {
        bits_d = bits_at(cell.at.x, STRIDE_D, PADDING_LOW_D, DILATION_D, TAPS_D, params.in_d);
    }
    var bits_h = (1u << TAPS_H) - 1u;
    if (PADDED_H != 0u) {
        bits_h = bits_at(cell.at.y, STRIDE_H, PADDING_LOW_H, DILATION_H, TAPS_H, params.in_h);
    }
    var bits_w = (1u << TAPS_W) - 1u;
    if (PADDED_W != 0u) {
        bits_w = bits_at(cell.at.z + slab.col_begin, STRIDE_W, PADDING_LOW_W, DILATION_W, TAPS_W, params.in_w);
    }
    let bits = bits_w | (bits_h << TAPS_W) | (bits_d << (TAPS_W + TAPS_H));
    var x = cell.x;
    if (!is_padded()) {
        x = select(params.x_base / ENTRY, x, exists);
    }
    let start = vec3<i32>(
        window_start(cell.at.x, STRIDE_D, PADDING_LOW_D),
        window_start(cell.at.y, STRIDE_H, PADDING_LOW_H),
        window_start(cell.at.z + slab.col_begin, STRIDE_W, PADDING_LOW_W),
    );
    return Sources(y, x, select(0u, bits, exists), start, exists);
}

fn is_padded() -> bool {
    return (PADDED_D | PADDED_H | PADDED_W) != 0u;
}

// Bits of the taps of an output that lie inside, along one axis.
fn bits_at(o: u32, stride: u32, padding_low: u32, dilation: u32, taps: u32, extent: u32) -> u32 {
    let start = window_start(o, stride, padding_low);
    return bits_inside(vec4<i32>(start), dilation, taps, extent).x;
}

fn dy_quad(sources: Sources, channels: vec4<u32>) -> vec4<f32> {
    return four_of_dy(channels + vec4<u32>(sources.y));
}

// The bits of all taps of a window.
fn all_taps() -> u32 {
    return (1u << (TAPS_W + TAPS_H + TAPS_D)) - 1u;
}

// The cells along an axis that are read for taps of a window, less those under the taps: 0 inside.
fn border_shift(start: i32, taps: vec4<u32>, dilation: u32, extent: u32) -> vec4<u32> {
    let cells = vec4<i32>(start) + vec4<i32>(taps * dilation);
    return vec4<u32>(four_bordered(cells, extent) - cells);
}

// Elements from those under the taps of columns to those that are read.
fn border_shifts(sources: Sources, columns: Columns) -> vec4<u32> {
    let bits = columns.bits;
    let w = firstTrailingBit(bits);
    let h = firstTrailingBit(bits >> vec4<u32>(TAPS_W));
    let d = firstTrailingBit(bits >> vec4<u32>(TAPS_W + TAPS_H));
    let plane = border_shift(sources.start.x, d, DILATION_D, params.in_d) * params.in_h;
    let line = (plane + border_shift(sources.start.y, h, DILATION_H, params.in_h)) * params.in_w;
    return (line + border_shift(sources.start.z, w, DILATION_W, params.in_w)) * x_cell();
}

// Zero outside of x, read from an element that exists.
fn x_quad(sources: Sources, columns: Columns) -> Quad {
    var at = columns.offset + vec4<u32>(sources.x);
    var inside = vec4<bool>(sources.inside != 0u);
    if (BORDER != 0u) {
        inside = vec4<bool>(sources.exists);
        if (sources.exists && sources.inside != all_taps()) {
            at += border_shifts(sources, columns);
        }
        at = select(vec4<u32>(params.x_base / ENTRY), at, inside);
    } else if (is_padded()) {
        inside = (columns.bits & vec4<u32>(sources.inside)) == columns.bits;
        at = select(vec4<u32>(0u), at, inside);
    }
    return Quad(four_of_x(at), inside);
}

fn load_staged(quads: Quads, sources: Sources) -> Staged {
    var staged: Staged;
    staged.a.q0 = dy_quad(sources, quads.a0);
    if (A_STAGED > 1u) {
        staged.a.q1 = dy_quad(sources, quads.a1);
    }
    if (A_STAGED > 2u) {
        staged.a.q2 = dy_quad(sources, quads.a2);
    }
    if (A_STAGED > 3u) {
        staged.a.q3 = dy_quad(sources, quads.a3);
    }
    staged.b0 = x_quad(sources, quads.b0);
    if (B_STAGED > 1u) {
        staged.b1 = x_quad(sources, quads.b1);
    }
    if (B_STAGED > 2u) {
        staged.b2 = x_quad(sources, quads.b2);
    }
    if (B_STAGED > 3u) {
        staged.b3 = x_quad(sources, quads.b3);
    }
    return staged;
}

// Zero behind the slab's last cell, as x is: zero times an infinity would be a NaN.
fn dy_kept(cells: vec4<f32>, exists: bool) -> vec4<f32> {
    return kept(Quad(cells, vec4<bool>(exists)));
}

fn stage(staged: Staged, exists: bool, buffer: u32, local: u32) {
    let a = (buffer * TILE_K + cell_of(local)) * A_ROW + quad_of(local);
    let b = (buffer * TILE_K + cell_of(local)) * B_ROW + quad_of(local);
    if (A_FILLS || quad_of(local) < A_QUADS) {
        a_tile[a] = dy_kept(staged.a.q0, exists);
    }
    if (A_STAGED > 1u) {
        a_tile[a + QUAD_STEP] = dy_kept(staged.a.q1, exists);
    }
    if (A_STAGED > 2u) {
        a_tile[a + 2u * QUAD_STEP] = dy_kept(staged.a.q2, exists);
    }
    if (A_STAGED > 3u) {
        a_tile[a + 3u * QUAD_STEP] = dy_kept(staged.a.q3, exists);
    }
    b_tile[b] = kept(staged.b0);
    if (B_STAGED > 1u) {
        b_tile[b + QUAD_STEP] = kept(staged.b1);
    }
    if (B_STAGED > 2u) {
        b_tile[b + 2u * QUAD_STEP] = kept(staged.b2);
    }
    if (B_STAGED > 3u) {
        b_tile[b + 3u * QUAD_STEP] = kept(staged.b3);
    }
}

fn multiply(tile: Tile, local: u32, sums: ptr<function, Sums>) {
    let slab = slab_at(params.reduction, tile.slice);
    let cells = (slab.row_end - slab.row_begin) * (slab.col_end - slab.col_begin);
    let place = place_of(local);
    let quads = quads_of(tile, quad_of(local));
    let step = step_of(slab);
    var cell = cell_at(slab, cell_of(local));
    var staged = load_staged(quads, sources_of(slab, cells, cell));
    var buffer = 0u;
    for (var k = 0u; k < cells; k += TILE_K) {
        stage(staged, cell.k < cells, buffer, local);
        workgroupBarrier();
        if (k + TILE_K < cells) {
            cell = next_cell(slab, step, cell);
            staged = load_staged(quads, sources_of(slab, cells, cell));
        }
        multiply_tile(buffer, place, sums);
        if (BUFFERS == 1u) {
            workgroupBarrier();
        } else {
            buffer = 1u - buffer;
        }
    }
}

fn store_one(at: u32, sum: f32) {
    if (params.reduction.accumulate == 1u) {
        dw[at] += sum;
    } else {
        dw[at] = sum;
    }
}

// A column at 4 neighbouring channels, so far apart, of which the first `count` exist.
fn store_column(at: u32, count: u32, apart: u32, sums: vec4<f32>) {
    if (count > 0u) {
        store_one(at, sums.x);
    }
    if (count > 1u) {
        store_one(at + apart, sums.y);
    }
    if (count > 2u) {
        store_one(at + 2u * apart, sums.z);
    }
    if (count > 3u) {
        store_one(at + 3u * apart, sums.w);
    }
}

// A quad of channels at a quad of columns.
fn store_quads(tile: Tile, a: u32, b: u32, sums: mat4x4<f32>) {
    let m = tile.m + 4u * a;
    let column = vec4<u32>(tile.n) + columns_of(b);
    let taps = TAPS_D * TAPS_H * TAPS_W;
    let apart = output_step(tile.columns / taps, taps);
    let row = tile.slice * params.channels_out * tile.columns + (tile.group * tile.outputs + m) * apart;
    let numbers = numbers_of(column);
    let column_of_dw = numbers.channel * taps + numbers.tap;
    let at = columns_of_dw(column_of_dw, taps, params.channels_out) + vec4<u32>(row);
    let channels = tile.outputs - min(m, tile.outputs);
    let count = select(vec4<u32>(0u), vec4<u32>(channels), column < vec4<u32>(tile.columns));
    store_column(at.x, count.x, apart, sums[0]);
    store_column(at.y, count.y, apart, sums[1]);
    store_column(at.z, count.z, apart, sums[2]);
    store_column(at.w, count.w, apart, sums[3]);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn kernel_grad(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let tile = tile_at(linear_workgroup(group, groups));
    if (tile.slice >= params.reduction.slab_count) {
        return;
    }
    var sums = sums_from(vec4<f32>(0.0), vec4<f32>(0.0));
    multiply(tile, local, &sums);
    store_sums(tile, place_of(local), sums);
}
