// The rest of dx where the padding shows cells of the input again (common/border.wgsl): the kernels of the input gradient add up
// what the outputs over a cell's own place have; this one adds what those over its other places have. An invocation owns 4
// input channels of one group at 4 of the cells that have other places, of one sample. The reduction's rows are (other places
// along d, h, w; taps along d, h, w), its columns the output channels of the group. No workgroup memory.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
const BLOCK: u32 = 4u;
// specialise: end

// The most places of a cell along each axis, its own included.
override IMAGES_D: u32 = 1u;
override IMAGES_H: u32 = 1u;
override IMAGES_W: u32 = 1u;

// The cells of an axis that have other places: two ranges.
struct BorderAxis {
    near_begin: u32,
    near_end: u32,
    far_begin: u32,
    far_end: u32,
    extent: u32,
    padding_high: u32,
    unused_a: u32,
    unused_b: u32,
}

struct BorderParams {
    conv: ConvParams,
    // d, h, w.
    axes: array<BorderAxis, 3>,
}

@group(0) @binding(0) var<uniform> all: BorderParams;
@group(0) @binding(1) var<storage, read> dy: array<Element>;
@group(0) @binding(2) var<storage, read> w: array<Element>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

fn count_of(axis: BorderAxis) -> u32 {
    return axis.near_end - axis.near_begin + axis.far_end - axis.far_begin;
}

// Of an axis, the cells of these numbers among those that have other places.
fn cells_with(axis: BorderAxis, number: vec4<u32>) -> vec4<u32> {
    let near = vec4<u32>(axis.near_end - axis.near_begin);
    return select(number - near + vec4<u32>(axis.far_begin), number + vec4<u32>(axis.near_begin), number < near);
}

// And among those that have not.
fn cells_without(axis: BorderAxis, number: vec4<u32>) -> vec4<u32> {
    let between = number + vec4<u32>(axis.near_end - axis.near_begin);
    let behind = number + vec4<u32>(count_of(axis));
    let inner = select(behind, between, between < vec4<u32>(axis.far_begin));
    return select(inner, number, number < vec4<u32>(axis.near_begin));
}

struct Cells {
    d: vec4<u32>,
    h: vec4<u32>,
    w: vec4<u32>,
}

// How many cells have other places, along one axis at least: those along d, then of the rest those along h, then along w.
fn border_cells(d: BorderAxis, h: BorderAxis, w: BorderAxis) -> vec3<u32> {
    let rest_d = d.extent - count_of(d);
    let rest_h = h.extent - count_of(h);
    return vec3<u32>(count_of(d) * h.extent * w.extent, rest_d * count_of(h) * w.extent, rest_d * rest_h * count_of(w));
}

// Numbers of those, which exist.
fn cells_at(index: vec4<u32>, d: BorderAxis, h: BorderAxis, w: BorderAxis) -> Cells {
    let cells = border_cells(d, h, w);
    let in_d = index < vec4<u32>(cells.x);
    let in_h = index < vec4<u32>(cells.x + cells.y);
    let before = select(select(vec4<u32>(cells.x + cells.y), vec4<u32>(cells.x), in_h), vec4<u32>(0u), in_d);
    let number = index - before;
    // Along w first, but of the columns along h: neighbours then stand at places of one kind.
    let extent_h = select(vec4<u32>(h.extent - count_of(h)), vec4<u32>(count_of(h)), in_h);
    let minor = max(select(extent_h, vec4<u32>(w.extent), in_h), vec4<u32>(1u));
    let middle_in_d = select(extent_h, vec4<u32>(h.extent), in_d);
    let middle = max(select(vec4<u32>(count_of(w)), middle_in_d, in_h), vec4<u32>(1u));
    let first = number % minor;
    let rest = number / minor;
    let second = rest % middle;
    let third = rest / middle;
    let on_h = select(cells_without(h, first), select(cells_with(h, second), second, in_d), in_h);
    let on_w = select(cells_with(w, second), first, in_h);
    return Cells(select(cells_without(d, third), cells_with(d, third), in_d), on_h, on_w);
}

// What an invocation owns: channels c .. c_end of the group in sample n at the border's cells index .. index + 4.
struct Block {
    n: u32,
    group: u32,
    c: u32,
    c_end: u32,
    index: u32,
    count: u32,
    valid: bool,
}

fn block_at(number: u32, count: u32) -> Block {
    let across = blocks_of(count);
    let per_group = all.conv.channels_in / all.conv.groups;
    let down = blocks_of(per_group);
    let index = number % across * BLOCK;
    let group = number / (across * down) % all.conv.groups;
    let c = number / across % down * BLOCK;
    let n = number / (across * down * all.conv.groups);
    return Block(n, group, c, min(c + BLOCK, per_group), index, count, n < all.conv.batch);
}

// Place j of cells along an axis of which a cell has at most `images`, a constant: 1 along those without padding.
fn image_along(cells: vec4<u32>, j: u32, images: u32, axis: BorderAxis, padding_low: u32) -> Image {
    if (images == 1u) {
        return Image(vec4<i32>(cells), vec4<bool>(true));
    }
    return image_of(vec4<i32>(cells), j, axis.extent, padding_low, axis.padding_high);
}

// One column a channel of the block, one row a cell.
fn gather(block: Block, cells: Cells) -> mat4x4<f32> {
    let axis_d = all.axes[0];
    let axis_h = all.axes[1];
    let axis_w = all.axes[2];
    let channels_in = all.conv.channels_in / all.conv.groups;
    let channels_out = all.conv.channels_out / all.conv.groups;
    let out_d = all.conv.out_d;
    let out_h = all.conv.out_h;
    let out_w = all.conv.out_w;
    let y_plane = out_d * out_h * out_w;
    let k_first = block.group * channels_out;
    let y_channel = channel_step(Y_LAST, y_plane);
    let y_cell = cell_step(Y_LAST, all.conv.channels_out);
    let y_first = all.conv.y_base + block.n * all.conv.channels_out * y_plane + k_first * y_channel;
    let taps = TAPS_D * TAPS_H * TAPS_W;
    let c = min(vec4<u32>(block.c) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(block.c_end - 1u));
    let w_step = output_step(channels_in, taps);
    let w_first = vec4<u32>(k_first * w_step) + c * input_step(all.conv.channels_out, taps);

    let slab = slab_at(all.conv.reduction, 0u);
    var sums = mat4x4<f32>();
    for (var row = slab.row_begin; row < slab.row_end; row++) {
        let tap = row % taps;
        // All three being 0 is a cell's own place.
        let number = row / taps + 1u;
        let d = image_along(cells.d, number / (IMAGES_W * IMAGES_H), IMAGES_D, axis_d, PADDING_LOW_D);
        let h = image_along(cells.h, number / IMAGES_W % IMAGES_H, IMAGES_H, axis_h, PADDING_LOW_H);
        let across = image_along(cells.w, number % IMAGES_W, IMAGES_W, axis_w, PADDING_LOW_W);
        let exist = d.exists & h.exists & across.exists;
        if (!any(exist)) {
            // On to the next place.
            row += taps - 1u - tap;
            continue;
        }
        let on_d = outputs_touching(vec4<u32>(d.place), tap / (TAPS_W * TAPS_H), STRIDE_D, DILATION_D, PADDING_LOW_D, out_d);
        let on_h = outputs_touching(vec4<u32>(h.place), tap / TAPS_W % TAPS_H, STRIDE_H, DILATION_H, PADDING_LOW_H, out_h);
        let on_w = outputs_touching(vec4<u32>(across.place), tap % TAPS_W, STRIDE_W, DILATION_W, PADDING_LOW_W, out_w);
        let none = vec4<i32>(0);
        let touch = exist & (on_d >= none) & (on_h >= none) & (on_w >= none);
        if (any(touch)) {
            let output = ((vec4<u32>(on_d) * out_h + vec4<u32>(on_h)) * out_w + vec4<u32>(on_w)) * y_cell;
            for (var k = slab.col_begin; k < slab.col_end; k++) {
                // Where the tap touches no output the gradient is zero, read from an element that exists.
                let from_y = select(vec4<u32>(0u), vec4<u32>(y_first + k * y_channel) + output, touch);
                let outputs = four_elements(dy[slot(from_y.x)], dy[slot(from_y.y)], dy[slot(from_y.z)], dy[slot(from_y.w)], from_y);
                let value = select(vec4<f32>(0.0), outputs, touch);
                let from_w = w_first + vec4<u32>(k * w_step + tap);
                let factors = four_elements(w[slot(from_w.x)], w[slot(from_w.y)], w[slot(from_w.z)], w[slot(from_w.w)], from_w);
                sums[0] += value * factors.x;
                sums[1] += value * factors.y;
                sums[2] += value * factors.z;
                sums[3] += value * factors.w;
            }
        }
    }
    return sums;
}

// Where the sums of the block's channel j go.
fn places_of(block: Block, j: u32, cells: vec4<u32>) -> vec4<u32> {
    let plane = all.conv.in_d * all.conv.in_h * all.conv.in_w;
    let channel = block.group * (all.conv.channels_in / all.conv.groups) + block.c + j;
    let first = block.n * all.conv.channels_in * plane + channel * channel_step(X_LAST, plane);
    return vec4<u32>(all.conv.x_base + first) + cells * cell_step(X_LAST, all.conv.channels_in);
}

fn touches(block: Block, j: u32, cells: vec4<u32>) -> bool {
    let at = places_of(block, min(j, block.c_end - 1u - block.c), cells);
    return touches_range(at, all.conv.range_begin, all.conv.range_count);
}

fn is_stored(block: Block, cells: vec4<u32>) -> bool {
    return RANGED == 0u || touches(block, 0u, cells) || touches(block, 1u, cells) || touches(block, 2u, cells) || touches(block, 3u, cells);
}

fn store_one(at: u32, value: f32) {
    var place = at;
    if (RANGED == 1u) {
        place -= all.conv.range_begin;
        if (place >= all.conv.range_count) {
            return;
        }
    }
    dx[place] += value;
}

// A channel's sums at the block's cells, of which the first `count` exist.
fn store_sums(block: Block, j: u32, cells: vec4<u32>, sums: vec4<f32>) {
    if (block.c + j >= block.c_end) {
        return;
    }
    let at = places_of(block, j, cells);
    let added = with_side(at, sums, all.conv.slope);
    // No loop: the reduction's loops may already have used up what an invocation may loop.
    let count = block.count - block.index;
    store_one(at.x, added.x);
    if (count > 1u) {
        store_one(at.y, added.y);
    }
    if (count > 2u) {
        store_one(at.z, added.z);
    }
    if (count > 3u) {
        store_one(at.w, added.w);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn input_grad_border(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let axis_d = all.axes[0];
    let axis_h = all.axes[1];
    let axis_w = all.axes[2];
    let kinds = border_cells(axis_d, axis_h, axis_w);
    let count = kinds.x + kinds.y + kinds.z;
    let block = block_at(linear_invocation(group, groups, local), count);
    if (block.valid) {
        // Cells behind the last one repeat it and are not stored.
        let index = min(vec4<u32>(block.index) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(count - 1u));
        let cells = cells_at(index, axis_d, axis_h, axis_w);
        let cell = (cells.d * all.conv.in_h + cells.h) * all.conv.in_w + cells.w;
        if (!is_stored(block, cell)) {
            return;
        }
        let sums = gather(block, cells);
        store_sums(block, 0u, cell, sums[0]);
        store_sums(block, 1u, cell, sums[1]);
        store_sums(block, 2u, cell, sums[2]);
        store_sums(block, 3u, cell, sums[3]);
    }
}
