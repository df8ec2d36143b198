// A gather by subgroups, three neighbouring taps at a time: kernels of 3 along w with stride and dilation 1. The three share
// 6 cells of a row, where tap by tap they would read 12.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
// specialise: end

const CLASSES_OF_LANE: u32 = 1u;
const LANE_ROWS: u32 = 1u;
const LANE_FOURS: u32 = 1u;

@group(0) @binding(1) var<storage, read> source: array<Element>;

fn gather_sums(block: Block, lane: u32) {
    let taps = taps_of(block);
    let in_d = params.in_d;
    let in_h = params.in_h;
    let in_w = params.in_w;
    let channel_apart = channel_step(SOURCE_LAST, in_d * in_h * in_w);
    let cell_apart = source_cell();
    let start_d = class_at(0u, block.class_d).start + i32(block.d * params.in_stride_d);
    let start_h = class_at(1u, block.class_h).start + i32(block.h * params.in_stride_h);
    let first = class_at(2u, block.class_w).start + i32(block.w);
    // The first four cells and the last two; what lies behind the row is padding.
    let near = four_bordered(vec4<i32>(first) + vec4<i32>(0, 1, 2, 3), in_w);
    let far = vec2<i32>(bordered(first + 4, in_w), bordered(first + 5, in_w));
    let near_inside = are_inside(near, in_w);
    let far_inside = vec2<bool>(is_inside(far.x, in_w), is_inside(far.y, in_w));
    let tap_step_d = params.tap_step_d;
    let tap_step_h = params.tap_step_h;
    let row_length = params.outputs_padded / 4u;
    let origin = source_origin(block);
    var at_packed = first_of_packed(block, lane);
    let is_summed = has_channels();

    clear_sums();
    var step = Step(0u, 0u, origin + params.channel_begin * channel_apart);
    for (var to_go = steps_of(params.channel_end - params.channel_begin, taps); to_go > 0u; to_go--) {
        let cell_d = bordered(start_d + i32(step.i * tap_step_d), in_d);
        let cell_h = bordered(start_h + i32(step.j * tap_step_h), in_h);
        let row_inside = block.valid && is_inside(cell_d, in_d) && is_inside(cell_h, in_h);
        let row = step.channel + (u32(cell_d) * in_h + u32(cell_h)) * in_w * cell_apart;
        // Cells outside are read as zero, from an element that exists.
        let from_near = vec4<bool>(row_inside) & near_inside;
        let from_far = vec2<bool>(row_inside) & far_inside;
        let at = select(vec4<u32>(0u), vec4<u32>(row) + vec4<u32>(near) * cell_apart, from_near);
        let at_far = select(vec2<u32>(0u), vec2<u32>(row) + vec2<u32>(far) * cell_apart, from_far);
        let found = four_elements(source[slot(at.x)], source[slot(at.y)], source[slot(at.z)], source[slot(at.w)], at);
        let value = select(vec4<f32>(0.0), found, from_near);
        let last = select(vec2<f32>(0.0), vec2<f32>(element(source[slot(at_far.x)], at_far.x), element(source[slot(at_far.y)], at_far.y)), from_far);
        if (is_summed) {
            let held = held_at(at_packed, row_length, lane);
            accumulate_three(
                held.a,
                held.b,
                held.c,
                value,
                vec4<f32>(value.yzw, last.x),
                vec4<f32>(value.zw, last),
            );
        }
        at_packed += 3u * row_length;
        step = next_step(step, taps, channel_apart);
    }
}
