//! Pooling by invocations that own four elements each: every pass of windows without dilation that a shader may loop over
//! in one dispatch.

use super::operands::{BoundChunk, Operands};
use super::{PoolKind, PoolPass, PoolProblem, blocks, channels_last};
use crate::error::Result;
use crate::kernel::{self, EntryPoint, RowsParams};
use crate::plan::{Algorithm, Chunk, PlanSpec, SpecBuilder, loop_tests, magic};

/// Elements of an invocation.
pub(super) const FOUR: u64 = 4;

/// The entry point that stores the result element by element, and the one that stores whole vec4s.
fn entries_of(kind: PoolKind, pass: PoolPass) -> Option<[&'static EntryPoint; 2]> {
    match (kind, pass) {
        (PoolKind::Max, PoolPass::Forward) => Some([&kernel::ROWS_MAX_FORWARD_SCALAR, &kernel::ROWS_MAX_FORWARD_VEC4]),
        (PoolKind::Max, PoolPass::ForwardWithIndices) => {
            Some([&kernel::ROWS_MAX_FORWARD_WITH_INDICES_SCALAR, &kernel::ROWS_MAX_FORWARD_WITH_INDICES_VEC4])
        }
        (PoolKind::Max, PoolPass::Backward | PoolPass::Unpool) => {
            Some([&kernel::ROWS_MAX_BACKWARD_SCALAR, &kernel::ROWS_MAX_BACKWARD_VEC4])
        }
        (PoolKind::Average { .. }, PoolPass::Forward) => {
            Some([&kernel::ROWS_AVERAGE_FORWARD_SCALAR, &kernel::ROWS_AVERAGE_FORWARD_VEC4])
        }
        (PoolKind::Average { .. }, PoolPass::Backward) => {
            Some([&kernel::ROWS_AVERAGE_BACKWARD_SCALAR, &kernel::ROWS_AVERAGE_BACKWARD_VEC4])
        }
        _ => None,
    }
}

pub(super) fn plan(problem: &PoolProblem, pass: PoolPass, mut plan: SpecBuilder<'_>) -> Result<PlanSpec> {
    if channels_last::takes(problem) {
        return channels_last::plan(problem, pass, plan);
    }
    if let Some(entries) = blocks::entries(problem, pass, plan.limits) {
        return blocks::plan(problem, pass, entries, plan);
    }
    let Some([scalar, vec4]) = entries_of(problem.kind, pass) else {
        return Err(
            Algorithm::Rows.unavailable("it has maxima, averages and unpooling, not norms or unpooling's gradient")
        );
    };
    if problem.are_last() != [false; 2] {
        return Err(Algorithm::Rows.unavailable("both of its tensors have their channels first, or last"));
    }
    if problem.adaptive || problem.axes.iter().any(|axis| axis.dilation != 1) {
        return Err(Algorithm::Rows.unavailable("its windows are all of one size, without dilation"));
    }
    if loop_tests(&problem.visits(pass)) > plan.limits.max_loop_iterations.into() {
        return Err(
            Algorithm::Rows.unavailable("its invocations loop over whole windows, which these are too large for")
        );
    }
    let operands = Operands::new(problem, pass, &plan);
    operands.state(&mut plan, problem.batch);
    for chunk in plan.chunks(problem.batch, operands.all(), operands.result().div_ceil(FOUR))? {
        let bound = operands.bind(plan.limits, &chunk);
        let count = operands.result() * u64::from(chunk.count);
        let result_base = if pass.is_over_cells() { bound.x_base } else { bound.y_base };
        let whole = count.is_multiple_of(FOUR)
            && u64::from(result_base).is_multiple_of(FOUR)
            && plan.limits.storage_alignment.is_multiple_of(4 * FOUR);
        let entry = if whole { vec4 } else { scalar };
        let params = params(problem, pass, &chunk, count as u32, &bound);
        let overrides = problem.overrides(pass, entry.kernel().overrides);
        plan.step(entry, &overrides, params, bound.bindings, count.div_ceil(FOUR))?;
    }
    Ok(plan.finish())
}

pub(super) fn params(
    problem: &PoolProblem,
    pass: PoolPass,
    chunk: &Chunk,
    count: u32,
    bound: &BoundChunk,
) -> RowsParams {
    let [d, h, w] = problem.axes;
    let (divisor, count_include_pad) = problem.divisor();
    let (index_base, index_step) = problem.indices.base_and_step(problem, chunk.first * problem.channels);
    let [(magic_d, shift_d), (magic_h, shift_h), (magic_w, shift_w)] =
        problem.axes.map(|axis| magic(if pass.is_over_cells() { axis.input } else { axis.output }));
    RowsParams {
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
        count,
        magic_d,
        shift_d,
        magic_h,
        shift_h,
        magic_w,
        shift_w,
        index_base,
        index_step,
        unpool: (pass == PoolPass::Unpool).into(),
        quads: 0,
        magic_quads: 0,
        shift_quads: 0,
    }
}
