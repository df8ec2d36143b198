// dw by subgroups: columns_row.wgsl with row_four.wgsl.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
const TAPS: u32 = 5u;
const STRIDE: u32 = 1u;
// specialise: end
