// What the bits of f16_bits.wgsl stand for, as the shaders' own type: exactly, as f16 holds every one of these values; but a device may make
// subnormal ones zero.
fn rounded(values: vec4<f32>) -> vec4<f16> {
    let halves = halves_of(values);
    let low = unpack2x16float(halves.x | (halves.y << 16u));
    let high = unpack2x16float(halves.z | (halves.w << 16u));
    return vec4<f16>(vec4<f32>(low, high));
}
