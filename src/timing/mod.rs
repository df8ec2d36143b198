//! How long the device takes: its own timestamps where it has them, else the host's clock around many repetitions. What
//! `wgconv bench` and tuning measure with; not a part of the interface.

mod stamps;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use stamps::Stamps;

use crate::error::{Error, Result};
use crate::gpu::Context;

/// Whose clock it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The device's, at the begin and the end of every repetition.
    Device,
    /// The host's, from submitting several repetitions to their end, divided.
    Host,
}

/// When there are enough samples: after `most`, or after `seconds` if there are at least `least`. What takes minutes each
/// time gets fewer: after ten times the seconds any number is enough.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Samples, at least.
    pub least: usize,
    /// Samples, at most.
    pub most: usize,
    /// Seconds.
    pub seconds: f64,
}

impl Budget {
    /// Whether so many samples, taken in so many seconds, are enough.
    fn is_spent(&self, count: usize, seconds: f64) -> bool {
        let is_late = seconds >= self.seconds && (count >= self.least || seconds >= PATIENCE * self.seconds);
        count >= self.most || (count > 0 && is_late)
    }
}

/// How much longer than planned a row may take to have its least number of samples.
const PATIENCE: f64 = 10.0;

/// What was measured, in milliseconds a repetition.
#[derive(Clone, Debug)]
pub struct Samples {
    /// Whose clock it was.
    pub clock: Clock,
    /// What the device takes for one.
    pub device_ms: Vec<f64>,
    /// What the host spends on recording, finishing and submitting one.
    pub host_ms: Vec<f64>,
}

/// Something that can be repeated: records repetition `i` into a compute pass.
pub type Record<'a> = dyn FnMut(usize, &mut wgpu::ComputePass<'_>) -> Result<()> + 'a;

/// Times on one context.
pub struct Timer<'a> {
    context: &'a Context,
    stop: &'a AtomicBool,
    stamps: Option<Stamps>,
}

/// Repetitions of one submission, at most: two timestamps each.
const MOST_REPETITIONS: u32 = 64;
/// A submission takes about this long, so that what it costs the host does not matter, and Ctrl-C is heard.
const SUBMISSION_SECONDS: f64 = 0.03;

impl<'a> Timer<'a> {
    /// `stop` ends a measurement early, with what is there; without `use_stamps` it is the host's clock on every device.
    pub fn new(context: &'a Context, stop: &'a AtomicBool, use_stamps: bool) -> Self {
        let has_stamps = use_stamps && context.device().features().contains(wgpu::Features::TIMESTAMP_QUERY);
        let stamps = has_stamps.then(|| Stamps::new(context, MOST_REPETITIONS));
        Timer { context, stop, stamps }
    }

    /// Warms up, then takes samples until the budget is spent.
    ///
    /// # Errors
    /// As for [`Timer::warm_up`].
    pub fn measure(&mut self, budget: Budget, record: &mut Record<'_>) -> Result<Samples> {
        let expected = self.warm_up(record)?;
        let repetitions = repetitions(expected).min(budget.most.max(1));
        let mut samples = Samples { clock: self.clock(), device_ms: Vec::new(), host_ms: Vec::new() };
        let (start, mut next) = (Instant::now(), 0);
        loop {
            let submission = self.submit(next, repetitions, record)?;
            next += repetitions;
            samples.host_ms.push(1e3 * submission.host_seconds / repetitions as f64);
            match submission.stamped {
                Some(stamped) => samples.device_ms.extend(stamped.iter().map(|seconds| 1e3 * seconds)),
                None => {
                    if samples.clock == Clock::Device {
                        // The stamps contradict the host's clock: begin again without them.
                        samples = Samples { clock: Clock::Host, device_ms: Vec::new(), host_ms: Vec::new() };
                    }
                    samples.device_ms.push(1e3 * submission.seconds / repetitions as f64);
                }
            }
            let is_spent = budget.is_spent(samples.device_ms.len(), start.elapsed().as_secs_f64());
            if is_spent || self.stop.load(Ordering::Relaxed) {
                return Ok(samples);
            }
        }
    }

    /// One submission that takes about a thirtieth of a second, for what takes so many seconds a repetition: seconds of a
    /// repetition (the median of several, by the device's clock), and whose clock it was.
    ///
    /// # Errors
    /// As for [`Timer::warm_up`].
    pub fn sample(&mut self, expected: f64, record: &mut Record<'_>) -> Result<(f64, Clock)> {
        let repetitions = repetitions(expected);
        let submission = self.submit(0, repetitions, record)?;
        Ok(match submission.stamped {
            Some(mut stamped) => {
                stamped.sort_by(f64::total_cmp);
                (stamped[stamped.len() / 2], Clock::Device)
            }
            None => (submission.seconds / repetitions as f64, Clock::Host),
        })
    }

    fn clock(&self) -> Clock {
        if self.stamps.is_some() { Clock::Device } else { Clock::Host }
    }

    /// Repeats it for a tenth of a second, at least twice: the driver compiles, clocks rise. Seconds of one repetition.
    ///
    /// # Errors
    /// What recording says; a lost device.
    pub fn warm_up(&mut self, record: &mut Record<'_>) -> Result<f64> {
        let start = Instant::now();
        let (mut repetitions, mut rounds) = (1, 0);
        loop {
            let submission = self.submit(0, repetitions, record)?;
            rounds += 1;
            let each = (submission.seconds / repetitions as f64).max(1e-7);
            let passed = start.elapsed().as_secs_f64();
            if self.stop.load(Ordering::Relaxed) || (rounds >= 2 && passed > 0.1) || passed > 4.0 {
                return Ok(each);
            }
            repetitions = self::repetitions(each);
        }
    }

    /// One submission, waited for.
    fn submit(&mut self, first: usize, repetitions: usize, record: &mut Record<'_>) -> Result<Submission> {
        let device = self.context.device();
        let begin = Instant::now();
        let mut encoder = device.create_command_encoder(&Default::default());
        for i in 0..repetitions {
            // A pass of its own, because stamps are written where passes begin and end. Repetitions write the same
            // output, so that each waits for the one before.
            let timestamp_writes = self.stamps.as_ref().map(|stamps| stamps.writes(i));
            let descriptor = wgpu::ComputePassDescriptor { label: None, timestamp_writes };
            record(first + i, &mut encoder.begin_compute_pass(&descriptor))?;
        }
        if let Some(stamps) = &self.stamps {
            stamps.resolve(&mut encoder, repetitions);
        }
        let commands = encoder.finish();
        let submitted = Instant::now();
        self.context.queue().submit([commands]);
        let host_seconds = begin.elapsed().as_secs_f64();
        self.context.wait()?;
        let seconds = submitted.elapsed().as_secs_f64();
        let stamped = match &self.stamps {
            Some(stamps) => Some(stamps.read(self.context, repetitions)?),
            None => None,
        };
        let stamped = stamped.filter(|stamped| plausible(stamped, seconds));
        if self.stamps.is_some() && stamped.is_none() {
            log::warn!("the device's timestamps contradict the host's clock; the host's is used");
            self.stamps = None;
        }
        if seconds <= 0.0 {
            return Err(Error::Wgpu { during: "time a pass", message: "the host's clock stands still".to_string() });
        }
        Ok(Submission { seconds, host_seconds, stamped })
    }
}

/// How many repetitions of so many seconds a submission has.
fn repetitions(seconds: f64) -> usize {
    ((SUBMISSION_SECONDS / seconds) as usize).clamp(1, MOST_REPETITIONS as usize)
}

struct Submission {
    /// From submitting to the end, on the host's clock.
    seconds: f64,
    /// Until it was submitted.
    host_seconds: f64,
    /// Of each repetition, on the device's clock.
    stamped: Option<Vec<f64>>,
}

/// Some drivers stamp when they encode, or not at all: the repetitions must take some time, not more than there was,
/// and most of it where it was long.
fn plausible(stamped: &[f64], seconds: f64) -> bool {
    let sum: f64 = stamped.iter().sum();
    let long = seconds > 0.02;
    stamped.iter().all(|&one| one > 0.0) && sum <= 1.05 * seconds + 1e-4 && (!long || sum >= 0.3 * seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_row_gets_fewer_samples() {
        let budget = Budget { least: 5, most: 100, seconds: 2.0 };
        assert!(!budget.is_spent(50, 1.0) && budget.is_spent(50, 2.0) && budget.is_spent(100, 0.1));
        assert!(!budget.is_spent(4, 19.0), "waits for five");
        assert!(budget.is_spent(1, 20.0), "but not for ever");
        assert!(!budget.is_spent(0, 100.0));
    }

    #[test]
    fn stamps_that_cannot_be_are_seen() {
        assert!(plausible(&[0.004; 5], 0.021));
        assert!(plausible(&[0.000_001; 5], 0.001), "a short submission is mostly waiting");
        assert!(!plausible(&[0.0, 0.02], 0.021), "no time passed");
        assert!(!plausible(&[0.03], 0.021), "longer than there was");
        assert!(!plausible(&[0.000_1; 5], 0.1), "the device must have worked for longer");
    }
}
