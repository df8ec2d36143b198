//! Training in mixed precision: activations, their gradients and working copies of the weights in 16 bits, weights, statistics,
//! losses and the optimiser's memory in f32, everything of a step in one submit.

use half::{bf16, f16};
use wgconv::nn::{AdamHyper, BatchNorm, BatchNormTensors, Dropout};
use wgconv::{Activation, AvgPool, Conv, Layout, Padding, Program, Real, Result, Tensor, convert, nn};

use crate::context;

const BATCH: usize = 8;
const CHANNELS: usize = 8;
const CLASSES: usize = 10;
/// Elements of a sample behind the pooling of 9 x 9 cells to 4 x 4.
const FEATURES: usize = CHANNELS * 4 * 4;

/// Numbers of -1 to 1 that look as if drawn.
fn numbers(seed: u32, count: usize) -> Vec<f32> {
    let mix = |i: u32| (i.wrapping_mul(2_654_435_761) ^ seed.wrapping_mul(40_503)).wrapping_mul(2_246_822_519) >> 8;
    (0..count as u32).map(|i| mix(i + 1) as f32 / 2f32.powi(23) - 1.0).collect()
}

/// Convolution, batch normalisation and ReLU; the same without the ReLU; the input of the second added to it, ReLU; pooling, an
/// average, as a maximum would be another choice to go the other way; dropout; a dense layer; softmax.
struct Network {
    layout: Layout,
    /// Of both convolutions, the dense layer and its shift, with the optimiser's memory: f32.
    weights: [Tensor; 4],
    velocities: [Tensor; 4],
    norms: [BatchNormTensors; 2],
    losses: Option<Tensor>,
}

impl Network {
    fn new(layout: Layout) -> Result<Network> {
        let ctx = context();
        let shapes: [&[usize]; 4] =
            [&[CHANNELS, 3, 3, 3], &[CHANNELS, CHANNELS, 3, 3], &[CLASSES, FEATURES], &[CLASSES]];
        let weight = |seed: u32, shape: &[usize]| {
            let terms: usize = shape[1..].iter().product();
            let scale = (2.0 / terms as f32).sqrt();
            let values = numbers(seed, shape[0] * terms).iter().map(|value| value * scale).collect::<Vec<_>>();
            ctx.tensor(shape, &values)
        };
        let [a, b, c, d] = shapes;
        Ok(Network {
            layout,
            weights: [weight(1, a)?, weight(2, b)?, weight(3, c)?, weight(4, d)?],
            velocities: [ctx.zeros(a)?, ctx.zeros(b)?, ctx.zeros(c)?, ctx.zeros(d)?],
            norms: [BatchNormTensors::new(ctx, CHANNELS)?, BatchNormTensors::new(ctx, CHANNELS)?],
            losses: None,
        })
    }

    /// One step in a type.
    fn record<T: Real>(&mut self, p: &mut Program) -> Result<()> {
        let ctx = context();
        let image = ctx.tensor_in(self.layout, &[BATCH, 3, 9, 9], &numbers(5, BATCH * 3 * 81))?;
        let labels = ctx.tensor(&[BATCH], &(0..BATCH as u32).map(|i| i * 3 % 10).collect::<Vec<_>>())?;
        let (step, hyper) = (ctx.tensor(&[1], &[1u32])?, ctx.tensor(&[3], &[0.1, 0.9, 0.0])?);
        let conv = Conv::<2>::new([3, 3]).padding(Padding::Same).build()?;
        let (plain, relu) = (BatchNorm::new(), BatchNorm::new().activation(Activation::Relu));
        let (pool, dropout) = (AvgPool::<2>::new([2, 2]).build()?, Dropout::new(0.25, 7)?);
        let [first, second] = &self.norms;
        let working = |p: &mut Program, i: usize| p.convert::<f32, T>(&self.weights[i]);
        let [w1, w2, w, b] = [working(p, 0)?, working(p, 1)?, working(p, 2)?, working(p, 3)?];

        let x = p.convert::<f32, T>(&image)?;
        let y1 = p.conv_forward(&conv, &x, &w1, None)?;
        let n1 = p.batch_norm_training(&relu, &y1, first, None)?;
        let y2 = p.conv_forward(&conv, &n1.y, &w2, None)?;
        let n2 = p.batch_norm_training(&plain, &y2, second, None)?;
        let sum = p.add_relu(&n2.y, &n1.y)?;
        let pooled = p.avg_pool_forward(&pool, &sum)?;
        let pooled = if self.layout == Layout::ChannelsLast { p.to_channels_first(&pooled)? } else { pooled };
        let features = pooled.reshape(&[BATCH, FEATURES])?;
        let features = p.dropout(&dropout, &features, &step)?;
        let logits = p.dense_forward(&features, &w, Some(&b))?;
        let (losses, dlogits) = p.softmax_cross_entropy(&logits, &labels)?;

        let (dw, db) = (p.dense_kernel_grad(&features, &dlogits)?, p.dense_bias_grad(&dlogits)?);
        let dfeatures = p.dense_input_grad(&dlogits, &w)?;
        let dpooled = p.dropout(&dropout, &dfeatures, &step)?.reshape(pooled.shape())?;
        let dpooled = if self.layout == Layout::ChannelsLast { p.to_channels_last(&dpooled)? } else { dpooled };
        let dsum = p.avg_pool_backward(&pool, &dpooled, sum.shape())?;
        let g = p.relu_grad(&sum, &dsum)?;
        let grads2 = p.batch_norm_backward(&plain, &y2, &g, &second.w, &n2)?;
        let dw2 = p.conv_kernel_grad(&conv, &n1.y, &grads2.dx)?;
        let dn1 = p.conv_input_grad(&conv, &grads2.dx, &w2, n1.y.shape())?;
        // Both uses of the first block's output.
        let dn1 = p.add(&dn1, &g)?;
        let grads1 = p.batch_norm_backward(&relu, &y1, &dn1, &first.w, &n1)?;
        let dw1 = p.conv_kernel_grad(&conv, &x, &grads1.dx)?;

        for (i, dw) in [&dw1, &dw2, &dw, &db].into_iter().enumerate() {
            p.sgd(&self.weights[i], dw, &self.velocities[i], &hyper)?;
        }
        let adam = ctx.tensor(&[5], &AdamHyper::default().values()?)?;
        for (norm, grads) in [(first, &grads1), (second, &grads2)] {
            for (w, dw) in [(&norm.w, &grads.dw), (&norm.b, &grads.db)] {
                p.adam(w, dw, [&ctx.zeros(&[CHANNELS])?, &ctx.zeros(&[CHANNELS])?], &adam, &step)?;
            }
        }
        self.losses = Some(losses);
        Ok(())
    }

    /// The losses, and what the first step's velocities are: the gradients.
    fn results(&self) -> Result<Vec<Vec<f32>>> {
        let running = self.norms.iter().flat_map(|norm| [&norm.running_mean, &norm.running_var]);
        self.losses.iter().chain(&self.velocities).chain(running).map(Tensor::read_blocking).collect()
    }
}

fn step<T: Real>(layout: Layout) -> Vec<Vec<f32>> {
    let run = || {
        let mut network = Network::new(layout)?;
        let mut program = Program::new(context());
        network.record::<T>(&mut program)?;
        program.run()?;
        network.results()
    };
    run().unwrap_or_else(|error| panic!("{layout:?}: {error}"))
}

/// Length of the difference by length.
fn distance(found: &[f32], expected: &[f32]) -> f64 {
    let length = |values: &mut dyn Iterator<Item = f64>| values.map(|value| value * value).sum::<f64>().sqrt();
    let pairs = found.iter().zip(expected).map(|(&a, &b)| f64::from(a) - f64::from(b));
    length(&mut { pairs }) / length(&mut expected.iter().map(|&value| f64::from(value)))
}

/// A path from the image to the loss and back to the first kernel has about 30 tensors, whose elements are rounded by at most half
/// a unit in the last place, independently: as long as no layer makes it larger, the distance from f32's result, relative to its
/// length, is some sqrt(30) units, here at most 8. What goes back through a ReLU is further off: of its inputs a share of a few
/// units is so near 0 that it goes the other way, and each of these takes its whole gradient along, whose length is the root of
/// their number.
#[test]
fn a_step_in_16_bits_is_that_of_f32_but_for_roundings() {
    let check = |layout, found: Vec<Vec<f32>>, unit: f64| {
        for (i, (found, exact)) in found.iter().zip(step::<f32>(layout)).enumerate() {
            let through_relu = [1, 2].contains(&i);
            let bound = 8.0 * unit + if through_relu { (8.0 * unit).sqrt() } else { 0.0 };
            let off = distance(found, &exact);
            assert!(off <= bound, "result {i} in {layout:?}: off by {off:e} of its length, at most {bound:e}");
        }
    };
    check(Layout::ChannelsFirst, step::<bf16>(Layout::ChannelsFirst), 2f64.powi(-9));
    check(Layout::ChannelsLast, step::<f16>(Layout::ChannelsLast), 2f64.powi(-12));
}

/// A call in a type and one in f32 on the same small integers, which give the same numbers.
fn dense_layers_agree<T: Real + Into<f32>>() {
    let ctx = context();
    // Both ways of computing the gradients, and odd numbers of everything.
    for [samples, inputs, outputs] in [[3, 5, 7], [5, 37, 3]] {
        let wide = |seed, shape: &[usize]| {
            let values: Vec<f32> = numbers(seed, shape.iter().product()).iter().map(|v| (v * 4.0).round()).collect();
            ctx.tensor(shape, &values).unwrap()
        };
        let [x, w, b, dy] = [
            wide(1, &[samples, inputs]),
            wide(2, &[outputs, inputs]),
            wide(3, &[outputs]),
            wide(4, &[samples, outputs]),
        ];
        let [tx, tw, tb, tdy] = [&x, &w, &b, &dy].map(|tensor| convert::<f32, T>(ctx, tensor).unwrap());
        let results = [
            (nn::dense_forward(ctx, &tx, &tw, Some(&tb)), nn::dense_forward(ctx, &x, &w, Some(&b))),
            (nn::dense_input_grad(ctx, &tdy, &tw), nn::dense_input_grad(ctx, &dy, &w)),
            (
                nn::dense_input_grad_through(ctx, Activation::Relu, &tdy, &tw, &tx),
                nn::dense_input_grad_through(ctx, Activation::Relu, &dy, &w, &x),
            ),
            (nn::dense_kernel_grad(ctx, &tx, &tdy), nn::dense_kernel_grad(ctx, &x, &dy)),
            (nn::dense_bias_grad(ctx, &tdy), nn::dense_bias_grad(ctx, &dy)),
        ];
        for (found, expected) in results {
            let (found, expected) = (found.unwrap(), expected.unwrap());
            let found: Vec<f32> = found.read_blocking().unwrap().into_iter().map(Into::into).collect();
            let rounded = |value: f32| T::TYPE.round(value.into()) as f32;
            let expected: Vec<f32> = expected.read_blocking().unwrap().into_iter().map(rounded).collect();
            assert_eq!(found, expected);
        }
    }
}

#[test]
fn dense_layers_take_both_types() {
    dense_layers_agree::<f16>();
    dense_layers_agree::<bf16>();
}
