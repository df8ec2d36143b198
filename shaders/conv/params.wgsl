// One dispatch of a convolution pass. x, dx are [batch, channels_in, in_d, in_h, in_w], y, dy are
// [batch, channels_out, out_d, out_h, out_w], w, dw are [channels_out, channels_in / groups, TAPS_D, TAPS_H, TAPS_W].
struct ConvParams {
    reduction: Reduction,
    batch: u32,
    channels_in: u32,
    channels_out: u32,
    groups: u32,
    in_d: u32,
    in_h: u32,
    in_w: u32,
    out_d: u32,
    out_h: u32,
    out_w: u32,
    // Element in the binding at which this dispatch's samples of x (dx) and y (dy) start.
    x_base: u32,
    y_base: u32,
    // Of a leaky ReLU.
    slope: f32,
    // Elements of the output that are stored (range.wgsl), or the channels of a bias gradient.
    range_begin: u32,
    range_count: u32,
    unused: u32,
}
