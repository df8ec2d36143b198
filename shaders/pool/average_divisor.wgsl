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

fn counted_d(o: u32) -> f32 {
    let inside = window_d(o).taps;
    return f32(counted(inside, o, STRIDE_D, DILATION_D, TAPS_D, PADDING_LOW_D, PADDING_HIGH_D, params.in_d));
}

fn counted_h(o: u32) -> f32 {
    let inside = window_h(o).taps;
    return f32(counted(inside, o, STRIDE_H, DILATION_H, TAPS_H, PADDING_LOW_H, PADDING_HIGH_H, params.in_h));
}

fn counted_w(o: u32) -> f32 {
    let inside = window_w(o).taps;
    return f32(counted(inside, o, STRIDE_W, DILATION_W, TAPS_W, PADDING_LOW_W, PADDING_HIGH_W, params.in_w));
}

fn divisor(out_d: u32, out_h: u32, out_w: u32) -> f32 {
    if (params.divisor != 0u) {
        return f32(params.divisor);
    }
    // In floats: the product of the integers can exceed 32 bits over padding.
    return counted_d(out_d) * counted_h(out_h) * counted_w(out_w);
}
