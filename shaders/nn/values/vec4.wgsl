// scalar.wgsl by fours of elements.
alias Value = vec4<f32>;
alias Entry = ElementQuad;

fn entry(i: u32) -> u32 {
    return i;
}

fn loaded(held: Entry, i: u32) -> Value {
    return element_quad(held);
}
