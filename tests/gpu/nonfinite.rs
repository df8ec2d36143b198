//! NaN and infinity. Everywhere: what an element does not depend on does not reach it. Where the device keeps NaN apart, which
//! WGSL leaves to it and software devices do: what an element depends on does reach it, so that a network that has left the
//! numbers cannot look as if it had not.

use wgconv::nn::{self, BatchNorm, BatchNormTensors};
use wgconv::{
    Activation, AdaptiveMaxPool, Algorithm, AvgPool, Context, LpPool, MaxPool, Operand, Pass, PlanOptions, Strategy,
    Tensor, reference,
};

use crate::conv::{ConvData, by_every_algorithm, on_cpu, on_gpu};
use crate::support::catalogue::conv;
use crate::support::context::{Regime, context};

const NAN: f32 = f32::NAN;
const INF: f32 = f32::INFINITY;

/// An error unless what differs between `expected` and `clean`, which is what finite data give, is what is found there, and the
/// rest is as it was.
fn judge(found: &[f32], clean: &[f32], expected: &[f32]) -> Result<(), String> {
    assert!(found.len() == expected.len() && clean.len() == expected.len());
    let same = |a: f32, b: f32| a == b || (a.is_nan() && b.is_nan());
    let keeps = context().limits().is_software;
    let wrong = (0..found.len()).find(|&i| {
        let is_touched = !same(clean[i], expected[i]);
        !same(found[i], expected[i]) && (keeps || !is_touched)
    });
    wrong.map_or(Ok(()), |i| Err(format!("{} instead of {} at {i} of {}", found[i], expected[i], found.len())))
}

#[track_caller]
fn assert_same(found: &Tensor, clean: &[f32], expected: &[f32]) {
    judge(&found.read_blocking().unwrap(), clean, expected).unwrap_or_else(|error| panic!("{error}"));
}

/// Sums: each that has such a term, by every algorithm. Padding is zeros, which kernels may multiply by what a weight or a dy is:
/// what is in one of these is looked at without padding.
#[test]
fn convolutions_pass_them_on_to_the_sums_that_have_them() {
    let padded = conv("n2c3h7w9k5r3s3p1");
    let valid = conv("n2c3h7w9k5r3s3");
    // Cells that kernels by subgroups carry from one step to the next, take from their neighbours, and copy.
    let carried = conv("n2c17h8w8k12r3s3p1");
    let copied = [5, 6, 7].map(|w| conv(&format!("c64h4w{w}k64r3s3p1")));
    let copied_strided = [9, 11, 13].map(|w| conv(&format!("c64h5w{w}k64r3s3u2p1")));
    let copied_shorter = conv("c64h5w5k64r3s3");
    // Of an odd number of channels, which kernels by subgroups take by twos, the last alone; and windows that reach less than five cells.
    let odd = conv("n2c5h4w8k12r1s1");
    let shifted = conv("n2c17h12w18k12r3s3");
    let five = conv("n2c13h10w20k12r3s5p1x2");
    let strided = [16, 14].map(|w| conv(&format!("n2c9h9w{w}k12r3s3u2p1")));
    let of_four = [16, 17].map(|w| conv(&format!("n2c13h8w{w}k12r4s4u2p1")));
    let both = conv("n2c16h5w16k12r3s3u2p1");
    let rows = [
        (&of_four[0], Pass::Forward, Operand::X, INF),
        (&of_four[1], Pass::Forward, Operand::X, NAN),
        (&both, Pass::KernelGrad, Operand::X, INF),
        (&copied_strided[0], Pass::KernelGrad, Operand::X, INF),
        (&copied_strided[1], Pass::KernelGrad, Operand::X, INF),
        (&copied_strided[2], Pass::KernelGrad, Operand::X, INF),
        (&strided[0], Pass::InputGrad, Operand::Dy, INF),
        (&strided[1], Pass::InputGrad, Operand::Dy, NAN),
        (&carried, Pass::Forward, Operand::X, NAN),
        (&carried, Pass::InputGrad, Operand::Dy, INF),
        (&carried, Pass::KernelGrad, Operand::X, NAN),
        (&copied[0], Pass::KernelGrad, Operand::X, INF),
        (&copied[1], Pass::KernelGrad, Operand::X, INF),
        (&copied[2], Pass::KernelGrad, Operand::X, INF),
        (&copied_shorter, Pass::KernelGrad, Operand::X, INF),
        (&odd, Pass::Forward, Operand::X, INF),
        (&odd, Pass::Forward, Operand::W, INF),
        (&odd, Pass::Forward, Operand::W, NAN),
        (&shifted, Pass::Forward, Operand::X, INF),
        (&shifted, Pass::InputGrad, Operand::Dy, NAN),
        (&five, Pass::Forward, Operand::X, INF),
        (&padded, Pass::Forward, Operand::X, NAN),
        (&padded, Pass::Forward, Operand::X, INF),
        (&valid, Pass::Forward, Operand::W, NAN),
        (&padded, Pass::InputGrad, Operand::Dy, NAN),
        (&padded, Pass::KernelGrad, Operand::X, NAN),
        (&valid, Pass::KernelGrad, Operand::Dy, INF),
        (&padded, Pass::BiasGrad, Operand::Dy, NAN),
    ];
    for (case, pass, operand, value) in rows {
        let problem = case.problem().unwrap();
        let mut data = ConvData::integers(&problem, 5);
        // No zero, by which an infinity makes a NaN.
        for values in [&mut data.x, &mut data.w, &mut data.dy] {
            values.iter_mut().for_each(|value| *value = value.abs() + 1.0);
        }
        let clean = on_cpu(&problem, pass, false, &data).to_f32();
        // Somewhere, and the first and the last cell of a row.
        let row = problem.x_shape()[3];
        for in_row in [None, Some(0), Some(row - 1)] {
            let mut data = data.clone();
            let values = match operand {
                Operand::X => &mut data.x,
                Operand::W => &mut data.w,
                _ => &mut data.dy,
            };
            let middle = values.len() / 2 + 4;
            let place = in_row.map_or(middle, |cell| middle / row * row + cell);
            values[place] = value;
            let expected = on_cpu(&problem, pass, false, &data).to_f32();
            assert!(expected.iter().any(|value| !value.is_finite()));
            let run = |options: &_| on_gpu(context(), case, pass, false, &data, options);
            let judge = |algorithm, found: &[f32]| match algorithm {
                // See below.
                Algorithm::Winograd => Ok(()),
                _ => judge(found, &clean, &expected),
            };
            by_every_algorithm(context(), pass, Regime::Device, 1, run, judge)
                .unwrap_or_else(|error| panic!("{case}, {pass:?}, {value} in {operand} at {place}: {error}"));
        }
    }
}

/// Winograd's transforms take what is not finite to the cells that have it under them, as NaN or infinity, and at most to the others of
/// their tiles.
#[test]
fn winograd_passes_them_on_to_tiles() {
    let case = conv("n2c3h7w9k5r3s3p1");
    let problem = case.problem().unwrap();
    for (pass, value) in [(Pass::Forward, NAN), (Pass::Forward, INF), (Pass::InputGrad, NAN)] {
        let mut data = ConvData::integers(&problem, 5);
        let clean = on_cpu(&problem, pass, false, &data).to_f32();
        let source = if pass == Pass::Forward { &mut data.x } else { &mut data.dy };
        let middle = source.len() / 2 + 4;
        source[middle] = value;
        let expected = on_cpu(&problem, pass, false, &data).to_f32();
        let strategy = Strategy::Fixed(Algorithm::Winograd);
        let options = PlanOptions { strategy, ..PlanOptions::default() };
        let found = on_gpu(context(), &case, pass, false, &data, &options).unwrap();
        let mut touched = 0;
        for (i, (found, clean)) in found.iter().zip(&clean).enumerate() {
            // Rows of 9, planes of 7.
            let (plane, h, w) = (i / 63, i % 63 / 9, i % 9);
            let tile = (0..4).map(|cell| [h / 2 * 2 + cell / 2, w / 2 * 2 + cell % 2]);
            let mut cells = tile.filter(|&[h, w]| h < 7 && w < 9).map(|[h, w]| expected[plane * 63 + h * 9 + w]);
            if !expected[i].is_finite() {
                assert!(!found.is_finite() || !context().limits().is_software, "{pass:?}: {value} is lost at {i}");
                touched += 1;
            } else if cells.all(f32::is_finite) {
                assert_eq!(found, clean, "{pass:?}: {value} in another tile, at {i}");
            }
        }
        assert!(touched >= 9);
    }
}

/// 1 x 1 x 10 cells in five windows of two.
fn row() -> Tensor {
    context().tensor(&[1, 1, 10], &[1.0, 2.0, NAN, 4.0, 6.0, 5.0, -INF, -INF, INF, 0.0]).unwrap()
}

/// What finite data would have given in the three windows that have others.
const CLEAN: f32 = 77.0;

#[test]
fn the_maximum_of_a_window_with_nan_is_nan() {
    let pool = MaxPool::<1>::new([2]).build().unwrap();
    let (y, indices) = pool.forward_with_indices(context(), &row()).unwrap();
    assert_same(&y, &[2.0, CLEAN, 6.0, CLEAN, CLEAN], &[2.0, NAN, 6.0, -INF, INF]);
    let found = indices.read_blocking().unwrap();
    assert!(found.iter().all(|&index| index < 10) && (found[0], found[2]) == (1, 4), "{found:?}");
    // The gradient goes to one cell each, whatever was there.
    let dy = context().tensor(&[1, 1, 5], &[1.0, NAN, 3.0, 4.0, 5.0]).unwrap();
    let dx = pool.backward(context(), &dy, &indices, &[1, 1, 10]).unwrap();
    let clean = [0.0, 1.0, CLEAN, CLEAN, 3.0, 0.0, CLEAN, CLEAN, CLEAN, CLEAN];
    assert_same(&dx, &clean, &[0.0, 1.0, NAN, 0.0, 3.0, 0.0, 4.0, 0.0, 5.0, 0.0]);
    let y = AdaptiveMaxPool::<1>::new([5]).build().unwrap().forward(context(), &row()).unwrap();
    assert_same(&y, &[2.0, CLEAN, 6.0, CLEAN, CLEAN], &[2.0, NAN, 6.0, -INF, INF]);
}

#[test]
fn averages_and_norms_are_what_their_window_makes_them() {
    let average = AvgPool::<1>::new([2]).build().unwrap();
    let y = average.forward(context(), &row()).unwrap();
    assert_same(&y, &[1.5, CLEAN, 5.5, CLEAN, CLEAN], &[1.5, NAN, 5.5, -INF, INF]);
    let dy = context().tensor(&[1, 1, 5], &[2.0, NAN, 4.0, INF, 6.0]).unwrap();
    let dx = average.backward(context(), &dy, &[1, 1, 10]).unwrap();
    let clean = [1.0, 1.0, CLEAN, CLEAN, 2.0, 2.0, CLEAN, CLEAN, 3.0, 3.0];
    assert_same(&dx, &clean, &[1.0, 1.0, NAN, NAN, 2.0, 2.0, INF, INF, 3.0, 3.0]);
    let norm = LpPool::<1>::new([2]).p(1.0).build().unwrap();
    let y = norm.forward(context(), &row()).unwrap();
    assert_same(&y, &[3.0, CLEAN, 11.0, CLEAN, CLEAN], &[3.0, NAN, 11.0, INF, INF]);
}

/// As the formulas have it: ReLU of NaN is NaN, SiLU of minus infinity too, which is infinity times 0.
#[test]
fn activations_of_nan_are_nan() {
    // By four elements at once, one by one, and where a convolution stores.
    let values = [NAN, INF, -INF, 1.0, -1.0, 0.0, 2.0, NAN];
    for &activation in Activation::ALL {
        let expected: Vec<f32> = reference::nn::activate(activation, &values).iter().map(|&y| y as f32).collect();
        let clean = [CLEAN, CLEAN, CLEAN, expected[3], expected[4], expected[5], expected[6], CLEAN];
        // What is finite is compared with the reference elsewhere.
        let rounded = |found: Vec<f32>| -> Vec<f32> {
            let near = |(found, expected): (f32, &f32)| {
                if (found - expected).abs() <= 1e-5 { *expected } else { found }
            };
            found.into_iter().zip(&expected).map(near).collect()
        };
        let check = |what: &str, y: &Tensor| {
            let found = rounded(y.read_blocking().unwrap());
            judge(&found, &clean[..found.len()], &expected[..found.len()])
                .unwrap_or_else(|error| panic!("{activation} {what}: {error}"));
        };
        for length in [8, 7] {
            let x = context().tensor(&[length], &values[..length]).unwrap();
            check("as an operator", &nn::activate(context(), activation, &x).unwrap());
        }
        if activation == Activation::Relu {
            let x = context().tensor(&[1, 1, 8], &values).unwrap();
            let w = context().tensor(&[1, 1, 1], &[1.0]).unwrap();
            let conv = wgconv::Conv::<1>::new([1]).activation(activation).build().unwrap();
            check("in a convolution", &conv.forward(context(), &x, &w, None).unwrap());
            let zeros = context().zeros::<f32>(&[8]).unwrap();
            let x = context().tensor(&[8], &values).unwrap();
            check("behind an addition", &nn::add_relu(context(), &x, &zeros).unwrap());
        }
    }
}

fn normalised(ctx: &Context, norm: &BatchNorm, x: &[f32]) -> [Vec<f32>; 3] {
    let tensors = BatchNormTensors::new(ctx, 3).unwrap();
    let x = ctx.tensor(&[2, 3, 2], x).unwrap();
    let y = norm.forward_training(ctx, &x, &tensors, None).unwrap().y;
    [y, tensors.running_mean, tensors.running_var].map(|t| t.read_blocking().unwrap())
}

#[test]
fn a_channel_with_nan_is_normalised_to_nan_and_no_other() {
    let x: Vec<f32> = (0..12).map(|i| (i * i % 7) as f32).collect();
    for norm in [BatchNorm::new(), BatchNorm::new().activation(Activation::Relu)] {
        let clean = normalised(context(), &norm, &x);
        for value in [NAN, INF] {
            let mut x = x.clone();
            x[8] = value;
            let found = normalised(context(), &norm, &x);
            for (found, clean) in found.iter().zip(&clean) {
                let plane = found.len().div_ceil(6);
                let expected: Vec<f32> =
                    clean.iter().enumerate().map(|(i, &y)| if i / plane % 3 == 1 { NAN } else { y }).collect();
                // The mean of a channel with an infinity is one.
                let nan = |y: f32| if y.is_infinite() { NAN } else { y };
                let found: Vec<f32> = found.iter().map(|&y| nan(y)).collect();
                judge(&found, clean, &expected).unwrap_or_else(|error| panic!("{value}: {error}"));
            }
        }
    }
}

#[test]
fn a_sample_with_nan_has_no_finite_loss_and_changes_no_other() {
    let ctx = context();
    let labels = ctx.tensor(&[3], &[0u32, 1, 2]).unwrap();
    let values: Vec<f32> = (0..15).map(|i| (i % 4) as f32).collect();
    let run = |x: &[f32]| {
        let (loss, dx) = nn::softmax_cross_entropy(ctx, &ctx.tensor(&[3, 5], x).unwrap(), &labels).unwrap();
        [loss, dx].map(|t| t.read_blocking().unwrap())
    };
    let clean = run(&values);
    for value in [NAN, INF] {
        let mut x = values.clone();
        x[8] = value;
        let [loss, dx] = run(&x);
        // SwiftShader's log of NaN is an infinity, and its exp of NaN is 0: of the sample's own gradient nothing can be said.
        let others = |values: &[f32]| {
            let row = values.len() / 3;
            [&values[..row], &values[2 * row..]].concat()
        };
        assert!(!context().limits().is_software || !loss[1].is_finite(), "{value}: {loss:?}");
        assert_eq!([others(&loss), others(&dx)], [others(&clean[0]), others(&clean[1])], "{value}");
    }
    // Minus infinity is a class that cannot be.
    let mut x = values.clone();
    x[8] = -INF;
    let [loss, dx] = run(&x);
    assert!(!context().limits().is_software || (loss[1].is_finite() && dx[8] == 0.0), "{loss:?} {dx:?}");
}
