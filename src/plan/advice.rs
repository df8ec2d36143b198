//! The one place where a strategy becomes a plan: the caller's word, then what was measured, then the planner's own choice.

use std::collections::BTreeSet;

use super::{Algorithm, CALLERS_CHOICE, PlanOptions, PlanSpec, Strategy};
use crate::error::{Error, Result};

/// What the names of kernels with a side have more than those of their twins.
const SIDE: &str = "+side";
/// What those of kernels that leave f32 sums of 16-bit operands have.
const TO_F32: &str = ":to:f32";

/// What tuning found about a problem. Nothing, unless the caller gave the context the results of tuning.
#[derive(Clone, Debug, Default)]
pub(crate) struct Advice<'a> {
    /// What was the fastest, and the reason that the plan states.
    pub tuned: Option<(Strategy, String)>,
    /// Kernels that computed wrong results on this device, by [`crate::kernel::KernelKey::module_name`].
    pub quarantined: Option<&'a BTreeSet<String>>,
}

impl Advice<'_> {
    /// An error if the plan would run a kernel that is in quarantine.
    pub(crate) fn allow(&self, spec: &PlanSpec) -> Result<()> {
        let Some(quarantined) = self.quarantined.filter(|names| !names.is_empty()) else { return Ok(()) };
        let mut names = spec.steps.iter().map(|step| step.kernel.module_name());
        // A kernel with a side, or one that leaves f32 sums, computes them as its twin does that is checked.
        let twins =
            |name: &str| [name.replace(SIDE, ""), name.replace(TO_F32, ""), name.replace(SIDE, "").replace(TO_F32, "")];
        let known =
            |name: &String| quarantined.contains(name) || twins(name).iter().any(|twin| quarantined.contains(twin));
        match names.find(known) {
            Some(kernel) => Err(Error::Quarantined { kernel }),
            None => Ok(()),
        }
    }
}

/// Plans by the caller's choice; else by what tuning found; else by the first of these candidates that can be planned, which
/// are best first and have the reason beside them; else by the direct kernels. A kernel in quarantine is never chosen.
pub(crate) fn choose(
    options: &PlanOptions,
    advice: &Advice<'_>,
    candidates: &[(Algorithm, &'static str)],
    plan_with: impl Fn(&PlanOptions, (Algorithm, &str)) -> Result<PlanSpec>,
) -> Result<PlanSpec> {
    let plan = |strategy: Strategy, algorithm, reason: &str| {
        let spec = plan_with(&PlanOptions { strategy, ..*options }, (algorithm, reason))?;
        advice.allow(&spec)?;
        Ok(spec)
    };
    if let Some(algorithm) = options.strategy.algorithm() {
        return plan(options.strategy, algorithm, CALLERS_CHOICE);
    }
    // What stands in the way of one may not stand in the others' way, nor in the direct kernels'.
    if let Some((strategy, reason)) = &advice.tuned
        && let Some(algorithm) = strategy.algorithm()
        && (algorithm != Algorithm::Winograd || options.winograd)
        && let Ok(spec) = plan(*strategy, algorithm, reason)
    {
        return Ok(spec);
    }
    let mut why = "the planner's choice: it takes every problem".to_string();
    for &(algorithm, reason) in candidates {
        match plan(Strategy::Fixed(algorithm), algorithm, reason) {
            Ok(spec) => return Ok(spec),
            Err(Error::AlgorithmUnavailable { reason, .. }) => why = format!("instead of {algorithm}: {reason}"),
            Err(error) => why = format!("instead of {algorithm}: {error}"),
        }
    }
    let direct = Algorithm::Direct;
    plan(Strategy::Fixed(direct), direct, &why)
}
