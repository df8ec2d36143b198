// quad_f32.wgsl for an output of 16 bits an element, two to a word: words of its own, so that nothing need be atomic.
alias StoredQuad = vec2<u32>;

fn stored_quad(at: u32) -> vec4<f32> {
    let pairs = out[at];
    return vec4<f32>(value_of(pairs.x), value_of(pairs.x >> 16u), value_of(pairs.y), value_of(pairs.y >> 16u));
}

fn store_quad(at: u32, values: vec4<f32>) {
    let halves = halves_of(values);
    out[at] = halves.xz | (halves.yw << vec2<u32>(16u));
}
