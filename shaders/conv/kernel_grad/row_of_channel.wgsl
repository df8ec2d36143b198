// Where a lane finds the row of x under its row of taps, of the one channel that it owns (row_of_taps.wgsl).
const CHANNELS_OF_LANE: u32 = 1u;

// Whether products stand in a branch of their own (has_cells).
const PRODUCT_APART: bool = true;

// The cell of x under output 0 and the first tap, without the sample; and where it is along each axis.
var<private> column_first: u32;
var<private> column_d: i32;
var<private> column_h: i32;
// Of the row of outputs that is being summed: its first element, and whether it lies inside of x.
var<private> row_first: u32;
var<private> row_inside: bool;

fn own_columns(block: Block, lane: u32) {
    let per_group = channels_per_group();
    column_h = window_start(block.strip % all.taps_h, all.dilation_h, all.padding_low_h);
    column_d = window_start(block.strip / all.taps_h % all.taps_d, all.dilation_d, all.padding_low_d);
    let channel = block.group * per_group + min(first_channel(block, lane), per_group - 1u);
    column_first = all.conv.x_base + channel * (all.conv.in_d * all.conv.in_h * all.conv.in_w);
}

fn begin_row(n: u32, row_d: u32, row_h: u32) {
    let d = bordered(column_d + i32(row_d * all.stride_d), all.conv.in_d);
    let h = bordered(column_h + i32(row_h * all.stride_h), all.conv.in_h);
    row_inside = is_inside(d, all.conv.in_d) && is_inside(h, all.conv.in_h);
    let sample = n * all.conv.channels_in * (all.conv.in_d * all.conv.in_h * all.conv.in_w);
    row_first = column_first + sample + (u32(d) * all.conv.in_h + u32(h)) * all.conv.in_w;
}
