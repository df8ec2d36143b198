// `nn/adam.wgsl` where the number of elements is a multiple of 4: an invocation four elements.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end
