//! The options of `wgconv train`.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use serde::Serialize;

/// Train a small convolutional network on images of clothes, every pass computed on the GPU.
///
/// The network: convolution 5x5 to 16 channels, ReLU, max pooling 2x2, convolution 3x3 to 32 channels, ReLU, max pooling
/// 2x2, dense layer to 10 classes; softmax cross-entropy; stochastic gradient descent with momentum.
#[derive(Clone, Debug, clap::Args, Serialize)]
// Of an option given twice the last counts, so that scripts can set defaults and pass on what the user says.
#[command(args_override_self = true)]
pub struct TrainArgs {
    /// Folder with the four IDX files of Fashion-MNIST or MNIST, plain or .gz [default: an embedded subset of 5,000
    /// training and 1,000 test images]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Passes over the training images; 0 only evaluates [default: 8, or 2 with --data]
    #[arg(long, value_name = "N")]
    pub epochs: Option<usize>,
    /// Images per step
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub batch: usize,
    /// Learning rate at the start
    #[arg(long, value_name = "RATE", default_value_t = 0.03)]
    pub learning_rate: f32,
    /// Learning rate at the end, to which it falls in a straight line [default: a tenth of that at the start]
    #[arg(long, value_name = "RATE")]
    pub final_learning_rate: Option<f32>,
    /// Momentum
    #[arg(long, value_name = "FACTOR", default_value_t = 0.9)]
    pub momentum: f32,
    /// Weight decay (L2)
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
        self.epochs.unwrap_or(if self.data.is_some() { 2 } else { 8 })
    }

    /// The learning rate at the end.
    pub fn final_learning_rate(&self) -> f32 {
        self.final_learning_rate.unwrap_or(self.learning_rate / 10.0)
    }

    /// The learning rate when this part of the training, 0 to 1, is done.
    pub fn learning_rate_at(&self, part: f64) -> f32 {
        let (start, end) = (f64::from(self.learning_rate), f64::from(self.final_learning_rate()));
        (start + (end - start) * part) as f32
    }

    /// What can be said about the values before anything is opened.
    pub fn check(&self) -> Result<()> {
        ensure!(self.batch >= 1, "--batch is 0, but must be at least 1");
        ensure!(
            self.learning_rate.is_finite() && self.learning_rate > 0.0,
            "--learning-rate is {}, but must be above 0",
            self.learning_rate
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
        ensure!(self.train_limit != Some(0), "--train-limit is 0, but must be at least 1");
        ensure!(self.test_limit != Some(0), "--test-limit is 0, but must be at least 1");
        Ok(())
    }
}
