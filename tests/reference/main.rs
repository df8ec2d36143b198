//! The CPU reference, checked without a GPU: against PyTorch, against itself (adjoints, finite differences) and against
//! results that can be seen without computing (shifted copies, small sums).

mod adjoint;
mod average_pool;
mod conv_transpose;
mod delta;
mod differences;
mod errors;
mod golden;
mod max_pool;
mod problems;

/// Small integers, the same in every run (splitmix64).
pub struct Integers(pub u64);

impl Integers {
    /// One of `-4 ..= 4`.
    pub fn one(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) % 9) as f32 - 4.0
    }

    /// As many as a tensor of this shape has elements.
    pub fn of_shape(&mut self, shape: &[usize]) -> Vec<f32> {
        (0..shape.iter().product()).map(|_| self.one()).collect()
    }

    /// Every value once, in random order: no ties.
    pub fn distinct(&mut self, count: usize) -> Vec<f32> {
        let mut values: Vec<f32> = (0..count).map(|i| i as f32 - count as f32 / 2.0).collect();
        for i in (1..count).rev() {
            self.one();
            values.swap(i, (self.0 >> 33) as usize % (i + 1));
        }
        values
    }
}

/// `sum a*b`, exact for small integers.
pub fn inner(a: &[f64], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, &b)| a * f64::from(b)).sum()
}

/// Numbers of which each differs from its counterpart by at most `tolerance` times its magnitude (at least 1).
pub fn assert_close(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let close = (found - expected).abs() <= tolerance * expected.abs().max(1.0);
        assert!(close, "{what}: element {i} is {found}, but should be {expected}");
    }
}
