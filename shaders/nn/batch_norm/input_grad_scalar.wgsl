// `nn/batch_norm/input_grad.wgsl` for planes of any number of elements: a Value is one.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end
