// A lane owns the three columns of dw of one row of taps and two input channels (columns_three.wgsl): kernels of 3 along w with
// stride and dilation 1, rows of whole fours, x with one cell of zeros before them. x is read in fours, each of them once: the row
// goes by a four at a time, and outputs are summed when the four behind theirs is there.
const CHANNELS_OF_LANE: u32 = 2u;

@group(0) @binding(1) var<storage, read> x: array<ElementQuad>;

// The first cell of the first channel, without the sample; and from there to the other, which is the same where there is no other.
var<private> channel_first: u32;
var<private> other_apart: u32;

fn own_columns(block: Block, lane: u32) {
    let per_group = channels_per_group();
    let channel = first_channel(block, lane);
    let plane = all.conv.in_d * all.conv.in_h * all.conv.in_w;
    // Channels behind the last one repeat it and are not stored.
    channel_first = all.conv.x_base + (block.group * per_group + min(channel, per_group - 1u)) * plane;
    other_apart = select(0u, WORKGROUP_SIZE * plane, channel + WORKGROUP_SIZE < per_group);
}

// x under four outputs: the four cells at them, and one before and behind.
fn under_three(before: f32, cells: vec4<f32>, behind: f32) -> Window {
    return Window(vec3<f32>(before, cells.xy), cells.xyz, cells.yzw, vec3<f32>(cells.zw, behind));
}

fn correlate(block: Block, lane: u32) {
    let in_d = all.conv.in_d;
    let in_h = all.conv.in_h;
    let in_w = all.conv.in_w;
    let out_d = all.conv.out_d;
    let out_h = all.conv.out_h;
    let out_w = all.conv.out_w;
    let stride_d = all.stride_d;
    let stride_h = all.stride_h;
    let x_sample = all.conv.channels_in * in_d * in_h * in_w;
    let dy_sample = all.conv.channels_out * out_d * out_h * out_w;
    let dy_first = first_of_dy(block, lane);
    // Not from a private variable: all lanes have the same row of taps, and a checker of uniformity sees it.
    let start_h = window_start(block.strip % all.taps_h, all.dilation_h, all.padding_low_h);
    let start_d = window_start(block.strip / all.taps_h % all.taps_d, all.dilation_d, all.padding_low_d);
    let is_summed = has_cells();
    let none = vec4<f32>(0.0);
    let all_exist = vec4<bool>(true);

    clear_sums();
    clear_others();
    let slab = slab_at(all.conv.reduction, block.slice);
    // The first cell is read with the four before it, which the padding does not have.
    let begin = slab.col_begin - min(slab.col_begin, 4u);
    for (var row = slab.row_begin; row < slab.row_end; row++) {
        let row_h = row % out_h;
        let row_d = row / out_h % out_d;
        let n = row / (out_h * out_d);
        let h = start_h + i32(row_h * stride_h);
        let d = start_d + i32(row_d * stride_d);
        let x_row = channel_first + n * x_sample + (u32(d) * in_h + u32(h)) * in_w;
        let y_row = dy_first + vec4<u32>(n * dy_sample + (row_d * out_h + row_h) * out_w);
        // Rows of zeros have nothing to add.
        let end = select(begin, slab.col_end + 4u, is_inside(d, in_d) && is_inside(h, in_h));
        var before = 0.0;
        var other_before = 0.0;
        var cells = none;
        var other_cells = none;
        for (var at = begin; at < end; at += 4u) {
            // Behind a row are zeros, read from elements that exist.
            let inside = at < in_w;
            let quad = select(0u, x_row + at, inside);
            let next = select(none, element_quad(x[quad / 4u]), inside);
            let other_next = select(none, element_quad(x[(quad + other_apart) / 4u]), inside);
            if (is_summed && at >= slab.col_begin + 4u) {
                let o = at - 4u;
                let dy0 = dy_at(y_row.x + o, all_exist, 1u);
                let dy1 = dy_at(y_row.y + o, all_exist, 1u);
                let dy2 = dy_at(y_row.z + o, all_exist, 1u);
                let dy3 = dy_at(y_row.w + o, all_exist, 1u);
                accumulate_both(
                    vec4<f32>(dy0.x, dy1.x, dy2.x, dy3.x),
                    vec4<f32>(dy0.y, dy1.y, dy2.y, dy3.y),
                    vec4<f32>(dy0.z, dy1.z, dy2.z, dy3.z),
                    vec4<f32>(dy0.w, dy1.w, dy2.w, dy3.w),
                    under_three(before, cells, next.x),
                    under_three(other_before, other_cells, other_next.x),
                );
            }
            before = cells.w;
            other_before = other_cells.w;
            cells = next;
            other_cells = other_next;
        }
    }
}
