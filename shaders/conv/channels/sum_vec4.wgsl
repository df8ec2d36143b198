// `conv/channels/sum.wgsl` for planes of whole fours, and channels that lie first.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

alias Value = vec4<f32>;
alias Source = ElementQuad;

const X_LAST: u32 = 0u;

fn value_of_x(i: u32) -> vec4<f32> {
    return element_quad(x[i]);
}
