// In place of layouts.wgsl, in kernels that read neighbouring cells at once.
const X_LAST: u32 = 0u;
const Y_LAST: u32 = 0u;
