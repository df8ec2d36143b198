// The kernel gradient of tiled.wgsl with 8 x 8 sums an invocation.

// specialise: begin
const WORKGROUP_SIZE: u32 = 256u;
const TILE_M: u32 = 128u;
const TILE_N: u32 = 128u;
const TILE_K: u32 = 8u;
const ROW_PAD: u32 = 1u;
const BUFFERS: u32 = 1u;
// specialise: end
