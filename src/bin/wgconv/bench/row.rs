//! What `--json` writes. The names here are the file's format: `docs/bench-format.md` describes it, baselines are read
//! with it; fields may be added, none renamed.

use serde::{Deserialize, Serialize};
use wgconv::timing;

use super::peaks::Peaks;
use crate::devices::Adapter;

/// Whose clock timed a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    Device,
    Host,
}

impl From<timing::Clock> for Clock {
    fn from(clock: timing::Clock) -> Self {
        match clock {
            timing::Clock::Device => Clock::Device,
            timing::Clock::Host => Clock::Host,
        }
    }
}

/// A whole run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// 1
    pub format: u32,
    pub environment: Environment,
    pub rows: Vec<Row>,
}

/// Where and how it was measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Environment {
    pub adapter: Adapter,
    pub wgpu: String,
    /// Of the device.
    pub features: Vec<String>,
    pub wgconv: String,
    /// Of the source that the binary was built in, as far as known.
    pub commit: Option<String>,
    /// Begin of the run, UTC, ISO 8601.
    pub date: String,
    /// `release` or `debug`.
    pub build: String,
    /// Whether shaders have run-time checks.
    pub checked_shaders: bool,
    pub dtype: String,
    pub seed: u64,
    /// Whether every repetition read the same inputs.
    pub warm_cache: bool,
    pub peaks: Peaks,
}

/// One case, pass and algorithm.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Row {
    pub suite: String,
    pub layer: String,
    /// In the case grammar; `wgconv bench --case` repeats it.
    pub case: String,
    pub pass: String,
    /// What was asked for: `auto`, or an algorithm's name.
    pub requested: String,
    /// What computed it; empty if it was not planned.
    pub algorithm: String,
    /// Kernels and grids of its dispatches.
    pub kernels: Vec<String>,
    pub workspace_bytes: u64,
    /// Useful operations, a multiply-add counted twice.
    pub flops: u64,
    /// Every operand once.
    pub bytes: u64,
    /// Whether the result was right; nothing else is timed.
    pub verified: bool,
    /// How much was compared, or what was wrong.
    pub verification: String,
    pub clock: Option<Clock>,
    pub samples: usize,
    pub median_ms: Option<f64>,
    pub min_ms: Option<f64>,
    pub p95_ms: Option<f64>,
    /// What the host spends on recording and submitting one repetition (median).
    pub host_ms: Option<f64>,
    /// Plan, compile, record, submit and wait, with empty caches of pipelines and plans.
    pub first_call_ms: Option<f64>,
    /// Of the median, as all that follow.
    pub gflops: Option<f64>,
    pub gbytes_per_s: Option<f64>,
    /// Useful GFLOP/s over what the roofline allows: the smaller of the arithmetic peak and bandwidth times intensity.
    pub share_of_peak: Option<f64>,
    /// Why it was not timed.
    pub skipped: Option<String>,
}

impl Row {
    /// What baselines are matched by.
    pub fn key(&self) -> [&str; 5] {
        [&self.suite, &self.layer, &self.case, &self.pass, &self.requested]
    }

    /// Operations per byte.
    pub fn intensity(&self) -> f64 {
        self.flops as f64 / self.bytes as f64
    }

    /// Everything that follows from the median.
    pub fn rate(&mut self, median_ms: f64, peaks: &Peaks) {
        let (flops, bytes) = (self.flops as f64 * 1e-6, self.bytes as f64 * 1e-6);
        self.gflops = Some(flops / median_ms);
        self.gbytes_per_s = Some(bytes / median_ms);
        // By times, as some passes move data only and have no operations.
        let least_ms = (flops / peaks.gflops).max(bytes / peaks.gbytes_per_s);
        self.share_of_peak = Some(least_ms / median_ms);
    }
}
