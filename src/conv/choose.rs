//! Which algorithms to try for a convolution, best first, from shape and device alone: no measurement, so that the same
//! problem on the same device always gives the same plan, and the same bits.

use super::{ConvProblem, Pass};
use crate::plan::{Algorithm, DeviceLimits};

/// Algorithms with the reason for each; one that turns out to be unavailable is passed over, and the direct kernels are what
/// remains.
pub(super) fn candidates(problem: &ConvProblem, pass: Pass, limits: &DeviceLimits) -> Vec<(Algorithm, &'static str)> {
    // Rows of the matrix product.
    let rows = match pass {
        Pass::Forward | Pass::KernelGrad => problem.channels_out / problem.groups,
        Pass::InputGrad => problem.channels_in / problem.groups,
        Pass::BiasGrad => return Vec::new(),
    };
    let mut found = Vec::new();
    // Of the 8 rows of the smallest tile at least half must be there.
    if limits.subgroup_size == 8 && rows >= 4 {
        found.push((Algorithm::Subgroup, "the planner's choice: a software device with subgroups of 8"));
    }
    found
}
