//! What a caller may say about how a problem is solved.

use std::fmt;

use crate::error::Error;

/// How an operator is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// Plain loops, an invocation to a block of 4 x 4 output elements of a convolution (and slice of the reduction), and to
    /// one element of everything else: takes every problem.
    Direct,
    /// Implicit matrix product by subgroups of 8 lanes that share the kernel by shuffles, without workgroup memory: for
    /// software devices (lavapipe).
    Subgroup,
    /// Implicit matrix product over tiles in workgroup memory, of 4 x 4 to 8 x 8 sums an invocation; the planner takes the tile
    /// that suits problem and device, and the plan's `Display` says which: for GPUs.
    Tiled,
    /// Groups of one channel: nothing is shared between groups, so that an invocation computes by itself four neighbouring rows
    /// of one column, or, on software devices and in the kernel gradient, runs down a strip of four outputs and reads every
    /// row of it once.
    Depthwise,
    /// Pooling by invocations that own four elements each, which follow each other along a row and on into the next: for
    /// windows without dilation.
    Rows,
}

impl Algorithm {
    /// All of them.
    pub const ALL: &'static [Algorithm] =
        &[Algorithm::Direct, Algorithm::Subgroup, Algorithm::Tiled, Algorithm::Depthwise, Algorithm::Rows];
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Algorithm::Direct => f.write_str("direct"),
            Algorithm::Subgroup => f.write_str("subgroup"),
            Algorithm::Tiled => f.write_str("tiled"),
            Algorithm::Depthwise => f.write_str("depthwise"),
            Algorithm::Rows => f.write_str("rows"),
        }
    }
}

impl Algorithm {
    /// The error that this algorithm cannot do what was asked of it.
    pub(crate) fn unavailable(self, reason: &'static str) -> Error {
        Error::AlgorithmUnavailable { algorithm: self, reason }
    }
}

/// Who chooses the algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Strategy {
    /// The planner, from the problem and the device; never from a measurement.
    #[default]
    Auto,
    /// The caller.
    Fixed(Algorithm),
}

/// Options of a plan.
///
/// ```
/// use wgconv::PlanOptions;
/// let options = PlanOptions { workspace_limit: 1 << 20, ..PlanOptions::default() };
/// assert!(options.workspace_limit < PlanOptions::default().workspace_limit);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PlanOptions {
    /// Who chooses the algorithm.
    pub strategy: Strategy,
    /// Most bytes of workspace that the plan may ask for. With 0 a split reduction takes one dispatch a slab instead.
    pub workspace_limit: u64,
}

impl Default for PlanOptions {
    /// The planner's choice, 64 MiB of workspace.
    fn default() -> Self {
        PlanOptions { strategy: Strategy::Auto, workspace_limit: 64 << 20 }
    }
}
