//! `wgconv verify`: whether the device and its driver compute right.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use wgconv::case::Case;
use wgconv::verify::{self, Failure, Fault, Progress, Regime, VerifyOptions, VerifyReport};
use wgconv::{Context, ContextOptions};

use crate::algorithms;
use crate::bench::environment::{commit, now, wgpu_version};
use crate::devices::Adapter;
use crate::files::{ensure_writable_file, write_atomically};
use crate::interrupt::stop_on_ctrl_c;
use crate::say;

/// Check on this device that every pass of a catalogue of shapes, and of random ones, computes what the CPU reference
/// computes.
///
/// Prints a line for each result that is wrong, with the command that repeats it, and then a summary for a bug report. Exits
/// with 1 if anything was wrong. Ctrl-C ends it after the shape at hand, with what was found so far.
#[derive(Debug, clap::Args)]
#[command(args_override_self = true)]
pub struct VerifyArgs {
    /// Seed of the random shapes and of the data: same seed, same checks, on any machine
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Random shapes after the catalogue [default: 100, or as many as there is time for with --seconds]
    #[arg(long, value_name = "N")]
    count: Option<usize>,
    /// Stop after this time
    #[arg(long, value_name = "T")]
    seconds: Option<f64>,
    /// Check only this shape, for example n8c64h56w56k64r3s3p1, or bnn8c64h14w14relu
    #[arg(long, value_name = "CASE")]
    case: Option<String>,
    /// Check only shapes of these operators: conv, tconv, max, avg, lp, or the word that a case without a window begins with, as bn
    #[arg(long = "operator", value_name = "NAMES", value_delimiter = ',')]
    operators: Vec<String>,
    /// Check only this pass: forward, input_grad, kernel_grad, bias_grad; of pools forward, forward_with_indices, backward; of
    /// normalisation forward_training, forward, backward; of losses loss; of optimisers step
    #[arg(long, value_name = "PASS")]
    pass: Option<String>,
    /// Check only these algorithms: auto (the planner's choice), direct, or all
    #[arg(long = "algorithm", value_name = "NAMES", value_delimiter = ',', default_value = "all")]
    algorithms: Vec<String>,
    /// Plan under these limits: device (the device's own), tiny (small shapes are split and folded as large ones are), or all
    #[arg(long, value_name = "LIMITS", default_value = "device")]
    limits: String,
    /// Compile shaders with run-time checks or without, on or off [default: as the library does, on in debug builds]
    #[arg(long, value_name = "CHECKS", action = clap::ArgAction::Set, value_parser = clap::builder::BoolishValueParser::new())]
    shader_checks: Option<bool>,
    /// Adapter whose name contains this [default: the environment variable WGCONV_ADAPTER, else the fastest kind]
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,
    /// Write the report as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the report as Markdown: all that a bug report needs
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Spoil every result before it is compared: the only way to test what a broken driver looks like
    #[arg(long, hide = true)]
    plant_fault: bool,
}

/// Checks, and prints what is wrong as it is found.
pub fn run(args: &VerifyArgs) -> Result<()> {
    let case: Option<Case> = args.case.as_deref().map(str::parse).transpose()?;
    let seconds = args.seconds.map(Duration::try_from_secs_f64);
    let Ok(time) = seconds.transpose() else {
        bail!("--seconds is {}, but must be a time", args.seconds.unwrap_or_default());
    };
    let strategies = algorithms::parse(&args.algorithms)?.iter().map(|choice| choice.strategy).collect();
    let regimes = regimes(&args.limits)?;
    for path in args.json.iter().chain(&args.report) {
        ensure_writable_file(path)?;
    }
    let defaults = ContextOptions::default();
    let checked_shaders = args.shader_checks.unwrap_or(defaults.checked_shaders);
    let adapter = ContextOptions { adapter: args.adapter.clone(), checked_shaders, ..defaults };
    let ctx = Context::with_options_blocking(&adapter)?;
    let stop = stop_on_ctrl_c()?;

    let count = args.count.unwrap_or(if time.is_some() { usize::MAX } else { VerifyOptions::default().count });
    let bar = bar(time.is_some());
    let progress = |progress: &Progress<'_>| {
        show(&bar, progress, time);
        if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = VerifyOptions {
        seed: args.seed,
        count,
        time,
        case,
        operators: args.operators.clone(),
        pass: args.pass.clone(),
        strategies,
        regimes,
        shrink: true,
        progress: Some(&progress),
        plant_fault: args.plant_fault,
    };
    let report = verify::run_blocking(&ctx, &options)?;
    bar.finish_and_clear();
    say!("{report}");
    if let Some(path) = &args.json {
        write_atomically(path, &serde_json::to_vec_pretty(&to_json(&report))?)?;
    }
    if let Some(path) = &args.report {
        write_atomically(path, markdown(&report).as_bytes())?;
        say!("the report for a bug is in {}", path.display());
    } else if !report.failures.is_empty() {
        say!("for a bug report, run this again with --report FILE: it has all that is needed");
    }
    let interrupted = if stop.load(Ordering::Relaxed) && report.stopped.is_some() { "interrupted: " } else { "" };
    ensure!(
        report.failures.is_empty(),
        "{interrupted}{} of {} results are wrong",
        report.failures.len(),
        report.checks
    );
    ensure!(interrupted.is_empty(), "{interrupted}{} results were right, others were not looked at", report.checks);
    ensure!(report.checks > 0, "nothing was checked");
    Ok(())
}

fn regimes(text: &str) -> Result<Vec<Regime>> {
    match (text, text.parse()) {
        ("all", _) => Ok(Regime::ALL.to_vec()),
        (_, Ok(regime)) => Ok(vec![regime]),
        _ => bail!("--limits is {text:?}, but must be device, tiny or all"),
    }
}

/// On stderr; nothing is drawn where that is not a terminal. With a time limit it goes by time.
fn bar(timed: bool) -> ProgressBar {
    let template =
        if timed { "[{bar:40}] {pos}/{len} s, {msg}" } else { "[{bar:40}] {pos}/{len} shapes, {eta} left, {msg}" };
    let style = ProgressStyle::with_template(template).expect("the template is fixed and has been tried");
    ProgressBar::new(0).with_style(style.progress_chars("=> "))
}

fn show(bar: &ProgressBar, progress: &Progress<'_>, time: Option<Duration>) {
    match time {
        Some(time) => {
            bar.set_length(time.as_secs());
            bar.set_position(bar.elapsed().as_secs());
        }
        None => {
            bar.set_length(progress.total as u64);
            bar.set_position(progress.done as u64);
        }
    }
    bar.set_message(progress.case.to_string());
    bar.suspend(|| progress.failures.iter().for_each(|failure| say!("WRONG {failure}")));
}

/// The command first: who reads it wants to repeat it.
fn markdown(report: &VerifyReport) -> String {
    let words: Vec<String> = std::env::args().skip(1).map(|word| quoted(&word)).collect();
    let commit = commit().map_or_else(|| "unknown".to_owned(), |commit| format!("`{commit}`"));
    let wgpu = wgpu_version().unwrap_or("30");
    let head = format!("`wgconv {}`\n\n{}; wgpu {wgpu}; commit {commit}\n\n", words.join(" "), now());
    let variables = std::env::vars().filter(|(name, _)| VARIABLES.iter().any(|prefix| name.starts_with(prefix)));
    let variables: Vec<String> = variables.map(|(name, value)| format!("{name}={}", quoted(&value))).collect();
    let set = if variables.is_empty() { "none".to_owned() } else { format!("`{}`", variables.join(" ")) };
    format!("{head}{}\nEnvironment variables that drivers and wgpu look at: {set}\n", report.markdown())
}

/// What variables begin with that change which driver computes, and how.
const VARIABLES: [&str; 9] = ["WGPU_", "WGCONV_", "VK_", "MESA_", "LIBGL_", "GALLIUM_", "LP_", "RADV_", "AMD_"];

/// As a shell reads it.
fn quoted(word: &str) -> String {
    let plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:=,+@".contains(c));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

fn to_json(report: &VerifyReport) -> Value {
    let limits = &report.limits;
    json!({
        "environment": {
            "wgconv": report.version,
            "commit": commit(),
            "wgpu": wgpu_version(),
            "date": now(),
            "system": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            "arguments": std::env::args().skip(1).collect::<Vec<_>>(),
            "adapter": Adapter::from(&report.adapter),
            "vendor": report.adapter.vendor,
            "device": report.adapter.device,
            "checked_shaders": report.checked_shaders,
            "features": report.features.iter_names().map(|(name, _)| name).collect::<Vec<_>>(),
            "limits": {
                "max_workgroups_per_dimension": limits.max_workgroups_per_dimension,
                "max_invocations_per_workgroup": limits.max_invocations_per_workgroup,
                "max_workgroup_storage_bytes": limits.max_workgroup_storage_bytes,
                "max_storage_buffers": limits.max_storage_buffers,
                "max_storage_binding_bytes": limits.max_storage_binding_bytes,
                "max_buffer_bytes": limits.max_buffer_bytes,
                "storage_alignment": limits.storage_alignment,
                "uniform_alignment": limits.uniform_alignment,
                "max_loop_iterations": limits.max_loop_iterations,
                "is_software": limits.is_software,
                "subgroup_size": limits.subgroup_size,
            },
        },
        "seed": report.seed,
        "cases": report.cases,
        "checks": report.checks,
        "checks_by_operator": report.checks_by_operator,
        "seconds": report.time.as_secs_f64(),
        "stopped": report.stopped,
        "failures": report.failures.iter().map(failure).collect::<Vec<_>>(),
        "skipped": report.skipped.iter().map(|skip| json!({
            "case": skip.case.to_string(),
            "pass": skip.pass,
            "reason": skip.reason.to_string(),
        })).collect::<Vec<_>>(),
    })
}

fn failure(failure: &Failure) -> Value {
    let mut value = json!({
        "case": failure.case.to_string(),
        "drawn": failure.drawn.as_ref().map(|case| case.to_string()),
        "pass": failure.pass,
        "bias": failure.bias,
        "limits": failure.regime.to_string(),
        "requested": failure.strategy.to_string(),
        "algorithm": failure.algorithm.map(|algorithm| algorithm.to_string()),
        "seed": failure.seed,
        "repeat": failure.command(),
    });
    match &failure.fault {
        Fault::Mismatch(mismatch) => {
            value["operand"] = json!(mismatch.operand.name());
            value["coordinates"] = json!(mismatch.coordinates);
            value["layout"] = json!(mismatch.layout.to_string());
            // JSON has no NaN; `null` then stands for it.
            value["found"] = json!(mismatch.found);
            value["expected"] = json!(mismatch.expected);
            value["bound"] = json!(mismatch.bound);
            value["wrong"] = json!(mismatch.wrong);
            value["elements"] = json!(mismatch.elements);
        }
        Fault::Unwritten(unwritten) => {
            value["error"] = json!(unwritten.to_string());
            value["operand"] = json!(unwritten.operand.name());
            value["coordinates"] = json!(unwritten.coordinates);
            value["layout"] = json!(unwritten.layout.to_string());
            value["unwritten"] = json!(unwritten.unwritten);
            value["elements"] = json!(unwritten.elements);
        }
        Fault::StrayWrite(stray) => {
            value["error"] = json!(stray.to_string());
            value["operand"] = json!(stray.operand.name());
            value["offset"] = json!(stray.offset);
            value["changed"] = json!(stray.changed);
            value["elements"] = json!(stray.elements);
        }
        fault => value["error"] = json!(fault.to_string()),
    }
    value
}
