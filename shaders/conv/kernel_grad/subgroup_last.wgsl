// dw by subgroups: columns_last.wgsl.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
// specialise: end
