// dw by subgroups: columns_copied.wgsl with copied_four.wgsl and dy_vec4.wgsl.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
const TAPS: u32 = 4u;
const STRIDE: u32 = 1u;
// specialise: end
