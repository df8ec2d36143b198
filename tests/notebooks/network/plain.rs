//! The notebooks' numpy in f64, function by function, with three kernel gradients to choose from: theirs, and the true
//! one.

use super::{FEATURES, LEARNING_RATE, POOLED, Parameters, SIZE};

/// What `f_forwardPass` returns, and the sigmoid's argument.
pub struct Activations {
    /// After convolution, bias and ReLU.
    pub c: Vec<f64>,
    /// After pooling.
    pub f: Vec<f64>,
    pub z: f64,
    pub y_hat: f64,
}

/// `f_forwardPass` (000), `forward_pass` (001)
pub fn forward(image: &[f64], p: &Parameters<f64>) -> Activations {
    let c = convolution(image, p).into_iter().map(|v| v.max(0.0)).collect::<Vec<_>>();
    let f: Vec<f64> = (0..FEATURES).map(|window| c[largest(&c, window)]).collect();
    let z = p.weights.iter().zip(&f).map(|(w, f)| w * f).sum::<f64>() + p.dense_bias;
    Activations { c, f, z, y_hat: 1.0 / (1.0 + (-z).exp()) }
}

/// `C[i, j] = b + sum over u, v of I[i + u, j + v] * K[u, v]`, u and v counted from the middle.
fn convolution(image: &[f64], p: &Parameters<f64>) -> Vec<f64> {
    let mut c = vec![p.bias; SIZE * SIZE];
    for (cell, c) in c.iter_mut().enumerate() {
        for (tap, (u, v)) in offsets(p.taps()).enumerate() {
            *c += p.kernel[tap] * at(image, cell, u, v);
        }
    }
    c
}

/// The taps in row-major order, counted from the middle.
fn offsets(taps: usize) -> impl Iterator<Item = (isize, isize)> {
    let half = taps as isize / 2;
    (-half..=half).flat_map(move |u| (-half..=half).map(move |v| (u, v)))
}

/// `image[i + u, j + v]` for the cell (i, j), 0 outside the image.
fn at(image: &[f64], cell: usize, u: isize, v: isize) -> f64 {
    let (row, column) = ((cell / SIZE) as isize + u, (cell % SIZE) as isize + v);
    let inside = 0..SIZE as isize;
    if inside.contains(&row) && inside.contains(&column) { image[row as usize * SIZE + column as usize] } else { 0.0 }
}

/// The cell of the first largest value in a 2x2 window: what `np.argmax` finds.
fn largest(c: &[f64], window: usize) -> usize {
    let corner = window / POOLED * 2 * SIZE + window % POOLED * 2;
    let cells = [corner, corner + 1, corner + SIZE, corner + SIZE + 1];
    cells.into_iter().reduce(|best, cell| if c[cell] > c[best] { cell } else { best }).unwrap_or(corner)
}

/// `(y_hat - y) * y_hat * (1 - y_hat)`, the gradient at the sigmoid's argument.
pub fn z_grad(y_hat: f64, label: f64) -> f64 {
    (y_hat - label) * y_hat * (1.0 - y_hat)
}

/// `f_getGradient_C`: each window's gradient goes to its largest cell, of an all-zero window to the first.
fn c_grad(c: &[f64], weights: &[f64], dz: f64) -> Vec<f64> {
    let mut dc = vec![0.0; SIZE * SIZE];
    for window in 0..FEATURES {
        dc[largest(c, window)] = dz * weights[window];
    }
    dc
}

/// From image, taps, C and DC to DK.
pub type KernelGrad = fn(&[f64], usize, &[f64], &[f64]) -> Vec<f64>;

/// The gradient of [`forward`]: `DK[u, v] = sum over C[i, j] > 0 of I[i + u, j + v] * DC[i, j]`
pub fn true_kernel_grad(image: &[f64], taps: usize, c: &[f64], dc: &[f64]) -> Vec<f64> {
    kernel_grad(taps, c, dc, |cell, u, v| at(image, cell, u, v))
}

/// `f_getChainRuleGradients` of notebook 000: `I[i - u, j - v]`, wherever that is inside the image.
pub fn kernel_grad_of_000(image: &[f64], taps: usize, c: &[f64], dc: &[f64]) -> Vec<f64> {
    kernel_grad(taps, c, dc, |cell, u, v| at(image, cell, -u, -v))
}

/// `get_chain_rule_gradients` of notebook 001: as 000, but only where `i - u > 0 and j - v > 0`.
pub fn kernel_grad_of_001(image: &[f64], taps: usize, c: &[f64], dc: &[f64]) -> Vec<f64> {
    let after_first = |cell: usize, u: isize, v: isize| (cell / SIZE) as isize > u && (cell % SIZE) as isize > v;
    kernel_grad(taps, c, dc, |cell, u, v| if after_first(cell, u, v) { at(image, cell, -u, -v) } else { 0.0 })
}

fn kernel_grad(taps: usize, c: &[f64], dc: &[f64], factor: impl Fn(usize, isize, isize) -> f64) -> Vec<f64> {
    let positive = || (0..c.len()).filter(|&cell| c[cell] > 0.0);
    offsets(taps).map(|(u, v)| positive().map(|cell| factor(cell, u, v) * dc[cell]).sum()).collect()
}

/// `f_backwardPass` for a given gradient at the sigmoid's argument.
pub fn backward(
    image: &[f64],
    p: &Parameters<f64>,
    a: &Activations,
    dz: f64,
    kernel_grad: KernelGrad,
) -> Parameters<f64> {
    let dc = c_grad(&a.c, &p.weights, dz);
    Parameters {
        kernel: kernel_grad(image, p.taps(), &a.c, &dc),
        bias: a.c.iter().zip(&dc).filter(|(c, _)| **c > 0.0).map(|(_, dc)| dc).sum(),
        weights: a.f.iter().map(|f| dz * f).collect(),
        dense_bias: dz,
    }
}

/// One pass of the notebooks' training loop.
pub struct Step {
    /// The output before the step's update, which the notebooks print.
    pub y_hat: f64,
    /// How far a float32 run of this step may move z, see [`rounding`].
    pub rounding: f64,
    /// The update takes an error of z, along the gradient, to `1 - damping` times itself.
    pub damping: f64,
}

/// The notebooks' training loop.
pub fn train(image: &[f64], mut p: Parameters<f64>, label: f64, steps: usize, kernel_grad: KernelGrad) -> Vec<Step> {
    let step = |_| {
        let a = forward(image, &p);
        let dz = z_grad(a.y_hat, label);
        let gradient = backward(image, &p, &a, dz, kernel_grad);
        let rounding = rounding(image, &p, &a, dz.abs(), &gradient);
        let damping = damping(a.y_hat, label, dz, &gradient);
        p = descend(&p, &gradient);
        Step { y_hat: a.y_hat, rounding, damping }
    };
    (0..steps).map(step).collect()
}

fn descend(p: &Parameters<f64>, gradient: &Parameters<f64>) -> Parameters<f64> {
    let alpha = f64::from(LEARNING_RATE);
    let down = |p: &[f64], g: &[f64]| p.iter().zip(g).map(|(p, g)| p - alpha * g).collect();
    Parameters {
        kernel: down(&p.kernel, &gradient.kernel),
        bias: p.bias - alpha * gradient.bias,
        weights: down(&p.weights, &gradient.weights),
        dense_bias: p.dense_bias - alpha * gradient.dense_bias,
    }
}

/// A step lowers z by `alpha * |dz/dp|^2` times the gradient at z, whose derivative by z says how an error changes.
fn damping(y_hat: f64, label: f64, dz: f64, gradient: &Parameters<f64>) -> f64 {
    let slope = y_hat * (1.0 - y_hat);
    let derivative = slope * (slope + (y_hat - label) * (1.0 - 2.0 * y_hat));
    let squared = gradient.flat().iter().map(|g| (g / dz).powi(2)).sum::<f64>();
    f64::from(LEARNING_RATE) * squared * derivative
}

/// How far float32 rounding moves z in one step: in the forward pass, and through parameters that are updated with
/// rounded gradients and then rounded themselves.
///
/// A sum of n rounded terms is off by `6 * sqrt(n) * u * sum|a*b|`, u being half of EPS, but for one sum in ten
/// millions (Higham and Mary, A new approach to probabilistic rounding error analysis, 2019: all but `2 exp(-6^2/2)`).
/// The worst case, `n * u * sum|a*b|`, would allow three times as much here and is what [`super::check`] uses.
fn rounding(image: &[f64], p: &Parameters<f64>, a: &Activations, dz: f64, gradient: &Parameters<f64>) -> f64 {
    let unit = 6.0 * f64::from(f32::EPSILON) / 2.0;
    let sizes = p.map(f64::abs);

    // z from absolute values is the sum of |a*b|; taps and bias, then weights and bias.
    let terms = (p.kernel.len() + 1 + FEATURES + 1) as f64;
    let in_forward = unit * terms.sqrt() * forward(image, &sizes).z;

    // Each gradient sums over at most all cells; dz/dp is the gradient without its factor dz.
    let gradient_sizes = backward(image, &sizes, a, dz, true_kernel_grad).flat();
    let cells = ((SIZE * SIZE) as f64).sqrt();
    let errors = sizes.flat().into_iter().zip(gradient_sizes);
    let errors = errors.map(|(p, size)| unit * (p + f64::from(LEARNING_RATE) * cells * size));
    let in_update: f64 = gradient.flat().iter().zip(errors).map(|(g, error)| g.abs() / dz * error).sum();
    in_forward + in_update
}
