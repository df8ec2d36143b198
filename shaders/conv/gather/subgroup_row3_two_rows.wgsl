// As subgroup_row3.wgsl, with lanes that own the same four cells of two rows: what is read of A serves both. For rows that keep their
// length, with a cell of zeros at either end, which is what most networks have: a lane reads the four cells at its own outputs (cells_of)
// and takes the ones before and behind them from its neighbours; the first and the last lane, which lack one, read it.

const CLASSES_OF_LANE: u32 = 1u;

// A row of the source at a step: whether it is inside, and its first element.
struct Row {
    inside: bool,
    first: u32,
}

fn row_at(h: i32, plane: u32, is_inside_d: bool) -> Row {
    return Row(is_inside_d && is_inside(h, params.in_h), plane + u32(h) * params.in_w);
}

// The cells under three taps: those of the lane's four, of its neighbours', and beside the first lane's and the last's.
fn under(value: vec4<f32>, lane: u32, is_first: bool, is_last: bool, before: f32, behind: f32) -> Under {
    let from_left = subgroupShuffle(value.w, (lane + 7u) % 8u);
    let from_right = subgroupShuffle(value.x, (lane + 1u) % 8u);
    let left = select(select(from_left, 0.0, is_first), before, lane == 0u);
    let right = select(select(from_right, 0.0, is_last), behind, lane == 7u);
    return Under(vec4<f32>(left, value.xyz), value, vec4<f32>(value.yzw, right));
}

fn gather_sums(block: Block, lane: u32) {
    let taps = taps_of(block);
    let in_d = params.in_d;
    let in_h = params.in_h;
    let in_w = params.in_w;
    let plane = in_d * in_h * in_w;
    let start_d = class_at(0u, block.class_d).start + i32(block.d * params.in_stride_d);
    let start_h = class_at(1u, block.class_h).start + i32(block.h * params.in_stride_h);
    let below = i32(params.in_stride_h);
    let is_first = block.w == 0u;
    let is_last = block.w + 4u >= in_w;
    // The cell that this lane reads beside its four.
    let beside_inside = select(!is_last, !is_first, lane == 0u);
    let beside = select(block.w + 4u, block.w - 1u, lane == 0u);
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
        let inside_d = block.valid && is_inside(cell_d, in_d);
        let of_plane = step.channel + u32(cell_d) * in_h * in_w;
        let near_row = row_at(cell_h, of_plane, inside_d);
        let far_row = row_at(cell_h + below, of_plane, inside_d);
        let near = cells_of(near_row, block.w);
        let far = cells_of(far_row, block.w);
        // One read is for two rows: lanes 0 and 7 read what is beside their first row, 1 and 6 what is beside the second row of these.
        let is_read = near_row.inside && beside_inside;
        let is_read_far = far_row.inside && beside_inside;
        let near_at = near_row.first + beside;
        let far_at = far_row.first + beside;
        let neighbour = select(0u, 7u, lane > 3u);
        let their_at = subgroupShuffle(far_at, neighbour);
        let their_read = subgroupShuffle(u32(is_read_far), neighbour) == 1u;
        let is_own = lane == 0u || lane == 7u;
        let one_read = select(their_read, is_read, is_own);
        let one_at = select(0u, select(their_at, near_at, is_own), one_read);
        let one = select(0.0, cell_at(one_at), one_read);
        let far_one = subgroupShuffle(one, select(1u, 6u, lane > 3u));
        let near_under = under(near, lane, is_first, is_last, one, one);
        let far_under = under(far, lane, is_first, is_last, far_one, far_one);
        if (is_summed) {
            let held = held_at(at_packed, row_length, lane);
            accumulate_rows(held.a, held.b, held.c, near_under, far_under);
        }
        at_packed += 3u * row_length;
        step = next_step(step, taps, plane);
    }
}
