//! The options of `wgconv bench`.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::ValueEnum;
use wgconv::case::Case;
use wgconv::{Activation, Addend};

use super::select::{QUICK, Selection};
use crate::files::{ensure_writable_dir, ensure_writable_file};

/// Time every pass of convolutions, poolings and operators without a window on this device, after checking that it computes right.
///
/// Each row is verified exactly, on integers, then timed on real numbers by the device's own clock where it has one. The
/// device's peaks are measured first; a row's share of peak is its useful GFLOP/s over what the roofline allows.
#[derive(Clone, Debug, clap::Args)]
#[command(args_override_self = true)]
pub struct BenchArgs {
    /// Suites of named layers, or `all` [default: all, unless there is a --case]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub suite: Vec<String>,
    /// A case in the letters of the field, for example n8c64h56w56k64r3s3p1; may be repeated
    #[arg(long, value_name = "CASE", value_parser = parse_case)]
    pub case: Vec<Case>,
    /// Only rows whose `suite/layer case pass` matches this regular expression
    #[arg(long, value_name = "REGEX")]
    pub filter: Option<regex::Regex>,
    /// Passes: forward, input_grad, kernel_grad, bias_grad, max_forward, max_forward_with_indices, max_backward,
    /// avg_forward, avg_backward; of transposed convolutions tconv_forward, tconv_input_grad, tconv_kernel_grad,
    /// tconv_bias_grad; of operators without a window bn_forward_training, adamw_step and so on; `conv`, `tconv`, `pool`, `nn` or
    /// `all` for several [default: all but the bias gradients and
    /// max_forward_with_indices]
    #[arg(long = "pass", value_name = "PASSES", value_delimiter = ',')]
    pub passes: Vec<String>,
    /// Batch of every case
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub batch: Option<u32>,
    /// Algorithms: auto (the planner's choice), direct, or all
    #[arg(long = "algorithm", value_name = "NAMES", value_delimiter = ',', default_value = "auto")]
    pub algorithms: Vec<String>,
    /// Type of the elements
    #[arg(long, default_value = "f32")]
    pub dtype: Dtype,
    /// Adapter whose name contains this [default: the environment variable WGCONV_ADAPTER, else the fastest kind]
    #[arg(long, value_name = "NAME")]
    pub adapter: Option<String>,
    /// Plan by the results of `wgconv tune` in this file
    #[arg(long, value_name = "FILE")]
    pub tuning: Option<PathBuf>,
    /// A dozen representative cases and shorter measurements
    #[arg(long)]
    pub quick: bool,
    /// Write environment and rows as JSON; --baseline reads it
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write the rows as CSV
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// Write the report as Markdown
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Draw the roofline and bars per pass into this folder, as SVG
    #[arg(long, value_name = "DIR")]
    pub plot: Option<PathBuf>,
    /// Compare with the JSON of an earlier run; the exit code is 1 if a pass became slower
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// How much slower the geometric mean of a pass may be, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 10.0)]
    pub tolerance: f64,
    /// Read the same inputs in every repetition, instead of rotating sets that do not fit into caches
    #[arg(long)]
    pub warm_cache: bool,
    /// Time rows by the host's clock even where the device has one of its own: what devices without timestamps get.
    #[arg(long, hide = true)]
    pub host_clock: bool,
    /// Seed of all data
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
}

/// What kernels there are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Dtype {
    /// 32-bit floating point.
    F32,
}

/// A case whose parameters fit together.
pub fn parse_case(text: &str) -> Result<Case, String> {
    let case: Case = text.parse().map_err(|error: wgconv::case::ParseError| error.to_string())?;
    // Parameters that contradict each other are the user's mistake, not a limit of the device.
    case.y_shape().map_err(|error| error.to_string())?;
    // Peers and the check of channels one by one know sums only.
    let epilogue = match &case {
        Case::Conv(conv) => (conv.activation, conv.addend),
        Case::ConvTranspose(conv) => (conv.activation, conv.addend),
        Case::Pool(_) => (Activation::None, Addend::None),
        Case::Nn(_) => (Activation::None, Addend::None),
    };
    if epilogue != (Activation::None, Addend::None) {
        return Err("a case without activation, residual and onto: what is timed and compared are the sums".to_owned());
    }
    Ok(case)
}

impl BenchArgs {
    pub fn selection(&self) -> Selection<'_> {
        Selection {
            suites: &self.suite,
            cases: &self.case,
            filter: self.filter.as_ref(),
            passes: &self.passes,
            batch: self.batch,
            algorithms: &self.algorithms,
            default_suite: if self.quick { QUICK } else { "all" },
        }
    }

    /// What can be said before anything is measured: hours may pass until a file is written.
    pub fn check(&self) -> Result<()> {
        ensure!(
            self.tolerance.is_finite() && self.tolerance >= 0.0 && self.tolerance < 100.0,
            "--tolerance is {}, but must be at least 0 and below 100 (percent)",
            self.tolerance
        );
        for path in [&self.json, &self.csv, &self.markdown].into_iter().flatten() {
            ensure_writable_file(path)?;
        }
        if let Some(dir) = &self.plot {
            ensure_writable_dir(dir)?;
        }
        Ok(())
    }
}
