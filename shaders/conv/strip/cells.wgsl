// What the depthwise kernels that run down a strip have in common. A strip is four neighbouring outputs wide; all taps along w
// of all four share the cells of a row, each of which is read once, and the rows of the window wander through registers.
// TAPS is the most taps along an axis, STRIDE the cells from one output to the next, along w and h.
const_assert TAPS == 3u || TAPS == 5u;
const_assert STRIDE == 1u || STRIDE == 2u;

// The four cells under each tap.
struct Under {
    t0: vec4<f32>,
    t1: vec4<f32>,
    t2: vec4<f32>,
    t3: vec4<f32>,
    t4: vec4<f32>,
}

// One number for each tap of a row of the window.
struct TapRow {
    near: vec3<f32>,
    far: vec2<f32>,
}

// a / b for a below 2^20: the float's error is then less than the half that keeps it from the next integer. A software device
// divides integers lane by lane.
fn quotient(a: u32, b: u32) -> u32 {
    return u32((f32(a) + 0.5) / f32(b));
}
