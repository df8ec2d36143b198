use super::check_length;
use crate::activation::Activation;
use crate::error::Result;

/// `y = f(x)`, per element; NaN stays NaN.
///
/// ```
/// use wgconv::{Activation, reference::nn};
/// assert_eq!(nn::activate(Activation::Silu, &[0.0, 1e3]), [0.0, 1e3]);
/// ```
pub fn activate(activation: Activation, x: &[f32]) -> Vec<f64> {
    x.iter().map(|&x| value(activation, x.into())).collect()
}

/// `dx = dy * f'`; `of` is y where the derivative is computed from that, else x
/// ([`Activation::derivative_from_output`]).
///
/// # Errors
/// [`Error::DataLength`](crate::Error::DataLength) if `of` and dy do not have the same length.
///
/// ```
/// use wgconv::{Activation, reference::nn};
/// assert_eq!(nn::activation_grad(Activation::Silu, &[0.0], &[4.0])?, [2.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn activation_grad(activation: Activation, of: &[f32], dy: &[f32]) -> Result<Vec<f64>> {
    check_length(&[of.len()], dy.len())?;
    let mut dx = Vec::with_capacity(of.len());
    for i in 0..of.len() {
        dx.push(f64::from(dy[i]) * derivative(activation, of[i].into()));
    }
    Ok(dx)
}

/// f(x)
pub(in crate::reference) fn value(activation: Activation, x: f64) -> f64 {
    match activation {
        Activation::None => x,
        Activation::Relu if x <= 0.0 => 0.0,
        Activation::Relu => x,
        Activation::LeakyRelu(slope) if x <= 0.0 => f64::from(slope.get()) * x,
        Activation::LeakyRelu(_) => x,
        Activation::Sigmoid => sigmoid_of(x),
        Activation::Tanh => x.tanh(),
        Activation::Silu => x * sigmoid_of(x),
        Activation::Gelu => x * normal(x),
        Activation::GeluTanh => x * 0.5 * (1.0 + (ROOT * (x + 0.044715 * x.powi(3))).tanh()),
    }
}

/// f' at the point whose y, or x, `of` is.
pub(in crate::reference) fn derivative(activation: Activation, of: f64) -> f64 {
    match activation {
        Activation::None => 1.0,
        Activation::Relu => f64::from(of > 0.0),
        Activation::LeakyRelu(slope) if of <= 0.0 => slope.get().into(),
        Activation::LeakyRelu(_) => 1.0,
        Activation::Sigmoid => of * (1.0 - of),
        Activation::Tanh => 1.0 - of * of,
        Activation::Silu => {
            let s = sigmoid_of(of);
            s + of * s * sigmoid_of(-of)
        }
        Activation::Gelu => normal(of) + of * (-of * of / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt(),
        Activation::GeluTanh => {
            let t = (ROOT * (of + 0.044715 * of.powi(3))).tanh();
            0.5 * (1.0 + t) + 0.5 * of * (1.0 - t * t) * ROOT * (1.0 + 3.0 * 0.044715 * of * of)
        }
    }
}

/// sqrt(2 / pi)
const ROOT: f64 = 0.797_884_560_802_865_4;

fn sigmoid_of(x: f64) -> f64 {
    1.0 / (1.0 + f64::exp(-x))
}

/// The normal distribution, erfc(-x / sqrt 2) / 2.
fn normal(x: f64) -> f64 {
    let upper = 0.5 * erfc(x.abs() * std::f64::consts::FRAC_1_SQRT_2);
    if x > 0.0 { 1.0 - upper } else { upper }
}

/// erfc of a number that is not negative: below 3 by the power series of erf, above by the continued fraction
/// (Abramowitz and Stegun 7.1.5 and 7.1.14).
fn erfc(x: f64) -> f64 {
    let root_pi = std::f64::consts::PI.sqrt();
    if x < 3.0 {
        let mut term = x;
        let mut sum = x;
        for n in 1..100 {
            term *= -x * x / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        return 1.0 - 2.0 / root_pi * sum;
    }
    let mut fraction = x;
    for n in (1..100).rev() {
        fraction = x + f64::from(n) / 2.0 / fraction;
    }
    (-x * x).exp() / (root_pi * fraction)
}

/// `y = max(x, 0)`, per element; NaN stays NaN.
///
/// ```
/// assert_eq!(wgconv::reference::nn::relu(&[-1.0, 0.0, 2.0]), [0.0, 0.0, 2.0]);
/// ```
pub fn relu(x: &[f32]) -> Vec<f64> {
    activate(Activation::Relu, x)
}

/// `dx = 0 where y <= 0, else dy`; y is what [`relu`] gave.
///
/// # Errors
/// [`Error::DataLength`](crate::Error::DataLength) if y and dy do not have the same length.
///
/// ```
/// assert_eq!(wgconv::reference::nn::relu_grad(&[0.0, 2.0], &[5.0, 5.0])?, [0.0, 5.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn relu_grad(y: &[f32], dy: &[f32]) -> Result<Vec<f64>> {
    activation_grad(Activation::Relu, y, dy)
}

/// `y = 1 / (1 + exp(-x))`, per element.
///
/// ```
/// assert_eq!(wgconv::reference::nn::sigmoid(&[0.0]), [0.5]);
/// ```
pub fn sigmoid(x: &[f32]) -> Vec<f64> {
    activate(Activation::Sigmoid, x)
}

/// `dx = dy * y * (1 - y)`; y is what [`sigmoid`] gave.
///
/// # Errors
/// [`Error::DataLength`](crate::Error::DataLength) if y and dy do not have the same length.
///
/// ```
/// assert_eq!(wgconv::reference::nn::sigmoid_grad(&[0.5], &[2.0])?, [0.5]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn sigmoid_grad(y: &[f32], dy: &[f32]) -> Result<Vec<f64>> {
    activation_grad(Activation::Sigmoid, y, dy)
}
