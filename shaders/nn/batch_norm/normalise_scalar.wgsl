// `nn/batch_norm/normalise.wgsl` for planes of any number of elements: a Value is one.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end
