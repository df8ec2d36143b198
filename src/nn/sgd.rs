//! Stochastic gradient descent: convenience level and program.

use super::Elementwise;
use super::ops::elementwise;
use super::problem::SGD_HYPER;
use crate::error::Result;
use crate::gpu::{Bound, Context, Immediate, Program, Real, Sink, Tensor};
use crate::plan::Operand;
use crate::spatial::expect_shape;

fn push<T: Real>(
    sink: &mut impl Sink,
    operator: Elementwise,
    w: &Tensor,
    dw: &Tensor<T>,
    velocity: &Tensor,
    hyper: &Tensor,
) -> Result<()> {
    const OPERATOR: &str = "sgd";
    expect_shape(OPERATOR, Operand::Dw, dw.shape(), w.shape())?;
    expect_shape(OPERATOR, Operand::State, velocity.shape(), w.shape())?;
    expect_shape(OPERATOR, Operand::Hyper, hyper.shape(), &[SGD_HYPER])?;
    let operands = vec![
        Bound::new(Operand::Dw, dw),
        Bound::new(Operand::Hyper, hyper),
        Bound::new(Operand::W, w),
        Bound::new(Operand::State, velocity),
    ];
    sink.push(elementwise(operator, dw), operands)
}

/// One step of stochastic gradient descent with momentum and weight decay, in place (PyTorch's rule, dampening 0):
/// g = dw + decay * w; velocity = momentum * velocity + g; w = w - rate * velocity. `hyper` is `[3]`: learning rate,
/// momentum, weight decay. dw may be of 16 bits ([`Real`]); w and velocity are f32. Submits and does not wait.
///
/// # Errors
/// A tensor of another context, shapes that differ, two of the tensors sharing memory; limits of the device, no memory, a
/// lost device.
///
/// ```
/// use wgconv::{Context, nn};
/// let ctx = Context::new_blocking()?;
/// let w = ctx.tensor(&[1], &[1.0])?;
/// let dw = ctx.tensor(&[1], &[2.0])?;
/// let velocity = ctx.zeros(&[1])?;
/// let hyper = ctx.tensor(&[3], &[0.25, 0.5, 0.0])?;
/// nn::sgd(&ctx, &w, &dw, &velocity, &hyper)?;
/// nn::sgd(&ctx, &w, &dw, &velocity, &hyper)?;
/// assert_eq!(w.read_blocking()?, [1.0 - 0.25 * 2.0 - 0.25 * 3.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn sgd<T: Real>(ctx: &Context, w: &Tensor, dw: &Tensor<T>, velocity: &Tensor, hyper: &Tensor) -> Result<()> {
    push(&mut Immediate(ctx), Elementwise::Sgd, w, dw, velocity, hyper)
}

/// As [`sgd`], with Nesterov's momentum as PyTorch has it: w = w - rate * (g + momentum * velocity), the velocity being the
/// new one.
///
/// # Errors
/// As for [`sgd`].
///
/// ```
/// use wgconv::{Context, nn};
/// let ctx = Context::new_blocking()?;
/// let w = ctx.tensor(&[1], &[1.0])?;
/// let dw = ctx.tensor(&[1], &[2.0])?;
/// let velocity = ctx.zeros(&[1])?;
/// let hyper = ctx.tensor(&[3], &[0.25, 0.5, 0.0])?;
/// nn::sgd_nesterov(&ctx, &w, &dw, &velocity, &hyper)?;
/// assert_eq!(w.read_blocking()?, [1.0 - 0.25 * (2.0 + 0.5 * 2.0)]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn sgd_nesterov<T: Real>(
    ctx: &Context,
    w: &Tensor,
    dw: &Tensor<T>,
    velocity: &Tensor,
    hyper: &Tensor,
) -> Result<()> {
    push(&mut Immediate(ctx), Elementwise::SgdNesterov, w, dw, velocity, hyper)
}

/// Stochastic gradient descent.
impl Program {
    /// [`sgd`] as a part of the program. The hyper-parameters are read when the program runs.
    ///
    /// # Errors
    /// As there.
    pub fn sgd<T: Real>(&mut self, w: &Tensor, dw: &Tensor<T>, velocity: &Tensor, hyper: &Tensor) -> Result<()> {
        push(self, Elementwise::Sgd, w, dw, velocity, hyper)
    }

    /// [`sgd_nesterov`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn sgd_nesterov<T: Real>(
        &mut self,
        w: &Tensor,
        dw: &Tensor<T>,
        velocity: &Tensor,
        hyper: &Tensor,
    ) -> Result<()> {
        push(self, Elementwise::SgdNesterov, w, dw, velocity, hyper)
    }
}
