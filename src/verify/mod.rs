//! The self-test: whether this device and driver compute right. Every pass of a fixed catalogue of shapes
//! ([`crate::case::catalogue`]) and of random ones (behind it, or in turns where there is a time), by every algorithm that takes the
//! shape, on small integers, whose sums must equal [`crate::reference`]'s exactly; what has a division, a root or an exponential, within
//! what WGSL allows these. Every buffer has guard zones
//! around its operand, and outputs start as poison: see [`GuardedBuffers`].
//!
//! ```
//! use wgconv::{Context, verify::{self, VerifyOptions}};
//! let ctx = Context::new_blocking()?;
//! let case = Some("n2c4h9w7k6r3s3u2p1g2".parse()?);
//! let report = verify::run_blocking(&ctx, &VerifyOptions { case, ..VerifyOptions::default() })?;
//! println!("{report}");
//! report.failures.iter().for_each(|failure| println!("{failure}"));
//! assert!(report.is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod data;
mod guard;
mod markdown;
mod operators;
mod order;
mod report;
mod shrink;
mod task;
mod vectors;

use std::ops::ControlFlow;
use std::time::Duration;

pub use check::check;
#[cfg(not(target_arch = "wasm32"))]
pub use check::check_blocking;
pub use guard::{GuardedBuffers, Outputs, POISON, StrayWrite, Unwritten};
pub use report::{Failure, Fault, Mismatch, Regime, Skip, VerifyReport};

use crate::case::{Case, PASSES, catalogue};
use crate::error::{Error, Result};
use crate::gpu::Context;
use crate::plan::{Algorithm, PlanOptions, Strategy};
use data::Shapes;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use task::Task;
pub use vectors::{TestOutput, TestVectors};

/// What is checked.
#[derive(Clone)]
pub struct VerifyOptions<'a> {
    /// Seed of shapes and data: the same seed, the same checks, on any machine.
    pub seed: u64,
    /// How many random shapes follow the catalogue.
    pub count: usize,
    /// Ends it after the shape at which this time is over. Not in a browser, where the library has no clock.
    pub time: Option<Duration>,
    /// Only this shape, instead of catalogue and random ones.
    pub case: Option<Case>,
    /// Only shapes of these operators ([`Case::operator`]), of the catalogue and random ones. All, if empty.
    pub operators: Vec<String>,
    /// Only this pass, by the name that it has in [`Case::passes`].
    pub pass: Option<String>,
    /// Who chooses the algorithm; each of these in turn. Every algorithm that there is, if empty.
    pub strategies: Vec<Strategy>,
    /// What plans are made under; each of these in turn. The device's own limits, if empty.
    pub regimes: Vec<Regime>,
    /// Whether a random shape that fails is made as small as it can be while it fails, for the first failure of an operator's pass by
    /// an algorithm.
    pub shrink: bool,
    /// Called after each shape; `Break` ends it.
    pub progress: Option<&'a OnProgress<'a>>,
    /// Changes a bit of every result before it is compared, to show that the self-test notices.
    #[doc(hidden)]
    pub plant_fault: bool,
}

impl Default for VerifyOptions<'_> {
    /// Seed 1, 100 random shapes, no time limit, the device's own limits; failing shapes are made smaller.
    fn default() -> Self {
        VerifyOptions {
            seed: 1,
            count: 100,
            time: None,
            case: None,
            operators: Vec::new(),
            pass: None,
            strategies: Vec::new(),
            regimes: Vec::new(),
            shrink: true,
            progress: None,
            plant_fault: false,
        }
    }
}

/// The pipelines of so many shapes are kept, then dropped: a self-test of hours takes no more memory than one of minutes, and
/// the caller's caches keep what the caller uses.
const SHAPES_OF_A_CACHE: usize = 50;

/// What is called after each shape; `Break` ends the self-test.
pub type OnProgress<'a> = dyn Fn(&Progress<'_>) -> ControlFlow<()> + 'a;

/// How far a self-test is.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// Shapes that were looked at.
    pub done: usize,
    /// Shapes that there are in all.
    pub total: usize,
    /// The last one.
    pub case: &'a Case,
    /// What failed on it.
    pub failures: &'a [Failure],
}

/// Since a moment; on wasm, where asking for the time panics, nothing passes.
struct Clock {
    #[cfg(not(target_arch = "wasm32"))]
    start: std::time::Instant,
}

impl Clock {
    fn start() -> Clock {
        Clock {
            #[cfg(not(target_arch = "wasm32"))]
            start: std::time::Instant::now(),
        }
    }

    fn elapsed(&self) -> Duration {
        #[cfg(not(target_arch = "wasm32"))]
        return self.start.elapsed();
        #[cfg(target_arch = "wasm32")]
        return Duration::ZERO;
    }
}

/// Runs the self-test. Wrong results, and errors that should not be, are in the report.
///
/// # Errors
/// An operator or pass that does not exist, or a pass that the one case does not have; a case whose parameters do not fit together.
pub async fn run(ctx: &Context, options: &VerifyOptions<'_>) -> Result<VerifyReport> {
    check_options(options)?;
    let clock = Clock::start();
    let mut report = VerifyReport::new(ctx, options.seed);
    let is_wanted =
        |case: &Case| options.operators.is_empty() || options.operators.iter().any(|name| name == case.operator());
    let mut fixed: Vec<Case> = match &options.case {
        Some(case) => vec![case.clone()],
        None => catalogue().rows.iter().map(|row| row.case.clone()).filter(is_wanted).collect(),
    };
    let random = if options.case.is_some() { 0 } else { options.count };
    let total = fixed.len().saturating_add(random);
    let regimes = if options.regimes.is_empty() { &[Regime::Device][..] } else { &options.regimes };
    let mut contexts = Vec::new();
    let random = Shapes::new(options.seed).filter(is_wanted).take(random);
    // In a time that may not do for the fixed ones, both in turns, and from another fixed one on with each seed.
    let in_turns = options.time.is_some();
    if in_turns && !fixed.is_empty() {
        let first = (options.seed % fixed.len() as u64) as usize;
        fixed.rotate_left(first);
    }
    for case in order::one_after_the_other(fixed.into_iter(), random, in_turns) {
        let known = report.failures.len();
        if report.cases.is_multiple_of(SHAPES_OF_A_CACHE) {
            let own = ctx.with_own_caches();
            let made = regimes.iter().map(|&regime| Ok((regime, regime.context(&own)?)));
            contexts = made.collect::<Result<Vec<_>>>()?;
        }
        for (regime, ctx) in &contexts {
            check_case(ctx, *regime, &case, options, &mut report).await;
        }
        report.cases += 1;
        let (done, failures) = (report.cases, &report.failures[known..]);
        let lost = failures.iter().any(|failure| matches!(failure.fault, Fault::Error(Error::DeviceLost { .. })));
        let progress = Progress { done, total, case: &case, failures };
        let asked = options.progress.is_some_and(|callback| callback(&progress).is_break());
        let late = options.time.is_some_and(|time| clock.elapsed() >= time);
        report.stopped = match (lost, asked && done < total, late && done < total) {
            (true, _, _) => Some("the device was lost"),
            (_, true, _) => Some("it was asked to"),
            (_, _, true) => Some("its time was over"),
            _ => None,
        };
        if report.stopped.is_some() {
            break;
        }
    }
    report.time = clock.elapsed();
    Ok(report)
}

/// [`run`], blocking.
///
/// # Errors
/// As there.
#[cfg(not(target_arch = "wasm32"))]
pub fn run_blocking(ctx: &Context, options: &VerifyOptions<'_>) -> Result<VerifyReport> {
    pollster::block_on(run(ctx, options))
}

fn check_options(options: &VerifyOptions<'_>) -> Result<()> {
    if let Some(case) = &options.case {
        case.y_shape()?;
    }
    // Random shapes are of all operators that the catalogue has, and are waited for.
    let is_known = |name: &&String| catalogue().rows.iter().any(|row| row.case.operator() == **name);
    if let Some(name) = options.operators.iter().find(|name| !is_known(name)) {
        return Err(Error::InvalidParameter {
            operator: "verify",
            parameter: "operators",
            value: format!("{name:?}"),
            expected: "conv, tconv, max, avg, lp, bn, act, add, dropout, dense, halfsq, softmax, sgd, nesterov, adam, adamw, \
                       transpose, convert",
        });
    }
    let Some(pass) = &options.pass else { return Ok(()) };
    let known = match &options.case {
        Some(case) => case.passes().contains(&&pass[..]),
        None => catalogue().rows.iter().any(|row| row.case.passes().contains(&&pass[..])),
    };
    if known {
        return Ok(());
    }
    let (operator, parameter, value) = ("verify", "pass", format!("{pass:?}"));
    Err(Error::InvalidParameter { operator, parameter, value, expected: PASSES })
}

/// Every pass, with and without bias, by every strategy.
async fn check_case(
    ctx: &Context,
    regime: Regime,
    case: &Case,
    options: &VerifyOptions<'_>,
    report: &mut VerifyReport,
) {
    let wanted = |pass: &&&str| options.pass.as_deref().is_none_or(|only| only == **pass);
    let every: Vec<Strategy> = Algorithm::ALL.iter().copied().map(Strategy::Fixed).collect();
    let strategies = if options.strategies.is_empty() { &every } else { &options.strategies };
    for &pass in case.passes().iter().filter(wanted) {
        for bias in if case.takes_bias(pass) { &[false, true][..] } else { &[false] } {
            for &strategy in strategies {
                let check = Check { ctx, pass, bias: *bias, strategy, options };
                let fault = match check.run(case).await {
                    Outcome::Right => None,
                    Outcome::Wrong(fault) => Some(fault),
                    Outcome::Unavailable => continue,
                    Outcome::NoRoom(reason) => {
                        report.skipped.push(Skip { case: case.clone(), pass, reason });
                        continue;
                    }
                };
                report.checks += 1;
                *report.checks_by_operator.entry(case.operator()).or_default() += 1;
                let Some(fault) = fault else { continue };
                let same = |known: &Failure| {
                    known.case.operator() == case.operator() && known.pass == pass && known.strategy == strategy
                };
                let known = report.failures.iter().any(same);
                let (case, fault, drawn) = if options.shrink && options.case.is_none() && !known {
                    let (smallest, fault) = check.shrink(case, fault).await;
                    let drawn = (smallest != *case).then(|| case.clone());
                    (smallest, fault, drawn)
                } else {
                    (case.clone(), fault, None)
                };
                let plan = PlanOptions { strategy, ..PlanOptions::default() };
                let algorithm = case.plan_spec(ctx.limits(), pass, *bias, &plan).ok().map(|spec| spec.algorithm());
                let (bias, seed) = (*bias, options.seed);
                report.failures.push(Failure { case, drawn, pass, bias, strategy, regime, algorithm, seed, fault });
            }
        }
    }
}

/// A check but for the shape.
struct Check<'a> {
    ctx: &'a Context,
    pass: &'static str,
    bias: bool,
    strategy: Strategy,
    options: &'a VerifyOptions<'a>,
}

enum Outcome {
    Right,
    Wrong(Fault),
    /// The algorithm does not take the shape.
    Unavailable,
    NoRoom(Error),
}

impl Check<'_> {
    async fn run(&self, case: &Case) -> Outcome {
        let plan = PlanOptions { strategy: self.strategy, ..PlanOptions::default() };
        let VerifyOptions { seed, plant_fault, .. } = *self.options;
        match check::check_with(self.ctx, case, self.pass, self.bias, &plan, seed, plant_fault).await {
            Ok(None) => Outcome::Right,
            Ok(Some(fault)) => Outcome::Wrong(fault),
            Err(Error::AlgorithmUnavailable { .. }) => Outcome::Unavailable,
            Err(reason) if is_lack_of_room(&reason) => Outcome::NoRoom(reason),
            Err(error) => Outcome::Wrong(Fault::Error(error)),
        }
    }

    /// The smallest case that still fails, as far as a bounded search finds one. A lost device answers no more questions.
    async fn shrink(&self, case: &Case, fault: Fault) -> (Case, Fault) {
        const MOST_CHECKS: usize = 300;
        let (mut case, mut fault) = (case.clone(), fault);
        let mut checks = 0;
        'smaller: while !matches!(fault, Fault::Error(Error::DeviceLost { .. })) {
            for candidate in shrink::smaller(&case) {
                checks += 1;
                if checks > MOST_CHECKS {
                    break 'smaller;
                }
                if let Outcome::Wrong(found) = self.run(&candidate).await {
                    (case, fault) = (candidate, found);
                    continue 'smaller;
                }
            }
            break;
        }
        (case, fault)
    }
}

fn is_lack_of_room(error: &Error) -> bool {
    matches!(error, Error::LimitExceeded { .. } | Error::SampleTooLarge { .. } | Error::OutOfMemory { .. })
}
