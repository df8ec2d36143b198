// How source and out lie in memory (common/layout.wgsl).
override SOURCE_LAST: u32 = 0u;
override OUT_LAST: u32 = 0u;
