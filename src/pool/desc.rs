//! Descriptors of pooling: what the user says ([`MaxPool`], [`AvgPool`], [`LpPool`]).

use super::{Exponent, IndexForm, PoolKind, PoolProblem};
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::plan::Operand;
use crate::spatial::{Padding, Spatial, check_shape, element_count};
use crate::window::{Rounding, span};

/// Max pooling of rank `D`: window, stride (the window unless told otherwise), dilation, padding, ceil mode.
///
/// x `[N, C, spatial...]`, y `[N, C, spatial...]`, each in either [`Layout`]: as that of the tensor that a call is given, and
/// [`MaxPoolBuilder::result_layout`] for the one that it gives. All are of one type, f32 or of 16 bits ([`crate::ElementType`],
/// [`PoolProblem::of_type`]), but the indices, which are u32. Indices lie as y does, and dx, dy as x, y. The index of a maximum is its
/// flat index in its own (n, c) plane of the input, as in PyTorch, or in all of the input, as in ONNX ([`IndexForm`]); of equal
/// values the first wins. NaN: a window that holds one gives NaN on devices that keep
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
#[doc(alias = "MaxUnpool")]
pub struct MaxPool<const D: usize> {
    window: Window<D>,
    indices: IndexForm,
    pub(super) result: Option<Layout>,
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
    pub(super) result: Option<Layout>,
}

/// Builder of a [`MaxPool`]; see there.
#[derive(Clone, Copy, Debug)]
pub struct MaxPoolBuilder<const D: usize> {
    window: Window<D>,
    indices: IndexForm,
    result: Option<Layout>,
}

/// Builder of an [`AvgPool`]; see there.
#[derive(Clone, Copy, Debug)]
pub struct AvgPoolBuilder<const D: usize> {
    window: Window<D>,
    count_include_pad: bool,
    divisor: Option<usize>,
    result: Option<Layout>,
}

/// What the kinds share.
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

    fn problem(&self, kind: PoolKind, indices: IndexForm, x: &[usize]) -> Result<PoolProblem> {
        let operator = kind.operator();
        check_shape(operator, Operand::X, x, D + 2)?;
        let rounding = if self.ceil_mode { Rounding::Ceil } else { Rounding::Floor };
        let axes = self.spatial.axes(operator, &x[2..], rounding)?;
        // Zeros can be averaged over padding alone, and have a norm; without a cell there is no maximum, and no count to
        // divide by.
        let needs_a_cell =
            matches!(kind, PoolKind::Max | PoolKind::Average { count_include_pad: false, divisor: None });
        for (d, axis) in axes[3 - D..].iter().enumerate() {
            if let (true, Some(output)) = (needs_a_cell, axis.first_empty_window()) {
                return Err(Error::EmptyWindow { operator, axis: d, output, input: axis.input.into() });
            }
        }
        PoolProblem::new(kind, indices, false, D as u32, x, axes)
    }
}

impl<const D: usize> MaxPool<D> {
    /// Starts a max pooling with this window; the stride is the window, dilation 1, no padding unless told otherwise.
    #[allow(clippy::new_ret_no_self, reason = "the builder is the way to a MaxPool, as with Conv")]
    pub fn new(window: [usize; D]) -> MaxPoolBuilder<D> {
        MaxPoolBuilder { window: Window::new(window), indices: IndexForm::default(), result: None }
    }

    /// Everything that follows from this pooling and the shape of x, `[N, C, spatial...]`.
    ///
    /// # Errors
    /// Wrong rank, zero extents, too many elements, a window larger than the padded input, a window without input cell.
    pub fn problem(&self, x: &[usize]) -> Result<PoolProblem> {
        self.window.problem(PoolKind::Max, self.indices, x)
    }

    /// The shape of x from that of y, if the windows reach exactly to its end: what [`MaxPool::unpool`] takes where the shape
    /// of x is not known (PyTorch's and ONNX's default). `(y - 1) * stride + dilation * (window - 1) + 1 - padding` cells
    /// along each axis; with [`Padding::Same`] `y * stride`.
    ///
    /// # Errors
    /// Wrong rank, zero extents, padding that leaves no cell.
    ///
    /// ```
    /// let pool = wgconv::MaxPool::<2>::new([3, 2]).stride([2, 2]).build()?;
    /// assert_eq!(pool.unpooled_shape(&[1, 8, 3, 4])?, [1, 8, 7, 8]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn unpooled_shape(&self, y: &[usize]) -> Result<Vec<usize>> {
        check_shape("MaxPool", Operand::Y, y, D + 2)?;
        let Spatial { taps, stride, dilation, padding } = &self.window.spatial;
        let mut x = y[..2].to_vec();
        for d in 0..D {
            let reach = (y[d + 2] as u64 - 1).saturating_mul(stride[d] as u64);
            let full = reach.saturating_add(span(taps[d] as u32, dilation[d] as u32));
            let cells = match padding {
                Padding::Same | Padding::SameLow => (y[d + 2] as u64).saturating_mul(stride[d] as u64),
                Padding::Valid => full,
                Padding::Symmetric(cells) => full.saturating_sub((cells[d] as u64).saturating_mul(2)),
                Padding::Explicit { low, high } => full.saturating_sub((low[d] as u64).saturating_add(high[d] as u64)),
            };
            x.push(usize::try_from(cells).unwrap_or(usize::MAX));
        }
        element_count(Operand::X, &x)?;
        Ok(x)
    }
}

impl<const D: usize> AvgPool<D> {
    /// Starts an average pooling with this window; the stride is the window, dilation 1, no padding, and padding cells
    /// count (PyTorch's defaults; ONNX's `count_include_pad` is off by default).
    #[allow(clippy::new_ret_no_self, reason = "the builder is the way to an AvgPool, as with Conv")]
    pub fn new(window: [usize; D]) -> AvgPoolBuilder<D> {
        AvgPoolBuilder { window: Window::new(window), count_include_pad: true, divisor: None, result: None }
    }

    /// Everything that follows from this pooling and the shape of x, `[N, C, spatial...]`.
    ///
    /// # Errors
    /// As for [`MaxPool::problem`]; a window without input cell is allowed where the divisor is not zero.
    pub fn problem(&self, x: &[usize]) -> Result<PoolProblem> {
        let kind = PoolKind::Average { count_include_pad: self.count_include_pad, divisor: self.divisor };
        self.window.problem(kind, IndexForm::default(), x)
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

            /// The layout of the tensors that its calls give; unless told otherwise it is that of the tensor they are given.
            pub fn result_layout(mut self, layout: Layout) -> Self {
                self.result = Some(layout);
                self
            }
        }
    };
}
window_setters!(MaxPoolBuilder);
window_setters!(AvgPoolBuilder);
window_setters!(LpPoolBuilder);

impl<const D: usize> MaxPoolBuilder<D> {
    /// What the indices of maxima count, also those that backward and unpool are given.
    pub fn indices(mut self, indices: IndexForm) -> Self {
        self.indices = indices;
        self
    }

    /// Checks the parameters.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a window, stride or dilation of zero, padding not smaller than the window, and a
    /// rank other than 1, 2 or 3.
    pub fn build(self) -> Result<MaxPool<D>> {
        self.window.validate("MaxPool")?;
        Ok(MaxPool { window: self.window, indices: self.indices, result: self.result })
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
        let AvgPoolBuilder { window, count_include_pad, result, .. } = self;
        Ok(AvgPool { window, count_include_pad, divisor, result })
    }
}

/// Lp pooling of rank `D`: the p-norm of each window, `y = (sum of |x|^p)^(1/p)`, as ONNX defines it. Options as for
/// [`MaxPool`]; padding adds nothing.
///
/// PyTorch's `lp_pool` is the same where no x is negative; it leaves the absolute value out, and its gradient at a window
/// of zeros may be NaN. Here the gradient, `dx = sum of dy * sign(x) * (|x| / y)^(p - 1)`, is 0 wherever x is 0.
///
/// p = 1 adds absolute values. p = 2 adds squares and is right as long as their sum is a normal f32: for windows whose norm
/// is from 1e-16 to 1.8e19. Any other p scales by the largest value so far, so that no power overflows.
///
/// ```
/// use wgconv::{Context, LpPool};
/// let ctx = Context::new_blocking()?;
/// let pool = LpPool::<1>::new([2]).build()?;
/// let x = ctx.tensor(&[1, 1, 4], &[3.0, -4.0, 0.0, 0.0])?;
/// let y = pool.forward(&ctx, &x)?;
/// assert_eq!(y.read_blocking()?, [5.0, 0.0]);
/// let dy = ctx.tensor(&[1, 1, 2], &[10.0, 1.0])?;
/// let dx = pool.backward(&ctx, &x, &y, &dy)?.read_blocking()?;
/// assert!((dx[0] - 6.0).abs() < 1e-5 && (dx[1] + 8.0).abs() < 1e-5 && dx[2..] == [0.0, 0.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LpPool<const D: usize> {
    window: Window<D>,
    p: Exponent,
    pub(super) result: Option<Layout>,
}

/// Builder of an [`LpPool`]; see there.
#[derive(Clone, Copy, Debug)]
pub struct LpPoolBuilder<const D: usize> {
    window: Window<D>,
    p: f32,
    result: Option<Layout>,
}

impl<const D: usize> LpPool<D> {
    /// Starts an Lp pooling with this window; p = 2, the stride is the window, dilation 1, no padding unless told otherwise.
    #[allow(clippy::new_ret_no_self, reason = "the builder is the way to an LpPool, as with Conv")]
    pub fn new(window: [usize; D]) -> LpPoolBuilder<D> {
        LpPoolBuilder { window: Window::new(window), p: 2.0, result: None }
    }

    /// Everything that follows from this pooling and the shape of x, `[N, C, spatial...]`.
    ///
    /// # Errors
    /// As for [`MaxPool::problem`]; a window without input cell is allowed, its norm is 0.
    pub fn problem(&self, x: &[usize]) -> Result<PoolProblem> {
        self.window.problem(PoolKind::Lp { p: self.p }, IndexForm::default(), x)
    }
}

impl<const D: usize> LpPoolBuilder<D> {
    /// The p of the norm.
    pub fn p(mut self, p: f32) -> Self {
        self.p = p;
        self
    }

    /// Checks the parameters.
    ///
    /// # Errors
    /// As for [`MaxPoolBuilder::build`], and for a p that [`Exponent::new`] refuses: 0, whatever else is below 1, NaN and
    /// infinity.
    pub fn build(self) -> Result<LpPool<D>> {
        self.window.validate("LpPool")?;
        Ok(LpPool { window: self.window, p: Exponent::new(self.p)?, result: self.result })
    }
}
