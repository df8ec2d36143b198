// The window of a kernel that is compiled for one: taps, strides, dilations and padding (window.wgsl).
override TAPS_D: u32 = 1u;
override TAPS_H: u32 = 1u;
override TAPS_W: u32 = 1u;
override STRIDE_D: u32 = 1u;
override STRIDE_H: u32 = 1u;
override STRIDE_W: u32 = 1u;
override DILATION_D: u32 = 1u;
override DILATION_H: u32 = 1u;
override DILATION_W: u32 = 1u;
override PADDING_LOW_D: u32 = 0u;
override PADDING_LOW_H: u32 = 0u;
override PADDING_LOW_W: u32 = 0u;
