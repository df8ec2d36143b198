//! Activations by themselves: convenience level and program.

use super::Elementwise;
use super::elementwise::ElementwiseSettings;
use super::ops::elementwise;
use crate::activation::Activation;
use crate::error::Result;
use crate::gpu::{Bound, Context, Immediate, Program, Real, Sink, Tensor};
use crate::plan::Operand;
use crate::spatial::expect_shape;

/// What the kernels are given.
pub(super) fn settings(activation: Activation) -> ElementwiseSettings {
    let overrides = vec![("ACTIVATION", activation.constant())];
    ElementwiseSettings { overrides, slope: activation.slope(), ..ElementwiseSettings::default() }
}

/// About how many operations an element takes.
pub(super) fn flops(activation: Activation) -> u64 {
    match activation {
        Activation::None | Activation::Relu | Activation::LeakyRelu(_) => 1,
        Activation::Sigmoid => 3,
        Activation::Tanh | Activation::Silu => 5,
        Activation::Gelu | Activation::GeluTanh => 12,
    }
}

fn push_activate<T: Real>(sink: &mut impl Sink, activation: Activation, x: &Tensor<T>) -> Result<Tensor<T>> {
    let y = sink.context().empty_like(Operand::Y, x)?;
    let operands = vec![Bound::new(Operand::X, x), Bound::new(Operand::Y, &y)];
    sink.push(elementwise(Elementwise::Activate(activation), x), operands)?;
    Ok(y)
}

pub(super) fn push_grad<T: Real>(
    sink: &mut impl Sink,
    activation: Activation,
    of: &Tensor<T>,
    dy: &Tensor<T>,
) -> Result<Tensor<T>> {
    expect_shape("activation gradient", Operand::Dy, dy.shape(), of.shape())?;
    let dx = sink.context().empty_like(Operand::Dx, of)?;
    let operand = if activation.derivative_from_output() { Operand::Y } else { Operand::X };
    let operands = vec![Bound::new(operand, of), Bound::new(Operand::Dy, dy), Bound::new(Operand::Dx, &dx)];
    sink.push(elementwise(Elementwise::ActivationGrad(activation), of), operands)?;
    Ok(dx)
}

/// y = activation(x), any shape. Submits and does not wait. How exact it is: [`Activation::error_bound`].
///
/// # Errors
/// A tensor of another context, limits of the device, no memory, a lost device.
///
/// ```
/// use wgconv::{Activation, Context, nn};
/// let ctx = Context::new_blocking()?;
/// let x = ctx.tensor(&[3], &[-200.0, 0.0, 200.0])?;
/// assert_eq!(nn::activate(&ctx, Activation::Gelu, &x)?.read_blocking()?, [0.0, 0.0, 200.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn activate<T: Real>(ctx: &Context, activation: Activation, x: &Tensor<T>) -> Result<Tensor<T>> {
    push_activate(&mut Immediate(ctx), activation, x)
}

/// The gradient at an activation's input: dy times the derivative, which is computed from the output y or the input x, as
/// [`Activation::derivative_from_output`] says; `of` is that tensor. Submits and does not wait.
///
/// # Errors
/// As for [`activate`], and shapes that differ.
///
/// ```
/// use wgconv::{Activation, Context, nn};
/// let ctx = Context::new_blocking()?;
/// let (x, dy) = (ctx.tensor(&[3], &[-200.0, 0.0, 200.0])?, ctx.tensor(&[3], &[6.0; 3])?);
/// let y = nn::activate(&ctx, Activation::Tanh, &x)?;
/// assert_eq!(nn::activation_grad(&ctx, Activation::Tanh, &y, &dy)?.read_blocking()?, [0.0, 6.0, 0.0]);
/// assert_eq!(nn::activation_grad(&ctx, Activation::Silu, &x, &dy)?.read_blocking()?, [0.0, 3.0, 6.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn activation_grad<T: Real>(
    ctx: &Context,
    activation: Activation,
    of: &Tensor<T>,
    dy: &Tensor<T>,
) -> Result<Tensor<T>> {
    push_grad(&mut Immediate(ctx), activation, of, dy)
}

/// Activations.
impl Program {
    /// [`activate`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn activate<T: Real>(&mut self, activation: Activation, x: &Tensor<T>) -> Result<Tensor<T>> {
        push_activate(self, activation, x)
    }

    /// [`activation_grad`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn activation_grad<T: Real>(
        &mut self,
        activation: Activation,
        of: &Tensor<T>,
        dy: &Tensor<T>,
    ) -> Result<Tensor<T>> {
        push_grad(self, activation, of, dy)
    }
}
