//! The options of `wgconv compare`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use wgconv::case::Case;

use super::peer::Limits;
use crate::bench::parse_case;
use crate::bench::select::{Job, QUICK, Selection, jobs};
use crate::files::{ensure_writable_dir, ensure_writable_file};

/// Run the same convolutions on this library and on other software, in turn, and print the ratios.
///
/// Every participant is a process that answers on its standard output (benches/peers/README.md); this library too, by the
/// same rules. Its result is compared with the CPU reference before it is timed, and whoever does not answer in time is
/// killed, which is a result as well. scripts/compare starts this with every peer that is installed.
#[derive(Clone, Debug, clap::Args)]
#[command(args_override_self = true)]
pub struct CompareArgs {
    /// A participant and the shell command that starts it; may be repeated
    #[arg(long, value_name = "NAME=COMMAND", value_parser = parse_pair)]
    pub peer: Vec<(String, String)>,
    /// A participant that is not installed, and the command that would install it; may be repeated
    #[arg(long, value_name = "NAME=INSTALL", value_parser = parse_pair)]
    pub missing: Vec<(String, String)>,
    /// Suites of named layers, or `all` [default: a first layer, 3x3, 1x1, depthwise and small ones, at batch 1]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub suite: Vec<String>,
    /// A convolution in the letters of the field, for example n8c64h56w56k64r3s3p1; may be repeated
    #[arg(long, value_name = "CASE", value_parser = parse_case)]
    pub case: Vec<Case>,
    /// Only rows whose `suite/layer case pass` matches this regular expression
    #[arg(long, value_name = "REGEX")]
    pub filter: Option<regex::Regex>,
    /// Passes: forward, input_grad, kernel_grad, or conv for all of them [default: conv]
    #[arg(long = "pass", value_name = "PASSES", value_delimiter = ',')]
    pub passes: Vec<String>,
    /// Batch of every case
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub batch: Option<u32>,
    /// Algorithms of this library, each a participant, the first the one that ratios are of: auto, direct, or all
    #[arg(long = "algorithm", value_name = "NAMES", value_delimiter = ',', default_value = "auto")]
    pub algorithms: Vec<String>,
    /// Adapter for this library whose name contains this [default: WGCONV_ADAPTER, else the fastest kind]
    #[arg(long, value_name = "NAME")]
    pub adapter: Option<String>,
    /// Three short rounds, and 20 seconds a call
    #[arg(long)]
    pub quick: bool,
    /// How long a call may take [default: 60, with --quick 20]
    #[arg(long, value_name = "SECONDS")]
    pub time_limit: Option<f64>,
    /// How long a participant may take to start
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0)]
    pub start_limit: f64,
    /// In how many rounds the participants are timed in turn [default: 5, with --quick 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub rounds: Option<u32>,
    /// Write everything as JSON (docs/compare-format.md)
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write the report as Markdown
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Draw a bar for each row and participant into this folder, as SVG
    #[arg(long, value_name = "DIR")]
    pub plot: Option<PathBuf>,
    /// Seed of all data
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
}

/// What others are compared in.
const PASSES: [&str; 3] = ["forward", "input_grad", "kernel_grad"];
/// Unless told otherwise, these layers of the suite `quick`: with a peer that answers nothing in a minute it still ends.
const LAYERS: [&str; 6] = [
    "resnet50.conv1",
    "resnet50.conv2_x.3x3",
    "resnet50.conv2_x.expand",
    "resnet50.conv3_1.3x3",
    "mobilenet_v2.b3.depthwise",
    "notebooks.004.pictures",
];

fn parse_pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, command)) if !name.trim().is_empty() && !command.trim().is_empty() => {
            Ok((name.trim().to_owned(), command.trim().to_owned()))
        }
        _ => Err("expected a name, `=` and a command".to_owned()),
    }
}

impl CompareArgs {
    /// What can be said before anything is started.
    pub fn check(&self) -> Result<()> {
        self.limits()?;
        let names: Vec<&String> = self.peer.iter().chain(&self.missing).map(|(name, _)| name).collect();
        for (i, name) in names.iter().enumerate() {
            ensure!(!names[..i].contains(name), "there are two participants of the name {name:?}");
            ensure!(!name.starts_with("wgconv"), "{name:?} cannot be a peer's name: this library has it");
        }
        for path in [&self.json, &self.markdown].into_iter().flatten() {
            ensure_writable_file(path)?;
        }
        if let Some(dir) = &self.plot {
            ensure_writable_dir(dir)?;
        }
        Ok(())
    }

    pub fn limits(&self) -> Result<Limits> {
        let seconds = |option: &str, value: f64| match Duration::try_from_secs_f64(value) {
            Ok(time) if !time.is_zero() => Ok(time),
            _ => bail!("{option} is {value}, but must be a time"),
        };
        let call = self.time_limit.unwrap_or(if self.quick { 20.0 } else { 60.0 });
        Ok(Limits { call: seconds("--time-limit", call)?, start: seconds("--start-limit", self.start_limit)? })
    }

    pub fn rounds(&self) -> usize {
        self.rounds.unwrap_or(if self.quick { 3 } else { 5 }) as usize
    }

    /// The convolutions that are compared.
    pub fn jobs(&self) -> Result<Vec<Job>> {
        let all = PASSES.map(String::from);
        let mut passes: Vec<String> = Vec::new();
        for pass in &self.passes {
            match pass.as_str() {
                "conv" | "all" => passes.extend(all.clone()),
                known if PASSES.contains(&known) => passes.push(pass.clone()),
                _ => bail!("--pass {pass:?} is unknown; there are {}, and conv", PASSES.join(", ")),
            }
        }
        let auto = ["auto".to_owned()];
        let selection = Selection {
            suites: &self.suite,
            cases: &self.case,
            filter: self.filter.as_ref(),
            passes: if passes.is_empty() { &all } else { &passes },
            batch: self.batch,
            algorithms: &auto,
            default_suite: QUICK,
        };
        let by_default = self.suite.is_empty() && self.case.is_empty();
        let jobs = jobs(&selection)?.into_iter().filter(|job| !by_default || LAYERS.contains(&job.layer.as_str()));
        let jobs: Vec<Job> = jobs.collect();
        ensure!(!jobs.is_empty(), "nothing to compare: --filter leaves no layer of the default ones over");
        Ok(jobs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: CompareArgs,
    }

    #[test]
    fn the_default_is_every_pass_of_the_chosen_layers() {
        let args = Line::parse_from(["compare"]).args;
        assert_eq!(args.jobs().unwrap().len(), 3 * LAYERS.len());
        assert_eq!(args.limits().unwrap().call, Duration::from_secs(60));
    }

    #[test]
    fn a_command_may_contain_what_the_name_ends_with() {
        assert_eq!(parse_pair("a=X=1 b").unwrap(), ("a".into(), "X=1 b".into()));
        assert!(parse_pair("=b").is_err() && parse_pair("a= ").is_err() && parse_pair("a").is_err());
    }
}
