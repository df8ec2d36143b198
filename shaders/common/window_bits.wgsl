// Which taps of a window lie inside, as bits: a tap is then tested by one comparison, whatever the rank.

// Bits of the steps s of 0 .. count for which start + s * step lies in 0 .. extent; count is below 32.
fn bits_inside(start: vec4<i32>, step: u32, count: u32, extent: u32) -> vec4<u32> {
    let before = vec4<u32>(max(-start, vec4<i32>(0)));
    let room = vec4<u32>(max(vec4<i32>(i32(extent)) - start, vec4<i32>(0)));
    let end = min((room + (step - 1u)) / step, vec4<u32>(count));
    let begin = min((before + (step - 1u)) / step, end);
    return (vec4<u32>(1u) << end) - (vec4<u32>(1u) << begin);
}

// a / b for a < b + 512: a float's quotient is exact for small b, a comparison does for large b.
fn small_quotients(a: vec4<u32>, b: u32) -> vec4<u32> {
    let quotient = vec4<u32>((vec4<f32>(a) + 0.5) / f32(b));
    return select(quotient, vec4<u32>(a >= vec4<u32>(b)), b >= 1024u);
}
