// `nn/batch_norm/input_grad.wgsl` where channels are last: a Value is four channels of one cell.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
const BLOCK: u32 = 4u;
// specialise: end
