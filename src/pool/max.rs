//! Max pooling: forward, optionally with the index of each maximum, and backward by those indices.

use super::PoolProblem;
use super::passes::dispatches;
use crate::error::Result;
use crate::kernel;
use crate::plan::{Access, Operand, PlanSpec, SpecBuilder};

pub(super) fn forward(problem: &PoolProblem, with_indices: bool, mut plan: SpecBuilder<'_>) -> Result<PlanSpec> {
    let x = (Operand::X, Access::Read);
    let outputs = [(Operand::Y, Access::Write), (Operand::Indices, Access::Write)];
    let (entry, outputs) = if with_indices {
        (&kernel::MAX_FORWARD_WITH_INDICES, &outputs[..])
    } else {
        (&kernel::MAX_FORWARD, &outputs[..1])
    };
    dispatches(&mut plan, problem, entry, x, outputs, |bound| {
        std::iter::once(bound.x.0).chain(bound.y.iter().copied()).collect()
    })?;
    Ok(plan.finish())
}

pub(super) fn backward(problem: &PoolProblem, mut plan: SpecBuilder<'_>) -> Result<PlanSpec> {
    let dx = (Operand::Dx, Access::Write);
    let inputs = [(Operand::Dy, Access::Read), (Operand::Indices, Access::Read)];
    dispatches(&mut plan, problem, &kernel::MAX_BACKWARD, dx, &inputs, |bound| {
        bound.y.iter().copied().chain([bound.x.0]).collect()
    })?;
    Ok(plan.finish())
}
