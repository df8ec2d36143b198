//! One axis of a transposed convolution. Each input cell spreads over the output cells that a convolution of this kernel
//! size, stride, dilation and padding would have gathered it from: it is that convolution with input and output exchanged.

use super::{Axis, halves, span};
use crate::error::{Error, Result};

/// One spatial axis of a transposed convolution, every extent known: input cell `i` adds to the output cells
/// `i * stride + t * dilation - padding_low` for the taps `t = 0 .. taps`, where there are such cells.
///
/// `output = (input - 1) * stride + dilation * (taps - 1) + 1 + output_padding - padding_low - padding_high`, as in
/// PyTorch and ONNX.
///
/// ```
/// # use wgconv::{ConvShapes, ConvTranspose};
/// let conv = ConvTranspose::<1>::new([3]).stride([2]).output_padding([1]).build()?;
/// let problem = conv.problem(&ConvShapes::new(&[1, 1, 4], &[1, 1, 3]))?;
/// assert_eq!(problem.axes[2].output, 3 * 2 + 3 + 1);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TransposedAxis {
    /// Extent of the input (x, dx).
    pub input: u32,
    /// Extent of the kernel, in taps.
    pub taps: u32,
    /// Extent of the output (y, dy).
    pub output: u32,
    /// Output cells from where one input cell spreads to where the next one does.
    pub stride: u32,
    /// Output cells from one tap to the next.
    pub dilation: u32,
    /// Cells that are cut off before the first output cell.
    pub padding_low: u32,
    /// Cells that are cut off after the last output cell.
    pub padding_high: u32,
    /// Cells that are added at the high end before it is cut; the convolution's stride would have dropped them.
    pub output_padding: u32,
}

/// How far an input cell spreads: taps, stride and dilation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    pub taps: u32,
    pub stride: u32,
    pub dilation: u32,
}

impl Spread {
    /// The output padding stays below this: PyTorch's rule. With dilation 1 more of it would be another input cell.
    pub(crate) fn output_padding_limit(&self) -> u64 {
        self.stride.max(self.dilation).into()
    }
}

/// What decides the output extent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fit {
    /// Padding and output padding.
    Padded { low: u64, high: u64, output_padding: u64 },
    /// Padding and the extent itself, from which the output padding follows (PyTorch's `output_size`).
    Output { low: u64, high: u64, output: u64 },
    /// The extent, `input * stride` if there is none, from which the padding follows (ONNX's `output_shape` and `SAME_*`).
    Same { output: Option<u64>, extra_low: bool },
}

impl TransposedAxis {
    /// An absent axis: one cell, one tap.
    pub(crate) const UNIT: TransposedAxis = TransposedAxis {
        input: 1,
        taps: 1,
        output: 1,
        stride: 1,
        dilation: 1,
        padding_low: 0,
        padding_high: 0,
        output_padding: 0,
    };

    /// Computes what `fit` leaves open and checks that every coordinate fits the shaders' signed 32-bit arithmetic.
    pub(crate) fn new(operator: &'static str, axis: usize, input: u64, spread: Spread, fit: Fit) -> Result<Self> {
        const MOST: u64 = i32::MAX as u64;
        let window = span(spread.taps, spread.dilation);
        let spread_to = (input - 1).saturating_mul(spread.stride.into()).saturating_add(window);
        let check = |cells: [u64; 4]| {
            let needed = cells.into_iter().fold(spread_to, u64::saturating_add);
            let what = format!("{operator}: spatial axis {axis} with padding, window and stride");
            let limit = "31-bit coordinates";
            if needed > MOST { Err(Error::LimitExceeded { limit, what, needed, available: MOST }) } else { Ok(()) }
        };
        // All sums below are below MOST after this.
        let (low, high, output) = match fit {
            Fit::Padded { low, high, output_padding } => (low, high, output_padding),
            Fit::Output { low, high, output } => (low, high, output),
            Fit::Same { output, .. } => (0, 0, output.unwrap_or(input.saturating_mul(spread.stride.into()))),
        };
        check([low.saturating_add(high), output, window, spread.stride.into()])?;
        let out_of_reach = |output, least, most| Error::OutputOutOfReach { operator, axis, output, input, least, most };
        let room = spread.output_padding_limit() - 1;
        let (low, high, output_padding) = match fit {
            Fit::Padded { low, high, output_padding } => (low, high, output_padding),
            Fit::Output { low, high, output } => {
                let cut = low + high;
                let output_padding = (output + cut).checked_sub(spread_to).filter(|&cells| cells <= room);
                let least = spread_to.saturating_sub(cut).max(1);
                let most = spread_to.saturating_add(room).saturating_sub(cut);
                (low, high, output_padding.ok_or_else(|| out_of_reach(output, least, most))?)
            }
            Fit::Same { extra_low, .. } => {
                let output_padding = output.saturating_sub(spread_to);
                if output_padding > room {
                    return Err(out_of_reach(output, 1, spread_to.saturating_add(room)));
                }
                let (low, high) = halves(spread_to.saturating_sub(output), extra_low);
                (low, high, output_padding)
            }
        };
        let full = spread_to + output_padding;
        let output = full.checked_sub(low + high).filter(|&cells| cells > 0);
        let output = output.ok_or(Error::NothingLeft { operator, axis, input, full, low, high })?;
        Ok(TransposedAxis {
            input: input as u32,
            taps: spread.taps,
            output: output as u32,
            stride: spread.stride,
            dilation: spread.dilation,
            padding_low: low as u32,
            padding_high: high as u32,
            output_padding: output_padding as u32,
        })
    }

    /// The axis of the convolution whose input gradient this is. Its high padding is what its last window needs, which may
    /// be less than would give one output more: with an output padding of a stride or more it leaves windows out.
    pub(crate) fn exchanged(&self) -> Axis {
        Axis {
            input: self.output,
            taps: self.taps,
            output: self.input,
            stride: self.stride,
            // As in `Axis::new`: a single tap has no distance to another.
            dilation: if self.taps == 1 { 1 } else { self.dilation },
            padding_low: self.padding_low,
            padding_high: self.padding_high.saturating_sub(self.output_padding),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Rounding;
    use super::*;

    fn new(input: u64, (taps, stride, dilation): (u32, u32, u32), fit: Fit) -> Result<TransposedAxis> {
        TransposedAxis::new("test", 0, input, Spread { taps, stride, dilation }, fit)
    }

    /// Every window, with all output paddings that there can be.
    fn every(mut with: impl FnMut(u64, (u32, u32, u32), u64, u64, u64)) {
        for input in 1..6 {
            for window @ (_, stride, dilation) in
                [(1, 1, 1), (3, 1, 1), (2, 2, 1), (4, 2, 1), (3, 2, 2), (2, 3, 4), (1, 4, 1), (2, 1, 3)]
            {
                for (low, high) in [(0, 0), (1, 1), (2, 0), (0, 3)] {
                    for output_padding in 0..stride.max(dilation) {
                        with(input, window, low, high, output_padding.into());
                    }
                }
            }
        }
    }

    #[test]
    fn the_output_reaches_as_far_as_the_input_spreads() {
        every(|input, window @ (taps, stride, dilation), low, high, output_padding| {
            let furthest = (input as u32 - 1) * stride + (taps - 1) * dilation;
            let cells = i64::from(furthest) + 1 + (output_padding as i64) - (low + high) as i64;
            match new(input, window, Fit::Padded { low, high, output_padding }) {
                Ok(axis) => assert_eq!(i64::from(axis.output), cells),
                Err(error) => assert!(matches!(error, Error::NothingLeft { .. }) && cells <= 0, "{error}"),
            }
        });
    }

    /// Exchanged, it is a convolution on the output; exactly the one that `Axis::new` makes, where the output padding is
    /// below the stride.
    #[test]
    fn the_exchanged_axis_is_the_convolution_on_the_output() {
        every(|input, window @ (_, stride, _), low, high, output_padding| {
            let Ok(axis) = new(input, window, Fit::Padded { low, high, output_padding }) else { return };
            let found = axis.exchanged();
            let pads = (low, high.saturating_sub(output_padding));
            let conv = Axis::new("test", 0, axis.output.into(), window, pads, Rounding::Floor).unwrap();
            assert!(conv.output >= found.output);
            if output_padding < u64::from(stride) {
                assert_eq!(found, conv);
            }
            let end = i64::from((found.output - 1) * stride) + span(found.taps, found.dilation) as i64;
            let high = (end - i64::from(found.padding_low) - i64::from(found.input)).max(0);
            assert_eq!(i64::from(found.padding_high), high, "{found:?}");
        });
    }

    #[test]
    fn an_explicit_output_gives_back_the_output_padding() {
        every(|input, window @ (_, stride, dilation), low, high, output_padding| {
            let Ok(axis) = new(input, window, Fit::Padded { low, high, output_padding }) else { return };
            let output = axis.output.into();
            assert_eq!(new(input, window, Fit::Output { low, high, output }).unwrap(), axis);
            let most = output + u64::from(stride.max(dilation)) - 1 - output_padding;
            assert!(new(input, window, Fit::Output { low, high, output: most }).is_ok());
            let error = new(input, window, Fit::Output { low, high, output: most + 1 }).unwrap_err();
            assert!(matches!(error, Error::OutputOutOfReach { most: limit, .. } if limit == most), "{error}");
            if output > output_padding + 1 {
                let output = output - output_padding - 1;
                let error = new(input, window, Fit::Output { low, high, output }).unwrap_err();
                assert!(matches!(error, Error::OutputOutOfReach { least, .. } if least == output + 1), "{error}");
            }
        });
    }

    /// ONNX: `output_shape = input * stride`, and its example of an explicit `output_shape` (3 x 3 kernel, stride 3 x 2,
    /// from 3 x 3 to 10 x 8: one cell of output padding each).
    #[test]
    fn same_padding_is_that_of_onnx() {
        every(|input, window @ (taps, stride, dilation), _, _, _| {
            for extra_low in [false, true] {
                let axis = new(input, window, Fit::Same { output: None, extra_low }).unwrap();
                assert_eq!(u64::from(axis.output), input * u64::from(stride));
                let total = i64::from((taps - 1) * axis.dilation + 1) - i64::from(stride);
                let [low, high] = [axis.padding_low, axis.padding_high].map(i64::from);
                assert_eq!(low + high, total.max(0), "dilation {dilation}");
                assert_eq!(if extra_low { low - high } else { high - low }, total.max(0) % 2);
                assert_eq!(i64::from(axis.output_padding), (-total).max(0));
            }
        });
        for (stride, output) in [(3, 10), (2, 8)] {
            let axis = new(3, (3, stride, 1), Fit::Same { output: Some(output), extra_low: true }).unwrap();
            assert_eq!((axis.padding_low, axis.padding_high, axis.output_padding), (0, 0, 1));
        }
        let axis = new(4, (4, 2, 1), Fit::Same { output: Some(5), extra_low: false }).unwrap();
        assert_eq!((axis.padding_low, axis.padding_high, axis.output), (2, 3, 5));
        let error = new(4, (4, 2, 1), Fit::Same { output: Some(12), extra_low: false }).unwrap_err();
        assert!(matches!(error, Error::OutputOutOfReach { least: 1, most: 11, .. }), "{error}");
    }

    #[test]
    fn extreme_numbers_are_errors_not_overflows() {
        let most = u64::MAX;
        for fit in [
            Fit::Padded { low: most, high: most, output_padding: most },
            Fit::Output { low: most, high: 1, output: most },
            Fit::Same { output: Some(most), extra_low: true },
            Fit::Same { output: None, extra_low: false },
        ] {
            assert!(new(most, (u32::MAX, u32::MAX, u32::MAX), fit).is_err());
            assert!(new(most, (2, 1, 1), fit).is_err());
        }
        assert!(new(1, (2, 1, u32::MAX), Fit::Padded { low: 0, high: 0, output_padding: 0 }).is_err());
        assert!(new(1, (1, u32::MAX, 1), Fit::Padded { low: 0, high: 0, output_padding: 0 }).is_err());
    }
}
