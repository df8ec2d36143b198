//! From one type of elements to another: convenience level, program and plan.

use std::sync::Arc;

use super::{ConvertProblem, ElementType};
use crate::error::Result;
use crate::gpu::{Bound, Context, Immediate, Plan, Program, Real, Sink, Tensor};
use crate::plan::{Operand, PlanOptions, Problem};
use crate::spatial::element_count;

fn convert_in<S: Real, T: Real>(sink: &mut impl Sink, x: &Tensor<S>) -> Result<Tensor<T>> {
    let y = sink.context().empty_in(Operand::Y, x.layout(), x.shape())?;
    let operands = vec![Bound::new(Operand::X, x), Bound::new(Operand::Y, &y)];
    // A tensor has at most u32::MAX elements.
    let problem = ConvertProblem { count: x.len() as u32, source: S::TYPE, target: T::TYPE };
    sink.push(Problem::Convert(problem), operands)?;
    Ok(y)
}

/// x in another type, each element rounded to the nearest number that it holds ([`ElementType::round`]); a copy if the types are
/// the same. The layout stays. Its gradient is the conversion the other way round. Submits and does not wait.
///
/// # Errors
/// A tensor of another context, limits of the device, no memory, a lost device.
///
/// ```
/// use wgconv::{Context, Tensor};
/// let ctx = Context::new_blocking()?;
/// let x = ctx.tensor(&[2], &[1.0, 2.0])?;
/// let y: Tensor<f32> = wgconv::convert(&ctx, &x)?;
/// assert_eq!(y.read_blocking()?, [1.0, 2.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn convert<S: Real, T: Real>(ctx: &Context, x: &Tensor<S>) -> Result<Tensor<T>> {
    convert_in(&mut Immediate(ctx), x)
}

/// The plan of a conversion of so many elements, for the encoder level; operands x and y.
///
/// # Errors
/// No elements or more than `u32::MAX`, an algorithm other than direct, limits of the device.
///
/// ```
/// use wgconv::{Context, ElementType, PlanOptions};
/// let ctx = Context::new_blocking()?;
/// let plan = wgconv::convert_plan(&ctx, 1000, [ElementType::F32, ElementType::F16], &PlanOptions::default())?;
/// assert_eq!(plan.bytes_moved(), 1000 * (4 + 2));
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn convert_plan(
    ctx: &Context,
    count: usize,
    [source, target]: [ElementType; 2],
    options: &PlanOptions,
) -> Result<Arc<Plan>> {
    let count = element_count(Operand::X, &[count])?;
    ctx.plan(Problem::Convert(ConvertProblem { count, source, target }), options)
}

/// Types of elements.
impl Program {
    /// [`convert`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn convert<S: Real, T: Real>(&mut self, x: &Tensor<S>) -> Result<Tensor<T>> {
        convert_in(self, x)
    }
}
