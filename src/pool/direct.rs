//! Pooling by invocations that own one element each: every pass of every problem.

use super::operands::{BoundChunk, Operands};
use super::{PoolKind, PoolPass, PoolProblem};
use crate::error::Result;
use crate::kernel::{self, ConvertParams, EntryPoint, PoolParams, Reduction};
use crate::plan::{Algorithm, Chunk, PlanSpec, Slabs, SpecBuilder};

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

/// Whether a pass adds to what the dispatch before has stored. Of maxima and of unpooling the largest or last value so far is one
/// of the operands' elements, which every type holds as it is.
fn adds(kind: PoolKind, pass: PoolPass) -> bool {
    match kind {
        PoolKind::Max => pass == PoolPass::Backward,
        _ => true,
    }
}

/// Chunks over the batch, and for windows longer than a shader may loop several dispatches that go on from what the output
/// holds; from f32 sums in the workspace, where the output's type would round each time.
pub(super) fn plan(problem: &PoolProblem, pass: PoolPass, mut plan: SpecBuilder<'_>) -> Result<PlanSpec> {
    let operands = Operands::new(problem, pass, &plan);
    operands.state(&mut plan, problem.batch);
    let entry = entry_of(problem.kind, pass);
    let overrides = problem.overrides(pass, entry.kernel().overrides);
    // It looks up one element, without a loop.
    let steps = if pass == PoolPass::UnpoolBackward { [1; 3] } else { problem.steps(pass) };
    let slabs = Slabs::new("pooling", steps[0] * steps[1], steps[2], 1, plan.limits.max_loop_iterations)?;
    let apart = slabs.count() > 1 && plan.rounds() && adds(problem.kind, pass);
    let most = if apart { plan.most_sums() / operands.result() } else { u64::MAX };
    if most == 0 {
        return Err(Algorithm::Direct.unavailable("the f32 sums of a sample exceed the workspace"));
    }
    let chunks = plan.small_chunks(problem.batch, operands.all(), operands.result(), most)?;
    let sums = match apart {
        true => {
            let samples = chunks.iter().map(|chunk| u64::from(chunk.count)).max().unwrap_or(0);
            Some(plan.sums(samples * operands.result()))
        }
        false => None,
    };
    for chunk in chunks {
        let elements = operands.result() * u64::from(chunk.count);
        let bound = operands.bind(plan.limits, &chunk);
        let result_base = if pass.is_over_cells() { bound.x_base } else { bound.y_base };
        let mut bindings = bound.bindings.clone();
        if let Some(sums) = sums {
            bindings[operands.inputs()] = sums;
        }
        for slab in 0..slabs.count() {
            let reduction = slabs.reduction(slab, 1, slab > 0);
            let params = params(problem, pass, &chunk, reduction, &bound);
            let params = PoolParams { result_base: if sums.is_some() { 0 } else { result_base }, ..params };
            plan.step(entry, &overrides, params, bindings.clone(), elements)?;
        }
        if let Some(sums) = sums {
            // As many as a tensor has at most.
            let params = ConvertParams { count: elements as u32, x_base: 0, out_base: result_base, unused: 0 };
            let result = bound.bindings[operands.inputs()];
            plan.step(&kernel::CONVERT, &[], params, vec![sums, result], elements.div_ceil(4))?;
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
        result_base: 0,
        divisor,
        count_include_pad,
        index_base,
        index_step,
        unpool: (pass == PoolPass::Unpool).into(),
        power: problem.power(),
        channels: problem.channels,
        unused_a: 0,
        unused_b: 0,
        unused_c: 0,
    }
}
