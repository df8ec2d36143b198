//! `wgconv compare`: the same convolutions on this library and on other software, in turn.

mod answer;
mod args;
mod measure;
mod own;
mod peer;
mod process;
mod protocol;
mod report;
mod table;

pub use args::CompareArgs;
pub use own::{OwnArgs, run as run_own};
pub use report::{Kind, Outcome, Row};
pub use table::{times, word};

use std::ffi::OsString;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};

use crate::algorithms;
use crate::bench::exact::Effort;
use crate::bench::select::Job;
use crate::draw;
use crate::files::write_atomically;
use crate::interrupt::stop_on_ctrl_c;
use crate::say;
use measure::Measure;
use peer::Peer;
use process::Program;
use report::{Environment, Participant, Report};

/// Compares, prints, writes.
pub fn run(args: &CompareArgs) -> Result<()> {
    args.check()?;
    let (jobs, limits) = (args.jobs()?, args.limits()?);
    let mut peers = participants(args)?;
    let stop = stop_on_ctrl_c()?;
    let environment = Environment::new(args.seed, args.rounds(), limits.call.as_secs_f64());
    environment.lines().iter().for_each(|line| say!("{line}"));
    if cfg!(debug_assertions) {
        say!("warning: a debug build; its shaders have run-time checks");
    }
    for (i, peer) in peers.iter_mut().enumerate() {
        peer.introduce(limits, &stop);
        if let (0, Some(left_out)) = (i, &peer.left_out) {
            bail!("this library cannot start: {}", left_out.why);
        }
        say!("{}", participant(peer).line());
    }
    say!();
    let mut report = Report {
        format: 1,
        environment,
        participants: peers.iter().map(participant).collect(),
        rows: Vec::new(),
        means: Vec::new(),
    };
    peers.retain(|peer| peer.left_out.is_none());
    if peers.len() == 1 {
        say!("nobody to compare with: no peer is here");
    }
    measure(args, &jobs, &mut peers, &stop, &mut report)?;
    report.conclude();
    say!("{}", table::text(&report));
    write(args, &report)?;
    conclude(&jobs, &report)
}

/// This library with each of the algorithms, and the peers.
fn participants(args: &CompareArgs) -> Result<Vec<Peer>> {
    let mut peers: Vec<Peer> = Vec::new();
    for choice in algorithms::parse(&args.algorithms)? {
        let name = if choice.name == "auto" { "wgconv".to_owned() } else { format!("wgconv-{}", choice.name) };
        if peers.iter().all(|peer| peer.name != name) {
            let mut arguments: Vec<OsString> = vec!["peer".into(), "--algorithm".into(), choice.name.into()];
            if let Some(adapter) = &args.adapter {
                arguments.push(format!("--adapter={adapter}").into());
            }
            peers.push(Peer::new(&name, Program::Own(arguments)));
        }
    }
    peers.extend(args.peer.iter().map(|(name, command)| Peer::new(name, Program::Shell(command.clone()))));
    peers.extend(args.missing.iter().map(|(name, install)| Peer::missing(name, install)));
    Ok(peers)
}

fn participant(peer: &Peer) -> Participant {
    let greeting = peer.greeting.clone();
    Participant {
        name: peer.name.clone(),
        software: greeting.software,
        device: greeting.device,
        precision: greeting.precision,
        notes: greeting.notes,
        left_out: peer.left_out.as_ref().map(|left_out| left_out.why.clone()),
        install: peer.left_out.as_ref().and_then(|left_out| left_out.install.clone()),
    }
}

/// The rows, until all are done or somebody stops it.
fn measure(args: &CompareArgs, jobs: &[Job], peers: &mut [Peer], stop: &AtomicBool, report: &mut Report) -> Result<()> {
    let (round_ms, effort) = if args.quick { (100.0, Effort(1 << 24)) } else { (300.0, Effort(1 << 26)) };
    let (limits, rounds, seed) = (args.limits()?, args.rounds(), args.seed);
    let measure = Measure { limits, rounds, round_ms, effort, seed, stop };
    let style = ProgressStyle::with_template("[{bar:32}] {pos} of {len}, {elapsed}: {msg}")
        .context("the progress bar's template")?
        .progress_chars("=> ");
    let bar = ProgressBar::new(jobs.len() as u64).with_style(style);
    for job in jobs {
        let name = job.name();
        let show = |who: &str| {
            bar.set_message(format!("{name}: {who}"));
            bar.tick();
        };
        let row = measure.row(job, peers, &show).with_context(|| format!("while comparing {name}"))?;
        let has_figures = row.results.iter().any(|result| result.result != Kind::Stopped);
        if has_figures {
            report.rows.push(row);
        }
        bar.inc(1);
        if stop.load(Ordering::Relaxed) {
            break;
        }
    }
    bar.finish_and_clear();
    Ok(())
}

/// The files that were asked for.
fn write(args: &CompareArgs, report: &Report) -> Result<()> {
    if let Some(path) = &args.json {
        write_atomically(path, &serde_json::to_vec_pretty(report)?)?;
    }
    if let Some(path) = &args.markdown {
        write_atomically(path, table::markdown(report).as_bytes())?;
    }
    if let Some(dir) = &args.plot {
        let words: Vec<String> = report.participants.iter().map(Participant::line).collect();
        draw::ratios(&dir.join("ratios.svg"), &report.rows, &words)?;
    }
    Ok(())
}

/// The exit code: wrong results of this library and an interruption are failures; what peers do is a result.
fn conclude(jobs: &[Job], report: &Report) -> Result<()> {
    let ours = report.rows.iter().filter_map(|row| row.results.first());
    let wrong = ours.filter(|result| matches!(result.result, Kind::Wrong)).count();
    if wrong > 0 {
        bail!("this library computed {wrong} of {} rows wrong", report.rows.len());
    }
    let is_stopped = |result: &Outcome| result.result == Kind::Stopped;
    if report.rows.len() < jobs.len() || report.rows.iter().flat_map(|row| &row.results).any(is_stopped) {
        bail!("interrupted: {} of {} rows were compared", report.rows.len(), jobs.len());
    }
    Ok(())
}
