//! Dropout whose masks are computed from counters: descriptor, plan, convenience level and program.

use std::sync::Arc;

use super::elementwise::{ByElement, Part, steps_of};
use super::problem::NnProblem;
use crate::element::ElementType;
use crate::error::{Error, Result};
use crate::gpu::{Bound, Context, Immediate, Plan, Program, Real, Sink, Tensor};
use crate::kernel::{self, DropoutParams};
use crate::plan::{Access, DeviceLimits, Operand, PlanOptions, PlanSpec, Problem, SpecBuilder};
use crate::spatial::{element_count, expect_shape};

/// A dropout layer: with what probability an element is dropped, and the seed of its masks. Layers of one network should have
/// different seeds.
///
/// The mask is a function of seed, step and the element's position: word i mod 4 of Philox4x32-10 (Salmon et al., "Parallel random
/// numbers: as easy as 1, 2, 3", 2011) with the counter (i / 4, step, 0, 0) and the seed as its key; the element is dropped
/// where that word is below probability * 2^32. [`crate::reference::nn::dropout`] gives the same bits.
///
/// ```
/// use wgconv::nn::Dropout;
/// assert!(Dropout::new(0.5, 1).is_ok());
/// assert!(Dropout::new(1.0, 1).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dropout {
    /// Words below this drop their element.
    threshold: u32,
    /// Bits of 1 / (1 - probability).
    scale: u32,
    seed: u64,
}

impl Dropout {
    /// Elements are dropped with this probability, at least 0 and below 1.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for another probability.
    pub fn new(probability: f32, seed: u64) -> Result<Dropout> {
        if !(0.0..1.0).contains(&probability) {
            return Err(Error::InvalidParameter {
                operator: "Dropout",
                parameter: "probability",
                value: probability.to_string(),
                expected: "at least 0 and below 1",
            });
        }
        let probability = f64::from(probability);
        let scale = ((1.0 - probability).recip() as f32).to_bits();
        // Below 2^32, since an f32 below 1 is at most 1 - 2^-24.
        Ok(Dropout { threshold: (probability * 2f64.powi(32)) as u32, scale, seed })
    }

    /// The plan for `count` elements, for the encoder level. Operands: x, step (u32), y.
    ///
    /// # Errors
    /// No elements or more than `u32::MAX`; limits of the device, no memory, a lost device.
    ///
    /// ```
    /// use wgconv::{Context, nn::Dropout};
    /// let plan = Dropout::new(0.5, 1)?.plan(&Context::new_blocking()?, 1000)?;
    /// assert_eq!(plan.operands().len(), 3);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn plan(&self, ctx: &Context, count: usize) -> Result<Arc<Plan>> {
        self.plan_as(ctx, count, ElementType::F32)
    }

    /// The same for x and y of this type; an element's place in the mask is the same in each.
    ///
    /// # Errors
    /// As for [`Dropout::plan`].
    ///
    /// ```
    /// use wgconv::{Context, ElementType, nn::Dropout};
    /// let plan = Dropout::new(0.5, 1)?.plan_as(&Context::new_blocking()?, 1000, ElementType::Bf16)?;
    /// assert_eq!(plan.bytes_moved(), 2 * 1000 * 2 + 4);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn plan_as(&self, ctx: &Context, count: usize, element: ElementType) -> Result<Arc<Plan>> {
        let count = element_count(Operand::X, &[count])?;
        ctx.plan(Problem::Nn(NnProblem::Dropout { dropout: *self, count, element }), ctx.plan_options())
    }

    pub(super) fn plan_spec(
        &self,
        count: u32,
        element: ElementType,
        limits: &DeviceLimits,
        options: &PlanOptions,
    ) -> Result<PlanSpec> {
        let title = format!("dropout: {count} elements{}", element.in_title());
        let plan = SpecBuilder::direct(limits, options, title, count.into())?;
        let mut plan = plan.of_type_only(element, &[Operand::X, Operand::Y]);
        plan.need(Operand::X, count.into(), Access::Read);
        plan.need(Operand::Step, 1, Access::Read);
        plan.need(Operand::Y, count.into(), Access::Write);
        let step = Part { fixed: Some(1), ..Part::each(Operand::Step) };
        let operands = [Part::each(Operand::X), step, Part::each(Operand::Y)];
        let entries = ByElement { scalar: &kernel::DROPOUT_SCALAR, vec4: &kernel::DROPOUT_VEC4 };
        steps_of(&mut plan, entries, &operands, &[], count, |first, values| DropoutParams {
            count: values,
            first,
            threshold: self.threshold,
            scale: f32::from_bits(self.scale),
            seed_low: self.seed as u32,
            seed_high: (self.seed >> 32) as u32,
            unused_a: 0,
            unused_b: 0,
        })?;
        Ok(plan.finish())
    }

    fn push<T: Real>(&self, sink: &mut impl Sink, x: &Tensor<T>, step: &Tensor<u32>) -> Result<Tensor<T>> {
        expect_shape("dropout", Operand::Step, step.shape(), &[1])?;
        let y = sink.context().empty_like(Operand::Y, x)?;
        // A tensor has at most u32::MAX elements.
        let problem = NnProblem::Dropout { dropout: *self, count: x.len() as u32, element: T::TYPE };
        let operands = vec![Bound::new(Operand::X, x), Bound::new(Operand::Step, step), Bound::new(Operand::Y, &y)];
        sink.push(Problem::Nn(problem), operands)?;
        Ok(y)
    }
}

/// y = x / (1 - probability) where the mask keeps an element, else 0, any shape and layout; the mask is drawn along memory. `step` is `[1]`: each number has a mask of its own.
/// Its gradient is itself: dx is the dropout of dy with the same seed at the same step. Submits and does not wait.
///
/// # Errors
/// A step of another shape, a tensor of another context, limits of the device, no memory, a lost device.
///
/// ```
/// use wgconv::{Context, nn};
/// let ctx = Context::new_blocking()?;
/// let (x, dy) = (ctx.tensor(&[6], &[1.0; 6])?, ctx.tensor(&[6], &[2.0; 6])?);
/// let step = ctx.tensor(&[1], &[1u32])?;
/// let half = nn::Dropout::new(0.5, 7)?;
/// let y = nn::dropout(&ctx, &half, &x, &step)?.read_blocking()?;
/// let dx = nn::dropout(&ctx, &half, &dy, &step)?.read_blocking()?;
/// assert!(y.iter().zip(&dx).all(|(&y, &dx)| (y == 0.0 || y == 2.0) && dx == 2.0 * y));
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn dropout<T: Real>(ctx: &Context, dropout: &Dropout, x: &Tensor<T>, step: &Tensor<u32>) -> Result<Tensor<T>> {
    dropout.push(&mut Immediate(ctx), x, step)
}

/// Dropout.
impl Program {
    /// [`dropout`] as a part of the program. The step is read when the program runs: with [`Program::advance`] every run draws
    /// other masks.
    ///
    /// # Errors
    /// As there.
    pub fn dropout<T: Real>(&mut self, dropout: &Dropout, x: &Tensor<T>, step: &Tensor<u32>) -> Result<Tensor<T>> {
        dropout.push(self, x, step)
    }
}
