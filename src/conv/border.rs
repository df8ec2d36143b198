//! The rest of an input gradient whose padding shows cells of the input again: what the outputs over the other places of such
//! cells have is added to dx, by a dispatch over these cells alone, after the kernels that take the padding for zeros.

use super::ConvProblem;
use super::epilogue::Stores;
use super::passes::{blocks, order_overrides, overrides, params, params_of};
use crate::error::Result;
use crate::kernel::{self, BorderAxis, BorderParams, ConvParams, Override};
use crate::padding_mode::PaddingMode;
use crate::plan::{Chunk, Operand, Slabs, Span, SpecBuilder, elements};
use crate::window::AxisBorder;

/// Adds the dispatches, if the problem needs any, behind those that write dx; where these take their sums through a derivative,
/// they do too. Behind a part of a single chunk where that is what its sums are kept for, else behind all.
pub(super) fn plan(
    problem: &ConvProblem,
    stores: &Stores,
    plan: &mut SpecBuilder<'_>,
    only: Option<(Chunk, Span)>,
) -> Result<()> {
    if problem.padding_mode == PaddingMode::Zeros {
        return Ok(());
    }
    let borders = problem.axes.each_ref().map(|axis| AxisBorder::new(axis, problem.padding_mode));
    let product = |of: &dyn Fn(usize) -> u64| (0..3).map(of).product::<u64>();
    let plane = product(&|i| problem.axes[i].input.into());
    let cells = plane - product(&|i| u64::from(problem.axes[i].input - borders[i].cells()));
    if cells == 0 {
        return Ok(());
    }
    let dy = plan.batched_shape(Operand::Dy, &problem.y_shape());
    let dx = plan.batched_shape(Operand::Dx, &problem.x_shape());
    let w = plan.whole(Operand::W, elements(&problem.w_shape()))?;
    let taps = product(&|i| problem.axes[i].taps.into());
    let other_images = problem.most_images() - 1;
    let outputs = problem.channels_out / problem.groups;
    let limit = plan.limits.max_loop_iterations;
    let slabs = Slabs::new("conv input_grad_border", other_images.saturating_mul(taps), outputs.into(), 1, limit)?;
    let mut overrides = overrides(problem);
    overrides.push(("BORDER", problem.padding_mode.constant()));
    overrides
        .extend(["IMAGES_D", "IMAGES_H", "IMAGES_W"].into_iter().zip(borders.each_ref().map(|border| border.images)));
    overrides.extend(order_overrides(problem));
    let entry = if stores.side.is_some() {
        let own = ["ACTIVATION", "RESIDUAL", "DERIVATIVE"];
        let own = own.map(|name| (name, stores.constant(name, false, false)));
        overrides.splice(..0, own);
        &kernel::CONV_INPUT_GRAD_BORDER_SIDE
    } else {
        &kernel::CONV_INPUT_GRAD_BORDER
    };
    let axes: [BorderAxis; 3] = std::array::from_fn(|i| {
        let (axis, [near, far]) = (&problem.axes[i], &borders[i].ranges);
        BorderAxis {
            near_begin: near.start,
            near_end: near.end,
            far_begin: far.start,
            far_end: far.end,
            extent: axis.input,
            padding_high: axis.padding_high,
            unused_a: 0,
            unused_b: 0,
        }
    });
    let per_sample = blocks(problem.groups, problem.channels_in, cells);
    let chunks = match only {
        // Its blocks are no more than those of the kernels before.
        Some(only) => vec![only],
        None => {
            let whole = |chunk: Chunk| (chunk, Span::whole(dx.sample * u64::from(chunk.count)));
            plan.chunks(problem.batch, &[dy, dx], per_sample)?.into_iter().map(whole).collect()
        }
    };
    for (chunk, span) in chunks {
        let part = problem.with_batch(chunk.count);
        let (dy, y_base) = chunk.bind(plan.limits, dy);
        let (dx, x_base) = stores.target(plan, (&chunk, &span), dx);
        let side = stores.side(dx);
        for slab in 0..slabs.count() {
            let reduction = slabs.reduction(slab, 1, true);
            let conv = ConvParams { slope: stores.slope(), ..params(&part, reduction, x_base, y_base) };
            let conv = params_of(&span, conv);
            let invocations = per_sample * u64::from(chunk.count);
            let bindings = [Some(dy), Some(w), Some(dx), side].into_iter().flatten().collect();
            let overrides: Vec<Override> = overrides.iter().copied().chain([span.ranged()]).collect();
            plan.step(entry, &overrides, BorderParams { conv, axes }, bindings, invocations)?;
        }
    }
    Ok(())
}
