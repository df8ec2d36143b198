//! The network of notebooks 000 and 001: one filter over a 32x32 image, one number between 0 and 1.
//!
//! Convolution with zero padding to the same size, plus bias; ReLU; 2x2 max pooling; a dense layer with one output;
//! sigmoid. The loss is half the squared error against a label, and every parameter goes down its gradient.
//!
//! Twice here: [`gpu`] records it as a `Program`, [`plain`] is the notebook's numpy in f64. [`check`] compares a step
//! of the first with `wgconv::reference`, operator by operator.

pub mod check;
pub mod gpu;
pub mod plain;

use rand::Rng;
use wgconv::nn;

use crate::support::{integers, to_f64};

/// Rows and columns of the image.
pub const SIZE: usize = 32;
/// Rows and columns after pooling.
pub const POOLED: usize = SIZE / 2;
/// Inputs of the dense layer.
pub const FEATURES: usize = POOLED * POOLED;
/// The notebooks' `alpha`.
pub const LEARNING_RATE: f32 = 0.001;

/// What is learnt, or its gradient.
#[derive(Clone, Debug)]
pub struct Parameters<T> {
    /// `K`, row-major
    pub kernel: Vec<T>,
    /// `b`
    pub bias: T,
    /// `w`
    pub weights: Vec<T>,
    /// `bf`
    pub dense_bias: T,
}

impl<T: Copy> Parameters<T> {
    /// Rows and columns of the kernel.
    pub fn taps(&self) -> usize {
        self.kernel.len().isqrt()
    }

    pub fn map<U>(&self, f: impl Fn(T) -> U) -> Parameters<U> {
        let all = |values: &[T]| values.iter().map(|&v| f(v)).collect();
        Parameters {
            kernel: all(&self.kernel),
            bias: f(self.bias),
            weights: all(&self.weights),
            dense_bias: f(self.dense_bias),
        }
    }

    /// All of them in one row.
    pub fn flat(&self) -> Vec<T> {
        [&self.kernel[..], &[self.bias], &self.weights, &[self.dense_bias]].concat()
    }
}

impl Parameters<f32> {
    /// `0.01 * np.random.randn(...)` for every parameter.
    pub fn random(rng: &mut impl Rng, taps: usize) -> Self {
        let [kernel, bias, weights, dense_bias] =
            [taps * taps, 1, FEATURES, 1].map(|count| nn::init::normal(rng, count, 0.01));
        Parameters { kernel, bias: bias[0], weights, dense_bias: dense_bias[0] }
    }
}

/// `np.random.randint(1, 255, (32, 32))`, whose upper end is not drawn.
pub fn random_image(rng: &mut impl Rng) -> Vec<f32> {
    integers(rng, SIZE * SIZE, 1..=254)
}

/// An image and parameters from one seed, for the f64 loops and for the GPU alike.
pub struct Start {
    pub image: Vec<f32>,
    pub parameters: Parameters<f32>,
}

impl Start {
    pub fn random(rng: &mut impl Rng, taps: usize) -> Self {
        Start { image: random_image(rng), parameters: Parameters::random(rng, taps) }
    }

    pub fn in_f64(&self) -> (Vec<f64>, Parameters<f64>) {
        (to_f64(&self.image), self.parameters.map(f64::from))
    }
}
