//! One row: everybody computes it once and is judged; then all that are right are timed, round by round, in turn.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result, bail};
use wgconv::case::Case;

use super::answer::{Expected, read};
use super::peer::{Limits, Peer, Problem};
use super::protocol::{CaseRequest, Request};
use super::report::{Kind, Outcome, Row};
use crate::bench::exact::Effort;
use crate::bench::select::Job;
use crate::bench::stats::Summary;

/// What holds for all rows.
pub struct Measure<'a> {
    pub limits: Limits,
    pub rounds: usize,
    /// A round of one participant takes about so long.
    pub round_ms: f64,
    pub effort: Effort,
    pub seed: u64,
    pub stop: &'a AtomicBool,
}

/// One participant while a row is measured.
struct Run<'a> {
    peer: &'a mut Peer,
    outcome: Outcome,
    /// Milliseconds a repetition, of each round.
    samples: Vec<f64>,
    /// In all rounds.
    spent_ms: f64,
}

const MOST_REPETITIONS: f64 = 1000.0;

impl Measure<'_> {
    /// `say` hears who is at what.
    pub fn row(&self, job: &Job, peers: &mut [Peer], say: &dyn Fn(&str)) -> Result<Row> {
        let Case::Conv(case) = &job.case else { bail!("{} is no convolution", job.case) };
        let dir = tempfile::tempdir().context("cannot make a temporary folder")?;
        say("data and reference");
        let (expected, files) = Expected::new(job, dir.path(), self.effort, self.seed)?;
        let mut request = CaseRequest::new(case, job.pass)?;
        request.inputs = files.into_iter().map(|(name, path)| (name.to_owned(), path)).collect();

        let mut runs: Vec<Run<'_>> = peers.iter_mut().map(Run::new).collect();
        for (i, run) in runs.iter_mut().enumerate() {
            say(&run.peer.name);
            request.result = dir.path().join(format!("result{i}.f32"));
            self.first(run, &request, &expected);
            // A stop leaves what there is.
            let _ = fs::remove_file(&request.result);
        }
        for run in &mut runs {
            say(&run.peer.name);
            self.calibrate(run);
        }
        for round in 0..self.rounds {
            say(&format!("round {}", round + 1));
            // Somebody else begins each time.
            let count = runs.len();
            for i in 0..count {
                self.round(&mut runs[(round + i) % count]);
            }
        }
        let mut row = Row {
            suite: job.suite.clone(),
            layer: job.layer.clone(),
            case: job.case.to_string(),
            pass: job.pass.to_owned(),
            flops: 2 * case.problem()?.multiply_adds(),
            results: runs.into_iter().map(Run::conclude).collect(),
        };
        row.rate();
        Ok(row)
    }

    /// The first call, and whether its result is right.
    fn first(&self, run: &mut Run<'_>, request: &CaseRequest, expected: &Expected) {
        if let Some(left_out) = &run.peer.left_out {
            run.give_up(Problem::failed(left_out.why.clone()));
            return;
        }
        if !run.peer.does(&request.pass) {
            let detail = format!("has no {}", request.pass);
            run.give_up(Problem { kind: Kind::Unsupported, detail });
            return;
        }
        let request = Request::Case(Box::new(request.clone()));
        match self.ask(run, &request) {
            Ok(ms) => run.outcome.first_ms = Some(ms),
            Err(problem) => return run.give_up(problem),
        }
        let Request::Case(request) = &request else { return };
        match read(&request.result).and_then(|found| expected.judge(&found, run.peer.greeting.precision)) {
            Ok(agreement) => {
                run.outcome.verification = Some(agreement.how);
                run.outcome.largest_error = Some(agreement.largest_error);
            }
            Err(detail) => run.give_up(Problem { kind: Kind::Wrong, detail }),
        }
    }

    /// How many repetitions a round has: from the second of two calls, the first of which may compile or tune something.
    fn calibrate(&self, run: &mut Run<'_>) {
        let mut each = 0.0;
        for _ in 0..2 {
            if run.outcome.result == Kind::Timed {
                match self.ask(run, &Request::Time { repetitions: 1 }) {
                    Ok(ms) => each = ms,
                    Err(problem) => return run.give_up(problem),
                }
            }
        }
        run.outcome.repetitions = (self.round_ms / each).clamp(1.0, MOST_REPETITIONS) as usize;
    }

    /// Slow ones have fewer rounds: all of them together take no longer than a call may.
    fn round(&self, run: &mut Run<'_>) {
        let limit = 1e3 * self.limits.call.as_secs_f64();
        let is_done = !run.samples.is_empty() && run.spent_ms * (1.0 + 1.0 / run.samples.len() as f64) > limit;
        if run.outcome.result != Kind::Timed || is_done {
            return;
        }
        let repetitions = run.outcome.repetitions;
        match self.ask(run, &Request::Time { repetitions }) {
            Ok(ms) => {
                run.spent_ms += ms;
                run.samples.push(ms / repetitions as f64);
            }
            // What was measured before the stop counts.
            Err(problem) if problem.kind == Kind::Stopped && !run.samples.is_empty() => {}
            Err(problem) => run.give_up(problem),
        }
    }

    fn ask(&self, run: &mut Run<'_>, request: &Request) -> Result<f64, Problem> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Problem { kind: Kind::Stopped, detail: "stopped".into() });
        }
        run.peer.ask(request, self.limits, self.stop)
    }
}

impl<'a> Run<'a> {
    fn new(peer: &'a mut Peer) -> Self {
        let outcome = Outcome { participant: peer.name.clone(), result: Kind::Timed, ..Outcome::default() };
        Run { peer, outcome, samples: Vec::new(), spent_ms: 0.0 }
    }

    /// No figures, but a reason.
    fn give_up(&mut self, problem: Problem) {
        self.outcome.result = problem.kind;
        self.outcome.detail = Some(problem.detail);
    }

    fn conclude(mut self) -> Outcome {
        self.outcome.rounds = self.samples.len();
        match Summary::of(&self.samples) {
            Some(summary) if self.outcome.result == Kind::Timed => {
                self.outcome.median_ms = Some(summary.median);
                self.outcome.min_ms = Some(summary.min);
            }
            _ if self.outcome.result == Kind::Timed => self.outcome.result = Kind::Stopped,
            _ => {}
        }
        self.outcome
    }
}
