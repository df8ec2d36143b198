//! `wgconv tune`: what is the fastest way of computing something on this device, for those who ask.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use wgconv::case::Case;
use wgconv::tune::{self, Progress, TuneOptions, TuneReport, TuneRow, Tuned};
use wgconv::{Context, ContextOptions, Strategy};

use crate::bench::select::{QUICK, Selection, jobs};
use crate::bench::{figure, parse_case};
use crate::devices::Adapter;
use crate::files::ensure_writable_file;
use crate::interrupt::stop_on_ctrl_c;
use crate::say;

/// Measure on this device which of the few plausible ways of computing each case is the fastest, and write it into a file that
/// `--tuning` of bench and train, and the library, plan by.
///
/// A way is measured only after its results were shown to be exactly right on integers; what computes wrong is reported and
/// never taken. The planner's choice stays unless another way is at least 5 % faster. A file that is there is added to. Ctrl-C
/// ends it after the case at hand.
#[derive(Clone, Debug, clap::Args)]
#[command(args_override_self = true)]
pub struct TuneArgs {
    /// Suites of named layers, or `all` [default: quick, unless there is a --case]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    suite: Vec<String>,
    /// A case in the letters of the field, for example n8c64h56w56k64r3s3p1; may be repeated
    #[arg(long, value_name = "CASE", value_parser = parse_case)]
    case: Vec<Case>,
    /// Only rows whose `suite/layer case pass` matches this regular expression
    #[arg(long, value_name = "REGEX")]
    filter: Option<regex::Regex>,
    /// Passes, as `wgconv bench --pass` takes them
    #[arg(long = "pass", value_name = "PASSES", value_delimiter = ',')]
    passes: Vec<String>,
    /// Batch of every case
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    batch: Option<u32>,
    /// Stop after this time
    #[arg(long, value_name = "T", default_value_t = 300.0)]
    seconds: f64,
    /// Where the results go
    #[arg(long, value_name = "FILE", default_value = "out/tuning.txt")]
    file: PathBuf,
    /// Adapter whose name contains this [default: the environment variable WGCONV_ADAPTER, else the fastest kind]
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,
    /// Measure Winograd's F(2x2, 3x3) too; what finds it the fastest takes it only where it is allowed
    #[arg(long)]
    winograd: bool,
    /// Seed of the data
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Spoil the results of this algorithm before they are compared: the only way to test what a wrong kernel looks like
    #[arg(long, value_name = "ALGORITHM", hide = true)]
    plant_fault: Option<Strategy>,
}

/// Tunes, prints, writes.
pub fn run(args: &TuneArgs) -> Result<()> {
    let Ok(budget) = Duration::try_from_secs_f64(args.seconds) else {
        bail!("--seconds is {}, but must be a time", args.seconds);
    };
    let targets = targets(args)?;
    ensure_writable_file(&args.file)?;
    let options = ContextOptions { adapter: args.adapter.clone(), ..ContextOptions::default() };
    let context = Context::with_options_blocking(&options).context("no device to tune")?.with_winograd(args.winograd);
    let known = known(&args.file)?;
    let stop = stop_on_ctrl_c()?;

    say!("adapter: {}", Adapter::from(context.adapter_info()));
    if cfg!(debug_assertions) {
        say!(
            "warning: a debug build; its shaders have run-time checks, and results of it are not used by a release build"
        );
    }
    let bar = bar();
    let progress = |progress: &Progress<'_>| {
        bar.set_length(progress.total as u64);
        bar.set_position(progress.done as u64);
        bar.set_message(progress.row.case.to_string());
        bar.suspend(|| wrong(progress.row).iter().for_each(|line| say!("{line}")));
        // Now, because a wrong kernel may take driver and process along.
        if let Err(error) = progress.tuned.save(&args.file) {
            log::warn!("{error}");
        }
        if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = TuneOptions {
        budget,
        known: known.as_ref(),
        seed: args.seed,
        progress: Some(&progress),
        plant_fault: args.plant_fault,
    };
    let report = tune::run_blocking(&context, &targets, &options)?;
    bar.finish_and_clear();
    report.tuned.save(&args.file)?;
    say!("{}", text(&report));
    say!("{} problems in {}, tuned now or before", report.tuned.entries().len(), args.file.display());
    conclude(&report, targets.len())
}

/// Cases and passes, as the library calls them.
fn targets(args: &TuneArgs) -> Result<Vec<(Case, &'static str)>> {
    let selection = Selection {
        suites: &args.suite,
        cases: &args.case,
        filter: args.filter.as_ref(),
        passes: &args.passes,
        batch: args.batch,
        algorithms: &["auto".to_owned()],
        default_suite: QUICK,
    };
    Ok(jobs(&selection)?.into_iter().map(|job| (job.case, job.pass)).collect())
}

/// What the file holds already. What is no longer true or damaged is replaced; what never was a file of ours is not.
fn known(path: &Path) -> Result<Option<Tuned>> {
    if !path.exists() {
        return Ok(None);
    }
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    ensure!(
        bytes.is_empty() || bytes.starts_with(b"wgconv tuning "),
        "{} is no file of tuning results, and is not overwritten",
        path.display()
    );
    Ok(Tuned::from_bytes(&bytes).inspect_err(|error| log::warn!("{}: {error}; it is replaced", path.display())).ok())
}

/// On stderr; nothing is drawn where that is not a terminal.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("[{bar:40}] {pos}/{len}, {elapsed}: {msg}")
        .expect("the template is fixed and has been tried");
    ProgressBar::new(0).with_style(style.progress_chars("=> "))
}

/// A line for each way that computed wrong.
fn wrong(row: &TuneRow) -> Vec<String> {
    let line = |candidate: &tune::Candidate| {
        let fault = candidate.fault.as_ref()?;
        let (case, pass, strategy) = (&row.case, row.pass, candidate.strategy);
        let kernels = candidate.quarantined.join(", ");
        Some(format!("WRONG {case} {pass}, {strategy}: {fault}; in quarantine: {kernels}"))
    };
    row.candidates.iter().filter_map(line).collect()
}

fn text(report: &TuneReport) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["case", "pass", "planner", "ms", "fastest", "ms", "times as fast", "others, ms"]);
    for row in &report.rows {
        table.add_row(cells(row));
    }
    for column in [3, 5, 6] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    let notes = report
        .rows
        .iter()
        .filter_map(|row| Some(format!("not tuned: {} {}: {}", row.case, row.pass, row.skipped.as_ref()?)));
    let end = match report.stopped {
        Some(why) => format!("stopped after {:.0} s: {why}", report.time.as_secs_f64()),
        None => format!("{:.0} s", report.time.as_secs_f64()),
    };
    lines.into_iter().chain(notes).chain([end]).collect::<Vec<_>>().join("\n")
}

fn cells(row: &TuneRow) -> Vec<String> {
    let name = |strategy: Option<Strategy>| strategy.map_or("-".to_owned(), |strategy| strategy.to_string());
    let ms = |strategy: Option<Strategy>| {
        let found = row.candidates.iter().find(|candidate| Some(candidate.strategy) == strategy);
        found.and_then(|candidate| candidate.ms).map_or("-".to_owned(), figure)
    };
    let others = row.candidates.iter().filter(|of| ![row.planner, row.choice].contains(&Some(of.strategy)));
    let other = |of: &tune::Candidate| match (&of.fault, of.ms) {
        (Some(_), _) => format!("{} wrong", of.strategy),
        (None, Some(ms)) => format!("{} {}", of.strategy, figure(ms)),
        (None, None) => format!("{} far behind", of.strategy),
    };
    let others: Vec<String> = others.map(other).collect();
    let speedup = if row.skipped.is_some() { "-".to_owned() } else { format!("{:.2}", row.speedup) };
    vec![
        row.case.to_string(),
        row.pass.to_owned(),
        name(row.planner),
        ms(row.planner),
        name(row.choice),
        ms(row.choice),
        speedup,
        others.join(", "),
    ]
}

/// The exit code: wrong results and an interruption are failures, that the time was over is none.
fn conclude(report: &TuneReport, wanted: usize) -> Result<()> {
    let wrong: usize = report.rows.iter().map(|row| wrong(row).len()).sum();
    ensure!(wrong == 0, "{wrong} ways of computing gave wrong results; they are in quarantine and will not be used");
    if let Some(why) = report.stopped.filter(|why| *why != tune::TIME_IS_OVER) {
        bail!("stopped after {} of {wanted} cases: {why}", report.rows.len());
    }
    Ok(())
}
