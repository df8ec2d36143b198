//! Notebook 003: three 3x3 kernels over an image of two channels, 3x4, each kernel shared by both channels; the sum
//! over the channels is the output. Its gradients are checked by differences, for an output gradient of ones.
//!
//! The notebook seeds numpy with 1, and its image and kernels are printed: they are the data here.

use wgconv::reference::{self, Sums};
use wgconv::{Conv, Conv2d, ConvProblem, ConvShapes, Padding, Result, Tensor};

use crate::support::{EPS, HALF_DIGIT, any_outside, assert_within, context, dot, sum, to_f64, upload};

const X_SHAPE: [usize; 4] = [1, 2, 3, 4];
const W_SHAPE: [usize; 4] = [3, 1, 3, 3];
const Y_SHAPE: [usize; 4] = [1, 3, 3, 4];

/// `np.random.rand(2, 3, 4)`, as printed.
#[rustfmt::skip]
#[allow(clippy::excessive_precision, reason = "the digits that the notebook prints")]
const IMAGE: [f32; 24] = [
    4.17022005e-01, 7.20324493e-01, 1.14374817e-04, 3.02332573e-01,
    1.46755891e-01, 9.23385948e-02, 1.86260211e-01, 3.45560727e-01,
    3.96767474e-01, 5.38816734e-01, 4.19194514e-01, 6.85219500e-01,

    2.04452250e-01, 8.78117436e-01, 2.73875932e-02, 6.70467510e-01,
    4.17304802e-01, 5.58689828e-01, 1.40386939e-01, 1.98101489e-01,
    8.00744569e-01, 9.68261576e-01, 3.13424178e-01, 6.92322616e-01,
];

/// `np.random.rand(3, 3, 3)`, as printed.
#[rustfmt::skip]
#[allow(clippy::excessive_precision, reason = "the digits that the notebook prints")]
const KERNELS: [f32; 27] = [
    0.87638915, 0.89460666, 0.08504421,
    0.03905478, 0.16983042, 0.8781425,
    0.09834683, 0.42110763, 0.95788953,

    0.53316528, 0.69187711, 0.31551563,
    0.68650093, 0.83462567, 0.01828828,
    0.75014431, 0.98886109, 0.74816565,

    0.28044399, 0.78927933, 0.10322601,
    0.44789353, 0.9085955, 0.29361415,
    0.28777534, 0.13002857, 0.01936696,
];

/// The output, as printed.
#[rustfmt::skip]
const OUTPUT: [f64; 36] = [
    2.3703486, 0.96240475, 1.64370311, 0.42735015,
    3.30729962, 3.85058689, 3.84276579, 1.6516076,
    2.08678215, 2.05059042, 2.30196813, 1.03519468,

    1.59278589, 3.07253606, 2.35619988, 1.61344296,
    3.72872024, 5.31923632, 4.79331176, 3.27748677,
    1.62270649, 2.94756924, 2.41590527, 2.20297979,

    1.11994633, 1.99206763, 1.2669003, 1.06089235,
    1.54407003, 2.93357994, 1.87404704, 1.80574537,
    2.04295808, 2.82653887, 2.24164346, 2.10047132,
];

/// Printed: the input gradient at (1, 2, 2) for an output gradient of ones (the difference beside it: 8.678231676587544).
const INPUT_GRAD_AT_1_2_2: f64 = 8.678231676587522;
const AT_1_2_2: usize = (3 + 2) * 4 + 2;

/// Printed: an entry of the kernel gradient for an output gradient of ones. Its index is random and not printed; only
/// the middle tap sees the whole image, and the sum over the image is this number, for each of the kernels.
const KERNEL_GRAD_IN_THE_MIDDLE: f64 = 10.1203678788499;
const MIDDLE: usize = 4;

fn conv() -> Result<(Conv2d, ConvProblem)> {
    let conv = Conv::<2>::new([3, 3]).padding(Padding::Same).shared_kernel(true).build()?;
    let problem = conv.problem(&ConvShapes::new(&X_SHAPE, &W_SHAPE))?;
    Ok((conv, problem))
}

fn image() -> Result<Tensor> {
    upload(&X_SHAPE, &IMAGE)
}

fn kernels() -> Result<Tensor> {
    upload(&W_SHAPE, &KERNELS)
}

/// How far from a printed number: the float32 sum's own bound, and what printing and rounding did to the data. All
/// data lie in 0..1 and are printed to eight decimals or more, so a product is off by at most two half digits, and
/// by `EPS` of itself through rounding to f32.
fn bounds(sums: &Sums) -> Vec<f64> {
    let own = sums.bound(1.0).into_iter().enumerate();
    own.map(|(i, own)| own + data_error(sums, i) + HALF_DIGIT).collect()
}

fn data_error(sums: &Sums, i: usize) -> f64 {
    EPS * sums.magnitudes[i] + sums.terms[i] as f64 * 2.0 * HALF_DIGIT
}

#[test]
fn output_as_printed() -> Result<()> {
    let (conv, problem) = conv()?;
    let y = conv.forward(context(), &image()?, &kernels()?, None)?;
    let sums = reference::conv::forward(&problem, &IMAGE, &KERNELS, None)?;
    assert_within("output", &y.read_blocking()?, &OUTPUT, &bounds(&sums));
    Ok(())
}

#[test]
fn input_gradient_for_ones() -> Result<()> {
    let (conv, problem) = conv()?;
    let ones = [1.0; 36];
    let dx = conv.input_grad(context(), &upload(&Y_SHAPE, &ones)?, &kernels()?, &X_SHAPE)?.read_blocking()?;
    let sums = reference::conv::input_grad(&problem, &ones, &KERNELS)?;
    let bound = bounds(&sums)[AT_1_2_2];
    assert_within("dx(1, 2, 2)", &dx[AT_1_2_2..=AT_1_2_2], &[INPUT_GRAD_AT_1_2_2], &[bound]);

    // The notebook's check: raise that input by one and see what the sum of the outputs gains.
    let mut raised = IMAGE;
    raised[AT_1_2_2] += 1.0;
    let forward =
        |x: &[f32]| Ok(sum(&conv.forward(context(), &upload(&X_SHAPE, x)?, &kernels()?, None)?.read_blocking()?));
    let gain = forward(&raised)? - forward(&IMAGE)?;
    // Two sums of 36 outputs, each output with its own float32 error; `raised` is rounded once more.
    let outputs = reference::conv::forward(&problem, &raised, &KERNELS, None)?;
    let bound = 2.0 * outputs.bound(1.0).iter().sum::<f64>() + bound;
    assert!((gain - INPUT_GRAD_AT_1_2_2).abs() <= bound, "{gain}, allowed are {bound:e}");
    Ok(())
}

fn gpu_kernel_grad(dy: &[f32]) -> Result<Vec<f32>> {
    let (conv, _) = conv()?;
    conv.kernel_grad(context(), &image()?, &upload(&Y_SHAPE, dy)?)?.read_blocking()
}

/// Values, and bounds against exact numbers of the same data, of the gradients of the kernels.
fn expected_kernel_grad(dy: &[f32]) -> Result<(Vec<f64>, Vec<f64>, Sums)> {
    let sums = reference::conv::kernel_grad(&conv()?.1, &IMAGE, dy)?;
    Ok((sums.values.clone(), sums.bound(1.0), sums))
}

#[test]
fn kernel_gradient_for_ones() -> Result<()> {
    let ones = [1.0; 36];
    let found = gpu_kernel_grad(&ones)?;
    let (_, own, sums) = expected_kernel_grad(&ones)?;
    for kernel in 0..3 {
        let i = kernel * 9 + MIDDLE;
        let allowed = own[i] + data_error(&sums, i);
        let difference = (f64::from(found[i]) - KERNEL_GRAD_IN_THE_MIDDLE).abs();
        assert!(difference <= allowed, "kernel {kernel}: {}, allowed are {allowed:e}", found[i]);
    }
    Ok(())
}

/// An output gradient that is not constant: small whole numbers, all rows and columns different.
fn uneven() -> [f32; 36] {
    std::array::from_fn(|i| (i * i % 13) as f32 - 5.0)
}

/// What `sum dy * y` gains when one tap of a shared kernel is raised by one, for every tap; convolution is linear in
/// its kernel, so the step may be large, and in f64 the difference is the derivative to about 1e-13.
fn differences(dy: &[f32]) -> Result<Vec<f64>> {
    let (_, problem) = conv()?;
    let loss = |kernels: &[f32]| -> Result<f64> {
        let y = reference::conv::forward(&problem, &IMAGE, kernels, None)?;
        Ok(y.values.iter().zip(dy).map(|(y, &dy)| y * f64::from(dy)).sum())
    };
    // Kernels of zeros and ones: adding 1 to the printed ones would round.
    let gain = |tap: usize| {
        let mut one_tap = [0.0; 27];
        one_tap[tap] = 1.0;
        Ok(loss(&one_tap)? - loss(&[0.0; 27])?)
    };
    (0..27).map(gain).collect()
}

/// `backward_propagation_kernels`: the padded input times `output_grad[k][tap]`.
fn kernel_grad_by_tap(image: &[f32; 24], output_grad: &[f32]) -> Vec<f64> {
    let padded = |channel: usize, row: usize, column: usize| -> f64 {
        let inside = (1..=3).contains(&row) && (1..=4).contains(&column);
        if inside { image[(channel * 3 + row - 1) * 4 + column - 1].into() } else { 0.0 }
    };
    let mut gradient = vec![0.0; 27];
    for (i, entry) in gradient.iter_mut().enumerate() {
        let (kernel, tap_row, tap_column) = (i / 9, i / 3 % 3, i % 3);
        let factor = f64::from(output_grad[(kernel * 3 + tap_row) * 4 + tap_column]);
        for (channel, cell) in (0..2).flat_map(|channel| (0..12).map(move |cell| (channel, cell))) {
            *entry += padded(channel, cell / 4 + tap_row, cell % 4 + tap_column) * factor;
        }
    }
    gradient
}

/// The notebook multiplies the padded input with `output_grad[k][tap]` instead of `output_grad[k][output]`. For ones
/// that is the same; for anything else it is not the gradient, and ours is.
#[test]
fn kernel_gradient_for_an_uneven_output_gradient() -> Result<()> {
    let ones = [1.0; 36];
    let (expected, bound, _) = expected_kernel_grad(&ones)?;
    let of_the_notebook = kernel_grad_by_tap(&IMAGE, &ones);
    assert!(!any_outside(&of_the_notebook, &expected, &bound), "for ones the notebook is right");

    let dy = uneven();
    let (expected, bound, _) = expected_kernel_grad(&dy)?;
    let found = to_f64(&gpu_kernel_grad(&dy)?);
    let differences = differences(&dy)?;
    let of_the_notebook = kernel_grad_by_tap(&IMAGE, &dy);
    assert!(!any_outside(&found, &differences, &bound), "{found:?} is not {differences:?}");
    // Both in f64: some hundred roundings of 1e-16 in sums below 100.
    assert!(!any_outside(&expected, &differences, &[1e-12; 27]), "{expected:?} is not {differences:?}");
    for tap in 0..27 {
        assert!((of_the_notebook[tap] - differences[tap]).abs() > bound[tap], "tap {tap}");
    }
    Ok(())
}

/// The adjoint identity ties the two gradients to the forward pass for that output gradient, too:
/// `<y, dy> = <x, dx> = <w, dw>`.
#[test]
fn adjoint_for_an_uneven_output_gradient() -> Result<()> {
    let (conv, problem) = conv()?;
    let (ctx, dy, w) = (context(), uneven(), KERNELS);
    let y = conv.forward(ctx, &image()?, &kernels()?, None)?.read_blocking()?;
    let dx = conv.input_grad(ctx, &upload(&Y_SHAPE, &dy)?, &kernels()?, &X_SHAPE)?.read_blocking()?;
    let dw = gpu_kernel_grad(&dy)?;
    let products = [dot(&y, &dy), dot(&IMAGE, &dx), dot(&w, &dw)];

    // Each product is a sum of float32 results times exact factors: their bounds, times the factors' sizes.
    let carried = |sums: Sums, factors: &[f32]| -> f64 {
        sums.bound(1.0).iter().zip(factors).map(|(bound, &factor)| bound * f64::from(factor.abs())).sum()
    };
    let bound = carried(reference::conv::forward(&problem, &IMAGE, &w, None)?, &dy)
        + carried(reference::conv::input_grad(&problem, &dy, &w)?, &IMAGE)
        + carried(reference::conv::kernel_grad(&problem, &IMAGE, &dy)?, &w);
    assert!((products[0] - products[1]).abs() <= bound, "{products:?}, allowed are {bound:e}");
    assert!((products[0] - products[2]).abs() <= bound, "{products:?}, allowed are {bound:e}");
    Ok(())
}
