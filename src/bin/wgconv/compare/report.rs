//! What `--json` writes; `docs/compare-format.md` describes it.

use serde::Serialize;

use super::protocol::Precision;
use crate::bench::environment;
use crate::bench::stats::geometric_mean;

/// A whole run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// 1
    pub format: u32,
    pub environment: Environment,
    /// This library first.
    pub participants: Vec<Participant>,
    pub rows: Vec<Row>,
    pub means: Vec<Mean>,
}

/// Where and how it was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Environment {
    pub wgconv: String,
    pub wgpu: String,
    pub commit: Option<String>,
    pub date: String,
    pub build: String,
    pub cores: usize,
    /// The Vulkan drivers that the loader was told to use, if it was told.
    pub driver_files: Option<String>,
    pub seed: u64,
    pub rounds: usize,
    pub time_limit_s: f64,
}

/// Who took part, or not.
#[derive(Clone, Debug, Serialize)]
pub struct Participant {
    pub name: String,
    pub software: String,
    pub device: String,
    pub precision: Precision,
    pub notes: Vec<String>,
    pub left_out: Option<String>,
    pub install: Option<String>,
}

/// One case and pass.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub suite: String,
    pub layer: String,
    pub case: String,
    pub pass: String,
    pub flops: u64,
    /// One for each participant that was not left out from the beginning.
    pub results: Vec<Outcome>,
}

/// How it went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Timed,
    /// Computed something else: not timed.
    Wrong,
    /// Did not answer within the limit.
    NoAnswer,
    /// Ended, or said what no answer is.
    Failed,
    /// Says that it cannot do this.
    Unsupported,
    /// Ctrl-C came first.
    #[default]
    Stopped,
}

/// One participant's part of a row.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Outcome {
    pub participant: String,
    pub result: Kind,
    /// Why there are no figures.
    pub detail: Option<String>,
    /// How much of the result was compared.
    pub verification: Option<String>,
    /// The largest error of one element, as a part of the sum of its terms' absolute values.
    pub largest_error: Option<f64>,
    pub first_ms: Option<f64>,
    pub median_ms: Option<f64>,
    pub min_ms: Option<f64>,
    /// In how many rounds it was timed, and how many repetitions a round has.
    pub rounds: usize,
    pub repetitions: usize,
    pub gflops: Option<f64>,
    /// This library's GFLOP/s over this participant's.
    pub ratio: Option<f64>,
}

/// The geometric mean of the ratios to a participant; of all passes where `pass` is null.
#[derive(Clone, Debug, Serialize)]
pub struct Mean {
    pub participant: String,
    pub pass: Option<String>,
    pub rows: usize,
    pub ratio: f64,
}

impl Environment {
    pub fn new(seed: u64, rounds: usize, time_limit_s: f64) -> Self {
        Environment {
            wgconv: env!("CARGO_PKG_VERSION").to_owned(),
            wgpu: environment::wgpu_version().unwrap_or("30").to_owned(),
            commit: environment::commit(),
            date: environment::now(),
            build: if cfg!(debug_assertions) { "debug" } else { "release" }.to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            driver_files: ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"].iter().find_map(|name| std::env::var(name).ok()),
            seed,
            rounds,
            time_limit_s,
        }
    }

    /// The head of the report: a line for each thing.
    pub fn lines(&self) -> Vec<String> {
        vec![
            format!(
                "wgconv {} ({}), {} build, wgpu {}, {} cores; {}",
                self.wgconv,
                self.commit.as_deref().map_or("commit unknown".into(), |commit| format!("commit {commit}")),
                self.build,
                self.wgpu,
                self.cores,
                self.date
            ),
            format!(
                "data: real numbers, seed {}; median of {} rounds in turn; at most {} s a call",
                self.seed, self.rounds, self.time_limit_s
            ),
        ]
    }
}

impl Participant {
    /// A line of the report's head.
    pub fn line(&self) -> String {
        if let Some(why) = &self.left_out {
            let install = self.install.as_ref().map_or(String::new(), |how| format!("; to install it: {how}"));
            return format!("{}: left out: {why}{install}", self.name);
        }
        let precision = match self.precision {
            Precision::F32 => "f32",
            Precision::Tf32 => "TF32",
            Precision::F16 => "f16",
        };
        let notes: String = self.notes.iter().map(|note| format!("; {note}")).collect();
        format!("{}: {} in {precision} on {}{notes}", self.name, self.software, self.device)
    }
}

impl Row {
    /// Fills in what follows from the medians, the first participant being this library.
    pub fn rate(&mut self) {
        let ours = self.results.first().and_then(|ours| ours.median_ms);
        for result in &mut self.results {
            result.gflops = result.median_ms.map(|ms| self.flops as f64 / ms * 1e-6);
            result.ratio = ours.zip(result.median_ms).map(|(ours, theirs)| theirs / ours);
        }
    }
}

impl Report {
    /// The means of what there is, participant by participant, each pass and then all of them.
    pub fn conclude(&mut self) {
        self.means.clear();
        let mut passes: Vec<Option<&str>> = Vec::new();
        for row in &self.rows {
            if !passes.contains(&Some(&row.pass)) {
                passes.push(Some(&row.pass));
            }
        }
        passes.push(None);
        for participant in self.participants.iter().skip(1) {
            for &pass in &passes {
                let rows = self.rows.iter().filter(|row| pass.is_none_or(|pass| row.pass == pass));
                let results = rows.flat_map(|row| &row.results);
                let of_it = results.filter(|result| result.participant == participant.name);
                let ratios: Vec<f64> = of_it.filter_map(|result| result.ratio).collect();
                if let Some(ratio) = geometric_mean(&ratios) {
                    let (participant, pass) = (participant.name.clone(), pass.map(str::to_owned));
                    self.means.push(Mean { participant, pass, rows: ratios.len(), ratio });
                }
            }
        }
    }
}
