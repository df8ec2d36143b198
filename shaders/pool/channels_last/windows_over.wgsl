// The windows over a block of dx, with strides of 1 or 2, along each axis; they are counted from the first that may cover the block.
fn windows_over(taps: u32, stride: u32, low: u32) -> u32 {
    return windows_before(taps, stride, low) + last_window(1u, stride, low) + 1u;
}

fn windows_over_h() -> u32 {
    return windows_over(TAPS_H, STRIDE_H, PADDING_LOW_H);
}

fn windows_over_w() -> u32 {
    return windows_over(TAPS_W, STRIDE_W, PADDING_LOW_W);
}

fn window_h(block: Block, step: u32) -> i32 {
    return i32(block.row * last_window(2u, STRIDE_H, 0u) + step) - i32(windows_before(TAPS_H, STRIDE_H, PADDING_LOW_H));
}

fn window_w(block: Block, step: u32) -> i32 {
    return i32(block.column * last_window(2u, STRIDE_W, 0u) + step) - i32(windows_before(TAPS_W, STRIDE_W, PADDING_LOW_W));
}

// Whether there is this window.
fn has_window(h: i32, w: i32) -> bool {
    return is_inside(h, params.out_h) && is_inside(w, params.out_w);
}

// Where it is, in cells of its plane; of one that is not, where another is.
fn cell_of_window(h: i32, w: i32) -> u32 {
    let row = u32(clamp(h, 0, i32(params.out_h) - 1));
    return row * params.out_w + u32(clamp(w, 0, i32(params.out_w) - 1));
}

fn covers_along(cell: u32, step: u32, taps: u32, stride: u32, low: u32) -> bool {
    let tap = i32(cell + low + windows_before(taps, stride, low) * stride) - i32(step * stride);
    return tap >= 0 && tap < i32(taps);
}

// Whether the windows of these steps cover cell n of a block.
fn covers(n: u32, step_h: u32, step_w: u32) -> bool {
    return covers_along(n / 2u, step_h, TAPS_H, STRIDE_H, PADDING_LOW_H)
        && covers_along(n % 2u, step_w, TAPS_W, STRIDE_W, PADDING_LOW_W);
}

fn has_cell(block: Block, n: u32) -> bool {
    return block.row * 2u + n / 2u < params.in_h && block.column * 2u + n % 2u < params.in_w;
}

fn cell_of(block: Block, n: u32) -> u32 {
    return (block.row * 2u + n / 2u) * params.in_w + block.column * 2u + n % 2u;
}

fn store_cells(block: Block, sums: Four) {
    let first = first_in_x(block);
    store_quad(first + cell_of(block, 0u) * params.quads, sums.a);
    if (has_cell(block, 1u)) {
        store_quad(first + cell_of(block, 1u) * params.quads, sums.b);
    }
    if (has_cell(block, 2u)) {
        store_quad(first + cell_of(block, 2u) * params.quads, sums.c);
    }
    if (has_cell(block, 3u)) {
        store_quad(first + cell_of(block, 3u) * params.quads, sums.d);
    }
}
