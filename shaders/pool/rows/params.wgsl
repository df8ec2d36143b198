// One dispatch of a pooling pass by four elements an invocation. x, dx are [planes, in_d, in_h, in_w], y, dy, indices are
// [planes, out_d, out_h, out_w]; a plane is one channel of one sample. With channels last, [samples, in_d, in_h, in_w, quads] and
// [samples, out_d, out_h, out_w, quads], of quads of four channels.
struct RowsParams {
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
    // Average pooling: 0, or the number to divide by.
    divisor: u32,
    // Average pooling: 1 if padding cells count.
    count_include_pad: u32,
    // Elements of the result; with channels last its quads; of blocks, these.
    count: u32,
    // For division by the extents of the result, as `divide` takes them.
    magic_d: u32,
    shift_d: u32,
    magic_h: u32,
    shift_h: u32,
    magic_w: u32,
    shift_w: u32,
    // Max pooling: the index of the first cell of this dispatch's first plane, and what a plane adds to it.
    index_base: u32,
    index_step: u32,
    // Max pooling: 1 if of the values of windows that share a maximum the last one stays, not their sum.
    unpool: u32,
    // With channels last: a quarter of the channels, and for division by it. Of blocks: those of a row; then those above each other
    // are what the extent h is divided by.
    quads: u32,
    magic_quads: u32,
    shift_quads: u32,
}
