//! Forward: y = activation(conv(x, w) + b). Chunks over the batch; a reduction longer than a shader may loop takes several
//! dispatches that add to y one after the other.

use super::epilogue::{Abilities, begin};
use super::gather::{self, Gather};
use super::passes::{blocks, order_overrides, overrides, params};
use super::{ConvProblem, Epilogue};
use crate::error::Result;
use crate::kernel::{self, ConvParams};
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
    let stores = begin(&mut plan, epilogue, (Operand::Y, y.sample * batch), Abilities::ALL, algorithm)?;

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
            let reduction = slabs.reduction(slab, 1, stores.accumulate || slab > 0);
            let params = ConvParams { slope: stores.slope(), ..params(&part, reduction, x_base, y_base) };
            let invocations = per_sample * u64::from(chunk.count);
            let side = stores.side(y_binding);
            // The bias goes in once, with the first slab.
            let with_bias = epilogue.bias && slab == 0;
            let entry = match (with_bias, side.is_some()) {
                (false, false) => &kernel::CONV_FORWARD,
                (false, true) => &kernel::CONV_FORWARD_SIDE,
                (true, false) => &kernel::CONV_FORWARD_BIAS,
                (true, true) => &kernel::CONV_FORWARD_BIAS_SIDE,
            };
            let bindings = [Some(x), Some(w), with_bias.then_some(b), Some(y_binding), side];
            let bindings = bindings.into_iter().flatten().collect();
            let mut overrides = stores.overrides(overrides(problem), slab == 0, slab + 1 == slabs.count());
            overrides.push(("BORDER", problem.padding_mode.constant()));
            overrides.extend(order_overrides(problem));
            plan.step(entry, &overrides, params, bindings, invocations)?;
        }
    }
    stores.end(&mut plan)?;
    Ok(plan.finish())
}
