//! Random shapes. A failing one prints the line that repeats it: `WGCONV_RANDOM_SEED=... cargo test --test gpu random`.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use wgconv::Pass;

use crate::conv::{check_bound, check_exact};
use crate::pool::{check_average, check_max};
use crate::support::case::{ConvCase, Kind, PoolCase, Window};
use crate::support::context::Regime;
use crate::support::data::rng;

/// Seeds of a run: one from the environment, or the fixed ones.
fn seeds(count: u64) -> Vec<u64> {
    match std::env::var("WGCONV_RANDOM_SEED").map(|seed| seed.parse()) {
        Ok(seed) => vec![seed.expect("WGCONV_RANDOM_SEED is a number")],
        Err(_) => (1..=count).collect(),
    }
}

fn draw_window(rng: &mut ChaCha8Rng, rank: usize, largest: usize) -> Window {
    let mut axis =
        |range: std::ops::RangeInclusive<usize>| (0..rank).map(|_| rng.random_range(range.clone())).collect();
    Window { taps: axis(1..=largest), stride: axis(1..=4), dilation: axis(1..=3), low: axis(0..=4), high: axis(0..=4) }
}

fn draw_conv(rng: &mut ChaCha8Rng) -> ConvCase {
    let rank = rng.random_range(1..=3);
    let window = draw_window(rng, rank, [9, 5, 3][rank - 1]);
    let groups = rng.random_range(1..=4);
    let (channels_in, channels_out) = (rng.random_range(1..=5), rng.random_range(1..=5));
    let mut x = vec![rng.random_range(1..=3), groups * channels_in];
    x.extend((0..rank).map(|_| rng.random_range(1..=[60, 13, 7][rank - 1])));
    let mut w = vec![groups * channels_out, channels_in];
    w.extend(&window.taps);
    ConvCase { window, groups, x, w }
}

fn draw_pool(rng: &mut ChaCha8Rng) -> PoolCase {
    let rank = rng.random_range(1..=3);
    let mut window = draw_window(rng, rank, [9, 5, 3][rank - 1]);
    for d in 0..rank {
        let span = window.dilation[d] * (window.taps[d] - 1) + 1;
        window.low[d] %= span;
        window.high[d] %= span;
    }
    let kind = [Kind::Max, Kind::AVERAGES[0], Kind::AVERAGES[1], Kind::AVERAGES[2]][rng.random_range(0..4)];
    let mut x = vec![rng.random_range(1..=3), rng.random_range(1..=4)];
    x.extend((0..rank).map(|_| rng.random_range(1..=[60, 15, 8][rank - 1])));
    PoolCase { window, ceil_mode: rng.random(), kind, x }
}

fn fail(seed: u64, test: &str, case: &dyn std::fmt::Debug, error: &str) -> ! {
    panic!("{error}\n{case:?}\nrepeat with: WGCONV_RANDOM_SEED={seed} cargo test --test gpu random::{test}");
}

#[test]
fn convolutions() {
    let (mut valid, mut refused) = (0, 0);
    for seed in seeds(120) {
        let mut rng = rng(seed);
        let case = draw_conv(&mut rng);
        if case.problem().is_err() {
            refused += 1;
            continue;
        }
        valid += 1;
        let regime = Regime::BOTH[rng.random_range(0..2)];
        for pass in Pass::ALL {
            let bias = pass == Pass::Forward && rng.random();
            check_exact(&case, pass, bias, regime, seed)
                .and_then(|()| check_bound(&case, pass, bias, regime, seed))
                .unwrap_or_else(|error| fail(seed, "convolutions", &case, &format!("{pass:?}, {regime:?}: {error}")));
        }
    }
    assert!(valid + refused == 1 || valid >= 80, "only {valid} of {} shapes were valid", valid + refused);
}

#[test]
fn poolings() {
    let (mut valid, mut refused) = (0, 0);
    for seed in seeds(160) {
        let mut rng = rng(seed);
        let case = draw_pool(&mut rng);
        if case.problem().is_err() {
            refused += 1;
            continue;
        }
        valid += 1;
        let regime = Regime::BOTH[rng.random_range(0..2)];
        let outcome = match case.kind {
            Kind::Max => check_max(&case, regime, seed, [1, 5, 1000][rng.random_range(0..3)]),
            Kind::Average { .. } => check_average(&case, regime, seed),
        };
        outcome.unwrap_or_else(|error| fail(seed, "poolings", &case, &format!("{regime:?}: {error}")));
    }
    assert!(valid + refused == 1 || valid >= 100, "only {valid} of {} shapes were valid", valid + refused);
}
