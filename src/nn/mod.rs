//! What a training loop without a framework needs besides convolution and pooling: activations, a dense layer, two losses,
//! SGD, initialisation. Every function here submits at once and does not wait; [`crate::Program`] records the same
//! operators into one submit.

mod activation;
mod dense;
mod elementwise;
pub mod init;
mod ops;
mod problem;

pub use activation::{activate, activation_grad};
pub use dense::{dense_bias_grad, dense_forward, dense_input_grad, dense_input_grad_through, dense_kernel_grad};
pub(crate) use elementwise::{
    ACTIVATE_IN_PLACE, ACTIVATION_GRAD_AND_ADD, ACTIVATION_GRAD_IN_PLACE, ADD_AND_ACTIVATE, ByElement,
    ElementwiseSettings, steps_with as elementwise_steps_with,
};
pub use ops::{half_squared_error, relu, relu_grad, sgd, sigmoid, sigmoid_grad, softmax_cross_entropy};
pub(crate) use problem::NnProblem;
pub use problem::{Elementwise, plan, plan_softmax_cross_entropy};
