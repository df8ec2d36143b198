// How a kernel reads and writes its output, an array `out`, here of f32. The specialiser puts another file of this folder in this
// one's place for another type: sums are f32 in all of them, and rounded once, where they are stored.
alias Stored = f32;

fn stored(i: u32) -> f32 {
    return out[i];
}

fn store(i: u32, value: f32) {
    out[i] = value;
}

// The first `count` of four values, at these places; the other places are the last one's. No loop: those before may already have
// used up what an invocation may loop.
fn store_at(at: vec4<u32>, count: u32, values: vec4<f32>) {
    out[at.x] = values.x;
    if (count > 1u) {
        out[at.y] = values.y;
    }
    if (count > 2u) {
        out[at.z] = values.z;
    }
    if (count > 3u) {
        out[at.w] = values.w;
    }
}
