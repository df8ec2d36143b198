// A gather by subgroups, tap by tap along a row without dilation: the four cells under a tap are those under the tap STRIDE
// before it, moved by one, and a new one, so that a step reads one cell, where subgroup_taps.wgsl reads four.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
const STRIDE: u32 = 1u;
// specialise: end

const CLASSES_OF_LANE: u32 = 1u;
const LANE_ROWS: u32 = 1u;
const LANE_FOURS: u32 = 1u;

const_assert STRIDE == 1u || STRIDE == 2u;

@group(0) @binding(1) var<storage, read> source: array<Element>;

fn cells_at(row: u32, places: vec4<i32>, row_inside: bool, extent: u32, apart: u32) -> vec4<f32> {
    let at = four_bordered(places, extent);
    // Cells outside are read as zero, from an element that exists.
    let inside = vec4<bool>(row_inside) & are_inside(at, extent);
    let cells = select(vec4<u32>(0u), vec4<u32>(row) + vec4<u32>(at) * apart, inside);
    return select(vec4<f32>(0.0), four_elements(source[slot(cells.x)], source[slot(cells.y)], source[slot(cells.z)], source[slot(cells.w)], cells), inside);
}

// A tile of four rows: every lane holds all of them, and sums of eight cells.
fn accumulate_eight(a: vec4<f32>, cells: vec4<f32>, behind: vec4<f32>) {
    sum00 += a.x * cells;
    sum01 += a.y * cells;
    sum02 += a.z * cells;
    sum03 += a.w * cells;
    sum10 += a.x * behind;
    sum11 += a.y * behind;
    sum12 += a.z * behind;
    sum13 += a.w * behind;
}

fn gather_sums(block: Block, lane: u32) {
    let taps = taps_of(block);
    let in_d = params.in_d;
    let in_h = params.in_h;
    let in_w = params.in_w;
    let channel_apart = channel_step(SOURCE_LAST, in_d * in_h * in_w);
    let cell_apart = source_cell();
    let start_d = class_at(0u, block.class_d).start + i32(block.d * params.in_stride_d);
    let start_h = class_at(1u, block.class_h).start + i32(block.h * params.in_stride_h);
    let first = class_at(2u, block.class_w).start + i32(block.w * STRIDE);
    let under_first = vec4<i32>(first) + vec4<i32>(0, 1, 2, 3) * i32(STRIDE);
    let under_behind = under_first + vec4<i32>(4 * i32(STRIDE));
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
        var cells = cells_at(row, under_first, row_inside, in_w, cell_apart);
        // Under the tap behind, where that is not the same cells moved by one.
        var after = vec4<f32>(0.0);
        // The second four cells.
        var cells_behind = vec4<f32>(0.0);
        var after_behind = vec4<f32>(0.0);
        if (STRIDE == 2u) {
            after = cells_at(row, under_first + vec4<i32>(1), row_inside, in_w, cell_apart);
        }
        if (TILE_M == 4u) {
            cells_behind = cells_at(row, under_behind, row_inside, in_w, cell_apart);
            if (STRIDE == 2u) {
                after_behind = cells_at(row, under_behind + vec4<i32>(1), row_inside, in_w, cell_apart);
            }
        }
        var cell = first + i32(LANE_CELLS * STRIDE);
        for (var k = 0u; k < taps.z; k++) {
            let new_at = bordered(cell, in_w);
            let inside = row_inside && is_inside(new_at, in_w);
            let from_source = select(0u, row + u32(new_at) * cell_apart, inside);
            let new_cell = select(0.0, element(source[slot(from_source)], from_source), inside);
            if (is_summed) {
                if (TILE_M == 4u) {
                    accumulate_eight(packed[at_packed], cells, cells_behind);
                } else {
                    accumulate(packed[at_packed], cells);
                }
            }
            at_packed += row_length;
            let moved = vec4<f32>(cells.yzw, select(new_cell, cells_behind.x, TILE_M == 4u));
            let moved_behind = vec4<f32>(cells_behind.yzw, new_cell);
            if (STRIDE == 2u) {
                cells = after;
                cells_behind = after_behind;
                after = moved;
                after_behind = moved_behind;
            } else {
                cells = moved;
                cells_behind = moved_behind;
            }
            cell += 1;
        }
        step = next_step(step, taps, channel_apart);
    }
}
