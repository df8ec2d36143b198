// A gather by subgroups, three neighbouring taps at a time, for stride 2: the three share 9 cells of a row (strip/cells.wgsl),
// where tap by tap they would read 12.

const CLASSES_OF_LANE: u32 = 1u;
const LANE_ROWS: u32 = 1u;
const LANE_FOURS: u32 = 1u;

fn gather_sums(block: Block, lane: u32) {
    let taps = taps_of(block);
    let in_d = params.in_d;
    let in_h = params.in_h;
    let in_w = params.in_w;
    let plane = in_d * in_h * in_w;
    let start_d = class_at(0u, block.class_d).start + i32(block.d * params.in_stride_d);
    let start_h = class_at(1u, block.class_h).start + i32(block.h * params.in_stride_h);
    let across = across_at(first_cell(class_at(2u, block.class_w).start) + i32(block.w * STRIDE), in_w);
    let tap_step_d = params.tap_step_d;
    let tap_step_h = params.tap_step_h;
    let row_length = params.outputs_padded / 4u;
    let origin = source_origin(block);
    var at_packed = first_of_packed(block, lane);
    let is_summed = has_channels();

    clear_sums();
    var step = Step(0u, 0u, origin + params.channel_begin * plane);
    for (var to_go = steps_of(params.channel_end - params.channel_begin, taps); to_go > 0u; to_go--) {
        let cell_d = bordered(start_d + i32(step.i * tap_step_d), in_d);
        let cell_h = bordered(start_h + i32(step.j * tap_step_h), in_h);
        let row_inside = block.valid && is_inside(cell_d, in_d) && is_inside(cell_h, in_h);
        let row = step.channel + (u32(cell_d) * in_h + u32(cell_h)) * in_w;
        let found = under(row, row_inside, across);
        if (is_summed) {
            let held = held_at(at_packed, row_length, lane);
            accumulate_three(
                held.a,
                held.b,
                held.c,
                found.t0,
                found.t1,
                found.t2,
            );
        }
        at_packed += 3u * row_length;
        step = next_step(step, taps, plane);
    }
}
