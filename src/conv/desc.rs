//! Descriptor of a convolution: what the user says ([`Conv`]), and what it means for given shapes ([`ConvProblem`]).

use super::Addend;
use crate::activation::Activation;
use crate::element::ElementType;
use crate::error::{Error, Result};
use crate::factor::Factor;
use crate::layout::{KernelOrder, Layout};
use crate::padding_mode::PaddingMode;
use crate::plan::Operand;
use crate::spatial::{Padding, Spatial, check_shape, element_count, extents};
use crate::window::{Axis, AxisBorder, Rounding};

/// The four passes of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pass {
    /// `y = conv(x, w) + b`
    Forward,
    /// `dx` from `dy` and `w`
    InputGrad,
    /// `dw` from `x` and `dy`
    KernelGrad,
    /// `db` from `dy`
    BiasGrad,
}

impl Pass {
    /// All of them.
    pub const ALL: [Pass; 4] = [Pass::Forward, Pass::InputGrad, Pass::KernelGrad, Pass::BiasGrad];

    /// The name that this pass has in `src/`, `shaders/`, `reference` and tests.
    pub fn name(self) -> &'static str {
        match self {
            Pass::Forward => "forward",
            Pass::InputGrad => "input_grad",
            Pass::KernelGrad => "kernel_grad",
            Pass::BiasGrad => "bias_grad",
        }
    }
}

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

/// The shapes that decide a plan: x `[N, C_in, spatial...]` and w `[C_out, C_in/groups, taps...]` (of a
/// [`ConvTranspose`](crate::ConvTranspose) `[C_in, C_out/groups, taps...]`; or in the other [`KernelOrder`]), how x and y lie in memory, whether forward adds a bias, what the pass adds its
/// sums to, and whether the input gradient goes on through an activation.
///
/// ```
/// let shapes = wgconv::ConvShapes::new(&[8, 3, 32, 32], &[16, 3, 5, 5]).with_bias();
/// assert!(shapes.bias);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvShapes<'a> {
    /// Shape of x (and dx).
    pub x: &'a [usize],
    /// Shape of w (and dw).
    pub w: &'a [usize],
    /// How x (and dx, and what is of its shape) lies in memory.
    pub x_layout: Layout,
    /// The same of y.
    pub y_layout: Layout,
    /// Whether forward takes `b`. The other passes ignore it.
    pub bias: bool,
    /// What the pass adds its sums to.
    pub addend: Addend,
    /// The activation that gave x: input_grad goes on through it, and takes x too, or that activation's input, if its derivative
    /// is computed from that ([`Activation::derivative_from_output`]). The other passes ignore it.
    pub through: Activation,
    /// The type of all operands.
    pub element: ElementType,
}

impl<'a> ConvShapes<'a> {
    /// Without bias, of f32, channels first.
    pub const fn new(x: &'a [usize], w: &'a [usize]) -> Self {
        ConvShapes {
            x,
            w,
            x_layout: Layout::ChannelsFirst,
            y_layout: Layout::ChannelsFirst,
            bias: false,
            addend: Addend::None,
            through: Activation::None,
            element: ElementType::F32,
        }
    }

    /// With x (dx) and y (dy) in these layouts. The shapes are the same in either.
    ///
    /// ```
    /// use wgconv::{Conv, ConvShapes, DeviceLimits, Layout, Pass, PlanOptions};
    /// let picture = ConvShapes::new(&[1, 3, 480, 640], &[8, 3, 3, 3]).layouts(Layout::ChannelsLast, Layout::ChannelsFirst);
    /// let conv = Conv::<2>::new([3, 3]).build()?;
    /// let spec = conv.plan_spec(&DeviceLimits::default(), Pass::Forward, picture, &PlanOptions::default())?;
    /// assert!(spec.to_string().contains("x channels last"));
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn layouts(self, x: Layout, y: Layout) -> Self {
        ConvShapes { x_layout: x, y_layout: y, ..self }
    }

    /// With bias.
    pub fn with_bias(self) -> Self {
        ConvShapes { bias: true, ..self }
    }

    /// With a forward that adds this factor times [`Operand::Residual`], a tensor of y's shape, before its activation: see
    /// [`Conv::forward_residual`].
    ///
    /// ```
    /// use wgconv::{Access, Conv, ConvShapes, DeviceLimits, Factor, Operand, Pass, PlanOptions};
    /// let shapes = ConvShapes::new(&[1, 1, 5], &[1, 1, 3]).residual(Factor::ONE);
    /// let conv = Conv::<1>::new([3]).build()?;
    /// let spec = conv.plan_spec(&DeviceLimits::default(), Pass::Forward, shapes, &PlanOptions::default())?;
    /// assert!(spec.operands().iter().any(|need| (need.operand, need.access) == (Operand::Residual, Access::Read)));
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn residual(self, factor: Factor) -> Self {
        ConvShapes { addend: Addend::Residual(factor), ..self }
    }

    /// With passes that add to this factor times what their output holds; see [`Conv::forward_onto`], [`Conv::input_grad_onto`],
    /// [`Conv::kernel_grad_onto`] and [`Conv::bias_grad_onto`].
    ///
    /// ```
    /// use wgconv::{Access, Conv, ConvShapes, DeviceLimits, Factor, Operand, Pass, PlanOptions};
    /// let shapes = ConvShapes::new(&[1, 1, 5], &[1, 1, 3]).onto(Factor::ONE);
    /// let conv = Conv::<1>::new([3]).build()?;
    /// let spec = conv.plan_spec(&DeviceLimits::default(), Pass::KernelGrad, shapes, &PlanOptions::default())?;
    /// assert!(spec.operands().iter().any(|need| (need.operand, need.access) == (Operand::Dw, Access::Update)));
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn onto(self, factor: Factor) -> Self {
        ConvShapes { addend: Addend::Output(factor), ..self }
    }

    /// With operands of this type; sums are f32 all the same.
    ///
    /// ```
    /// use wgconv::{Conv, ConvShapes, DeviceLimits, ElementType, Pass, PlanOptions};
    /// let shapes = ConvShapes::new(&[1, 1, 6], &[1, 1, 3]).element(ElementType::F16);
    /// let conv = Conv::<1>::new([3]).build()?;
    /// let spec = conv.plan_spec(&DeviceLimits::default(), Pass::Forward, shapes, &PlanOptions::default())?;
    /// assert_eq!(spec.bytes_moved(), 12 + 8 + 8);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn element(self, element: ElementType) -> Self {
        ConvShapes { element, ..self }
    }

    /// With an input gradient that goes on through the activation that gave x: see [`Conv::input_grad_through`].
    pub fn through(self, activation: Activation) -> Self {
        ConvShapes { through: activation, ..self }
    }
}

const OPERATOR: &str = "Conv";

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
    /// first, into the workspace ([`Operand::ChannelSums`]: `[N, groups, spatial...]`, in chunks of the batch if that is more than
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

/// A convolution with every extent known, its rank folded to 3.
///
/// ```
/// use wgconv::{Conv, ConvShapes};
/// let conv = Conv::<2>::new([3, 3]).stride([2, 2]).build()?;
/// let problem = conv.problem(&ConvShapes::new(&[4, 8, 9, 11], &[16, 8, 3, 3]))?;
/// assert_eq!(problem.y_shape(), [4, 16, 4, 5]);
/// assert_eq!(problem.multiply_adds(), 4 * 16 * 4 * 5 * 8 * 9);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ConvProblem {
    /// Spatial axes that the user sees: 1, 2 or 3.
    pub rank: u32,
    /// N
    pub batch: u32,
    /// C_in
    pub channels_in: u32,
    /// C_out
    pub channels_out: u32,
    /// Number of groups.
    pub groups: u32,
    /// Whether the input channels of a group, of which there are several, share its kernels: w then has one channel.
    pub shared_kernel: bool,
    /// Whether the output channels of a group, of which there are several, share one kernel: of the convolution whose passes are
    /// those of a transposed one with a shared kernel. w then has as many outputs as there are groups.
    pub(crate) shared_outputs: bool,
    /// Depth, height, width; absent leading ones have one cell and one tap.
    pub axes: [Axis; 3],
    /// What stands in the padding; `Zeros` where there is none.
    pub padding_mode: PaddingMode,
    /// The type of all operands.
    pub element: ElementType,
    /// How x and dx lie in memory.
    pub x_layout: Layout,
    /// How y and dy lie in memory.
    pub y_layout: Layout,
    /// In which order the channels of w and dw stand.
    pub kernel_order: KernelOrder,
}

impl ConvProblem {
    fn shape(&self, leading: [u32; 2], of: impl Fn(&Axis) -> u32) -> Vec<usize> {
        leading.map(|v| v as usize).into_iter().chain(extents(&self.axes, self.rank, of)).collect()
    }

    /// `[N, C_in, spatial...]`
    pub fn x_shape(&self) -> Vec<usize> {
        self.shape([self.batch, self.channels_in], |axis| axis.input)
    }

    /// `[C_out, C_in/groups, taps...]`, or `[C_out, 1, taps...]` where the channels share it, or in the other order of channels.
    pub fn w_shape(&self) -> Vec<usize> {
        let channels = if self.shared_kernel { 1 } else { self.channels_in / self.groups.max(1) };
        let outputs = if self.shared_outputs { self.groups } else { self.channels_out };
        self.shape(self.kernel_order.of(outputs, channels), |axis| axis.taps)
    }

    /// `[N, C_out, spatial...]`
    pub fn y_shape(&self) -> Vec<usize> {
        self.shape([self.batch, self.channels_out], |axis| axis.output)
    }

    /// `[C_out]`
    pub fn b_shape(&self) -> Vec<usize> {
        vec![self.channels_out as usize]
    }

    /// Multiply-adds of forward, input gradient or kernel gradient, those with padding cells included (the field's
    /// usual count; twice this is the number of FLOPs).
    pub fn multiply_adds(&self) -> u64 {
        // y and w each have at most u32::MAX elements.
        let outputs = self.y_shape().into_iter().fold(1u64, |product, extent| product.saturating_mul(extent as u64));
        let window = self.axes.iter().fold(1u64, |product, axis| product.saturating_mul(axis.taps.into()));
        outputs.saturating_mul(window).saturating_mul(u64::from(self.channels_in / self.groups.max(1)))
    }

    /// The most places at which one input cell is read, by the mode of the padding.
    pub(crate) fn most_images(&self) -> u64 {
        let images = |axis| u64::from(AxisBorder::new(axis, self.padding_mode).images);
        self.axes.iter().map(images).fold(1, u64::saturating_mul)
    }

    /// A convolution with this output, for the bias gradient, which looks at nothing else: one tap, stride 1.
    pub(crate) fn of_output(y: &[usize], y_layout: Layout, element: ElementType) -> ConvProblem {
        let mut axes = [Axis::UNIT; 3];
        let rank = y.len() - 2;
        for (axis, &extent) in axes[3 - rank..].iter_mut().zip(&y[2..]) {
            *axis = Axis { input: extent as u32, output: extent as u32, ..Axis::UNIT };
        }
        let channels = y[1] as u32;
        ConvProblem {
            rank: rank as u32,
            batch: y[0] as u32,
            channels_in: 1,
            channels_out: channels,
            groups: 1,
            shared_kernel: false,
            shared_outputs: false,
            axes,
            padding_mode: PaddingMode::Zeros,
            element,
            x_layout: Layout::ChannelsFirst,
            y_layout,
            kernel_order: KernelOrder::OutIn,
        }
    }

    /// Whether x and y both have their channels first: what the kernels that read and write four neighbouring cells at once take.
    pub(crate) fn is_channels_first(&self) -> bool {
        [self.x_layout, self.y_layout] == [Layout::ChannelsFirst; 2]
    }

    /// How an operand lies in memory.
    pub(crate) fn layout(&self, operand: Operand) -> Layout {
        Layout::of(operand, self.x_layout, self.y_layout)
    }

    /// Whether channels of a group share kernels.
    pub(crate) fn is_shared(&self) -> bool {
        self.shared_kernel || self.shared_outputs
    }

    /// The convolution of the sums over the channels of each group that share kernels, which have one channel a group.
    pub(crate) fn of_channel_sums(&self) -> ConvProblem {
        let mut sums = ConvProblem { shared_kernel: false, shared_outputs: false, ..self.clone() };
        if self.shared_kernel {
            (sums.channels_in, sums.x_layout) = (self.groups, Layout::ChannelsFirst);
        }
        if self.shared_outputs {
            (sums.channels_out, sums.y_layout) = (self.groups, Layout::ChannelsFirst);
        }
        sums
    }

    /// The same convolution with its plane as one long row, if every axis is pointwise: no ragged ends.
    pub(crate) fn flattened(&self) -> ConvProblem {
        let plane: u64 = self.axes.iter().map(|axis| u64::from(axis.input)).product();
        match i32::try_from(plane) {
            Ok(plane) if self.axes.iter().all(Axis::is_pointwise) => {
                let row = Axis { input: plane as u32, output: plane as u32, ..Axis::UNIT };
                ConvProblem { axes: [Axis::UNIT, Axis::UNIT, row], ..self.clone() }
            }
            _ => self.clone(),
        }
    }

    /// The same convolution on a part of the batch.
    pub(crate) fn with_batch(&self, batch: u32) -> ConvProblem {
        ConvProblem { batch, ..self.clone() }
    }
}
