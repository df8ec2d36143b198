//! A participant: a program that is started when it is needed, and again after it was killed or died.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::process::{Fault, Process, Program, quoted};
use super::protocol::{Answer, Greeting, Request};
use super::report::Kind;

/// Somebody who computes.
pub struct Peer {
    pub name: String,
    program: Program,
    process: Option<Process>,
    /// What it said when it first started.
    pub greeting: Greeting,
    /// Why it takes no part, or no longer.
    pub left_out: Option<LeftOut>,
    /// Starts that failed one after the other.
    failed_starts: usize,
}

/// Why a peer is not there, and what would help.
#[derive(Clone, Debug)]
pub struct LeftOut {
    pub why: String,
    pub install: Option<String>,
}

/// How long calls may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub call: Duration,
    pub start: Duration,
}

/// An answer that is none, as the report has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    pub kind: Kind,
    pub detail: String,
}

/// After so many failed starts in a row nobody tries again.
const MOST_FAILED_STARTS: usize = 3;

impl Peer {
    pub fn new(name: &str, program: Program) -> Peer {
        let (greeting, left_out) = (Greeting::default(), None);
        Peer { name: name.to_owned(), program, process: None, greeting, left_out, failed_starts: 0 }
    }

    /// One that is known not to be here.
    pub fn missing(name: &str, install: &str) -> Peer {
        let mut peer = Peer::new(name, Program::Own(Vec::new()));
        peer.left_out = Some(LeftOut { why: "not installed".into(), install: Some(install.to_owned()) });
        peer
    }

    /// Starts it for the first time: one that cannot start takes no part.
    pub fn introduce(&mut self, limits: Limits, stop: &AtomicBool) {
        if self.left_out.is_none()
            && let Err((problem, install)) = self.start(limits, stop)
        {
            self.left_out = Some(LeftOut { why: problem.detail, install });
        }
    }

    /// Whether it says that it can do this pass.
    pub fn does(&self, pass: &str) -> bool {
        self.greeting.passes.is_empty() || self.greeting.passes.iter().any(|known| known == pass)
    }

    /// Asks for a number of milliseconds. Whoever does not give it is killed, and started again at the next call.
    pub fn ask(&mut self, request: &Request, limits: Limits, stop: &AtomicBool) -> Result<f64, Problem> {
        if self.process.is_none()
            && let Err((problem, install)) = self.start(limits, stop)
        {
            self.failed_starts += 1;
            if self.failed_starts >= MOST_FAILED_STARTS {
                let why = format!("does not start any more: {}", problem.detail);
                self.left_out = Some(LeftOut { why, install });
            }
            return Err(problem);
        }
        let start = Instant::now();
        let answered = self.exchange(request, limits.call, stop).and_then(|answer| judge(request, &answer, start));
        if let Err(problem) = &answered {
            // Only an orderly refusal shows that it is well.
            if problem.kind != Kind::Unsupported {
                self.process = None;
            }
        }
        answered
    }

    fn exchange(&mut self, request: &Request, limit: Duration, stop: &AtomicBool) -> Result<Answer, Problem> {
        let line = serde_json::to_string(request).map_err(|error| Problem::failed(error.to_string()))?;
        let Some(process) = &mut self.process else { return Err(Problem::failed("does not run".into())) };
        let received = process.send(&line).and_then(|()| process.receive(limit, stop));
        let line = received.map_err(|fault| Problem::of(fault, limit))?;
        serde_json::from_slice(&line).map_err(|_| Problem::failed(format!("not an answer: {}", quoted(&line))))
    }

    /// The problem, and the command that would install what is missing.
    fn start(&mut self, limits: Limits, stop: &AtomicBool) -> Result<(), (Problem, Option<String>)> {
        let plain = |problem| (problem, None);
        let mut process =
            Process::start(&self.program).map_err(|error| plain(Problem::failed(format!("{error:#}"))))?;
        let received = process.receive(limits.start, stop);
        let line = received.map_err(|fault| plain(Problem::of(fault, limits.start)))?;
        let garbage = || plain(Problem::failed(format!("not a greeting: {}", quoted(&line))));
        let answer: Answer = serde_json::from_slice(&line).map_err(|_| garbage())?;
        if let Some(error) = answer.error {
            return Err((Problem::failed(quoted(error.as_bytes())), answer.install));
        }
        self.greeting = read_greeting(&line).ok_or_else(garbage)?;
        self.process = Some(process);
        self.failed_starts = 0;
        Ok(())
    }
}

/// `software` must be there, the rest may be left out.
fn read_greeting(line: &[u8]) -> Option<Greeting> {
    let value: serde_json::Value = serde_json::from_slice(line).ok()?;
    let mut whole = serde_json::to_value(Greeting::default()).ok()?;
    let (fields, found) = (whole.as_object_mut()?, value.as_object()?);
    found.get("software")?;
    fields.extend(found.iter().map(|(key, value)| (key.clone(), value.clone())));
    serde_json::from_value(whole).ok()
}

/// The number in an answer, if it can be true.
fn judge(request: &Request, answer: &Answer, start: Instant) -> Result<f64, Problem> {
    let waited = 1e3 * start.elapsed().as_secs_f64();
    if let Some(why) = &answer.unsupported {
        return Err(Problem { kind: Kind::Unsupported, detail: quoted(why.as_bytes()) });
    }
    if let Some(why) = &answer.error {
        return Err(Problem::failed(quoted(why.as_bytes())));
    }
    let (name, ms) = match request {
        Request::Case(_) => ("first_ms", answer.first_ms),
        Request::Time { .. } => ("ms", answer.ms),
    };
    let Some(ms) = ms else { return Err(Problem::failed(format!("an answer without {name:?}"))) };
    // NaN is not within.
    if !(ms > 0.0 && ms <= waited) {
        return Err(Problem::failed(format!("claims {ms} ms, but answered after {waited:.3} ms")));
    }
    // Nothing but timing happens in such a request: who says much less has not waited for the device.
    if matches!(request, Request::Time { .. }) && waited > 2.0 * ms + 500.0 {
        return Err(Problem::failed(format!("claims {ms:.3} ms, but answered only after {waited:.0} ms")));
    }
    Ok(ms)
}

impl Problem {
    pub fn failed(detail: String) -> Problem {
        Problem { kind: Kind::Failed, detail }
    }

    fn of(fault: Fault, limit: Duration) -> Problem {
        match fault {
            Fault::NoAnswer => {
                let detail = format!("no answer in {} s", limit.as_secs_f64());
                Problem { kind: Kind::NoAnswer, detail }
            }
            Fault::Gone(detail) | Fault::Garbage(detail) => Problem::failed(detail),
            Fault::Stopped => Problem { kind: Kind::Stopped, detail: "stopped".into() },
        }
    }
}
