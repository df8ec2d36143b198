//! What the five modules share: the device, seeded data, and comparisons that a NaN cannot pass.

use std::sync::OnceLock;

use rand::{Rng, RngExt};
use wgconv::{Context, Result, Tensor};

/// `f32::EPSILON`, twice the largest relative error of one f32 rounding.
pub const EPS: f64 = f32::EPSILON as f64;

/// numpy prints eight decimals: what it printed is off by at most half of the last.
pub const HALF_DIGIT: f64 = 0.5e-8;

/// The device, opened once for all tests of this file. Without one the tests fail, with the message a user would get.
pub fn context() -> &'static Context {
    static CONTEXT: OnceLock<Context> = OnceLock::new();
    CONTEXT.get_or_init(|| Context::new_blocking().unwrap_or_else(|error| panic!("{error}")))
}

pub fn upload(shape: &[usize], data: &[f32]) -> Result<Tensor> {
    context().tensor(shape, data)
}

/// Whole numbers, which f32 sums exactly as long as every partial sum stays below 2^24.
pub fn integers(rng: &mut impl Rng, count: usize, range: std::ops::RangeInclusive<i32>) -> Vec<f32> {
    (0..count).map(|_| rng.random_range(range.clone()) as f32).collect()
}

pub fn to_f64(data: &[f32]) -> Vec<f64> {
    data.iter().map(|&v| f64::from(v)).collect()
}

/// Absolute values, to let an operator carry a bound instead of data: `|sum a*b| <= sum |a|*|b|`.
pub fn absolute(data: &[f32]) -> Vec<f32> {
    data.iter().map(|v| v.abs()).collect()
}

/// Sum in f64, where 2^29 f32 values of similar size still add up without error that matters here.
pub fn sum(data: &[f32]) -> f64 {
    data.iter().map(|&v| f64::from(v)).sum()
}

pub fn dot(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

/// The kernel turned by 180 degrees: in row-major order, of whatever rank, that is the reverse.
pub fn rotated<T: Clone>(kernel: &[T]) -> Vec<T> {
    kernel.iter().rev().cloned().collect()
}

/// Every element within its own bound. Written as `<=`, so that NaN fails.
#[track_caller]
pub fn assert_within(what: &str, found: &[f32], expected: &[f64], bound: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}: number of elements");
    assert_eq!(found.len(), bound.len(), "{what}: number of bounds");
    for i in 0..found.len() {
        let difference = (f64::from(found[i]) - expected[i]).abs();
        assert!(
            difference <= bound[i],
            "{what}[{i}]: found {}, expected {}, they differ by {difference:e}, allowed are {:e}",
            found[i],
            expected[i],
            bound[i]
        );
    }
}

/// Whether an element lies outside its bound: for showing that a bound would catch a wrong formula.
pub fn any_outside(found: &[f64], expected: &[f64], bound: &[f64]) -> bool {
    let inside = |((found, expected), bound): ((&f64, &f64), &f64)| (found - expected).abs() <= *bound;
    !found.iter().zip(expected).zip(bound).all(inside)
}

/// The error of a sigmoid in WGSL for an argument that is off by `dz`. exp may be off by `3 + 2|z|` units in the last
/// place and a division by 2.5, an addition rounds once; a unit is at most EPS of the value, and of exp's error the
/// factor `1 - h` arrives.
pub fn sigmoid_bound(z: f64, dz: f64) -> f64 {
    let h = 1.0 / (1.0 + (-z).exp());
    let arithmetic = h * EPS * ((1.0 - h) * (3.0 + 2.0 * z.abs()) + 0.5 + 2.5);
    arithmetic + h * (1.0 - h) * dz
}
