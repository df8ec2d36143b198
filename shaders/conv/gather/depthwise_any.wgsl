// A depthwise gather by strips: depthwise_strip.wgsl with strip/cells_any.wgsl and store_scalar.wgsl.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TAPS: u32 = 3u;
const STRIDE: u32 = 1u;
const PAIR: u32 = 0u;
const ROWS: u32 = 28u;
// specialise: end
