//! Residual addition: convenience level and program.

use super::Elementwise;
use super::ops::elementwise;
use crate::error::Result;
use crate::gpu::{Bound, Context, Immediate, Program, Real, Sink, Tensor};
use crate::plan::Operand;
use crate::spatial::expect_shape;

fn push<T: Real>(sink: &mut impl Sink, operator: Elementwise, x: &Tensor<T>, r: &Tensor<T>) -> Result<Tensor<T>> {
    expect_shape("add", Operand::Residual, r.shape(), x.shape())?;
    let y = sink.context().empty_like(Operand::Y, x)?;
    let operands = vec![Bound::new(Operand::X, x), Bound::new(Operand::Residual, r), Bound::new(Operand::Y, &y)];
    sink.push(elementwise(operator, x), operands)?;
    Ok(y)
}

/// y = x + r, two tensors of one shape. Its gradient at x and at r is dy itself: where a tensor is used twice, the gradients of
/// both uses are added, which this does too. Submits and does not wait.
///
/// # Errors
/// Shapes that differ, a tensor of another context, limits of the device, no memory, a lost device.
///
/// ```
/// use wgconv::{Context, nn};
/// let ctx = Context::new_blocking()?;
/// let (x, r) = (ctx.tensor(&[2], &[1.0, 2.0])?, ctx.tensor(&[2], &[10.0, -20.0])?);
/// assert_eq!(nn::add(&ctx, &x, &r)?.read_blocking()?, [11.0, -18.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn add<T: Real>(ctx: &Context, x: &Tensor<T>, r: &Tensor<T>) -> Result<Tensor<T>> {
    push(&mut Immediate(ctx), Elementwise::Add, x, r)
}

/// y = max(x + r, 0), two tensors of one shape; its gradient at both is [`super::relu_grad`]'s. Submits and does not wait.
///
/// # Errors
/// As for [`add`].
///
/// ```
/// use wgconv::{Context, nn};
/// let ctx = Context::new_blocking()?;
/// let (x, r) = (ctx.tensor(&[2], &[1.0, 2.0])?, ctx.tensor(&[2], &[10.0, -20.0])?);
/// assert_eq!(nn::add_relu(&ctx, &x, &r)?.read_blocking()?, [11.0, 0.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn add_relu<T: Real>(ctx: &Context, x: &Tensor<T>, r: &Tensor<T>) -> Result<Tensor<T>> {
    push(&mut Immediate(ctx), Elementwise::AddRelu, x, r)
}

/// Residual addition.
impl Program {
    /// [`add`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn add<T: Real>(&mut self, x: &Tensor<T>, r: &Tensor<T>) -> Result<Tensor<T>> {
        push(self, Elementwise::Add, x, r)
    }

    /// [`add_relu`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn add_relu<T: Real>(&mut self, x: &Tensor<T>, r: &Tensor<T>) -> Result<Tensor<T>> {
        push(self, Elementwise::AddRelu, x, r)
    }
}
