//! Input gradient: dx from dy and w, in gather form. Chunks over the batch; a reduction longer than a shader may loop takes
//! several dispatches that add to dx one after the other. A bias of dx's channels, which a transposed convolution adds, goes
//! in once, with the first of them.

use super::border;
use super::epilogue::{need_through, through};
use super::gather::{self, Gather};
use super::passes::{blocks, overrides, params};
use super::{ConvProblem, Epilogue};
use crate::error::Result;
use crate::kernel;
use crate::plan::{Access, Algorithm, Batched, Operand, PlanSpec, Slabs, SpecBuilder, elements};

pub(super) fn plan(
    problem: &ConvProblem,
    algorithm: Algorithm,
    epilogue: Epilogue,
    mut plan: SpecBuilder<'_>,
) -> Result<PlanSpec> {
    if algorithm != Algorithm::Direct {
        return gather::plan(&Gather::input_grad(problem, algorithm)?, problem, algorithm, epilogue, plan);
    }
    let dy = Batched::new(Operand::Dy, &problem.y_shape());
    let dx = Batched::new(Operand::Dx, &problem.x_shape());
    let w_elements = elements(&problem.w_shape());
    let batch = u64::from(problem.batch);
    plan.need(Operand::Dy, dy.sample * batch, Access::Read);
    plan.need(Operand::W, w_elements, Access::Read);
    if epilogue.bias {
        plan.need(Operand::B, problem.channels_in.into(), Access::Read);
    }
    need_through(&mut plan, epilogue.activation, dx.sample * batch);
    plan.need(Operand::Dx, dx.sample * batch, Access::Write);

    let w = plan.whole(Operand::W, w_elements)?;
    let b = plan.whole(Operand::B, problem.channels_in.into())?;
    let [d, h, across] = problem.axes.map(|axis| u64::from(axis.taps));
    let rows = u64::from(problem.channels_out / problem.groups) * d * h;
    let slabs = Slabs::new("conv input_grad", rows, across, 1, plan.limits.max_loop_iterations)?;
    let per_sample = blocks(problem.groups, problem.channels_in, dx.sample / u64::from(problem.channels_in));
    for chunk in plan.chunks(problem.batch, &[dy, dx], per_sample)? {
        let part = problem.with_batch(chunk.count);
        let (dy, y_base) = chunk.bind(plan.limits, dy);
        let (dx_binding, x_base) = chunk.bind(plan.limits, dx);
        for slab in 0..slabs.count() {
            let params = params(&part, slabs.reduction(slab, 1, slab > 0), x_base, y_base);
            let invocations = per_sample * u64::from(chunk.count);
            let (entry, bindings) = if epilogue.bias && slab == 0 {
                (&kernel::CONV_INPUT_GRAD_BIAS, vec![dy, w, dx_binding, b])
            } else {
                (&kernel::CONV_INPUT_GRAD, vec![dy, w, dx_binding])
            };
            plan.step(entry, &overrides(problem), params, bindings, invocations)?;
        }
    }
    border::plan(problem, &mut plan)?;
    through(&mut plan, epilogue.activation, dx.sample * batch)?;
    Ok(plan.finish())
}
