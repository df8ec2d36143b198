//! The network on the device: its parameters, and its passes recorded into programs.

use wgconv::{Activation, Context, Conv, Conv2d, MaxPool, Padding, Program, Result, Tensor};

use super::args::TrainArgs;
use super::weights::{PARAMETERS, Weights};
use crate::data::Normalisation;
use crate::data::fashion::{CLASSES, SIDE};

/// Output channels of the two convolutions.
pub const CHANNELS: [usize; 2] = [16, 32];
/// Their kernel sizes.
pub const TAPS: [usize; 2] = [5, 3];
/// What the dense layer sees: both poolings halve the image.
pub const DENSE_INPUTS: usize = CHANNELS[1] * (SIDE / 4) * (SIDE / 4);

/// conv 5x5x16, ReLU, max pool 2, conv 3x3x32, ReLU, max pool 2, dense 10.
pub struct Network {
    ctx: Context,
    conv1: Conv2d,
    conv2: Conv2d,
    pool: MaxPool<2>,
    /// In the order of [`PARAMETERS`].
    parameters: Vec<Tensor>,
    velocities: Vec<Tensor>,
    hyper: Tensor,
}

/// Recorded passes over one batch, with the tensors that go in and come out.
pub struct Passes {
    pub program: Program,
    pub images: Tensor,
    pub labels: Tensor<u32>,
    /// Loss of each image.
    pub loss: Tensor,
    pub logits: Tensor,
}

/// What the backward pass needs of the forward pass.
struct Activations {
    hidden1: Tensor,
    pooled1: Tensor,
    indices1: Tensor<u32>,
    hidden2: Tensor,
    pooled2: Tensor,
    indices2: Tensor<u32>,
    flat: Tensor,
    logits: Tensor,
}

impl Network {
    pub fn new(ctx: &Context, weights: &Weights, args: &TrainArgs) -> Result<Self> {
        let upload = |(values, (_, shape)): (&Vec<f32>, &(&str, &[usize]))| ctx.tensor(shape, values);
        Ok(Network {
            ctx: ctx.clone(),
            conv1: Conv::new([TAPS[0]; 2]).padding(Padding::Same).activation(Activation::Relu).build()?,
            conv2: Conv::new([TAPS[1]; 2]).padding(Padding::Same).activation(Activation::Relu).build()?,
            pool: MaxPool::new([2, 2]).build()?,
            parameters: weights.values.iter().zip(&PARAMETERS).map(upload).collect::<Result<_>>()?,
            velocities: PARAMETERS.iter().map(|(_, shape)| ctx.zeros(shape)).collect::<Result<_>>()?,
            hyper: ctx.tensor(&[3], &[args.learning_rate, args.momentum, args.weight_decay])?,
        })
    }

    /// Sets the learning rate of the steps that are run from now on.
    pub fn set_learning_rate(&self, rate: f32, args: &TrainArgs) -> Result<()> {
        self.hyper.write(&[rate, args.momentum, args.weight_decay])
    }

    /// Forward, backward and update of all parameters, for batches of this size.
    pub fn training_step(&self, batch: usize) -> Result<Passes> {
        let mut p = Program::new(&self.ctx);
        let (images, labels) = self.inputs(batch)?;
        let a = self.forward(&mut p, &images)?;
        let (loss, dlogits) = p.softmax_cross_entropy(&a.logits, &labels)?;
        let gradients = self.backward(&mut p, &images, &a, &dlogits)?;
        for ((parameter, gradient), velocity) in self.parameters.iter().zip(&gradients).zip(&self.velocities) {
            p.sgd(parameter, gradient, velocity, &self.hyper)?;
        }
        Ok(Passes { program: p, images, labels, loss, logits: a.logits })
    }

    /// Forward and loss only.
    pub fn evaluation(&self, batch: usize) -> Result<Passes> {
        let mut p = Program::new(&self.ctx);
        let (images, labels) = self.inputs(batch)?;
        let logits = self.forward(&mut p, &images)?.logits;
        let (loss, _) = p.softmax_cross_entropy(&logits, &labels)?;
        Ok(Passes { program: p, images, labels, loss, logits })
    }

    fn inputs(&self, batch: usize) -> Result<(Tensor, Tensor<u32>)> {
        Ok((self.ctx.zeros(&[batch, 1, SIDE, SIDE])?, self.ctx.zeros(&[batch])?))
    }

    fn forward(&self, p: &mut Program, images: &Tensor) -> Result<Activations> {
        let [w1, b1, w2, b2, w3, b3] = self.parameters();
        let hidden1 = p.conv_forward(&self.conv1, images, w1, Some(b1))?;
        let (pooled1, indices1) = p.max_pool_forward_with_indices(&self.pool, &hidden1)?;
        let hidden2 = p.conv_forward(&self.conv2, &pooled1, w2, Some(b2))?;
        let (pooled2, indices2) = p.max_pool_forward_with_indices(&self.pool, &hidden2)?;
        let flat = pooled2.reshape(&[images.shape()[0], DENSE_INPUTS])?;
        let logits = p.dense_forward(&flat, w3, Some(b3))?;
        Ok(Activations { hidden1, pooled1, indices1, hidden2, pooled2, indices2, flat, logits })
    }

    /// The gradient of every parameter, in their order. ReLU's gradients are taken where the poolings' outputs are, of which
    /// there are a quarter: the largest of a window is the only one that has a gradient.
    fn backward(&self, p: &mut Program, images: &Tensor, a: &Activations, dlogits: &Tensor) -> Result<[Tensor; 6]> {
        let [_, _, w2, _, w3, _] = self.parameters();
        let dw3 = p.dense_kernel_grad(&a.flat, dlogits)?;
        let db3 = p.dense_bias_grad(dlogits)?;
        let dflat = p.dense_input_grad_through(Activation::Relu, dlogits, w3, &a.flat)?;

        let dpooled2 = dflat.reshape(a.pooled2.shape())?;
        let dz2 = p.max_pool_backward(&self.pool, &dpooled2, &a.indices2, a.hidden2.shape())?;
        let dw2 = p.conv_kernel_grad(&self.conv2, &a.pooled1, &dz2)?;
        let db2 = p.conv_bias_grad(&self.conv2, &dz2)?;
        let dpooled1 = p.conv_input_grad_through(&self.conv2, Activation::Relu, &dz2, w2, &a.pooled1)?;

        let dz1 = p.max_pool_backward(&self.pool, &dpooled1, &a.indices1, a.hidden1.shape())?;
        let dw1 = p.conv_kernel_grad(&self.conv1, images, &dz1)?;
        let db1 = p.conv_bias_grad(&self.conv1, &dz1)?;
        Ok([dw1, db1, dw2, db2, dw3, db3])
    }

    /// What the first convolution and its ReLU make of these images, `[N, 16, 28, 28]`.
    pub fn first_layer(&self, images: &[f32]) -> Result<Vec<f32>> {
        let [w1, b1, ..] = self.parameters();
        let x = self.ctx.tensor(&[images.len() / (SIDE * SIDE), 1, SIDE, SIDE], images)?;
        self.conv1.forward(&self.ctx, &x, w1, Some(b1))?.read_blocking()
    }

    /// Copies the parameters to the host.
    pub fn weights(&self, normalisation: Normalisation) -> Result<Weights> {
        let mut values: [Vec<f32>; 6] = Default::default();
        for (values, parameter) in values.iter_mut().zip(&self.parameters) {
            *values = parameter.read_blocking()?;
        }
        Ok(Weights { values, normalisation: Some(normalisation) })
    }

    fn parameters(&self) -> [&Tensor; 6] {
        std::array::from_fn(|index| &self.parameters[index])
    }
}

/// The class with the largest logit, for each image; the first of equal ones.
pub fn predictions(logits: &[f32]) -> Vec<u8> {
    let best = |row: &[f32]| (1..CLASSES).fold(0, |best, class| if row[class] > row[best] { class } else { best });
    logits.chunks_exact(CLASSES).map(|row| best(row) as u8).collect()
}

/// Softmax of one image's logits at this class.
pub fn probability(logits: &[f32], class: u8) -> f32 {
    let largest = logits.iter().fold(f32::NEG_INFINITY, |largest, &logit| largest.max(logit));
    let exponentials = logits.iter().map(|logit| (logit - largest).exp());
    (logits[usize::from(class)] - largest).exp() / exponentials.sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn predictions_and_probabilities() {
        let mut logits = vec![0.0; 2 * CLASSES];
        logits[4] = 1000.0;
        assert_eq!(predictions(&logits), [4, 0]);
        assert_eq!(probability(&logits[..CLASSES], 4), 1.0);
        assert!((probability(&logits[CLASSES..], 9) - 0.1).abs() < 1e-6);
    }
}
