//! Which algorithms to try for a convolution, best first, from shape and device alone: no measurement, so that the same
//! problem on the same device always gives the same plan, and the same bits.

use super::{ConvProblem, Pass};
use crate::plan::{Algorithm, DeviceLimits};

/// Algorithms with the reason for each; one that turns out to be unavailable is passed over, and the direct kernels are what
/// remains.
pub(super) fn candidates(problem: &ConvProblem, pass: Pass, limits: &DeviceLimits) -> Vec<(Algorithm, &'static str)> {
    let height = &problem.axes[1];
    let (channels, outputs, rows) = match pass {
        Pass::Forward => (problem.channels_in, problem.channels_out, height.output),
        Pass::InputGrad => (problem.channels_out, problem.channels_in, height.input),
        Pass::KernelGrad => return kernel_grad_candidates(problem, limits),
        Pass::BiasGrad => return Vec::new(),
    };
    let (channels, outputs) = (channels / problem.groups, outputs / problem.groups);
    let mut found = Vec::new();
    // An invocation owns four rows: of a signal, which has one, it would repeat that, and the kernel would be packed for nothing.
    if channels == 1 && outputs == 1 && rows > 1 {
        found.push((Algorithm::Depthwise, "the planner's choice: a channel a group"));
    }
    // Of 32 channels that a subgroup computes, at least a quarter must be there.
    if limits.subgroup_size == 8 && outputs >= 8 {
        found.push((Algorithm::Subgroup, "the planner's choice: a software device with subgroups of 8"));
    }
    // The smallest tile has 16 rows; with less than half of them the direct kernels, which waste none, do as well.
    if !limits.is_software && outputs >= 8 {
        found.push((Algorithm::Tiled, FOR_GPUS));
    }
    found
}

const FOR_GPUS: &str = "the planner's choice: a GPU, and enough channels for a matrix product";

/// The smallest tile has 32 x 32 sums, of which at least a quarter should exist.
fn kernel_grad_candidates(problem: &ConvProblem, limits: &DeviceLimits) -> Vec<(Algorithm, &'static str)> {
    let taps: u64 = problem.axes.iter().map(|axis| u64::from(axis.taps)).product();
    let rows = u64::from(problem.channels_out / problem.groups);
    let columns = u64::from(problem.channels_in / problem.groups) * taps;
    if limits.is_software || rows.min(32) * columns.min(32) < 256 {
        return Vec::new();
    }
    vec![(Algorithm::Tiled, FOR_GPUS)]
}
