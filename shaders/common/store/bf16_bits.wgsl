// f32 to bf16, its upper half, by integers: to the nearest, of two the even one, NaN to NaN. The same bits on every device.
fn halves_of(values: vec4<f32>) -> vec4<u32> {
    let bits = bitcast<vec4<u32>>(values);
    let odd = (bits >> vec4<u32>(16u)) & vec4<u32>(1u);
    let nearest = (bits + vec4<u32>(0x7fffu) + odd) >> vec4<u32>(16u);
    let is_nan = (bits & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u);
    return select(nearest, (bits >> vec4<u32>(16u)) | vec4<u32>(0x40u), is_nan);
}

// The value of the bf16 in the lower 16 bits.
fn value_of(half: u32) -> f32 {
    return bitcast<f32>(half << 16u);
}
