// dw by subgroups: columns_row3_stride2_both.wgsl with dy_vec4.wgsl.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
const TAPS: u32 = 3u;
const STRIDE: u32 = 2u;
// specialise: end
