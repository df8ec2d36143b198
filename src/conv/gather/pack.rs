//! The packed kernel of a gather: as a whole, or in rounds where the workspace cannot hold it.

use std::ops::Range;

use super::{Gather, Method, problem};
use crate::element::ElementType;
use crate::error::Result;
use crate::kernel::{self, EntryPoint, GatherParams, PackFoursParams};
use crate::plan::{Algorithm, Operand, SpecBuilder, StepBinding, magic};

/// The kernel as a method's kernels read it.
pub(super) struct Packing {
    /// What they bind.
    pub binding: StepBinding,
    pub rounds: Vec<Round>,
    /// Whether it has to be packed.
    packs: bool,
}

/// Outputs of every group that are computed with what is packed at a time.
pub(super) struct Round {
    pub outputs: Range<u32>,
    /// How many there are, rounded up to whole tiles.
    pub padded: u32,
}

impl Round {
    fn new(begin: u32, end: u32, tile: u32) -> Round {
        Round { outputs: begin..end, padded: (end - begin).next_multiple_of(tile) }
    }
}

/// Reserves the workspace, if the method packs w, whose channels are summed over at once or not: all of it in one round, or the fewest
/// rounds that the workspace allows. Rounds are of outputs, not of channels: each output is then still stored once, with its whole sum.
///
/// # Errors
/// The workspace does not hold one tile of outputs.
pub(super) fn reserve(
    gather: &Gather,
    method: &Method,
    algorithm: Algorithm,
    (w, at_once): (StepBinding, bool),
    plan: &mut SpecBuilder<'_>,
) -> Result<Packing> {
    let (outputs, tile) = (gather.outputs, method.tile_m);
    let whole = Round::new(0, outputs, tile);
    if !method.packs || at_once && lies_packed(gather, method, plan) {
        return Ok(Packing { binding: w, rounds: vec![whole], packs: false });
    }
    if gather.pack_iterations() > plan.limits.max_loop_iterations.into() {
        return Err(algorithm.unavailable("the window has more taps than its packing may loop over"));
    }
    let tiles = u64::from(outputs.div_ceil(tile));
    let fitting = gather.tiles_within(plan.free_elements(), tile).min(tiles);
    let binding = match fitting {
        0 => None,
        // As even as they can be: as many rounds, and none of a few outputs.
        _ => Some(tiles.div_ceil(tiles.div_ceil(fitting)) as u32 * tile),
    };
    let reserved = binding.and_then(|each| Some((each, plan.reserve(gather.packed_elements(each))?)));
    let (each, binding) =
        reserved.ok_or_else(|| algorithm.unavailable("a tile of its packed kernel exceeds the workspace"))?;
    let begins = (0..outputs).step_by(each as usize);
    let rounds: Vec<Round> = begins.map(|begin| Round::new(begin, outputs.min(begin + each), tile)).collect();
    if rounds.len() > 1 {
        plan.explain(&format!("w is packed in {} rounds, for a workspace that does not hold all of it", rounds.len()));
    }
    Ok(Packing { binding, rounds, packs: true })
}

/// Whether w lies as its packed copy would, but for the zeros behind it: of kernels of one tap whose outputs follow each other, in whole
/// tiles, and whose sums have no terms of those zeros. Not of one channel, which is little to pack: the transformed kernels of
/// Winograd and of phases lie in the buffer of their sums, which cannot be bound for both; of more channels they are in another order
/// ([`KernelOrder::OutIn`](crate::KernelOrder), forward).
fn lies_packed(gather: &Gather, method: &Method, plan: &SpecBuilder<'_>) -> bool {
    let [group_step, output_step, channel_step] = gather.w_strides;
    let in_rows = output_step == 1 && channel_step == gather.outputs;
    let in_groups =
        gather.groups == 1 || u64::from(group_step) == u64::from(gather.channels) * u64::from(gather.outputs);
    let is_f32 = plan.element_of(Operand::W) == ElementType::F32;
    let is_whole = gather.outputs.is_multiple_of(method.tile_m) && gather.channels > 1;
    is_f32 && is_whole && in_rows && in_groups && !method.reads_zeros
}

impl Packing {
    /// The uniform struct of the dispatches of a round. Behind a kernel that is read as it lies there are no zeros: what is read there
    /// all the same, and goes into no sum, has to exist.
    pub(super) fn params(&self, gather: &Gather, round: &Round) -> GatherParams {
        let params = gather.params(round.padded);
        GatherParams { zero_quad: if self.packs { params.zero_quad } else { 0 }, ..params }
    }

    /// Adds the dispatch that packs a round of the kernel.
    pub(super) fn step(
        &self,
        gather: &Gather,
        round: &Round,
        w: StepBinding,
        plan: &mut SpecBuilder<'_>,
    ) -> Result<()> {
        if !self.packs {
            return Ok(());
        }
        let padded = round.padded;
        if let Some((entry, params)) = fours(gather, round, plan) {
            return plan.step(entry, &[], params, vec![w, self.binding], params.count.into());
        }
        let (pack, rows) = if padded.is_multiple_of(4) { (&kernel::PACK_VEC4, 4) } else { (&kernel::PACK_SCALAR, 1) };
        let invocations = u64::from(gather.groups) * u64::from(gather.channels) * u64::from(padded / rows);
        let invocations = invocations + problem::ZEROS / u64::from(rows);
        plan.step(pack, &[], gather.pack_params(&round.outputs, padded), vec![w, self.binding], invocations)?;
        Ok(())
    }
}

/// The dispatch that reads w by fours. `None` where what it reads does not begin at whole fours, or the order of taps changes.
fn fours(gather: &Gather, round: &Round, plan: &SpecBuilder<'_>) -> Option<(&'static EntryPoint, PackFoursParams)> {
    const FOUR: u32 = 4;
    let [group_step, output_step, channel_step] = gather.w_strides;
    let taps = gather.axes.iter().map(|axis| u64::from(axis.taps)).product::<u64>();
    let numbers = u64::from(gather.channels) * taps;
    let in_order = gather.classes() == 1 && (!gather.reversed || taps == 1);
    let by_output = u64::from(output_step) == numbers && (u64::from(channel_step) == taps || gather.channels == 1);
    let by_channel = taps == 1 && output_step == 1 && gather.outputs.is_multiple_of(FOUR);
    let line = 4 * u64::from(FOUR);
    let (entry, down, step) = match (by_output, by_channel) {
        (true, _) if plan.limits.is_software && numbers.is_multiple_of(line) => {
            (&kernel::PACK_LINES, numbers / line, output_step)
        }
        (true, _) if numbers.is_multiple_of(FOUR.into()) => {
            (&kernel::PACK_OUTPUTS, numbers / u64::from(FOUR), output_step)
        }
        (_, true) => (&kernel::PACK_CHANNELS, u64::from(gather.channels), channel_step),
        _ => return None,
    };
    let first = u64::from(round.outputs.start) * u64::from(output_step);
    let begin_at_fours =
        [group_step, step].iter().all(|step| step.is_multiple_of(FOUR)) && first.is_multiple_of(FOUR.into());
    let across = round.padded / FOUR;
    let count = u64::from(gather.groups) * down * u64::from(across) + 1;
    let fits = count <= plan.most_numbered();
    if !in_order || !begin_at_fours || !round.padded.is_multiple_of(FOUR) || !fits {
        return None;
    }
    let (magic_across, shift_across) = magic(across);
    let (magic_down, shift_down) = magic(down as u32);
    let params = PackFoursParams {
        count: count as u32,
        zeros: (u64::from(gather.groups) * numbers * u64::from(across)) as u32,
        outputs: round.outputs.end - round.outputs.start,
        across,
        down: down as u32,
        first: (first / u64::from(FOUR)) as u32,
        group_step: group_step / FOUR,
        step: step / FOUR,
        magic_across,
        shift_across,
        magic_down,
        shift_down,
    };
    Some((entry, params))
}

#[cfg(test)]
mod tests {
    use crate::{Algorithm, Conv, ConvShapes, DeviceLimits, KernelOrder, Pass, PlanOptions, Strategy};

    /// The dispatches of a plan into or out of 64 channels, and its workspace.
    fn plan(
        pass: Pass,
        algorithm: Algorithm,
        order: KernelOrder,
        inputs: usize,
        groups: usize,
        taps: usize,
    ) -> (usize, u64) {
        let limits = DeviceLimits { subgroup_size: 8, is_software: true, ..DeviceLimits::default() };
        let conv = Conv::<2>::new([taps; 2]).groups(groups).kernel_order(order).build().unwrap();
        let w = match order {
            KernelOrder::OutIn => [64, inputs / groups, taps, taps],
            KernelOrder::InOut => [inputs / groups, 64, taps, taps],
        };
        let options = PlanOptions { strategy: Strategy::Fixed(algorithm), ..PlanOptions::default() };
        let spec = conv.plan_spec(&limits, pass, ConvShapes::new(&[2, inputs, 5, 7], &w), &options).unwrap();
        (spec.dispatches(), spec.workspace_bytes())
    }

    #[test]
    fn a_kernel_that_lies_as_it_would_be_packed_is_read_in_place() {
        use KernelOrder::{InOut, OutIn};
        use Pass::{Forward, InputGrad};
        for algorithm in [Algorithm::Subgroup, Algorithm::Tiled] {
            assert_eq!(plan(InputGrad, algorithm, OutIn, 128, 1, 1), (1, 0), "{algorithm}");
            assert_eq!(plan(InputGrad, algorithm, OutIn, 256, 2, 1), (1, 0), "{algorithm}");
            assert_eq!(plan(Forward, algorithm, InOut, 48, 1, 1), (1, 0), "{algorithm}");
            // No whole tiles; taps, channels and groups between the outputs.
            assert_eq!(plan(InputGrad, algorithm, OutIn, 134, 1, 1).0, 2, "{algorithm}");
            assert_eq!(plan(InputGrad, algorithm, OutIn, 128, 1, 2).0, 2, "{algorithm}");
            assert_eq!(plan(Forward, algorithm, OutIn, 128, 1, 1).0, 2, "{algorithm}");
            assert_eq!(plan(Forward, algorithm, InOut, 128, 2, 1).0, 2, "{algorithm}");
        }
        // Steps of several channels, which the last one does not fill.
        assert_eq!(plan(Forward, Algorithm::Subgroup, InOut, 9, 1, 1), (1, 0));
        assert_eq!(plan(Forward, Algorithm::Tiled, InOut, 9, 1, 1).0, 2);
    }

    /// Its products are of a kernel of one tap and one channel, which lies in the buffer of their sums.
    #[test]
    fn winograd_of_one_channel_packs_what_it_reads() {
        let conv = Conv::<2>::new([3, 3]).build().unwrap();
        let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Winograd), ..PlanOptions::default() };
        let limits = DeviceLimits { subgroup_size: 8, is_software: true, ..DeviceLimits::default() };
        let shapes = ConvShapes::new(&[2, 1, 9, 9], &[64, 1, 3, 3]);
        let spec = conv.plan_spec(&limits, Pass::Forward, shapes, &options).unwrap();
        // The kernel's transform, the source's, packing, products, the target's.
        assert_eq!(spec.dispatches(), 5, "{spec}");
    }
}
