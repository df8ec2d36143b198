//! Input gradient: dx from dy and w, in gather form. Chunks over the batch; a reduction longer than a shader may loop takes
//! several dispatches that add to dx one after the other. A bias of dx's channels, which a transposed convolution adds, goes
//! in once, with the first of them.

use super::border;
use super::epilogue::{Abilities, begin};
use super::gather::{self, Gather};
use super::passes::{blocks, order_overrides, overrides, params, params_of};
use super::{ConvProblem, Epilogue};
use crate::error::Result;
use crate::kernel::{self, ConvParams};
use crate::padding_mode::PaddingMode;
use crate::plan::{Access, Algorithm, Operand, PlanSpec, Slabs, SpecBuilder, elements};

pub(super) fn plan(
    problem: &ConvProblem,
    algorithm: Algorithm,
    epilogue: Epilogue,
    mut plan: SpecBuilder<'_>,
) -> Result<PlanSpec> {
    if algorithm != Algorithm::Direct {
        return gather::plan(&Gather::input_grad(problem, algorithm)?, problem, algorithm, epilogue, plan);
    }
    let dy = plan.batched_shape(Operand::Dy, &problem.y_shape());
    let dx = plan.batched_shape(Operand::Dx, &problem.x_shape());
    let w_elements = elements(&problem.w_shape());
    let batch = u64::from(problem.batch);
    plan.need(Operand::Dy, dy.sample * batch, Access::Read);
    plan.need(Operand::W, w_elements, Access::Read);
    if epilogue.bias {
        plan.need(Operand::B, problem.channels_in.into(), Access::Read);
    }
    let w = plan.whole(Operand::W, w_elements)?;
    let b = plan.whole(Operand::B, problem.channels_in.into())?;
    let [d, h, across] = problem.axes.map(|axis| u64::from(axis.taps));
    let rows = u64::from(problem.channels_out / problem.groups) * d * h;
    let slabs = Slabs::new("conv input_grad", rows, across, 1, plan.limits.max_loop_iterations)?;
    let once = slabs.count() == 1 && problem.padding_mode == PaddingMode::Zeros;
    let stores = begin(&mut plan, epilogue, (Operand::Dx, dx.sample * batch), Abilities::ALL, algorithm, once)?;
    let per_sample = blocks(problem.groups, problem.channels_in, dx.sample / u64::from(problem.channels_in));
    for chunk in stores.chunks(&plan, problem.batch, [dy, dx], per_sample)? {
        let part = problem.with_batch(chunk.count);
        let (dy, y_base) = chunk.bind(plan.limits, dy);
        let spans = stores.spans(&plan, &chunk, dx)?;
        for (span, slab) in spans.iter().flat_map(|span| (0..slabs.count()).map(move |slab| (span, slab))) {
            let (dx_binding, x_base) = stores.target(&mut plan, (&chunk, span), dx);
            let reduction = slabs.reduction(slab, 1, stores.accumulate || slab > 0);
            let params = ConvParams { slope: stores.slope(), ..params(&part, reduction, x_base, y_base) };
            let params = params_of(span, params);
            let invocations = per_sample * u64::from(chunk.count);
            let side = stores.side(dx_binding);
            let with_bias = epilogue.bias && slab == 0;
            let entry = match (with_bias, side.is_some()) {
                (false, false) => &kernel::CONV_INPUT_GRAD,
                (false, true) => &kernel::CONV_INPUT_GRAD_SIDE,
                (true, false) => &kernel::CONV_INPUT_GRAD_BIAS,
                (true, true) => &kernel::CONV_INPUT_GRAD_BIAS_SIDE,
            };
            let bindings = [Some(dy), Some(w), Some(dx_binding), with_bias.then_some(b), side];
            let bindings = bindings.into_iter().flatten().collect();
            let mut overrides = stores.overrides(overrides(problem), slab == 0, slab + 1 == slabs.count());
            overrides.extend(order_overrides(problem));
            overrides.push(span.ranged());
            plan.step(entry, &overrides, params, bindings, invocations)?;
            if plan.rounds() && slab + 1 == slabs.count() {
                border::plan(problem, &stores, &mut plan, Some((chunk, *span)))?;
                stores.finish(&mut plan, (&chunk, span), dx)?;
            }
        }
    }
    if !plan.rounds() {
        border::plan(problem, &stores, &mut plan, None)?;
    }
    stores.end(&mut plan)?;
    Ok(plan.finish())
}
