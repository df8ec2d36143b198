// Windows of pooling along each axis: fixed ones, of common/window.wgsl, or the uneven bins of adaptive pooling, where
// output o has the cells from floor(o * cells / outputs) to ceil((o + 1) * cells / outputs) (src/window/bins.rs).

// 1: bins. Forward TAPS_* is then the longest bin, and over cells the most bins that share one.
override ADAPTIVE: u32 = 0u;

struct Window {
    // The cell under tap 0.
    start: i32,
    // Taps inside the input.
    taps: Range,
}

// What output o has of so many cells; also the outputs that share cell o.
fn bin(o: u32, cells: u32, outputs: u32) -> Range {
    return Range(o * cells / outputs, ((o + 1u) * cells + outputs - 1u) / outputs);
}

fn window(o: u32, taps: u32, stride: u32, dilation: u32, low: u32, cells: u32, outputs: u32) -> Window {
    if (ADAPTIVE == 1u) {
        let cells_of = bin(o, cells, outputs);
        return Window(i32(cells_of.begin), Range(0u, cells_of.end - cells_of.begin));
    }
    let start = window_start(o, stride, low);
    return Window(start, steps_inside(start, dilation, taps, cells));
}

fn window_d(o: u32) -> Window {
    return window(o, TAPS_D, STRIDE_D, DILATION_D, PADDING_LOW_D, params.in_d, params.out_d);
}

fn window_h(o: u32) -> Window {
    return window(o, TAPS_H, STRIDE_H, DILATION_H, PADDING_LOW_H, params.in_h, params.out_h);
}

fn window_w(o: u32) -> Window {
    return window(o, TAPS_W, STRIDE_W, DILATION_W, PADDING_LOW_W, params.in_w, params.out_w);
}

fn has_tap(window: Window, tap: u32) -> bool {
    return tap >= window.taps.begin && tap < window.taps.end;
}

// The output whose window covers a cell, or -1, for the steps 0 .. TAPS_*, which come to outputs in their order.
fn output_over(cell: u32, step: u32, taps: u32, stride: u32, dilation: u32, low: u32, cells: u32, outputs: u32) -> i32 {
    if (ADAPTIVE == 1u) {
        let sharing = bin(cell, outputs, cells);
        return select(-1, i32(sharing.begin + step), sharing.begin + step < sharing.end);
    }
    return output_touching(cell, taps - 1u - step, stride, dilation, low, outputs);
}

fn output_over_d(cell: u32, step: u32) -> i32 {
    return output_over(cell, step, TAPS_D, STRIDE_D, DILATION_D, PADDING_LOW_D, params.in_d, params.out_d);
}

fn output_over_h(cell: u32, step: u32) -> i32 {
    return output_over(cell, step, TAPS_H, STRIDE_H, DILATION_H, PADDING_LOW_H, params.in_h, params.out_h);
}

fn output_over_w(cell: u32, step: u32) -> i32 {
    return output_over(cell, step, TAPS_W, STRIDE_W, DILATION_W, PADDING_LOW_W, params.in_w, params.out_w);
}

// For dilation 1, and for bins: the outputs whose windows cover a cell.
fn outputs_over(cell: u32, taps: u32, stride: u32, low: u32, cells: u32, outputs: u32) -> Range {
    if (ADAPTIVE == 1u) {
        return bin(cell, outputs, cells);
    }
    return outputs_covering(cell, taps, stride, low, outputs);
}

fn outputs_over_d(cell: u32) -> Range {
    return outputs_over(cell, TAPS_D, STRIDE_D, PADDING_LOW_D, params.in_d, params.out_d);
}

fn outputs_over_h(cell: u32) -> Range {
    return outputs_over(cell, TAPS_H, STRIDE_H, PADDING_LOW_H, params.in_h, params.out_h);
}

fn outputs_over_w(cell: u32) -> Range {
    return outputs_over(cell, TAPS_W, STRIDE_W, PADDING_LOW_W, params.in_w, params.out_w);
}

// So many of them at most.
fn most_outputs(taps: u32, stride: u32) -> u32 {
    return select(most_windows(taps, stride), taps, ADAPTIVE == 1u);
}

fn most_outputs_d() -> u32 {
    return most_outputs(TAPS_D, STRIDE_D);
}

fn most_outputs_h() -> u32 {
    return most_outputs(TAPS_H, STRIDE_H);
}

fn most_outputs_w() -> u32 {
    return most_outputs(TAPS_W, STRIDE_W);
}
