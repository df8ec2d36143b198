//! What a run tells: the machine-readable history, the event log, and the lines on the terminal.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, Result};
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use serde::Serialize;

use super::args::TrainArgs;
use super::epoch::Metrics;
use crate::data::fashion::{CLASSES, NAMES};
use crate::data::{Dataset, Normalisation};
use crate::devices::Adapter;
use crate::files::write_atomically;

/// One epoch.
#[derive(Clone, Debug, Serialize)]
pub struct EpochRecord {
    pub epoch: usize,
    /// Seen during the epoch, while the weights were changing.
    pub train: Metrics,
    /// Of the weights after the epoch.
    pub test: Metrics,
    /// Of the training alone.
    pub seconds: f64,
    /// What the host needs of them to prepare, upload, record and submit, measured on every tenth step: how long the
    /// device would have nothing to do if the host did not run ahead of it.
    pub host_seconds: f64,
    pub images_per_second: f64,
}

/// Everything about a run, as `history.json` has it.
#[derive(Serialize)]
pub struct History<'a> {
    pub settings: &'a TrainArgs,
    pub version: &'static str,
    pub adapter: Adapter,
    pub train_images: usize,
    pub test_images: usize,
    pub normalisation: Normalisation,
    /// Test set before the first epoch.
    pub initial: Option<Metrics>,
    pub epochs: Vec<EpochRecord>,
    /// Test set at the end, and the class names in the order of its rows (true) and columns (predicted).
    pub confusion: Option<[[usize; CLASSES]; CLASSES]>,
    pub classes: [&'static str; CLASSES],
}

impl<'a> History<'a> {
    pub fn new(settings: &'a TrainArgs, adapter: Adapter, train: &Dataset, test: &Dataset, n: Normalisation) -> Self {
        History {
            settings,
            version: env!("CARGO_PKG_VERSION"),
            adapter,
            train_images: train.len(),
            test_images: test.len(),
            normalisation: n,
            initial: None,
            epochs: Vec::new(),
            confusion: None,
            classes: NAMES,
        }
    }

    pub fn save(&self, path: &Path) -> Result<()> {
        write_atomically(path, &serde_json::to_vec_pretty(self)?)
    }
}

/// What `--log-json` writes: one JSON object a line, at once, so that another program can follow.
pub struct EventLog(Option<File>);

impl EventLog {
    /// Opens the file before anything is trained.
    pub fn create(path: Option<&Path>) -> Result<Self> {
        let open = |path: &Path| File::create(path).with_context(|| format!("cannot write {}", path.display()));
        Ok(EventLog(path.map(open).transpose()?))
    }

    pub fn write(&mut self, event: &str, content: &impl Serialize) -> Result<()> {
        if let Some(file) = &mut self.0 {
            let line = serde_json::json!({ "event": event, "content": content });
            writeln!(file, "{line}").context("cannot write the --log-json file")?;
        }
        Ok(())
    }
}

/// The bar of one epoch, on stderr; nothing is drawn where that is not a terminal.
pub fn progress_bar(epoch: usize, epochs: usize, images: usize) -> ProgressBar {
    let rate = |state: &ProgressState, line: &mut dyn std::fmt::Write| {
        // A bar that cannot be written is not worth an error.
        let _ = write!(line, "{:.0}", state.per_sec());
    };
    let style = ProgressStyle::with_template("{prefix} [{bar:40}] {pos}/{len} images, {rate} images/s, {eta} left")
        .expect("the template is fixed and has been tried")
        .with_key("rate", rate)
        .progress_chars("=> ");
    let bar = ProgressBar::new(images as u64).with_style(style).with_prefix(format!("epoch {epoch}/{epochs}"));
    // Shows it before the first images are done, which takes seconds on a slow device.
    bar.tick();
    bar
}

/// `loss 0.4321, accuracy 84.20 %`
pub fn metrics_line(metrics: Metrics) -> String {
    format!("loss {:.4}, accuracy {:5.2} %", metrics.loss, 100.0 * metrics.accuracy)
}

impl EpochRecord {
    pub fn line(&self, epochs: usize) -> String {
        format!(
            "epoch {}/{epochs}: train {}; test {}; {:.0} images/s, host {:.1} %",
            self.epoch,
            metrics_line(self.train),
            metrics_line(self.test),
            self.images_per_second,
            100.0 * self.host_seconds / self.seconds
        )
    }
}
