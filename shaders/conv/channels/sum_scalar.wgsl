// `conv/channels/sum.wgsl` for planes of any size.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

alias Value = f32;
alias Source = Element;

// 1: the channels of x, or dx, lie last: [N, spatial..., C].
override X_LAST: u32 = 0u;

fn value_of_x(i: u32) -> f32 {
    return element(x[slot(i)], i);
}
