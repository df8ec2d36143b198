// A lane owns the three columns of dw of one row of taps and two input channels (columns_three.wgsl): kernels of 3 along w with
// stride and dilation 1, and rows of any length. Those of x and of dy lie in rows of out_w cells, whole fours, into which they were
// copied with zeros behind, if they did not; those of dy with zeros before, too, so that each output, of which a row has in_w, is in the place of the last cell of x in its window,
// and a step needs none behind its own four.

fn row_of_x() -> u32 {
    return all.conv.out_w;
}

// x under four outputs, of which some exist: the four cells at them, and two before.
fn under_three(before: vec2<f32>, cells: vec4<f32>, exist: vec4<bool>) -> Window {
    let none = vec3<f32>(0.0);
    return Window(
        select(none, vec3<f32>(before, cells.x), exist.x),
        select(none, vec3<f32>(before.y, cells.xy), exist.y),
        select(none, cells.xyz, exist.z),
        select(none, cells.yzw, exist.w),
    );
}

fn correlate(block: Block, lane: u32) {
    let in_d = all.conv.in_d;
    let in_h = all.conv.in_h;
    let first_output = 2u - all.padding_low_w;
    let end_output = first_output + all.conv.in_w;
    let out_d = all.conv.out_d;
    let out_h = all.conv.out_h;
    let row = all.conv.out_w;
    let stride_d = all.stride_d;
    let stride_h = all.stride_h;
    let x_sample = all.conv.channels_in * in_d * in_h * row;
    let dy_sample = all.conv.channels_out * out_d * out_h * row;
    let dy_first = first_of_dy(block, lane);
    // Not from a private variable: all lanes have the same row of taps, and a checker of uniformity sees it.
    let start_h = window_start(block.strip % all.taps_h, all.dilation_h, all.padding_low_h);
    let start_d = window_start(block.strip / all.taps_h % all.taps_d, all.dilation_d, all.padding_low_d);
    let is_summed = has_cells();
    let none = vec4<f32>(0.0);
    let all_exist = vec4<bool>(true);

    clear_sums();
    clear_others();
    let slab = slab_at(all.conv.reduction, block.slice);
    // The two cells before the first are read with the four that they are in, which the padding does not have.
    let begin = slab.col_begin - min(slab.col_begin, 4u);
    let end = slab.col_end;
    var before = vec2<f32>(0.0);
    var other_before = vec2<f32>(0.0);
    var walk = walk_of(slab, begin);
    for (var to_go = steps_of(slab, begin, end, 4u); to_go > 0u; to_go--) {
        let at = walk.o;
        let h = start_h + i32(walk.row_h * stride_h);
        let d = start_d + i32(walk.row_d * stride_d);
        let row_inside = is_inside(d, in_d) && is_inside(h, in_h);
        // Rows of the padding are zeros, read from elements that exist.
        let quad = select(0u, channel_first + walk.n * x_sample + (u32(d) * in_h + u32(h)) * row + at, row_inside);
        let cells = select(none, element_quad(x[quad / 4u]), row_inside);
        let other_cells = select(none, element_quad(x[(quad + other_apart) / 4u]), row_inside);
        // Before the first cell of a row are zeros.
        before = select(before, vec2<f32>(0.0), at == begin);
        other_before = select(other_before, vec2<f32>(0.0), at == begin);
        // Rows of zeros have nothing to add.
        if (is_summed && row_inside && at >= slab.col_begin) {
            let first = walk.n * dy_sample + (walk.row_d * out_h + walk.row_h) * row + at;
            let dy0 = dy_at(dy_first.x + first, all_exist, 1u);
            let dy1 = dy_at(dy_first.y + first, all_exist, 1u);
            let dy2 = dy_at(dy_first.z + first, all_exist, 1u);
            let dy3 = dy_at(dy_first.w + first, all_exist, 1u);
            // What is zero in dy might meet an infinite cell.
            let places = vec4<u32>(at) + vec4<u32>(0u, 1u, 2u, 3u);
            let exist = (places >= vec4<u32>(first_output)) & (places < vec4<u32>(end_output));
            accumulate_both(
                vec4<f32>(dy0.x, dy1.x, dy2.x, dy3.x),
                vec4<f32>(dy0.y, dy1.y, dy2.y, dy3.y),
                vec4<f32>(dy0.z, dy1.z, dy2.z, dy3.z),
                vec4<f32>(dy0.w, dy1.w, dy2.w, dy3.w),
                under_three(before, cells, exist),
                under_three(other_before, other_cells, exist),
            );
        }
        before = cells.zw;
        other_before = other_cells.zw;
        walk = next_walk(walk, begin, end, 4u);
    }
}
