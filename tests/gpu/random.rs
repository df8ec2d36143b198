//! Random shapes. A failing one prints the line that repeats it: `WGCONV_RANDOM_SEED=... cargo test --test gpu random`.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use wgconv::case::{CaseAxis, ConvCase, ConvTransposeCase, PoolCase};
use wgconv::{Activation, ElementType, Exponent, IndexForm, KernelOrder, Layout, PaddingMode, Pass, PoolKind};

use crate::conv::{any_activation, any_addend, check_bound, check_exact};
use crate::conv_transpose;
use crate::pool::{check_average, check_lp, check_max};
use crate::support::catalogue::AVERAGES;
use crate::support::context::Regime;
use crate::support::data::rng;

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
}

/// Seeds of a run: the one from the environment, or the fixed ones, of which `WGCONV_RANDOM_SHAPES` takes the first so many:
/// most of the time goes into compiling a shader for each shape.
fn seeds(count: u64) -> Vec<u64> {
    match number("WGCONV_RANDOM_SEED") {
        Some(seed) => vec![seed],
        None => (1..=number("WGCONV_RANDOM_SHAPES").unwrap_or(count).min(count)).collect(),
    }
}

fn draw_axes(rng: &mut ChaCha8Rng, largest_taps: u32, largest_input: u32, rank: usize) -> Vec<CaseAxis> {
    let mut draw = |range: std::ops::RangeInclusive<u32>| rng.random_range(range);
    let axis = |_| CaseAxis {
        input: draw(1..=largest_input),
        taps: draw(1..=largest_taps),
        stride: draw(1..=4),
        dilation: draw(1..=3),
        low: draw(0..=4),
        high: draw(0..=4),
    };
    (0..rank).map(axis).collect()
}

fn draw_conv(rng: &mut ChaCha8Rng) -> ConvCase {
    let rank = rng.random_range(1..=3);
    let mut axes = draw_axes(rng, [9, 5, 3][rank - 1], [60, 13, 7][rank - 1], rank);
    // Of those with a channel a group some that the kernels for strips take.
    let is_depthwise = rng.random_range(0..8) == 0;
    let groups = if is_depthwise { rng.random_range(2..=20) } else { rng.random_range(1..=4) };
    if is_depthwise {
        let stride = 1 + axes[0].stride % 2;
        for axis in &mut axes {
            (axis.taps, axis.stride, axis.dilation) = (axis.taps.min(5), stride, 1);
        }
    }
    // Few, or about as many as a tile has.
    let mut channels = || match rng.random_range(0..4) {
        0 => groups * (rng.random_range(7..=9) << rng.random_range(0..=2)),
        _ => groups * rng.random_range(1..=5),
    };
    let (channels_in, channels_out) = match is_depthwise {
        true => (groups, groups * if rng.random_range(0..3) == 0 { 2 } else { 1 }),
        false => (channels(), channels()),
    };
    let activation = if rng.random() { Activation::None } else { any_activation(rng) };
    let batch = rng.random_range(1..=3);
    // The padding is what it must be for all of them to have a chance.
    let mut padding_mode = PaddingMode::ALL[rng.random_range(0..4)];
    if padding_mode == PaddingMode::Reflect && axes.iter().any(|axis| axis.low.max(axis.high) >= axis.input) {
        padding_mode = PaddingMode::Circular;
    }
    let addend = any_addend(rng);
    let shared_kernel = rng.random_range(0..5) == 0;
    let element = any_element(rng);
    let (x_layout, y_layout) = (any_layout(rng), any_layout(rng));
    let kernel_order = [KernelOrder::OutIn, KernelOrder::InOut][rng.random_range(0..2)];
    ConvCase {
        batch,
        channels_in,
        channels_out,
        groups,
        shared_kernel,
        axes,
        padding_mode,
        activation,
        addend,
        element,
        x_layout,
        y_layout,
        kernel_order,
    }
}

/// Most of them f32, which has the most kernels.
fn any_element(rng: &mut ChaCha8Rng) -> ElementType {
    let elements = [ElementType::F32, ElementType::F32, ElementType::F32, ElementType::F16, ElementType::Bf16];
    elements[rng.random_range(0..5)]
}

/// Channels first, twice as often as last.
fn any_layout(rng: &mut ChaCha8Rng) -> Layout {
    if rng.random_range(0..3) == 0 { Layout::ChannelsLast } else { Layout::ChannelsFirst }
}

fn draw_transposed(rng: &mut ChaCha8Rng) -> ConvTransposeCase {
    let case = draw_conv(rng);
    let ConvCase { batch, channels_in, channels_out, groups, shared_kernel, activation, addend, element, .. } = case;
    let ConvCase { x_layout, y_layout, kernel_order, mut axes, .. } = case;
    // The output is the larger one.
    axes.iter_mut().for_each(|axis| axis.input = axis.input.div_ceil(axis.stride));
    let output_padding = axes.iter().map(|axis| rng.random_range(0..axis.stride.max(axis.dilation))).collect();
    ConvTransposeCase {
        batch,
        channels_in,
        channels_out,
        groups,
        shared_kernel,
        axes,
        output_padding,
        element,
        activation,
        addend,
        x_layout,
        y_layout,
        kernel_order,
    }
}

/// Of x and y, those that most kernels are for more often than others.
const LAYOUTS: [[Layout; 2]; 6] = {
    const FIRST: Layout = Layout::ChannelsFirst;
    const LAST: Layout = Layout::ChannelsLast;
    [[FIRST; 2], [FIRST; 2], [LAST; 2], [LAST; 2], [FIRST, LAST], [LAST, FIRST]]
};

fn draw_pool(rng: &mut ChaCha8Rng) -> PoolCase {
    let rank = rng.random_range(1..=3);
    let mut axes = draw_axes(rng, [9, 5, 3][rank - 1], [60, 15, 8][rank - 1], rank);
    for axis in &mut axes {
        let span = axis.dilation * (axis.taps - 1) + 1;
        axis.low %= span;
        axis.high %= span;
    }
    let norms = [1.0, 2.0, 3.0, 4.5].map(|p| PoolKind::Lp { p: Exponent::new(p).unwrap() });
    let kinds = [PoolKind::Max, AVERAGES[0], AVERAGES[1], AVERAGES[2], norms[rng.random_range(0..4)]];
    let kind = kinds[rng.random_range(0..5)];
    let (batch, channels) = (rng.random_range(1..=3), [1, 2, 3, 4, 8][rng.random_range(0..5)]);
    let indices = [IndexForm::Plane, IndexForm::Flat][rng.random_range(0..2)];
    let indices = if kind == PoolKind::Max { indices } else { IndexForm::Plane };
    // Every third; global ones among them.
    let adaptive = (kind == PoolKind::Max || kind == AVERAGES[0]) && rng.random_range(0..3) == 0;
    if adaptive {
        for axis in &mut axes {
            let outputs = if channels == 1 { 1 } else { axis.taps + axis.low };
            *axis = CaseAxis { stride: outputs, ..CaseAxis::new(axis.input, outputs) };
        }
    }
    let ceil_mode = !adaptive && rng.random();
    let [x_layout, y_layout] = LAYOUTS[rng.random_range(0..LAYOUTS.len())];
    let element = any_element(rng);
    PoolCase { kind, indices, adaptive, batch, channels, axes, ceil_mode, x_layout, y_layout, element }
}

fn fail(seed: u64, test: &str, case: &dyn std::fmt::Display, error: &str) -> ! {
    panic!("{error}\n{case}\nrepeat with: WGCONV_RANDOM_SEED={seed} cargo test --test gpu random::{test}");
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
    assert!(
        valid + refused == 1 || 3 * valid >= valid + refused,
        "only {valid} of {} shapes were valid",
        valid + refused
    );
}

#[test]
fn transposed_convolutions() {
    let mut valid = 0;
    for seed in seeds(24) {
        let mut rng = rng(seed);
        let case = draw_transposed(&mut rng);
        if case.problem().is_err() {
            continue;
        }
        valid += 1;
        let regime = Regime::BOTH[rng.random_range(0..2)];
        for pass in Pass::ALL {
            conv_transpose::check(&case, pass, regime, seed).unwrap_or_else(|error| {
                fail(seed, "transposed_convolutions", &case, &format!("{pass:?}, {regime:?}: {error}"))
            });
        }
    }
    assert!(valid > 0 || number("WGCONV_RANDOM_SEED").is_some());
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
            PoolKind::Max => check_max(&case, regime, seed, [1, 5, 1000][rng.random_range(0..3)]),
            PoolKind::Lp { p } => check_lp(&case, p, regime, seed),
            _ => check_average(&case, regime, seed),
        };
        outcome.unwrap_or_else(|error| fail(seed, "poolings", &case, &format!("{regime:?}: {error}")));
    }
    assert!(
        valid + refused == 1 || 3 * valid >= valid + refused,
        "only {valid} of {} shapes were valid",
        valid + refused
    );
}
