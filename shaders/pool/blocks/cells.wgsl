// The cells of x under four neighbouring windows of a block, a row at a time.

// Rows of outputs of a block, 4 at most.
override ROWS: u32 = 1u;

fn block_of_outputs(index: u32) -> Block {
    return block_at(index, (params.out_h + ROWS - 1u) / ROWS);
}

// Rows of x under a block's windows.
fn rows_under() -> u32 {
    return (ROWS - 1u) * STRIDE_H + TAPS_H;
}

fn first_row(block: Block) -> i32 {
    return i32(block.row * ROWS * STRIDE_H) - i32(PADDING_LOW_H);
}

// The row of x that stands for a row: where that is padding, the nearest one, which lies in the same window.
fn row_inside(row: i32) -> u32 {
    return u32(clamp(row, 0, i32(params.in_h) - 1));
}

// The columns under this tap of four windows, and what stands for them.
fn columns(block: Block, tap: u32) -> vec4<i32> {
    return window_starts(block.column * 4u + vec4<u32>(0u, 1u, 2u, 3u), STRIDE_W, PADDING_LOW_W) + i32(tap);
}

fn columns_inside(block: Block, tap: u32) -> vec4<u32> {
    return vec4<u32>(clamp(columns(block, tap), vec4<i32>(0), vec4<i32>(i32(params.in_w) - 1)));
}

// Row `row` of the block's plane, from `cells_before(PADDING_LOW_W)` cells before the first window on; what is not in the row is its
// first or last cell.
fn cells_of(block: Block, row: u32) -> Run {
    let start = params.x_base + (block.plane * params.in_h + row) * params.in_w;
    let first = i32(block.column * STRIDE_W) - i32(quads_before(PADDING_LOW_W));
    let count = (cells_before(PADDING_LOW_W) + 3u * STRIDE_W + TAPS_W + 3u) / 4u;
    var run = Run(vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0));
    run.a = four_cells(start, first);
    if (count > 1u) {
        run.b = four_cells(start, first + 1);
    }
    if (count > 2u) {
        run.c = four_cells(start, first + 2);
    }
    if (count > 3u) {
        run.d = four_cells(start, first + 3);
    }
    if (count > 4u) {
        run.e = four_cells(start, first + 4);
    }
    return run;
}

// What is under this tap of four windows.
fn under_tap(run: Run, tap: u32) -> vec4<f32> {
    return four_in_run(run, vec4<u32>(cells_before(PADDING_LOW_W) + tap) + vec4<u32>(0u, 1u, 2u, 3u) * STRIDE_W);
}

// The element of y of a block's first output in row `row`, and how many there are of four.
fn first_output(block: Block, row: u32) -> u32 {
    return params.y_base + (block.plane * params.out_h + block.row * ROWS + row) * params.out_w + block.column * 4u;
}

fn outputs_of(block: Block) -> u32 {
    return min(params.out_w - block.column * 4u, 4u);
}

fn has_row(block: Block, row: u32) -> bool {
    return row < ROWS && block.row * ROWS + row < params.out_h;
}
