//! Activations and losses: convenience level and program.

use super::{Elementwise, NnProblem, activate, activation_grad};
use crate::activation::Activation;
use crate::error::Result;
use crate::gpu::{Bound, Context, Immediate, Program, Real, Sink, Tensor};
use crate::plan::{Operand, Problem};
use crate::spatial::{check_shape, expect_shape};

/// An operator on tensors of which this is one.
pub(super) fn elementwise<T: Real>(operator: Elementwise, tensor: &Tensor<T>) -> Problem {
    // A tensor has at most u32::MAX elements.
    Problem::Nn(NnProblem::Elementwise { operator, count: tensor.len() as u32, element: T::TYPE })
}

fn push_half_squared_error<T: Real>(
    sink: &mut impl Sink,
    y: &Tensor<T>,
    target: &Tensor<T>,
) -> Result<(Tensor, Tensor<T>)> {
    expect_shape("half_squared_error", Operand::Target, target.shape(), y.shape())?;
    let loss = sink.context().empty_like(Operand::Loss, y)?;
    let dx = sink.context().empty_like(Operand::Dx, y)?;
    let operands = vec![
        Bound::new(Operand::Y, y),
        Bound::new(Operand::Target, target),
        Bound::new(Operand::Loss, &loss),
        Bound::new(Operand::Dx, &dx),
    ];
    sink.push(elementwise(Elementwise::HalfSquaredError, y), operands)?;
    Ok((loss, dx))
}

fn push_softmax<T: Real>(sink: &mut impl Sink, x: &Tensor<T>, labels: &Tensor<u32>) -> Result<(Tensor, Tensor<T>)> {
    const OPERATOR: &str = "softmax_cross_entropy";
    check_shape(OPERATOR, Operand::X, x.shape(), 2)?;
    let (samples, classes) = (x.shape()[0], x.shape()[1]);
    expect_shape(OPERATOR, Operand::Target, labels.shape(), &[samples])?;
    let loss = sink.context().empty(Operand::Loss, &[samples])?;
    let dx = sink.context().empty(Operand::Dx, x.shape())?;
    let operands = vec![
        Bound::new(Operand::X, x),
        Bound::new(Operand::Target, labels),
        Bound::new(Operand::Loss, &loss),
        Bound::new(Operand::Dx, &dx),
    ];
    // A tensor has at most u32::MAX elements.
    let problem = NnProblem::SoftmaxCrossEntropy { samples: samples as u32, classes: classes as u32, element: T::TYPE };
    sink.push(Problem::Nn(problem), operands)?;
    Ok((loss, dx))
}

/// max(x, 0), any shape. Submits and does not wait.
///
/// # Errors
/// A tensor of another context, limits of the device, no memory, a lost device.
///
/// ```
/// use wgconv::{Context, nn};
/// let ctx = Context::new_blocking()?;
/// let x = ctx.tensor(&[2], &[-1.0, 2.0])?;
/// let y = nn::relu(&ctx, &x)?;
/// assert_eq!(y.read_blocking()?, [0.0, 2.0]);
/// assert_eq!(nn::relu_grad(&ctx, &y, &x)?.read_blocking()?, [0.0, 2.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn relu<T: Real>(ctx: &Context, x: &Tensor<T>) -> Result<Tensor<T>> {
    activate(ctx, Activation::Relu, x)
}

/// The gradient at [`relu`]'s input from its output y and dy: dy where y > 0, else 0.
///
/// # Errors
/// As for [`relu`], and shapes that differ.
pub fn relu_grad<T: Real>(ctx: &Context, y: &Tensor<T>, dy: &Tensor<T>) -> Result<Tensor<T>> {
    activation_grad(ctx, Activation::Relu, y, dy)
}

/// 1 / (1 + exp(-x)), any shape. Submits and does not wait.
///
/// # Errors
/// As for [`relu`].
///
/// ```
/// use wgconv::{Context, nn};
/// let ctx = Context::new_blocking()?;
/// let x = ctx.tensor(&[3], &[0.0, -200.0, 200.0])?;
/// let y = nn::sigmoid(&ctx, &x)?;
/// assert_eq!(y.read_blocking()?, [0.5, 0.0, 1.0]);
/// let one = ctx.tensor(&[3], &[1.0; 3])?;
/// assert_eq!(nn::sigmoid_grad(&ctx, &y, &one)?.read_blocking()?, [0.25, 0.0, 0.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn sigmoid<T: Real>(ctx: &Context, x: &Tensor<T>) -> Result<Tensor<T>> {
    activate(ctx, Activation::Sigmoid, x)
}

/// The gradient at [`sigmoid`]'s input from its output y and dy: dy * y * (1 - y).
///
/// # Errors
/// As for [`relu`], and shapes that differ.
pub fn sigmoid_grad<T: Real>(ctx: &Context, y: &Tensor<T>, dy: &Tensor<T>) -> Result<Tensor<T>> {
    activation_grad(ctx, Activation::Sigmoid, y, dy)
}

/// Half the squared error of a sigmoid's output y against a target of the same shape: the loss (y - target)^2 / 2 of each
/// element, in f32, and its gradient (y - target) * y * (1 - y) at the sigmoid's input, in y's type. Submits and does not wait.
///
/// # Errors
/// As for [`relu`], and shapes that differ.
///
/// ```
/// use wgconv::{Context, nn};
/// let ctx = Context::new_blocking()?;
/// let y = ctx.tensor(&[1], &[0.5])?;
/// let target = ctx.tensor(&[1], &[1.0])?;
/// let (loss, dz) = nn::half_squared_error(&ctx, &y, &target)?;
/// assert_eq!((loss.read_blocking()?[0], dz.read_blocking()?[0]), (0.125, -0.125));
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn half_squared_error<T: Real>(ctx: &Context, y: &Tensor<T>, target: &Tensor<T>) -> Result<(Tensor, Tensor<T>)> {
    push_half_squared_error(&mut Immediate(ctx), y, target)
}

/// Softmax cross-entropy of logits x `[N, C]` against class labels `[N]`: the loss of each sample `[N]`, in f32, and the gradient
/// `[N, C]` of the mean loss, in x's type. A label that is no class (C or more) makes its sample count for nothing: loss and gradient
/// 0; the mean is over all N. Submits and does not wait.
///
/// # Errors
/// As for [`relu`], shapes that do not fit, and more than about a million classes.
///
/// ```
/// use wgconv::{Context, nn};
/// let ctx = Context::new_blocking()?;
/// let logits = ctx.tensor(&[1, 2], &[0.0, 0.0])?;
/// let labels = ctx.tensor(&[1], &[1u32])?;
/// let (loss, dx) = nn::softmax_cross_entropy(&ctx, &logits, &labels)?;
/// assert!((loss.read_blocking()?[0] - 2f32.ln()).abs() < 1e-6);
/// assert_eq!(dx.read_blocking()?, [0.5, -0.5]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn softmax_cross_entropy<T: Real>(
    ctx: &Context,
    x: &Tensor<T>,
    labels: &Tensor<u32>,
) -> Result<(Tensor, Tensor<T>)> {
    push_softmax(&mut Immediate(ctx), x, labels)
}

/// Activations and losses.
impl Program {
    /// [`relu`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn relu<T: Real>(&mut self, x: &Tensor<T>) -> Result<Tensor<T>> {
        self.activate(Activation::Relu, x)
    }

    /// [`relu_grad`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn relu_grad<T: Real>(&mut self, y: &Tensor<T>, dy: &Tensor<T>) -> Result<Tensor<T>> {
        self.activation_grad(Activation::Relu, y, dy)
    }

    /// [`sigmoid`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn sigmoid<T: Real>(&mut self, x: &Tensor<T>) -> Result<Tensor<T>> {
        self.activate(Activation::Sigmoid, x)
    }

    /// [`sigmoid_grad`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn sigmoid_grad<T: Real>(&mut self, y: &Tensor<T>, dy: &Tensor<T>) -> Result<Tensor<T>> {
        self.activation_grad(Activation::Sigmoid, y, dy)
    }

    /// [`half_squared_error`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn half_squared_error<T: Real>(&mut self, y: &Tensor<T>, target: &Tensor<T>) -> Result<(Tensor, Tensor<T>)> {
        push_half_squared_error(self, y, target)
    }

    /// [`softmax_cross_entropy`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn softmax_cross_entropy<T: Real>(
        &mut self,
        x: &Tensor<T>,
        labels: &Tensor<u32>,
    ) -> Result<(Tensor, Tensor<T>)> {
        push_softmax(self, x, labels)
    }
}
