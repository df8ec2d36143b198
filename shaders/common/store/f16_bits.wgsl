// f32 to f16 by integers: to the nearest, of two the even one, beyond 65504 to infinity, NaN to NaN. The same bits on every device.
fn halves_of(values: vec4<f32>) -> vec4<u32> {
    let bits = bitcast<vec4<u32>>(values);
    let magnitude = bits & vec4<u32>(0x7fffffffu);
    // Exponents of f32 are 112 more. What is carried out of the fraction goes on in the exponent, up to infinity.
    let odd = (magnitude >> vec4<u32>(13u)) & vec4<u32>(1u);
    let normal = (magnitude - vec4<u32>(0x38000000u) + vec4<u32>(0xfffu) + odd) >> vec4<u32>(13u);
    // Below 2^-14 in units of 2^-24.
    let shift = min(vec4<u32>(126u) - min(magnitude >> vec4<u32>(23u), vec4<u32>(113u)), vec4<u32>(31u));
    let fraction = (magnitude & vec4<u32>(0x7fffffu)) | vec4<u32>(0x800000u);
    let whole = fraction >> shift;
    let unit = vec4<u32>(1u) << (shift - vec4<u32>(1u));
    let small = (fraction + unit - vec4<u32>(1u) + (whole & vec4<u32>(1u))) >> shift;
    let finite = select(normal, small, magnitude < vec4<u32>(0x38800000u));
    let infinite = select(finite, vec4<u32>(0x7c00u), magnitude >= vec4<u32>(0x477ff000u));
    let half = select(infinite, vec4<u32>(0x7e00u), magnitude > vec4<u32>(0x7f800000u));
    return half | ((bits >> vec4<u32>(16u)) & vec4<u32>(0x8000u));
}
