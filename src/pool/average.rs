//! Average pooling: forward and backward.

use super::PoolProblem;
use super::passes::dispatches;
use crate::error::Result;
use crate::kernel;
use crate::plan::{Access, Operand, PlanSpec, SpecBuilder};

pub(super) fn forward(problem: &PoolProblem, mut plan: SpecBuilder<'_>) -> Result<PlanSpec> {
    let (x, y) = ((Operand::X, Access::Read), (Operand::Y, Access::Write));
    dispatches(&mut plan, problem, &kernel::AVERAGE_FORWARD, x, &[y], |bound| vec![bound.x.0, bound.y[0]])?;
    Ok(plan.finish())
}

pub(super) fn backward(problem: &PoolProblem, mut plan: SpecBuilder<'_>) -> Result<PlanSpec> {
    let (dx, dy) = ((Operand::Dx, Access::Write), (Operand::Dy, Access::Read));
    dispatches(&mut plan, problem, &kernel::AVERAGE_BACKWARD, dx, &[dy], |bound| vec![bound.y[0], bound.x.0])?;
    Ok(plan.finish())
}
