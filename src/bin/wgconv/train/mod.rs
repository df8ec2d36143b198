//! `wgconv train`: small convolutional networks on labelled images, every pass on the GPU.

mod args;
mod epoch;
mod network;
mod optimiser;
mod report;
mod results;
mod setup;
mod weights;

pub use args::TrainArgs;
#[cfg(test)]
pub use epoch::Metrics;
pub use report::EpochRecord;

use std::time::Instant;

use anyhow::{Context as _, Error, Result, ensure};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use wgconv::Context;

use crate::devices::Adapter;
use crate::say;
use epoch::{Evaluator, Outcome, Trainer};
use network::Network;
use optimiser::Optimiser;
use report::{EventLog, History, metrics_line, progress_bar};
use setup::Setup;
use weights::Weights;

/// What an error must not take along.
#[derive(Default)]
struct Rescue {
    /// After the last complete epoch.
    weights: Option<Weights>,
    /// Whether they are in their final file already.
    saved: bool,
}

/// Trains, draws, saves. On an error, what was trained so far is saved first.
pub fn run(args: &TrainArgs) -> Result<()> {
    args.check()?;
    // The history then says what these two were, whoever decided it. Other settings that nobody gave are null there.
    let (epochs, learning_rate) = (Some(args.epochs()), Some(args.learning_rate()));
    let args = &TrainArgs { epochs, learning_rate, ..args.clone() };
    let setup = Setup::new(args)?;
    let ctx = setup.context()?;
    let mut rescue = Rescue::default();
    train(&setup, &ctx, &mut rescue).map_err(|error| rescue.save(&setup, error))
}

impl Rescue {
    /// Saves the weights, and says in the error where they are.
    fn save(&self, setup: &Setup<'_>, error: Error) -> Error {
        let Some(weights) = &self.weights else {
            return error.context("training failed before the first epoch was complete; there was nothing to save");
        };
        let path = setup.rescue_path(self.saved);
        match if self.saved { Ok(()) } else { weights.save(&path) } {
            Ok(()) => error
                .context(format!("training failed; the weights of the last complete epoch are in {}", path.display())),
            Err(second) => error.context(format!("training failed, and the weights could not be saved: {second:#}")),
        }
    }
}

fn train(setup: &Setup<'_>, ctx: &Context, rescue: &mut Rescue) -> Result<()> {
    let (args, normalisation) = (setup.args, setup.normalisation);
    let adapter = Adapter::from(ctx.adapter_info());
    say!("adapter: {adapter}");
    say!("{}", setup.summary());

    let mut history = History::new(args, adapter, &setup.train, &setup.test, normalisation);
    let mut events = EventLog::create(args.log_json.as_deref())?;
    events.write("start", &history)?;

    let network = Network::new(ctx, &setup.weights, Optimiser::new(ctx, args)?)?;
    let evaluator = Evaluator::new(ctx, &network, setup.test.len())?;
    let (initial, mut outcome) = evaluator.run(&setup.test, normalisation)?;
    say!("start: test {}", metrics_line(initial));
    ensure!(
        initial.loss.is_finite(),
        "the loss at the start is {}: the weights{} are too large for f32",
        initial.loss,
        args.load.as_ref().map_or(String::new(), |path| format!(" in {}", path.display()))
    );
    history.initial = Some(initial);

    let epochs = args.epochs();
    if epochs > 0 {
        let trainer = Trainer::new(ctx, &network, args.batch)?;
        for epoch in 1..=epochs {
            let (record, answers, weights) = one_epoch(setup, &network, &trainer, &evaluator, epoch)
                .with_context(|| format!("in epoch {epoch} of {epochs}"))?;
            rescue.weights = Some(weights);
            outcome = answers;
            say!("{}", record.line(epochs));
            events.write("epoch", &record)?;
            history.epochs.push(record);
            if args.lose_device_after == Some(epoch) {
                ctx.device().destroy();
            }
        }
    }
    if let Some(weights) = &rescue.weights {
        weights.save(&setup.save_path)?;
        rescue.saved = true;
        say!("weights: {}", setup.save_path.display());
    }
    results::write(setup, &network, &outcome, &mut history)?;
    events.write("end", &history)
}

/// Trains one epoch, evaluates, and brings the weights to the host.
fn one_epoch(
    setup: &Setup<'_>,
    network: &Network,
    trainer: &Trainer,
    evaluator: &Evaluator,
    epoch: usize,
) -> Result<(EpochRecord, Outcome, Weights)> {
    let (args, normalisation) = (setup.args, setup.normalisation);
    let mut order: Vec<usize> = (0..setup.train.len()).collect();
    // Another stream than the one of the initial weights, and the same order whether or not weights were loaded.
    order.shuffle(&mut StdRng::seed_from_u64(args.seed.wrapping_add((epoch as u64) << 32)));
    let images = order.len() / args.batch * args.batch;
    let bar = progress_bar(epoch, args.epochs(), images);
    let start = Instant::now();
    let train = trainer.epoch(&setup.train, &order, normalisation, &mut |step, finished| {
        bar.set_position(finished as u64);
        let steps = images / args.batch;
        let rate = args.learning_rate_at((epoch - 1) * steps + step, steps * args.epochs());
        Ok(network.set_learning_rate(rate)?)
    });
    let seconds = start.elapsed().as_secs_f64();
    bar.finish_and_clear();
    let ((train, host_seconds), (test, outcome)) = (train?, evaluator.run(&setup.test, normalisation)?);
    let weights = network.weights(normalisation)?;
    ensure!(
        train.loss.is_finite() && test.loss.is_finite() && weights.are_finite(),
        "the loss or the weights are no longer finite: try a smaller --learning-rate"
    );
    let record = EpochRecord { epoch, train, test, seconds, host_seconds, images_per_second: images as f64 / seconds };
    Ok((record, outcome, weights))
}
