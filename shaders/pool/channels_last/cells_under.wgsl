// The cells under the windows of a block of y, along each axis; they are counted from the first under its first window.
fn cells_under_h() -> u32 {
    return STRIDE_H + TAPS_H;
}

fn cells_under_w() -> u32 {
    return STRIDE_W + TAPS_W;
}

fn cell_h(block: Block, step: u32) -> i32 {
    return i32(block.row * 2u * STRIDE_H + step) - i32(PADDING_LOW_H);
}

fn cell_w(block: Block, step: u32) -> i32 {
    return i32(block.column * 2u * STRIDE_W + step) - i32(PADDING_LOW_W);
}

// The place in its plane of a cell, or, of padding, that of the nearest one, which the same windows have.
fn cell_inside(h: i32, w: i32) -> u32 {
    let row = u32(clamp(h, 0, i32(params.in_h) - 1));
    return row * params.in_w + u32(clamp(w, 0, i32(params.in_w) - 1));
}

// Which tap of output n of a block lies on the cell of these steps; numbers beyond the window if none does.
fn tap_h(n: u32, step: u32) -> u32 {
    return step - n / 2u * STRIDE_H;
}

fn tap_w(n: u32, step: u32) -> u32 {
    return step - n % 2u * STRIDE_W;
}

fn is_under(n: u32, step_h: u32, step_w: u32) -> bool {
    return tap_h(n, step_h) < TAPS_H && tap_w(n, step_w) < TAPS_W;
}

fn has_output(block: Block, n: u32) -> bool {
    return block.row * 2u + n / 2u < params.out_h && block.column * 2u + n % 2u < params.out_w;
}

// The quad of output n.
fn quad_of(block: Block, n: u32) -> u32 {
    let cell = (block.row * 2u + n / 2u) * params.out_w + block.column * 2u + n % 2u;
    return first_in_y(block) + cell * params.quads;
}
