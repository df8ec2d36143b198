//! What a plan has to know besides the descriptor.

use crate::activation::Activation;
use crate::conv::Addend;
use crate::element::ElementType;
use crate::factor::Factor;
use crate::layout::Layout;

/// The shapes that decide a plan: x `[N, C_in, spatial...]` and w `[C_out, C_in/groups, taps...]` (of a
/// [`ConvTranspose`](crate::ConvTranspose) `[C_in, C_out/groups, taps...]`; or in the other [`KernelOrder`](crate::KernelOrder)), how x and y lie in memory, whether forward adds a bias, what the pass adds its
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

    /// With a forward that adds this factor times [`Operand::Residual`](crate::Operand::Residual), a tensor of y's shape, before its activation: see
    /// [`Conv::forward_residual`](crate::Conv::forward_residual).
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

    /// With passes that add to this factor times what their output holds; see [`Conv::forward_onto`](crate::Conv::forward_onto), [`Conv::input_grad_onto`](crate::Conv::input_grad_onto),
    /// [`Conv::kernel_grad_onto`](crate::Conv::kernel_grad_onto) and [`Conv::bias_grad_onto`](crate::Conv::bias_grad_onto).
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

    /// With an input gradient that goes on through the activation that gave x: see [`Conv::input_grad_through`](crate::Conv::input_grad_through).
    pub fn through(self, activation: Activation) -> Self {
        ConvShapes { through: activation, ..self }
    }
}
