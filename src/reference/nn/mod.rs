//! What a training loop needs besides convolution and pooling: activations, batch normalisation, dropout, dense layers,
//! losses, steps of SGD and Adam. f32 in, f64 out.

mod activation;
mod adam;
pub mod batch_norm;
pub mod dense;
mod dropout;
mod loss;
mod sgd;

pub use activation::{activate, activation_grad, relu, relu_grad, sigmoid, sigmoid_grad};
pub(super) use activation::{derivative, value};
pub use adam::{AdamState, adam};
pub use dropout::{dropout, philox};
pub use loss::{half_squared_error, softmax_cross_entropy};
pub use sgd::{sgd, sgd_nesterov};

use super::check_length;
