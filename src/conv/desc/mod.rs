//! Descriptor of a convolution: what the user says ([`Conv`], of given [`ConvShapes`]), and what it means ([`ConvProblem`]).

mod builder;
mod pass;
mod problem;
mod shapes;

pub use builder::ConvBuilder;
pub use pass::Pass;
pub use problem::ConvProblem;
pub use shapes::ConvShapes;

use crate::activation::Activation;
use crate::error::{Error, Result};
use crate::layout::{KernelOrder, Layout};
use crate::padding_mode::PaddingMode;
use crate::plan::Operand;
use crate::spatial::{Spatial, check_shape, element_count};
use crate::window::Rounding;

const OPERATOR: &str = "Conv";

/// A convolution of rank `D` (1, 2 or 3): kernel size, stride, padding, dilation and groups. Channels and batch come
/// from the tensors.
///
/// `y[n, k, o...] = b[k] + sum over c, t... of x[n, group(k) * C_in/groups + c, o*stride + t*dilation - padding...] *
/// w[k, c, t...]`: cross-correlation, no kernel flip; outside x zeros, or what [`PaddingMode`] says. Shapes: x `[N, C_in, spatial...]`, w
/// `[C_out, C_in/groups, taps...]`, or in the other [`KernelOrder`], b `[C_out]`, y `[N, C_out, spatial...]`. Every pass takes x, y and
/// their gradients in either [`Layout`], each in its own.
///
/// ```
/// use wgconv::{Conv, Context, Padding};
/// let ctx = Context::new_blocking()?;
/// let conv = Conv::<2>::new([3, 3]).padding(Padding::Same).build()?;
/// let x = ctx.tensor(&[1, 1, 2, 2], &[1.0, 2.0, 3.0, 4.0])?;
/// let w = ctx.tensor(&[1, 1, 3, 3], &[1.0; 9])?;
/// let y = conv.forward(&ctx, &x, &w, None)?;
/// assert_eq!(y.read_blocking()?, [10.0; 4]);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Conv<const D: usize> {
    spatial: Spatial<D>,
    padding_mode: PaddingMode,
    groups: u32,
    shared_kernel: bool,
    activation: Activation,
    kernel_order: KernelOrder,
    result_layout: Option<Layout>,
}

/// Convolution along one axis.
pub type Conv1d = Conv<1>;
/// Convolution along two axes.
pub type Conv2d = Conv<2>;
/// Convolution along three axes.
pub type Conv3d = Conv<3>;

impl<const D: usize> Conv<D> {
    /// Taps per spatial axis.
    pub fn taps(&self) -> [usize; D] {
        self.spatial.taps
    }

    /// Number of groups.
    pub fn groups(&self) -> usize {
        self.groups as usize
    }

    /// Whether the input channels of a group share its kernels.
    pub fn shared_kernel(&self) -> bool {
        self.shared_kernel
    }

    /// What stands in the padding.
    pub fn padding_mode(&self) -> PaddingMode {
        self.padding_mode
    }

    /// What forward applies to its sums.
    pub fn activation(&self) -> Activation {
        self.activation
    }

    /// In which order w's channels stand.
    pub fn kernel_order(&self) -> KernelOrder {
        self.kernel_order
    }

    /// The layout of a result that is made for data of this layout.
    pub(crate) fn result_layout(&self, data: Layout) -> Layout {
        self.result_layout.unwrap_or(data)
    }

    /// Everything that follows from this convolution and these shapes.
    ///
    /// # Errors
    /// Ranks, channels, groups or taps that do not fit together; zero extents; more than `u32::MAX` elements; a window
    /// larger than the padded input; more padding than [`PaddingMode::Reflect`] or [`PaddingMode::Circular`] allow.
    pub fn problem(&self, shapes: &ConvShapes<'_>) -> Result<ConvProblem> {
        check_shape(OPERATOR, Operand::X, shapes.x, D + 2)?;
        check_shape(OPERATOR, Operand::W, shapes.w, D + 2)?;
        if shapes.w[2..] != self.spatial.taps {
            let mut expected = shapes.w[..2].to_vec();
            expected.extend(self.spatial.taps);
            return Err(Error::ShapeMismatch {
                operator: OPERATOR,
                operand: Operand::W,
                expected,
                found: shapes.w.to_vec(),
            });
        }
        let groups = self.groups as usize;
        let channels_in = shapes.x[1];
        let [channels_out, channels] = self.kernel_order.outputs_and_inputs([shapes.w[0], shapes.w[1]]);
        if self.shared_kernel && channels != 1 {
            let expected = self.kernel_order.of(channels_out, 1).into_iter().chain(self.spatial.taps).collect();
            let found = shapes.w.to_vec();
            return Err(Error::ShapeMismatch { operator: OPERATOR, operand: Operand::W, expected, found });
        }
        let channels_per_group = if self.shared_kernel { channels_in / groups } else { channels };
        if channels_per_group.checked_mul(groups) != Some(channels_in) || channels_out % groups != 0 {
            return Err(Error::GroupMismatch { groups, channels_in, channels_out, channels_per_group });
        }
        let axes = self.spatial.axes(OPERATOR, &shapes.x[2..], Rounding::Floor)?;
        self.padding_mode.check(OPERATOR, &axes[3 - D..])?;
        let problem = ConvProblem {
            rank: D as u32,
            batch: shapes.x[0] as u32,
            channels_in: channels_in as u32,
            channels_out: channels_out as u32,
            groups: self.groups,
            // With one channel there is nothing to share.
            shared_kernel: self.shared_kernel && channels_per_group > 1,
            shared_outputs: false,
            padding_mode: self.padding_mode.of(&axes),
            axes,
            element: shapes.element,
            x_layout: shapes.x_layout,
            y_layout: shapes.y_layout,
            kernel_order: self.kernel_order,
        };
        element_count(Operand::Y, &problem.y_shape())?;
        Ok(problem)
    }
}
