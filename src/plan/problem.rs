//! The closed list of what can be planned: the key of the plan cache.

use super::{DeviceLimits, PlanOptions, PlanSpec};
use crate::conv::{ConvProblem, Pass};
use crate::conv_transpose::ConvTransposeProblem;
use crate::error::Result;
use crate::nn::NnProblem;
use crate::pool::{PoolPass, PoolProblem};

/// A problem with every extent known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Problem {
    Conv { problem: ConvProblem, pass: Pass, bias: bool },
    ConvTranspose { problem: ConvTransposeProblem, pass: Pass, bias: bool },
    Pool { problem: PoolProblem, pass: PoolPass },
    Nn(NnProblem),
}

impl Problem {
    /// Plans it for a device.
    pub(crate) fn plan(&self, limits: &DeviceLimits, options: &PlanOptions) -> Result<PlanSpec> {
        limits.validate()?;
        match self {
            Problem::Conv { problem, pass, bias } => crate::conv::passes::plan(problem, *pass, *bias, limits, options),
            Problem::ConvTranspose { problem, pass, bias } => {
                crate::conv_transpose::passes::plan(problem, *pass, *bias, limits, options)
            }
            Problem::Pool { problem, pass } => crate::pool::passes::plan(problem, *pass, limits, options),
            Problem::Nn(problem) => problem.plan(limits, options),
        }
    }
}
