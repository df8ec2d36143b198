// A lane owns the three columns of dw of one row of taps and two input channels (row_of_taps.wgsl): kernels of 3 along w with
// stride 2 and dilation 1, rows of dy of whole fours and of x of twice as many, x with one cell of zeros before them. x is read in fours,
// each of them once: of the windows of four outputs a step has all cells but the first, which the step before had.

fn row_of_x() -> u32 {
    return all.conv.in_w;
}

fn row_of_dy() -> u32 {
    return all.conv.out_w;
}

// x under four outputs: eight cells, and one before.
fn under_three(before: f32, low: vec4<f32>, high: vec4<f32>) -> Window {
    return Window(vec3<f32>(before, low.xy), low.yzw, vec3<f32>(low.w, high.xy), high.yzw);
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
    let x_sample = all.conv.channels_in * in_d * in_h * in_w;
    let dy_sample = all.conv.channels_out * out_d * out_h * out_w;
    let dy_first = first_of_dy(block, lane);
    // Not from a private variable: all lanes have the same row of taps, and a checker of uniformity sees it.
    let start_h = window_start(block.strip % all.taps_h, all.dilation_h, all.padding_low_h);
    let start_d = window_start(block.strip / all.taps_h % all.taps_d, all.dilation_d, all.padding_low_d);
    let is_summed = has_cells();
    let all_exist = vec4<bool>(true);

    clear_sums();
    clear_others();
    let slab = slab_at(all.conv.reduction, block.slice);
    // The four outputs before the first are gone over for the cell that the first window begins with; before a row there is none.
    let begin = slab.col_begin - min(slab.col_begin, 4u);
    let end = slab.col_end;
    var before = 0.0;
    var other_before = 0.0;
    var walk = walk_of(slab, begin);
    for (var to_go = steps_of(slab, begin, end, 4u); to_go > 0u; to_go--) {
        let at = walk.o;
        let h = start_h + i32(walk.row_h * stride_h);
        let d = start_d + i32(walk.row_d * stride_d);
        let row_inside = is_inside(d, in_d) && is_inside(h, in_h);
        // Of a row of zeros some that exist, which nothing is made of.
        let quad = select(0u, channel_first + walk.n * x_sample + (u32(d) * in_h + u32(h)) * in_w + 2u * at, row_inside) / 4u;
        let other_quad = quad + other_apart / 4u;
        let low = element_quad(x[quad]);
        let high = element_quad(x[quad + 1u]);
        let other_low = element_quad(x[other_quad]);
        let other_high = element_quad(x[other_quad + 1u]);
        // Rows of zeros have nothing to add.
        if (is_summed && row_inside && at >= slab.col_begin) {
            let first = walk.n * dy_sample + (walk.row_d * out_h + walk.row_h) * out_w + at;
            let is_first = at == 0u;
            let near = under_three(select(before, 0.0, is_first), low, high);
            let far = under_three(select(other_before, 0.0, is_first), other_low, other_high);
            let dy0 = dy_at(dy_first.x + first, all_exist, 1u);
            var dy1 = dy0;
            if (TILE_M > 8u) {
                dy1 = dy_at(dy_first.y + first, all_exist, 1u);
            }
            if (READS_ONE) {
                accumulate_outputs_both(dy0, dy1, near, far);
            } else {
                let dy2 = dy_at(dy_first.z + first, all_exist, 1u);
                let dy3 = dy_at(dy_first.w + first, all_exist, 1u);
                accumulate_channels(dy0, dy1, dy2, dy3, near, far);
            }
        }
        before = high.w;
        other_before = other_high.w;
        walk = next_walk(walk, begin, end, 4u, out_d, out_h);
    }
}
