//! The closed list of what can be planned: the key of the plan cache.

use super::{DeviceLimits, PlanOptions, PlanSpec};
use crate::conv::{ConvProblem, Epilogue, Pass};
use crate::error::Result;
use crate::nn::NnProblem;
use crate::pool::{PoolPass, PoolProblem};

/// A problem with every extent known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Problem {
    Conv { problem: ConvProblem, pass: Pass, epilogue: Epilogue },
    Pool { problem: PoolProblem, pass: PoolPass },
    Nn(NnProblem),
}

impl Problem {
    /// Plans it for a device.
    pub(crate) fn plan(&self, limits: &DeviceLimits, options: &PlanOptions) -> Result<PlanSpec> {
        limits.validate()?;
        match self {
            Problem::Conv { problem, pass, epilogue } => {
                crate::conv::passes::plan(problem, *pass, *epilogue, limits, options)
            }
            Problem::Pool { problem, pass } => crate::pool::passes::plan(problem, *pass, limits, options),
            Problem::Nn(problem) => problem.plan(limits, options),
        }
    }
}
