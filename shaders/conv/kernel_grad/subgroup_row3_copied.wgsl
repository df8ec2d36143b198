// dw by subgroups: columns_row3_copied.wgsl with dy_vec4.wgsl.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
const STRIDE: u32 = 1u;
// specialise: end
