// The window as values, not as constants: they are used outside of the loops, and every shape shares a pipeline.
struct KernelGradParams {
    conv: ConvParams,
    taps_d: u32,
    taps_h: u32,
    taps_w: u32,
    stride_d: u32,
    stride_h: u32,
    stride_w: u32,
    dilation_d: u32,
    dilation_h: u32,
    dilation_w: u32,
    padding_low_d: u32,
    padding_low_h: u32,
    padding_low_w: u32,
}
