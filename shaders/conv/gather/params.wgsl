// A gather: what forward and input gradient have in common once the kernel has been packed (pack.wgsl).
//
//   out[n, g * outputs + m, q * OUT_STRIDE + class.first] =
//       sum over c, j of A[g][class][c, j][m] * in[n, g * channels + c, q * IN_STRIDE + class.start + j * TAP_STEP]
//
// Forward has one class. The input gradient of a convolution with stride s has s residue classes an axis, each with the taps
// that touch its cells and no others. A is [groups][classes][channels, taps of the class][outputs_padded], zero in the
// padding.
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
    cells_w: u32,
    // Element in the binding at which this dispatch's samples start.
    in_base: u32,
    out_base: u32,
    // Input channels of this dispatch.
    channel_begin: u32,
    channel_end: u32,
    unused_a: u32,
    unused_b: u32,
    unused_c: u32,
    // Class i of axis a (0 d, 1 h, 2 w) is classes[a * MOST_CLASSES + i].
    classes: array<AxisClass, 96>,
}

// Taps along each axis where there is one class; 0: by class.
override TAPS_D: u32 = 1u;
override TAPS_H: u32 = 1u;
override TAPS_W: u32 = 1u;
override IN_STRIDE_D: u32 = 1u;
override IN_STRIDE_H: u32 = 1u;
override IN_STRIDE_W: u32 = 1u;
override OUT_STRIDE_D: u32 = 1u;
override OUT_STRIDE_H: u32 = 1u;
override OUT_STRIDE_W: u32 = 1u;
override TAP_STEP_D: u32 = 1u;
override TAP_STEP_H: u32 = 1u;
override TAP_STEP_W: u32 = 1u;
// 0: no tap of any cell lies outside of in.
override PADDED: u32 = 1u;
// 1: add to what out holds. A constant, because a path that reads out before each store doubles the code.
override ACCUMULATE: u32 = 0u;
