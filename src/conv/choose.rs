//! Which algorithms to try for a convolution, best first, from shape and device alone: no measurement, so that the same
//! problem on the same device always gives the same plan, and the same bits.

use super::{ConvProblem, Pass};
use crate::plan::{Algorithm, DeviceLimits};

/// Algorithms with the reason for each; one that turns out to be unavailable is passed over, and the direct kernels are what
/// remains.
pub(super) fn candidates(problem: &ConvProblem, pass: Pass, limits: &DeviceLimits) -> Vec<(Algorithm, &'static str)> {
    let (channels, outputs) = match pass {
        Pass::Forward => (problem.channels_in, problem.channels_out),
        Pass::InputGrad => (problem.channels_out, problem.channels_in),
        Pass::KernelGrad | Pass::BiasGrad => return Vec::new(),
    };
    let mut found = Vec::new();
    // Of 32 channels that a subgroup computes, at least a quarter must be there.
    if limits.subgroup_size == 8 && outputs / problem.groups >= 8 && channels > 0 {
        found.push((Algorithm::Subgroup, "the planner's choice: a software device with subgroups of 8"));
    }
    found
}
