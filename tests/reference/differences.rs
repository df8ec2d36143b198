//! Every gradient against central differences of its forward pass. The steps are powers of two, so that `x + h` is exact
//! in f32; convolution, pooling, dense layers and relu are piecewise linear, and their differences exact.

use wgconv::Activation;
use wgconv::reference::nn::{self, batch_norm, dense};
use wgconv::reference::{conv, pool};

use crate::problems::{Divisor, convolutions, poolings};
use crate::{Integers, assert_close, inner};

/// Central differences of `f` at `at`.
pub fn differences(f: impl Fn(&[f32]) -> f64, at: &[f32], step: f32) -> Vec<f64> {
    let mut point = at.to_vec();
    let mut gradient = Vec::with_capacity(at.len());
    for i in 0..at.len() {
        point[i] = at[i] + step;
        let above = f(&point);
        point[i] = at[i] - step;
        let below = f(&point);
        point[i] = at[i];
        gradient.push((above - below) / (2.0 * f64::from(step)));
    }
    gradient
}

#[test]
fn convolution_gradients_are_its_differences() {
    let mut integers = Integers(6);
    for (name, problem) in convolutions() {
        let x = integers.of_shape(&problem.x_shape());
        let w = integers.of_shape(&problem.w_shape());
        let b = integers.of_shape(&problem.b_shape());
        let g = integers.of_shape(&problem.y_shape());
        let loss = |x: &[f32], w: &[f32], b: &[f32]| inner(&conv::forward(&problem, x, w, Some(b)).unwrap().values, &g);
        let dx = differences(|x| loss(x, &w, &b), &x, 0.125);
        assert_eq!(conv::input_grad(&problem, &g, &w).unwrap().values, dx, "dx, {name}");
        let dw = differences(|w| loss(&x, w, &b), &w, 0.125);
        assert_eq!(conv::kernel_grad(&problem, &x, &g).unwrap().values, dw, "dw, {name}");
        let db = differences(|b| loss(&x, &w, b), &b, 0.125);
        assert_eq!(conv::bias_grad(&problem, &g).unwrap().values, db, "db, {name}");
    }
}

#[test]
fn max_pool_gradient_is_its_differences() {
    let mut integers = Integers(7);
    for (window, x_shape) in poolings() {
        for ceil_mode in [false, true] {
            let problem = window.max_pool(ceil_mode, &x_shape).unwrap();
            let x = integers.distinct(x_shape.iter().product());
            let g = integers.of_shape(&problem.y_shape());
            let (_, indices) = pool::max_forward(&problem, &x).unwrap();
            let loss = |x: &[f32]| {
                let (y, _) = pool::max_forward(&problem, x).unwrap();
                inner(&y.into_iter().map(f64::from).collect::<Vec<_>>(), &g)
            };
            let dx = pool::max_backward(&problem, &g, &indices).unwrap();
            assert_eq!(dx.values, differences(loss, &x, 0.125), "{window:?}");
        }
    }
}

#[test]
fn average_pool_gradient_is_its_differences() {
    let mut integers = Integers(8);
    for (window, x_shape) in poolings() {
        for divisor in Divisor::ALL {
            for ceil_mode in [false, true] {
                let problem = window.average_pool(divisor, ceil_mode, &x_shape).unwrap();
                let x = integers.of_shape(&x_shape);
                let g = integers.of_shape(&problem.y_shape());
                let loss = |x: &[f32]| inner(&pool::average_forward(&problem, x).unwrap().values, &g);
                let dx = pool::average_backward(&problem, &g).unwrap();
                assert_close(&dx.values, &differences(loss, &x, 1.0), 1e-11, &format!("{window:?} {divisor:?}"));
            }
        }
    }
}

fn pool_problem(text: &str) -> wgconv::PoolProblem {
    match text.parse().unwrap_or_else(|error| panic!("{error}")) {
        wgconv::case::Case::Pool(case) => case.problem().unwrap(),
        other => panic!("{other} is no pooling"),
    }
}

#[test]
fn adaptive_average_pool_gradient_is_its_differences_and_its_adjoint() {
    let mut integers = Integers(10);
    for text in ["adaptavgn2c2w7s3", "adaptavgc2h5w8r7s3", "adaptavgc1d3h5w4t2r2s3"] {
        let problem = pool_problem(text);
        let x = integers.of_shape(&problem.x_shape());
        let g = integers.of_shape(&problem.y_shape());
        let loss = |x: &[f32]| inner(&pool::average_forward(&problem, x).unwrap().values, &g);
        let dx = pool::average_backward(&problem, &g).unwrap();
        assert_close(&dx.values, &differences(loss, &x, 1.0), 1e-11, text);
        assert!((loss(&x) - inner(&dx.values, &x)).abs() < 1e-10, "{text}");
    }
}

/// Away from 0, where a norm of p = 1 has a kink.
#[test]
fn lp_pool_gradient_is_its_differences() {
    let mut integers = Integers(12);
    for text in ["lpn2c2w8s3u2p1_0pow1", "lpc2h5w6r3s2u1p1_2x0_1", "lpc1d4h5w4t2r3s2u2x1x2a1x2x1pow3ceil"] {
        let problem = pool_problem(text);
        let x: Vec<f32> = integers.of_shape(&problem.x_shape()).iter().map(|x| x + 0.5).collect();
        let g = integers.of_shape(&problem.y_shape());
        let loss = |x: &[f32]| inner(&pool::lp_forward(&problem, x).unwrap().values, &g);
        let y = pool::lp_forward(&problem, &x).unwrap().to_f32();
        let dx = pool::lp_backward(&problem, &x, &y, &g).unwrap();
        // y is rounded to f32, and differences end with the third derivative.
        assert_close(&dx.values, &differences(loss, &x, 1.0 / 1024.0), 2e-5, text);
    }
}

#[test]
fn dense_gradients_are_its_differences() {
    let mut integers = Integers(9);
    let extents @ [batch, inputs, outputs] = [3, 4, 5];
    let x = integers.of_shape(&[batch, inputs]);
    let w = integers.of_shape(&[outputs, inputs]);
    let b = integers.of_shape(&[outputs]);
    let g = integers.of_shape(&[batch, outputs]);
    let loss = |x: &[f32], w: &[f32], b: &[f32]| inner(&dense::forward(extents, x, w, Some(b)).unwrap().values, &g);
    let dx = differences(|x| loss(x, &w, &b), &x, 0.125);
    assert_eq!(dense::input_grad(extents, &g, &w).unwrap().values, dx);
    let dw = differences(|w| loss(&x, w, &b), &w, 0.125);
    assert_eq!(dense::kernel_grad(extents, &x, &g).unwrap().values, dw);
    let db = differences(|b| loss(&x, &w, b), &b, 0.125);
    assert_eq!(dense::bias_grad(extents, &g).unwrap().values, db);
}

#[test]
fn relu_gradient_is_its_differences() {
    let x = [-3.0, -0.5, 0.5, 2.0];
    let g = [2.0, 3.0, 5.0, 7.0];
    let y: Vec<f32> = nn::relu(&x).into_iter().map(|y| y as f32).collect();
    assert_eq!(nn::relu_grad(&y, &g).unwrap(), differences(|x| inner(&nn::relu(x), &g), &x, 0.125));
    // At the kink the gradient is 0, as in PyTorch.
    assert_eq!(nn::relu_grad(&[0.0], &[1.0]).unwrap(), [0.0]);
    assert!(nn::relu(&[f32::NAN])[0].is_nan());
}

#[test]
fn gradients_of_activations_are_their_differences() {
    // No kink within a step.
    let x = [-8.0, -2.5, -0.75, -0.125, 0.25, 1.0, 3.0, 7.5];
    let g = [2.0, 3.0, 5.0, 7.0, -1.0, 4.0, -6.0, 8.0];
    let falling = Activation::leaky_relu(-0.5).unwrap();
    for &activation in Activation::ALL.iter().chain([&falling]) {
        let y: Vec<f32> = nn::activate(activation, &x).into_iter().map(|y| y as f32).collect();
        let expected = differences(|x| inner(&nn::activate(activation, x), &g), &x, 1.0 / 4096.0);
        let of = if activation.derivative_from_output() { &y[..] } else { &x[..] };
        // y is rounded to f32.
        let dx = nn::activation_grad(activation, of, &g).unwrap();
        assert_close(&dx, &expected, 2e-6, &activation.to_string());
    }
}

#[test]
fn half_squared_error_gradient_is_its_differences_through_the_sigmoid() {
    let z = [-4.0, -1.5, 0.0, 0.25, 3.0];
    let target = [0.0, 1.0, 0.5, 1.0, 0.25];
    let loss = |z: &[f32]| {
        let errors = nn::sigmoid(z).into_iter().zip(target).map(|(y_hat, target)| y_hat - f64::from(target));
        errors.map(|error| 0.5 * error * error).sum()
    };
    let y_hat: Vec<f32> = nn::sigmoid(&z).into_iter().map(|y| y as f32).collect();
    let (losses, dz) = nn::half_squared_error(&y_hat, &target).unwrap();
    assert_close(&[losses.iter().sum()], &[loss(&z)], 1e-6, "loss");
    assert_close(&dz, &differences(loss, &z, 1.0 / 4096.0), 1e-6, "dz");
}

#[test]
fn softmax_cross_entropy_gradient_is_the_differences_of_the_mean() {
    let extents @ [batch, classes] = [4, 3];
    let logits = Integers(10).of_shape(&extents);
    // The third sample's label does not exist: it is ignored.
    let labels = [0, 2, 3, 1];
    let loss = |logits: &[f32]| {
        let (loss, _) = nn::softmax_cross_entropy(extents, logits, &labels).unwrap();
        loss.iter().sum::<f64>() / batch as f64
    };
    let (losses, dlogits) = nn::softmax_cross_entropy(extents, &logits, &labels).unwrap();
    assert_close(&dlogits, &differences(loss, &logits, 1.0 / 4096.0), 1e-7, "dlogits");
    assert_eq!(losses[2], 0.0);
    assert_eq!(dlogits[2 * classes..3 * classes], [0.0; 3]);
}

#[test]
fn softmax_cross_entropy_does_not_overflow() {
    let (loss, dlogits) = nn::softmax_cross_entropy([1, 2], &[3e38, -3e38], &[0]).unwrap();
    assert_eq!((loss, dlogits), (vec![0.0], vec![0.0, 0.0]));
}

#[test]
fn batch_normalisation_gradients_are_its_differences() {
    let mut integers = Integers(31);
    for extents in [[2, 2, 3], [4, 1, 1], [1, 3, 5]] {
        let [batch, channels, spatial] = extents;
        let shape = [batch, channels, spatial];
        let (x, g) = (integers.of_shape(&shape), integers.of_shape(&shape));
        let (w, b) = (integers.of_shape(&[channels]), integers.of_shape(&[channels]));
        let loss = |x: &[f32], w: &[f32], b: &[f32]| {
            inner(&batch_norm::forward_training(extents, x, w, b, 0.5).unwrap().y, &g)
        };
        let grads = batch_norm::backward(extents, &x, &g, &w, 0.5).unwrap();
        let what = format!("{extents:?}");
        // Not linear in x: the error of a central difference is of the order of the step squared.
        assert_close(&grads.dx, &differences(|x| loss(x, &w, &b), &x, 2f32.powi(-12)), 1e-6, &what);
        assert_close(&grads.dw, &differences(|w| loss(&x, w, &b), &w, 0.125), 1e-11, &what);
        assert_close(&grads.db, &differences(|b| loss(&x, &w, b), &b, 0.125), 1e-11, &what);
    }
}
