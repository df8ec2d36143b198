// A gather by subgroups for kernels of one tap and stride 1, the plane one long row of whole blocks: a matrix product. A lane
// reads its 4 cells at once.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
// specialise: end

const CLASSES_OF_LANE: u32 = 1u;
const LANE_ROWS: u32 = 1u;

// A line of the cache or two of each channel's plane, which no hardware foresees: what the lanes are about to read of so many channels
// they touch first, a number of each line, so that the memory's answers come at once and not one after another.
const TOUCHED: u32 = 32u;

@group(0) @binding(1) var<storage, read> source: array<ElementQuad>;

fn gather_sums(block: Block, lane: u32) {
    let plane = params.in_d * params.in_h * params.in_w / 4u;
    let row_length = params.outputs_padded / 4u;
    let channel_end = params.channel_end;
    // Of a lane without cells the first ones, which are not stored.
    let first = select(params.in_base / 4u, (source_origin(block) + block.w) / 4u, block.valid);
    var at_packed = first_of_packed(block, lane);
    var at_source = first + params.channel_begin * plane;

    // Of lane l the cells of lane l % 4 * 7 / 3, in this channel or the next.
    let touched = subgroupShuffle(first, lane % 4u * 7u / 3u);
    var seen = 0u;

    clear_sums();
    for (var begin = params.channel_begin; begin < channel_end; begin += TOUCHED) {
        let end = min(begin + TOUCHED, channel_end);
        for (var c = begin; c < end; c += 2u) {
            let cells = element_quad(source[touched + min(c + lane / 4u, end - 1u) * plane]);
            seen |= bitcast<u32>(cells.x);
        }
        for (var c = begin; c < end; c++) {
            accumulate(packed[at_packed], element_quad(source[at_source]));
            at_packed += row_length;
            at_source += plane;
        }
    }
    // Nothing is added, as there are channels; but the compiler has to read what it came from.
    sum00.x += f32(select(0u, seen, params.channels == 0u));
}
