//! Seeded data.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// ChaCha8, whose values do not change between versions of the crate.
pub fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Integers of -most to most.
pub fn integers(seed: u64, count: usize, most: i32) -> Vec<f32> {
    let mut rng = rng(seed);
    (0..count).map(|_| rng.random_range(-most..=most) as f32).collect()
}

/// The largest `most` up to 9 for which a sum of `terms` products of two such integers stays exact in f32.
pub fn exact_range(terms: u64) -> i32 {
    let most = ((1u64 << 24) as f64 / terms.max(1) as f64).sqrt() as i32;
    assert!(most >= 1, "{terms} terms are too many for an exact sum");
    most.min(9)
}

/// Real numbers of -1 to 1.
pub fn reals(seed: u64, count: usize) -> Vec<f32> {
    let mut rng = rng(seed);
    (0..count).map(|_| rng.random_range(-1.0f32..1.0)).collect()
}

/// Product of extents.
pub fn count(shape: &[usize]) -> usize {
    shape.iter().product()
}
