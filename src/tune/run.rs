//! A run of tuning, problem after problem.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::check::{Checker, as_fault};
use super::measure::{Contender, alternate, median};
use super::{Candidate, Entry, Progress, TuneReport, TuneRow, Tuned};
use crate::case::Case;
use crate::error::{Error, Result};
use crate::gpu::{Context, Plan};
use crate::plan::{Advice, PlanOptions, PlanSpec, Problem, Strategy};
use crate::timing::Timer;
use crate::verify::GuardedBuffers;

/// How it is tuned.
#[derive(Clone)]
pub struct TuneOptions<'a> {
    /// Problems that are not decided when this time is over are left out.
    pub budget: Duration,
    /// Results that are there already: what they have in quarantine stays there, what is tuned again replaces them, the others
    /// are kept. Not used if they are of another device.
    pub known: Option<&'a Tuned>,
    /// Seed of the data.
    pub seed: u64,
    /// Called after each problem; `Break` ends the run.
    pub progress: Option<&'a OnProgress<'a>>,
    /// Spoils every result of this way of computing before it is compared, to show that a wrong one is not taken.
    #[doc(hidden)]
    pub plant_fault: Option<Strategy>,
}

impl Default for TuneOptions<'_> {
    /// A minute, seed 1.
    fn default() -> Self {
        TuneOptions { budget: Duration::from_secs(60), known: None, seed: 1, progress: None, plant_fault: None }
    }
}

/// What is called after each problem; `Break` ends the run.
pub type OnProgress<'a> = dyn Fn(&Progress<'_>) -> ControlFlow<()> + 'a;

/// [`TuneReport::stopped`] of a run whose budget was spent.
pub const TIME_IS_OVER: &str = "its time was over";

/// Another way takes the place of the planner's choice if it is this many times as fast.
const LEAST_SPEEDUP: f64 = 1.05;

/// A software device takes the host's memory until it ends, without saying so.
const MOST_BYTES_SOFTWARE: u64 = 4 << 30;

/// Tunes these problems, each a case and the name of one of its passes ([`Case::passes`]). Blocks until it is done or the time is
/// over. See [the module](super).
///
/// # Errors
/// A pass that a case does not have, parameters that do not fit together. What goes wrong with a problem is in its row; a lost
/// device ends the run, and the report says so.
pub fn run_blocking(ctx: &Context, targets: &[(Case, &str)], options: &TuneOptions<'_>) -> Result<TuneReport> {
    let problems: Vec<Problem> =
        targets.iter().map(|(case, pass)| case.problem(ctx.limits(), pass, false)).collect::<Result<_>>()?;
    let mut tuned = Tuned::new(ctx);
    if let Some(known) = options.known
        && let Err(error) = tuned.merge(known.clone())
    {
        log::warn!("{error}");
    }
    // Without results, so that what is measured is not what somebody found before.
    let ctx = &ctx.with_tuning(&Tuned::new(ctx));
    let start = Instant::now();
    let never = AtomicBool::new(false);
    let mut run = Run {
        ctx,
        checker: Checker::new(ctx, options.seed, options.plant_fault),
        timer: Timer::new(ctx, &never, true),
        deadline: start.checked_add(options.budget).unwrap_or(start + Duration::from_secs(1 << 30)),
        tuned,
    };
    let (mut rows, mut stopped) = (Vec::new(), None);
    for (problem, (case, pass)) in problems.iter().zip(targets) {
        let late = Instant::now() >= run.deadline;
        let outcome = if late { Err(Stop::Late) } else { run.problem(problem, case, pass) };
        let row = match outcome {
            Ok(row) => row,
            Err(Stop::Late) => {
                stopped = Some(TIME_IS_OVER);
                break;
            }
            Err(Stop::Lost) => {
                stopped = Some("the device was lost");
                break;
            }
        };
        rows.push(row);
        let (done, total) = (rows.len(), targets.len());
        let progress = Progress { done, total, row: &rows[done - 1], tuned: &run.tuned };
        if options.progress.is_some_and(|callback| callback(&progress).is_break()) && rows.len() < targets.len() {
            stopped = Some("it was asked to");
            break;
        }
    }
    Ok(TuneReport { tuned: run.tuned, rows, stopped, time: start.elapsed() })
}

/// Why a run ends early.
enum Stop {
    Late,
    Lost,
}

/// What the problems share.
struct Run<'a> {
    ctx: &'a Context,
    checker: Checker<'a>,
    timer: Timer<'a>,
    deadline: Instant,
    tuned: Tuned,
}

/// A way that is right, ready to be measured.
struct Ready {
    strategy: Strategy,
    plan: Arc<Plan>,
    buffers: GuardedBuffers,
}

impl Run<'_> {
    fn problem(&mut self, problem: &Problem, case: &Case, pass: &str) -> std::result::Result<TuneRow, Stop> {
        let Some((case, pass)) = problem.key() else {
            let known = case.passes().iter().find(|known| **known == pass).copied().unwrap_or_default();
            let skipped = Some("there is only one way".to_string());
            return Ok(TuneRow { skipped, ..TuneRow::new(case.clone(), known) });
        };
        // What is tuned is the problem without its epilogue: that is what is checked and measured, and what a kernel is put in
        // quarantine for.
        let planned = case.problem(self.ctx.limits(), pass, false);
        let mut row = TuneRow::new(case, pass);
        match planned.and_then(|problem| self.fill(&problem, &mut row)) {
            Ok(true) => Ok(row),
            // What is wrong is told, whether or not there was time for the rest.
            Ok(false) if row.candidates.iter().any(|candidate| candidate.fault.is_some()) => {
                Ok(TuneRow { skipped: Some(TIME_IS_OVER.to_string()), ..row })
            }
            Ok(false) => Err(Stop::Late),
            Err(Error::DeviceLost { .. }) => Err(Stop::Lost),
            Err(error) => Ok(TuneRow { skipped: Some(error.to_string()), ..row }),
        }
    }

    /// Checks, measures, decides; false if there was not the time.
    fn fill(&mut self, problem: &Problem, row: &mut TuneRow) -> Result<bool> {
        let mut ready = Vec::new();
        let specs = self.specs(problem);
        self.check_room(&specs)?;
        let expected = self.checker.expected(&row.case, row.pass)?;
        for (strategy, spec) in specs {
            let mut candidate = Candidate { strategy, ms: None, fault: None, quarantined: Vec::new() };
            let options = PlanOptions { strategy, ..*self.ctx.plan_options() };
            let outcome = match row.case.plan(self.ctx, row.pass, false, &options) {
                Ok(plan) => {
                    let checked = self.checker.check((&row.case, row.pass), strategy, &plan, &expected);
                    let checked = checked.inspect_err(|error| {
                        log::error!("while {} {} by {strategy} was checked: {error}", row.case, row.pass);
                    });
                    checked?.map(|buffers| Ready { strategy, plan, buffers })
                }
                Err(error) => Err(as_fault(error)?),
            };
            match outcome {
                Ok(found) => ready.push(found),
                Err(fault) => {
                    candidate.quarantined = self.tuned.quarantine(&spec);
                    log::error!(
                        "{} {} by {strategy} is wrong on this device: {fault}; in quarantine: {}",
                        row.case,
                        row.pass,
                        candidate.quarantined.join(", ")
                    );
                    candidate.fault = Some(fault);
                }
            }
            row.candidates.push(candidate);
            if Instant::now() >= self.deadline {
                return Ok(false);
            }
        }
        self.decide(problem, row, &ready)
    }

    /// The plausible ways that can be planned and are not in quarantine.
    fn specs(&self, problem: &Problem) -> Vec<(Strategy, PlanSpec)> {
        let (limits, options) = (self.ctx.limits(), *self.ctx.plan_options());
        let mut strategies = problem.plausible(limits, &options);
        if let Ok(spec) = self.planned(problem)
            && !strategies.contains(&spec.strategy())
        {
            strategies.push(spec.strategy());
        }
        let spec = |strategy| {
            let advice = Advice { tuned: None, quarantined: Some(&self.tuned.quarantined) };
            let spec = problem.plan_with(limits, &PlanOptions { strategy, ..options }, &advice).ok()?;
            Some((strategy, spec))
        };
        strategies.into_iter().filter_map(spec).collect()
    }

    /// What the planner chooses, quarantine apart.
    fn planned(&self, problem: &Problem) -> Result<PlanSpec> {
        let advice = Advice { tuned: None, quarantined: Some(&self.tuned.quarantined) };
        problem.plan_with(self.ctx.limits(), self.ctx.plan_options(), &advice)
    }

    fn check_room(&self, specs: &[(Strategy, PlanSpec)]) -> Result<()> {
        let needed = specs.iter().flat_map(|(_, spec)| spec.operands()).map(|need| need.bytes).sum();
        if self.ctx.limits().is_software && needed > MOST_BYTES_SOFTWARE {
            let what = "tuning this problem on a software device".to_string();
            let available = MOST_BYTES_SOFTWARE;
            return Err(Error::LimitExceeded { limit: "bytes of memory", what, needed, available });
        }
        Ok(())
    }

    fn decide(&mut self, problem: &Problem, row: &mut TuneRow, ready: &[Ready]) -> Result<bool> {
        let planner = self.planned(problem)?.strategy();
        row.planner = Some(planner);
        let Some(at) = ready.iter().position(|ready| ready.strategy == planner) else {
            row.skipped = Some("the planner's choice was not shown to be right".to_string());
            return Ok(true);
        };
        row.choice = Some(planner);
        if ready.len() > 1 {
            let contenders: Vec<Contender<'_>> =
                ready.iter().map(|ready| Contender { plan: &ready.plan, buffers: &ready.buffers }).collect();
            let Some(times) = alternate(&mut self.timer, &contenders, at, self.deadline)? else { return Ok(false) };
            let planners = times[at].clone().unwrap_or_default();
            for (ready, seconds) in ready.iter().zip(&times) {
                let Some(seconds) = seconds else { continue };
                // Ratios within a round: what disturbs the device disturbs its neighbours too.
                let speedup = median(planners.iter().zip(seconds).map(|(planner, own)| planner / own));
                if speedup >= LEAST_SPEEDUP && speedup > row.speedup {
                    (row.choice, row.speedup) = (Some(ready.strategy), speedup);
                }
                if let Some(candidate) = row.candidates.iter_mut().find(|of| of.strategy == ready.strategy) {
                    candidate.ms = Some(1e3 * median(seconds.iter().copied()));
                }
            }
        }
        // To the digits that the file has, so that it gives the same value back.
        row.speedup = ((row.speedup * 1e3).round() / 1e3).clamp(1.0, 1e6);
        if let Some(choice) = row.choice {
            let TuneRow { case, pass, speedup, .. } = row;
            self.tuned.insert(Entry { case: case.clone(), pass, choice, planner, speedup: *speedup });
        }
        Ok(true)
    }
}
