// A gather by subgroups whose lanes own the same four cells of two rows, so that what is read of A serves both; TAPS neighbouring taps at a
// time, with the products of rows_stride1.wgsl or rows_stride2.wgsl (sum_taps). A lane reads its own cells of either row of the source
// (cells_of) and takes those beside them from its neighbours (span_of); what those at either end lack is read by all eight, each one
// cell (beside_of).

const CLASSES_OF_LANE: u32 = 1u;
const LANE_FOURS: u32 = 1u;

// A row of the source at a step: whether it is inside, and its first element.
struct Row {
    inside: bool,
    first: u32,
}

fn row_at(h: i32, plane: u32, is_inside_d: bool) -> Row {
    return Row(is_inside_d && is_inside(h, params.in_h), plane + u32(h) * params.in_w);
}

fn gather_sums(block: Block, lane: u32) {
    let taps = taps_of(block);
    let in_d = params.in_d;
    let in_h = params.in_h;
    let plane_d = in_h * params.in_w;
    let plane = in_d * plane_d;
    let start_d = class_at(0u, block.class_d).start + i32(block.d * params.in_stride_d);
    let start_h = class_at(1u, block.class_h).start + i32(block.h * params.in_stride_h);
    let below = i32(params.in_stride_h);
    let places = places_of(block, lane);
    let tap_step_d = params.tap_step_d;
    let tap_step_h = params.tap_step_h;
    let row_length = params.outputs_padded / 4u;
    let origin = source_origin(block);
    var at_packed = first_of_packed(block, lane);
    let is_summed = has_channels();

    clear_sums();
    clear_others();
    var step = Step(0u, 0u, origin + params.channel_begin * plane);
    for (var to_go = steps_of(params.channel_end - params.channel_begin, taps); to_go > 0u; to_go--) {
        let cell_d = start_d + i32(step.i * tap_step_d);
        let cell_h = start_h + i32(step.j * tap_step_h);
        let inside_d = places.has_row && is_inside(cell_d, in_d);
        let of_plane = step.channel + u32(cell_d) * plane_d;
        let near_row = row_at(cell_h, of_plane, inside_d);
        let far_row = row_at(cell_h + below, of_plane, inside_d);
        let near = cells_of(near_row, places);
        let far = cells_of(far_row, places);
        let beside = beside_of(near_row, far_row, places);
        let near_cells = span_of(near, beside, 0u, places, lane);
        let far_cells = span_of(far, beside, 1u, places, lane);
        if (is_summed) {
            sum_taps(at_packed, row_length, lane, near_cells, far_cells);
        }
        at_packed += TAPS * row_length;
        step = next_step(step, taps, plane);
    }
}
