//! Networks on the device: their tensors, and their passes recorded into programs.

mod architecture;
mod lenet;
mod resnet;

pub use architecture::{Architecture, Entry, Start};

use std::collections::HashMap;

use wgconv::{Context, Program, Result, Tensor};

use super::optimiser::Optimiser;
use super::weights::Weights;
use crate::data::Normalisation;
use crate::data::fashion::{CLASSES, SIDE};

/// A network whose tensors are on the device.
pub struct Network {
    ctx: Context,
    layers: Box<dyn Layers>,
    architecture: Architecture,
    /// In the order of [`Architecture::entries`].
    tensors: Vec<Tensor>,
    optimiser: Optimiser,
}

/// What a network computes.
trait Layers {
    /// Logits `[N, 10]` of images `[N, 1, 28, 28]`, by a network that does not change.
    fn evaluate(&self, p: &mut Program, images: &Tensor) -> Result<Tensor>;

    /// The same in training, with what the backward pass needs.
    fn train(&self, p: &mut Program, images: &Tensor) -> Result<Trained<'_>>;

    /// What the first layer and its activation make of images, `[N, channels, 28, 28]`.
    fn first_layer(&self, ctx: &Context, images: &Tensor) -> Result<Tensor>;
}

/// The backward pass: from the gradient at the logits to parameters and their gradients.
type Backward<'a> = Box<dyn FnOnce(&mut Program, &Tensor) -> Result<Gradients> + 'a>;

/// Parameters, each with its gradient.
pub type Gradients = Vec<(Tensor, Tensor)>;

/// A forward pass of training.
struct Trained<'a> {
    logits: Tensor,
    backward: Backward<'a>,
}

/// Tensors by their names.
struct Named(HashMap<String, Tensor>);

impl Named {
    /// A tensor that the architecture lists.
    fn get(&self, name: &str) -> Tensor {
        self.0.get(name).unwrap_or_else(|| panic!("the architecture does not list {name}")).clone()
    }
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

impl Network {
    pub fn new(ctx: &Context, weights: &Weights, optimiser: Optimiser) -> Result<Self> {
        let architecture = weights.architecture;
        let entries = architecture.entries();
        let upload = |(values, entry): (&Vec<f32>, &Entry)| ctx.tensor(&entry.shape, values);
        let tensors: Vec<Tensor> = weights.values.iter().zip(&entries).map(upload).collect::<Result<_>>()?;
        let named = Named(entries.into_iter().map(|entry| entry.name).zip(tensors.iter().cloned()).collect());
        let layers: Box<dyn Layers> = match architecture {
            Architecture::Lenet => Box::new(lenet::Lenet::new(&named)?),
            Architecture::ResnetSmall => Box::new(resnet::ResnetSmall::new(&named)?),
        };
        Ok(Network { ctx: ctx.clone(), layers, architecture, tensors, optimiser })
    }

    /// Sets the learning rate of the steps that are run from now on.
    pub fn set_learning_rate(&self, rate: f32) -> Result<()> {
        self.optimiser.set_learning_rate(rate)
    }

    /// Forward, backward and update of all parameters, for batches of this size.
    pub fn training_step(&self, batch: usize) -> Result<Passes> {
        let mut p = Program::new(&self.ctx);
        let (images, labels) = self.inputs(batch)?;
        let trained = self.layers.train(&mut p, &images)?;
        let logits = trained.logits;
        let (loss, dlogits) = p.softmax_cross_entropy(&logits, &labels)?;
        let gradients = (trained.backward)(&mut p, &dlogits)?;
        self.optimiser.update(&mut p, &gradients)?;
        Ok(Passes { program: p, images, labels, loss, logits })
    }

    /// Forward and loss only.
    pub fn evaluation(&self, batch: usize) -> Result<Passes> {
        let mut p = Program::new(&self.ctx);
        let (images, labels) = self.inputs(batch)?;
        let logits = self.layers.evaluate(&mut p, &images)?;
        let (loss, _) = p.softmax_cross_entropy(&logits, &labels)?;
        Ok(Passes { program: p, images, labels, loss, logits })
    }

    fn inputs(&self, batch: usize) -> Result<(Tensor, Tensor<u32>)> {
        Ok((self.ctx.zeros(&[batch, 1, SIDE, SIDE])?, self.ctx.zeros(&[batch])?))
    }

    /// What the first layer and its activation make of these images, `[N, channels, 28, 28]`.
    pub fn first_layer(&self, images: &[f32]) -> Result<Vec<f32>> {
        let x = self.ctx.tensor(&[images.len() / (SIDE * SIDE), 1, SIDE, SIDE], images)?;
        self.layers.first_layer(&self.ctx, &x)?.read_blocking()
    }

    /// Copies the tensors to the host.
    pub fn weights(&self, normalisation: Normalisation) -> Result<Weights> {
        let values = self.tensors.iter().map(Tensor::read_blocking).collect::<Result<_>>()?;
        Ok(Weights { architecture: self.architecture, values, normalisation: Some(normalisation) })
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
