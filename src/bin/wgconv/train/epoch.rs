//! Running recorded passes over many batches, and collecting what they say.

use std::time::Instant;

use anyhow::Result;
use serde::Serialize;
use wgconv::{Context, Program, Tensor};

use super::network::{Network, Passes, predictions};
use crate::data::fashion::CLASSES;
use crate::data::{Dataset, Normalisation};

/// Losses and logits stay on the device for so many batches, and are then read in one go. Nothing waits within a step;
/// the wait after this many keeps the queue short, so that the progress bar shows what is done and not what is asked
/// for, and the uploads of a long epoch do not pile up in memory.
const LOGGED_BATCHES: usize = 10;
/// Images per evaluation batch.
const EVALUATION_BATCH: usize = 250;

/// Mean loss and part of right answers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Metrics {
    pub loss: f64,
    pub accuracy: f64,
}

/// Passes with a log of what they gave.
pub struct Runner {
    passes: Passes,
    batch: usize,
    /// For each of [`LOGGED_BATCHES`] batches its losses, then its logits.
    log: Tensor,
    /// One for each place in the log: a recorded copy has a fixed target.
    copies: Vec<Program>,
}

/// What running over images gave, in their order.
#[derive(Default)]
pub struct Outcome {
    losses: Vec<f32>,
    pub logits: Vec<f32>,
    /// What the host needs to prepare, upload, record and submit a batch: seconds of those that met an empty queue. Behind
    /// others a submit may block in the driver until they are done, which is the device's time.
    host_seconds: Vec<f64>,
}

impl Runner {
    fn new(ctx: &Context, passes: Passes, batch: usize) -> Result<Self> {
        let entry = batch * (1 + CLASSES);
        let log = ctx.zeros(&[LOGGED_BATCHES, entry])?;
        let copy = |place| {
            let mut program = Program::new(ctx);
            program.copy(&passes.loss, &log, place * entry)?;
            program.copy(&passes.logits, &log, place * entry + batch)?;
            Ok(program)
        };
        let copies = (0..LOGGED_BATCHES).map(copy).collect::<wgconv::Result<_>>()?;
        Ok(Runner { passes, batch, log, copies })
    }

    /// Runs over the images at these positions, whose number must be a multiple of the batch; `before` each
    /// batch hears its number, from 0, and how many images are finished; what it writes to the device is ordered before the batch.
    fn run(
        &self,
        data: &Dataset,
        positions: &[usize],
        normalisation: Normalisation,
        before: &mut dyn FnMut(usize, usize) -> Result<()>,
    ) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        let mut finished = 0;
        for (number, page) in positions.chunks(LOGGED_BATCHES * self.batch).enumerate() {
            let mut start = Some(Instant::now());
            for (place, (batch, copy)) in page.chunks_exact(self.batch).zip(&self.copies).enumerate() {
                before(number * LOGGED_BATCHES + place, finished)?;
                let (pixels, labels) = data.batch(batch, normalisation);
                self.passes.images.write(&pixels)?;
                self.passes.labels.write(&labels)?;
                self.passes.program.run()?;
                // The read that ended the page before has emptied the queue: only the first batch is alone.
                outcome.host_seconds.extend(start.take().map(|start| start.elapsed().as_secs_f64()));
                copy.run()?;
            }
            let log = self.log.read_blocking()?;
            for entry in log.chunks_exact(self.batch * (1 + CLASSES)).take(page.len() / self.batch) {
                let (losses, logits) = entry.split_at(self.batch);
                outcome.losses.extend(losses);
                outcome.logits.extend(logits);
            }
            finished += page.len();
        }
        Ok(outcome)
    }
}

impl Outcome {
    /// For so many steps: the median of those that were measured, for a machine that is busy with other things too.
    fn host_seconds_of(&self, steps: usize) -> f64 {
        let mut each = self.host_seconds.clone();
        each.sort_by(f64::total_cmp);
        each.get(each.len() / 2).map_or(0.0, |median| median * steps as f64)
    }

    /// Judges the answers for the images at these positions.
    pub fn metrics(&self, data: &Dataset, positions: &[usize]) -> Metrics {
        let predicted = predictions(&self.logits);
        let right =
            predicted.iter().zip(positions).filter(|(class, position)| **class == data.label(**position)).count();
        let loss = self.losses.iter().map(|&loss| f64::from(loss)).sum::<f64>();
        Metrics { loss: loss / self.losses.len() as f64, accuracy: right as f64 / positions.len() as f64 }
    }
}

/// Training over whole batches.
pub struct Trainer(Runner);

impl Trainer {
    pub fn new(ctx: &Context, network: &Network, batch: usize) -> Result<Self> {
        Ok(Trainer(Runner::new(ctx, network.training_step(batch)?, batch)?))
    }

    /// One epoch over the images in this order. Images that do not fill a batch are left out (another order brings them
    /// in next time). `before` each step hears its number in the epoch and how many images are finished. The metrics are those that the network had when it
    /// saw each image, before the update. With them the seconds that the host needs for the steps, apart from waiting.
    pub fn epoch(
        &self,
        data: &Dataset,
        order: &[usize],
        normalisation: Normalisation,
        before: &mut dyn FnMut(usize, usize) -> Result<()>,
    ) -> Result<(Metrics, f64)> {
        let whole = &order[..order.len() / self.0.batch * self.0.batch];
        let outcome = self.0.run(data, whole, normalisation, before)?;
        let steps = whole.len() / self.0.batch;
        Ok((outcome.metrics(data, whole), outcome.host_seconds_of(steps)))
    }
}

/// Evaluation of every image, the last incomplete batch included.
pub struct Evaluator {
    whole: Option<Runner>,
    rest: Option<Runner>,
}

impl Evaluator {
    pub fn new(ctx: &Context, network: &Network, images: usize) -> Result<Self> {
        let runner = |batch| Runner::new(ctx, network.evaluation(batch)?, batch);
        let rest = images % EVALUATION_BATCH;
        Ok(Evaluator {
            whole: (images >= EVALUATION_BATCH).then(|| runner(EVALUATION_BATCH)).transpose()?,
            rest: (rest > 0).then(|| runner(rest)).transpose()?,
        })
    }

    pub fn run(&self, data: &Dataset, normalisation: Normalisation) -> Result<(Metrics, Outcome)> {
        let positions: Vec<usize> = (0..data.len()).collect();
        let (whole, rest) = positions.split_at(data.len() / EVALUATION_BATCH * EVALUATION_BATCH);
        let mut outcome = Outcome::default();
        for (runner, positions) in [(&self.whole, whole), (&self.rest, rest)] {
            if let Some(runner) = runner {
                let part = runner.run(data, positions, normalisation, &mut |_, _| Ok(()))?;
                outcome.losses.extend(part.losses);
                outcome.logits.extend(part.logits);
            }
        }
        Ok((outcome.metrics(data, &positions), outcome))
    }
}
