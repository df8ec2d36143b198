//! A transposed convolution with its shapes.

use std::sync::Arc;

use super::{CaseAxis, per_axis, wrong_rank, x_shape};
use crate::activation::Activation;
use crate::conv::record::Shaped;
use crate::conv::{Addend, ConvShapes, Epilogue, Pass};
use crate::conv_transpose::{ConvTranspose, ConvTransposeProblem};
use crate::element::ElementType;
use crate::error::{Error, Result};
use crate::gpu::{Context, Plan};
use crate::layout::{KernelOrder, Layout};
use crate::plan::{PlanOptions, Problem};
use crate::spatial::Padding;
use crate::window::TransposedAxis;

/// A transposed convolution of any rank with its shapes. Whether the parameters fit together,
/// [`ConvTransposeCase::problem`] says.
///
/// ```
/// use wgconv::{Activation, Addend, ElementType, KernelOrder, Layout};
/// use wgconv::case::{CaseAxis, ConvTransposeCase};
/// let case = ConvTransposeCase {
///     batch: 2,
///     channels_in: 6,
///     channels_out: 4,
///     groups: 2,
///     shared_kernel: false,
///     axes: vec![CaseAxis { stride: 2, ..CaseAxis::new(9, 3) }],
///     output_padding: vec![1],
///     element: ElementType::F32,
///     activation: Activation::None,
///     addend: Addend::None,
///     x_layout: Layout::ChannelsFirst,
///     y_layout: Layout::ChannelsFirst,
///     kernel_order: KernelOrder::InOut,
/// };
/// assert_eq!(case.to_string(), "tconvn2c6w9k4s3u2o1g2");
/// assert_eq!((case.w_shape(), case.problem()?.y_shape()), (vec![6, 2, 3], vec![2, 4, 20]));
/// assert_eq!(ConvTransposeCase::from(&case.problem()?), case);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConvTransposeCase {
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
    /// The spatial axes, outermost first: one, two or three. Padding is what is cut off.
    pub axes: Vec<CaseAxis>,
    /// Output padding of each of them.
    pub output_padding: Vec<u32>,
    /// The type of all operands.
    pub element: ElementType,
    /// What forward applies to y, and what input_grad goes on through as the one that gave x.
    pub activation: Activation,
    /// What a pass adds its sums to; a residual forward's only.
    pub addend: Addend,
    /// How x and dx lie in memory.
    pub x_layout: Layout,
    /// How y and dy lie in memory.
    pub y_layout: Layout,
    /// In which order the channels of w and dw stand.
    pub kernel_order: KernelOrder,
}

impl ConvTransposeCase {
    /// `[N, C_in, spatial...]`
    pub fn x_shape(&self) -> Vec<usize> {
        x_shape(self.batch, self.channels_in, &self.axes)
    }

    /// `[C_in, C_out/groups, taps...]`, or `[groups, C_out/groups, taps...]` where the channels share it, or in the other order of
    /// channels.
    pub fn w_shape(&self) -> Vec<usize> {
        // No groups are an error later, not a division.
        let rows = if self.shared_kernel { self.groups } else { self.channels_in };
        let leading = self.kernel_order.of(self.channels_out / self.groups.max(1), rows);
        leading.into_iter().chain(self.axes.iter().map(|axis| axis.taps)).map(|extent| extent as usize).collect()
    }

    /// Everything that follows from it.
    ///
    /// # Errors
    /// As for [`ConvTranspose::problem`]; no axes, or more than three; not one output padding for each.
    pub fn problem(&self) -> Result<ConvTransposeProblem> {
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
    /// As for [`ConvTranspose::plan`].
    pub fn plan(&self, ctx: &Context, pass: Pass, bias: bool, options: &PlanOptions) -> Result<Arc<Plan>> {
        ctx.plan(self.planned(pass, bias)?, options)
    }

    pub(super) fn planned(&self, pass: Pass, bias: bool) -> Result<Problem> {
        let (activation, addend) = (self.activation, self.addend);
        Ok(self.problem()?.pass(pass, Epilogue { bias, addend, activation, through: activation }))
    }

    fn of_rank<const D: usize>(&self) -> Result<ConvTransposeProblem> {
        let invalid =
            |parameter, value, expected| Err(Error::InvalidParameter { operator: "Case", parameter, value, expected });
        if self.output_padding.len() != D {
            let value = format!("{:?} for {D} axes", self.output_padding);
            return invalid("output_padding", value, "one number for each spatial axis");
        }
        if self.groups > 0 && !self.channels_out.is_multiple_of(self.groups) {
            let value = format!("{} for {} channels of y", self.groups, self.channels_out);
            return invalid("groups", value, "a divisor of them");
        }
        ConvTranspose::<D>::new(per_axis(&self.axes, |axis| axis.taps))
            .stride(per_axis(&self.axes, |axis| axis.stride))
            .dilation(per_axis(&self.axes, |axis| axis.dilation))
            .padding(Padding::Explicit {
                low: per_axis(&self.axes, |axis| axis.low),
                high: per_axis(&self.axes, |axis| axis.high),
            })
            .output_padding(std::array::from_fn(|d| self.output_padding[d] as usize))
            .groups(self.groups as usize)
            .shared_kernel(self.shared_kernel)
            .kernel_order(self.kernel_order)
            .build()?
            .problem(
                &ConvShapes::new(&self.x_shape(), &self.w_shape())
                    .layouts(self.x_layout, self.y_layout)
                    .element(self.element),
            )
    }
}

impl From<&ConvTransposeProblem> for ConvTransposeCase {
    /// The case that stands for a problem: padding and output padding as numbers, whatever they follow from; without
    /// activation and addend.
    fn from(problem: &ConvTransposeProblem) -> ConvTransposeCase {
        let ConvTransposeProblem { batch, channels_in, channels_out, groups, shared_kernel, rank, axes, .. } = problem;
        let seen = axes.iter().skip(3usize.saturating_sub(*rank as usize));
        let axis = |axis: &TransposedAxis| {
            let TransposedAxis { input, taps, stride, dilation, padding_low: low, padding_high: high, .. } = *axis;
            CaseAxis { input, taps, stride, dilation, low, high }
        };
        ConvTransposeCase {
            batch: *batch,
            channels_in: *channels_in,
            channels_out: *channels_out,
            groups: *groups,
            shared_kernel: *shared_kernel,
            axes: seen.clone().map(axis).collect(),
            output_padding: seen.map(|axis| axis.output_padding).collect(),
            element: problem.element,
            activation: Activation::None,
            addend: Addend::None,
            x_layout: problem.x_layout,
            y_layout: problem.y_layout,
            kernel_order: problem.kernel_order,
        }
    }
}
