// How a kernel reads and writes its output four neighbouring elements at a time, an array `out`, here of f32; as f32.wgsl.
alias StoredQuad = vec4<f32>;

fn stored_quad(at: u32) -> vec4<f32> {
    return out[at];
}

fn store_quad(at: u32, values: vec4<f32>) {
    out[at] = values;
}
