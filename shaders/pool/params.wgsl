// One dispatch of a pooling pass. x, dx have planes of [in_d, in_h, in_w], y, dy, indices of [out_d, out_h, out_w]; a plane is one
// channel of one sample. How they lie in memory: place.wgsl. The reduction's rows are (tap_d, tap_h), its columns tap_w.
struct PoolParams {
    reduction: Reduction,
    planes: u32,
    in_d: u32,
    in_h: u32,
    in_w: u32,
    out_d: u32,
    out_h: u32,
    out_w: u32,
    // Element in the binding at which this dispatch's samples of x (dx) and of y (dy, indices) start.
    x_base: u32,
    y_base: u32,
    // The same of what is stored, indices apart: sums of types that they are rounded to are in the workspace until all is in.
    result_base: u32,
    // Average pooling: 0, or the number to divide by.
    divisor: u32,
    // Average pooling: 1 if padding cells count.
    count_include_pad: u32,
    // Max pooling: the index of the first cell of this dispatch's first plane, and what a plane adds to it.
    index_base: u32,
    index_step: u32,
    // Max pooling: 1 if of the values of windows that share a maximum the last one stays, not their sum.
    unpool: u32,
    // Lp pooling: p.
    power: f32,
    // C
    channels: u32,
    unused_a: u32,
    unused_b: u32,
    unused_c: u32,
}
