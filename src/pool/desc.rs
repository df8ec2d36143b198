//! Descriptors of pooling: what the user says ([`MaxPool`], [`AvgPool`]), and what it means for a given input
//! ([`PoolProblem`]).

use crate::error::{Error, Result};
use crate::plan::Operand;
use crate::spatial::{Padding, Spatial, check_shape, element_count, extents};
use crate::window::{Axis, Rounding, span};

/// The passes of pooling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PoolPass {
    /// `y` from `x`
    Forward,
    /// `y` and the index of each maximum from `x` (max pooling only)
    ForwardWithIndices,
    /// `dx` from `dy` (and, for max pooling, the indices)
    Backward,
}

impl PoolPass {
    /// All of them.
    pub const ALL: [PoolPass; 3] = [PoolPass::Forward, PoolPass::ForwardWithIndices, PoolPass::Backward];

    /// The name that this pass has in `src/`, `shaders/`, `reference` and tests.
    pub fn name(self) -> &'static str {
        match self {
            PoolPass::Forward => "forward",
            PoolPass::ForwardWithIndices => "forward_with_indices",
            PoolPass::Backward => "backward",
        }
    }
}

/// What pooling computes in each window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PoolKind {
    /// The largest value; padding does not take part.
    Max,
    /// The sum over the cells inside the input, divided by a count.
    Average {
        /// Whether padding cells count for the divisor. Cells beyond the high padding, where a ceil-mode window hangs
        /// over, never count (PyTorch, ONNX).
        count_include_pad: bool,
        /// Divides by this instead of by a count.
        divisor: Option<u32>,
    },
}

/// Pooling with every extent known, its rank folded to 3.
///
/// ```
/// let pool = wgconv::MaxPool::<2>::new([3, 3]).stride([2, 2]).ceil_mode(true).build()?;
/// assert_eq!(pool.problem(&[1, 8, 6, 7])?.y_shape(), [1, 8, 3, 3]);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PoolProblem {
    /// Maximum or average.
    pub kind: PoolKind,
    /// Spatial axes that the user sees: 1, 2 or 3.
    pub rank: u32,
    /// N
    pub batch: u32,
    /// C
    pub channels: u32,
    /// Depth, height, width; absent leading ones have one cell and one tap.
    pub axes: [Axis; 3],
}

impl PoolProblem {
    fn shape(&self, of: impl Fn(&Axis) -> u32) -> Vec<usize> {
        let leading = [self.batch as usize, self.channels as usize];
        leading.into_iter().chain(extents(&self.axes, self.rank, of)).collect()
    }

    /// `[N, C, spatial...]`
    pub fn x_shape(&self) -> Vec<usize> {
        self.shape(|axis| axis.input)
    }

    /// `[N, C, spatial...]`
    pub fn y_shape(&self) -> Vec<usize> {
        self.shape(|axis| axis.output)
    }

    /// The same pooling on a part of the batch.
    pub(crate) fn with_batch(&self, batch: u32) -> PoolProblem {
        PoolProblem { batch, ..self.clone() }
    }
}

/// Max pooling of rank `D`: window, stride (the window unless told otherwise), dilation, padding, ceil mode.
///
/// x `[N, C, spatial...]`, y `[N, C, spatial...]`. The index of a maximum is its flat index in its own (n, c) plane of
/// the input, as in PyTorch; of equal values the first wins. NaN: a window that holds one gives NaN on devices that keep
/// NaN apart; WGSL does not promise it.
///
/// ```
/// use wgconv::{Context, MaxPool};
/// let ctx = Context::new_blocking()?;
/// let pool = MaxPool::<1>::new([2]).build()?;
/// let x = ctx.tensor(&[1, 1, 4], &[3.0, 5.0, 4.0, 4.0])?;
/// let (y, indices) = pool.forward_with_indices(&ctx, &x)?;
/// assert_eq!(y.read_blocking()?, [5.0, 4.0]);
/// assert_eq!(indices.read_blocking()?, [1, 2]);
/// let dx = pool.backward(&ctx, &y, &indices, x.shape())?;
/// assert_eq!(dx.read_blocking()?, [0.0, 5.0, 4.0, 0.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MaxPool<const D: usize> {
    window: Window<D>,
}

/// Average pooling of rank `D`: as [`MaxPool`], with the divisor's two options.
///
/// ```
/// use wgconv::{AvgPool, Context};
/// let ctx = Context::new_blocking()?;
/// let pool = AvgPool::<1>::new([2]).build()?;
/// let x = ctx.tensor(&[1, 1, 4], &[3.0, 5.0, 4.0, 4.0])?;
/// let y = pool.forward(&ctx, &x)?;
/// assert_eq!(y.read_blocking()?, [4.0, 4.0]);
/// assert_eq!(pool.backward(&ctx, &y, x.shape())?.read_blocking()?, [2.0; 4]);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AvgPool<const D: usize> {
    window: Window<D>,
    count_include_pad: bool,
    divisor: Option<u32>,
}

/// Builder of a [`MaxPool`]; see there.
#[derive(Clone, Copy, Debug)]
pub struct MaxPoolBuilder<const D: usize> {
    window: Window<D>,
}

/// Builder of an [`AvgPool`]; see there.
#[derive(Clone, Copy, Debug)]
pub struct AvgPoolBuilder<const D: usize> {
    window: Window<D>,
    count_include_pad: bool,
    divisor: Option<usize>,
}

/// What the two kinds share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Window<const D: usize> {
    spatial: Spatial<D>,
    ceil_mode: bool,
}

impl<const D: usize> Window<D> {
    fn new(taps: [usize; D]) -> Self {
        Window { spatial: Spatial { stride: taps, ..Spatial::new(taps) }, ceil_mode: false }
    }

    fn validate(&self, operator: &'static str) -> Result<()> {
        self.spatial.validate(operator, "window")?;
        let (low, high) = match self.spatial.padding {
            Padding::Symmetric(cells) => (cells, cells),
            Padding::Explicit { low, high } => (low, high),
            Padding::Valid | Padding::Same | Padding::SameLow => return Ok(()),
        };
        for d in 0..D {
            let window = span(self.spatial.taps[d] as u32, self.spatial.dilation[d] as u32);
            if low[d].max(high[d]) as u64 >= window {
                return Err(Error::InvalidParameter {
                    operator,
                    parameter: "padding",
                    value: format!("low {low:?}, high {high:?}"),
                    expected: "smaller than the window with its dilation, along every axis",
                });
            }
        }
        Ok(())
    }

    fn problem(&self, operator: &'static str, kind: PoolKind, x: &[usize]) -> Result<PoolProblem> {
        check_shape(operator, Operand::X, x, D + 2)?;
        let rounding = if self.ceil_mode { Rounding::Ceil } else { Rounding::Floor };
        let axes = self.spatial.axes(operator, &x[2..], rounding)?;
        // Zeros can be averaged over padding alone; without a cell there is no maximum, and no count to divide by.
        let needs_a_cell = !matches!(
            kind,
            PoolKind::Average { count_include_pad: true, .. } | PoolKind::Average { divisor: Some(_), .. }
        );
        for (d, axis) in axes[3 - D..].iter().enumerate() {
            if let (true, Some(output)) = (needs_a_cell, axis.first_empty_window()) {
                return Err(Error::EmptyWindow { operator, axis: d, output, input: axis.input.into() });
            }
        }
        let problem = PoolProblem { kind, rank: D as u32, batch: x[0] as u32, channels: x[1] as u32, axes };
        element_count(Operand::Y, &problem.y_shape())?;
        Ok(problem)
    }
}

impl<const D: usize> MaxPool<D> {
    /// Starts a max pooling with this window; the stride is the window, dilation 1, no padding unless told otherwise.
    #[allow(clippy::new_ret_no_self, reason = "the builder is the way to a MaxPool, as with Conv")]
    pub fn new(window: [usize; D]) -> MaxPoolBuilder<D> {
        MaxPoolBuilder { window: Window::new(window) }
    }

    /// Everything that follows from this pooling and the shape of x, `[N, C, spatial...]`.
    ///
    /// # Errors
    /// Wrong rank, zero extents, too many elements, a window larger than the padded input, a window without input cell.
    pub fn problem(&self, x: &[usize]) -> Result<PoolProblem> {
        self.window.problem("MaxPool", PoolKind::Max, x)
    }
}

impl<const D: usize> AvgPool<D> {
    /// Starts an average pooling with this window; the stride is the window, dilation 1, no padding, and padding cells
    /// count (PyTorch's defaults; ONNX's `count_include_pad` is off by default).
    #[allow(clippy::new_ret_no_self, reason = "the builder is the way to an AvgPool, as with Conv")]
    pub fn new(window: [usize; D]) -> AvgPoolBuilder<D> {
        AvgPoolBuilder { window: Window::new(window), count_include_pad: true, divisor: None }
    }

    /// Everything that follows from this pooling and the shape of x, `[N, C, spatial...]`.
    ///
    /// # Errors
    /// As for [`MaxPool::problem`]; a window without input cell is allowed where the divisor is not zero.
    pub fn problem(&self, x: &[usize]) -> Result<PoolProblem> {
        let kind = PoolKind::Average { count_include_pad: self.count_include_pad, divisor: self.divisor };
        self.window.problem("AvgPool", kind, x)
    }
}

/// The setters that both builders have.
macro_rules! window_setters {
    ($builder:ident) => {
        impl<const D: usize> $builder<D> {
            /// Input cells from one window to the next, per axis.
            pub fn stride(mut self, stride: [usize; D]) -> Self {
                self.window.spatial.stride = stride;
                self
            }

            /// Input cells from one tap to the next, per axis.
            pub fn dilation(mut self, dilation: [usize; D]) -> Self {
                self.window.spatial.dilation = dilation;
                self
            }

            /// Padding; smaller than the window with its dilation.
            pub fn padding(mut self, padding: Padding<D>) -> Self {
                self.window.spatial.padding = padding;
                self
            }

            /// Rounds the output extent up: the last window may hang over the high end, but may not start in the high
            /// padding.
            pub fn ceil_mode(mut self, ceil_mode: bool) -> Self {
                self.window.ceil_mode = ceil_mode;
                self
            }
        }
    };
}
window_setters!(MaxPoolBuilder);
window_setters!(AvgPoolBuilder);

impl<const D: usize> MaxPoolBuilder<D> {
    /// Checks the parameters.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a window, stride or dilation of zero, padding not smaller than the window, and a
    /// rank other than 1, 2 or 3.
    pub fn build(self) -> Result<MaxPool<D>> {
        self.window.validate("MaxPool")?;
        Ok(MaxPool { window: self.window })
    }
}

impl<const D: usize> AvgPoolBuilder<D> {
    /// Whether padding cells count for the divisor.
    pub fn count_include_pad(mut self, count: bool) -> Self {
        self.count_include_pad = count;
        self
    }

    /// Divides by this number instead of by a count.
    pub fn divisor_override(mut self, divisor: usize) -> Self {
        self.divisor = Some(divisor);
        self
    }

    /// Checks the parameters.
    ///
    /// # Errors
    /// As for [`MaxPoolBuilder::build`], and for a divisor of zero.
    pub fn build(self) -> Result<AvgPool<D>> {
        self.window.validate("AvgPool")?;
        let divisor = match self.divisor {
            None => None,
            Some(divisor) => Some(u32::try_from(divisor).ok().filter(|&d| d > 0).ok_or(Error::InvalidParameter {
                operator: "AvgPool",
                parameter: "divisor_override",
                value: divisor.to_string(),
                expected: "at least 1 and below 2^32",
            })?),
        };
        Ok(AvgPool { window: self.window, count_include_pad: self.count_include_pad, divisor })
    }
}
