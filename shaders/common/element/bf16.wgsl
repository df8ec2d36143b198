// f32.wgsl for tensors of bf16, the upper halves of f32, two to a word, the first in the low half.
alias Element = u32;
alias ElementQuad = vec2<u32>;

fn slot(i: u32) -> u32 {
    return i / 2u;
}

fn four_slots(i: vec4<u32>) -> vec4<u32> {
    return i / 2u;
}

fn element(entry: Element, i: u32) -> f32 {
    return bitcast<f32>((entry >> (i % 2u * 16u)) << 16u);
}

fn four_elements(a: Element, b: Element, c: Element, d: Element, i: vec4<u32>) -> vec4<f32> {
    let low = vec4<u32>(a, b, c, d) >> (i % 2u * 16u);
    return bitcast<vec4<f32>>(low << vec4<u32>(16u));
}

fn element_quad(entry: ElementQuad) -> vec4<f32> {
    let low = vec4<u32>(entry.x, entry.x >> 16u, entry.y, entry.y >> 16u);
    return bitcast<vec4<f32>>(low << vec4<u32>(16u));
}
