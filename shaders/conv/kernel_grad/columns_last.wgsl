// A lane owns 4 neighbouring input channels of dw at one tap: of tensors with their channels last, in whole fours of them. Any
// kernel, stride and dilation. Reads 4 channels of a cell of x, and of an output of dy, at once.
@group(0) @binding(1) var<storage, read> x: array<ElementQuad>;
@group(0) @binding(2) var<storage, read> dy: array<ElementQuad>;

alias Columns = vec4<f32>;

// The four of x under output 0 in cell 0 of sample 0, and where the cell under output 0 is along each axis.
var<private> column_first: u32;
var<private> column_d: i32;
var<private> column_h: i32;
var<private> column_w: i32;

// Of a group's input channels.
fn fours() -> u32 {
    return all.conv.channels_in / all.conv.groups / 4u;
}

fn all_taps() -> u32 {
    return all.taps_d * all.taps_h * all.taps_w;
}

fn strips_of_columns() -> u32 {
    return (fours() * all_taps() + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
}

// Four and tap of a lane, by one number.
fn number_of(block: Block, lane: u32) -> u32 {
    return block.strip * WORKGROUP_SIZE + lane;
}

fn own_columns(block: Block, lane: u32) {
    // A lane behind the last one repeats it and does not store.
    let number = min(number_of(block, lane), fours() * all_taps() - 1u);
    let tap = number / fours();
    column_w = window_start(tap % all.taps_w, all.dilation_w, all.padding_low_w);
    column_h = window_start(tap / all.taps_w % all.taps_h, all.dilation_h, all.padding_low_h);
    column_d = window_start(tap / (all.taps_w * all.taps_h), all.dilation_d, all.padding_low_d);
    column_first = all.conv.x_base / 4u + block.group * fours() + number % fours();
}

fn place_of(block: Block, lane: u32) -> Place {
    let number = number_of(block, lane);
    let tap = number / fours();
    let channels = vec4<u32>(number % fours() * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
    return place_at(block, channels * all_taps() + vec4<u32>(tap), select(0u, 4u, tap < all_taps()));
}

// Zero where there is nothing, read from an element that exists.
fn x_at(row: u32, place: i32, exists: bool, extent: u32, apart: u32) -> vec4<f32> {
    let at = bordered(place, extent);
    let inside = exists && is_inside(at, extent);
    return select(vec4<f32>(0.0), element_quad(x[select(0u, row + u32(at) * apart, inside)]), inside);
}

fn dy_at(at: u32, exists: bool) -> vec4<f32> {
    return select(vec4<f32>(0.0), element_quad(dy[select(0u, at, exists)]), exists);
}

fn correlate(block: Block, lane: u32) {
    let in_d = all.conv.in_d;
    let in_h = all.conv.in_h;
    let in_w = all.conv.in_w;
    let out_d = all.conv.out_d;
    let out_h = all.conv.out_h;
    let out_w = all.conv.out_w;
    let stride_d = all.stride_d;
    let stride_h = all.stride_h;
    let stride_w = all.stride_w;
    let x_apart = all.conv.channels_in / 4u;
    let y_apart = all.conv.channels_out / 4u;
    let per_group = all.conv.channels_out / all.conv.groups;
    // Rows behind the group's last channel repeat its last four and are not stored.
    let first_row = min(block.m + lane % ROW_LANES * 4u, per_group - 4u);
    let y_first = all.conv.y_base / 4u + (block.group * per_group + first_row) / 4u;
    let start_d = column_d;
    let start_h = column_h;
    let start_w = column_w;
    let x_first = column_first;
    let is_summed = has_cells();

    clear_sums();
    let slab = slab_at(all.conv.reduction, block.slice);
    var walk = walk_of(slab, slab.col_begin);
    for (var to_go = steps_of(slab, slab.col_begin, slab.col_end, 4u); to_go > 0u; to_go--) {
        let o = walk.o;
        let d = bordered(start_d + i32(walk.row_d * stride_d), in_d);
        let h = bordered(start_h + i32(walk.row_h * stride_h), in_h);
        let row_inside = is_inside(d, in_d) && is_inside(h, in_h);
        let x_row = x_first + ((walk.n * in_d + u32(d)) * in_h + u32(h)) * in_w * x_apart;
        let y_row = y_first + ((walk.n * out_d + walk.row_d) * out_h + walk.row_h) * out_w * y_apart;
        let exists = vec4<u32>(o) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(slab.col_end);
        let cells = vec4<bool>(row_inside) & exists;
        let under = start_w + i32(o * stride_w);
        let at = y_row + o * y_apart;
        if (is_summed) {
            accumulate_four(
                dy_at(at, exists.x),
                dy_at(at + y_apart, exists.y),
                dy_at(at + 2u * y_apart, exists.z),
                dy_at(at + 3u * y_apart, exists.w),
                x_at(x_row, under, cells.x, in_w, x_apart),
                x_at(x_row, under + i32(stride_w), cells.y, in_w, x_apart),
                x_at(x_row, under + i32(2u * stride_w), cells.z, in_w, x_apart),
                x_at(x_row, under + i32(3u * stride_w), cells.w, in_w, x_apart),
            );
        }
        walk = next_walk(walk, slab.col_begin, slab.col_end, 4u, out_d, out_h);
    }
}

fn store_row(place: Place, row: u32, sums: Columns) {
    if (row >= place.rows || place.count == 0u) {
        return;
    }
    let at = place.first + vec4<u32>(row * place.apart);
    store_one(at.x, sums.x);
    store_one(at.y, sums.y);
    store_one(at.z, sums.z);
    store_one(at.w, sums.w);
}
