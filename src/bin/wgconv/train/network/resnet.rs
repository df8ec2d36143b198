//! A small residual network (He et al., "Deep residual learning for image recognition", 2016): a convolution 3x3 at the images'
//! resolution, then three stages of one basic block each, of 16, 32 and 64 channels, each at half the resolution of what was
//! before, with projections 1x1 as shortcuts (option B); the average of each plane, and a dense layer. Every convolution is
//! followed by batch normalisation. The first stage strides too: at full resolution it would take three quarters of the time,
//! which is for bigger machines than two cores. Names are those of torchvision's networks.

use wgconv::nn::{BatchNorm, BatchNormTensors, Normalised};
use wgconv::{Activation, AvgPool, Context, Conv, Conv2d, Padding, Program, Result, Tensor};

use super::architecture::{Entry, Start};
use super::{Gradients, Layers, Named, Trained};
use crate::data::fashion::CLASSES;

/// Channels of the first convolution.
const STEM: usize = 16;
/// Channels of the stages.
const STAGES: [usize; 3] = [16, 32, 64];
const STRIDE: usize = 2;

/// Channels that a stage sees, and those that it gives.
fn stages() -> impl Iterator<Item = (usize, usize, usize)> {
    let inputs = [STEM, STAGES[0], STAGES[1]];
    inputs.into_iter().zip(STAGES).enumerate().map(|(i, (inputs, outputs))| (i + 1, inputs, outputs))
}

pub fn summary() -> String {
    let [a, b, c] = STAGES;
    format!(
        "conv 3x3x{STEM}, residual blocks of {a}, {b} and {c} channels with stride {STRIDE}, average of each plane, dense \
         {CLASSES}; batch normalisation behind each convolution"
    )
}

pub fn entries() -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut add = |conv: &str, norm: &str, outputs: usize, inputs: usize, taps: usize| {
        entries.push(Entry::new(format!("{conv}.weight"), &[outputs, inputs, taps, taps], Start::Kaiming));
        for (name, start) in [("weight", 1.0), ("bias", 0.0), ("running_mean", 0.0), ("running_var", 1.0)] {
            entries.push(Entry::new(format!("{norm}.{name}"), &[outputs], Start::Constant(start)));
        }
    };
    add("conv1", "bn1", STEM, 1, 3);
    for (stage, inputs, outputs) in stages() {
        let within = |name: &str| format!("layer{stage}.0.{name}");
        add(&within("conv1"), &within("bn1"), outputs, inputs, 3);
        add(&within("conv2"), &within("bn2"), outputs, outputs, 3);
        add(&within("downsample.0"), &within("downsample.1"), outputs, inputs, 1);
    }
    entries.push(Entry::new("fc.weight", &[CLASSES, STAGES[2]], Start::Narrow));
    entries.push(Entry::new("fc.bias", &[CLASSES], Start::Constant(0.0)));
    entries
}

/// A convolution and the batch normalisation behind it.
struct ConvNorm {
    conv: Conv2d,
    w: Tensor,
    norm: BatchNorm,
    tensors: BatchNormTensors,
}

/// What the backward pass of a [`ConvNorm`] needs.
struct Saved {
    x: Tensor,
    convolved: Tensor,
    normalised: Normalised,
}

impl ConvNorm {
    fn new(
        tensors: &Named,
        [conv, norm]: [&str; 2],
        taps: usize,
        stride: usize,
        activation: Activation,
    ) -> Result<ConvNorm> {
        let padding = Padding::Symmetric([taps / 2; 2]);
        let get = |name: &str| tensors.get(&format!("{norm}.{name}"));
        Ok(ConvNorm {
            conv: Conv::new([taps; 2]).stride([stride; 2]).padding(padding).build()?,
            w: tensors.get(&format!("{conv}.weight")),
            norm: BatchNorm::new().activation(activation),
            tensors: BatchNormTensors {
                w: get("weight"),
                b: get("bias"),
                running_mean: get("running_mean"),
                running_var: get("running_var"),
            },
        })
    }

    fn evaluate(&self, p: &mut Program, x: &Tensor, r: Option<&Tensor>) -> Result<Tensor> {
        let convolved = p.conv_forward(&self.conv, x, &self.w, None)?;
        p.batch_norm_forward(&self.norm, &convolved, &self.tensors, r)
    }

    fn train(&self, p: &mut Program, x: &Tensor, r: Option<&Tensor>) -> Result<Saved> {
        let convolved = p.conv_forward(&self.conv, x, &self.w, None)?;
        let normalised = p.batch_norm_training(&self.norm, &convolved, &self.tensors, r)?;
        Ok(Saved { x: x.clone(), convolved, normalised })
    }

    /// The gradients of its parameters from that of its output, or, where the caller has taken that through the ReLU already,
    /// of what the ReLU was given; and the gradient of the convolution's output.
    fn backward(
        &self,
        p: &mut Program,
        saved: &Saved,
        dy: &Tensor,
        through: Activation,
        gradients: &mut Gradients,
    ) -> Result<Tensor> {
        let norm = self.norm.activation(through);
        let grads = p.batch_norm_backward(&norm, &saved.convolved, dy, &self.tensors.w, &saved.normalised)?;
        let dw = p.conv_kernel_grad(&self.conv, &saved.x, &grads.dx)?;
        gradients.push((self.w.clone(), dw));
        gradients.push((self.tensors.w.clone(), grads.dw));
        gradients.push((self.tensors.b.clone(), grads.db));
        Ok(grads.dx)
    }

    fn input_grad(&self, p: &mut Program, saved: &Saved, dconvolved: &Tensor) -> Result<Tensor> {
        p.conv_input_grad(&self.conv, dconvolved, &self.w, saved.x.shape())
    }
}

/// ReLU(conv2(ReLU(conv1(x))) + shortcut(x)), each convolution with its normalisation.
struct Block {
    first: ConvNorm,
    second: ConvNorm,
    shortcut: ConvNorm,
}

/// What the backward pass of a [`Block`] needs.
struct SavedBlock {
    first: Saved,
    second: Saved,
    shortcut: Saved,
}

impl Block {
    fn new(tensors: &Named, stage: usize) -> Result<Block> {
        let layer = |[conv, norm]: [&str; 2], taps, stride, activation| {
            let [conv, norm] = [conv, norm].map(|name| format!("layer{stage}.0.{name}"));
            ConvNorm::new(tensors, [&conv, &norm], taps, stride, activation)
        };
        Ok(Block {
            first: layer(["conv1", "bn1"], 3, STRIDE, Activation::Relu)?,
            // Its ReLU comes behind the shortcut, which the normalisation adds.
            second: layer(["conv2", "bn2"], 3, 1, Activation::Relu)?,
            shortcut: layer(["downsample.0", "downsample.1"], 1, STRIDE, Activation::None)?,
        })
    }

    fn evaluate(&self, p: &mut Program, x: &Tensor) -> Result<Tensor> {
        let shortcut = self.shortcut.evaluate(p, x, None)?;
        let hidden = self.first.evaluate(p, x, None)?;
        self.second.evaluate(p, &hidden, Some(&shortcut))
    }

    fn train(&self, p: &mut Program, x: &Tensor) -> Result<SavedBlock> {
        let shortcut = self.shortcut.train(p, x, None)?;
        let first = self.first.train(p, x, None)?;
        let second = self.second.train(p, &first.normalised.y, Some(&shortcut.normalised.y))?;
        Ok(SavedBlock { first, second, shortcut })
    }

    /// The gradient at its input.
    fn backward(&self, p: &mut Program, saved: &SavedBlock, dy: &Tensor, gradients: &mut Gradients) -> Result<Tensor> {
        // Both branches go on from the gradient behind the ReLU, so that it is taken once.
        let dsum = p.relu_grad(&saved.second.normalised.y, dy)?;
        let dsecond = self.second.backward(p, &saved.second, &dsum, Activation::None, gradients)?;
        let dhidden = self.second.input_grad(p, &saved.second, &dsecond)?;
        let dfirst = self.first.backward(p, &saved.first, &dhidden, Activation::Relu, gradients)?;
        let dshortcut = self.shortcut.backward(p, &saved.shortcut, &dsum, Activation::None, gradients)?;
        let dx = self.first.input_grad(p, &saved.first, &dfirst)?;
        let through_shortcut = self.shortcut.input_grad(p, &saved.shortcut, &dshortcut)?;
        p.add(&dx, &through_shortcut)
    }
}

/// The average of each whole plane.
fn over_planes(features: &Tensor) -> Result<AvgPool<2>> {
    AvgPool::new([features.shape()[2], features.shape()[3]]).build()
}

pub struct ResnetSmall {
    stem: ConvNorm,
    blocks: Vec<Block>,
    dense: [Tensor; 2],
}

impl ResnetSmall {
    pub(super) fn new(tensors: &Named) -> Result<Self> {
        Ok(ResnetSmall {
            stem: ConvNorm::new(tensors, ["conv1", "bn1"], 3, 1, Activation::Relu)?,
            blocks: stages().map(|(stage, ..)| Block::new(tensors, stage)).collect::<Result<_>>()?,
            dense: ["fc.weight", "fc.bias"].map(|name| tensors.get(name)),
        })
    }

    /// Averages of the planes, `[N, channels]`, and the logits.
    fn head(&self, p: &mut Program, features: &Tensor) -> Result<(Tensor, Tensor)> {
        let [w, b] = &self.dense;
        let flat = p.avg_pool_forward(&over_planes(features)?, features)?.reshape(&features.shape()[..2])?;
        let logits = p.dense_forward(&flat, w, Some(b))?;
        Ok((flat, logits))
    }
}

impl Layers for ResnetSmall {
    fn evaluate(&self, p: &mut Program, images: &Tensor) -> Result<Tensor> {
        let mut features = self.stem.evaluate(p, images, None)?;
        for block in &self.blocks {
            features = block.evaluate(p, &features)?;
        }
        Ok(self.head(p, &features)?.1)
    }

    fn train(&self, p: &mut Program, images: &Tensor) -> Result<Trained<'_>> {
        let stem = self.stem.train(p, images, None)?;
        let mut features = stem.normalised.y.clone();
        let mut blocks = Vec::new();
        for block in &self.blocks {
            let saved = block.train(p, &features)?;
            features = saved.second.normalised.y.clone();
            blocks.push(saved);
        }
        let (flat, logits) = self.head(p, &features)?;
        let backward = move |p: &mut Program, dlogits: &Tensor| {
            let [w, b] = &self.dense;
            let dw = p.dense_kernel_grad(&flat, dlogits)?;
            let mut gradients = vec![(w.clone(), dw), (b.clone(), p.dense_bias_grad(dlogits)?)];
            let dflat = p.dense_input_grad(dlogits, w)?;
            let [batch, channels] = [features.shape()[0], features.shape()[1]];
            let dpooled = dflat.reshape(&[batch, channels, 1, 1])?;
            let mut dy = p.avg_pool_backward(&over_planes(&features)?, &dpooled, features.shape())?;
            for (block, saved) in self.blocks.iter().zip(&blocks).rev() {
                dy = block.backward(p, saved, &dy, &mut gradients)?;
            }
            self.stem.backward(p, &stem, &dy, Activation::Relu, &mut gradients)?;
            Ok(gradients)
        };
        Ok(Trained { logits, backward: Box::new(backward) })
    }

    fn first_layer(&self, ctx: &Context, images: &Tensor) -> Result<Tensor> {
        let convolved = self.stem.conv.forward(ctx, images, &self.stem.w, None)?;
        self.stem.norm.forward(ctx, &convolved, &self.stem.tensors, None)
    }
}
