//! Batch normalisation against the reference, on poisoned outputs between guard zones, under the device's limits and tiny ones.
//!
//! Bounds. A mean of m numbers is off by at most `terms * eps * (mean of |x|)`, the variance relatively by
//! `terms * eps * (1 + |mean| / std)`, terms being the numbers that one invocation adds and the merges behind it; `inverseSqrt`
//! by 2 ULP (WGSL, 15.7.4).

use wgconv::nn::{BatchNorm, BatchNormPass, BatchNormTensors};
use wgconv::reference::nn::batch_norm as reference;
use wgconv::{Activation, Context, Conv, ElementType, Layout, Operand};

use crate::support::arena::run_as_types;
use crate::support::compare;
use crate::support::context::{Regime, context};
use crate::support::data::{integers, reals};
use crate::support::order::{from_memory, to_memory};

const EPS: f64 = f32::EPSILON as f64;

/// `[N, C, S]`: one channel, channels that fill no vec4, planes of whole fours and others, single cells, many channels, planes of
/// more than a workgroup's step, long sums.
const SHAPES: [[usize; 3]; 10] = [
    [2, 1, 1],
    [5, 3, 1],
    [3, 4, 49],
    [4, 5, 64],
    [1, 7, 6],
    [2, 70, 12],
    [3, 2, 1_000],
    [300, 2, 5],
    [9, 3, 129],
    [3, 72, 21],
];

/// Outputs by operand.
struct Outputs(Vec<(Operand, Vec<f32>)>);

impl Outputs {
    fn get(&self, operand: Operand) -> &[f32] {
        &self.0.iter().find(|(found, _)| *found == operand).unwrap().1
    }
}

/// What a pass gives with channels first, and with channels last.
fn run_pass(
    ctx: &Context,
    norm: BatchNorm,
    pass: BatchNormPass,
    extents: [usize; 3],
    element: ElementType,
    inputs: &[(Operand, &[f32])],
) -> [Outputs; 2] {
    [Layout::ChannelsFirst, Layout::ChannelsLast].map(|layout| {
        let has_cells =
            |operand| matches!(operand, Operand::X | Operand::Y | Operand::Dx | Operand::Dy | Operand::Residual);
        let of = |operand| if has_cells(operand) { layout } else { Layout::ChannelsFirst };
        let type_of = |operand| if has_cells(operand) { element } else { ElementType::F32 };
        let plan = norm.plan_as(ctx, pass, layout, element, &extents).unwrap();
        assert_eq!(plan.to_string().contains("channels last"), layout == Layout::ChannelsLast, "{plan}");
        let lain = |&(operand, data): &(Operand, &[f32])| (operand, to_memory(of(operand), &extents, data));
        let lain: Vec<(Operand, Vec<f32>)> = inputs.iter().map(lain).collect();
        let inputs: Vec<(Operand, &[f32])> = lain.iter().map(|(operand, data)| (*operand, &data[..])).collect();
        let outputs = run_as_types(ctx, &plan, type_of, &inputs, extents.iter().product()).into_iter();
        Outputs(outputs.map(|(operand, data)| (operand, from_memory(of(operand), &extents, &data))).collect())
    })
}

/// The device's limits; and limits under which samples are chunks of their own, slices are short and merged in rounds.
fn contexts(extents: [usize; 3]) -> [Context; 2] {
    let [batch, channels, spatial] = extents;
    // The workspace is bound whole: a vec4 for each slice and channel, in two rounds, and the coefficients.
    let workspace = 16 * channels * (2 * batch * (1 + spatial / 64) + 40);
    Regime::BOTH.map(|regime| regime.context((4 * channels * spatial).max(workspace) as u64))
}

/// Under both kinds of limits f32 and a type of 16 bits, each shape the other one.
fn runs(seed: u64, extents: [usize; 3]) -> Vec<(Context, ElementType)> {
    let types = [ElementType::F32, [ElementType::F16, ElementType::Bf16][seed as usize / 2 % 2]];
    contexts(extents).into_iter().flat_map(|ctx| types.map(|element| (ctx.clone(), element))).collect()
}

fn check(what: &str, found: &[f32], expected: &[f64], bound: impl Fn(usize) -> f64, shape: &[usize]) {
    let bounds: Vec<f64> = (0..expected.len()).map(bound).collect();
    compare::within(found, expected, &bounds, shape).unwrap_or_else(|error| panic!("{what} of {shape:?}: {error}"));
}

struct Data {
    x: Vec<f32>,
    r: Vec<f32>,
    dy: Vec<f32>,
    /// w, b, running mean, running variance.
    channels: [Vec<f32>; 4],
}

/// x of channel c around `c * centre`, with a standard deviation of about 0.6; what a type holds of it.
fn data(seed: u64, [batch, channels, spatial]: [usize; 3], centre: f32, element: ElementType) -> Data {
    let count = batch * channels * spatial;
    let mut x = reals(seed, count);
    for (i, x) in x.iter_mut().enumerate() {
        *x += centre * (i / spatial % channels) as f32;
    }
    let [r, dy] = [1, 2].map(|i| reals(seed + i, count));
    let [x, r, dy] =
        [x, r, dy].map(|values| values.into_iter().map(|value| element.round(value.into()) as f32).collect());
    let mut channels = [3, 4, 5, 6].map(|i| reals(seed + i, channels));
    channels[3].iter_mut().for_each(|variance| *variance = variance.abs() + 0.1);
    Data { x, r, dy, channels }
}

#[test]
fn training_equals_the_reference() {
    for (seed, extents) in (100..).zip(SHAPES) {
        for (ctx, element) in runs(seed, extents) {
            let residual = seed % 2 == 0;
            let relu = seed % 3 == 0;
            let data = data(seed, extents, 0.5, element);
            let [w, b, running_mean, running_var] = &data.channels;
            let norm = BatchNorm::new().eps(0.01).momentum(0.25);
            let norm = norm.activation(if relu { Activation::Relu } else { Activation::None });
            let mut inputs = vec![
                (Operand::X, &data.x[..]),
                (Operand::W, w),
                (Operand::B, b),
                (Operand::RunningMean, running_mean),
                (Operand::RunningVar, running_var),
            ];
            if residual {
                inputs.push((Operand::Residual, &data.r));
            }
            for found in run_pass(&ctx, norm, BatchNormPass::Training { residual }, extents, element, &inputs) {
                let expected = reference::forward_training(extents, &data.x, w, b, 0.01).unwrap();

                let [_, channels, spatial] = extents;
                // Few numbers each, and a dozen merges.
                let terms = 40.0;
                let size = |c: usize| 1.0 + 0.5 * c as f64;
                let off = |c: usize| terms * EPS * (1.0 + size(c) / (expected.variance[c] + 0.01).sqrt());
                let by_channel = [channels];
                check("mean", found.get(Operand::Mean), &expected.mean, |c| terms * EPS * size(c), &by_channel);
                let inv_std = &expected.inv_std;
                check("inv_std", found.get(Operand::InvStd), inv_std, |c| off(c) * inv_std[c], &by_channel);
                let moved = |running: &[f32], to: &[f64]| -> Vec<f64> {
                    running.iter().zip(to).map(|(&running, to)| 0.75 * f64::from(running) + 0.25 * to).collect()
                };
                let mean = moved(running_mean, &expected.mean);
                check("running mean", found.get(Operand::RunningMean), &mean, |c| terms * EPS * size(c), &by_channel);
                let var = moved(running_var, &expected.unbiased_variance);
                check(
                    "running variance",
                    found.get(Operand::RunningVar),
                    &var,
                    |c| 8.0 * EPS + off(c) * var[c],
                    &by_channel,
                );

                let y: Vec<f64> = (0..data.x.len())
                    .map(|i| expected.y[i] + if residual { f64::from(data.r[i]) } else { 0.0 })
                    .map(|y| if relu { y.max(0.0) } else { y })
                    .collect();
                let bound = |i: usize| {
                    let c = i / spatial % channels;
                    let scale = f64::from(w[c]).abs() * inv_std[c];
                    let f32_bound = scale * terms * EPS * size(c) + off(c) * 2.0 * scale + 4.0 * EPS;
                    element.stored_bound(y[i], f32_bound)
                };
                check(&format!("y, {element}"), found.get(Operand::Y), &y, bound, &extents);
            }
        }
    }
}

#[test]
fn inference_equals_the_reference() {
    for (seed, extents) in (200..).zip(SHAPES) {
        // One of the limits with f32, the other with 16 bits.
        let all = runs(seed, extents);
        let drawn = [&all[seed as usize % 2 * 2], &all[3 - seed as usize % 2 * 2]];
        for (ctx, element) in drawn {
            inference(seed, extents, ctx, *element);
        }
    }
}

fn inference(seed: u64, extents: [usize; 3], ctx: &Context, element: ElementType) {
    let residual = seed.is_multiple_of(3);
    let data = data(seed, extents, 0.5, element);
    let [w, b, mean, var] = &data.channels;
    let mut inputs = vec![
        (Operand::X, &data.x[..]),
        (Operand::W, w),
        (Operand::B, b),
        (Operand::RunningMean, mean),
        (Operand::RunningVar, var),
    ];
    if residual {
        inputs.push((Operand::Residual, &data.r));
    }
    let norm = BatchNorm::new().activation(Activation::Relu);
    for found in run_pass(ctx, norm, BatchNormPass::Inference { residual }, extents, element, &inputs) {
        let mut y = reference::forward(extents, &data.x, [w, b, mean, var], 1e-5).unwrap();
        for (y, &r) in y.iter_mut().zip(&data.r) {
            *y = (*y + if residual { f64::from(r) } else { 0.0 }).max(0.0);
        }
        let [_, channels, spatial] = extents;
        let bound = |i: usize| {
            let c = i / spatial % channels;
            let scale = f64::from(w[c]).abs() / f64::from(var[c]).sqrt();
            let f32_bound = 8.0 * EPS * (scale * (f64::from(data.x[i]).abs() + f64::from(mean[c]).abs()) + 2.0);
            element.stored_bound(y[i], f32_bound)
        };
        check(&format!("y, {element}"), found.get(Operand::Y), &y, bound, &extents);
    }
}

#[test]
fn gradients_equal_the_reference() {
    for (seed, extents) in (300..).zip(SHAPES) {
        for (ctx, element) in runs(seed, extents) {
            let relu = seed % 2 == 0;
            let data = data(seed, extents, 0.25, element);
            let [w, b, ..] = &data.channels;
            let saved = reference::forward_training(extents, &data.x, w, b, 0.01).unwrap();
            let [y, mean, inv_std] =
                [(&saved.y, element), (&saved.mean, ElementType::F32), (&saved.inv_std, ElementType::F32)]
                    .map(|(values, element)| values.iter().map(|&v| element.round(v) as f32).collect::<Vec<_>>());
            let mut inputs = vec![
                (Operand::X, &data.x[..]),
                (Operand::Dy, &data.dy),
                (Operand::W, w),
                (Operand::Mean, &mean),
                (Operand::InvStd, &inv_std),
            ];
            let mut g = data.dy.clone();
            if relu {
                inputs.push((Operand::Y, &y));
                g.iter_mut().zip(&y).for_each(|(g, &y)| *g = if y > 0.0 { *g } else { 0.0 });
            }
            let norm = BatchNorm::new().eps(0.01).activation(if relu { Activation::Relu } else { Activation::None });
            for found in run_pass(&ctx, norm, BatchNormPass::Backward, extents, element, &inputs) {
                let expected = reference::backward(extents, &data.x, &g, w, 0.01).unwrap();

                let [batch, channels, spatial] = extents;
                let elements = (batch * spatial) as f64;
                // |g| and |x - mean| are at most 2 together with what rounding the saved mean leaves.
                let off = |c: usize| 40.0 * EPS * elements * (1.0 + 2.0 * (1.0 + c as f64 / 4.0) * saved.inv_std[c]);
                check("db", found.get(Operand::Db), &expected.db, |_| 40.0 * EPS * elements, &[channels]);
                check("dw", found.get(Operand::Dw), &expected.dw, off, &[channels]);
                let bound = |i: usize| {
                    let c = i / spatial % channels;
                    let (scale, z) = (f64::from(w[c]).abs() * saved.inv_std[c], 2.0 * saved.inv_std[c]);
                    let f32_bound = scale
                        * (off(c) / elements * (1.0 + z) + 8.0 * EPS * (1.0 + z + z * expected.dw[c].abs() / elements));
                    element.stored_bound(expected.dx[i], f32_bound)
                };
                check(&format!("dx, {element}"), found.get(Operand::Dx), &expected.dx, bound, &extents);
            }
        }
    }
}

/// Sums of integers are exact in any order, whatever the slices.
#[test]
fn sums_of_integers_are_exact() {
    let extents = [6, 3, 20];
    runs(0, extents).iter().for_each(|(ctx, element)| integer_sums(ctx, extents, *element, 9));
    // More than an invocation would add up, in planes of whole fours and others.
    for (extents, element) in [([2, 3, 100_000], ElementType::Bf16), ([3, 3, 33_333], ElementType::F32)] {
        integer_sums(context(), extents, element, 2);
    }
}

fn integer_sums(ctx: &Context, extents: [usize; 3], element: ElementType, most: i32) {
    let [_, channels, spatial] = extents;
    let count: usize = extents.iter().product();
    let (x, dy) = (integers(1, count, most), integers(2, count, most));
    let inputs = [
        (Operand::X, &x[..]),
        (Operand::Dy, &dy),
        (Operand::W, &[1.0; 3][..]),
        (Operand::Mean, &[2.0, -1.0, 0.0]),
        (Operand::InvStd, &[0.5, 1.0, 4.0]),
    ];
    let expected = |c: usize| {
        let of_channel = (0..count).filter(move |i| i / spatial % channels == c);
        let (mean, inv_std) = ([2.0, -1.0, 0.0][c], [0.5, 1.0, 4.0][c]);
        let dw: f32 = of_channel.clone().map(|i| dy[i] * (x[i] - mean) * inv_std).sum();
        (of_channel.map(|i| dy[i]).sum::<f32>(), dw)
    };
    for found in run_pass(ctx, BatchNorm::new(), BatchNormPass::Backward, extents, element, &inputs) {
        for c in 0..channels {
            let sums = (found.get(Operand::Db)[c], found.get(Operand::Dw)[c]);
            assert_eq!(sums, expected(c), "channel {c} of {extents:?}");
        }
    }
}

/// A convolution with the normalisation folded into it does what both do one after the other.
#[test]
fn folding_changes_nothing() {
    let ctx = context();
    let conv = Conv::<2>::new([3, 2]).build().unwrap();
    let norm = BatchNorm::new();
    let (w, b) = (reals(1, 5 * 3 * 6), reals(2, 5));
    let data = data(3, [1, 5, 1], 0.0, ElementType::F32);
    let [gamma, beta, mean, var] = &data.channels;
    let tensor = |shape: &[usize], values: &[f32]| ctx.tensor(shape, values).unwrap();
    let x = tensor(&[2, 3, 7, 6], &reals(4, 252));
    let tensors = BatchNormTensors {
        w: tensor(&[5], gamma),
        b: tensor(&[5], beta),
        running_mean: tensor(&[5], mean),
        running_var: tensor(&[5], var),
    };
    let y = conv.forward(ctx, &x, &tensor(&[5, 3, 3, 2], &w), Some(&tensor(&[5], &b))).unwrap();
    let expected = norm.forward(ctx, &y, &tensors, None).unwrap();
    let (w, b) = norm.fold(&w, Some(&b), [gamma, beta, mean, var]).unwrap();
    let found = conv.forward(ctx, &x, &tensor(&[5, 3, 3, 2], &w), Some(&tensor(&[5], &b))).unwrap();
    let expected: Vec<f64> = expected.read_blocking().unwrap().into_iter().map(f64::from).collect();
    // 19 terms of at most 1, twice, scaled by at most 1 / sqrt(0.1).
    check("y", &found.read_blocking().unwrap(), &expected, |_| 2.0 * 19.0 * EPS * 20.0 * 3.2, found.shape());
}

/// What the difference of the squares' mean and the mean's square would get wrong: a mean of 4,096 standard deviations costs f32 all
/// digits of that difference.
#[test]
fn a_large_mean_costs_the_variance_few_digits() {
    let extents = [8, 1, 4_096];
    let x: Vec<f32> = reals(5, 8 * 4_096).iter().map(|x| 4_096.0 + x).collect();
    let running = [0.0];
    let inputs = [
        (Operand::X, &x[..]),
        (Operand::W, &[1.0]),
        (Operand::B, &[0.0]),
        (Operand::RunningMean, &running),
        (Operand::RunningVar, &running),
    ];
    let norm = BatchNorm::new().eps(0.0).momentum(1.0);
    for found in
        run_pass(context(), norm, BatchNormPass::Training { residual: false }, extents, ElementType::F32, &inputs)
    {
        let expected = reference::forward_training(extents, &x, &[1.0], &[0.0], 0.0).unwrap();
        let off = |found: f32, expected: f64| (f64::from(found) / expected - 1.0).abs();
        assert!(off(found.get(Operand::RunningVar)[0], expected.unbiased_variance[0]) < 2e-3);
        assert!(off(found.get(Operand::Mean)[0], expected.mean[0]) < 1e-6);
    }
}

/// A channel of one value has a variance of exactly 0, and its output is the shift: also where the square of the mean is no f32, and
/// where most invocations have no element to add.
#[test]
fn a_constant_channel_has_no_variance() {
    for spatial in [100, 5] {
        let extents = [3, 3, spatial];
        let (values, shifts) = ([0.1, 1e10, 2e19], [3.0, -2.0, 0.5]);
        let x: Vec<f32> = (0..9 * spatial).map(|i| values[i / spatial % 3]).collect();
        let ones = [1.0; 3];
        let inputs = [
            (Operand::X, &x[..]),
            (Operand::W, &ones),
            (Operand::B, &shifts),
            (Operand::RunningMean, &ones),
            (Operand::RunningVar, &ones),
        ];
        let norm = BatchNorm::new().momentum(1.0);
        for found in
            run_pass(context(), norm, BatchNormPass::Training { residual: false }, extents, ElementType::F32, &inputs)
        {
            assert_eq!(found.get(Operand::RunningVar), [0.0; 3]);
            assert_eq!(found.get(Operand::RunningMean), values);
            assert!(found.get(Operand::Y).iter().enumerate().all(|(i, &y)| y == shifts[i / spatial % 3]));
        }
    }
}
