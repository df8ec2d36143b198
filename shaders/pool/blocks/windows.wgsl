// The windows over a block of dx: four quads of it, of the columns under four windows, with a stride of 1 or 2; a row of windows at
// a time. Columns and rows of the block and its windows are counted from the block's own.

// Quads in a row of a block.
fn across() -> u32 {
    return STRIDE_W;
}

// Rows of a block.
fn rows_of_block() -> u32 {
    return select(2u, 4u, STRIDE_W == 1u);
}

fn block_of_cells(index: u32) -> Block {
    let rows = rows_of_block();
    return block_at(index, (params.in_h + rows - 1u) / rows);
}

// So many windows before the block's own cover its first cell.
fn windows_before_h() -> u32 {
    return windows_before(TAPS_H, STRIDE_H, PADDING_LOW_H);
}

fn windows_before_w() -> u32 {
    return windows_before(TAPS_W, STRIDE_W, PADDING_LOW_W);
}

// Rows of windows that cover a block.
fn rows_over() -> u32 {
    return windows_before_h() + last_window(rows_of_block() - 1u, STRIDE_H, PADDING_LOW_H) + 1u;
}

// The row of y of row `row` of these.
fn row_of_windows(block: Block, row: u32) -> i32 {
    return i32(block.row * last_window(rows_of_block(), STRIDE_H, 0u) + row) - i32(windows_before_h());
}

// Whether the windows of row `row` cover a row of the block.
fn covers_row(row: u32, of_block: u32) -> bool {
    let tap = i32(of_block + PADDING_LOW_H + windows_before_h() * STRIDE_H) - i32(row * STRIDE_H);
    return tap >= 0 && tap < i32(TAPS_H);
}

// Quads of a run of windows, 3 at most: the planner takes other kernels where it is longer,
fn quads_over() -> u32 {
    let windows = windows_before_w() + last_window(4u * across() - 1u, STRIDE_W, PADDING_LOW_W) + 1u;
    return (cells_before(windows_before_w()) + windows + 3u) / 4u;
}

// and the first of them.
fn first_over(block: Block) -> i32 {
    return i32(block.column) - i32(quads_before(windows_before_w()));
}

fn have_windows(row: i32, quad: i32) -> vec4<bool> {
    let columns = vec4<i32>(quad * 4) + vec4<i32>(0, 1, 2, 3);
    return vec4<bool>(is_inside(row, params.out_h)) & are_inside(columns, params.out_w);
}

// The elements of a quad of windows; of those that are not, some that are.
fn windows_at(block: Block, row: i32, quad: i32) -> vec4<u32> {
    let row_inside = u32(clamp(row, 0, i32(params.out_h) - 1));
    return params.y_base + (block.plane * params.out_h + row_inside) * params.out_w + columns_of_windows(quad);
}

// Step `step` of the windows that may cover four cells, those of quad `quad` of a row: where they are in a run, and the taps that lie
// on the cells, none beyond TAPS_W.
struct Step {
    places: vec4<u32>,
    taps: vec4<u32>,
}

fn step_over(quad: u32, step: u32) -> Step {
    let cells = quad * 4u + vec4<u32>(0u, 1u, 2u, 3u);
    let windows = last_windows(cells, STRIDE_W, PADDING_LOW_W) - i32(most_windows(TAPS_W, STRIDE_W) - 1u - step);
    let places = windows + i32(cells_before(windows_before_w()) + windows_before_w());
    let taps = vec4<i32>(cells + PADDING_LOW_W) - windows * i32(STRIDE_W);
    return Step(vec4<u32>(max(places, vec4<i32>(0))), vec4<u32>(taps));
}

// Row of the block and place in it of its quad n.
fn row_of(n: u32) -> u32 {
    return n / across();
}

fn place_of(n: u32) -> u32 {
    return n % across();
}

fn column_of(block: Block, n: u32) -> u32 {
    return (block.column * across() + place_of(n)) * 4u;
}

fn has_quad(block: Block, n: u32) -> bool {
    return row_of(n) < rows_of_block()
        && block.row * rows_of_block() + row_of(n) < params.in_h
        && column_of(block, n) < params.in_w;
}

fn store_cells(block: Block, n: u32, values: vec4<f32>) {
    let row = block.plane * params.in_h + block.row * rows_of_block() + row_of(n);
    let column = column_of(block, n);
    store_four(params.x_base + row * params.in_w + column, min(params.in_w - column, 4u), values);
}
