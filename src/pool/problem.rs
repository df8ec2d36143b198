//! What pooling means for a given input: its kind, its passes, and every extent.

use super::{Exponent, IndexForm};
use crate::element::ElementType;
use crate::error::Result;
use crate::layout::Layout;
use crate::plan::Operand;
use crate::spatial::{element_count, extents};
use crate::window::Axis;

/// The passes of pooling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PoolPass {
    /// `y` from `x`
    Forward,
    /// `y` and the index of each maximum from `x` (max pooling only)
    ForwardWithIndices,
    /// `dx` from `dy` (and, for max pooling, the indices; for Lp pooling, `x` and `y`)
    Backward,
    /// `x` from `y` and the indices (max pooling only): each value where its maximum was, zeros elsewhere
    Unpool,
    /// `dy` from `dx` and the indices (max pooling only): the gradient of that
    UnpoolBackward,
}

impl PoolPass {
    /// All of them.
    pub const ALL: [PoolPass; 5] = [
        PoolPass::Forward,
        PoolPass::ForwardWithIndices,
        PoolPass::Backward,
        PoolPass::Unpool,
        PoolPass::UnpoolBackward,
    ];

    /// The name that this pass has in `src/`, `shaders/`, `reference` and tests.
    pub fn name(self) -> &'static str {
        match self {
            PoolPass::Forward => "forward",
            PoolPass::ForwardWithIndices => "forward_with_indices",
            PoolPass::Backward => "backward",
            PoolPass::Unpool => "unpool",
            PoolPass::UnpoolBackward => "unpool_backward",
        }
    }

    /// Whether the result has the shape of x, and each of its elements gathers from the windows that cover it.
    pub(crate) fn is_over_cells(self) -> bool {
        matches!(self, PoolPass::Backward | PoolPass::Unpool)
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
    /// The p-norm, `(sum of |x|^p)^(1/p)`; padding adds nothing.
    Lp {
        /// p
        p: Exponent,
    },
}

impl PoolKind {
    /// The operator's name in messages.
    pub(crate) fn operator(self) -> &'static str {
        match self {
            PoolKind::Max => "MaxPool",
            PoolKind::Average { .. } => "AvgPool",
            PoolKind::Lp { .. } => "LpPool",
        }
    }

    /// Whether a pass is one of this kind's.
    pub(crate) fn has(self, pass: PoolPass) -> bool {
        self == PoolKind::Max || matches!(pass, PoolPass::Forward | PoolPass::Backward)
    }
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
    /// Maximum, average or norm.
    pub kind: PoolKind,
    /// What the indices of maxima count.
    pub indices: IndexForm,
    /// Whether the windows are uneven bins: output o of an axis has the cells from `floor(o * input / output)` to
    /// `ceil((o + 1) * input / output)`. Of its axes only `input`, `output`, and as `taps` the longest bin mean something.
    pub adaptive: bool,
    /// Spatial axes that the user sees: 1, 2 or 3.
    pub rank: u32,
    /// N
    pub batch: u32,
    /// C
    pub channels: u32,
    /// Depth, height, width; absent leading ones have one cell and one tap.
    pub axes: [Axis; 3],
    /// How x and dx lie in memory.
    pub x_layout: Layout,
    /// How y, dy and the indices lie in memory.
    pub y_layout: Layout,
    /// The type of all operands but the indices, which are u32. Sums are f32, and rounded to it once; maxima are moved as they are.
    pub element: ElementType,
}

impl PoolProblem {
    /// The pooling of an x of this shape, which was checked; of f32, channels first.
    pub(super) fn new(
        kind: PoolKind,
        indices: IndexForm,
        adaptive: bool,
        rank: u32,
        x: &[usize],
        axes: [Axis; 3],
    ) -> Result<PoolProblem> {
        let (batch, channels) = (x[0] as u32, x[1] as u32);
        let [x_layout, y_layout] = [Layout::ChannelsFirst; 2];
        let element = ElementType::F32;
        let problem = PoolProblem { kind, indices, adaptive, rank, batch, channels, axes, x_layout, y_layout, element };
        element_count(Operand::Y, &problem.y_shape())?;
        Ok(problem)
    }

    /// The same pooling of tensors of this type.
    ///
    /// ```
    /// use wgconv::{DeviceLimits, ElementType, MaxPool, PlanOptions, PoolPass};
    /// let problem = MaxPool::<2>::new([2, 2]).build()?.problem(&[1, 8, 4, 6])?.of_type(ElementType::Bf16);
    /// let spec = problem.plan_spec(&DeviceLimits::default(), PoolPass::Forward, &PlanOptions::default())?;
    /// assert_eq!(spec.bytes_moved(), 2 * 8 * (4 * 6 + 2 * 3));
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn of_type(self, element: ElementType) -> PoolProblem {
        PoolProblem { element, ..self }
    }

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
}
