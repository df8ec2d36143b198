//! Bias gradient: db from dy, the sum over batch and outputs of each channel; split as the kernel gradient is.

use super::epilogue::begin_reduction;
use super::passes::{order_constant, params, params_of};
use super::{ConvProblem, Epilogue};
use crate::error::Result;
use crate::kernel;
use crate::plan::{Access, Operand, PlanSpec, Slabs, SpecBuilder};

pub(super) fn plan(problem: &ConvProblem, epilogue: Epilogue, mut plan: SpecBuilder<'_>) -> Result<PlanSpec> {
    let dy = plan.batched_shape(Operand::Dy, &problem.y_shape());
    let channels = u64::from(problem.channels_out);
    plan.need(Operand::Dy, dy.sample * u64::from(problem.batch), Access::Read);
    let mut db = begin_reduction(&mut plan, epilogue, Operand::Db, channels, problem.batch)?;

    let cells = dy.sample / channels;
    let chunks = plan.chunks(problem.batch, &[dy], 1)?;
    let spans = plan.spans(channels)?;
    for (span, chunk) in spans.iter().flat_map(|span| chunks.iter().map(move |chunk| (span, chunk))) {
        db.span = *span;
        let channels = span.elements;
        let part = problem.with_batch(chunk.count);
        let (dy, y_base) = chunk.bind(plan.limits, dy);
        let rows = u64::from(chunk.count);
        let wanted = plan.wanted_slices(channels, channels, rows * cells);
        let slabs = Slabs::new("conv bias_grad", rows, cells, wanted, plan.limits.max_loop_iterations)?;
        let slice_workgroups = channels.div_ceil(kernel::WORKGROUP_SIZE.into());
        plan.split_reduction(&mut db, chunk, slabs, slice_workgroups, |plan, reduction, target| {
            let params = params_of(span, params(&part, reduction, 0, y_base));
            let invocations = channels * u64::from(reduction.slab_count);
            let layout = ("Y_LAST", order_constant(problem, "Y_LAST"));
            plan.step(&kernel::CONV_BIAS_GRAD, &[layout], params, vec![dy, target], invocations)
        })?;
    }
    Ok(plan.finish())
}
