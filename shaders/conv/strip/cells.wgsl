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
