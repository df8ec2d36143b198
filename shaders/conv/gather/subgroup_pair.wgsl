// Input gradients with stride 2 by subgroups: a lane owns both classes along w, four cells of each, which read the same cells of
// the source and are stored together, in whole rows of eight. EVEN and ODD are the classes' taps along w, which are constants as
// software devices go through both sides of a branch. Two channels are summed at once, so that each sum is loaded and stored once
// for up to four products.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 16u;
const EVEN: u32 = 1u;
const ODD: u32 = 2u;
// specialise: end

const_assert EVEN >= 1u && EVEN <= 2u && ODD >= 1u && ODD <= 2u;
// The first half of the sums is the first class's, the other half the second's.
const_assert TILE_M == 16u;

const CLASSES_OF_LANE: u32 = 2u;
const LANE_ROWS: u32 = 1u;
const LANE_FOURS: u32 = 1u;

@group(0) @binding(1) var<storage, read> source: array<Element>;

// The cells under the first taps of the four cells of a lane, those one and two behind them.
struct Windows {
    under: vec4<f32>,
    next: vec4<f32>,
    last: vec4<f32>,
}

fn windows_at(row: u32, places: vec4<i32>, exists: bool, extent: u32, apart: u32) -> Windows {
    let behind = places.w + 1;
    let inside = vec4<bool>(exists) & are_inside(places, extent);
    let inside_next = exists && is_inside(behind, extent);
    // Cells outside are read as zero, from an element that exists.
    let at = select(vec4<u32>(0u), vec4<u32>(row) + vec4<u32>(places) * apart, inside);
    let found = four_elements(source[slot(at.x)], source[slot(at.y)], source[slot(at.z)], source[slot(at.w)], at);
    let under = select(vec4<f32>(0.0), found, inside);
    let next_at = select(0u, row + u32(behind) * apart, inside_next);
    let next = select(0.0, element(source[slot(next_at)], next_at), inside_next);
    var last = 0.0;
    // Of three taps those of both classes lie under two cells.
    if (EVEN + ODD == 4u) {
        let inside_last = exists && is_inside(behind + 1, extent);
        let last_at = select(0u, row + u32(behind + 1) * apart, inside_last);
        last = select(0.0, element(source[slot(last_at)], last_at), inside_last);
    }
    return Windows(under, vec4<f32>(under.yzw, next), vec4<f32>(under.zw, next, last));
}

fn interleave_sums() {
    let both00 = interleaved(sum00, sum40);
    sum00 = both00[0];
    sum40 = both00[1];
    let both01 = interleaved(sum01, sum41);
    sum01 = both01[0];
    sum41 = both01[1];
    let both02 = interleaved(sum02, sum42);
    sum02 = both02[0];
    sum42 = both02[1];
    let both03 = interleaved(sum03, sum43);
    sum03 = both03[0];
    sum43 = both03[1];
    let both10 = interleaved(sum10, sum50);
    sum10 = both10[0];
    sum50 = both10[1];
    let both11 = interleaved(sum11, sum51);
    sum11 = both11[0];
    sum51 = both11[1];
    let both12 = interleaved(sum12, sum52);
    sum12 = both12[0];
    sum52 = both12[1];
    let both13 = interleaved(sum13, sum53);
    sum13 = both13[0];
    sum53 = both13[1];
    let both20 = interleaved(sum20, sum60);
    sum20 = both20[0];
    sum60 = both20[1];
    let both21 = interleaved(sum21, sum61);
    sum21 = both21[0];
    sum61 = both21[1];
    let both22 = interleaved(sum22, sum62);
    sum22 = both22[0];
    sum62 = both22[1];
    let both23 = interleaved(sum23, sum63);
    sum23 = both23[0];
    sum63 = both23[1];
    let both30 = interleaved(sum30, sum70);
    sum30 = both30[0];
    sum70 = both30[1];
    let both31 = interleaved(sum31, sum71);
    sum31 = both31[0];
    sum71 = both31[1];
    let both32 = interleaved(sum32, sum72);
    sum32 = both32[0];
    sum72 = both32[1];
    let both33 = interleaved(sum33, sum73);
    sum33 = both33[0];
    sum73 = both33[1];
}

fn gather_sums(block: Block, lane: u32) {
    var odd_block = block;
    odd_block.class_w = 1u;
    let even = class_at(2u, 0u);
    let odd = class_at(2u, 1u);
    let taps = taps_of(block);
    let in_d = params.in_d;
    let in_h = params.in_h;
    let in_w = params.in_w;
    let channel_apart = channel_step(SOURCE_LAST, in_d * in_h * in_w);
    let cell_apart = source_cell();
    let start_d = class_at(0u, block.class_d).start + i32(block.d * params.in_stride_d);
    let start_h = class_at(1u, block.class_h).start + i32(block.h * params.in_stride_h);
    let start = min(even.start, odd.start);
    let even_is_behind = even.start > start;
    let odd_is_behind = odd.start > start;
    let places = vec4<i32>(i32(block.w) + start) + vec4<i32>(0, 1, 2, 3);
    let tap_step_d = params.tap_step_d;
    let tap_step_h = params.tap_step_h;
    let row_length = params.outputs_padded / 4u;
    let zero_quad = params.zero_quad;
    let channel_end = params.channel_end;
    let origin = source_origin(block);
    // From a row of A to the same of the next channel.
    let even_channel = taps.x * taps.y * EVEN * row_length;
    let odd_channel = taps.x * taps.y * ODD * row_length;
    // The first four lanes hold the rows of a channel, the others those of the next one.
    let holds_next = lane >= 4u;
    var at_even = first_of_packed(block, lane) + select(0u, even_channel, holds_next);
    var at_odd = first_of_packed(odd_block, lane) + select(0u, odd_channel, holds_next);

    clear_sums();
    // A step reads two channels, and the last one behind which there is no other.
    let pairs = (channel_end - params.channel_begin + 1u) / 2u;
    let last_alone = select(~0u, origin + (channel_end - 1u) * channel_apart, (channel_end - params.channel_begin) % 2u == 1u);
    var step = Step(0u, 0u, origin + params.channel_begin * channel_apart);
    for (var to_go = steps_of(pairs, taps); to_go > 0u; to_go--) {
        let has_next = step.channel != last_alone;
        // Without a next channel its products are of zeros.
        let is_absent = holds_next && !has_next;
        let cell_d = start_d + i32(step.i * tap_step_d);
        let cell_h = start_h + i32(step.j * tap_step_h);
        let row_inside = block.valid && is_inside(cell_d, in_d) && is_inside(cell_h, in_h);
        let row = step.channel + (u32(cell_d) * in_h + u32(cell_h)) * in_w * cell_apart;
        let first = windows_at(row, places, row_inside, in_w, cell_apart);
        let second = windows_at(row + channel_apart, places, row_inside && has_next, in_w, cell_apart);
        // The branches stay though all take them: of straight-line code lavapipe of Mesa 25.0.7 keeps more in
        // registers than there are, and takes 1.5 times as long.
        if (even.taps > 0u) {
            let a = packed[select(at_even, zero_quad, is_absent)];
            let x = select(first.under, first.next, even_is_behind);
            let y = select(second.under, second.next, even_is_behind);
            if (EVEN > 1u) {
                let b = packed[select(at_even + row_length, zero_quad, is_absent)];
                let z = select(first.next, first.last, even_is_behind);
                let u = select(second.next, second.last, even_is_behind);
                accumulate_even_four(a, b, x, y, z, u);
            } else {
                accumulate_even_two(a, x, y);
            }
        }
        if (odd.taps > 0u) {
            let a = packed[select(at_odd, zero_quad, is_absent)];
            let x = select(first.under, first.next, odd_is_behind);
            let y = select(second.under, second.next, odd_is_behind);
            if (ODD > 1u) {
                let b = packed[select(at_odd + row_length, zero_quad, is_absent)];
                let z = select(first.next, first.last, odd_is_behind);
                let u = select(second.next, second.last, odd_is_behind);
                accumulate_odd_four(a, b, x, y, z, u);
            } else {
                accumulate_odd_two(a, x, y);
            }
        }
        at_even += EVEN * row_length;
        at_odd += ODD * row_length;
        let channel = step.channel;
        step = next_step(step, taps, 2u * channel_apart);
        // The next channel's rows are read by now.
        if (step.channel != channel) {
            at_even += even_channel;
            at_odd += odd_channel;
        }
    }
    interleave_sums();
}
