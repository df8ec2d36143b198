//! One filter per label, one-against-all, on the GPU: the numpy notebook "001".
//!
//! The notebook is the network of notebook 000 (see `examples/notebook_000.rs`) once per label: 3 to 7 labels, each with
//! its own random 3x3 or 5x5 kernel, all looking at the same image. After 500 steps of gradient descent the right
//! label's output is near 1, the others' near 0. It prints the wanted and the learnt outputs, and so does this program:
//!
//! ```text
//! cargo run --release --example notebook_001
//! ```
//!
//! The networks share nothing but the image, so a step of all of them is recorded into one `Program` and is one submit.
//!
//! One difference: the notebook's kernel gradient is turned by 180 degrees, as in notebook 000, and leaves out the
//! image's first row and column. `conv_kernel_grad` is the gradient itself.

use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use wgconv::{Context, Conv, MaxPool, Padding, Program, Result, Tensor, nn};

const STEPS: usize = 500;
const ALPHA: f32 = 0.001;

/// The parameters of one label's network, as `init_params` draws them.
struct Parameters {
    taps: usize,
    kernel: Tensor,
    bias: Tensor,
    weights: Tensor,
    bias_flat: Tensor,
}

impl Parameters {
    fn random(ctx: &Context, rng: &mut impl Rng) -> Result<Parameters> {
        let taps = rng.random_range(1..3) * 2 + 1;
        let mut normal = |shape: &[usize]| ctx.tensor(shape, &nn::init::normal(rng, shape.iter().product(), 0.01));
        Ok(Parameters {
            taps,
            kernel: normal(&[1, 1, taps, taps])?,
            bias: normal(&[1])?,
            weights: normal(&[1, 256])?,
            bias_flat: normal(&[1])?,
        })
    }
}

/// `pass_and_update`: records forward pass, backward pass and update of one network, and returns its output `y_hat`.
fn record(step: &mut Program, image: &Tensor, y: &Tensor, p: &Parameters, hyper: &Tensor) -> Result<Tensor> {
    let conv = Conv::<2>::new([p.taps, p.taps]).padding(Padding::Same).build()?;
    let pool = MaxPool::<2>::new([2, 2]).build()?;

    // forward_pass
    let convolved = step.conv_forward(&conv, image, &p.kernel, Some(&p.bias))?;
    let img_conv = step.relu(&convolved)?;
    let (img_pool, where_from) = step.max_pool_forward_with_indices(&pool, &img_conv)?;
    let flattened = img_pool.reshape(&[1, 256])?;
    let z = step.dense_forward(&flattened, &p.weights, Some(&p.bias_flat))?;
    let y_hat = step.sigmoid(&z)?;

    // back_propagation_pass
    let (_loss, dz) = step.half_squared_error(&y_hat, y)?;
    let d_weights = step.dense_kernel_grad(&flattened, &dz)?;
    let d_bias_flat = step.dense_bias_grad(&dz)?;
    let d_pooled = step.dense_input_grad(&dz, &p.weights)?.reshape(img_pool.shape())?;
    let d_img_conv = step.max_pool_backward(&pool, &d_pooled, &where_from, img_conv.shape())?;
    let d_convolved = step.relu_grad(&img_conv, &d_img_conv)?;
    let d_kernel = step.conv_kernel_grad(&conv, image, &d_convolved)?;
    let d_bias = step.conv_bias_grad(&conv, &d_convolved)?;

    // kernel = kernel - alpha * d_kernel, and so on: no momentum, no weight decay.
    let gradients =
        [(&p.kernel, &d_kernel), (&p.bias, &d_bias), (&p.weights, &d_weights), (&p.bias_flat, &d_bias_flat)];
    for (parameter, gradient) in gradients {
        let velocity = parameter.context().zeros(parameter.shape())?;
        step.sgd(parameter, gradient, &velocity, hyper)?;
    }
    Ok(y_hat)
}

fn main() {
    if let Err(error) = run() {
        eprintln!("error: {error}");
        std::process::exit(1);
    }
}

fn run() -> Result<()> {
    let ctx = Context::new_blocking()?;
    println!("on {}", ctx.adapter_info().name);

    // The image, how many labels there are, and which of them is right.
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let pixels: Vec<f32> = (0..32 * 32).map(|_| rng.random_range(1..255) as f32).collect();
    let image = ctx.tensor(&[1, 1, 32, 32], &pixels)?;
    let labels = rng.random_range(3..8);
    let correct = rng.random_range(0..labels);

    let hyper = ctx.tensor(&[3], &[ALPHA, 0.0, 0.0])?;
    let mut step = Program::new(&ctx);
    let mut networks = Vec::new();
    for label in 0..labels {
        let wanted = if label == correct { 1.0 } else { 0.0 };
        let parameters = Parameters::random(&ctx, &mut rng)?;
        let y_hat = record(&mut step, &image, &ctx.tensor(&[1, 1], &[wanted])?, &parameters, &hyper)?;
        networks.push((wanted, parameters.taps, y_hat));
    }
    println!("{labels} labels, {} operators in a step", step.len());

    // for _ in range(500): the host only submits.
    for _ in 0..STEPS {
        step.run()?;
    }

    println!("\nlabel  kernel  wanted  learnt");
    for (label, (wanted, taps, y_hat)) in networks.iter().enumerate() {
        println!("{label:5}  {taps} x {taps}  {wanted:6}  {:.6}", y_hat.read_blocking()?[0]);
    }
    Ok(())
}
