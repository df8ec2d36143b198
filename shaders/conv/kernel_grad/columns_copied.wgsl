// A lane owns the columns of dw of one row of taps and two input channels (row_of_taps.wgsl): kernels of 3 or 4 along w with
// stride 1 or 2 and dilation 1, and rows of any length. What is under four outputs is copied_three.wgsl's or copied_four.wgsl's (under_four). Those of x lie with the cell under output 0 and the first tap before all others, those of
// dy with output 0 so, and both in whole fours, into which they were copied, with zeros where there is nothing, if they did not. First
// the whole fours of outputs are summed, of all rows, and then the REST behind them: a window of no output, with zeros for dy, might
// meet an infinite cell, and with windows left out among others lavapipe keeps 24 vectors of cells instead of 12 (0.8 of the speed).

const_assert STRIDE == 1u || STRIDE == 2u;

// Outputs of a row beside whole fours.
override REST: u32 = 1u;
// Whether the fours of x go by one at a time, of which each step reads one, and each row one more than it has steps: for long rows.
override SLIDES: u32 = 1u;

fn row_of_x() -> u32 {
    return all.conv.in_w;
}

fn row_of_dy() -> u32 {
    return (all.conv.out_w + 3u) / 4u * 4u;
}

// What a loop needs of the uniforms: their members would be read again in every iteration.
struct Extents {
    start_d: i32,
    start_h: i32,
    stride_d: u32,
    stride_h: u32,
    in_d: u32,
    in_h: u32,
    out_d: u32,
    out_h: u32,
    x_row: u32,
    dy_row: u32,
    x_sample: u32,
    dy_sample: u32,
}

fn extents_of(block: Block) -> Extents {
    // Not from a private variable: all lanes have the same row of taps, and a checker of uniformity sees it.
    let start_h = window_start(block.strip % all.taps_h, all.dilation_h, all.padding_low_h);
    let start_d = window_start(block.strip / all.taps_h % all.taps_d, all.dilation_d, all.padding_low_d);
    let in_plane = all.conv.in_d * all.conv.in_h * row_of_x();
    let out_plane = all.conv.out_d * all.conv.out_h * row_of_dy();
    return Extents(
        start_d,
        start_h,
        all.stride_d,
        all.stride_h,
        all.conv.in_d,
        all.conv.in_h,
        all.conv.out_d,
        all.conv.out_h,
        row_of_x(),
        row_of_dy(),
        all.conv.channels_in * in_plane,
        all.conv.channels_out * out_plane,
    );
}

// The row of x under a row of outputs: its first element, of one that exists if it lies in the padding.
struct Row {
    first: u32,
    inside: bool,
}

fn row_under(walk: Walk, extents: Extents) -> Row {
    let h = extents.start_h + i32(walk.row_h * extents.stride_h);
    let d = extents.start_d + i32(walk.row_d * extents.stride_d);
    let inside = is_inside(d, extents.in_d) && is_inside(h, extents.in_h);
    let first = channel_first + walk.n * extents.x_sample + (u32(d) * extents.in_h + u32(h)) * extents.x_row;
    return Row(select(0u, first, inside), inside);
}

fn cells_at(first: u32, inside: bool) -> vec4<f32> {
    return select(vec4<f32>(0.0), element_quad(x[first / 4u]), inside);
}

// The cells of x from a window's first on: four, and with stride 2 eight.
struct Run {
    low: vec4<f32>,
    high: vec4<f32>,
}

// From output o on, and nothing of the second four if it is not needed: a row may end before it.
fn run_at(first: u32, o: u32, inside: bool, has_high: bool) -> Run {
    let at = first + o * STRIDE;
    let low = cells_at(at, inside);
    if (STRIDE == 1u) {
        return Run(low, low);
    }
    return Run(low, cells_at(select(at, at + 4u, has_high), inside));
}

// Of the output at this place of its row and the next three, in a workgroup's channels.
fn accumulate_at(walk: Walk, extents: Extents, dy_first: vec4<u32>, o: u32, near: Window, far: Window) {
    let all_exist = vec4<bool>(true);
    let first = walk.n * extents.dy_sample + (walk.row_d * extents.out_h + walk.row_h) * extents.dy_row + o;
    let dy0 = dy_at(dy_first.x + first, all_exist, 1u);
    let dy1 = dy_at(dy_first.y + first, all_exist, 1u);
    let dy2 = dy_at(dy_first.z + first, all_exist, 1u);
    let dy3 = dy_at(dy_first.w + first, all_exist, 1u);
    accumulate_channels(dy0, dy1, dy2, dy3, near, far);
}

// x under the REST: so many windows of the four.
fn under_rest(all: Window) -> Window {
    let none = Columns();
    return Window(all.first, select(none, all.second, REST > 1u), select(none, all.third, REST > 2u), none);
}

fn correlate(block: Block, lane: u32) {
    let extents = extents_of(block);
    let dy_first = first_of_dy(block, lane);
    let is_summed = has_cells();

    clear_sums();
    clear_others();
    let slab = slab_at(all.conv.reduction, block.slice);
    let begin = slab.col_begin;
    let whole_end = min(slab.col_end, all.conv.out_w / 4u * 4u);
    let end = whole_end + 4u * SLIDES;
    var cells = Run();
    var other_cells = Run();
    var walk = walk_of(slab, begin);
    for (var to_go = select(0u, steps_of(slab, begin, end, 4u), begin < whole_end); to_go > 0u; to_go--) {
        let row = row_under(walk, extents);
        // The four behind the last whole ones is there.
        let has_high = walk.o < whole_end;
        var next = run_at(row.first, walk.o, row.inside, has_high);
        var other_next = run_at(row.first + other_apart, walk.o, row.inside, has_high);
        var behind = next.low;
        var other_behind = other_next.low;
        if (SLIDES == 0u) {
            cells = next;
            other_cells = other_next;
            behind = cells_at(row.first + (walk.o + 4u) * STRIDE, row.inside);
            other_behind = cells_at(row.first + other_apart + (walk.o + 4u) * STRIDE, row.inside);
        }
        // Rows of zeros have nothing to add.
        if (is_summed && row.inside && walk.o + 4u > begin + 4u * SLIDES) {
            let o = walk.o - 4u * SLIDES;
            let near = under_four(cells, behind);
            accumulate_at(walk, extents, dy_first, o, near, under_four(other_cells, other_behind));
        }
        cells = next;
        other_cells = other_next;
        walk = next_walk(walk, begin, end, 4u, extents.out_d, extents.out_h);
    }
    if (REST > 0u) {
        let rest = slab.col_end - whole_end;
        let has_high = REST * STRIDE + TAPS > 4u + STRIDE;
        walk = walk_of(slab, whole_end);
        for (var to_go = select(0u, slab.row_end - slab.row_begin, rest > 0u); to_go > 0u; to_go--) {
            let row = row_under(walk, extents);
            let first = row.first + whole_end * STRIDE;
            var here = Run(cells_at(first, row.inside), vec4<f32>());
            var other_here = Run(cells_at(first + other_apart, row.inside), vec4<f32>());
            var behind = here.low;
            var other_behind = other_here.low;
            if (has_high) {
                behind = cells_at(first + 4u, row.inside);
                other_behind = cells_at(first + other_apart + 4u, row.inside);
            }
            here.high = behind;
            other_here.high = other_behind;
            if (is_summed && row.inside) {
                let near = under_rest(under_four(here, behind));
                accumulate_at(walk, extents, dy_first, whole_end, near, under_rest(under_four(other_here, other_behind)));
            }
            walk = next_walk(walk, whole_end, slab.col_end, 4u, extents.out_d, extents.out_h);
        }
    }
}
