// `nn/dropout.wgsl` where every dispatch has a multiple of 4 elements: an invocation four elements.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

// Which elements of a Value are kept.
fn kept(index: u32) -> vec4<bool> {
    return random_words(params.first / 4u + index) >= vec4<u32>(params.threshold);
}
