//! The options of `wgconv train`.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use serde::Serialize;
use wgconv::nn::Schedule;

use super::network::Architecture;
use super::optimiser::Rule;

/// How the learning rate changes, as `--schedule` takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScheduleKind {
    /// Always the same
    Constant,
    /// In a straight line to the final one
    Linear,
    /// In three stages of as many steps, each rounded up: the largest, the geometric mean of both (0 if the final one is), the
    /// final one. 1, 2 or 4 steps end before the last stage
    Step,
    /// Along half a cosine to the final one, after a linear warm-up
    Cosine,
}

/// Train a small convolutional network on images of clothes, every pass computed on the GPU.
///
/// The networks. lenet: convolution 5x5 to 16 channels, ReLU, max pooling 2x2, convolution 3x3 to 32 channels, ReLU, max
/// pooling 2x2, dense layer to 10 classes. resnet-small: convolution 3x3 to 16 channels, three residual blocks of 16, 32 and
/// 64 channels with stride 2 and projections as shortcuts, average of each plane, dense layer; batch normalisation behind
/// each convolution. Softmax cross-entropy.
#[derive(Clone, Debug, clap::Args, Serialize)]
// Of an option given twice the last counts, so that scripts can set defaults and pass on what the user says.
#[command(args_override_self = true)]
pub struct TrainArgs {
    /// Folder with the four IDX files of Fashion-MNIST or MNIST, plain or .gz [default: an embedded subset of 5,000
    /// training and 1,000 test images]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// What is trained
    #[arg(long, value_enum, default_value_t = Architecture::Lenet)]
    pub network: Architecture,
    /// Passes over the training images; 0 only evaluates [default: 8, or with --data 2 of lenet and 3 of
    /// resnet-small]
    #[arg(long, value_name = "N")]
    pub epochs: Option<usize>,
    /// Images per step
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub batch: usize,
    /// Rule by which the weights follow their gradients
    #[arg(long, value_enum, default_value_t = Rule::Sgd)]
    pub optimizer: Rule,
    /// Largest learning rate, that at the start or after the warm-up [default: 0.03 for lenet and 0.1 for resnet-small, with
    /// Adam 0.03 of it]
    #[arg(long, value_name = "RATE")]
    pub learning_rate: Option<f32>,
    /// How the learning rate changes [default: linear for lenet, cosine for resnet-small]
    #[arg(long, value_enum)]
    pub schedule: Option<ScheduleKind>,
    /// Learning rate at the end [default: a tenth of the largest, or a hundredth with the cosine]
    #[arg(long, value_name = "RATE")]
    pub final_learning_rate: Option<f32>,
    /// Steps of the warm-up before the cosine, fewer than all; other schedules have none [default: a twentieth of all]
    #[arg(long, value_name = "N")]
    pub warm_up: Option<usize>,
    /// Momentum of SGD
    #[arg(long, value_name = "FACTOR", default_value_t = 0.9)]
    pub momentum: f32,
    /// Weight decay: added to the gradient (L2), or with AdamW apart from it (decoupled)
    #[arg(long, value_name = "FACTOR", default_value_t = 0.0)]
    pub weight_decay: f32,
    /// Seed of the initial weights and of the order of the images: same seed and device, same result
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// Folder for pictures, history and weights; made if need be
    #[arg(long, value_name = "DIR", default_value = "out/train")]
    pub out: PathBuf,
    /// Where the trained weights go, as safetensors [default: weights.safetensors in the output folder]
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Start from these weights (safetensors) instead of random ones
    #[arg(long, value_name = "FILE")]
    pub load: Option<PathBuf>,
    /// Adapter whose name contains this [default: the environment variable WGCONV_ADAPTER, else the fastest kind]
    #[arg(long, value_name = "NAME")]
    pub adapter: Option<String>,
    /// Plan by the results of `wgconv tune` in this file
    #[arg(long, value_name = "FILE")]
    pub tuning: Option<PathBuf>,
    /// Write a line of JSON per event (start, epoch, end) as it happens
    #[arg(long, value_name = "FILE")]
    pub log_json: Option<PathBuf>,
    /// Use only the first N training images
    #[arg(long, value_name = "N")]
    pub train_limit: Option<usize>,
    /// Use only the first N test images
    #[arg(long, value_name = "N")]
    pub test_limit: Option<usize>,
    /// Destroy the device after this epoch: the only way to test what happens when a driver dies.
    #[arg(long, value_name = "N", hide = true)]
    #[serde(skip)]
    pub lose_device_after: Option<usize>,
}

impl TrainArgs {
    /// How many epochs: the full set needs fewer for the same result.
    pub fn epochs(&self) -> usize {
        self.epochs.unwrap_or(match (&self.data, self.network) {
            (None, _) => 8,
            (Some(_), Architecture::Lenet) => 2,
            (Some(_), Architecture::ResnetSmall) => 3,
        })
    }

    /// The largest learning rate.
    pub fn learning_rate(&self) -> f32 {
        let of_sgd = match self.network {
            Architecture::Lenet => 0.03,
            Architecture::ResnetSmall => 0.1,
        };
        self.learning_rate.unwrap_or(of_sgd * self.optimizer.relative_rate())
    }

    /// How it changes.
    fn schedule(&self) -> ScheduleKind {
        self.schedule.unwrap_or(match self.network {
            Architecture::Lenet => ScheduleKind::Linear,
            Architecture::ResnetSmall => ScheduleKind::Cosine,
        })
    }

    /// The learning rate at the end.
    pub fn final_learning_rate(&self) -> f32 {
        let part = if self.schedule() == ScheduleKind::Cosine { 100.0 } else { 10.0 };
        self.final_learning_rate.unwrap_or(self.learning_rate() / part)
    }

    /// The learning rate of a step, counted from 0, of so many.
    pub fn learning_rate_at(&self, step: usize, steps: usize) -> f32 {
        const STAGES: u64 = 3;
        let end = f64::from(self.final_learning_rate()) / f64::from(self.learning_rate());
        let (step, steps) = (step as u64, steps as u64);
        let schedule = match self.schedule() {
            ScheduleKind::Constant => Schedule::Constant,
            ScheduleKind::Linear => Schedule::Linear { end },
            ScheduleKind::Step => {
                Schedule::Step { every: steps.div_ceil(STAGES), factor: end.powf(1.0 / (STAGES - 1) as f64) }
            }
            ScheduleKind::Cosine => {
                Schedule::Cosine { warm_up: self.warm_up.map_or(steps / 20, |steps| steps as u64), end }
            }
        };
        (f64::from(self.learning_rate()) * schedule.factor(step, steps)) as f32
    }

    /// The learning rate in words.
    pub fn rate_summary(&self) -> String {
        let (rate, end) = (self.learning_rate(), self.final_learning_rate());
        match self.schedule() {
            ScheduleKind::Constant => format!("learning rate {rate}"),
            ScheduleKind::Linear => format!("learning rate {rate} falling to {end}"),
            ScheduleKind::Step => format!("learning rate {rate} falling to {end} in three stages"),
            ScheduleKind::Cosine => format!("learning rate {rate} falling to {end} along a cosine after a warm-up"),
        }
    }

    /// The optimiser in words.
    pub fn rule_summary(&self) -> String {
        match self.optimizer {
            Rule::Sgd => format!("momentum {}", self.momentum),
            Rule::Nesterov => format!("Nesterov momentum {}", self.momentum),
            Rule::Adam => "Adam".to_owned(),
            Rule::Adamw => "AdamW".to_owned(),
        }
    }

    /// What can be said about the values before anything is opened.
    pub fn check(&self) -> Result<()> {
        ensure!(self.batch >= 1, "--batch is 0, but must be at least 1");
        ensure!(
            self.learning_rate().is_finite() && self.learning_rate() > 0.0,
            "--learning-rate is {}, but must be above 0",
            self.learning_rate()
        );
        ensure!(
            self.final_learning_rate().is_finite() && self.final_learning_rate() >= 0.0,
            "--final-learning-rate is {}, but must be 0 or above",
            self.final_learning_rate()
        );
        ensure!(
            (0.0..1.0).contains(&self.momentum),
            "--momentum is {}, but must be at least 0 and below 1",
            self.momentum
        );
        ensure!(
            self.weight_decay.is_finite() && self.weight_decay >= 0.0,
            "--weight-decay is {}, but must be 0 or above",
            self.weight_decay
        );
        ensure!(
            self.warm_up.is_none() || self.schedule() == ScheduleKind::Cosine,
            "--warm-up is given, but only --schedule cosine has a warm-up"
        );
        ensure!(self.train_limit != Some(0), "--train-limit is 0, but must be at least 1");
        ensure!(self.test_limit != Some(0), "--test-limit is 0, but must be at least 1");
        Ok(())
    }
}
