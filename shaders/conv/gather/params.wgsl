// A gather: what forward and input gradient have in common once the kernel has been packed (pack.wgsl).
//
//   out[n, g * outputs + m, q * out_stride + class.first] =
//       sum over c, j of A[g][class][c, j][m] * in[n, g * channels + c, q * in_stride + class.start + j * tap_step]
//
// Forward has one class. The input gradient of a convolution with stride s has s residue classes an axis, each with the taps
// that touch its cells and no others; where one class has all taps it may be the only one here, and out_base its first cell. A is
// [groups][classes][channels, taps of the class][outputs_padded], zero in the padding; four zeros follow, but where w itself is A, which
// is of one tap and of whole tiles.
struct GatherParams {
    batch: u32,
    groups: u32,
    // Of one group: input channels (summed over), output channels, and the latter rounded up to whole tiles.
    channels: u32,
    outputs: u32,
    outputs_padded: u32,
    // Spatial extents of the tensors.
    in_d: u32,
    in_h: u32,
    in_w: u32,
    out_d: u32,
    out_h: u32,
    out_w: u32,
    // Classes along each axis.
    classes_d: u32,
    classes_h: u32,
    classes_w: u32,
    // The most cells that a class has along each axis: the grid covers these for every class.
    cells_d: u32,
    cells_h: u32,
    // And those of a lane behind the last one, which owns none.
    cells_w: u32,
    // Element in the binding at which this dispatch's samples start.
    in_base: u32,
    out_base: u32,
    // Input channels of this dispatch.
    channel_begin: u32,
    channel_end: u32,
    // Cells of in from one cell of a class to the next, cells of out likewise, cells of in from one tap to the next.
    in_stride_d: u32,
    in_stride_h: u32,
    in_stride_w: u32,
    out_stride_d: u32,
    out_stride_h: u32,
    out_stride_w: u32,
    tap_step_d: u32,
    tap_step_h: u32,
    tap_step_w: u32,
    // Quad of A behind its last row: four zeros; of w itself the first, which no sum has.
    zero_quad: u32,
    // For kernels that read w as it is, of convolutions without dilation: the first tap of class 0 along h and w; 1 if the taps
    // of a class run backwards.
    first_tap_h: u32,
    first_tap_w: u32,
    reversed: u32,
    // Of a leaky ReLU.
    slope: f32,
    // First output of a group that A holds: of a kernel that is packed in rounds.
    output_begin: u32,
    // Class i of axis a (0 d, 1 h, 2 w) is classes[a * MOST_CLASSES + i].
    classes: array<AxisClass, 96>,
}
