// `nn/dropout.wgsl` for any number of elements: an invocation an element.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

// Whether a Value is kept.
fn kept(index: u32) -> bool {
    let element = params.first + index;
    let words = random_words(element / 4u);
    let two = select(words.xy, words.zw, (element & 2u) == 2u);
    return select(two.x, two.y, (element & 1u) == 1u) >= params.threshold;
}
