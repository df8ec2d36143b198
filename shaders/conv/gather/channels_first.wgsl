// In place of layouts.wgsl, in kernels that read or write neighbouring cells at once.
const SOURCE_LAST: u32 = 0u;
const OUT_LAST: u32 = 0u;
