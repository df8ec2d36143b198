// dw by subgroups: columns_row3_stride2.wgsl with strip/cells_any.wgsl and dy_scalar.wgsl.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
const TAPS: u32 = 3u;
const STRIDE: u32 = 2u;
// specialise: end
