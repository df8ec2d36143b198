// `conv/channels/sum.wgsl` for planes of whole fours.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

alias Value = vec4<f32>;
