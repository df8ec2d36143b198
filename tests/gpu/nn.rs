//! Activations, losses and the optimiser against the reference, on poisoned outputs between guard zones.
//!
//! Bounds: WGSL (15.7.4) allows exp 3 + 2|x| ULP, log an absolute error of 2^-21 for arguments of 0.5 to 2 and 3 ULP
//! elsewhere, a division 2.5 ULP.

use wgconv::{Context, nn, reference};

use crate::support::compare;
use crate::support::context::{Regime, context};
use crate::support::data::{integers, reals};

const EPS: f64 = f32::EPSILON as f64;

fn check(name: &str, found: &wgconv::Tensor, expected: &[f64], bound: impl Fn(f64) -> f64) {
    let bounds: Vec<f64> = expected.iter().map(|&value| bound(value)).collect();
    compare::within(&found.read_blocking().unwrap(), expected, &bounds, found.shape())
        .unwrap_or_else(|error| panic!("{name}: {error}"));
}

/// The device's limits, and bindings so small that everything is cut into several dispatches.
fn contexts() -> [Context; 2] {
    Regime::BOTH.map(|regime| regime.context(1024))
}

#[test]
fn activations_equal_the_reference() {
    for ctx in contexts() {
        for (seed, length) in [(1, 1), (2, 63), (3, 64), (4, 1_001)] {
            let scaled = |seed| reals(seed, length).iter().map(|x| x * 20.0).collect::<Vec<f32>>();
            let (x, dy) = (scaled(seed), reals(seed + 10, length));
            let (tx, tdy) = (ctx.tensor(&[length], &x).unwrap(), ctx.tensor(&[length], &dy).unwrap());
            let y = nn::relu(&ctx, &tx).unwrap();
            check("relu", &y, &reference::nn::relu(&x), |_| 0.0);
            let expected = reference::nn::relu_grad(&y.read_blocking().unwrap(), &dy).unwrap();
            check("relu_grad", &nn::relu_grad(&ctx, &y, &tdy).unwrap(), &expected, |_| 0.0);

            let y = nn::sigmoid(&ctx, &tx).unwrap();
            // exp(-|x|) with |x| up to 20, one addition, one division.
            check("sigmoid", &y, &reference::nn::sigmoid(&x), |value| (3.0 + 40.0 + 1.0 + 2.5) * EPS * value);
            let expected = reference::nn::sigmoid_grad(&y.read_blocking().unwrap(), &dy).unwrap();
            // 1 - y cancels: y is f32, so it is exact up to one rounding of the difference.
            check("sigmoid_grad", &nn::sigmoid_grad(&ctx, &y, &tdy).unwrap(), &expected, |value| {
                3.0 * EPS * value.abs()
            });
        }
    }
}

#[test]
fn half_squared_error_equals_the_reference() {
    for ctx in contexts() {
        let length = 777;
        let y: Vec<f32> = reals(1, length).iter().map(|y| (y + 1.0) / 2.0).collect();
        let target: Vec<f32> = integers(2, length, 1).iter().map(|t| t.abs()).collect();
        let (ty, tt) = (ctx.tensor(&[length], &y).unwrap(), ctx.tensor(&[length], &target).unwrap());
        let (loss, dz) = nn::half_squared_error(&ctx, &ty, &tt).unwrap();
        let expected = reference::nn::half_squared_error(&y, &target).unwrap();
        check("loss", &loss, &expected.0, |value| 3.0 * EPS * value);
        check("dz", &dz, &expected.1, |value| 4.0 * EPS * value.abs());
    }
}

#[test]
fn softmax_cross_entropy_equals_the_reference() {
    for ctx in contexts() {
        // Tiny limits allow 19 iterations, too few for 200 classes.
        let most_classes = if ctx.limits().max_loop_iterations < 100 { 0 } else { 200 };
        for (seed, samples, classes) in [(1, 1, 1), (2, 3, 2), (3, 40, 10), (4, 9, 64), (5, 5, 65), (6, 4, 200)] {
            if classes > most_classes {
                let logits = ctx.tensor(&[samples, classes], &vec![0.0; samples * classes]).unwrap();
                let labels = ctx.tensor(&[samples], &vec![0u32; samples]).unwrap();
                let error = nn::softmax_cross_entropy(&ctx, &logits, &labels).unwrap_err();
                assert!(matches!(error, wgconv::Error::LimitExceeded { .. }), "{error}");
                continue;
            }
            let logits: Vec<f32> = reals(seed, samples * classes).iter().map(|x| x * 8.0 + 3.0).collect();
            let mut labels: Vec<u32> = (0..samples).map(|i| (i * 7 % classes) as u32).collect();
            if samples > 2 {
                labels[1] = classes as u32; // no class: counts for nothing
                labels[2] = u32::MAX;
            }
            let tx = ctx.tensor(&[samples, classes], &logits).unwrap();
            let (loss, dx) = nn::softmax_cross_entropy(&ctx, &tx, &ctx.tensor(&[samples], &labels).unwrap()).unwrap();
            let expected = reference::nn::softmax_cross_entropy([samples, classes], &logits, &labels).unwrap();
            // exp of at most 16 in magnitude: 35 ULP each; the sum adds one for each class, the logarithm 2^-21.
            let relative = (35.0 + classes as f64) * EPS;
            let rounding = 24.0 * EPS;
            check("loss", &loss, &expected.0, |value| relative + 2f64.powi(-21) + rounding + 3.0 * EPS * value);
            check("dx", &dx, &expected.1, |value| (2.0 * relative + 4.0 * EPS) * (value.abs() + 1.0 / samples as f64));
        }
    }
}

#[test]
fn softmax_is_chunked_over_the_samples() {
    let mut limits = *context().limits();
    limits.max_storage_binding_bytes = 512;
    let ctx = context().with_limits(limits).unwrap();
    let (samples, classes) = (50, 11);
    let logits = reals(9, samples * classes);
    let labels: Vec<u32> = (0..samples as u32).map(|i| i % 11).collect();
    let run = |ctx: &Context| {
        let x = ctx.tensor(&[samples, classes], &logits).unwrap();
        let (loss, dx) = nn::softmax_cross_entropy(ctx, &x, &ctx.tensor(&[samples], &labels).unwrap()).unwrap();
        (loss.read_blocking().unwrap(), dx.read_blocking().unwrap())
    };
    assert_eq!(run(&ctx), run(context()));
}

/// Every operation of SGD on these integers and powers of two is exact.
#[test]
fn sgd_equals_the_reference_exactly() {
    for ctx in contexts() {
        let length = 1_025;
        let (mut w, dw, mut v) = (integers(1, length, 64), integers(2, length, 64), integers(3, length, 64));
        let (tw, tdw, tv) = [&w, &dw, &v].map(|values| ctx.tensor(&[length], values).unwrap()).into();
        let hyper = [0.25, 0.5, 0.125];
        let thyper = ctx.tensor(&[3], &hyper).unwrap();
        for _ in 0..3 {
            nn::sgd(&ctx, &tw, &tdw, &tv, &thyper).unwrap();
            let (next_w, next_v) = reference::nn::sgd(&w, &dw, &v, hyper[0], hyper[1], hyper[2]).unwrap();
            [w, v] = [next_w, next_v].map(|values| values.iter().map(|&value| value as f32).collect());
            compare::exact(&tw.read_blocking().unwrap(), &w, &[length]).unwrap();
            compare::exact(&tv.read_blocking().unwrap(), &v, &[length]).unwrap();
        }
    }
}
