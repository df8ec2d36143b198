// f32.wgsl for tensors of f16, on devices with SHADER_F16: sums are f32 all the same.
alias Element = f16;
alias ElementQuad = vec4<f16>;

fn slot(i: u32) -> u32 {
    return i;
}

fn four_slots(i: vec4<u32>) -> vec4<u32> {
    return i;
}

fn element(entry: Element, i: u32) -> f32 {
    return f32(entry);
}

fn four_elements(a: Element, b: Element, c: Element, d: Element, i: vec4<u32>) -> vec4<f32> {
    return vec4<f32>(vec4<f16>(a, b, c, d));
}

fn element_quad(entry: ElementQuad) -> vec4<f32> {
    return vec4<f32>(entry);
}
