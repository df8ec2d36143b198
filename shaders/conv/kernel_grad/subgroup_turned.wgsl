// dw by subgroups: turned.wgsl.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
// specialise: end
