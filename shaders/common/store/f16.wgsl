// f32.wgsl for an output of f16, on devices with SHADER_F16. Rounding is halves_of's, not the device's: WGSL leaves open which
// way a device rounds, and what becomes of a value beyond f16's range.
alias Stored = f16;

fn stored(i: u32) -> f32 {
    return f32(out[i]);
}

fn store(i: u32, value: f32) {
    out[i] = rounded(vec4<f32>(value)).x;
}

fn store_at(at: vec4<u32>, count: u32, values: vec4<f32>) {
    let halves = rounded(values);
    out[at.x] = halves.x;
    if (count > 1u) {
        out[at.y] = halves.y;
    }
    if (count > 2u) {
        out[at.z] = halves.z;
    }
    if (count > 3u) {
        out[at.w] = halves.w;
    }
}
