// A gather by subgroups, tap by tap: any kernel, stride, dilation and class. Every step reads 4 cells of the source.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
// specialise: end

const CLASSES_OF_LANE: u32 = 1u;
const LANE_ROWS: u32 = 1u;
const LANE_FOURS: u32 = 1u;

@group(0) @binding(1) var<storage, read> source: array<Element>;

fn gather_sums(block: Block, lane: u32) {
    let class_w = class_at(2u, block.class_w);
    let taps = taps_of(block);
    let in_d = params.in_d;
    let in_h = params.in_h;
    let in_w = params.in_w;
    let channel_apart = channel_step(SOURCE_LAST, in_d * in_h * in_w);
    let cell_apart = source_cell();
    let start_d = class_at(0u, block.class_d).start + i32(block.d * params.in_stride_d);
    let start_h = class_at(1u, block.class_h).start + i32(block.h * params.in_stride_h);
    // Cells behind the row's last one repeat it and are not stored.
    let cells = min(vec4<u32>(block.w) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(max(class_w.cells, 1u) - 1u));
    let start_w = vec4<i32>(cells * params.in_stride_w) + vec4<i32>(class_w.start);
    let tap_step_d = params.tap_step_d;
    let tap_step_h = params.tap_step_h;
    let tap_step_w = params.tap_step_w;
    let row_length = params.outputs_padded / 4u;
    let origin = source_origin(block);
    var at_packed = first_of_packed(block, lane);
    let is_summed = has_channels();

    clear_sums();
    var step = Step(0u, 0u, origin + params.channel_begin * channel_apart);
    var k = 0u;
    for (var to_go = steps_of(params.channel_end - params.channel_begin, taps) * taps.z; to_go > 0u; to_go--) {
        let cell_d = bordered(start_d + i32(step.i * tap_step_d), in_d);
        let cell_h = bordered(start_h + i32(step.j * tap_step_h), in_h);
        let row_inside = block.valid && is_inside(cell_d, in_d) && is_inside(cell_h, in_h);
        let row = step.channel + (u32(cell_d) * in_h + u32(cell_h)) * in_w * cell_apart;
        let cell_w = four_bordered(start_w + vec4<i32>(i32(k * tap_step_w)), in_w);
        let inside = vec4<bool>(row_inside) & are_inside(cell_w, in_w);
        // Cells outside are read as zero, from an element that exists.
        let at = select(vec4<u32>(0u), vec4<u32>(row) + vec4<u32>(cell_w) * cell_apart, inside);
        let found = four_elements(source[slot(at.x)], source[slot(at.y)], source[slot(at.z)], source[slot(at.w)], at);
        if (is_summed) {
            accumulate(packed[at_packed], select(vec4<f32>(0.0), found, inside));
        }
        at_packed += row_length;
        k += 1u;
        if (k == taps.z) {
            k = 0u;
            step = next_step(step, taps, channel_apart);
        }
    }
}
