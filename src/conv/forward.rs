//! Forward: y = activation(conv(x, w) + b). Chunks over the batch; a reduction longer than a shader may loop takes several
//! dispatches that add to y one after the other.

use super::gather::{self, Gather};
use super::passes::{blocks, overrides, params};
use super::{ConvProblem, Epilogue};
use crate::activation::Activation;
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
        return gather::plan(&Gather::forward(problem), problem, algorithm, epilogue, plan);
    }
    let x = Batched::new(Operand::X, &problem.x_shape());
    let y = Batched::new(Operand::Y, &problem.y_shape());
    let w_elements = elements(&problem.w_shape());
    let batch = u64::from(problem.batch);
    plan.need(Operand::X, x.sample * batch, Access::Read);
    plan.need(Operand::W, w_elements, Access::Read);
    if epilogue.bias {
        plan.need(Operand::B, problem.channels_out.into(), Access::Read);
    }
    plan.need(Operand::Y, y.sample * batch, Access::Write);

    let w = plan.whole(Operand::W, w_elements)?;
    let b = plan.whole(Operand::B, problem.channels_out.into())?;
    let [d, h, across] = problem.axes.map(|axis| u64::from(axis.taps));
    let rows = u64::from(problem.channels_in / problem.groups) * d * h;
    let slabs = Slabs::new("conv forward", rows, across, 1, plan.limits.max_loop_iterations)?;
    let per_sample = blocks(problem.groups, problem.channels_out, y.sample / u64::from(problem.channels_out));
    for chunk in plan.chunks(problem.batch, &[x, y], per_sample)? {
        let part = problem.with_batch(chunk.count);
        let (x, x_base) = chunk.bind(plan.limits, x);
        let (y_binding, y_base) = chunk.bind(plan.limits, y);
        for slab in 0..slabs.count() {
            let params = params(&part, slabs.reduction(slab, 1, slab > 0), x_base, y_base);
            let invocations = per_sample * u64::from(chunk.count);
            // The bias goes in once, with the first slab; the activation comes when all slabs are in.
            let (entry, bindings) = if epilogue.bias && slab == 0 {
                (&kernel::CONV_FORWARD_BIAS, vec![x, w, b, y_binding])
            } else {
                (&kernel::CONV_FORWARD, vec![x, w, y_binding])
            };
            let mut overrides = overrides(problem);
            let activation = if slab + 1 == slabs.count() { epilogue.activation } else { Activation::None };
            overrides.push(("BORDER", problem.padding_mode.constant()));
            overrides.push(("ACTIVATION", activation.constant()));
            plan.step(entry, &overrides, params, bindings, invocations)?;
        }
    }
    Ok(plan.finish())
}
