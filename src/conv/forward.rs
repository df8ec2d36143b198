//! Forward: y = activation(conv(x, w) + b). Chunks over the batch; a reduction longer than a shader may loop takes several
//! dispatches that add to y one after the other.

use super::epilogue::{Abilities, begin};
use super::gather::{self, Gather};
use super::passes::{blocks, order_overrides, overrides, params, params_of};
use super::{ConvProblem, Epilogue};
use crate::error::Result;
use crate::kernel::{self, ConvParams};
use crate::plan::{Access, Algorithm, Operand, PlanSpec, Slabs, SpecBuilder, elements};

pub(super) fn plan(
    problem: &ConvProblem,
    algorithm: Algorithm,
    epilogue: Epilogue,
    mut plan: SpecBuilder<'_>,
) -> Result<PlanSpec> {
    if algorithm != Algorithm::Direct {
        return gather::plan(&Gather::forward(problem), problem, algorithm, epilogue, plan);
    }
    let x = plan.batched_shape(Operand::X, &problem.x_shape());
    let y = plan.batched_shape(Operand::Y, &problem.y_shape());
    let w_elements = elements(&problem.w_shape());
    let batch = u64::from(problem.batch);
    plan.need(Operand::X, x.sample * batch, Access::Read);
    plan.need(Operand::W, w_elements, Access::Read);
    if epilogue.bias {
        plan.need(Operand::B, problem.channels_out.into(), Access::Read);
    }
    let w = plan.whole(Operand::W, w_elements)?;
    let b = plan.whole(Operand::B, problem.channels_out.into())?;
    let [d, h, across] = problem.axes.map(|axis| u64::from(axis.taps));
    let rows = u64::from(problem.channels_in / problem.groups) * d * h;
    let slabs = Slabs::new("conv forward", rows, across, 1, plan.limits.max_loop_iterations)?;
    let output = (Operand::Y, y.sample * batch);
    let stores = begin(&mut plan, epilogue, output, Abilities::ALL, algorithm, slabs.count() == 1)?;
    let per_sample = blocks(problem.groups, problem.channels_out, y.sample / u64::from(problem.channels_out));
    for chunk in stores.chunks(&plan, problem.batch, [x, y], per_sample)? {
        let part = problem.with_batch(chunk.count);
        let (x, x_base) = chunk.bind(plan.limits, x);
        let spans = stores.spans(&plan, &chunk, y)?;
        for (span, slab) in spans.iter().flat_map(|span| (0..slabs.count()).map(move |slab| (span, slab))) {
            let (y_binding, y_base) = stores.target(&mut plan, (&chunk, span), y);
            let reduction = slabs.reduction(slab, 1, stores.accumulate || slab > 0);
            let params = ConvParams { slope: stores.slope(), ..params(&part, reduction, x_base, y_base) };
            let params = params_of(span, params);
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
            overrides.push(span.ranged());
            plan.step(entry, &overrides, params, bindings, invocations)?;
            if slab + 1 == slabs.count() {
                stores.finish(&mut plan, (&chunk, span), y)?;
            }
        }
    }
    stores.end(&mut plan)?;
    Ok(plan.finish())
}
