//! conv 5x5x16, ReLU, max pool 2, conv 3x3x32, ReLU, max pool 2, dense 10.

use wgconv::{Activation, Context, Conv, Conv2d, MaxPool, Padding, Program, Result, Tensor};

use super::architecture::{Entry, Start};
use super::{Gradients, Layers, Named, Trained};
use crate::data::fashion::{CLASSES, SIDE};

/// Output channels of the two convolutions.
const CHANNELS: [usize; 2] = [16, 32];
/// Their kernel sizes.
const TAPS: [usize; 2] = [5, 3];
/// What the dense layer sees: both poolings halve the image.
const DENSE_INPUTS: usize = CHANNELS[1] * (SIDE / 4) * (SIDE / 4);

pub const SUMMARY: &str = "conv 5x5x16, ReLU, max pool 2, conv 3x3x32, ReLU, max pool 2, dense 10";

/// Weights start narrow: with Kaiming's six times larger variance the test loss starts at 4.4 instead of 2.3 (ln 10: no
/// opinion yet).
pub fn entries() -> Vec<Entry> {
    let weight = |name: &str, shape: &[usize]| Entry::new(name, shape, Start::Narrow);
    let bias = |name: &str, count: usize| Entry::new(name, &[count], Start::Constant(0.0));
    vec![
        weight("conv1.weight", &[CHANNELS[0], 1, TAPS[0], TAPS[0]]),
        bias("conv1.bias", CHANNELS[0]),
        weight("conv2.weight", &[CHANNELS[1], CHANNELS[0], TAPS[1], TAPS[1]]),
        bias("conv2.bias", CHANNELS[1]),
        weight("dense.weight", &[CLASSES, DENSE_INPUTS]),
        bias("dense.bias", CLASSES),
    ]
}

pub struct Lenet {
    conv1: Conv2d,
    conv2: Conv2d,
    pool: MaxPool<2>,
    parameters: [Tensor; 6],
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

impl Lenet {
    pub(super) fn new(tensors: &Named) -> Result<Self> {
        let names = ["conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "dense.weight", "dense.bias"];
        Ok(Lenet {
            conv1: Conv::new([TAPS[0]; 2]).padding(Padding::Same).activation(Activation::Relu).build()?,
            conv2: Conv::new([TAPS[1]; 2]).padding(Padding::Same).activation(Activation::Relu).build()?,
            pool: MaxPool::new([2, 2]).build()?,
            parameters: names.map(|name| tensors.get(name)),
        })
    }

    fn forward(&self, p: &mut Program, images: &Tensor) -> Result<Activations> {
        let [w1, b1, w2, b2, w3, b3] = &self.parameters;
        let hidden1 = p.conv_forward(&self.conv1, images, w1, Some(b1))?;
        let (pooled1, indices1) = p.max_pool_forward_with_indices(&self.pool, &hidden1)?;
        let hidden2 = p.conv_forward(&self.conv2, &pooled1, w2, Some(b2))?;
        let (pooled2, indices2) = p.max_pool_forward_with_indices(&self.pool, &hidden2)?;
        let flat = pooled2.reshape(&[images.shape()[0], DENSE_INPUTS])?;
        let logits = p.dense_forward(&flat, w3, Some(b3))?;
        Ok(Activations { hidden1, pooled1, indices1, hidden2, pooled2, indices2, flat, logits })
    }

    /// The gradient of every parameter. ReLU's gradients are taken where the poolings' outputs are, of which there are a
    /// quarter: the largest of a window is the only one that has a gradient.
    fn backward(&self, p: &mut Program, images: &Tensor, a: &Activations, dlogits: &Tensor) -> Result<Gradients> {
        let [_, _, w2, _, w3, _] = &self.parameters;
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
        Ok(self.parameters.iter().cloned().zip([dw1, db1, dw2, db2, dw3, db3]).collect())
    }
}

impl Layers for Lenet {
    fn evaluate(&self, p: &mut Program, images: &Tensor) -> Result<Tensor> {
        Ok(self.forward(p, images)?.logits)
    }

    fn train(&self, p: &mut Program, images: &Tensor) -> Result<Trained<'_>> {
        let (activations, images) = (self.forward(p, images)?, images.clone());
        let logits = activations.logits.clone();
        let backward = move |p: &mut Program, dlogits: &Tensor| self.backward(p, &images, &activations, dlogits);
        Ok(Trained { logits, backward: Box::new(backward) })
    }

    fn first_layer(&self, ctx: &Context, images: &Tensor) -> Result<Tensor> {
        let [w1, b1, ..] = &self.parameters;
        self.conv1.forward(ctx, images, w1, Some(b1))
    }
}
