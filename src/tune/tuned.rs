//! The results of tuning as a value.

use std::collections::{BTreeSet, HashMap};

use super::DeviceKey;
use crate::case::Case;
use crate::error::Result;
use crate::gpu::Context;
#[cfg(not(target_arch = "wasm32"))]
use crate::plan::PlanSpec;
use crate::plan::{Advice, Problem, Strategy};

/// What tuning found on a device: for each problem the fastest way of computing it, and the kernels that computed wrong
/// results. [`Context::with_tuning`] plans by it; [`Tuned::to_bytes`] and [`Tuned::save`] keep it. `docs/tuning-format.md`
/// describes the bytes.
///
/// ```
/// use wgconv::{Context, tune::Tuned};
/// let ctx = Context::new_blocking()?;
/// let tuned = Tuned::new(&ctx);
/// assert_eq!(Tuned::from_bytes(&tuned.to_bytes())?, tuned);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Tuned {
    pub(super) device: DeviceKey,
    pub(super) entries: HashMap<(Case, &'static str), Entry>,
    pub(super) quarantined: BTreeSet<String>,
}

/// What was found about one problem.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// The problem.
    pub case: Case,
    /// Its pass, one of [`Case::passes`].
    pub pass: &'static str,
    /// What will be taken.
    pub choice: Strategy,
    /// What the planner would have taken.
    pub planner: Strategy,
    /// How many times as fast the choice is as the planner's, to three decimals; 1 if it is the planner's.
    pub speedup: f64,
}

impl Tuned {
    /// No results yet, for the device of this context.
    pub fn new(ctx: &Context) -> Tuned {
        Tuned { device: DeviceKey::of(ctx), entries: HashMap::new(), quarantined: BTreeSet::new() }
    }

    /// Whether these results are of this device, this driver and these kernels.
    ///
    /// # Errors
    /// [`crate::Error::StaleTuning`] with what differs.
    pub fn check(&self, ctx: &Context) -> Result<()> {
        self.device.check(&DeviceKey::of(ctx))
    }

    /// Every problem that was tuned, by the text of its case and its pass.
    pub fn entries(&self) -> Vec<&Entry> {
        let mut entries: Vec<(String, &Entry)> =
            self.entries.values().map(|entry| (entry.case.to_string(), entry)).collect();
        entries.sort_by(|a, b| (&a.0, a.1.pass).cmp(&(&b.0, b.1.pass)));
        entries.into_iter().map(|(_, entry)| entry).collect()
    }

    /// Kernels, with their constants, that computed a wrong result on this device: [`Strategy::Auto`] never takes them, and a
    /// plan that needs one is [`crate::Error::Quarantined`].
    pub fn quarantined(&self) -> impl Iterator<Item = &str> {
        self.quarantined.iter().map(String::as_str)
    }

    /// Adds what another run found on the same device; of a problem that both know, the other's result counts.
    ///
    /// # Errors
    /// [`crate::Error::StaleTuning`] if the other's device, driver or kernels differ.
    pub fn merge(&mut self, other: Tuned) -> Result<()> {
        other.device.check(&self.device)?;
        self.entries.extend(other.entries);
        self.quarantined.extend(other.quarantined);
        Ok(())
    }

    pub(super) fn insert(&mut self, entry: Entry) {
        self.entries.insert((entry.case.clone(), entry.pass), entry);
    }

    /// Puts the kernels of a plan in quarantine that computed a wrong result.
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) fn quarantine(&mut self, spec: &PlanSpec) -> Vec<String> {
        use crate::kernel::{
            FINISH_KERNEL, PACK_FOURS_KERNEL, PACK_SCALAR_KERNEL, PACK_VEC4_KERNEL, SUM_SLICES_KERNEL,
        };
        // Many plans share these, which say little about the result alone: if one is wrong, the others' own checks show it.
        let shared = [&PACK_SCALAR_KERNEL, &PACK_VEC4_KERNEL, &PACK_FOURS_KERNEL, &SUM_SLICES_KERNEL, &FINISH_KERNEL];
        let shared = shared.map(|kernel| kernel.name);
        // So do the kernels that sum the products between Winograd's transforms, or the parts of an input gradient: they are those of
        // other plans.
        let names = || spec.steps.iter().map(|step| step.kernel.entry.kernel().name);
        let around =
            ["conv/winograd/", "conv/phases/"].into_iter().find(|folder| names().any(|name| name.starts_with(folder)));
        let is_shared = |name: &str| shared.contains(&name) || around.is_some_and(|folder| !name.starts_with(folder));
        let blamed = spec.steps.iter().filter(|step| !is_shared(step.kernel.entry.kernel().name));
        let names: BTreeSet<String> = blamed.map(|step| step.kernel.module_name()).collect();
        self.quarantined.extend(names.iter().cloned());
        names.into_iter().collect()
    }

    /// What the planner should know about a problem.
    pub(crate) fn advice(&self, problem: &Problem) -> Advice<'_> {
        let entry = problem.key().and_then(|key| self.entries.get(&key));
        Advice { tuned: entry.map(|entry| (entry.choice, entry.reason())), quarantined: Some(&self.quarantined) }
    }
}

impl Entry {
    /// What the plan says of its algorithm.
    fn reason(&self) -> String {
        match self.choice == self.planner {
            true => "tuned: nothing that was measured is faster than the planner's choice".to_string(),
            false => format!("tuned: {:.2} times as fast as {}, the planner's choice", self.speedup, self.planner),
        }
    }
}
