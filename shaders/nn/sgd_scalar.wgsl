// `nn/sgd.wgsl` for any number of elements: an invocation an element.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end
