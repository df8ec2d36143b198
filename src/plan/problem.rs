//! The closed list of what can be planned: the key of the plan cache.

use super::{Advice, Algorithm, DeviceLimits, Operand, PlanOptions, PlanSpec, Strategy};
use crate::case::Case;
use crate::conv::{ConvProblem, Epilogue, Pass};
use crate::conv_transpose::ConvTransposeProblem;
use crate::error::Result;
use crate::layout::{Layout, TransposeProblem};
use crate::nn::NnProblem;
use crate::pool::{PoolPass, PoolProblem};

/// A problem with every extent known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Problem {
    Conv { problem: ConvProblem, pass: Pass, epilogue: Epilogue },
    ConvTranspose { problem: ConvTransposeProblem, pass: Pass, epilogue: Epilogue },
    Pool { problem: PoolProblem, pass: PoolPass },
    Nn(NnProblem),
    Transpose(TransposeProblem),
}

impl Problem {
    /// Plans it for a device.
    pub(crate) fn plan(&self, limits: &DeviceLimits, options: &PlanOptions) -> Result<PlanSpec> {
        self.plan_with(limits, options, &Advice::default())
    }

    /// Plans it for a device that was tuned.
    pub(crate) fn plan_with(
        &self,
        limits: &DeviceLimits,
        options: &PlanOptions,
        advice: &Advice<'_>,
    ) -> Result<PlanSpec> {
        limits.validate()?;
        let spec = match self {
            Problem::Conv { problem, pass, epilogue } => {
                crate::conv::passes::plan(problem, *pass, *epilogue, limits, options, advice)
            }
            Problem::ConvTranspose { problem, pass, epilogue } => {
                crate::conv_transpose::passes::plan(problem, *pass, *epilogue, limits, options, advice)
            }
            Problem::Pool { problem, pass } => crate::pool::passes::plan(problem, *pass, limits, options, advice),
            Problem::Nn(problem) => problem.plan(limits, options),
            Problem::Transpose(problem) => problem.plan(limits, options, advice),
        }?;
        advice.allow(&spec)?;
        Ok(spec)
    }

    /// How an operand lies in memory; `None` for one of which the operator only looks at the memory.
    pub(crate) fn layout(&self, operand: Operand) -> Option<Layout> {
        match self {
            Problem::Conv { problem, .. } => Some(problem.layout(operand)),
            Problem::ConvTranspose { problem, .. } => Some(problem.layout(operand)),
            Problem::Pool { problem, .. } => Some(problem.layout(operand)),
            Problem::Nn(problem) => problem.layout(operand),
            Problem::Transpose(_) => None,
        }
    }

    /// Whether an operator looks only at the memory of these operands, but at the same place in each, so that all of them must
    /// lie alike.
    pub(crate) fn are_alike(&self, operand: Operand) -> bool {
        matches!(self, Problem::Nn(_)) && self.layout(operand).is_none()
    }

    /// What tuning calls it, whether or not forward takes a bias; `None` if there is nothing to tune.
    pub(crate) fn key(&self) -> Option<(Case, &'static str)> {
        match self {
            Problem::Conv { pass: Pass::BiasGrad, .. }
            | Problem::ConvTranspose { pass: Pass::BiasGrad, .. }
            | Problem::Nn(_)
            | Problem::Transpose(_) => None,
            Problem::Conv { problem, pass, .. } => Some((Case::Conv(problem.into()), pass.name())),
            Problem::ConvTranspose { problem, pass, .. } => Some((Case::ConvTranspose(problem.into()), pass.name())),
            Problem::Pool { problem, pass } => Some((Case::Pool(problem.into()), pass.name())),
        }
    }

    /// The few ways of computing it that can be the fastest; not all of them need be available.
    pub(crate) fn plausible(&self, limits: &DeviceLimits, options: &PlanOptions) -> Vec<Strategy> {
        match self {
            Problem::Conv { problem, pass, .. } => crate::conv::passes::plausible(problem, *pass, limits, options),
            Problem::ConvTranspose { problem, pass, .. } => {
                crate::conv_transpose::passes::plausible(problem, *pass, limits, options)
            }
            Problem::Pool { .. } => {
                [Algorithm::Direct, Algorithm::Rows, Algorithm::Planes].map(Strategy::Fixed).to_vec()
            }
            Problem::Nn(_) => vec![Strategy::Fixed(Algorithm::Direct)],
            Problem::Transpose(_) => [Algorithm::Direct, Algorithm::Tiled].map(Strategy::Fixed).to_vec(),
        }
    }
}
