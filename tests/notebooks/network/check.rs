//! One training step on the GPU against `wgconv::reference`, operator by operator.
//!
//! Every operator is compared on the operands that it really had, read back from the GPU. So each bound is that of one
//! operator, nothing accumulates, and a maximum that float32 rounding moved to a neighbour cannot hide anything: if all
//! operators of all steps are right, the whole run is a right float32 run.

use wgconv::reference::{Sums, conv, nn, pool};
use wgconv::{ConvProblem, ConvShapes, PoolProblem, Result, Tensor};

use super::gpu::{self, Network};
use super::{FEATURES, LEARNING_RATE, Parameters, SIZE};
use crate::support::{EPS, assert_within, sigmoid_bound};

const X_SHAPE: [usize; 4] = [1, 1, SIZE, SIZE];
/// Batch, inputs and outputs of the dense layer.
const DENSE: [usize; 3] = [1, FEATURES, 1];

/// Checks the step that led from `before` to the parameters that `network` has now.
pub fn check_step(image: &[f32], label: f32, before: &Parameters<f32>, network: &Network) -> Result<()> {
    let taps = before.taps();
    let conv = gpu::conv(taps)?.problem(&ConvShapes::new(&X_SHAPE, &[1, 1, taps, taps]).with_bias())?;
    let pool = gpu::pool()?.problem(&X_SHAPE)?;
    check_forward(&conv, &pool, image, before, network)?;
    check_loss(label, network)?;
    check_dense_backward(before, network)?;
    check_conv_backward(&conv, &pool, image, network)?;
    check_update(before, network)
}

fn check_forward(
    conv_problem: &ConvProblem,
    pool_problem: &PoolProblem,
    image: &[f32],
    before: &Parameters<f32>,
    network: &Network,
) -> Result<()> {
    let y = conv::forward(conv_problem, image, &before.kernel, Some(&[before.bias]))?;
    assert_sums("y", &network.y, &y)?;
    assert_exact("c", &network.c, &nn::relu(&network.y.read_blocking()?))?;

    let (pooled, indices) = pool::max_forward(pool_problem, &network.c.read_blocking()?)?;
    assert_eq!(network.pooled.read_blocking()?, pooled, "pooled");
    assert_eq!(network.indices.read_blocking()?, indices, "indices");

    let z = nn::dense::forward(DENSE, &pooled, &before.weights, Some(&[before.dense_bias]))?;
    assert_sums("z", &network.z, &z)?;
    let z = network.z.read_blocking()?;
    assert_within("y_hat", &network.y_hat.read_blocking()?, &nn::sigmoid(&z), &[sigmoid_bound(z[0].into(), 0.0)]);
    Ok(())
}

fn check_loss(label: f32, network: &Network) -> Result<()> {
    let (loss, dz) = nn::half_squared_error(&network.y_hat.read_blocking()?, &[label])?;
    // A difference, a square and a half; two differences and two products: at most four roundings of EPS/2 each, the
    // first of them squared in the loss.
    assert_within("loss", &network.loss.read_blocking()?, &loss, &[2.0 * EPS * loss[0].abs()]);
    assert_within("dz", &network.dz.read_blocking()?, &dz, &[2.0 * EPS * dz[0].abs()]);
    Ok(())
}

fn check_dense_backward(before: &Parameters<f32>, network: &Network) -> Result<()> {
    let (pooled, dz) = (network.pooled.read_blocking()?, network.dz.read_blocking()?);
    assert_sums("d_weights", &network.d_weights, &nn::dense::kernel_grad(DENSE, &pooled, &dz)?)?;
    assert_sums("d_dense_bias", &network.d_dense_bias, &nn::dense::bias_grad(DENSE, &dz)?)?;
    assert_sums("d_pooled", &network.d_pooled, &nn::dense::input_grad(DENSE, &dz, &before.weights)?)
}

fn check_conv_backward(
    conv_problem: &ConvProblem,
    pool_problem: &PoolProblem,
    image: &[f32],
    network: &Network,
) -> Result<()> {
    let (d_pooled, indices) = (network.d_pooled.read_blocking()?, network.indices.read_blocking()?);
    // The windows do not overlap: every cell gets one gradient or none, and nothing is rounded.
    assert_exact("dc", &network.dc, &pool::max_backward(pool_problem, &d_pooled, &indices)?.values)?;
    let dy = nn::relu_grad(&network.c.read_blocking()?, &network.dc.read_blocking()?)?;
    assert_exact("dy", &network.dy, &dy)?;

    let dy = network.dy.read_blocking()?;
    assert_sums("d_kernel", &network.d_kernel, &conv::kernel_grad(conv_problem, image, &dy)?)?;
    assert_sums("d_bias", &network.d_bias, &conv::bias_grad(conv_problem, &dy)?)
}

fn check_update(before: &Parameters<f32>, network: &Network) -> Result<()> {
    let gradient = Parameters {
        kernel: network.d_kernel.read_blocking()?,
        bias: network.d_bias.read_blocking()?[0],
        weights: network.d_weights.read_blocking()?,
        dense_bias: network.d_dense_bias.read_blocking()?[0],
    };
    let (before, gradient) = (before.flat(), gradient.flat());
    let (after, _) = nn::sgd(&before, &gradient, &vec![0.0; before.len()], LEARNING_RATE, 0.0, 0.0)?;
    // The product and the difference are rounded once each.
    let step = |i: usize| (f64::from(before[i]) - after[i]).abs();
    let bound: Vec<f64> = (0..after.len()).map(|i| EPS / 2.0 * (step(i) * (1.0 + EPS) + after[i].abs())).collect();
    assert_within("parameters", &network.read_parameters()?.flat(), &after, &bound);
    Ok(())
}

/// Within the bound of a float32 sum in any order.
fn assert_sums(what: &str, found: &Tensor, expected: &Sums) -> Result<()> {
    assert_within(what, &found.read_blocking()?, &expected.values, &expected.bound(1.0));
    Ok(())
}

fn assert_exact(what: &str, found: &Tensor, expected: &[f64]) -> Result<()> {
    assert_within(what, &found.read_blocking()?, expected, &vec![0.0; expected.len()]);
    Ok(())
}
