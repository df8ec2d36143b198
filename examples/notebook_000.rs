//! A network of one filter learns the label of one image, on the GPU: the numpy notebook "000", line by line.
//!
//! The notebook draws a 32x32 image of whole numbers, a 5x5 kernel `K` with bias `b`, and 256 weights `w` with bias
//! `bf`. Its network is a convolution, ReLU, 2x2 max pooling and one sigmoid; the loss is half the squared error against
//! the label 0. It prints the output before each of 50 steps of gradient descent, and so does this program:
//!
//! ```text
//! cargo run --release --example notebook_000
//! ```
//!
//! The notebook's functions, and what stands for them here:
//!
//! | notebook                       | here                                                      |
//! |--------------------------------|-----------------------------------------------------------|
//! | `f_padd`, `f_conv2d`, `+ b`    | `conv_forward`, the padding being part of the convolution |
//! | `f_ReLU`                       | `relu`                                                    |
//! | `f_pool`                       | `max_pool_forward_with_indices`                           |
//! | `f_sigmoid`                    | `dense_forward`, `sigmoid`                                |
//! | `f_getGradient_bf`             | `half_squared_error`, `dense_bias_grad`                   |
//! | `f_getGradient_w`              | `dense_kernel_grad`                                       |
//! | `f_getGradient_f`, `_S`        | `dense_input_grad`, `reshape`                             |
//! | `f_getGradient_C`              | `max_pool_backward`, `relu_grad`                          |
//! | `f_getGradient_K`, `_b`        | `conv_kernel_grad`, `conv_bias_grad`                      |
//! | `K = K - alpha*DK` and so on   | `sgd`                                                     |
//!
//! One difference: the notebook convolves with `I[i + u, j + v]` but differentiates with `I[i - u, j - v]`, so that its
//! `DK` is the gradient of the kernel turned by 180 degrees. `conv_kernel_grad` is the gradient itself.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use wgconv::{Context, Conv, MaxPool, Padding, Program, Result, nn};

const STEPS: usize = 50;
const ALPHA: f32 = 0.001;

fn main() {
    if let Err(error) = run() {
        eprintln!("error: {error}");
        std::process::exit(1);
    }
}

fn run() -> Result<()> {
    let ctx = Context::new_blocking()?;
    println!("on {}", ctx.adapter_info().name);

    // I = np.random.randint(1, 255, (32, 32)); y = 0. A batch of one image with one channel.
    let mut rng = ChaCha8Rng::seed_from_u64(111);
    let pixels: Vec<f32> = (0..32 * 32).map(|_| rng.random_range(1..255) as f32).collect();
    let image = ctx.tensor(&[1, 1, 32, 32], &pixels)?;
    let label = ctx.tensor(&[1, 1], &[0.0])?;

    // K, b, w, bf = f_initParams()
    let kernel = ctx.tensor(&[1, 1, 5, 5], &nn::init::normal(&mut rng, 25, 0.01))?;
    let bias = ctx.tensor(&[1], &nn::init::normal(&mut rng, 1, 0.01))?;
    let weights = ctx.tensor(&[1, 256], &nn::init::normal(&mut rng, 256, 0.01))?;
    let dense_bias = ctx.tensor(&[1], &nn::init::normal(&mut rng, 1, 0.01))?;

    let conv = Conv::<2>::new([5, 5]).padding(Padding::Same).build()?;
    let pool = MaxPool::<2>::new([2, 2]).build()?;

    // A training step is recorded once, and run 50 times. Nothing is computed while it is recorded.
    let mut step = Program::new(&ctx);

    // C, f, y_hat = f_forwardPass(I, K, b, w, bf)
    let convolved = step.conv_forward(&conv, &image, &kernel, Some(&bias))?;
    let c = step.relu(&convolved)?;
    let (s, where_from) = step.max_pool_forward_with_indices(&pool, &c)?;
    let f = s.reshape(&[1, 256])?;
    let z = step.dense_forward(&f, &weights, Some(&dense_bias))?;
    let y_hat = step.sigmoid(&z)?;

    // DK, Db, Dw, Dbf = f_backwardPass(I, C, f, w, y_hat, y)
    let (_loss, dz) = step.half_squared_error(&y_hat, &label)?;
    let d_weights = step.dense_kernel_grad(&f, &dz)?;
    let d_dense_bias = step.dense_bias_grad(&dz)?;
    let ds = step.dense_input_grad(&dz, &weights)?.reshape(s.shape())?;
    let dc = step.max_pool_backward(&pool, &ds, &where_from, c.shape())?;
    let d_convolved = step.relu_grad(&c, &dc)?;
    let d_kernel = step.conv_kernel_grad(&conv, &image, &d_convolved)?;
    let d_bias = step.conv_bias_grad(&conv, &d_convolved)?;

    // K = K - alpha * DK, and the same for b, w and bf: no momentum, no weight decay.
    let hyper = ctx.tensor(&[3], &[ALPHA, 0.0, 0.0])?;
    let gradients = [(&kernel, &d_kernel), (&bias, &d_bias), (&weights, &d_weights), (&dense_bias, &d_dense_bias)];
    for (parameter, gradient) in gradients {
        step.sgd(parameter, gradient, &ctx.zeros(parameter.shape())?, &hyper)?;
    }

    // for i in range(50): ... print(y_hat)
    for _ in 0..STEPS {
        step.run()?;
        let y_hat = y_hat.read_blocking()?[0];
        println!("{y_hat:.6} {}", "#".repeat((y_hat * 80.0).round() as usize));
    }

    println!("\nDK of the last step:");
    for row in d_kernel.read_blocking()?.chunks(5) {
        println!("{}", row.iter().map(|v| format!("{v:10.6}")).collect::<String>());
    }
    println!("Db  {:10.6}", d_bias.read_blocking()?[0]);
    println!("Dbf {:10.6}", d_dense_bias.read_blocking()?[0]);
    Ok(())
}
