//! Everything that can fail before training does: data, weights, folders, device.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use wgconv::{Context, ContextOptions};

use super::args::TrainArgs;
use super::weights::Weights;
use crate::data::fashion::{TEST, TRAIN};
use crate::data::{Dataset, Normalisation};
use crate::files::{ensure_writable_dir, ensure_writable_file};
use crate::tuning::with_tuning;

/// A run that is ready to start.
pub struct Setup<'a> {
    pub args: &'a TrainArgs,
    pub train: Dataset,
    pub test: Dataset,
    pub normalisation: Normalisation,
    pub weights: Weights,
    pub save_path: PathBuf,
}

impl<'a> Setup<'a> {
    pub fn new(args: &'a TrainArgs) -> Result<Self> {
        let (mut train, mut test) = match &args.data {
            Some(dir) => (Dataset::open(dir, TRAIN)?, Dataset::open(dir, TEST)?),
            None => (Dataset::embedded(TRAIN)?, Dataset::embedded(TEST)?),
        };
        train.truncate(args.train_limit.unwrap_or(usize::MAX));
        test.truncate(args.test_limit.unwrap_or(usize::MAX));
        ensure!(
            args.batch <= train.len() || args.epochs() == 0,
            "--batch is {}, but there are only {} training images",
            args.batch,
            train.len()
        );
        let steps = train.len() / args.batch * args.epochs();
        ensure!(
            args.warm_up.is_none_or(|warm_up| warm_up < steps) || args.epochs() == 0,
            "--warm-up is {} steps, but must be fewer than the {steps} of the training",
            args.warm_up.unwrap_or_default()
        );
        // Loaded weights expect the normalisation that they were trained with.
        let loaded = args.load.as_deref().map(|path| Weights::load(args.network, path)).transpose()?;
        let normalisation =
            loaded.as_ref().and_then(|weights| weights.normalisation).unwrap_or_else(|| train.normalisation());
        let weights = loaded.unwrap_or_else(|| Weights::random(args.network, args.seed, normalisation));

        ensure_writable_dir(&args.out)?;
        let save_path = args.save.clone().unwrap_or_else(|| args.out.join("weights.safetensors"));
        ensure_writable_file(&save_path)?;
        if let Some(path) = &args.log_json {
            ensure_writable_file(path)?;
        }
        Ok(Setup { args, train, test, normalisation, weights, save_path })
    }

    /// The device.
    pub fn context(&self) -> Result<Context> {
        let options = ContextOptions { adapter: self.args.adapter.clone(), ..ContextOptions::default() };
        let context = Context::with_options_blocking(&options).context("no device to train on")?;
        with_tuning(context, self.args.tuning.as_deref())
    }

    /// Where the weights go when something fails: never a name that promises a complete run, unless it was asked for.
    pub fn rescue_path(&self, already_saved: bool) -> PathBuf {
        if already_saved || self.args.save.is_some() {
            self.save_path.clone()
        } else {
            self.args.out.join("interrupted.safetensors")
        }
    }

    /// What is trained, on what, and how.
    pub fn summary(&self) -> String {
        let args = self.args;
        let (train, test) = (self.train.len(), self.test.len());
        let source =
            args.data.as_ref().map_or("embedded subset of Fashion-MNIST".into(), |dir| dir.display().to_string());
        let Normalisation { mean, deviation } = self.normalisation;
        let of = if args.load.is_some() { "as the loaded weights expect" } else { "as the training images have" };
        let mut lines = vec![
            format!("data: {source}, {train} training and {test} test images"),
            format!("pixels: normalised by mean {mean:.4} and standard deviation {deviation:.4}, {of}"),
            format!("network: {}", args.network.summary()),
            format!(
                "training: {} epochs, batch {}, {}, {}, weight decay {}, seed {}",
                args.epochs(),
                args.batch,
                args.rate_summary(),
                args.rule_summary(),
                args.weight_decay,
                args.seed
            ),
        ];
        if let Some(path) = &args.load {
            lines.push(format!("start: weights from {}", path.display()));
        }
        let left_out = train % args.batch;
        if left_out > 0 && args.epochs() > 0 {
            lines.push(format!("note: {left_out} images do not fill a batch; each epoch leaves out others"));
        }
        lines.join("\n")
    }
}
