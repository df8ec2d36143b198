// dw of groups with one channel: strip.wgsl with strip/cells_aligned.wgsl and dy_vec4.wgsl.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
const TAPS: u32 = 3u;
const STRIDE: u32 = 1u;
// specialise: end
