// `nn/batch_norm/batch_moments.wgsl` where a plane is whole fours: a Value is four elements.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

// The moments of the four elements of a Value, of which each has seen as many numbers: two and two, then all.
fn moments_of_values(count: f32, mean: vec4<f32>, squares: vec4<f32>) -> vec4<f32> {
    let two = mean.zw - mean.xy;
    let two_mean = mean.xy + 0.5 * two;
    let two_squares = squares.xy + squares.zw + two * two * (0.5 * count);
    let four = two_mean.y - two_mean.x;
    return vec4<f32>(4.0 * count, two_mean.x + 0.5 * four, two_squares.x + two_squares.y + four * four * count, 0.0);
}
