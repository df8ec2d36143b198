// A lane owns the three columns of dw of one input channel and one row of taps: kernels of 3 along w.
alias Columns = vec3<f32>;

// Whether products stand in a branch of their own (has_cells).
const PRODUCT_APART: bool = true;

// The cell of x under output 0 and the first tap, without the sample; and where it is along each axis.
var<private> column_first: u32;
var<private> column_d: i32;
var<private> column_h: i32;
var<private> channel_exists: bool;
// Of the row of outputs that is being summed: its first element, and whether it lies inside of x.
var<private> row_first: u32;
var<private> row_inside: bool;

fn channels_per_group() -> u32 {
    return all.conv.channels_in / all.conv.groups;
}

fn strips_of_columns() -> u32 {
    return (channels_per_group() + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE * all.taps_d * all.taps_h;
}

fn first_channel(block: Block, lane: u32) -> u32 {
    return block.strip / (all.taps_d * all.taps_h) * WORKGROUP_SIZE + lane;
}

fn own_columns(block: Block, lane: u32) {
    let per_group = channels_per_group();
    let c = first_channel(block, lane);
    channel_exists = c < per_group;
    column_h = window_start(block.strip % all.taps_h, all.dilation_h, all.padding_low_h);
    column_d = window_start(block.strip / all.taps_h % all.taps_d, all.dilation_d, all.padding_low_d);
    let channel = block.group * per_group + min(c, per_group - 1u);
    column_first = all.conv.x_base + channel * (all.conv.in_d * all.conv.in_h * all.conv.in_w);
}

fn begin_row(n: u32, row_d: u32, row_h: u32) {
    let d = bordered(column_d + i32(row_d * all.stride_d), all.conv.in_d);
    let h = bordered(column_h + i32(row_h * all.stride_h), all.conv.in_h);
    row_inside = is_inside(d, all.conv.in_d) && is_inside(h, all.conv.in_h);
    let sample = n * all.conv.channels_in * (all.conv.in_d * all.conv.in_h * all.conv.in_w);
    row_first = column_first + sample + (u32(d) * all.conv.in_h + u32(h)) * all.conv.in_w;
}

fn place_of(block: Block, lane: u32) -> Place {
    let row_of_taps = block.strip % (all.taps_d * all.taps_h);
    let column = (first_channel(block, lane) * all.taps_d * all.taps_h + row_of_taps) * all.taps_w;
    return place_at(block, vec4<u32>(column) + vec4<u32>(0u, 1u, 2u, 3u), select(0u, 3u, channel_exists));
}

fn store_row(place: Place, row: u32, sums: Columns) {
    if (row >= place.rows || place.count == 0u) {
        return;
    }
    let at = place.first + vec4<u32>(row * place.apart);
    store_one(at.x, sums.x);
    store_one(at.y, sums.y);
    store_one(at.z, sums.z);
}
