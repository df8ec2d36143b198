// quad_f32.wgsl for an output of f16, on devices with SHADER_F16.
alias StoredQuad = vec4<f16>;

fn stored_quad(at: u32) -> vec4<f32> {
    return vec4<f32>(out[at]);
}

fn store_quad(at: u32, values: vec4<f32>) {
    out[at] = rounded(values);
}
