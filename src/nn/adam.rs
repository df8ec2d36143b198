//! Adam and AdamW, and the step that they count by: convenience level and program.

use super::Elementwise;
use super::ops::elementwise;
use super::problem::{ADAM_HYPER, NnProblem};
use crate::error::{Error, Result};
use crate::gpu::{Bound, Context, Immediate, Program, Real, Sink, Tensor};
use crate::plan::{Operand, Problem};
use crate::spatial::expect_shape;

/// Hyper-parameters of [`adam`] and [`adamw`]. The default is PyTorch's for Adam; its AdamW has a weight decay of 0.01.
///
/// ```
/// use wgconv::nn::AdamHyper;
/// let hyper = AdamHyper { learning_rate: 0.01, ..AdamHyper::default() };
/// assert_eq!(hyper.values()?, [0.01, 0.1, 0.001, 1e-8, 0.0]);
/// assert!(AdamHyper { beta1: 1.0, ..hyper }.values().is_err());
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamHyper {
    /// Learning rate, 0 or above.
    pub learning_rate: f64,
    /// Decay of the first moment, the moving average of gradients: at least 0 and below 1.
    pub beta1: f64,
    /// Decay of the second moment, the moving average of their squares: at least 0 and below 1.
    pub beta2: f64,
    /// What is added to the second moment's root, 0 or above. With 0 a weight whose gradient has always been 0 becomes 0 / 0,
    /// which is NaN.
    pub eps: f64,
    /// Weight decay, 0 or above.
    pub weight_decay: f64,
}

impl Default for AdamHyper {
    fn default() -> Self {
        AdamHyper { learning_rate: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.0 }
    }
}

impl AdamHyper {
    /// What the kernels read: learning rate, 1 - beta1, 1 - beta2, eps, weight decay. The decays as what they leave to 1,
    /// because a beta2 near 1, rounded to f32, would have lost the digits of that.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a value outside its range, also once it is rounded to f32: one that becomes infinite, or
    /// an eps above 0 that becomes 0.
    pub fn values(&self) -> Result<[f32; ADAM_HYPER]> {
        const IN_F32: &str = "0 or above, and finite in f32";
        let not_negative = |value: f64| (value as f32).is_finite() && value >= 0.0;
        let kept = |value: f64| not_negative(value) && (value == 0.0 || value as f32 != 0.0);
        let below_one = |value: f64| (0.0..1.0).contains(&value);
        let checks = [
            ("learning_rate", self.learning_rate, not_negative(self.learning_rate), IN_F32),
            ("beta1", self.beta1, below_one(self.beta1), "at least 0 and below 1"),
            ("beta2", self.beta2, below_one(self.beta2), "at least 0 and below 1"),
            ("eps", self.eps, kept(self.eps), "0, or above 0 in f32 and finite"),
            ("weight_decay", self.weight_decay, not_negative(self.weight_decay), IN_F32),
        ];
        for (parameter, value, fits, expected) in checks {
            if !fits {
                return Err(Error::InvalidParameter {
                    operator: "Adam",
                    parameter,
                    value: value.to_string(),
                    expected,
                });
            }
        }
        let values = [self.learning_rate, 1.0 - self.beta1, 1.0 - self.beta2, self.eps, self.weight_decay];
        Ok(values.map(|value| value as f32))
    }
}

/// Operands of a step beside w and dw.
struct Memory<'a> {
    moments: [&'a Tensor; 2],
    hyper: &'a Tensor,
    step: &'a Tensor<u32>,
}

fn push<T: Real>(
    sink: &mut impl Sink,
    operator: Elementwise,
    w: &Tensor,
    dw: &Tensor<T>,
    memory: &Memory<'_>,
) -> Result<()> {
    const OPERATOR: &str = "adam";
    let [first, second] = memory.moments;
    expect_shape(OPERATOR, Operand::Dw, dw.shape(), w.shape())?;
    expect_shape(OPERATOR, Operand::State, first.shape(), w.shape())?;
    expect_shape(OPERATOR, Operand::SecondMoment, second.shape(), w.shape())?;
    expect_shape(OPERATOR, Operand::Hyper, memory.hyper.shape(), &[ADAM_HYPER])?;
    expect_shape(OPERATOR, Operand::Step, memory.step.shape(), &[1])?;
    let operands = vec![
        Bound::new(Operand::Dw, dw),
        Bound::new(Operand::Hyper, memory.hyper),
        Bound::new(Operand::Step, memory.step),
        Bound::new(Operand::W, w),
        Bound::new(Operand::State, first),
        Bound::new(Operand::SecondMoment, second),
    ];
    sink.push(elementwise(operator, dw), operands)
}

fn push_advance(sink: &mut impl Sink, step: &Tensor<u32>) -> Result<()> {
    expect_shape("advance", Operand::Step, step.shape(), &[1])?;
    sink.push(Problem::Nn(NnProblem::Advance), vec![Bound::new(Operand::Step, step)])
}

/// Counts a step `[1]`, on the device: what [`adam`] corrects its moments by, and what [`super::dropout`] draws its masks by.
/// It begins at 0, and the first step of training is 1, so that a program advances before it uses the number. Submits and
/// does not wait.
///
/// # Errors
/// Another shape than `[1]`, a tensor of another context, no memory, a lost device.
///
/// ```
/// use wgconv::{Context, nn};
/// let ctx = Context::new_blocking()?;
/// let step = ctx.zeros::<u32>(&[1])?;
/// nn::advance(&ctx, &step)?;
/// nn::advance(&ctx, &step)?;
/// assert_eq!(step.read_blocking()?, [2]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn advance(ctx: &Context, step: &Tensor<u32>) -> Result<()> {
    push_advance(&mut Immediate(ctx), step)
}

/// One step of Adam, in place (Kingma and Ba, "Adam: a method for stochastic optimization", 2015; weight decay and the place of
/// eps as in PyTorch): g = dw + decay * w; m = beta1 * m + (1 - beta1) * g; v = beta2 * v + (1 - beta2) * g^2;
/// w = w - rate * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps). `moments` are m and v, zero at first; `hyper` is `[5]`,
/// what [`AdamHyper::values`] gives; `step` is t `[1]`, 1 at first (0 counts as 1). dw may be of 16 bits ([`Real`]), the others are f32.
/// Submits and does not wait.
///
/// # Errors
/// A tensor of another context, shapes that differ, two of the tensors sharing memory; limits of the device, no memory, a
/// lost device.
///
/// ```
/// use wgconv::{Context, nn};
/// let ctx = Context::new_blocking()?;
/// let (w, dw) = (ctx.tensor(&[2], &[1.0, 1.0])?, ctx.tensor(&[2], &[3.0, -0.001])?);
/// let moments = [&ctx.zeros(&[2])?, &ctx.zeros(&[2])?];
/// let hyper = ctx.tensor(&[5], &nn::AdamHyper { learning_rate: 0.25, ..Default::default() }.values()?)?;
/// let step = ctx.tensor(&[1], &[1u32])?;
/// nn::adam(&ctx, &w, &dw, moments, &hyper, &step)?;
/// let w = w.read_blocking()?;     // the first step goes by the learning rate, however long the gradient
/// assert!((w[0] - 0.75).abs() < 1e-5 && (w[1] - 1.25).abs() < 1e-5);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn adam<T: Real>(
    ctx: &Context,
    w: &Tensor,
    dw: &Tensor<T>,
    moments: [&Tensor; 2],
    hyper: &Tensor,
    step: &Tensor<u32>,
) -> Result<()> {
    push(&mut Immediate(ctx), Elementwise::Adam, w, dw, &Memory { moments, hyper, step })
}

/// As [`adam`], with decoupled weight decay (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019; PyTorch's
/// AdamW): g = dw, and w = w - rate * decay * w before the step.
///
/// # Errors
/// As for [`adam`].
///
/// ```
/// use wgconv::{Context, nn};
/// let ctx = Context::new_blocking()?;
/// let (w, dw) = (ctx.tensor(&[1], &[8.0])?, ctx.tensor(&[1], &[0.0])?);
/// let moments = [&ctx.zeros(&[1])?, &ctx.zeros(&[1])?];
/// let hyper = nn::AdamHyper { learning_rate: 0.5, weight_decay: 0.25, ..Default::default() };
/// let (hyper, step) = (ctx.tensor(&[5], &hyper.values()?)?, ctx.tensor(&[1], &[1u32])?);
/// nn::adamw(&ctx, &w, &dw, moments, &hyper, &step)?;
/// assert_eq!(w.read_blocking()?, [7.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn adamw<T: Real>(
    ctx: &Context,
    w: &Tensor,
    dw: &Tensor<T>,
    moments: [&Tensor; 2],
    hyper: &Tensor,
    step: &Tensor<u32>,
) -> Result<()> {
    push(&mut Immediate(ctx), Elementwise::AdamW, w, dw, &Memory { moments, hyper, step })
}

/// Adam and the number of the step.
impl Program {
    /// [`adam`] as a part of the program. Hyper-parameters and step are read when the program runs.
    ///
    /// # Errors
    /// As there.
    pub fn adam<T: Real>(
        &mut self,
        w: &Tensor,
        dw: &Tensor<T>,
        moments: [&Tensor; 2],
        hyper: &Tensor,
        step: &Tensor<u32>,
    ) -> Result<()> {
        push(self, Elementwise::Adam, w, dw, &Memory { moments, hyper, step })
    }

    /// [`adamw`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn adamw<T: Real>(
        &mut self,
        w: &Tensor,
        dw: &Tensor<T>,
        moments: [&Tensor; 2],
        hyper: &Tensor,
        step: &Tensor<u32>,
    ) -> Result<()> {
        push(self, Elementwise::AdamW, w, dw, &Memory { moments, hyper, step })
    }

    /// [`advance`] as a part of the program: every run of it counts one.
    ///
    /// # Errors
    /// As there.
    pub fn advance(&mut self, step: &Tensor<u32>) -> Result<()> {
        push_advance(self, step)
    }
}
