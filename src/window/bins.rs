//! Adaptive pooling along one axis: output `o` of `outputs` has the cells from `floor(o * input / outputs)` to
//! `ceil((o + 1) * input / outputs)`, its bin. Bins cover every cell, and neighbours share one where they do not divide evenly.
//! It goes both ways: the outputs whose bins have cell `i` are from `floor(i * outputs / input)` to
//! `ceil((i + 1) * outputs / input)`.

use super::Axis;
use crate::error::{Error, Result};

/// The longest of the bins.
fn longest(input: u32, outputs: u32) -> u32 {
    let (mut a, mut b) = (input, outputs);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    // A bin starts at most this part of a cell after its first cell does: (outputs - gcd) / outputs.
    (u64::from(input) + u64::from(outputs - a)).div_ceil(outputs.into()) as u32
}

impl Axis {
    /// The axis of an adaptive pooling with uneven bins, as `taps` the longest of them. The shaders multiply the two extents
    /// in 32 bits.
    pub(crate) fn bins(operator: &'static str, axis: usize, input: u64, outputs: u32) -> Result<Axis> {
        let needed = input.saturating_mul(outputs.into()).saturating_add(input.max(outputs.into()));
        if needed > u32::MAX.into() {
            return Err(Error::LimitExceeded {
                limit: "32-bit products of an input and an output extent",
                what: format!("{operator}: uneven bins along spatial axis {axis}"),
                needed,
                available: u32::MAX.into(),
            });
        }
        let input = input as u32;
        Ok(Axis { input, output: outputs, taps: longest(input, outputs), ..Axis::UNIT })
    }

    /// Of an axis of bins, the most that share a cell.
    pub(crate) fn most_bins(&self) -> u32 {
        longest(self.output, self.input)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bin_and_the_most_that_share_a_cell_are_counted() {
        for input in 1..40u32 {
            for outputs in 1..40u32 {
                let axis = Axis::bins("test", 0, input.into(), outputs).unwrap();
                let bin = |o: u32| (o * input / outputs, ((o + 1) * input).div_ceil(outputs));
                let lengths = (0..outputs).map(|o| bin(o).1 - bin(o).0);
                assert_eq!(lengths.max(), Some(axis.taps), "{input} to {outputs}");
                let sharing = |i: &u32| (0..outputs).filter(|&o| bin(o).0 <= *i && *i < bin(o).1).count() as u32;
                assert_eq!((0..input).map(|i| sharing(&i)).max(), Some(axis.most_bins()), "{input} to {outputs}");
                for i in 0..input {
                    let covering: Vec<u32> = (0..outputs).filter(|&o| bin(o).0 <= i && i < bin(o).1).collect();
                    let expected: Vec<u32> = (i * outputs / input..((i + 1) * outputs).div_ceil(input)).collect();
                    assert_eq!(covering, expected, "cell {i}, {input} to {outputs}");
                }
            }
        }
    }

    #[test]
    fn extents_whose_product_is_too_large_are_refused() {
        let error = Axis::bins("test", 1, 70_000, 69_999).unwrap_err();
        assert!(matches!(error, Error::LimitExceeded { .. }) && error.to_string().contains("axis 1"), "{error}");
        assert!(Axis::bins("test", 0, u64::MAX, 3).is_err());
    }
}
