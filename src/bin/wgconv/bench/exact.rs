//! Whether a pass computes right on the very case that is timed: exactly, on small integers.
//!
//! The whole output of the device is looked at, but the reference works on one sample only: sample `n` of the data is
//! the first one times a small factor, so that its result must be the first one's times that factor (and the kernel's
//! gradient the first one's times the sum of the factors' products). A kernel that mixes samples up is found out.
//! Channels of the result are computed one by one, on all cores; of very large cases only some.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use wgconv::case::Case;
use wgconv::{ElementType, Operand, Result};

use super::channels::{Channels, Part};

/// What the reference may spend on a row, in multiply-adds a core.
#[derive(Clone, Copy, Debug)]
pub struct Effort(pub u64);

/// What the inputs are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    Integers,
    Real,
}

/// The data of one case and pass, and what must come out.
pub struct Exact {
    channels: Channels,
    element: ElementType,
    /// The first sample of every input, and the factor of each sample; kernels have no factors.
    pub inputs: Vec<(Operand, Vec<f32>, Vec<f32>)>,
    /// Indices of maxima in the planes of the first sample, the same in all.
    pub indices: Option<Vec<u32>>,
}

/// A result is right where it differs by at most this many rounding errors a term: averages divide.
const DIVISIONS: f64 = 3.0;

impl Exact {
    /// Integers such that every partial sum is exact in f32.
    pub fn new(case: &Case, pass: &'static str, seed: u64) -> Result<Exact> {
        Exact::with_data(case, pass, seed, Data::Integers)
    }

    /// Such data, or numbers from -1 to 1; the factors are powers of two, so that they round nothing.
    pub fn with_data(case: &Case, pass: &'static str, seed: u64, data: Data) -> Result<Exact> {
        let channels = Channels::new(case, pass)?;
        let mut rng = StdRng::seed_from_u64(seed);
        let (is_max, positive) = (channels.is_max(), channels.takes_positive_factors());
        // Factors go up to 2, in both operands.
        let most = (((1u64 << 22) / channels.terms().max(1)) as f64).sqrt().min(4.0) as i32;
        let density = if most >= 1 { 1.0 } else { (1u64 << 22) as f64 / channels.terms() as f64 };
        // Twice of it is exact in every type that has fewer digits too.
        let range = match case.element() {
            _ if !is_max => most.max(1),
            ElementType::Bf16 => 125,
            _ => 1000,
        };
        let mut inputs = Vec::new();
        for (operand, elements) in channels.inputs() {
            let mut one = || match data {
                Data::Real => rng.random_range(-1.0..1.0),
                Data::Integers if rng.random_bool(density) => rng.random_range(-range..=range) as f32,
                Data::Integers => 0.0,
            };
            let values: Vec<f32> = (0..elements).map(|_| one()).collect();
            let batch = if operand == Operand::W { 0 } else { case.batch() };
            // A positive factor keeps maxima where they are.
            let factor = |rng: &mut StdRng| [1.0, 2.0, -1.0, -2.0][rng.random_range(0..if positive { 2 } else { 4 })];
            let factors = (0..batch).map(|_| factor(&mut rng)).collect();
            let factors = if channels.is_fixed(operand) { vec![1.0; batch as usize] } else { factors };
            inputs.push((operand, values, factors));
        }
        channels.derive(&mut inputs)?;
        let mut exact = Exact { channels, element: case.element(), inputs, indices: None };
        if exact.channels.sums_over_batch() && exact.total_factor() == 0.0 {
            // Of factors that cancel nothing would be learnt.
            exact.inputs[0].2[0] *= -1.0;
        }
        exact.indices = exact.channels.indices(&exact.inputs)?;
        Ok(exact)
    }

    /// Compares the device's whole output with the reference; says what was compared, or what is wrong.
    pub fn check(&self, found: &Output, effort: Effort, seed: u64) -> Result<std::result::Result<String, String>> {
        let order = self.order(effort, seed);
        for (_, outcome) in on_all_cores(&order, |channel| self.check_channel(channel, found)) {
            if let Err(wrong) = outcome? {
                return Ok(Err(wrong));
            }
        }
        let (count, of) = (order.len(), self.channels.count());
        let how = if self.channels.divides() { "within 3 roundings a term" } else { "exact" };
        Ok(Ok(if count == of { format!("{how}, all outputs") } else { format!("{how}, {count} of {of} channels") }))
    }

    /// The reference's results: of all channels, or of some, as [`Self::check`] looks at them.
    pub fn parts(&self, effort: Effort, seed: u64) -> Result<Vec<(usize, Part)>> {
        let compute = |channel| self.channels.part(channel, &self.inputs, self.indices.as_deref());
        let parts = on_all_cores(&self.order(effort, seed), compute);
        parts.into_iter().map(|(channel, part)| part.map(|part| (channel, part))).collect()
    }

    /// The indices of a sample, as the operator counts them.
    pub fn indices_of(&self, sample: usize) -> Vec<u32> {
        let indices = self.indices.as_deref().unwrap_or_default();
        let channels = self.channels.count();
        let plane = |i: usize| (sample * channels + i / (indices.len() / channels)) as u32;
        indices.iter().enumerate().map(|(i, &index)| index + plane(i) * self.channels.index_step()).collect()
    }

    pub fn channels(&self) -> &Channels {
        &self.channels
    }

    /// The channels to look at: all, or the first, the last and some others.
    fn order(&self, effort: Effort, seed: u64) -> Vec<usize> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from) as u64;
        let affordable = (effort.0.saturating_mul(cores) / self.channels.work().max(1)).max(2) as usize;
        let count = self.channels.count();
        let mut order: Vec<usize> = (1..count.saturating_sub(1)).collect();
        if affordable < count {
            order.shuffle(&mut StdRng::seed_from_u64(seed));
        }
        let mut chosen = vec![0];
        if count > 1 {
            chosen.push(count - 1);
        }
        chosen.extend(order.into_iter().take(affordable.saturating_sub(2)));
        chosen
    }

    fn total_factor(&self) -> f64 {
        let samples = self.inputs.iter().map(|input| &input.2).filter(|factors| !factors.is_empty());
        let batch = self.inputs[0].2.len();
        let mut products = vec![1.0; batch];
        for factors in samples {
            products.iter_mut().zip(factors).for_each(|(product, &factor)| *product *= f64::from(factor));
        }
        products.iter().sum()
    }

    fn check_channel(&self, channel: usize, found: &Output) -> Result<std::result::Result<(), String>> {
        let part = self.channels.part(channel, &self.inputs, self.indices.as_deref())?;
        if self.channels.sums_over_batch() {
            return Ok(self.compare(channel, 0, &part, self.total_factor(), found));
        }
        let factors = self.inputs.iter().map(|input| &input.2).find(|factors| !factors.is_empty());
        let factors = factors.expect("an operand has a batch");
        for (sample, &factor) in factors.iter().enumerate() {
            if let Err(wrong) = self.compare(channel, sample, &part, factor.into(), found) {
                return Ok(Err(wrong));
            }
        }
        Ok(Ok(()))
    }

    fn compare(&self, channel: usize, sample: usize, part: &Part, factor: f64, found: &Output) -> Result<(), String> {
        let block = part.values.len();
        let at = |i| self.channels.place(sample, channel, i, block);
        let place = |i: usize| format!("sample {sample}, channel {channel}, element {i}");
        for (i, (&value, &bound)) in part.values.iter().zip(&part.bounds).enumerate() {
            let mut expected = value * factor;
            let mut allowed = 0.0;
            if self.channels.divides() {
                allowed = self.element.stored_bound(expected, bound * factor.abs());
            } else if self.element != ElementType::F32 {
                // Exact in f32, and rounded once.
                expected = self.element.round(expected);
            }
            let got = f64::from(found.values[at(i)]);
            // Infinities have no difference; NaN is never within.
            if got != expected && (got - expected).abs().partial_cmp(&allowed).is_none_or(std::cmp::Ordering::is_gt) {
                return Err(format!("{}: {got} instead of {expected}", place(i)));
            }
        }
        if let (Some(expected), Some(indices)) = (&part.indices, &found.indices) {
            let step = self.channels.index_step() * (sample * self.channels.count() + channel) as u32;
            for (i, (&expected, &got)) in expected.iter().zip(&indices[at(0)..]).enumerate() {
                let expected = expected + step;
                if got != expected {
                    return Err(format!("{}: index {got} instead of {expected}", place(i)));
                }
            }
        }
        Ok(())
    }
}

/// What `work` gives for each of these channels, in their order.
fn on_all_cores<T: Send>(channels: &[usize], work: impl Fn(usize) -> T + Sync) -> Vec<(usize, T)> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(channels.len());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(&channel) = channels.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = work(channel);
                    if let Ok(mut done) = done.lock() {
                        done.push((channel, result));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(channel, _)| *channel);
    done
}

/// What the device computed.
pub struct Output {
    pub values: Vec<f32>,
    pub indices: Option<Vec<u32>>,
}

/// The reference's bound for averages.
pub fn bound(sums: &wgconv::reference::Sums) -> Vec<f64> {
    sums.bound(DIVISIONS)
}

#[cfg(test)]
mod tests;
