//! Parameters one by one, checked together.

use super::{Conv, OPERATOR};
use crate::activation::Activation;
use crate::error::{Error, Result};
use crate::layout::{KernelOrder, Layout};
use crate::padding_mode::PaddingMode;
use crate::spatial::{Padding, Spatial};

/// Builder of a [`Conv`]; see there.
#[derive(Clone, Copy, Debug)]
pub struct ConvBuilder<const D: usize> {
    spatial: Spatial<D>,
    padding_mode: PaddingMode,
    groups: usize,
    shared_kernel: bool,
    activation: Activation,
    kernel_order: KernelOrder,
    result_layout: Option<Layout>,
}

impl<const D: usize> Conv<D> {
    /// Starts a convolution with this kernel size (taps per spatial axis); stride 1, dilation 1, one group and no
    /// padding unless told otherwise. Errors come from [`ConvBuilder::build`].
    #[allow(
        clippy::new_ret_no_self,
        reason = "the builder is the way to a Conv; `Conv::new(..)...build()` reads as one sentence"
    )]
    pub fn new(taps: [usize; D]) -> ConvBuilder<D> {
        ConvBuilder {
            spatial: Spatial::new(taps),
            padding_mode: PaddingMode::Zeros,
            groups: 1,
            shared_kernel: false,
            activation: Activation::None,
            kernel_order: KernelOrder::OutIn,
            result_layout: None,
        }
    }
}

impl<const D: usize> ConvBuilder<D> {
    /// Input cells from one window to the next, per axis.
    pub fn stride(mut self, stride: [usize; D]) -> Self {
        self.spatial.stride = stride;
        self
    }

    /// Padding; of zeros, unless [`ConvBuilder::padding_mode`] says otherwise.
    pub fn padding(mut self, padding: Padding<D>) -> Self {
        self.spatial.padding = padding;
        self
    }

    /// What stands in the padding, in forward and in both gradients: see [`PaddingMode`] for the formulas.
    ///
    /// ```
    /// use wgconv::{Context, Conv, Padding, PaddingMode};
    /// let ctx = Context::new_blocking()?;
    /// let conv = Conv::<1>::new([2]).padding(Padding::Explicit { low: [1], high: [0] });
    /// let conv = conv.padding_mode(PaddingMode::Circular).build()?;
    /// let x = ctx.tensor(&[1, 1, 3], &[1.0, 2.0, 3.0])?;
    /// let w = ctx.tensor(&[1, 1, 2], &[10.0, 1.0])?;
    /// assert_eq!(conv.forward(&ctx, &x, &w, None)?.read_blocking()?, [31.0, 12.0, 23.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn padding_mode(mut self, mode: PaddingMode) -> Self {
        self.padding_mode = mode;
        self
    }

    /// Input cells from one tap to the next, per axis.
    pub fn dilation(mut self, dilation: [usize; D]) -> Self {
        self.spatial.dilation = dilation;
        self
    }

    /// Number of groups; `C_in` groups of one channel make a depthwise convolution, with any channel multiplier.
    pub fn groups(mut self, groups: usize) -> Self {
        self.groups = groups;
        self
    }

    /// Whether all input channels of a group share its kernels: w is `[C_out, 1, taps...]` then, and `w[k, 0, t...]` stands for
    /// every `w[k, c, t...]`, in forward and in both gradients; dw is the sum over the channels of what each would have.
    ///
    /// Nothing is expanded: as `sum over c of conv(x[c], w) = conv(sum over c of x[c], w)`, the channels of each group are summed
    /// first, into the workspace ([`Operand::ChannelSums`](crate::Operand::ChannelSums): `[N, groups, spatial...]`, in chunks of the batch if that is more than
    /// the plan may ask for), and the kernels of any algorithm run on one channel a group: `C_in / groups` times fewer
    /// multiply-adds. The input gradient is the same for all channels of a group. Results are rounded within the bound of the
    /// plain sum ([`crate::reference::Sums::bound`]): each product takes part in `C_in / groups - 1` additions before it is
    /// multiplied, and in one for each tap after, which are fewer than the plain sum has terms. Of 16-bit types the sums are f32, and
    /// what is multiplied with them is brought into f32 beside them: results are rounded once.
    ///
    /// ```
    /// use wgconv::{Context, Conv};
    /// let ctx = Context::new_blocking()?;
    /// let conv = Conv::<1>::new([2]).shared_kernel(true).build()?;
    /// let x = ctx.tensor(&[1, 3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?;
    /// let w = ctx.tensor(&[1, 1, 2], &[10.0, 1.0])?;
    /// let y = conv.forward(&ctx, &x, &w, None)?;
    /// assert_eq!(y.read_blocking()?, [102.0]);
    /// let dx = conv.input_grad(&ctx, &y, &w, x.shape())?;
    /// assert_eq!(dx.read_blocking()?, [1020.0, 102.0, 1020.0, 102.0, 1020.0, 102.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn shared_kernel(mut self, shared: bool) -> Self {
        self.shared_kernel = shared;
        self
    }

    /// What forward applies where it stores: `y = activation(conv(x, w) + b)`, or in a pass of its own where
    /// the kernels cannot (on software devices for those with an exp, and behind a residual); the plan says which. The gradients
    /// do not look at it: their dy is the gradient of `conv(x, w) + b`, which the next layer gives with
    /// [`Conv::input_grad_through`].
    ///
    /// ```
    /// use wgconv::{Activation, Context, Conv};
    /// let ctx = Context::new_blocking()?;
    /// let conv = Conv::<1>::new([1]).activation(Activation::Relu).build()?;
    /// let x = ctx.tensor(&[1, 1, 3], &[-2.0, 0.5, 3.0])?;
    /// let w = ctx.tensor(&[1, 1, 1], &[2.0])?;
    /// let b = ctx.tensor(&[1], &[-1.5])?;
    /// assert_eq!(conv.forward(&ctx, &x, &w, Some(&b))?.read_blocking()?, [0.0, 0.0, 4.5]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn activation(mut self, activation: Activation) -> Self {
        self.activation = activation;
        self
    }

    /// In which order the channels of w, and of dw, stand: `[C_out, C_in/groups, taps...]` unless this says otherwise.
    pub fn kernel_order(mut self, order: KernelOrder) -> Self {
        self.kernel_order = order;
        self
    }

    /// The layout of the y that forward makes, and of the dx that the input gradient makes: that of x and that of dy, or of what dx
    /// goes back through, unless this says otherwise. A tensor that the caller gives keeps its own.
    ///
    /// ```
    /// use wgconv::{Context, Conv, Layout};
    /// let ctx = Context::new_blocking()?;
    /// // Two pixels with red, green and blue, of which each channel becomes a plane.
    /// let x = ctx.tensor_in(Layout::ChannelsLast, &[1, 3, 2], &[1.0, 2.0, 3.0, 10.0, 20.0, 30.0])?;
    /// let w = ctx.tensor(&[3, 1, 1], &[1.0; 3])?;
    /// let conv = Conv::<1>::new([1]).groups(3).result_layout(Layout::ChannelsFirst).build()?;
    /// let y = conv.forward(&ctx, &x, &w, None)?;
    /// assert_eq!((y.layout(), y.read_blocking()?), (Layout::ChannelsFirst, vec![1.0, 10.0, 2.0, 20.0, 3.0, 30.0]));
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn result_layout(mut self, layout: Layout) -> Self {
        self.result_layout = Some(layout);
        self
    }

    /// Checks the parameters.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a kernel size, stride, dilation or number of groups of zero, and for a rank other
    /// than 1, 2 or 3.
    pub fn build(self) -> Result<Conv<D>> {
        self.spatial.validate(OPERATOR, "kernel size")?;
        let groups = u32::try_from(self.groups).ok().filter(|&g| g > 0).ok_or(Error::InvalidParameter {
            operator: OPERATOR,
            parameter: "groups",
            value: self.groups.to_string(),
            expected: "at least 1 and below 2^32",
        })?;
        let ConvBuilder { spatial, padding_mode, shared_kernel, activation, kernel_order, result_layout, .. } = self;
        Ok(Conv { spatial, padding_mode, groups, shared_kernel, activation, kernel_order, result_layout })
    }
}
