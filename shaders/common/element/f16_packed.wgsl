// f32.wgsl for tensors of f16, two to a word, the first in the low half: for devices without SHADER_F16.
alias Element = u32;
alias ElementQuad = vec2<u32>;

fn slot(i: u32) -> u32 {
    return i / 2u;
}

fn four_slots(i: vec4<u32>) -> vec4<u32> {
    return i / 2u;
}

fn element(entry: Element, i: u32) -> f32 {
    return unpack2x16float(entry >> (i % 2u * 16u)).x;
}

fn four_elements(a: Element, b: Element, c: Element, d: Element, i: vec4<u32>) -> vec4<f32> {
    let low = (vec4<u32>(a, b, c, d) >> (i % 2u * 16u)) & vec4<u32>(0xffffu);
    return vec4<f32>(unpack2x16float(low.x | (low.y << 16u)), unpack2x16float(low.z | (low.w << 16u)));
}

fn element_quad(entry: ElementQuad) -> vec4<f32> {
    return vec4<f32>(unpack2x16float(entry.x), unpack2x16float(entry.y));
}
