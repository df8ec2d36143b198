//! Notebook 000: a network of one 5x5 filter learns that an image has label 0, in 50 steps of gradient descent.
//!
//! Image and parameters are drawn without a seed, so the printed outputs cannot be had again. What can be checked:
//! every step against `wgconv::reference`, the whole run against the notebook's loops in f64, and the shape of the fall
//! against the printed one.
//!
//! The notebook convolves with `I[i + u, j + v]` but differentiates with `I[i - u, j - v]`. Its `DK` is exactly the
//! true kernel gradient turned by 180 degrees, borders included: what `I[i - u, j - v]` finds outside the image, which
//! the notebook leaves out, are the zeros of the padding on the other side, and these are as wide. Ours is the true
//! gradient.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use wgconv::{Program, Result};

use crate::network::gpu::{self, Network, upload_image};
use crate::network::plain::{self, KernelGrad};
use crate::network::{SIZE, Start, check, random_image};
use crate::support::{context, integers, rotated, sigmoid_bound, to_f64, upload};

const TAPS: usize = 5;
const LABEL: f32 = 0.0;

/// A seed whose first output is near one half, as the notebook's was, and whose filter is positive on the whole image.
/// (Of 150 seeds 131 ended within half an order of magnitude of the notebook. Of the others some began with a steep
/// filter and fell further; some had one that is positive almost nowhere, or became so, and fell later or not at all.)
const SEED: u64 = 111;

/// The outputs that the notebook printed, before each step's update: 49 of the 50 are kept in it.
#[rustfmt::skip]
const PRINTED: [f64; 49] = [
    0.4920229785037398, 0.243209155495617, 0.15288964553136547, 0.11512223380183137, 0.09087306899243046,
    0.07531031211479094, 0.06470764726937782, 0.05729752408381704, 0.051654478064740786, 0.04719946859083668,
    0.04359662849889232, 0.04056794188721934, 0.03802546596762972, 0.03587733059268647, 0.03405203009207826,
    0.03244757526677582, 0.031024403919923484, 0.029752018091007512, 0.028606511851509826, 0.027568868555206745,
    0.026623761696283544, 0.025758693538737613, 0.02496336530069008, 0.02422920923141936, 0.023549035905569685,
    0.022915914406668098, 0.022323590582331607, 0.021769937027563663, 0.021251060744915732, 0.0207635869665655,
    0.020304574630617984, 0.019871447996215756, 0.01946194089732216, 0.019074050978987237, 0.018706001881194704,
    0.018355699463212194, 0.018021189144092755, 0.01770243160950251, 0.017398265894446933, 0.01710764556369455,
    0.0168296247186427, 0.016563346025295723, 0.016308030428783798, 0.01606296828194199, 0.015827511664852217,
    0.01560106771175928, 0.015383092793555568, 0.015173087429734881, 0.014970591824611076,
];
const STEPS: usize = 50;

/// Trains on the GPU, checking every step, and gives the output of each.
fn train_and_check(start: &Start) -> Result<Vec<f64>> {
    let ctx = context();
    let mut program = Program::new(ctx);
    let image = upload_image(ctx, &start.image)?;
    let network = Network::record(ctx, &mut program, &image, LABEL, &start.parameters)?;
    let step = |_| {
        let before = network.read_parameters()?;
        program.run()?;
        check::check_step(&start.image, LABEL, &before, &network)?;
        Ok(f64::from(network.read_y_hat()?))
    };
    (0..STEPS).map(step).collect()
}

/// The z of which `y_hat` is the sigmoid.
fn logit(y_hat: f64) -> f64 {
    (y_hat / (1.0 - y_hat)).ln()
}

/// The first step, if any, at which outputs leave those of the f64 loops with this kernel gradient by more than
/// float32 explains.
///
/// The bound is on z, the sigmoid's argument: what rounding moves it in each step, see [`plain::Step`], added up over the
/// steps so far, as if all errors went the same way. A later step damps an error along the gradient (asserted: its
/// factor `1 - damping` is between -1 and 1); across the gradient the first, long steps may stretch it by a small
/// factor, for which a sum of such worst cases leaves room: measured are 5e-6, allowed 4e-4 at first and 2e-2 at last.
/// To that comes the sigmoid's own error, as large on z as `logit` makes it.
fn first_outside(outputs: &[f64], start: &Start, kernel_grad: KernelGrad) -> Option<usize> {
    let (image, parameters) = start.in_f64();
    let expected = plain::train(&image, parameters, f64::from(LABEL), STEPS, kernel_grad);
    let mut bound = 0.0;
    (0..STEPS).find(|&step| {
        assert!((0.0..=2.0).contains(&expected[step].damping), "step {step} makes errors grow");
        bound += expected[step].rounding;
        let (found, expected) = (logit(outputs[step]), logit(expected[step].y_hat));
        let of_sigmoid = sigmoid_bound(found, 0.0) / (outputs[step] * (1.0 - outputs[step]));
        let near = (found - expected).abs() <= bound + of_sigmoid;
        !near
    })
}

#[test]
fn output_falls_to_the_label_as_printed() -> Result<()> {
    let start = Start::random(&mut ChaCha8Rng::seed_from_u64(SEED), TAPS);
    let outputs = train_and_check(&start)?;

    assert_eq!(first_outside(&outputs, &start, plain::true_kernel_grad), None, "a step that leaves the f64 run");
    let with_its_own = first_outside(&outputs, &start, plain::kernel_grad_of_000);
    assert_eq!(with_its_own, Some(1), "the bound tells the true gradient from the notebook's after one update");

    assert!(outputs.windows(2).all(|pair| pair[1] < pair[0]), "not a steady fall: {outputs:?}");
    // The same order of magnitude: within half of one, up or down.
    let half_an_order = 10f64.sqrt();
    for (step, (found, printed)) in outputs.iter().zip(PRINTED).enumerate() {
        let ratio = found / printed;
        assert!((1.0 / half_an_order..=half_an_order).contains(&ratio), "step {step}: {found}, printed {printed}");
    }
    Ok(())
}

/// On whole numbers, so that nothing is rounded: the notebook's formula turned by 180 degrees is our kernel gradient
/// bit for bit, and unturned it is not.
#[test]
fn kernel_gradient_of_the_notebook_is_ours_turned() -> Result<()> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let image = random_image(&mut rng);
    let dc = integers(&mut rng, SIZE * SIZE, -3..=3);
    let everywhere_positive = [1.0; SIZE * SIZE];
    let of_the_notebook = plain::kernel_grad_of_000(&to_f64(&image), TAPS, &everywhere_positive, &to_f64(&dc));

    let (ctx, shape) = (context(), [1, 1, SIZE, SIZE]);
    let dw = gpu::conv(TAPS)?.kernel_grad(ctx, &upload(&shape, &image)?, &upload(&shape, &dc)?)?;
    let ours = to_f64(&dw.read_blocking()?);
    assert_eq!(ours, rotated(&of_the_notebook));
    assert_ne!(ours, of_the_notebook);
    Ok(())
}

/// And it is the true one: the difference of the loss, in f64, for a small step of every tap.
#[test]
fn our_kernel_gradient_is_the_derivative() {
    let (image, parameters) = Start::random(&mut ChaCha8Rng::seed_from_u64(SEED), TAPS).in_f64();
    let loss = |tap: usize, step: f64| {
        let mut moved = parameters.clone();
        moved.kernel[tap] += step;
        (plain::forward(&image, &moved).y_hat - f64::from(LABEL)).powi(2) / 2.0
    };
    let a = plain::forward(&image, &parameters);
    let dz = plain::z_grad(a.y_hat, LABEL.into());
    let gradient = |kernel_grad| plain::backward(&image, &parameters, &a, dz, kernel_grad).kernel;
    let (ours, of_the_notebook) = (gradient(plain::true_kernel_grad), gradient(plain::kernel_grad_of_000));
    // The same products in the same order: turned by 180 degrees, not one bit differs.
    assert_eq!(ours, rotated(&of_the_notebook));

    // Central differences are off by the step's square times the third derivative: z moves by 1e-5 at most, which
    // leaves 1e-10 of the gradient. The loss is rounded at about 1e-15, its difference is 1e-7 times a gradient of 1e-1
    // or more: 1e-7 of it at most. No maximum or sign changes within so small a step.
    let step = 1e-7;
    for tap in 0..TAPS * TAPS {
        let difference = (loss(tap, step) - loss(tap, -step)) / (2.0 * step);
        let close = |gradient: f64| (gradient - difference).abs() <= 1e-6 * difference.abs();
        assert!(close(ours[tap]), "tap {tap}: {} is not {difference}", ours[tap]);
        let middle = tap == TAPS * TAPS / 2;
        assert_eq!(close(of_the_notebook[tap]), middle, "tap {tap}: only the middle one stays where it is");
    }
}
