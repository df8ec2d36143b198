//! Descriptor of a transposed convolution: what the user says.

use super::ConvTransposeProblem;
use crate::activation::Activation;
use crate::conv::ConvShapes;
use crate::error::{Error, Result};
use crate::layout::{KernelOrder, Layout};
use crate::plan::Operand;
use crate::spatial::{Padding, Spatial, check_shape, element_count};
use crate::window::{Fit, Spread, TransposedAxis};

pub(super) const OPERATOR: &str = "ConvTranspose";

/// A transposed convolution of rank `D` (1, 2 or 3): kernel size, stride, padding, dilation, output padding or output
/// shape, and groups. Channels and batch come from the tensors.
///
/// `y[n, k, o...] = b[k] + sum over c, i..., t... of x[n, c, i...] * w[c, k mod C_out/groups, t...]` over the input channels c
/// of k's group and all cells i and taps t with `i * stride + t * dilation - padding = o`: every cell of x spreads over y,
/// stride cells from its neighbour. Shapes: x `[N, C_in, spatial...]`, w `[C_in, C_out/groups, taps...]` (PyTorch's and
/// ONNX's order, unless [`KernelOrder`] says otherwise), b `[C_out]`, y `[N, C_out, spatial...]` with
/// `(input - 1) * stride + dilation * (taps - 1) + 1 + output_padding - padding_low - padding_high` cells along an axis.
///
/// It is the adjoint of the [`Conv`](crate::Conv) with the same parameters and the same w: that one's input gradient is this
/// one's forward. Several input extents give the same output extent under a stride, and
/// [`output_padding`](ConvTransposeBuilder::output_padding) or [`output_shape`](ConvTransposeBuilder::output_shape) says
/// which one is to be restored.
///
/// ```
/// use wgconv::{Context, ConvTranspose};
/// let ctx = Context::new_blocking()?;
/// let conv = ConvTranspose::<2>::new([2, 2]).stride([2, 2]).build()?;
/// let x = ctx.tensor(&[1, 1, 1, 2], &[1.0, 10.0])?;
/// let w = ctx.tensor(&[1, 1, 2, 2], &[1.0, 2.0, 3.0, 4.0])?;
/// let y = conv.forward(&ctx, &x, &w, None)?;
/// assert_eq!(y.shape(), [1, 1, 2, 4]);
/// assert_eq!(y.read_blocking()?, [1.0, 2.0, 10.0, 20.0, 3.0, 4.0, 30.0, 40.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConvTranspose<const D: usize> {
    spatial: Spatial<D>,
    output: Output<D>,
    groups: u32,
    shared_kernel: bool,
    activation: Activation,
    kernel_order: KernelOrder,
    result_layout: Option<Layout>,
}

/// Transposed convolution along one axis.
pub type ConvTranspose1d = ConvTranspose<1>;
/// Transposed convolution along two axes.
pub type ConvTranspose2d = ConvTranspose<2>;
/// Transposed convolution along three axes.
pub type ConvTranspose3d = ConvTranspose<3>;

/// What decides the extents of y, beside the padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Output<const D: usize> {
    Padding([usize; D]),
    Shape([usize; D]),
}

/// Builder of a [`ConvTranspose`]; see there.
#[derive(Clone, Copy, Debug)]
pub struct ConvTransposeBuilder<const D: usize> {
    spatial: Spatial<D>,
    output_padding: [usize; D],
    output_shape: Option<[usize; D]>,
    groups: usize,
    shared_kernel: bool,
    activation: Activation,
    kernel_order: KernelOrder,
    result_layout: Option<Layout>,
}

impl<const D: usize> ConvTranspose<D> {
    /// Starts a transposed convolution with this kernel size (taps per spatial axis); stride 1, dilation 1, one group, no
    /// padding and no output padding unless told otherwise. Errors come from [`ConvTransposeBuilder::build`].
    #[allow(
        clippy::new_ret_no_self,
        reason = "the builder is the way to a ConvTranspose; `ConvTranspose::new(..)...build()` reads as one sentence"
    )]
    pub fn new(taps: [usize; D]) -> ConvTransposeBuilder<D> {
        ConvTransposeBuilder {
            spatial: Spatial::new(taps),
            output_padding: [0; D],
            output_shape: None,
            groups: 1,
            shared_kernel: false,
            activation: Activation::None,
            kernel_order: KernelOrder::InOut,
            result_layout: None,
        }
    }

    /// Taps per spatial axis.
    pub fn taps(&self) -> [usize; D] {
        self.spatial.taps
    }

    /// Number of groups.
    pub fn groups(&self) -> usize {
        self.groups as usize
    }

    /// Whether all input channels of a group share its kernels.
    pub fn shared_kernel(&self) -> bool {
        self.shared_kernel
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
    pub(super) fn result_layout(&self, data: Layout) -> Layout {
        self.result_layout.unwrap_or(data)
    }

    /// Everything that follows from this transposed convolution and these shapes: x `[N, C_in, spatial...]` and w
    /// `[C_in, C_out/groups, taps...]`, or `[groups, C_out/groups, taps...]` where the channels share it, or in the other order.
    ///
    /// # Errors
    /// Ranks, channels, groups or taps that do not fit together; zero extents; more than `u32::MAX` elements; padding that
    /// leaves no output; an output shape that x cannot have.
    pub fn problem(&self, shapes: &ConvShapes<'_>) -> Result<ConvTransposeProblem> {
        check_shape(OPERATOR, Operand::X, shapes.x, D + 2)?;
        check_shape(OPERATOR, Operand::W, shapes.w, D + 2)?;
        let channels_in = shapes.x[1];
        let [per_group, rows] = self.kernel_order.outputs_and_inputs([shapes.w[0], shapes.w[1]]);
        if rows != self.rows(channels_in) || shapes.w[2..] != self.spatial.taps {
            let expected = self.w_shape(channels_in, per_group);
            let found = shapes.w.to_vec();
            return Err(Error::ShapeMismatch { operator: OPERATOR, operand: Operand::W, expected, found });
        }
        self.check_groups(Operand::X, shapes.x)?;
        let problem = ConvTransposeProblem {
            rank: D as u32,
            batch: shapes.x[0] as u32,
            channels_in: channels_in as u32,
            // No more than w has elements, as the groups are no more than its first extent.
            channels_out: per_group as u32 * self.groups,
            groups: self.groups,
            // With one channel there is nothing to share.
            shared_kernel: self.shared_kernel && channels_in > self.groups(),
            axes: self.axes(&shapes.x[2..])?,
            element: shapes.element,
            x_layout: shapes.x_layout,
            y_layout: shapes.y_layout,
            kernel_order: self.kernel_order,
        };
        element_count(Operand::Y, &problem.y_shape())?;
        Ok(problem)
    }

    /// The shape of w for so many input channels and output channels of a group.
    pub(super) fn w_shape(&self, channels_in: usize, per_group: usize) -> Vec<usize> {
        self.kernel_order.of(per_group, self.rows(channels_in)).into_iter().chain(self.spatial.taps).collect()
    }

    /// Rows of w for so many input channels.
    fn rows(&self, channels_in: usize) -> usize {
        if self.shared_kernel { self.groups() } else { channels_in }
    }

    /// An error unless the groups divide the channels of x or dy.
    pub(super) fn check_groups(&self, operand: Operand, shape: &[usize]) -> Result<()> {
        if shape[1].is_multiple_of(self.groups()) {
            return Ok(());
        }
        Err(Error::InvalidParameter {
            operator: OPERATOR,
            parameter: "groups",
            value: format!("{} for {operand} {shape:?}", self.groups),
            expected: "a divisor of its channels",
        })
    }

    fn axes(&self, input: &[usize]) -> Result<[TransposedAxis; 3]> {
        let mut axes = [TransposedAxis::UNIT; 3];
        for d in 0..D {
            axes[3 - D + d] = TransposedAxis::new(OPERATOR, d, input[d] as u64, spread(&self.spatial, d), self.fit(d))?;
        }
        Ok(axes)
    }

    fn fit(&self, d: usize) -> Fit {
        let (low, high) = match self.spatial.padding {
            Padding::Valid => (0, 0),
            Padding::Same | Padding::SameLow => {
                let output = if let Output::Shape(extents) = self.output { Some(extents[d] as u64) } else { None };
                return Fit::Same { output, extra_low: self.spatial.padding == Padding::SameLow };
            }
            Padding::Symmetric(cells) => (cells[d] as u64, cells[d] as u64),
            Padding::Explicit { low, high } => (low[d] as u64, high[d] as u64),
        };
        match self.output {
            Output::Padding(cells) => Fit::Padded { low, high, output_padding: cells[d] as u64 },
            Output::Shape(extents) => Fit::Output { low, high, output: extents[d] as u64 },
        }
    }
}

/// The window along one axis, which `Spatial::validate` has shown to fit.
fn spread<const D: usize>(spatial: &Spatial<D>, d: usize) -> Spread {
    let [taps, stride, dilation] = [spatial.taps[d], spatial.stride[d], spatial.dilation[d]].map(|v| v as u32);
    Spread { taps, stride, dilation }
}

impl<const D: usize> ConvTransposeBuilder<D> {
    /// Output cells from where one input cell spreads to where the next one does, per axis.
    pub fn stride(mut self, stride: [usize; D]) -> Self {
        self.spatial.stride = stride;
        self
    }

    /// Cells that are cut off the output's ends: the padding of the convolution that this transposes.
    ///
    /// [`Padding::Same`] and [`Padding::SameLow`] give `input * stride` output cells, or those of
    /// [`output_shape`](Self::output_shape), as ONNX's `SAME_UPPER` and `SAME_LOWER` do: what is too much is cut off half
    /// low and half high, an odd cell more high (`Same`) or low (`SameLow`); what is missing is added high. ONNX's
    /// `output_shape` without `auto_pad` is `SameLow`. There is no [`PaddingMode`](crate::PaddingMode) here, as in PyTorch and ONNX:
    /// nothing is read beyond the input.
    pub fn padding(mut self, padding: Padding<D>) -> Self {
        self.spatial.padding = padding;
        self
    }

    /// Output cells from one tap to the next, per axis.
    pub fn dilation(mut self, dilation: [usize; D]) -> Self {
        self.spatial.dilation = dilation;
        self
    }

    /// Cells that the output has more at its high end, per axis, before padding is cut off: below the stride or the dilation
    /// (PyTorch's and ONNX's `output_padding`). They hold what reaches them, or the bias alone.
    pub fn output_padding(mut self, output_padding: [usize; D]) -> Self {
        self.output_padding = output_padding;
        self
    }

    /// The output's spatial extents, from which the output padding follows (PyTorch's `output_size`), or the padding, if
    /// that is [`Padding::Same`] or [`Padding::SameLow`] (ONNX's `output_shape`).
    pub fn output_shape(mut self, output_shape: [usize; D]) -> Self {
        self.output_shape = Some(output_shape);
        self
    }

    /// Number of groups; `C_in` groups make a depthwise one, with any channel multiplier.
    pub fn groups(mut self, groups: usize) -> Self {
        self.groups = groups;
        self
    }

    /// Whether all input channels of a group share its kernels: w is `[groups, C_out/groups, taps...]` then, and `w[g, k, t...]` stands
    /// for every `w[c, k, t...]` of group g, in forward and in both gradients; dw is the sum over the channels of what each would
    /// have. Nothing is expanded: as of a convolution
    /// ([`ConvBuilder::shared_kernel`](crate::ConvBuilder::shared_kernel)), whose formulas hold here too.
    ///
    /// ```
    /// use wgconv::{Context, ConvTranspose};
    /// let ctx = Context::new_blocking()?;
    /// let conv = ConvTranspose::<1>::new([2]).stride([2]).shared_kernel(true).build()?;
    /// let x = ctx.tensor(&[1, 3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?;
    /// let w = ctx.tensor(&[1, 1, 2], &[10.0, 1.0])?;
    /// let y = conv.forward(&ctx, &x, &w, None)?;
    /// assert_eq!(y.read_blocking()?, [90.0, 9.0, 120.0, 12.0]);
    /// let dw = conv.kernel_grad(&ctx, &x, &y)?;
    /// assert_eq!(dw.read_blocking()?, [2250.0, 225.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn shared_kernel(mut self, shared: bool) -> Self {
        self.shared_kernel = shared;
        self
    }

    /// What forward applies where it stores, or in a pass of its own where the kernels cannot: as of a convolution
    /// ([`ConvBuilder::activation`](crate::ConvBuilder::activation)). The gradients do not look at it: their dy is the gradient of
    /// what it is applied to.
    ///
    /// ```
    /// use wgconv::{Activation, Context, ConvTranspose};
    /// let ctx = Context::new_blocking()?;
    /// let conv = ConvTranspose::<1>::new([2]).stride([2]).activation(Activation::Relu).build()?;
    /// let x = ctx.tensor(&[1, 1, 2], &[-1.0, 10.0])?;
    /// let w = ctx.tensor(&[1, 1, 2], &[1.0, -2.0])?;
    /// assert_eq!(conv.forward(&ctx, &x, &w, None)?.read_blocking()?, [0.0, 2.0, 10.0, 0.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn activation(mut self, activation: Activation) -> Self {
        self.activation = activation;
        self
    }

    /// In which order the channels of w, and of dw, stand: `[C_in, C_out/groups, taps...]` unless this says otherwise.
    pub fn kernel_order(mut self, order: KernelOrder) -> Self {
        self.kernel_order = order;
        self
    }

    /// The layout of the y that forward makes, and of the dx that the input gradient makes: that of x and that of dy unless this
    /// says otherwise.
    pub fn result_layout(mut self, layout: Layout) -> Self {
        self.result_layout = Some(layout);
        self
    }

    /// Checks the parameters.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a kernel size, stride, dilation, output shape or number of groups of zero; for a rank
    /// other than 1, 2 or 3; for an output padding that is below neither stride nor dilation, or stands beside what decides
    /// the output without it: an output shape, [`Padding::Same`] or [`Padding::SameLow`].
    ///
    /// ```
    /// use wgconv::{ConvTranspose, Error};
    /// let error = ConvTranspose::<1>::new([3]).stride([2]).output_padding([2]).build().unwrap_err();
    /// assert!(matches!(error, Error::InvalidParameter { parameter: "output_padding", .. }));
    /// ```
    pub fn build(self) -> Result<ConvTranspose<D>> {
        self.spatial.validate(OPERATOR, "kernel size")?;
        let invalid = |parameter, value: String, expected| {
            Err(Error::InvalidParameter { operator: OPERATOR, parameter, value, expected })
        };
        let groups = match u32::try_from(self.groups) {
            Ok(groups) if groups > 0 => groups,
            _ => return invalid("groups", self.groups.to_string(), "at least 1 and below 2^32"),
        };
        let cells = self.output_padding;
        let limit = |d| spread(&self.spatial, d).output_padding_limit();
        if let Some(d) = (0..D).find(|&d| cells[d] as u64 >= limit(d)) {
            let (stride, dilation) = (self.spatial.stride[d], self.spatial.dilation[d]);
            let value =
                format!("{cells:?} with a stride of {stride} and a dilation of {dilation} along spatial axis {d}");
            return invalid("output_padding", value, "below the stride or the dilation along every axis");
        }
        let is_padded = cells.iter().any(|&cells| cells > 0);
        if is_padded && matches!(self.spatial.padding, Padding::Same | Padding::SameLow) {
            let value = format!("{cells:?} with {:?} padding", self.spatial.padding);
            return invalid("output_padding", value, "0 with a padding that decides the output extents itself");
        }
        let ConvTransposeBuilder { spatial, shared_kernel, activation, kernel_order, result_layout, .. } = self;
        let Some(extents) = self.output_shape else {
            let output = Output::Padding(cells);
            return Ok(ConvTranspose {
                spatial,
                output,
                groups,
                shared_kernel,
                activation,
                kernel_order,
                result_layout,
            });
        };
        if extents.iter().any(|&extent| extent == 0 || u32::try_from(extent).is_err()) {
            return invalid("output_shape", format!("{extents:?}"), "at least 1 and below 2^32 along every axis");
        }
        if is_padded {
            return invalid("output_padding", format!("{cells:?}"), "0 with an output_shape, from which it follows");
        }
        let output = Output::Shape(extents);
        Ok(ConvTranspose { spatial, output, groups, shared_kernel, activation, kernel_order, result_layout })
    }
}
