//! The network as a `Program`: forward, backward and update are one submit.

use wgconv::{Context, Conv, Conv2d, MaxPool, Padding, Program, Result, Tensor};

use super::{FEATURES, LEARNING_RATE, Parameters, SIZE};

/// The tensors of the last step, every one of them still there to be read.
pub struct Network {
    pub kernel: Tensor,
    pub bias: Tensor,
    pub weights: Tensor,
    pub dense_bias: Tensor,

    /// The convolution's output.
    pub y: Tensor,
    /// After ReLU.
    pub c: Tensor,
    pub pooled: Tensor,
    pub indices: Tensor<u32>,
    /// The sigmoid's argument.
    pub z: Tensor,
    pub y_hat: Tensor,
    pub loss: Tensor,

    pub dz: Tensor,
    pub d_weights: Tensor,
    pub d_dense_bias: Tensor,
    pub d_pooled: Tensor,
    pub dc: Tensor,
    pub dy: Tensor,
    pub d_kernel: Tensor,
    pub d_bias: Tensor,
}

/// The notebooks' padding: half a kernel on every side.
pub fn conv(taps: usize) -> Result<Conv2d> {
    Conv::<2>::new([taps, taps]).padding(Padding::Same).build()
}

pub fn pool() -> Result<MaxPool<2>> {
    MaxPool::<2>::new([2, 2]).build()
}

impl Network {
    /// Uploads the parameters and records one training step.
    pub fn record(
        ctx: &Context,
        program: &mut Program,
        image: &Tensor,
        label: f32,
        start: &Parameters<f32>,
    ) -> Result<Network> {
        let taps = start.taps();
        let (conv, pool) = (conv(taps)?, pool()?);
        let kernel = ctx.tensor(&[1, 1, taps, taps], &start.kernel)?;
        let bias = ctx.tensor(&[1], &[start.bias])?;
        let weights = ctx.tensor(&[1, FEATURES], &start.weights)?;
        let dense_bias = ctx.tensor(&[1], &[start.dense_bias])?;
        let label = ctx.tensor(&[1, 1], &[label])?;

        let y = program.conv_forward(&conv, image, &kernel, Some(&bias))?;
        let c = program.relu(&y)?;
        let (pooled, indices) = program.max_pool_forward_with_indices(&pool, &c)?;
        let f = pooled.reshape(&[1, FEATURES])?;
        let z = program.dense_forward(&f, &weights, Some(&dense_bias))?;
        let y_hat = program.sigmoid(&z)?;
        let (loss, dz) = program.half_squared_error(&y_hat, &label)?;

        let d_weights = program.dense_kernel_grad(&f, &dz)?;
        let d_dense_bias = program.dense_bias_grad(&dz)?;
        let d_pooled = program.dense_input_grad(&dz, &weights)?.reshape(pooled.shape())?;
        let dc = program.max_pool_backward(&pool, &d_pooled, &indices, c.shape())?;
        let dy = program.relu_grad(&c, &dc)?;
        let d_kernel = program.conv_kernel_grad(&conv, image, &dy)?;
        let d_bias = program.conv_bias_grad(&conv, &dy)?;

        // Plain gradient descent: no momentum, no weight decay.
        let hyper = ctx.tensor(&[3], &[LEARNING_RATE, 0.0, 0.0])?;
        let updates = [(&kernel, &d_kernel), (&bias, &d_bias), (&weights, &d_weights), (&dense_bias, &d_dense_bias)];
        for (parameter, gradient) in updates {
            let velocity = ctx.zeros(parameter.shape())?;
            program.sgd(parameter, gradient, &velocity, &hyper)?;
        }

        #[rustfmt::skip]
        let network = Network {
            kernel, bias, weights, dense_bias,
            y, c, pooled, indices, z, y_hat, loss,
            dz, d_weights, d_dense_bias, d_pooled, dc, dy, d_kernel, d_bias,
        };
        Ok(network)
    }

    pub fn read_parameters(&self) -> Result<Parameters<f32>> {
        Ok(Parameters {
            kernel: self.kernel.read_blocking()?,
            bias: self.bias.read_blocking()?[0],
            weights: self.weights.read_blocking()?,
            dense_bias: self.dense_bias.read_blocking()?[0],
        })
    }

    /// What the notebooks print: the output of the last step, before its update.
    pub fn read_y_hat(&self) -> Result<f32> {
        Ok(self.y_hat.read_blocking()?[0])
    }
}

/// The image as the convolution takes it: a batch of one, with one channel.
pub fn upload_image(ctx: &Context, image: &[f32]) -> Result<Tensor> {
    ctx.tensor(&[1, 1, SIZE, SIZE], image)
}
