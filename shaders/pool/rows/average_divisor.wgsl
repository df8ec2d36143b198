// What the windows of four outputs are divided by in average pooling.
override PADDING_HIGH_D: u32 = 0u;
override PADDING_HIGH_H: u32 = 0u;
override PADDING_HIGH_W: u32 = 0u;

// Taps that count along one axis: those inside the input, or those inside the padded input.
fn counted(o: vec4<u32>, stride: u32, taps: u32, low: u32, high: u32, extent: u32) -> vec4<f32> {
    let padded = params.count_include_pad == 1u;
    let start = window_starts(o, stride, select(low, 0u, padded));
    return vec4<f32>(taps_inside(start, taps, select(extent, low + extent + high, padded)));
}

fn counted_d(o: vec4<u32>) -> vec4<f32> {
    return counted(o, STRIDE_D, TAPS_D, PADDING_LOW_D, PADDING_HIGH_D, params.in_d);
}

fn counted_h(o: vec4<u32>) -> vec4<f32> {
    return counted(o, STRIDE_H, TAPS_H, PADDING_LOW_H, PADDING_HIGH_H, params.in_h);
}

fn counted_w(o: vec4<u32>) -> vec4<f32> {
    return counted(o, STRIDE_W, TAPS_W, PADDING_LOW_W, PADDING_HIGH_W, params.in_w);
}

// The divisors of windows with these counts. What has no count is no window, and divided by 1.
fn divisors(counts: vec4<f32>) -> vec4<f32> {
    return select(max(counts, vec4<f32>(1.0)), vec4<f32>(f32(params.divisor)), params.divisor != 0u);
}
