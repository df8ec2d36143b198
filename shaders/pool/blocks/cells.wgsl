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

// A quad of the row that starts at quad `row` of x; behind the row's end all of it is its last cell, as `before` ends.
fn quad_behind(row: u32, quad: i32, before: vec4<f32>) -> vec4<f32> {
    let quads = i32(params.in_w / 4u);
    let found = element_quad(x[row + u32(clamp(quad, 0, quads - 1))]);
    return select(found, vec4<f32>(before.w), quad >= quads);
}

// Row `row` of the block's plane, from `cells_before(PADDING_LOW_W)` cells before the first window on.
fn cells_of(block: Block, row: u32) -> Run {
    let quads = params.in_w / 4u;
    let start = params.x_base / 4u + (block.plane * params.in_h + row) * quads;
    let first = i32(block.column * STRIDE_W) - i32(quads_before(PADDING_LOW_W));
    let count = (cells_before(PADDING_LOW_W) + 3u * STRIDE_W + TAPS_W + 3u) / 4u;
    var run = Run(vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0));
    run.a = quad_behind(start, first, vec4<f32>(0.0));
    if (count > 1u) {
        run.b = quad_behind(start, first + 1, run.a);
    }
    if (count > 2u) {
        run.c = quad_behind(start, first + 2, run.b);
    }
    if (count > 3u) {
        run.d = quad_behind(start, first + 3, run.c);
    }
    if (count > 4u) {
        run.e = quad_behind(start, first + 4, run.d);
    }
    // One four at most lies before the row.
    if (PADDING_LOW_W > 0u) {
        run.a = select(run.a, vec4<f32>(run.b.x), first < 0);
    }
    return run;
}

// What is under this tap of four windows.
fn under_tap(run: Run, tap: u32) -> vec4<f32> {
    return four_in_run(run, vec4<u32>(cells_before(PADDING_LOW_W) + tap) + vec4<u32>(0u, 1u, 2u, 3u) * STRIDE_W);
}

// The quad of y of row `row` of a block.
fn quad_of_output(block: Block, row: u32) -> u32 {
    return params.y_base / 4u + (block.plane * params.out_h + block.row * ROWS + row) * params.quads + block.column;
}

fn has_row(block: Block, row: u32) -> bool {
    return row < ROWS && block.row * ROWS + row < params.out_h;
}
