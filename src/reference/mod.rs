//! Every operator on the CPU in plain loops: what the GPU has to compute, written so that a person can check it.
//!
//! The contract:
//! * Gather form. The outer loops run over the elements of the result, and each element is computed once, from
//!   everything that contributes to it. Nothing is scattered or accumulated across iterations; the transposed convolution,
//!   which is a scatter by definition, is the exception.
//! * f32 data, f64 sums. A product of two f32 values is exact in f64, and small integers stay exact throughout.
//! * No index code in common with the GPU side. From the rest of the library this module takes the descriptors
//!   ([`ConvProblem`](crate::ConvProblem), [`ConvTransposeProblem`](crate::ConvTransposeProblem),
//!   [`PoolProblem`](crate::PoolProblem)) and the error type; where a window lies and how many of them fit, it works out
//!   again, so that the two can disagree.
//! * Index loops instead of iterators, on purpose: they are to be read beside the WGSL.
//!
//! Every tensor is row-major in the order of its shape, unless a convolution's problem says that it has its channels last or its
//! kernel in the other order; a pooling's are channels first whatever its problem says ([`layout::transpose`] makes one from the
//! other). Rank 1 and 2 are rank 3 with leading axes of one cell: `[N, C, D, H, W]`. The letters of
//! the loops: `n` batch, `k` output channel, `c` input channel, `id ih iw` an input cell, `td th tw` a tap, `od oh ow`
//! an output.
//!
//! ```
//! use wgconv::{Conv, ConvShapes, reference};
//! let conv = Conv::<1>::new([2]).build()?;
//! let problem = conv.problem(&ConvShapes::new(&[1, 1, 3], &[1, 1, 2]))?;
//! let y = reference::conv::forward(&problem, &[1.0, 2.0, 3.0], &[10.0, 1.0], None)?;
//! assert_eq!(y.to_f32(), [12.0, 23.0]);
//! # Ok::<(), wgconv::Error>(())
//! ```

pub mod conv;
pub mod conv_transpose;
pub mod layout;
pub mod nn;
pub mod pool;
mod sums;
mod window;

pub use sums::Sums;

use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::plan::Operand;

/// Row-major position of the element `index` of a tensor with extents `shape`.
fn flat(index: [usize; 5], shape: [usize; 5]) -> usize {
    let mut position = 0;
    for axis in 0..5 {
        debug_assert!(index[axis] < shape[axis], "{index:?} is outside {shape:?}");
        position = position * shape[axis] + index[axis];
    }
    position
}

/// Position of the element `[n, c, d, h, w]` of a tensor that lies in memory in this layout.
fn position([n, c, d, h, w]: [usize; 5], shape: [usize; 5], layout: Layout) -> usize {
    match layout {
        Layout::ChannelsFirst => flat([n, c, d, h, w], shape),
        Layout::ChannelsLast => flat([n, d, h, w, c], [shape[0], shape[2], shape[3], shape[4], shape[1]]),
    }
}

/// Position of the tap `[first, second, d, h, w]` of a kernel, which has its first two axes in this order or exchanged.
fn tap_position([first, second, d, h, w]: [usize; 5], shape: [usize; 5], is_exchanged: bool) -> usize {
    match is_exchanged {
        false => flat([first, second, d, h, w], shape),
        true => flat([second, first, d, h, w], [shape[1], shape[0], shape[2], shape[3], shape[4]]),
    }
}

/// The extents that the user sees: without the leading spatial axes that rank 1 and 2 do not have.
fn visible(shape: [usize; 5], rank: u32) -> Vec<usize> {
    let mut seen = shape[..2].to_vec();
    seen.extend_from_slice(&shape[5 - rank as usize..]);
    seen
}

/// Checks that a tensor has no zero extent and that 32-bit indices reach all of it.
fn check_extents(operand: Operand, shape: &[usize]) -> Result<()> {
    if shape.contains(&0) {
        return Err(Error::ZeroExtent { operand, shape: shape.to_vec() });
    }
    if element_count(shape) > u64::from(u32::MAX) {
        return Err(Error::TooManyElements { operand, shape: shape.to_vec(), limit: u32::MAX.into() });
    }
    Ok(())
}

/// Checks that there are as many values as the shape has elements.
fn check_length(shape: &[usize], found: usize) -> Result<()> {
    let expected = element_count(shape);
    if found as u64 != expected {
        let expected = usize::try_from(expected).unwrap_or(usize::MAX);
        return Err(Error::DataLength { shape: shape.to_vec(), expected, found });
    }
    Ok(())
}

fn element_count(shape: &[usize]) -> u64 {
    shape.iter().fold(1, |count, &extent| u64::saturating_mul(count, extent as u64))
}
