// A gather of which one shape is compiled at a time; what params.wgsl says, as constants.
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
