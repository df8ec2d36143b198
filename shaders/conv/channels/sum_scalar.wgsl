// `conv/channels/sum.wgsl` for planes of any size.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

alias Value = f32;
