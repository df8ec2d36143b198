// A gather by subgroups whose classes have one tap at most, as those of a kernel of one tap, with any stride and padding. The four
// cells of the source are found once and the loop goes over channels alone.

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
    let cell_d = bordered(class_at(0u, block.class_d).start + i32(block.d * params.in_stride_d), in_d);
    let cell_h = bordered(class_at(1u, block.class_h).start + i32(block.h * params.in_stride_h), in_h);
    // Cells behind the row's last one repeat it and are not stored.
    let cells = min(vec4<u32>(block.w) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(max(class_w.cells, 1u) - 1u));
    let cell_w = four_bordered(vec4<i32>(cells * params.in_stride_w) + vec4<i32>(class_w.start), in_w);
    let row_inside = block.valid && is_inside(cell_d, in_d) && is_inside(cell_h, in_h);
    let inside = vec4<bool>(row_inside) & are_inside(cell_w, in_w);
    let row = source_origin(block) + (u32(cell_d) * in_h + u32(cell_h)) * in_w * cell_apart;
    // Cells outside are read as zero, from elements that exist.
    let first = select(vec4<u32>(0u), vec4<u32>(row) + vec4<u32>(cell_w) * cell_apart, inside);
    var at = first + vec4<u32>(params.channel_begin * channel_apart);
    let row_length = params.outputs_padded / 4u;
    var at_packed = first_of_packed(block, lane);
    // A class without taps has no sums.
    let channel_end = select(params.channel_begin, params.channel_end, taps.x * taps.y * taps.z > 0u);

    clear_sums();
    for (var c = params.channel_begin; c < channel_end; c++) {
        let found = four_elements(source[slot(at.x)], source[slot(at.y)], source[slot(at.z)], source[slot(at.w)], at);
        accumulate(packed[at_packed], select(vec4<f32>(0.0), found, inside));
        at_packed += row_length;
        at += vec4<u32>(channel_apart);
    }
}
