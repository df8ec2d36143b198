//! Forward and input gradient as one thing: a gather over a packed kernel (`shaders/conv/gather`). Two dispatches: the kernel is
//! packed into the workspace in the order in which it will be read, if it does not lie so, then the sums are computed. A kernel too
//! large for the workspace is packed and used in rounds. Where most cells of the target have no taps, zeros come first.

mod depthwise;
mod pack;
mod phases;
mod problem;
mod subgroup;
mod tiled;
mod winograd;

pub(super) use problem::Gather;
pub(super) use subgroup::{tile_for, tile_time};
pub(super) use tiled::plausible_tiles;

use super::epilogue::{Abilities, begin};
use super::{ConvProblem, Epilogue, border};
use crate::element::ElementType;
use crate::error::Result;
use crate::kernel::{EntryPoint, GatherParams, KernelKey, Override, Variant};
use crate::layout::Layout;
use crate::padding_mode::PaddingMode;
use crate::plan::{Access, Algorithm, Chunk, Operand, PlanSpec, Span, SpecBuilder};
use pack::Round;
use phases::Phases;

/// One way of computing the sums.
pub(super) struct Method {
    /// The entry points without and with bias, and their variant.
    pub entries: [&'static EntryPoint; 2],
    pub variant: &'static Variant,
    /// Whether the kernels read w packed, or as it is.
    pub packs: bool,
    /// Whether their sums have terms of the zeros behind the packed kernel, if a dispatch sums over all channels of a kernel of one tap.
    pub reads_zeros: bool,
    /// Output channels of a workgroup.
    pub tile_m: u32,
    /// Whether the kernels bind the source as vec4s and, last, as scalars too.
    pub source_twice: bool,
    /// What their stores can do.
    pub stores: Abilities,
    /// The entry points of the kernels that read another tensor beside their stores, if there are such.
    pub side_entries: Option<[&'static EntryPoint; 2]>,
    /// Whether the rows of a step of the tiled kernels are channels of one tap.
    pub by_channel: bool,
    /// Cells behind each row of a class that invocations read and do not own.
    pub idle: u32,
    /// Workgroups of a dispatch of so many samples.
    pub workgroups: fn(&Gather, &Method, samples: u64) -> u64,
    /// Most workgroups of a dispatch: the shaders number invocations, and those of the surplus of a folded grid.
    pub most_workgroups: u64,
    /// Loop iterations of an invocation for so many channels.
    pub iterations: fn(&Gather, &Method, channels: u64) -> u64,
    /// What the plan's reason says of it, beside the algorithm.
    pub note: Option<String>,
}

/// Workgroups whose invocations, and those of the surplus of a folded grid, can be numbered in 32 bits.
const MOST_WORKGROUPS: u64 = 1 << 23;

/// Plans a gather of a problem.
pub(super) fn plan(
    gather: &Gather,
    problem: &ConvProblem,
    algorithm: Algorithm,
    epilogue: Epilogue,
    mut plan: SpecBuilder<'_>,
) -> Result<PlanSpec> {
    let cells = if algorithm == Algorithm::Subgroup { cells_with_taps(gather, &epilogue, &plan) } else { None };
    let (gather, first_element) = cells.as_ref().map_or((gather, 0), |(gather, first)| (gather, *first));
    let method = match algorithm {
        Algorithm::Subgroup => subgroup::method(gather, plan.limits)?,
        Algorithm::Tiled => tiled::method(gather, plan.limits, plan.wanted_tile())?,
        Algorithm::Depthwise => depthwise::method(gather, plan.limits)?,
        Algorithm::Rows | Algorithm::Planes => return Err(algorithm.unavailable("it is for pooling")),
        Algorithm::Winograd => return winograd::plan(gather, problem, epilogue, plan),
        Algorithm::Direct => return Err(algorithm.unavailable("it has kernels of its own")),
    };
    // Not of the cells of one class alone, beside which there are others.
    if algorithm == Algorithm::Subgroup
        && cells.is_none()
        && let Some(phases) = Phases::of(gather, problem, &method, &plan)
    {
        return phases.plan(gather, epilogue, plan);
    }
    if let Some(note) = &method.note {
        plan.explain(note);
    }
    let source = plan.batched(gather.source, gather.source_sample());
    let target = plan.batched(gather.target, gather.target_sample());
    let batch = u64::from(gather.batch);
    plan.need(gather.source, source.sample * batch, Access::Read);
    plan.need(Operand::W, gather.w_elements(), Access::Read);
    if epilogue.bias {
        plan.need(Operand::B, u64::from(gather.groups) * u64::from(gather.outputs), Access::Read);
    }
    let w = plan.whole(Operand::W, gather.w_elements())?;
    let b = plan.whole(Operand::B, u64::from(gather.groups) * u64::from(gather.outputs))?;
    let channels = gather.channels_per_dispatch(plan.limits, |channels| (method.iterations)(gather, &method, channels));
    let at_once = channels == Some(gather.channels);
    let packing = pack::reserve(gather, &method, algorithm, (w, at_once), &mut plan)?;
    let channels =
        channels.ok_or_else(|| algorithm.unavailable("one channel's taps exceed the limit on loop iterations"))?;
    // After the packed kernel, without which there is no plan: what the output holds can do without workspace.
    let output = (gather.target, target.sample * batch);
    let once =
        channels >= gather.channels && !(gather.target == Operand::Dx && problem.padding_mode != PaddingMode::Zeros);
    let stores = begin(&mut plan, epilogue, output, method.stores, algorithm, once)?;
    stores.keep_to_workspace(&mut plan, target, algorithm)?;
    if cells.is_some() {
        stores.clear(&mut plan)?;
    }
    // Workgroups of one sample, were it alone: an upper bound of what a sample adds to a chunk.
    let per_sample = (method.workgroups)(gather, &method, 1);
    if per_sample > method.most_workgroups {
        return Err(algorithm.unavailable("one sample has more workgroups than the kernels can number"));
    }
    let chunks = plan.chunks_of_workgroups(gather.batch, &[source, target], per_sample, method.most_workgroups)?;
    // Sums that are kept have to be complete before those of the next chunk take their place.
    let order: Vec<(&Round, &Chunk)> = match stores.staged {
        true => chunks.iter().flat_map(|chunk| packing.rounds.iter().map(move |round| (round, chunk))).collect(),
        false => packing.rounds.iter().flat_map(|round| chunks.iter().map(move |chunk| (round, chunk))).collect(),
    };
    let mut packed = None;
    for (round, chunk) in order {
        if packed != Some(round.outputs.start) {
            packing.step(gather, round, w, &mut plan)?;
            packed = Some(round.outputs.start);
        }
        let part = gather.of_outputs(round.outputs.end - round.outputs.start);
        let span = Span::whole(target.sample * u64::from(chunk.count));
        let (source, in_base) = chunk.bind(plan.limits, source);
        let (out, out_base) = stores.target(&mut plan, (chunk, &span), target);
        let side = stores.side(out);
        let entries = method.side_entries.filter(|_| side.is_some()).unwrap_or(method.entries);
        let workgroups = (method.workgroups)(&part, &method, chunk.count.into());
        for begin in (0..gather.channels).step_by(channels as usize) {
            let params = GatherParams {
                batch: chunk.count,
                in_base,
                out_base: out_base + first_element,
                channel_begin: begin,
                channel_end: gather.channels.min(begin + channels),
                slope: stores.slope(),
                output_begin: round.outputs.start,
                cells_w: gather.axes[2].most_cells() + method.idle,
                ..packing.params(gather, round)
            };
            // The bias goes in once, with the first channels.
            let with_bias = epilogue.bias && begin == 0;
            let entry = entries[usize::from(with_bias)];
            let store = |name: &str| stores.constant(name, begin == 0, params.channel_end == gather.channels);
            let kernel = KernelKey::new(entry, method.variant, &overrides(gather, &method, entry, store));
            let again = method.source_twice.then_some(source);
            let bindings = [Some(source), Some(packing.binding), with_bias.then_some(b), Some(out), side, again];
            plan.step_workgroups(kernel, params, bindings.into_iter().flatten().collect(), workgroups)?;
        }
        let is_last = packing.rounds.last().is_some_and(|last| last.outputs == round.outputs);
        if stores.staged && is_last {
            if gather.target == Operand::Dx {
                border::plan(problem, &stores, &mut plan, Some((*chunk, span)))?;
            }
            stores.finish(&mut plan, (chunk, &span), target)?;
        }
    }
    if gather.target == Operand::Dx && !stores.staged {
        border::plan(problem, &stores, &mut plan, None)?;
    }
    stores.end(&mut plan)?;
    Ok(plan.finish())
}

/// The gather of the cells that have taps alone, and their first element in a sample: where most cells have none, storing their zeros one by one
/// takes longer than the sums. Not where an output without terms is no zero, and not of few channels, whose kernel stores rows of both
/// kinds; nor of some samples at a time, as what comes first goes over all of them.
fn cells_with_taps(gather: &Gather, epilogue: &Epilogue, plan: &SpecBuilder<'_>) -> Option<(Gather, u32)> {
    let is_f32 = plan.element_of(gather.target) == ElementType::F32;
    let suits = epilogue.keeps_zero() && is_f32 && gather.outputs > 3 && plan.takes_at_once(gather.batch);
    if suits { gather.of_cells_with_taps() } else { None }
}

/// The overrides of the method's kernel: of `shaders/conv/gather/constants.wgsl`, and its own.
fn overrides(gather: &Gather, method: &Method, entry: &EntryPoint, store: impl Fn(&str) -> u32) -> Vec<Override> {
    let names = entry.kernel().overrides;
    names
        .iter()
        .map(|&name| {
            let (parameter, axis) = name.rsplit_once('_').unwrap_or((name, ""));
            let axis = match axis {
                "D" => &gather.axes[0],
                "H" => &gather.axes[1],
                _ => &gather.axes[2],
            };
            let value = match parameter {
                "TAPS" if axis.classes.len() == 1 => axis.taps,
                "TAPS" => 0,
                "IN_STRIDE" => axis.source_stride,
                "OUT_STRIDE" => axis.target_stride,
                "TAP_STEP" => axis.tap_step,
                "ACCUMULATE" | "ACTIVATION" | "RESIDUAL" | "DERIVATIVE" => store(name),
                "BORDER" => gather.border().constant(),
                "MANY" => (gather.classes() > 1).into(),
                "BY" => method.by_channel.into(),
                "SOURCE" => (gather.source_layout == Layout::ChannelsLast).into(),
                "OUT" => (gather.target_layout == Layout::ChannelsLast).into(),
                _ => gather.crosses_bounds().into(),
            };
            (name, value)
        })
        .collect()
}
