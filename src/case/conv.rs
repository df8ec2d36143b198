//! A convolution with its shapes.

use std::sync::Arc;

use super::{CaseAxis, per_axis, wrong_rank, x_shape};
use crate::activation::Activation;
use crate::conv::record::Shaped;
use crate::conv::{Addend, Conv, ConvProblem, ConvShapes, Epilogue, Pass};
use crate::error::Result;
use crate::gpu::{Context, Plan};
use crate::layout::{KernelOrder, Layout};
use crate::padding_mode::PaddingMode;
use crate::plan::{PlanOptions, Problem};
use crate::spatial::Padding;

/// A convolution of any rank with its shapes. Whether the parameters fit together, [`ConvCase::problem`] says.
///
/// ```
/// use wgconv::{Activation, Addend, KernelOrder, Layout, PaddingMode};
/// use wgconv::case::{CaseAxis, ConvCase};
/// let case = ConvCase {
///     batch: 2,
///     channels_in: 6,
///     channels_out: 4,
///     groups: 2,
///     shared_kernel: false,
///     axes: vec![CaseAxis { stride: 2, ..CaseAxis::new(9, 3) }],
///     padding_mode: PaddingMode::Zeros,
///     activation: Activation::None,
///     addend: Addend::None,
///     x_layout: Layout::ChannelsLast,
///     y_layout: Layout::ChannelsFirst,
///     kernel_order: KernelOrder::OutIn,
/// };
/// assert_eq!(case.to_string(), "n2c6w9k4s3u2g2lastx");
/// assert_eq!((case.w_shape(), case.problem()?.y_shape()), (vec![4, 3, 3], vec![2, 4, 4]));
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConvCase {
    /// N
    pub batch: u32,
    /// C_in
    pub channels_in: u32,
    /// C_out
    pub channels_out: u32,
    /// Number of groups.
    pub groups: u32,
    /// Whether the input channels of a group share its kernels.
    pub shared_kernel: bool,
    /// The spatial axes, outermost first: one, two or three.
    pub axes: Vec<CaseAxis>,
    /// What stands in the padding.
    pub padding_mode: PaddingMode,
    /// What forward applies to y, and what input_grad goes on through as the one that gave x.
    pub activation: Activation,
    /// What a pass adds its sums to; a residual forward's only.
    pub addend: Addend,
    /// How x and dx lie in memory.
    pub x_layout: Layout,
    /// How y, dy and the residual lie in memory.
    pub y_layout: Layout,
    /// In which order the channels of w and dw stand.
    pub kernel_order: KernelOrder,
}

impl ConvCase {
    /// `[N, C_in, spatial...]`
    pub fn x_shape(&self) -> Vec<usize> {
        x_shape(self.batch, self.channels_in, &self.axes)
    }

    /// `[C_out, C_in/groups, taps...]`, or `[C_out, 1, taps...]` where the channels share it, or in the other order of channels.
    pub fn w_shape(&self) -> Vec<usize> {
        // No groups are an error later, not a division.
        let channels = if self.shared_kernel { 1 } else { self.channels_in / self.groups.max(1) };
        let leading = self.kernel_order.of(self.channels_out, channels);
        leading.into_iter().chain(self.axes.iter().map(|axis| axis.taps)).map(|extent| extent as usize).collect()
    }

    /// Everything that follows from it.
    ///
    /// # Errors
    /// As for [`Conv::problem`]; no axes, or more than three.
    pub fn problem(&self) -> Result<ConvProblem> {
        match self.axes.len() {
            1 => self.of_rank::<1>(),
            2 => self.of_rank::<2>(),
            3 => self.of_rank::<3>(),
            _ => Err(wrong_rank(&self.axes)),
        }
    }

    /// The plan of a pass, from the context's cache if it was made before. `bias` says whether forward takes one.
    ///
    /// # Errors
    /// As for [`Conv::plan`].
    pub fn plan(&self, ctx: &Context, pass: Pass, bias: bool, options: &PlanOptions) -> Result<Arc<Plan>> {
        ctx.plan(self.planned(pass, bias)?, options)
    }

    pub(super) fn planned(&self, pass: Pass, bias: bool) -> Result<Problem> {
        let (activation, addend) = (self.activation, self.addend);
        Ok(self.problem()?.pass(pass, Epilogue { bias, addend, activation, through: activation }))
    }

    fn of_rank<const D: usize>(&self) -> Result<ConvProblem> {
        Conv::<D>::new(per_axis(&self.axes, |axis| axis.taps))
            .stride(per_axis(&self.axes, |axis| axis.stride))
            .dilation(per_axis(&self.axes, |axis| axis.dilation))
            .padding(Padding::Explicit {
                low: per_axis(&self.axes, |axis| axis.low),
                high: per_axis(&self.axes, |axis| axis.high),
            })
            .padding_mode(self.padding_mode)
            .groups(self.groups as usize)
            .shared_kernel(self.shared_kernel)
            .kernel_order(self.kernel_order)
            .build()?
            .problem(&ConvShapes::new(&self.x_shape(), &self.w_shape()).layouts(self.x_layout, self.y_layout))
    }
}

impl From<&ConvProblem> for ConvCase {
    /// The case that stands for a problem: padding as numbers, whatever it was called; without activation and addend.
    fn from(problem: &ConvProblem) -> ConvCase {
        let ConvProblem { batch, channels_in, channels_out, groups, shared_kernel, rank, axes, padding_mode, .. } =
            problem;
        ConvCase {
            batch: *batch,
            channels_in: *channels_in,
            channels_out: *channels_out,
            groups: *groups,
            shared_kernel: *shared_kernel,
            axes: CaseAxis::of(axes, *rank),
            padding_mode: *padding_mode,
            activation: Activation::None,
            addend: Addend::None,
            x_layout: problem.x_layout,
            y_layout: problem.y_layout,
            kernel_order: problem.kernel_order,
        }
    }
}
