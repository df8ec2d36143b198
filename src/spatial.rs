//! What convolution and pooling have in common: windows, strides, dilations and padding of `D` spatial axes, folded to
//! three axes once the input's extents are known.

use crate::error::{Error, Result};
use crate::plan::Operand;
use crate::window::{Axis, Rounding, same_padding};

/// How many cells of zeros (convolution; or what its [`PaddingMode`](crate::PaddingMode) says) or of nothing (max pooling) stand around the input, per spatial axis.
///
/// ```
/// use wgconv::{Conv, ConvShapes, Padding};
/// let conv = Conv::<2>::new([2, 2]).padding(Padding::Same).build()?;
/// let y = conv.problem(&ConvShapes::new(&[1, 1, 5, 6], &[1, 1, 2, 2]))?.y_shape();
/// assert_eq!(y, [1, 1, 5, 6]);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Padding<const D: usize> {
    /// None: only windows wholly inside the input.
    #[default]
    Valid,
    /// `ceil(input / stride)` outputs; of an odd total the extra cell goes high (ONNX `SAME_UPPER`, TensorFlow `SAME`,
    /// PyTorch `same`).
    Same,
    /// As [`Padding::Same`], the extra cell going low (ONNX `SAME_LOWER`).
    SameLow,
    /// As many cells low as high (PyTorch's `padding`).
    Symmetric([usize; D]),
    /// Low and high cells given apart (ONNX `pads`).
    Explicit {
        /// Cells before the first input cell.
        low: [usize; D],
        /// Cells after the last input cell.
        high: [usize; D],
    },
}

/// Window parameters of `D` axes as the user gave them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Spatial<const D: usize> {
    pub taps: [usize; D],
    pub stride: [usize; D],
    pub dilation: [usize; D],
    pub padding: Padding<D>,
}

impl<const D: usize> Spatial<D> {
    pub(crate) fn new(taps: [usize; D]) -> Self {
        Spatial { taps, stride: [1; D], dilation: [1; D], padding: Padding::Valid }
    }

    /// Checks everything that can be checked before the input is known.
    pub(crate) fn validate(&self, operator: &'static str, taps_name: &'static str) -> Result<()> {
        if !(1..=3).contains(&D) {
            return Err(Error::InvalidParameter {
                operator,
                parameter: "rank",
                value: D.to_string(),
                expected: "1, 2 or 3",
            });
        }
        let parameters = [(taps_name, self.taps), ("stride", self.stride), ("dilation", self.dilation)];
        for (parameter, values) in parameters {
            if values.iter().any(|&v| v == 0 || u32::try_from(v).is_err()) {
                return Err(Error::InvalidParameter {
                    operator,
                    parameter,
                    value: format!("{values:?}"),
                    expected: "at least 1 and below 2^32 along every axis",
                });
            }
        }
        Ok(())
    }

    /// The three axes for an input with these spatial extents; absent leading axes become [`Axis::UNIT`].
    pub(crate) fn axes(&self, operator: &'static str, input: &[usize], rounding: Rounding) -> Result<[Axis; 3]> {
        let mut axes = [Axis::UNIT; 3];
        for d in 0..D {
            // `validate` has shown that these fit.
            let [taps, stride, dilation] = [self.taps[d], self.stride[d], self.dilation[d]].map(|v| v as u32);
            let extent = input[d] as u64;
            let pads = match &self.padding {
                Padding::Valid => (0, 0),
                Padding::Same => same_padding(extent, taps, stride, dilation, false),
                Padding::SameLow => same_padding(extent, taps, stride, dilation, true),
                Padding::Symmetric(cells) => (cells[d] as u64, cells[d] as u64),
                Padding::Explicit { low, high } => (low[d] as u64, high[d] as u64),
            };
            axes[3 - D + d] = Axis::new(operator, d, extent, (taps, stride, dilation), pads, rounding)?;
        }
        Ok(axes)
    }
}

/// The axes' extents of one kind, without the folded leading ones.
pub(crate) fn extents<A>(axes: &[A; 3], rank: u32, of: impl Fn(&A) -> u32) -> impl Iterator<Item = usize> {
    axes[3usize.saturating_sub(rank as usize)..]
        .iter()
        .map(move |axis| of(axis) as usize)
        .collect::<Vec<_>>()
        .into_iter()
}

/// Checks rank, zero extents and the 32-bit element count of a shape.
pub(crate) fn check_shape(operator: &'static str, operand: Operand, shape: &[usize], rank: usize) -> Result<()> {
    if shape.len() != rank {
        return Err(Error::RankMismatch { operator, operand, expected: rank, found: shape.to_vec() });
    }
    element_count(operand, shape).map(|_| ())
}

/// An error unless an operand has the shape that the others need.
pub(crate) fn expect_shape(
    operator: &'static str,
    operand: Operand,
    found: &[usize],
    expected: &[usize],
) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(Error::ShapeMismatch { operator, operand, expected: expected.to_vec(), found: found.to_vec() })
}

/// Number of elements of a shape, at least 1 and at most `u32::MAX`.
pub(crate) fn element_count(operand: Operand, shape: &[usize]) -> Result<u32> {
    if shape.contains(&0) {
        return Err(Error::ZeroExtent { operand, shape: shape.to_vec() });
    }
    shape
        .iter()
        .try_fold(1u64, |count, &extent| count.checked_mul(extent as u64).filter(|&c| c <= u64::from(u32::MAX)))
        .map(|count| count as u32)
        .ok_or_else(|| Error::TooManyElements { operand, shape: shape.to_vec(), limit: u64::from(u32::MAX) })
}
