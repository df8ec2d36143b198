//! The packed kernel of a gather: as a whole, or in rounds where the workspace cannot hold it.

use std::ops::Range;

use super::{Gather, Method, problem};
use crate::error::Result;
use crate::kernel;
use crate::plan::{Algorithm, SpecBuilder, StepBinding};

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

/// Reserves the workspace, if the method packs its kernel: all of it in one round, or the fewest rounds that the workspace allows.
/// Rounds are of outputs, not of channels: each output is then still stored once, with its whole sum.
///
/// # Errors
/// The workspace does not hold one tile of outputs.
pub(super) fn reserve(
    gather: &Gather,
    method: &Method,
    algorithm: Algorithm,
    w: StepBinding,
    plan: &mut SpecBuilder<'_>,
) -> Result<Packing> {
    let (outputs, tile) = (gather.outputs, method.tile_m);
    let whole = Round::new(0, outputs, tile);
    if !method.packs {
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

impl Packing {
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
        let (pack, rows) = if padded.is_multiple_of(4) { (&kernel::PACK_VEC4, 4) } else { (&kernel::PACK_SCALAR, 1) };
        let invocations = u64::from(gather.groups) * u64::from(gather.channels) * u64::from(padded / rows);
        let invocations = invocations + problem::ZEROS / u64::from(rows);
        plan.step(pack, &[], gather.pack_params(&round.outputs, padded), vec![w, self.binding], invocations)?;
        Ok(())
    }
}
