//! Which algorithms to try for a convolution, best first, from shape and device alone: no measurement, so that the same
//! problem on the same device always gives the same plan, and the same bits.

use super::{ConvProblem, Pass};
use crate::plan::{Algorithm, DeviceLimits, Strategy};

/// Algorithms with the reason for each; one that turns out to be unavailable is passed over, and the direct kernels are what
/// remains.
pub(super) fn candidates(problem: &ConvProblem, pass: Pass, limits: &DeviceLimits) -> Vec<(Algorithm, &'static str)> {
    let taps: u64 = problem.axes.iter().map(|axis| u64::from(axis.taps)).product();
    let channels_in = u64::from(problem.channels_in / problem.groups);
    let channels_out = u64::from(problem.channels_out / problem.groups);
    // Of the matrix product: rows, and whether it has enough of both rows and columns for a tile.
    let (rows, fills_tile) = match pass {
        // The smallest tile has 16 rows; with less than half of them the direct kernels, which waste none, do as well.
        Pass::Forward => (channels_out, channels_out >= 8),
        Pass::InputGrad => (channels_in, channels_in >= 8),
        // The smallest tile has 32 x 32 sums, of which at least a quarter should exist.
        Pass::KernelGrad => (channels_out, channels_out.min(32) * (channels_in * taps).min(32) >= 256),
        Pass::BiasGrad => return Vec::new(),
    };
    let mut found = Vec::new();
    // An invocation owns four rows: of a signal, which has one, it would repeat that, and the kernel would be packed for nothing.
    let is_signal = problem.axes[1].input == 1 && problem.axes[1].output == 1;
    if channels_in == 1 && channels_out == 1 && !is_signal {
        found.push((Algorithm::Depthwise, "the planner's choice: a channel a group"));
    }
    // Of the 8 rows of the smallest tile at least half must be there.
    if limits.subgroup_size == 8 && limits.is_software && rows >= 4 {
        found.push((Algorithm::Subgroup, "the planner's choice: a software device with subgroups of 8"));
    }
    if !limits.is_software && fills_tile {
        found.push((Algorithm::Tiled, "the planner's choice: a GPU, and enough channels for a matrix product"));
    }
    found
}

/// Ways of computing a pass that can be the fastest, for tuning to measure: those that the planner would not think of are left
/// out where they cannot win, because each costs time to compile, check and measure.
pub(super) fn plausible(
    problem: &ConvProblem,
    pass: Pass,
    limits: &DeviceLimits,
    tiles: impl Fn() -> Vec<[u32; 2]>,
) -> Vec<Strategy> {
    let mut found = vec![Strategy::Fixed(Algorithm::Direct)];
    if pass == Pass::BiasGrad {
        return found;
    }
    if problem.channels_in == problem.groups && problem.channels_out == problem.groups {
        found.push(Strategy::Fixed(Algorithm::Depthwise));
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
