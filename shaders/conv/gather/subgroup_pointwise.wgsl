// A gather by subgroups for kernels of one tap and stride 1, the plane one long row of whole fours: a matrix product. A lane
// reads two fours of its cells at once, of two channels a step.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
const LANE_FOURS: u32 = 2u;
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
    let second = u32(block.valid && block.w + 4u < params.in_w);
    let first_packed = first_of_packed(block, lane);

    // Of lanes 0 to 3 every other lane's cells, and the same of the next channel.
    let touched = subgroupShuffle(first, lane % 4u * 2u);
    var seen = 0u;

    clear_sums();
    clear_others();
    for (var begin = params.channel_begin; begin < channel_end; begin += TOUCHED) {
        let end = min(begin + TOUCHED, channel_end);
        for (var c = begin; c < end; c += 2u) {
            let cells = element_quad(source[touched + min(c + lane / 4u, end - 1u) * plane]);
            seen |= bitcast<u32>(cells.x);
        }
        for (var c = begin; c < end; c += 2u) {
            // Of an odd number of channels the last alone, with zeros.
            let is_pair = c + 1u < end;
            let at = first + c * plane;
            let next_at = at + select(0u, plane, is_pair);
            let near = element_quad(source[at]);
            let far = element_quad(source[at + second]);
            let next_near = element_quad(source[next_at]);
            let next_far = element_quad(source[next_at + second]);
            let none = vec4<f32>(0.0);
            let at_packed = first_packed + (c - params.channel_begin) * row_length;
            let held = held_two_at(at_packed, select(0u, row_length, is_pair), lane);
            accumulate_rows_two(
                held.a,
                select(none, held.b, is_pair),
                UnderTwo(near, select(none, next_near, is_pair)),
                UnderTwo(far, select(none, next_far, is_pair)),
            );
        }
    }
    // Nothing is added, as there are channels; but the compiler has to read what it came from.
    sum00.x += f32(select(0u, seen, params.channels == 0u));
}
