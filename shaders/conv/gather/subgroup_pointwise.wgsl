// A gather by subgroups for kernels of one tap and stride 1, the plane one long row of whole blocks: a matrix product. A lane
// reads its 4 cells at once.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
// specialise: end

const CLASSES_OF_LANE: u32 = 1u;

@group(0) @binding(1) var<storage, read> source: array<vec4<f32>>;

fn gather_sums(block: Block, lane: u32) {
    let plane = params.in_d * params.in_h * params.in_w / 4u;
    let row_length = params.outputs_padded / 4u;
    let channel_end = params.channel_end;
    // Of a lane without cells the first ones, which are not stored.
    let first = select(params.in_base / 4u, (source_origin(block) + block.w) / 4u, block.valid);
    var at_packed = first_of_packed(block, lane);
    var at_source = first + params.channel_begin * plane;

    clear_sums();
    for (var c = params.channel_begin; c < channel_end; c++) {
        accumulate(packed[at_packed], source[at_source]);
        at_packed += row_length;
        at_source += plane;
    }
}
