// How x (dx) and y (dy) lie in memory (common/layout.wgsl).
override X_LAST: u32 = 0u;
override Y_LAST: u32 = 0u;
