//! Sliding-window arithmetic along one axis: the only home of it on the host (`shaders/common/window.wgsl` is the only
//! home in shaders; `reference/` has its own, so that the two can disagree).
//!
//! Output `o` of an axis looks at the input cells `o * stride + t * dilation - padding_low` for the taps
//! `t = 0 .. taps`; cells outside `0 .. input` are padding. All arithmetic is in `u64`/`i64` and checked once, in
//! [`Axis::new`], against what the shaders' 32-bit arithmetic can hold.

mod bins;
mod border;
mod gather;
mod part;
mod transposed;

pub(crate) use border::AxisBorder;
pub(crate) use gather::{GatherAxis, GatherClass};
pub use transposed::TransposedAxis;
pub(crate) use transposed::{Fit, Spread};

use crate::error::{Error, Result};

/// How the number of outputs along an axis is rounded when the stride does not divide it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Rounding {
    /// Only windows that lie wholly in the padded input (convolution, and pooling by default).
    Floor,
    /// Pooling's ceil mode: the last window may hang over the high end, but may not start in the high padding.
    Ceil,
}

/// One spatial axis of a convolution or pooling, every extent known.
///
/// ```
/// # use wgconv::{Conv, ConvShapes, Padding};
/// let conv = Conv::<1>::new([3]).stride([2]).padding(Padding::Same).build()?;
/// let problem = conv.problem(&ConvShapes::new(&[1, 1, 7], &[1, 1, 3]))?;
/// assert_eq!(problem.axes[2].output, 4);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Axis {
    /// Extent of the input (x, dx).
    pub input: u32,
    /// Extent of the window, in taps.
    pub taps: u32,
    /// Extent of the output (y, dy).
    pub output: u32,
    /// Input cells from one window to the next.
    pub stride: u32,
    /// Input cells from one tap to the next.
    pub dilation: u32,
    /// Padding cells before the first input cell.
    pub padding_low: u32,
    /// Padding cells after the last input cell.
    pub padding_high: u32,
}

/// Cells that a window spans: `dilation * (taps - 1) + 1`.
pub(crate) fn span(taps: u32, dilation: u32) -> u64 {
    u64::from(dilation) * (u64::from(taps) - 1) + 1
}

/// Padding of so many cells in all, as low and high; of an odd total the extra cell goes low if `extra_low`, else high.
fn halves(total: u64, extra_low: bool) -> (u64, u64) {
    let (small, large) = (total / 2, total.div_ceil(2));
    if extra_low { (large, small) } else { (small, large) }
}

/// Low and high padding that give `ceil(input / stride)` outputs (ONNX `SAME_UPPER` and `SAME_LOWER`); of an odd
/// total the extra cell goes low if `extra_low`, else high.
pub(crate) fn same_padding(input: u64, taps: u32, stride: u32, dilation: u32, extra_low: bool) -> (u64, u64) {
    let outputs = input.div_ceil(u64::from(stride));
    let total = ((outputs - 1) * u64::from(stride) + span(taps, dilation)).saturating_sub(input);
    halves(total, extra_low)
}

impl Axis {
    /// An absent axis: one cell, one tap.
    pub(crate) const UNIT: Axis =
        Axis { input: 1, taps: 1, output: 1, stride: 1, dilation: 1, padding_low: 0, padding_high: 0 };

    /// Windows that begin a cell apart, so many of them, the first of which begins in the padding or at the first cell. The input may go
    /// on behind the last.
    pub(crate) fn dense(input: u32, taps: u32, output: u32, padding_low: u32) -> Axis {
        let padding_high = (output + taps).saturating_sub(1 + input + padding_low);
        Axis { input, taps, output, stride: 1, dilation: 1, padding_low, padding_high }
    }

    /// Computes the output extent and checks that every coordinate fits the shaders' signed 32-bit arithmetic.
    #[allow(
        clippy::too_many_arguments,
        reason = "the parameters of a sliding window; a struct of them is what this makes"
    )]
    pub(crate) fn new(
        operator: &'static str,
        axis: usize,
        input: u64,
        (taps, stride, dilation): (u32, u32, u32),
        (low, high): (u64, u64),
        rounding: Rounding,
    ) -> Result<Axis> {
        const MOST: u64 = i32::MAX as u64;
        // A single tap has no distance to another; 1 keeps a large one out of the arithmetic, and needs no new pipeline.
        let dilation = if taps == 1 { 1 } else { dilation };
        let window = span(taps, dilation);
        let padded = input.saturating_add(low).saturating_add(high);
        // A coordinate never exceeds the padded input plus one window (ceil mode hangs over by less than that).
        if padded.saturating_add(window).saturating_add(u64::from(stride)) > MOST {
            return Err(Error::LimitExceeded {
                limit: "31-bit coordinates",
                what: format!("{operator}: spatial axis {axis} with padding, window and stride"),
                needed: padded.saturating_add(window).saturating_add(u64::from(stride)),
                available: MOST,
            });
        }
        if window > padded {
            return Err(Error::WindowTooLarge { operator, axis, input, padded, window });
        }
        let (room, step) = (padded - window, u64::from(stride));
        let output = match rounding {
            Rounding::Floor => room / step + 1,
            Rounding::Ceil => {
                let outputs = room.div_ceil(step) + 1;
                if (outputs - 1) * step >= input + low { outputs - 1 } else { outputs }
            }
        };
        // All below MOST by the check above.
        Ok(Axis {
            input: input as u32,
            taps,
            output: output as u32,
            stride,
            dilation,
            padding_low: low as u32,
            padding_high: high as u32,
        })
    }

    /// Whether an output depends on the input cell of the same number alone.
    pub(crate) fn is_pointwise(&self) -> bool {
        self.taps == 1 && self.stride == 1 && self.padding_low == 0 && self.input == self.output
    }

    /// Windows before that of a cell's own number which cover it too, with a stride of 1 and without dilation.
    pub(crate) fn windows_before(&self) -> u32 {
        self.taps.saturating_sub(1).saturating_sub(self.padding_low)
    }

    /// For dilation 1, the most windows that cover a cell.
    pub(crate) fn most_windows(&self) -> u32 {
        self.taps.div_ceil(self.stride)
    }

    /// The first output whose window has no tap inside the input, if there is one.
    ///
    /// A window that starts inside the input has its first tap there, so only those that start in the padding are
    /// looked at; ceil mode's rule keeps starts below the input's end, and other starts behind it are checked too.
    pub(crate) fn first_empty_window(&self) -> Option<u64> {
        let (input, stride, dilation) = (i64::from(self.input), i64::from(self.stride), i64::from(self.dilation));
        let low = i64::from(self.padding_low);
        let outputs = i64::from(self.output);
        // A window that starts in the low padding misses the input if the padding is longer than it, which the very first
        // window shows, or if its taps jump over the input: if the first of them that is not in the padding lies behind it.
        // Counted from there that tap is at (o * stride - low) modulo the dilation.
        let in_low_padding = ((low + stride - 1) / stride).min(outputs);
        let before = if in_low_padding > 0 && (low + dilation - 1) / dilation >= i64::from(self.taps) {
            Some(0)
        } else {
            let first = first_in_range(stride % dilation, (-low).rem_euclid(dilation), dilation, input);
            first.filter(|&o| o < in_low_padding)
        };
        let last_start = (outputs - 1) * stride - low;
        let behind = (last_start >= input).then(|| (input + low + stride - 1) / stride);
        before.or(behind).map(|o| o as u64)
    }
}

/// The first o from 0 on for which `(o * step + first) % modulus` is at least `low`, for `step` and `first` below `modulus`. As
/// in Euclid's algorithm, so that numbers of any size take no time.
fn first_in_range(step: i64, first: i64, modulus: i64, low: i64) -> Option<i64> {
    if low >= modulus {
        return None;
    }
    if first >= low { Some(0) } else { first_multiple(step, modulus, low - first, modulus - 1 - first) }
}

/// The first k for which `k * step % modulus` is from `low` to `high`, where `0 <= low <= high < modulus`.
fn first_multiple(step: i64, modulus: i64, low: i64, high: i64) -> Option<i64> {
    if low == 0 {
        return Some(0);
    }
    if step == 0 {
        return None;
    }
    let direct = (low + step - 1) / step;
    if direct * step <= high {
        return Some(direct);
    }
    // No multiple of the step lies in the range: then that of some number of turns must, seen from the step.
    let turns = first_multiple(modulus % step, step, (-high).rem_euclid(step), (-low).rem_euclid(step))?;
    Some((low + modulus * turns + step - 1) / step)
}

/// The values of `shaders/common/window_constants.wgsl`'s (and `pool/average_divisor.wgsl`'s) override constants for these axes.
pub(crate) fn override_values(axes: &[Axis; 3], names: &[&'static str]) -> Vec<(&'static str, u32)> {
    names
        .iter()
        .map(|&name| {
            let (parameter, axis) = name.rsplit_once('_').unwrap_or((name, ""));
            let axis = match axis {
                "D" => &axes[0],
                "H" => &axes[1],
                _ => &axes[2],
            };
            let value = match parameter {
                "TAPS" => axis.taps,
                "STRIDE" => axis.stride,
                "DILATION" => axis.dilation,
                "PADDING_LOW" => axis.padding_low,
                _ => axis.padding_high,
            };
            (name, value)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(input: u64, taps: u32, stride: u32, dilation: u32, pads: (u64, u64), rounding: Rounding) -> u32 {
        Axis::new("test", 0, input, (taps, stride, dilation), pads, rounding).unwrap().output
    }

    #[test]
    fn output_extent_counts_the_windows_that_fit() {
        for input in 1..12u64 {
            for taps in 1..5u32 {
                for stride in 1..4u32 {
                    for dilation in 1..4u32 {
                        for (low, high) in [(0, 0), (1, 0), (0, 2), (3, 1)] {
                            let window = u64::from(dilation * (taps - 1) + 1);
                            let starts = (0..input + low + high).step_by(stride as usize);
                            let fit = starts.clone().filter(|s| s + window <= input + low + high).count();
                            let axis =
                                Axis::new("test", 0, input, (taps, stride, dilation), (low, high), Rounding::Floor);
                            match axis {
                                Ok(axis) => assert_eq!(axis.output as usize, fit),
                                Err(_) => assert_eq!(fit, 0),
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn ceil_mode_keeps_hanging_windows_but_none_that_starts_in_the_high_padding() {
        assert_eq!(outputs(5, 2, 2, 1, (0, 0), Rounding::Floor), 2);
        assert_eq!(outputs(5, 2, 2, 1, (0, 0), Rounding::Ceil), 3);
        // PyTorch: MaxPool1d(1, stride=2, ceil_mode=True) of 2 cells gives 1, not 2.
        assert_eq!(outputs(2, 1, 2, 1, (0, 0), Rounding::Ceil), 1);
        assert_eq!(outputs(4, 3, 3, 1, (1, 1), Rounding::Ceil), 2);
    }

    #[test]
    fn same_padding_gives_ceil_of_input_over_stride() {
        for input in 1..20u64 {
            for taps in 1..6 {
                for stride in 1..4 {
                    for dilation in 1..3 {
                        for extra_low in [false, true] {
                            let pads = same_padding(input, taps, stride, dilation, extra_low);
                            let count = outputs(input, taps, stride, dilation, pads, Rounding::Floor);
                            assert_eq!(u64::from(count), input.div_ceil(u64::from(stride)));
                            let excess = if extra_low { pads.0 - pads.1 } else { pads.1 - pads.0 };
                            assert!(excess <= 1);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn empty_windows_are_found() {
        for input in 1..7u64 {
            for taps in 1..4u32 {
                for stride in 1..4u32 {
                    for dilation in 1..6u32 {
                        for (low, high) in [(0, 0), (1, 1), (2, 0), (0, 3), (4, 4)] {
                            for rounding in [Rounding::Floor, Rounding::Ceil] {
                                let Ok(axis) =
                                    Axis::new("test", 0, input, (taps, stride, dilation), (low, high), rounding)
                                else {
                                    continue;
                                };
                                let empty = (0..axis.output).find(|o| {
                                    !(0..taps).any(|t| {
                                        let cell = i64::from(o * stride + t * dilation) - low as i64;
                                        cell >= 0 && cell < input as i64
                                    })
                                });
                                assert_eq!(axis.first_empty_window(), empty.map(u64::from), "{axis:?}");
                            }
                        }
                    }
                }
            }
        }
    }

    /// Found by fuzzing: 700 million windows were looked at, one after the other.
    #[test]
    fn windows_of_any_extent_are_judged_at_once() {
        const D: u32 = 700_000_000;
        for (input, stride, expected) in [(D, 1, None), (D - 1, 1, Some(D - 1)), (1, 3, Some(1)), (D - 1, 5, None)] {
            let axis = Axis::new("test", 0, input.into(), (2, stride, D), (D.into(), 10), Rounding::Floor).unwrap();
            assert_eq!(axis.first_empty_window(), expected.map(u64::from), "{axis:?}");
        }
    }

    #[test]
    fn the_first_number_in_a_range_is_that_of_looking_at_all() {
        for modulus in 1..30 {
            for (step, first) in (0..modulus).flat_map(|step| (0..modulus).map(move |first| (step, first))) {
                for low in 0..modulus + 2 {
                    let found = (0..modulus).find(|o| (o * step + first) % modulus >= low);
                    assert_eq!(first_in_range(step, first, modulus, low), found, "{step} {first} {modulus} {low}");
                }
            }
        }
    }

    #[test]
    fn extreme_numbers_are_errors_not_overflows() {
        for (taps, stride, dilation, pads) in [
            (u32::MAX, 1, u32::MAX, (0, 0)),
            (3, u32::MAX, 1, (1, 1)),
            (3, 1, 1, (u64::MAX, u64::MAX)),
            (2, 1, i32::MAX as u32, (0, 0)),
        ] {
            assert!(Axis::new("test", 0, 10, (taps, stride, dilation), pads, Rounding::Ceil).is_err());
        }
    }
}
