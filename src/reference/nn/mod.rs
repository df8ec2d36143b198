//! What a training loop needs besides convolution and pooling: activations, dense layers, losses, a step of SGD.
//! f32 in, f64 out.

mod activation;
pub mod dense;
mod loss;
mod sgd;

pub use activation::{activate, activation_grad, relu, relu_grad, sigmoid, sigmoid_grad};
pub(super) use activation::{derivative, value};
pub use loss::{half_squared_error, softmax_cross_entropy};
pub use sgd::sgd;

use super::check_length;
