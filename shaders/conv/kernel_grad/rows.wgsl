// How a lane comes by dy and x where neighbouring outputs of a channel are neighbours in memory: it reads dy of four of the
// channels, or of one or two, at 4 neighbouring outputs (dy_*.wgsl), and x under them at its own columns (columns_at); dy is shared by
// shuffles.

fn row_of_dy() -> u32 {
    return all.conv.out_w;
}

fn correlate(block: Block, lane: u32) {
    let out_d = all.conv.out_d;
    let out_h = all.conv.out_h;
    let out_w = all.conv.out_w;
    let dy_sample = all.conv.channels_out * out_d * out_h * out_w;
    let dy_first = first_of_dy(block, lane);
    let y_cell = cell_step(Y_LAST, all.conv.channels_out);
    let is_summed = !PRODUCT_APART || has_cells();

    clear_sums();
    let slab = slab_at(all.conv.reduction, block.slice);
    var walk = walk_of(slab, slab.col_begin);
    for (var to_go = steps_of(slab, slab.col_begin, slab.col_end, 4u); to_go > 0u; to_go--) {
        let o = walk.o;
        if (o == slab.col_begin) {
            begin_row(walk.n, walk.row_d, walk.row_h);
        }
        let y_row = dy_first + vec4<u32>(walk.n * dy_sample + (walk.row_d * out_h + walk.row_h) * out_w * y_cell);
        let exists = vec4<u32>(o) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(slab.col_end);
        if (READS_ONE) {
            let near = dy_at(y_row.x + o * y_cell, exists, y_cell);
            var far = near;
            if (TILE_M > 8u) {
                far = dy_at(y_row.y + o * y_cell, exists, y_cell);
            }
            let window = columns_at(o, exists);
            if (is_summed) {
                accumulate_outputs(near, far, window);
            }
        } else {
            let dy0 = dy_at(y_row.x + o * y_cell, exists, y_cell);
            let dy1 = dy_at(y_row.y + o * y_cell, exists, y_cell);
            let dy2 = dy_at(y_row.z + o * y_cell, exists, y_cell);
            let dy3 = dy_at(y_row.w + o * y_cell, exists, y_cell);
            let window = columns_at(o, exists);
            if (is_summed) {
                accumulate(vec4<f32>(dy0.x, dy1.x, dy2.x, dy3.x), window.first);
                accumulate(vec4<f32>(dy0.y, dy1.y, dy2.y, dy3.y), window.second);
                accumulate(vec4<f32>(dy0.z, dy1.z, dy2.z, dy3.z), window.third);
                accumulate(vec4<f32>(dy0.w, dy1.w, dy2.w, dy3.w), window.fourth);
            }
        }
        walk = next_walk(walk, slab.col_begin, slab.col_end, 4u, out_d, out_h);
    }
}
