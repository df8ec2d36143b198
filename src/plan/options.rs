//! What a caller may say about how a problem is solved.

use std::fmt;

/// How an operator is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// One invocation per output element (and slice of the reduction), plain loops: takes every problem.
    Direct,
}

impl Algorithm {
    /// All of them.
    pub const ALL: &'static [Algorithm] = &[Algorithm::Direct];
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Algorithm::Direct => f.write_str("direct"),
        }
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
