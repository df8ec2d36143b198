//! What a convolution reads where a window looks beyond its input.

use std::fmt;

use crate::error::{Error, Result};
use crate::window::Axis;

/// What stands in the padding of a convolution, of every axis alike. With the cells of an axis of extent `n` numbered from 0,
/// cell `i` of the padding (`i < 0` or `i >= n`) reads as:
///
/// | | `i < 0` | `i >= n` | padding cells on either side | `x = a b c d`, 2 cells low and high |
/// |---|---|---|---|---|
/// | `Zeros` | 0 | 0 | any | `0 0 a b c d 0 0` |
/// | `Reflect` | `x[-i]` | `x[2 (n - 1) - i]` | below `n` | `c b a b c d c b` |
/// | `Replicate` | `x[0]` | `x[n - 1]` | any | `a a a b c d d d` |
/// | `Circular` | `x[i + n]` | `x[i - n]` | up to `n` | `c d a b c d a b` |
///
/// As PyTorch's `padding_mode` (reflection does not repeat the outermost cell) and, in this order, the modes `constant`,
/// `reflect`, `edge` and `wrap` of ONNX's `Pad`. No padded copy is made in any pass: the kernels read the cell that stands there,
/// and the input gradient adds what belongs to it, in a second dispatch over the cells near the borders alone.
///
/// ```
/// use wgconv::{Context, Conv, Padding, PaddingMode};
/// let ctx = Context::new_blocking()?;
/// let x = ctx.tensor(&[1, 1, 4], &[1.0, 2.0, 3.0, 4.0])?;
/// let w = ctx.tensor(&[1, 1, 3], &[100.0, 10.0, 1.0])?;
/// let conv = Conv::<1>::new([3]).padding(Padding::Same).padding_mode(PaddingMode::Reflect).build()?;
/// assert_eq!(conv.forward(&ctx, &x, &w, None)?.read_blocking()?, [212.0, 123.0, 234.0, 343.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum PaddingMode {
    /// Zeros.
    #[default]
    Zeros,
    /// The input mirrored at its outermost cells, which are not repeated.
    Reflect,
    /// The outermost cell, again and again.
    Replicate,
    /// The input from its other end.
    Circular,
}

impl PaddingMode {
    /// All of them.
    pub const ALL: [PaddingMode; 4] =
        [PaddingMode::Zeros, PaddingMode::Reflect, PaddingMode::Replicate, PaddingMode::Circular];

    /// PyTorch's word for it, which the text of a case and its `Display` have too.
    ///
    /// ```
    /// assert_eq!(wgconv::PaddingMode::Circular.name(), "circular");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            PaddingMode::Zeros => "zeros",
            PaddingMode::Reflect => "reflect",
            PaddingMode::Replicate => "replicate",
            PaddingMode::Circular => "circular",
        }
    }

    /// The number of `shaders/common/border.wgsl`.
    pub(crate) fn constant(self) -> u32 {
        self as u32
    }

    /// Refuses padding that would have to look at the input twice.
    pub(crate) fn check(self, operator: &'static str, axes: &[Axis]) -> Result<()> {
        for (number, axis) in axes.iter().enumerate() {
            let most = match self {
                PaddingMode::Zeros | PaddingMode::Replicate => continue,
                PaddingMode::Reflect => axis.input - 1,
                PaddingMode::Circular => axis.input,
            };
            let padding = axis.padding_low.max(axis.padding_high);
            if padding > most {
                let input = axis.input;
                return Err(Error::PaddingTooLarge { operator, mode: self, axis: number, padding, input, most });
            }
        }
        Ok(())
    }

    /// The mode that kernels are compiled for: where nothing is padded, all are one.
    pub(crate) fn of(self, axes: &[Axis]) -> PaddingMode {
        let is_padded = axes.iter().any(|axis| axis.padding_low > 0 || axis.padding_high > 0);
        if is_padded { self } else { PaddingMode::Zeros }
    }
}

impl fmt::Display for PaddingMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
