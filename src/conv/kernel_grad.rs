//! Kernel gradient: dw from x and dy. The reduction over batch and outputs is long and dw is small, so it is split into
//! slices that a second pass adds in a fixed order; chunks of the batch add to dw one after the other.

mod tiled;

use super::ConvProblem;
use super::passes::{blocks, overrides, params};
use crate::error::Result;
use crate::kernel;
use crate::plan::{Access, Algorithm, Batched, Operand, PlanSpec, Slabs, SpecBuilder, elements};

pub(super) fn plan(problem: &ConvProblem, algorithm: Algorithm, mut plan: SpecBuilder<'_>) -> Result<PlanSpec> {
    if algorithm == Algorithm::Tiled {
        return tiled::plan(problem, plan);
    }
    if algorithm != Algorithm::Direct {
        return Err(algorithm.unavailable("it has no kernel gradient"));
    }
    let x = Batched::new(Operand::X, &problem.x_shape());
    let dy = Batched::new(Operand::Dy, &problem.y_shape());
    let dw_elements = elements(&problem.w_shape());
    let batch = u64::from(problem.batch);
    plan.need(Operand::X, x.sample * batch, Access::Read);
    plan.need(Operand::Dy, dy.sample * batch, Access::Read);
    plan.need(Operand::Dw, dw_elements, Access::Write);

    let dw = plan.whole(Operand::Dw, dw_elements)?;
    let [d, h, across] = problem.axes.map(|axis| u64::from(axis.output));
    let per_slice = blocks(problem.groups, problem.channels_out, dw_elements / u64::from(problem.channels_out));
    for chunk in plan.chunks(problem.batch, &[x, dy], 1)? {
        let part = problem.with_batch(chunk.count);
        let (x, x_base) = chunk.bind(plan.limits, x);
        let (dy, y_base) = chunk.bind(plan.limits, dy);
        let rows = u64::from(chunk.count) * d * h;
        let wanted = plan.wanted_slices(dw_elements, per_slice, rows * across);
        let slabs = Slabs::new("conv kernel_grad", rows, across, wanted, plan.limits.max_loop_iterations)?;
        plan.split_reduction(dw, slabs, chunk.first > 0, |plan, reduction, target| {
            let params = params(&part, reduction, x_base, y_base);
            let invocations = per_slice * u64::from(reduction.slab_count);
            plan.step(&kernel::CONV_KERNEL_GRAD, &overrides(problem), params, vec![x, dy, target], invocations)
        })?;
    }
    Ok(plan.finish())
}
