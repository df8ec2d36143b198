// A lane owns 4 neighbouring columns of dw: any kernel, stride and dilation. Reads 16 cells of x for 4 outputs.
@group(0) @binding(1) var<storage, read> x: array<f32>;

// Of each column: the cell of x under output 0, without the sample; and where that cell is along each axis.
var<private> column_first: vec4<u32>;
var<private> column_d: vec4<i32>;
var<private> column_h: vec4<i32>;
var<private> column_w: vec4<i32>;
// Of the row of outputs that is being summed: its first element, and whether it lies inside of x.
var<private> row_first: vec4<u32>;
var<private> row_inside: vec4<bool>;

fn own_columns(block: Block, lane: u32) {
    // Columns behind the last one repeat it and are not stored.
    let first = vec4<u32>(first_column(block, lane)) + vec4<u32>(0u, 1u, 2u, 3u);
    let columns = min(first, vec4<u32>(row_columns() - 1u));
    column_w = window_starts(columns % all.taps_w, all.dilation_w, all.padding_low_w);
    column_h = window_starts(columns / all.taps_w % all.taps_h, all.dilation_h, all.padding_low_h);
    column_d = window_starts(columns / (all.taps_w * all.taps_h) % all.taps_d, all.dilation_d, all.padding_low_d);
    let per_group = all.conv.channels_in / all.conv.groups;
    let channel = vec4<u32>(block.group * per_group) + columns / (all.taps_w * all.taps_h * all.taps_d);
    let plane = all.conv.in_d * all.conv.in_h * all.conv.in_w;
    column_first = vec4<u32>(all.conv.x_base) + channel * channel_step(X_LAST, plane);
}

fn begin_row(n: u32, row_d: u32, row_h: u32) {
    let d = four_bordered(column_d + vec4<i32>(i32(row_d * all.stride_d)), all.conv.in_d);
    let h = four_bordered(column_h + vec4<i32>(i32(row_h * all.stride_h)), all.conv.in_h);
    row_inside = are_inside(d, all.conv.in_d) & are_inside(h, all.conv.in_h);
    let sample = n * all.conv.channels_in * (all.conv.in_d * all.conv.in_h * all.conv.in_w);
    row_first = column_first + vec4<u32>(sample) + (vec4<u32>(d) * all.conv.in_h + vec4<u32>(h)) * (all.conv.in_w * x_cell());
}

// Elements of x from a cell to the next.
fn x_cell() -> u32 {
    return cell_step(X_LAST, all.conv.channels_in);
}

// x under 4 outputs at one column.
fn cells_of(first: u32, at: vec4<i32>, inside: vec4<bool>) -> vec4<f32> {
    // Cells outside are read as zero, from an element that exists.
    let cells = select(vec4<u32>(0u), vec4<u32>(first) + vec4<u32>(at) * x_cell(), inside);
    return select(vec4<f32>(0.0), vec4<f32>(x[cells.x], x[cells.y], x[cells.z], x[cells.w]), inside);
}

fn columns_at(o: u32, exists: vec4<bool>) -> Window {
    let under = vec4<i32>((vec4<u32>(o) + vec4<u32>(0u, 1u, 2u, 3u)) * all.stride_w);
    let in_w = all.conv.in_w;
    let at0 = four_bordered(under + vec4<i32>(column_w.x), in_w);
    let at1 = four_bordered(under + vec4<i32>(column_w.y), in_w);
    let at2 = four_bordered(under + vec4<i32>(column_w.z), in_w);
    let at3 = four_bordered(under + vec4<i32>(column_w.w), in_w);
    let a = cells_of(row_first.x, at0, are_inside(at0, in_w) & exists & vec4<bool>(row_inside.x));
    let b = cells_of(row_first.y, at1, are_inside(at1, in_w) & exists & vec4<bool>(row_inside.y));
    let c = cells_of(row_first.z, at2, are_inside(at2, in_w) & exists & vec4<bool>(row_inside.z));
    let d = cells_of(row_first.w, at3, are_inside(at3, in_w) & exists & vec4<bool>(row_inside.w));
    return Window(
        vec4<f32>(a.x, b.x, c.x, d.x),
        vec4<f32>(a.y, b.y, c.y, d.y),
        vec4<f32>(a.z, b.z, c.z, d.z),
        vec4<f32>(a.w, b.w, c.w, d.w),
    );
}
