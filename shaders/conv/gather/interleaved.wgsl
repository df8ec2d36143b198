// Cells 2 q and 2 q + 1 of out, which the classes have, side by side.
fn interleaved(even: vec4<f32>, odd: vec4<f32>) -> mat2x4<f32> {
    return mat2x4<f32>(vec4<f32>(even.x, odd.x, even.y, odd.y), vec4<f32>(even.z, odd.z, even.w, odd.w));
}
