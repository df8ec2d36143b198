//! Which algorithms to try for a convolution, best first, from shape and device alone: no measurement, so that the same
//! problem on the same device always gives the same plan, and the same bits.

use super::{ConvProblem, Pass};
use crate::plan::{Algorithm, DeviceLimits, PlanOptions, Strategy};

/// A software device takes about as long to begin the dispatch that packs the kernel, or adds slices, as for so many operations.
const SMALL_FLOPS: u64 = 1 << 18;

/// Algorithms with the reason for each; one that turns out to be unavailable is passed over, and the direct kernels are what
/// remains.
pub(super) fn candidates(
    problem: &ConvProblem,
    pass: Pass,
    limits: &DeviceLimits,
    options: &PlanOptions,
) -> Vec<(Algorithm, &'static str)> {
    let taps: u64 = problem.axes.iter().map(|axis| u64::from(axis.taps)).product();
    let channels_in = u64::from(problem.channels_in / problem.groups);
    let channels_out = u64::from(problem.channels_out / problem.groups);
    // Whether the matrix product has enough of both rows and columns for a tile.
    let fills_tile = match pass {
        // The smallest tile has 16 rows; with less than half of them the direct kernels, which waste none, do as well.
        Pass::Forward => channels_out >= 8,
        Pass::InputGrad => channels_in >= 8,
        // The smallest tile has 32 x 32 sums, of which at least a quarter should exist.
        Pass::KernelGrad => channels_out.min(32) * (channels_in * taps).min(32) >= 256,
        Pass::BiasGrad => return Vec::new(),
    };
    let mut found = Vec::new();
    let is_signal = problem.axes[1].input == 1 && problem.axes[1].output == 1;
    // On GPUs an invocation of the gathers owns four rows: of a signal, which has one, it would repeat that, and the kernel would
    // be packed for nothing.
    let is_depthwise =
        is_depthwise(problem, pass, limits) && (limits.is_software || pass == Pass::KernelGrad || !is_signal);
    if is_depthwise {
        found.push((Algorithm::Depthwise, "the planner's choice: a channel a group"));
    }
    if options.winograd && suits_winograd(problem, pass, limits) {
        found.push((Algorithm::Winograd, "the planner's choice: 3 x 3, many channels, and the caller allows it"));
    }
    if limits.is_software && 2 * problem.multiply_adds() < SMALL_FLOPS {
        found.push((Algorithm::Direct, "the planner's choice: too small for a second dispatch"));
    }
    if limits.subgroup_size == 8 && limits.is_software {
        found.push((Algorithm::Subgroup, "the planner's choice: a software device with subgroups of 8"));
    }
    if !limits.is_software && fills_tile {
        found.push((Algorithm::Tiled, "the planner's choice: a GPU, and enough channels for a matrix product"));
    }
    found
}

/// Whether [`Algorithm::Winograd`] may take a pass, but for what only planning finds.
fn may_take_winograd(problem: &ConvProblem, pass: Pass) -> bool {
    let [_, h, w] = &problem.axes;
    let dense = |axis: &crate::Axis| (axis.taps, axis.stride, axis.dilation) == (3, 1, 1);
    matches!(pass, Pass::Forward | Pass::InputGrad) && dense(h) && dense(w)
}

/// Whether it wins, by what the passes were measured to take on software devices, in picoseconds; elsewhere tuning finds out. A
/// multiply-add of a direct sum takes 40, a product of a tile 36 for each of its four cells; each weight's transform 75,000, and the
/// transforms of source and target 4,300 a cell and channel. A tenth has to be won, as figures are not the same everywhere.
fn suits_winograd(problem: &ConvProblem, pass: Pass, limits: &DeviceLimits) -> bool {
    if !limits.is_software || !may_take_winograd(problem, pass) {
        return false;
    }
    let [channels_in, channels_out] =
        [problem.channels_in, problem.channels_out].map(|each| u64::from(each / problem.groups));
    let extent = |axis: &crate::Axis| u64::from(if pass == Pass::Forward { axis.output } else { axis.input });
    let cells = |of: fn(u64) -> u64| {
        problem.axes.iter().map(|axis| of(extent(axis))).product::<u64>().saturating_mul(problem.batch.into())
    };
    let weights = channels_in * channels_out;
    // A depth of one, and whole tiles.
    let in_tiles = cells(|extent| extent.next_multiple_of(2)) / 2;
    let direct = weights.saturating_mul(9 * 40).saturating_mul(cells(|extent| extent));
    let products = weights.saturating_mul(4 * 36).saturating_mul(in_tiles);
    let transforms = (channels_in + channels_out).saturating_mul(4_300).saturating_mul(in_tiles);
    let winograd = products.saturating_add(transforms).saturating_add(weights.saturating_mul(75_000));
    winograd.saturating_add(winograd / 10) < direct
}

/// Whether groups have one channel, and few outputs, or these would share what is read of it in a matrix product.
fn is_depthwise(problem: &ConvProblem, pass: Pass, limits: &DeviceLimits) -> bool {
    let outputs = problem.channels_out / problem.groups;
    let most_outputs = match pass {
        Pass::KernelGrad => 3,
        Pass::Forward if limits.is_software => 3,
        _ => 1,
    };
    problem.channels_in == problem.groups && outputs <= most_outputs
}

/// Ways of computing a pass that can be the fastest, for tuning to measure: those that the planner would not think of are left
/// out where they cannot win, because each costs time to compile, check and measure.
pub(super) fn plausible(
    problem: &ConvProblem,
    pass: Pass,
    limits: &DeviceLimits,
    options: &PlanOptions,
    tiles: impl Fn() -> Vec<[u32; 2]>,
) -> Vec<Strategy> {
    let mut found = vec![Strategy::Fixed(Algorithm::Direct)];
    if pass == Pass::BiasGrad {
        return found;
    }
    if is_depthwise(problem, pass, limits) {
        found.push(Strategy::Fixed(Algorithm::Depthwise));
    }
    if options.winograd && may_take_winograd(problem, pass) {
        found.push(Strategy::Fixed(Algorithm::Winograd));
    }
    let has_subgroups = limits.subgroup_size == 8;
    if has_subgroups {
        found.push(Strategy::Fixed(Algorithm::Subgroup));
    }
    // A software device runs barriers as loops over the invocations; the tile hardly matters then.
    match (limits.is_software, has_subgroups) {
        (false, _) => found.extend(tiles().into_iter().map(Strategy::Tile)),
        (true, false) => found.extend(tiles().into_iter().take(1).map(Strategy::Tile)),
        (true, true) => {}
    }
    found
}
