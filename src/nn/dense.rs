//! Dense layer: y = x wT + b, which is a convolution of one cell with one tap, so it runs on the same kernels.

use crate::activation::Activation;
use crate::conv::Conv;
use crate::error::Result;
use crate::gpu::{Context, Program, Tensor};
use crate::plan::Operand;
use crate::spatial::check_shape;

/// The convolution that a dense layer is.
fn as_conv() -> Result<Conv<1>> {
    Conv::<1>::new([1]).build()
}

/// `[A, B]` as `[A, B, 1]`.
fn with_cell(shape: &[usize]) -> Vec<usize> {
    shape.iter().copied().chain([1]).collect()
}

/// A matrix as a tensor of one spatial cell.
fn view(operand: Operand, matrix: &Tensor) -> Result<Tensor> {
    check_shape("dense", operand, matrix.shape(), 2)?;
    matrix.reshape(&with_cell(matrix.shape()))
}

/// Back to a matrix.
fn matrix(tensor: Tensor) -> Result<Tensor> {
    tensor.reshape(&tensor.shape()[..2])
}

/// y `[N, Out]` = x `[N, In]` times w `[Out, In]` transposed, plus b `[Out]`. Submits and does not wait.
///
/// # Errors
/// Shapes that do not fit, tensors of another context, limits of the device, no memory, a lost device.
///
/// ```
/// use wgconv::{Context, nn};
/// let ctx = Context::new_blocking()?;
/// let x = ctx.tensor(&[1, 2], &[3.0, 4.0])?;
/// let w = ctx.tensor(&[1, 2], &[10.0, 1.0])?;
/// assert_eq!(nn::dense_forward(&ctx, &x, &w, None)?.read_blocking()?, [34.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn dense_forward(ctx: &Context, x: &Tensor, w: &Tensor, b: Option<&Tensor>) -> Result<Tensor> {
    matrix(as_conv()?.forward(ctx, &view(Operand::X, x)?, &view(Operand::W, w)?, b)?)
}

/// dx `[N, In]` = dy `[N, Out]` times w `[Out, In]`. Submits and does not wait.
///
/// # Errors
/// As for [`dense_forward`].
///
/// ```
/// use wgconv::{Context, nn};
/// let ctx = Context::new_blocking()?;
/// let dy = ctx.tensor(&[1, 1], &[2.0])?;
/// let w = ctx.tensor(&[1, 2], &[10.0, 1.0])?;
/// assert_eq!(nn::dense_input_grad(&ctx, &dy, &w)?.read_blocking()?, [20.0, 2.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn dense_input_grad(ctx: &Context, dy: &Tensor, w: &Tensor) -> Result<Tensor> {
    let (dy, w) = (view(Operand::Dy, dy)?, view(Operand::W, w)?);
    matrix(as_conv()?.input_grad(ctx, &dy, &w, &[dy.shape()[0], w.shape()[1], 1])?)
}

/// dx as [`dense_input_grad`] gives it, times the derivative of the activation whose output x `[N, In]` is: the gradient at that
/// activation's input (see [`Conv::input_grad_through`](crate::Conv::input_grad_through)). Submits and does not wait.
///
/// # Errors
/// As for [`dense_forward`].
///
/// ```
/// use wgconv::{Activation, Context, nn};
/// let ctx = Context::new_blocking()?;
/// let dy = ctx.tensor(&[1, 1], &[2.0])?;
/// let w = ctx.tensor(&[1, 2], &[10.0, 1.0])?;
/// let x = ctx.tensor(&[1, 2], &[0.0, 3.0])?;
/// assert_eq!(nn::dense_input_grad_through(&ctx, Activation::Relu, &dy, &w, &x)?.read_blocking()?, [0.0, 2.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn dense_input_grad_through(
    ctx: &Context,
    activation: Activation,
    dy: &Tensor,
    w: &Tensor,
    x: &Tensor,
) -> Result<Tensor> {
    let (dy, w, x) = (view(Operand::Dy, dy)?, view(Operand::W, w)?, view(Operand::X, x)?);
    matrix(as_conv()?.input_grad_through(ctx, activation, &dy, &w, &x)?)
}

/// dw `[Out, In]` = dy `[N, Out]` transposed times x `[N, In]`. Submits and does not wait.
///
/// # Errors
/// As for [`dense_forward`].
///
/// ```
/// use wgconv::{Context, nn};
/// let ctx = Context::new_blocking()?;
/// let x = ctx.tensor(&[1, 2], &[3.0, 4.0])?;
/// let dy = ctx.tensor(&[1, 1], &[2.0])?;
/// assert_eq!(nn::dense_kernel_grad(&ctx, &x, &dy)?.read_blocking()?, [6.0, 8.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn dense_kernel_grad(ctx: &Context, x: &Tensor, dy: &Tensor) -> Result<Tensor> {
    matrix(as_conv()?.kernel_grad(ctx, &view(Operand::X, x)?, &view(Operand::Dy, dy)?)?)
}

/// db `[Out]`: dy `[N, Out]` summed over the batch. Submits and does not wait.
///
/// # Errors
/// As for [`dense_forward`].
///
/// ```
/// use wgconv::{Context, nn};
/// let ctx = Context::new_blocking()?;
/// let dy = ctx.tensor(&[2, 1], &[2.0, 3.0])?;
/// assert_eq!(nn::dense_bias_grad(&ctx, &dy)?.read_blocking()?, [5.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn dense_bias_grad(ctx: &Context, dy: &Tensor) -> Result<Tensor> {
    as_conv()?.bias_grad(ctx, &view(Operand::Dy, dy)?)
}

/// Dense layer.
impl Program {
    /// [`dense_forward`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn dense_forward(&mut self, x: &Tensor, w: &Tensor, b: Option<&Tensor>) -> Result<Tensor> {
        matrix(self.conv_forward(&as_conv()?, &view(Operand::X, x)?, &view(Operand::W, w)?, b)?)
    }

    /// [`dense_input_grad`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn dense_input_grad(&mut self, dy: &Tensor, w: &Tensor) -> Result<Tensor> {
        let (dy, w) = (view(Operand::Dy, dy)?, view(Operand::W, w)?);
        matrix(self.conv_input_grad(&as_conv()?, &dy, &w, &[dy.shape()[0], w.shape()[1], 1])?)
    }

    /// [`dense_input_grad_through`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn dense_input_grad_through(
        &mut self,
        activation: Activation,
        dy: &Tensor,
        w: &Tensor,
        x: &Tensor,
    ) -> Result<Tensor> {
        let (dy, w, x) = (view(Operand::Dy, dy)?, view(Operand::W, w)?, view(Operand::X, x)?);
        matrix(self.conv_input_grad_through(&as_conv()?, activation, &dy, &w, &x)?)
    }

    /// [`dense_kernel_grad`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn dense_kernel_grad(&mut self, x: &Tensor, dy: &Tensor) -> Result<Tensor> {
        matrix(self.conv_kernel_grad(&as_conv()?, &view(Operand::X, x)?, &view(Operand::Dy, dy)?)?)
    }

    /// [`dense_bias_grad`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn dense_bias_grad(&mut self, dy: &Tensor) -> Result<Tensor> {
        self.conv_bias_grad(&as_conv()?, &view(Operand::Dy, dy)?)
    }
}
