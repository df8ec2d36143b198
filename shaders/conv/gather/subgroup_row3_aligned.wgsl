// As subgroup_row3.wgsl, for rows of whole blocks and one cell of padding at either end, which is what most networks have: a
// lane reads its own 4 cells at once and takes the ones before and behind them from its neighbours; the first and the last
// lane, which lack one, read it.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
// specialise: end

const CLASSES_OF_LANE: u32 = 1u;
const LANE_ROWS: u32 = 1u;
const LANE_FOURS: u32 = 1u;

@group(0) @binding(1) var<storage, read> source: array<ElementQuad>;
// The same cells.
@group(0) @binding(5) var<storage, read> cells: array<Element>;

fn gather_sums(block: Block, lane: u32) {
    let taps = taps_of(block);
    let in_d = params.in_d;
    let in_h = params.in_h;
    let in_w = params.in_w;
    let plane = in_d * in_h * in_w;
    let start_d = class_at(0u, block.class_d).start + i32(block.d * params.in_stride_d);
    let start_h = class_at(1u, block.class_h).start + i32(block.h * params.in_stride_h);
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
    var step = Step(0u, 0u, origin + params.channel_begin * plane);
    for (var to_go = steps_of(params.channel_end - params.channel_begin, taps); to_go > 0u; to_go--) {
        let cell_d = start_d + i32(step.i * tap_step_d);
        let cell_h = start_h + i32(step.j * tap_step_h);
        let row_inside = block.valid && is_inside(cell_d, in_d) && is_inside(cell_h, in_h);
        let row = step.channel + (u32(cell_d) * in_h + u32(cell_h)) * in_w;
        // Rows of the padding are read as zero, from elements that exist.
        let found = element_quad(source[select(0u, (row + block.w) / 4u, row_inside)]);
        let value = select(vec4<f32>(0.0), found, row_inside);
        let beside_read = row_inside && beside_inside;
        let one_at = select(0u, row + beside, beside_read);
        let one = select(0.0, element(cells[slot(one_at)], one_at), beside_read);
        let from_left = subgroupShuffle(value.w, (lane + 7u) % 8u);
        let from_right = subgroupShuffle(value.x, (lane + 1u) % 8u);
        let left = select(select(from_left, 0.0, is_first), one, lane == 0u);
        let right = select(select(from_right, 0.0, is_last), one, lane == 7u);
        if (is_summed) {
            let held = held_at(at_packed, row_length, lane);
            accumulate_three(
                held.a,
                held.b,
                held.c,
                vec4<f32>(left, value.xyz),
                value,
                vec4<f32>(value.yzw, right),
            );
        }
        at_packed += 3u * row_length;
        step = next_step(step, taps, plane);
    }
}
