// `nn/batch_norm/normalise.wgsl` where a plane is whole fours: a Value is four elements.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end
