//! Adaptive and global pooling: the output's extents are given, and the windows follow from them.

use super::{IndexForm, PoolKind, PoolProblem};
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::plan::Operand;
use crate::spatial::check_shape;
use crate::window::{Axis, Rounding};

/// Adaptive max pooling of rank `D` to so many outputs along each axis, with all passes of [`crate::MaxPool`]. Global max
/// pooling is that to one output.
///
/// Output o of an axis has the cells from `floor(o * input / outputs)` to `ceil((o + 1) * input / outputs)` for its window
/// (PyTorch). Where the outputs divide the input it is the ordinary pooling with that window.
///
/// ```
/// use wgconv::{AdaptiveMaxPool, Context};
/// let ctx = Context::new_blocking()?;
/// let x = ctx.tensor(&[1, 1, 5], &[1.0, 2.0, 5.0, 4.0, 3.0])?;
/// let pool = AdaptiveMaxPool::<1>::new([2]).build()?;
/// let (y, indices) = pool.forward_with_indices(&ctx, &x)?;
/// assert_eq!((y.read_blocking()?, indices.read_blocking()?), (vec![5.0, 5.0], vec![2, 2]));
/// assert_eq!(pool.backward(&ctx, &y, &indices, x.shape())?.read_blocking()?, [0.0, 0.0, 10.0, 0.0, 0.0]);
/// assert_eq!(AdaptiveMaxPool::<1>::global().forward(&ctx, &x)?.read_blocking()?, [5.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "GlobalMaxPool")]
pub struct AdaptiveMaxPool<const D: usize> {
    outputs: [usize; D],
    indices: IndexForm,
    pub(super) result: Option<Layout>,
}

/// Adaptive average pooling of rank `D`: as [`AdaptiveMaxPool`], with all passes of [`crate::AvgPool`]. Global average
/// pooling is that to one output.
///
/// ```
/// use wgconv::{AdaptiveAvgPool, Context};
/// let ctx = Context::new_blocking()?;
/// let x = ctx.tensor(&[1, 1, 5], &[1.0, 2.0, 6.0, 4.0, 2.0])?;
/// let pool = AdaptiveAvgPool::<1>::new([2]).build()?;
/// let y = pool.forward(&ctx, &x)?;
/// assert_eq!(y.read_blocking()?, [3.0, 4.0]);
/// assert_eq!(pool.backward(&ctx, &y, x.shape())?.len(), 5);
/// assert_eq!(AdaptiveAvgPool::<1>::global().forward(&ctx, &x)?.read_blocking()?, [3.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "GlobalAvgPool")]
pub struct AdaptiveAvgPool<const D: usize> {
    outputs: [usize; D],
    pub(super) result: Option<Layout>,
}

/// Builder of an [`AdaptiveMaxPool`]; see there.
#[derive(Clone, Copy, Debug)]
pub struct AdaptiveMaxPoolBuilder<const D: usize> {
    outputs: [usize; D],
    indices: IndexForm,
    result: Option<Layout>,
}

/// Builder of an [`AdaptiveAvgPool`]; see there.
#[derive(Clone, Copy, Debug)]
pub struct AdaptiveAvgPoolBuilder<const D: usize> {
    outputs: [usize; D],
    result: Option<Layout>,
}

fn validate<const D: usize>(operator: &'static str, outputs: [usize; D]) -> Result<()> {
    let invalid = |parameter, value, expected| Err(Error::InvalidParameter { operator, parameter, value, expected });
    if !(1..=3).contains(&D) {
        return invalid("rank", D.to_string(), "1, 2 or 3");
    }
    if outputs.iter().any(|&extent| extent == 0 || u32::try_from(extent).is_err()) {
        return invalid("output size", format!("{outputs:?}"), "at least 1 and below 2^32 along every axis");
    }
    Ok(())
}

fn problem<const D: usize>(
    operator: &'static str,
    outputs: [usize; D],
    kind: PoolKind,
    indices: IndexForm,
    x: &[usize],
) -> Result<PoolProblem> {
    check_shape(operator, Operand::X, x, D + 2)?;
    let even = outputs.iter().zip(&x[2..]).all(|(&outputs, &input)| input.is_multiple_of(outputs));
    let mut axes = [Axis::UNIT; 3];
    for (d, (&outputs, &input)) in outputs.iter().zip(&x[2..]).enumerate() {
        axes[3 - D + d] = if even {
            // As `check_shape` has shown, below 2^32.
            let taps = (input / outputs) as u32;
            Axis::new(operator, d, input as u64, (taps, taps, 1), (0, 0), Rounding::Floor)?
        } else {
            Axis::bins(operator, d, input as u64, outputs as u32)?
        };
    }
    PoolProblem::new(kind, indices, !even, D as u32, x, axes)
}

impl<const D: usize> AdaptiveMaxPool<D> {
    /// Starts an adaptive max pooling to so many outputs along each axis; more outputs than cells are allowed.
    #[allow(clippy::new_ret_no_self, reason = "the builder is the way to an AdaptiveMaxPool, as with MaxPool")]
    pub fn new(outputs: [usize; D]) -> AdaptiveMaxPoolBuilder<D> {
        AdaptiveMaxPoolBuilder { outputs, indices: IndexForm::default(), result: None }
    }

    /// Global max pooling: one output for each plane. A rank other than 1, 2 or 3 is refused when x comes.
    pub fn global() -> AdaptiveMaxPool<D> {
        AdaptiveMaxPool { outputs: [1; D], indices: IndexForm::default(), result: None }
    }

    /// Everything that follows from this pooling and the shape of x, `[N, C, spatial...]`.
    ///
    /// # Errors
    /// Wrong rank, zero extents, too many elements; uneven bins along an axis whose input and output extents have a product of
    /// 2^32 and more, even ones along an axis where the cells and two bins of them are 2^31 and more.
    pub fn problem(&self, x: &[usize]) -> Result<PoolProblem> {
        validate("AdaptiveMaxPool", self.outputs)?;
        problem("AdaptiveMaxPool", self.outputs, PoolKind::Max, self.indices, x)
    }
}

impl<const D: usize> AdaptiveAvgPool<D> {
    /// Starts an adaptive average pooling to so many outputs along each axis; more outputs than cells are allowed.
    #[allow(clippy::new_ret_no_self, reason = "the builder is the way to an AdaptiveAvgPool, as with AvgPool")]
    pub fn new(outputs: [usize; D]) -> AdaptiveAvgPoolBuilder<D> {
        AdaptiveAvgPoolBuilder { outputs, result: None }
    }

    /// Global average pooling: one output for each plane. A rank other than 1, 2 or 3 is refused when x comes.
    pub fn global() -> AdaptiveAvgPool<D> {
        AdaptiveAvgPool { outputs: [1; D], result: None }
    }

    /// Everything that follows from this pooling and the shape of x, `[N, C, spatial...]`.
    ///
    /// # Errors
    /// As for [`AdaptiveMaxPool::problem`].
    pub fn problem(&self, x: &[usize]) -> Result<PoolProblem> {
        validate("AdaptiveAvgPool", self.outputs)?;
        // Without padding; as AvgPool's default, so that even bins are the same problem.
        let kind = PoolKind::Average { count_include_pad: true, divisor: None };
        problem("AdaptiveAvgPool", self.outputs, kind, IndexForm::default(), x)
    }
}

impl<const D: usize> AdaptiveMaxPoolBuilder<D> {
    /// As [`super::MaxPoolBuilder::result_layout`].
    pub fn result_layout(mut self, layout: Layout) -> Self {
        self.result = Some(layout);
        self
    }

    /// What the indices of maxima count, also those that backward and unpool are given.
    pub fn indices(mut self, indices: IndexForm) -> Self {
        self.indices = indices;
        self
    }

    /// Checks the parameters.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for an output size of zero and a rank other than 1, 2 or 3.
    pub fn build(self) -> Result<AdaptiveMaxPool<D>> {
        validate("AdaptiveMaxPool", self.outputs)?;
        Ok(AdaptiveMaxPool { outputs: self.outputs, indices: self.indices, result: self.result })
    }
}

impl<const D: usize> AdaptiveAvgPoolBuilder<D> {
    /// As [`super::MaxPoolBuilder::result_layout`].
    pub fn result_layout(mut self, layout: Layout) -> Self {
        self.result = Some(layout);
        self
    }

    /// Checks the parameters.
    ///
    /// # Errors
    /// As for [`AdaptiveMaxPoolBuilder::build`].
    pub fn build(self) -> Result<AdaptiveAvgPool<D>> {
        validate("AdaptiveAvgPool", self.outputs)?;
        Ok(AdaptiveAvgPool { outputs: self.outputs, result: self.result })
    }
}
