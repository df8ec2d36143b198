//! Pooling of tensors with their channels last, by invocations that own four channels of one cell, or of two by two, each: the rows algorithm there.

use super::operands::Operands;
use super::rows::{FOUR, params};
use super::{PoolKind, PoolPass, PoolProblem, blocks};
use crate::error::Result;
use crate::kernel::{self, EntryPoint, RowsParams};
use crate::plan::{Algorithm, PlanSpec, SpecBuilder, loop_tests, magic};

fn entry_of(kind: PoolKind, pass: PoolPass) -> Option<&'static EntryPoint> {
    match (kind, pass) {
        (PoolKind::Max, PoolPass::Forward) => Some(&kernel::LAST_MAX_FORWARD),
        (PoolKind::Max, PoolPass::ForwardWithIndices) => Some(&kernel::LAST_MAX_FORWARD_WITH_INDICES),
        (PoolKind::Max, PoolPass::Backward | PoolPass::Unpool) => Some(&kernel::LAST_MAX_BACKWARD),
        (PoolKind::Average { .. }, PoolPass::Forward) => Some(&kernel::LAST_AVERAGE_FORWARD),
        (PoolKind::Average { .. }, PoolPass::Backward) => Some(&kernel::LAST_AVERAGE_BACKWARD),
        _ => None,
    }
}

/// Whether the memory of x and of y is that of channels last, and not that of channels first too.
pub(super) fn takes(problem: &PoolProblem) -> bool {
    // A plane of one cell lies as either.
    let [x, y] = problem.cells().map(|cells| cells == 1);
    match problem.are_last() {
        [true, true] => true,
        [true, false] => y,
        [false, true] => x,
        [false, false] => false,
    }
}

pub(super) fn plan(problem: &PoolProblem, pass: PoolPass, mut plan: SpecBuilder<'_>) -> Result<PlanSpec> {
    if let Some(entry) = blocks::last_entry(problem, pass, plan.limits) {
        return blocks::plan_last(problem, pass, entry, plan);
    }
    let Some(entry) = entry_of(problem.kind, pass) else {
        return Err(
            Algorithm::Rows.unavailable("it has maxima, averages and unpooling, not norms or unpooling's gradient")
        );
    };
    if !u64::from(problem.channels).is_multiple_of(FOUR) || !plan.limits.storage_alignment.is_multiple_of(4 * FOUR) {
        return Err(Algorithm::Rows.unavailable("with channels last it is for a multiple of four of them"));
    }
    if pass.is_over_cells() && problem.axes.iter().any(|axis| axis.dilation != 1) {
        return Err(Algorithm::Rows.unavailable("backward its windows are without dilation"));
    }
    if loop_tests(&problem.visits(pass)) > plan.limits.max_loop_iterations.into() {
        return Err(
            Algorithm::Rows.unavailable("its invocations loop over whole windows, which these are too large for")
        );
    }
    let operands = Operands::new(problem, pass, &plan);
    operands.state(&mut plan, problem.batch);
    let overrides = problem.overrides(pass, entry.kernel().overrides);
    let quads = problem.channels / FOUR as u32;
    let (magic_quads, shift_quads) = magic(quads);
    for chunk in plan.chunks(problem.batch, operands.all(), operands.result() / FOUR)? {
        let bound = operands.bind(plan.limits, &chunk);
        let count = operands.result() * u64::from(chunk.count) / FOUR;
        let params =
            RowsParams { quads, magic_quads, shift_quads, ..params(problem, pass, &chunk, count as u32, &bound) };
        plan.step(entry, &overrides, params, bound.bindings, count)?;
    }
    Ok(plan.finish())
}
