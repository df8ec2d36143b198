// Count, mean and sum of squared deviations from it, of some numbers; and of two sets of numbers together (Chan, Golub and LeVeque,
// "Updating formulae and a pairwise algorithm for computing sample variances", 1979, equation 2.1). An empty set has a mean of 0, from
// which a large mean differs by so much that the square is infinite: its factor of 0 comes first.
fn merged_moments(a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
    let count = a.x + b.x;
    let part = b.x / max(count, 1.0);
    let delta = b.y - a.y;
    return vec4<f32>(count, a.y + delta * part, a.z + b.z + delta * (delta * (a.x * part)), 0.0);
}
