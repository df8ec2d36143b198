//! Convolutions, transposed convolutions and poolings of any rank, and the operators without a window, as data with their shapes: a
//! [`Case`], and the line of text that names it.
//!
//! The text is what the command line takes, what reports print and what repeats a failure, for example
//! `n8c64h56w56k64r3s3p1`. Nothing here needs a GPU, [`Case::plan`] apart.
//!
//! # Grammar
//! A case is a row of letters, each followed by its value: a convolution; a transposed one, after `tconv`; or a pooling,
//! after `max`, `avg` or `lp`, adaptive after `adaptmax` or `adaptavg`. Any order, each letter once, no blanks. The rank is 1,
//! 2 or 3 as `w`, `h w` or `d h w` are given. Operators without a window have a table of their own below.
//!
//! | | of | convolution | pooling | left out |
//! |---|---|---|---|---|
//! | `n` | batch | ✓ | ✓ | 1 |
//! | `c` | channels of x | ✓ | ✓ | required |
//! | `d` `h` `w` | depth, height, width of x | ✓ | ✓ | `w` required |
//! | `k` | channels of y | ✓ | | required |
//! | `t` `r` `s` | taps along depth, height, width | ✓ | ✓ | required with `d` `h` `w` |
//! | `u` | stride | ✓ | ✓ | 1; in a pooling the taps |
//! | `p` | padding | ✓ | ✓ | 0 |
//! | `a` | dilation (à trous): cells from tap to tap | ✓ | ✓ | 1 |
//! | `o` | output padding | `tconv` | | 0 |
//! | `g` | groups | ✓ | | 1 |
//! | `reflect` `replicate` `circular` | what stands in the padding ([`crate::PaddingMode`]), no value, one of them | not `tconv` | | zeros |
//! | `shared` | the input channels of a group share its kernels ([`crate::ConvBuilder::shared_kernel`]), no value | ✓ | | off |
//! | `relu` `sigmoid` `tanh` `silu` `gelu` `gelutanh` | forward applies it, input_grad goes through the one that gave x, no value; one of them | ✓ | | off |
//! | `leaky` | the same of a leaky ReLU; its slope, a decimal number | ✓ | | off |
//! | `res` | forward adds this times a residual, a decimal number | ✓ | | off |
//! | `onto` | each pass adds to this times what its output holds, a decimal number; not with `res` | ✓ | | off |
//! | `f16` `bf16` | the type of all operands but indices ([`crate::ElementType`]), no value, one of them | ✓ | ✓ | f32 |
//! | `lastx` `lasty` | x (dx), y (dy, indices) have their channels last in memory ([`crate::Layout`]), no value | ✓ | ✓ | first |
//! | `inout` `outin` | w (dw) has its input, output channels first ([`crate::KernelOrder`]), no value; `outin` of `tconv` | ✓ | | `outin`; of `tconv` `inout` |
//! | `ceil` | ceil mode, no value | | ✓ | off |
//! | `exclpad` | padding does not count for the average, no value | | `avg` | counts |
//! | `div` | divisor in place of the count | | `avg` | the count |
//! | `pow` | p of the norm, at least 1, fractions allowed | | `lp` | 2 |
//! | `flat` | indices count the whole tensor, not a plane, no value | | `max`, `adaptmax` | a plane |
//!
//! In an adaptive pooling `t`, `r`, `s` are the extents of y, and `u`, `p`, `a` and `ceil` do not exist.
//!
//! `u`, `p`, `a` and `o` take one value for all axes, or one for each with an `x` between: `u2x1` strides by 2 along the height
//! and by 1 along the width. A value of `p` is the padding on either side, or low and high with a `_` between: `p0_1x2`
//! pads the height by nothing below and one cell above, the width by two cells on both sides.
//!
//! Operators without a window ([`NnOperator`]) are a word, which comes first, and letters of the same meaning. Spatial axes may be
//! left out altogether: x is `[N, C, spatial...]`.
//!
//! | | operator | letters | besides |
//! |---|---|---|---|
//! | `bn` | batch normalisation in training, in inference, and its gradients | `n` `c` `d` `h` `w` `lastx` | `add` (a residual is added), `relu` |
//! | `act` | activation and its gradient | `n` `c` `d` `h` `w` | one of `relu` `leaky` `sigmoid` `tanh` `silu` `gelu` `gelutanh` |
//! | `add` | addition of a residual | `n` `c` `d` `h` `w` | `relu` |
//! | `dropout` | dropout and its gradient | `n` `c` `d` `h` `w` | `prob`, the probability of being dropped, a decimal number (0.5) |
//! | `dense` | dense layer of `c` inputs and `k` outputs, and its gradients | `n` `c` `k` | |
//! | `halfsq` | half the squared error, and its gradient | `n` `c` `d` `h` `w` | |
//! | `softmax` | softmax cross-entropy of `c` classes, and its gradient | `n` `c` | |
//! | `sgd` `nesterov` `adam` `adamw` | a step of an optimiser of `c` parameters | `c` | |
//! | `transpose` | from channels first to channels last; with `lastx` the other way | `n` `c` `d` `h` `w` | `lastx` |
//! | `convert` | from one type of elements to another | `n` `c` `d` `h` `w` | `tof16` or `tobf16`, the type of y (f32) |
//!
//! All of them take `f16` or `bf16`: the type of data and their gradients, of an optimiser that of dw, of a conversion
//! that of x. What [`crate::nn`] keeps in f32 is f32 all the same.
//!
//! ```
//! use wgconv::case::Case;
//! let case: Case = "s3r3k64w56h56c64n8p1".parse()?;
//! assert_eq!(case.to_string(), "n8c64h56w56k64r3s3p1");
//! assert_eq!(case.y_shape()?, [8, 64, 56, 56]);
//! let pool: Case = "maxc64h112w112r3s3u2p1".parse()?;
//! assert_eq!(pool.with_batch(4).to_string(), "maxn4c64h112w112r3s3u2p1");
//! let up: Case = "tconvc512h28w28k256r2s2u2".parse()?;
//! assert_eq!(up.y_shape()?, [1, 256, 56, 56]);
//! let norm: Case = "bnreluw14h14c64n8lastx".parse()?;
//! assert_eq!(norm.to_string(), "bnn8c64h14w14relulastx");
//!
//! let error = "n8c64h56k64r3s3".parse::<Case>().unwrap_err();
//! assert!(error.to_string().starts_with("expected `w` (width of x)"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod catalogue;
mod conv;
mod conv_transpose;
mod nn;
mod parse;
mod pool;
mod print;
mod suites;

use std::sync::Arc;

pub use catalogue::catalogue;
pub use conv::ConvCase;
pub use conv_transpose::ConvTransposeCase;
pub(crate) use nn::{DROPOUT_SEED, Role};
pub use nn::{NnCase, NnOperator};
pub use parse::{GRAMMAR, ParseError};
pub use pool::PoolCase;
pub use suites::{Row, Suite, suites};

use crate::conv::Pass;
use crate::element::ElementType;
use crate::error::{Error, Result};
use crate::gpu::{Context, Plan};
use crate::layout::Layout;
use crate::plan::{DeviceLimits, Operand, PlanOptions, PlanSpec, Problem, Strategy};
use crate::pool::{PoolKind, PoolPass};
use crate::window::Axis;

/// A convolution, transposed convolution, pooling or operator without a window, with its shapes; see [the module](self) for its text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Case {
    /// A convolution.
    Conv(ConvCase),
    /// A transposed convolution.
    ConvTranspose(ConvTransposeCase),
    /// A pooling.
    Pool(PoolCase),
    /// An operator without a window.
    Nn(NnCase),
}

/// One spatial axis of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CaseAxis {
    /// Extent of x.
    pub input: u32,
    /// Extent of the window, in taps.
    pub taps: u32,
    /// Input cells from one window to the next; of a transposed convolution the output cells.
    pub stride: u32,
    /// The same cells from one tap to the next.
    pub dilation: u32,
    /// Padding cells before the first input cell.
    pub low: u32,
    /// Padding cells after the last input cell.
    pub high: u32,
}

const CONV_PASSES: [&str; 4] = ["forward", "input_grad", "kernel_grad", "bias_grad"];
const MAX_PASSES: [&str; 5] = ["forward", "forward_with_indices", "backward", "unpool", "unpool_backward"];
const OTHER_POOL_PASSES: [&str; 2] = ["forward", "backward"];

/// All of them, for who gave another one.
pub(crate) const PASSES: &str = "one of Case::passes: forward, input_grad, kernel_grad, bias_grad of a convolution or dense layer; \
     forward, forward_with_indices, backward, unpool, unpool_backward of max pooling; forward, backward of other pooling, \
     activations and dropout; forward_training, forward, backward of batch normalisation; loss of a loss; step of an optimiser; \
     forward of everything else";

impl Case {
    /// The names of its passes, as in [`Pass::name`] and [`PoolPass::name`]; of batch normalisation forward_training, forward
    /// and backward, of a loss loss, of an optimiser step, and forward (and backward) of other operators without a window.
    ///
    /// ```
    /// let case: wgconv::case::Case = "avgc8w9s3".parse()?;
    /// assert_eq!(case.passes(), ["forward", "backward"]);
    /// # Ok::<(), wgconv::case::ParseError>(())
    /// ```
    pub fn passes(&self) -> &'static [&'static str] {
        match self {
            Case::Conv(_) | Case::ConvTranspose(_) => &CONV_PASSES,
            Case::Pool(PoolCase { kind: PoolKind::Max, .. }) => &MAX_PASSES,
            Case::Pool(_) => &OTHER_POOL_PASSES,
            Case::Nn(case) => case.operator.passes(),
        }
    }

    /// The operator, as its text begins: `conv` (whose text has no such word), `tconv`, `max`, `avg`, `lp`, or
    /// [`NnOperator::prefix`]. Adaptive poolings are maxima and averages.
    ///
    /// ```
    /// let operator = |text: &str| text.parse().map(|case: wgconv::case::Case| case.operator());
    /// assert_eq!((operator("c3w9k4s3")?, operator("adaptmaxc8w9s3")?, operator("bnc8w9")?), ("conv", "max", "bn"));
    /// # Ok::<(), wgconv::case::ParseError>(())
    /// ```
    pub fn operator(&self) -> &'static str {
        match self {
            Case::Conv(_) => "conv",
            Case::ConvTranspose(_) => "tconv",
            Case::Pool(PoolCase { kind: PoolKind::Max, .. }) => "max",
            Case::Pool(PoolCase { kind: PoolKind::Average { .. }, .. }) => "avg",
            Case::Pool(PoolCase { kind: PoolKind::Lp { .. }, .. }) => "lp",
            Case::Nn(case) => case.operator.prefix(),
        }
    }

    /// Whether a pass can take a bias: forward of both kinds of convolution, and of a dense layer.
    ///
    /// ```
    /// let case: wgconv::case::Case = "tconvc8w9k4s3".parse()?;
    /// assert!(case.takes_bias("forward") && !case.takes_bias("input_grad"));
    /// # Ok::<(), wgconv::case::ParseError>(())
    /// ```
    pub fn takes_bias(&self, pass: &str) -> bool {
        let is_linear = match self {
            Case::Conv(_) | Case::ConvTranspose(_) => true,
            Case::Pool(_) => false,
            Case::Nn(case) => matches!(case.operator, NnOperator::Dense { .. }),
        };
        is_linear && pass == Pass::Forward.name()
    }

    /// Multiply-adds of a pass other than the bias gradient; 0 of what has to do with memory, as poolings.
    pub(crate) fn multiply_adds(&self) -> Result<u64> {
        match self {
            Case::Conv(case) => case.problem().map(|problem| problem.multiply_adds()),
            Case::ConvTranspose(case) => case.problem().map(|problem| problem.multiply_adds()),
            Case::Pool(_) => Ok(0),
            Case::Nn(case) => Ok(case.multiply_adds()),
        }
    }

    /// N
    pub fn batch(&self) -> u32 {
        match self {
            Case::Conv(case) => case.batch,
            Case::ConvTranspose(case) => case.batch,
            Case::Pool(case) => case.batch,
            Case::Nn(case) => case.batch,
        }
    }

    /// The same with another batch. An optimiser has none, and stays as it is.
    pub fn with_batch(&self, batch: u32) -> Case {
        match self {
            Case::Conv(case) => Case::Conv(ConvCase { batch, ..case.clone() }),
            Case::ConvTranspose(case) => Case::ConvTranspose(ConvTransposeCase { batch, ..case.clone() }),
            Case::Pool(case) => Case::Pool(PoolCase { batch, ..case.clone() }),
            Case::Nn(case) if case.operator.is_optimiser() => self.clone(),
            Case::Nn(case) => Case::Nn(NnCase { batch, ..case.clone() }),
        }
    }

    /// The type of all operands but indices; of a conversion that of x, of an operator of [`crate::nn`] that of data and their gradients.
    ///
    /// ```
    /// use wgconv::{ElementType, case::Case};
    /// assert_eq!("c3w9k4s3bf16".parse::<Case>()?.element(), ElementType::Bf16);
    /// # Ok::<(), wgconv::case::ParseError>(())
    /// ```
    pub fn element(&self) -> ElementType {
        match self {
            Case::Conv(case) => case.element,
            Case::ConvTranspose(case) => case.element,
            Case::Pool(case) => case.element,
            Case::Nn(case) => case.element,
        }
    }

    /// The spatial axes, outermost first; none of an operator without a window.
    pub fn axes(&self) -> &[CaseAxis] {
        match self {
            Case::Conv(case) => &case.axes,
            Case::ConvTranspose(case) => &case.axes,
            Case::Pool(case) => &case.axes,
            Case::Nn(_) => &[],
        }
    }

    /// How many of these axes there are: 1, 2 or 3; 0 of an operator without a window.
    pub fn rank(&self) -> usize {
        self.axes().len()
    }

    /// `[N, C_in, spatial...]`
    pub fn x_shape(&self) -> Vec<usize> {
        match self {
            Case::Conv(case) => case.x_shape(),
            Case::ConvTranspose(case) => case.x_shape(),
            Case::Pool(case) => case.x_shape(),
            Case::Nn(case) => case.x_shape(),
        }
    }

    /// `[N, C_out, spatial...]`
    ///
    /// # Errors
    /// Parameters that do not fit together, as [`crate::Conv::problem`], [`crate::ConvTranspose::problem`],
    /// [`crate::MaxPool::problem`] and [`NnCase::y_shape`] say.
    pub fn y_shape(&self) -> Result<Vec<usize>> {
        match self {
            Case::Conv(case) => case.problem().map(|problem| problem.y_shape()),
            Case::ConvTranspose(case) => case.problem().map(|problem| problem.y_shape()),
            Case::Pool(case) => case.problem().map(|problem| problem.y_shape()),
            Case::Nn(case) => case.y_shape(),
        }
    }

    /// How an operand lies in memory.
    ///
    /// ```
    /// use wgconv::{Layout, Operand, case::Case};
    /// let case: Case = "avgc8w9s3lastx".parse()?;
    /// let layouts = [Operand::Dx, Operand::Dy].map(|operand| case.layout(operand));
    /// assert_eq!(layouts, [Layout::ChannelsLast, Layout::ChannelsFirst]);
    /// # Ok::<(), wgconv::case::ParseError>(())
    /// ```
    pub fn layout(&self, operand: Operand) -> Layout {
        let (x, y) = match self {
            Case::Conv(case) => (case.x_layout, case.y_layout),
            Case::ConvTranspose(case) => (case.x_layout, case.y_layout),
            Case::Pool(case) => (case.x_layout, case.y_layout),
            Case::Nn(case) => return case.layout(operand),
        };
        Layout::of(operand, x, y)
    }

    /// The plan of a pass, from the context's cache if it was made before. `bias` says whether a convolution's forward
    /// takes one; the other passes ignore it.
    ///
    /// # Errors
    /// A pass that is not among [`Case::passes`]; parameters that do not fit together; what [`crate::Conv::plan`] says.
    pub fn plan(&self, ctx: &Context, pass: &str, bias: bool, options: &PlanOptions) -> Result<Arc<Plan>> {
        ctx.plan(self.problem(ctx.limits(), pass, bias)?, options)
    }

    /// The plan without a device.
    ///
    /// # Errors
    /// As for [`Case::plan`].
    pub fn plan_spec(&self, limits: &DeviceLimits, pass: &str, bias: bool, options: &PlanOptions) -> Result<PlanSpec> {
        self.problem(limits, pass, bias)?.plan(limits, options)
    }

    /// The plan that [`Case::plan`] would give, tuning results of the context included, without compiling anything.
    ///
    /// # Errors
    /// As for [`Case::plan`].
    ///
    /// ```
    /// use wgconv::{Context, PlanOptions, case::Case};
    /// let ctx = Context::new_blocking()?;
    /// let spec = "c3h9w9k8r3s3".parse::<Case>()?.plan_spec_on(&ctx, "forward", false, &PlanOptions::default())?;
    /// assert_eq!(ctx.prewarm([&spec])?, ctx.prewarm([&spec, &spec])? + spec.dispatches());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn plan_spec_on(&self, ctx: &Context, pass: &str, bias: bool, options: &PlanOptions) -> Result<PlanSpec> {
        ctx.plan_spec(&self.problem(ctx.limits(), pass, bias)?, options)
    }

    /// The few ways of computing a pass that can be the fastest on such a device, by the planner's estimates: what tuning
    /// measures ([`crate::tune`]). Not every one need be available.
    ///
    /// # Errors
    /// As for [`Case::plan`].
    ///
    /// ```
    /// use wgconv::{Algorithm, DeviceLimits, Strategy, case::Case};
    /// let case: Case = "n8c64h56w56k64r3s3p1".parse()?;
    /// let ways = case.plausible(&DeviceLimits::default(), "forward")?;
    /// assert_eq!(ways[0], Strategy::Fixed(Algorithm::Direct));
    /// assert!(matches!(ways[1..], [Strategy::Tile(_), ..]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn plausible(&self, limits: &DeviceLimits, pass: &str) -> Result<Vec<Strategy>> {
        Ok(self.problem(limits, pass, false)?.plausible(limits, &PlanOptions::default()))
    }

    /// What is planned for a pass on such a device: of a dense layer it is the device that decides between two convolutions.
    pub(crate) fn problem(&self, limits: &DeviceLimits, pass: &str, bias: bool) -> Result<Problem> {
        match self {
            Case::Conv(case) => case.planned(find(&Pass::ALL, Pass::name, pass)?, bias),
            Case::ConvTranspose(case) => case.planned(find(&Pass::ALL, Pass::name, pass)?, bias),
            Case::Pool(case) => case.planned(find(&PoolPass::ALL, PoolPass::name, pass)?),
            Case::Nn(case) => case.planned(limits, pass, bias),
        }
    }
}

/// The pass of this name.
fn find<P: Copy>(all: &[P], name: fn(P) -> &'static str, wanted: &str) -> Result<P> {
    all.iter().copied().find(|&pass| name(pass) == wanted).ok_or_else(|| Error::InvalidParameter {
        operator: "Case",
        parameter: "pass",
        value: format!("{wanted:?}"),
        expected: PASSES,
    })
}

impl CaseAxis {
    /// One window over an input: stride 1, dilation 1, no padding.
    pub fn new(input: u32, taps: u32) -> CaseAxis {
        CaseAxis { input, taps, stride: 1, dilation: 1, low: 0, high: 0 }
    }
}

impl CaseAxis {
    /// Those that the user sees of a problem's three.
    fn of(axes: &[Axis; 3], rank: u32) -> Vec<CaseAxis> {
        let axis = |axis: &Axis| {
            let Axis { input, taps, stride, dilation, padding_low: low, padding_high: high, .. } = *axis;
            CaseAxis { input, taps, stride, dilation, low, high }
        };
        axes.iter().skip(3usize.saturating_sub(rank as usize)).map(axis).collect()
    }
}

/// One parameter of all axes. There are `D` of them, or the caller has not looked.
fn per_axis<const D: usize>(axes: &[CaseAxis], of: impl Fn(&CaseAxis) -> u32) -> [usize; D] {
    std::array::from_fn(|d| axes.get(d).map_or(0, |axis| of(axis) as usize))
}

/// `[N, C, spatial...]` of x.
fn x_shape(batch: u32, channels: u32, axes: &[CaseAxis]) -> Vec<usize> {
    [batch, channels].into_iter().chain(axes.iter().map(|axis| axis.input)).map(|extent| extent as usize).collect()
}

/// The error for a case of no axes, or of more than three.
fn wrong_rank(axes: &[CaseAxis]) -> Error {
    let value = axes.len().to_string();
    Error::InvalidParameter { operator: "Case", parameter: "rank", value, expected: "1, 2 or 3" }
}
