//! Pooling by invocations that own one element each: every pass of every problem.

use super::operands::{BoundChunk, Operands};
use super::{PoolKind, PoolPass, PoolProblem};
use crate::error::Result;
use crate::kernel::{self, EntryPoint, PoolParams, Reduction};
use crate::plan::{Chunk, PlanSpec, Slabs, SpecBuilder};

fn entry_of(kind: PoolKind, pass: PoolPass) -> &'static EntryPoint {
    match (kind, pass) {
        (PoolKind::Max, PoolPass::Forward) => &kernel::MAX_FORWARD,
        (_, PoolPass::ForwardWithIndices) => &kernel::MAX_FORWARD_WITH_INDICES,
        (PoolKind::Max, PoolPass::Backward) | (_, PoolPass::Unpool) => &kernel::MAX_BACKWARD,
        (_, PoolPass::UnpoolBackward) => &kernel::UNPOOL_BACKWARD,
        (PoolKind::Average { .. }, PoolPass::Forward) => &kernel::AVERAGE_FORWARD,
        (PoolKind::Average { .. }, PoolPass::Backward) => &kernel::AVERAGE_BACKWARD,
        (PoolKind::Lp { .. }, PoolPass::Forward) => &kernel::LP_FORWARD,
        (PoolKind::Lp { .. }, PoolPass::Backward) => &kernel::LP_BACKWARD,
    }
}

/// Chunks over the batch, and for windows longer than a shader may loop several dispatches that go on from what the output
/// holds.
pub(super) fn plan(problem: &PoolProblem, pass: PoolPass, mut plan: SpecBuilder<'_>) -> Result<PlanSpec> {
    let operands = Operands::new(problem, pass);
    operands.state(&mut plan, problem.batch);
    let entry = entry_of(problem.kind, pass);
    let overrides = problem.overrides(pass, entry.kernel().overrides);
    // It looks up one element, without a loop.
    let steps = if pass == PoolPass::UnpoolBackward { [1; 3] } else { problem.steps(pass) };
    let slabs = Slabs::new("pooling", steps[0] * steps[1], steps[2], 1, plan.limits.max_loop_iterations)?;
    for chunk in plan.chunks(problem.batch, operands.all(), operands.result())? {
        for slab in 0..slabs.count() {
            let bound = operands.bind(plan.limits, &chunk);
            let params = params(problem, pass, &chunk, slabs.reduction(slab, 1, slab > 0), &bound);
            let invocations = operands.result() * u64::from(chunk.count);
            plan.step(entry, &overrides, params, bound.bindings, invocations)?;
        }
    }
    Ok(plan.finish())
}

fn params(
    problem: &PoolProblem,
    pass: PoolPass,
    chunk: &Chunk,
    reduction: Reduction,
    bound: &BoundChunk,
) -> PoolParams {
    let [d, h, w] = problem.axes;
    let (divisor, count_include_pad) = problem.divisor();
    let (index_base, index_step) = problem.indices.base_and_step(problem, chunk.first * problem.channels);
    PoolParams {
        reduction,
        planes: chunk.count * problem.channels,
        in_d: d.input,
        in_h: h.input,
        in_w: w.input,
        out_d: d.output,
        out_h: h.output,
        out_w: w.output,
        x_base: bound.x_base,
        y_base: bound.y_base,
        divisor,
        count_include_pad,
        index_base,
        index_step,
        unpool: (pass == PoolPass::Unpool).into(),
        power: problem.power(),
        channels: problem.channels,
    }
}
