// The gather of tiled.wgsl with 8 x 4 sums an invocation.

// specialise: begin
const WORKGROUP_SIZE: u32 = 128u;
const TILE_M: u32 = 64u;
const TILE_N: u32 = 64u;
const TILE_K: u32 = 16u;
const ROW_PAD: u32 = 0u;
const BUFFERS: u32 = 1u;
// specialise: end
