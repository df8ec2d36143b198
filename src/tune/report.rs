//! What a run of tuning did.

use std::fmt;
use std::time::Duration;

use super::Tuned;
use crate::case::Case;
use crate::plan::Strategy;
use crate::verify::Fault;

/// What [`super::run_blocking`] found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TuneReport {
    /// For [`crate::Context::with_tuning`].
    pub tuned: Tuned,
    /// What was done about each problem, in the order in which they were given.
    pub rows: Vec<TuneRow>,
    /// Why problems were left out, if any were.
    pub stopped: Option<&'static str>,
    /// How long it took.
    pub time: Duration,
}

/// One problem. `Display` is a line.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TuneRow {
    /// The problem.
    pub case: Case,
    /// Its pass.
    pub pass: &'static str,
    /// What was looked at.
    pub candidates: Vec<Candidate>,
    /// What the planner chooses.
    pub planner: Option<Strategy>,
    /// What will be taken.
    pub choice: Option<Strategy>,
    /// How many times as fast that is; 1 for the planner's choice.
    pub speedup: f64,
    /// Why nothing was measured, if so.
    pub skipped: Option<String>,
}

/// A way of computing a problem.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Candidate {
    /// What a caller would ask for.
    pub strategy: Strategy,
    /// Milliseconds (the median of the rounds); `None` if it was not measured, or was far behind from the beginning.
    pub ms: Option<f64>,
    /// What is wrong with its result.
    pub fault: Option<Fault>,
    /// The kernels that were put in quarantine for that.
    pub quarantined: Vec<String>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// Problems that were looked at.
    pub done: usize,
    /// Problems that there are in all.
    pub total: usize,
    /// The last one.
    pub row: &'a TuneRow,
    /// Everything so far.
    pub tuned: &'a Tuned,
}

impl TuneRow {
    pub(super) fn new(case: Case, pass: &'static str) -> TuneRow {
        TuneRow { case, pass, candidates: Vec::new(), planner: None, choice: None, speedup: 1.0, skipped: None }
    }
}

impl fmt::Display for TuneRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.case, self.pass)?;
        match (&self.skipped, self.planner, self.choice) {
            (None, Some(planner), Some(choice)) if planner == choice => write!(f, "{choice} stays")?,
            (None, Some(planner), Some(choice)) => {
                write!(f, "{choice}, {:.2} times as fast as {planner}", self.speedup)?
            }
            (reason, _, _) => write!(f, "not tuned: {}", reason.as_deref().unwrap_or("no way is left"))?,
        }
        for candidate in &self.candidates {
            if let Some(fault) = &candidate.fault {
                write!(f, "; {} is wrong: {fault}", candidate.strategy)?;
            }
        }
        Ok(())
    }
}
