//! Times of several ways of computing the same, taken in turns.

use std::time::{Duration, Instant};

use crate::error::Result;
use crate::gpu::Plan;
use crate::timing::Timer;
use crate::verify::GuardedBuffers;

/// Rounds that are measured, unless they take too long.
const MOST_ROUNDS: usize = 7;
/// Rounds that a median needs.
const LEAST_ROUNDS: usize = 3;
/// Rounds together take about this long at most, if there are enough of them.
const MOST_TIME: Duration = Duration::from_secs(2);
/// What takes this many times as long as the fastest while the device warms up is not measured further.
const FAR_BEHIND: f64 = 2.0;

/// Something to measure.
pub(super) struct Contender<'a> {
    pub plan: &'a Plan,
    pub buffers: &'a GuardedBuffers,
}

/// Seconds of each contender in each round; `None` for those that were far behind. `keep` is measured in any case. `None` for all
/// if the deadline came first.
pub(super) fn alternate(
    timer: &mut Timer<'_>,
    contenders: &[Contender<'_>],
    keep: usize,
    deadline: Instant,
) -> Result<Option<Vec<Option<Vec<f64>>>>> {
    let mut expected = Vec::with_capacity(contenders.len());
    for Contender { plan, buffers } in contenders {
        expected.push(timer.warm_up(&mut |_, pass| plan.record(pass, &buffers.bindings()))?);
        if Instant::now() >= deadline {
            return Ok(None);
        }
    }
    let best = expected.iter().copied().fold(f64::INFINITY, f64::min);
    let stays = |i: &usize| *i == keep || expected[*i] <= FAR_BEHIND * best;
    let staying: Vec<usize> = (0..contenders.len()).filter(stays).collect();
    let mut rounds: Vec<Vec<f64>> = Vec::new();
    let start = Instant::now();
    // A round in which the device's timestamps failed is not counted; the next ones are all by the host's clock.
    for _ in 0..MOST_ROUNDS + 2 {
        let mut round = Vec::with_capacity(staying.len());
        for &i in &staying {
            let Contender { plan, buffers } = &contenders[i];
            round.push(timer.sample(expected[i], &mut |_, pass| plan.record(pass, &buffers.bindings()))?);
        }
        if round.iter().all(|sample| sample.1 == round[0].1) {
            rounds.push(round.into_iter().map(|sample| sample.0).collect());
        }
        let enough = rounds.len() >= LEAST_ROUNDS;
        if rounds.len() >= MOST_ROUNDS || (enough && start.elapsed() >= MOST_TIME) {
            break;
        }
        if !enough && Instant::now() >= deadline {
            return Ok(None);
        }
    }
    if rounds.len() < LEAST_ROUNDS {
        return Ok(None);
    }
    let seconds = |i: usize| {
        let column = staying.iter().position(|&of| of == i)?;
        Some(rounds.iter().map(|round| round[column]).collect())
    };
    Ok(Some((0..contenders.len()).map(seconds).collect()))
}

/// The middle one of the sorted values, the mean of two; 0 of none.
pub(super) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.get(middle) {
        None => 0.0,
        Some(upper) if values.len() % 2 == 1 => *upper,
        Some(upper) => (values[middle - 1] + upper) / 2.0,
    }
}
