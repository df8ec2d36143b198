//! Notebook 002: one 3x3 image, one 2x2 kernel, no padding, sigmoid; then the gradients of the sum of the activations
//! with respect to image and kernel. Every number is printed, to eight decimals.

use wgconv::reference::{self, Sums};
use wgconv::{Conv, Conv2d, ConvProblem, ConvShapes, Result, nn};

use crate::support::{EPS, HALF_DIGIT, absolute, assert_within, context, sigmoid_bound, upload};

const X: [f32; 9] = [0.1, 0.2, 1.3, 0.37, 1.09, 1.02, 0.12, -0.23, -0.45];
const W: [f32; 4] = [0.4, -0.1, 0.23, 0.61];

// Printed by the notebook: Z = conv(X, W), H = sigmoid(Z), dH = sigmoid'(Z), and conv_backward(dH).
const Z: [f64; 4] = [0.77, 0.8229, -0.0737, 0.0066];
const H: [f64; 4] = [0.68352089, 0.69485158, 0.48158334, 0.50164999];
const DH: [f64; 4] = [0.21632008, 0.21203286, 0.24966083, 0.24999728];
const DW: [f64; 4] = [0.42891012, 0.84603426, 0.28361417, 0.28214164];
#[rustfmt::skip]
const DX: [f64; 9] = [
    0.08652803, 0.06318114, -0.02120329,
    0.14961795, 0.25575564, 0.10434032,
    0.05742199, 0.20979248, 0.15249834,
];

fn valid_conv() -> Result<(Conv2d, ConvProblem)> {
    let conv = Conv::<2>::new([2, 2]).build()?;
    let problem = conv.problem(&ConvShapes::new(&[1, 1, 3, 3], &[1, 1, 2, 2]))?;
    Ok((conv, problem))
}

/// How far a float32 result may be from the printed one: the sum's own bound, half the last printed digit, and the
/// error of the operands. X and W are off by one rounding each (`EPS/2`), together `EPS` of the sum of |a*b|. A sum of n
/// products has 2n - 1 roundings, n of which any one product goes through: `n * EPS/2`, hence 0.5.
fn bounds(sums: &Sums) -> Vec<f64> {
    let own = sums.bound(0.5);
    own.iter().zip(&sums.magnitudes).map(|(own, magnitude)| own + HALF_DIGIT + EPS * magnitude).collect()
}

/// `h * (1 - h)` for an h off by `dh`: the derivative `1 - 2h`, the square of the error, and three roundings.
fn sigmoid_grad_bound(h: f64, dh: f64) -> f64 {
    (1.0 - 2.0 * h).abs() * dh + dh * dh + 1.5 * EPS * h * (1.0 - h)
}

/// Bounds of all five results, each derived from the one before.
struct Bounds {
    z: Vec<f64>,
    h: Vec<f64>,
    dh: Vec<f64>,
    dw: Vec<f64>,
    dx: Vec<f64>,
}

impl Bounds {
    fn derive(problem: &ConvProblem) -> Result<Bounds> {
        let z = bounds(&reference::conv::forward(problem, &X, &W, None)?);
        let h: Vec<f64> = Z.iter().zip(&z).map(|(&z, &dz)| sigmoid_bound(z, dz) + HALF_DIGIT).collect();
        let dh: Vec<f64> = H.iter().zip(&h).map(|(&h, &dh)| sigmoid_grad_bound(h, dh) + HALF_DIGIT).collect();
        // The convolution of the bounds with absolute values carries dH's error on.
        let (values, errors) = (DH.map(|v| v as f32), dh.iter().map(|&v| v as f32).collect::<Vec<_>>());
        let own_dw = bounds(&reference::conv::kernel_grad(problem, &X, &values)?);
        let own_dx = bounds(&reference::conv::input_grad(problem, &values, &W)?);
        let from_dh_to_dw = reference::conv::kernel_grad(problem, &absolute(&X), &errors)?.values;
        let from_dh_to_dx = reference::conv::input_grad(problem, &errors, &absolute(&W))?.values;
        Ok(Bounds { z, h, dh, dw: add(&own_dw, &from_dh_to_dw), dx: add(&own_dx, &from_dh_to_dx) })
    }
}

fn add(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

#[test]
fn every_printed_number() -> Result<()> {
    let ctx = context();
    let (conv, problem) = valid_conv()?;
    let (x, w) = (upload(&[1, 1, 3, 3], &X)?, upload(&[1, 1, 2, 2], &W)?);
    let z = conv.forward(ctx, &x, &w, None)?;
    let h = nn::sigmoid(ctx, &z)?;
    let dh = nn::sigmoid_grad(ctx, &h, &upload(z.shape(), &[1.0; 4])?)?;
    let dw = conv.kernel_grad(ctx, &x, &dh)?;
    let dx = conv.input_grad(ctx, &dh, &w, x.shape())?;

    let bounds = Bounds::derive(&problem)?;
    assert_within("Z", &z.read_blocking()?, &Z, &bounds.z);
    assert_within("H", &h.read_blocking()?, &H, &bounds.h);
    assert_within("dH", &dh.read_blocking()?, &DH, &bounds.dh);
    assert_within("dW", &dw.read_blocking()?, &DW, &bounds.dw);
    assert_within("dX", &dx.read_blocking()?, &DX, &bounds.dx);
    Ok(())
}

/// The bounds above are worst cases of float32, which has seven digits where eight are printed. That they allow anything
/// that one would call wrong would show here: none is above a millionth.
#[test]
fn bounds_are_below_a_millionth() -> Result<()> {
    let (_, problem) = valid_conv()?;
    let Bounds { z, h, dh, dw, dx } = Bounds::derive(&problem)?;
    for bound in [z, h, dh, dw, dx].concat() {
        assert!(bound <= 1e-6, "{bound:e}");
    }
    Ok(())
}

/// The CPU reference has the printed convolution too, the sums in f64: only the data are rounded to f32.
#[test]
fn reference_prints_the_same() -> Result<()> {
    let (_, problem) = valid_conv()?;
    let z = reference::conv::forward(&problem, &X, &W, None)?;
    let rounding: Vec<f64> = z.magnitudes.iter().map(|magnitude| EPS * magnitude + HALF_DIGIT + EPS / 2.0).collect();
    assert_within("Z", &z.to_f32(), &Z, &rounding);
    Ok(())
}
