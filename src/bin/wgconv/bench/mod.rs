//! `wgconv bench`: how fast this device convolves and pools. Nothing is timed that has not been verified first.

mod args;
mod baseline;
pub mod channels;
pub mod environment;
pub mod exact;
mod measure;
mod operands;
mod operator;
mod peaks;
mod progress;
mod row;
pub mod select;
pub mod stats;
mod table;

pub use args::{BenchArgs, parse_case};
pub use peaks::Peaks;
pub use row::Row;
pub use table::figure;

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result, bail};
use wgconv::timing::Budget;
use wgconv::{Context, ContextOptions};

use crate::draw;
use crate::files::write_atomically;
use crate::interrupt::stop_on_ctrl_c;
use crate::say;
use crate::tuning::with_tuning;
use exact::Effort;
use measure::Measure;
use progress::Progress;
use row::{Environment, Report};
use select::Job;

/// Measures, prints, writes.
pub fn run(args: &BenchArgs) -> Result<()> {
    args.check()?;
    let jobs = select::jobs(&args.selection())?;
    let before = args.baseline.as_deref().map(baseline::load).transpose()?;
    let options = ContextOptions { adapter: args.adapter.clone(), ..ContextOptions::default() };
    let context = Context::with_options_blocking(&options).context("no device to measure")?;
    let context = with_tuning(context, args.tuning.as_deref())?;
    let stop = stop_on_ctrl_c()?;

    let peaks = peaks::measure(&context, args.quick, &stop)?;
    let environment = Environment::new(&context, args, peaks);
    environment.lines().iter().for_each(|line| say!("{line}"));
    if cfg!(debug_assertions) {
        say!("warning: a debug build; its shaders have run-time checks and its host times mean nothing");
    }
    say!();
    let mut report = Report { format: 1, environment, rows: Vec::new() };
    measure(args, context, &options, &jobs, &stop, &mut report)?;
    say!("{}", table::text(&report));
    write(args, &report)?;
    conclude(args, &jobs, before.as_ref(), &report)
}

/// The rows, until all are done or somebody stops it.
fn measure(
    args: &BenchArgs,
    mut context: Context,
    options: &ContextOptions,
    jobs: &[Job],
    stop: &AtomicBool,
    report: &mut Report,
) -> Result<()> {
    let (budget, effort) = if args.quick {
        (Budget { least: 3, most: 200, seconds: 0.5 }, Effort(1 << 25))
    } else {
        (Budget { least: 5, most: 1000, seconds: 1.5 }, Effort(1 << 29))
    };
    let peaks = report.environment.peaks.clone();
    let measure = Measure {
        peaks: &peaks,
        budget,
        effort,
        warm_cache: args.warm_cache,
        host_clock: args.host_clock,
        seed: args.seed,
        stop,
    };
    let progress = Progress::new(jobs);
    for job in jobs {
        progress.begin(job);
        let row = measure.row(&context, job).with_context(|| format!("while measuring {}", job.name()))?;
        if stop.load(Ordering::Relaxed) && row.median_ms.is_none() {
            break;
        }
        report.rows.push(row);
        progress.end(job);
        // A lost device takes its row along, not the others.
        if context.wait().is_err() {
            context = Context::with_options_blocking(options).context("the device is lost and does not come back")?;
            context = with_tuning(context, args.tuning.as_deref())?;
        }
        if stop.load(Ordering::Relaxed) {
            break;
        }
    }
    progress.finish();
    Ok(())
}

/// The files that were asked for.
fn write(args: &BenchArgs, report: &Report) -> Result<()> {
    if let Some(path) = &args.json {
        write_atomically(path, &serde_json::to_vec_pretty(report)?)?;
    }
    if let Some(path) = &args.csv {
        write_atomically(path, table::csv(&report.rows).as_bytes())?;
    }
    if let Some(path) = &args.markdown {
        write_atomically(path, table::markdown(report).as_bytes())?;
    }
    if let Some(dir) = &args.plot {
        let timed: Vec<&Row> = report.rows.iter().filter(|row| row.median_ms.is_some()).collect();
        let adapter = report.environment.adapter.to_string();
        draw::roofline(&dir.join("roofline.svg"), &timed, &report.environment.peaks, &adapter)?;
        draw::bars(&dir.join("passes.svg"), &timed, &adapter)?;
    }
    Ok(())
}

/// The exit code: wrong results, an interruption and a slower pass are failures.
fn conclude(args: &BenchArgs, jobs: &[Job], before: Option<&Report>, report: &Report) -> Result<()> {
    let wrong = report.rows.iter().filter(|row| !row.verified && row.verification.starts_with("wrong")).count();
    if wrong > 0 {
        bail!("{wrong} of {} rows computed wrong results and were not timed", report.rows.len());
    }
    if report.rows.len() < jobs.len() {
        bail!("interrupted: {} of {} rows were measured", report.rows.len(), jobs.len());
    }
    match before {
        Some(before) => baseline::compare(before, report, args.tolerance),
        None => Ok(()),
    }
}
