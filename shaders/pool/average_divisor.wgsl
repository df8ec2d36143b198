// What the window of an output is divided by in average pooling.
override PADDING_HIGH_D: u32 = 0u;
override PADDING_HIGH_H: u32 = 0u;
override PADDING_HIGH_W: u32 = 0u;

// Taps that count along one axis: those inside the input, or those inside the padded input.
fn counted(inside: Range, o: u32, stride: u32, dilation: u32, taps: u32, low: u32, high: u32, extent: u32) -> u32 {
    var range = inside;
    if (ADAPTIVE == 0u && params.count_include_pad == 1u) {
        range = steps_inside(i32(o * stride), dilation, taps, low + extent + high);
    }
    return range.end - range.begin;
}

fn divisor(out_d: u32, out_h: u32, out_w: u32) -> f32 {
    if (params.divisor != 0u) {
        return f32(params.divisor);
    }
    let inside_d = window_d(out_d).taps;
    let d = counted(inside_d, out_d, STRIDE_D, DILATION_D, TAPS_D, PADDING_LOW_D, PADDING_HIGH_D, params.in_d);
    let inside_h = window_h(out_h).taps;
    let h = counted(inside_h, out_h, STRIDE_H, DILATION_H, TAPS_H, PADDING_LOW_H, PADDING_HIGH_H, params.in_h);
    let inside_w = window_w(out_w).taps;
    let w = counted(inside_w, out_w, STRIDE_W, DILATION_W, TAPS_W, PADDING_LOW_W, PADDING_HIGH_W, params.in_w);
    // Not d * h * w, which can exceed 32 bits over padding.
    return f32(d) * f32(h) * f32(w);
}
