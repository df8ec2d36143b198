//! What a training loop without a framework needs besides convolution and pooling: activations, batch normalisation, dropout,
//! residual additions, a dense layer, two losses, SGD, Adam and AdamW, learning-rate schedules, initialisation. Every function
//! here submits at once and does not wait; [`crate::Program`] records the same operators into one submit.
//!
//! What changes from step to step is in tensors, so that a recorded program need not be recorded again: the optimisers'
//! hyper-parameters, which the host writes, and the number of the step ([`advance`]), which the device counts.
//!
//! Types ([`crate::ElementType`]): x, y, dx, dy, a residual, logits and the dw of an optimiser are tensors of any [`crate::Real`], all
//! that a call is given and gives of one; so are a dense layer's w and b. Losses, the w and the memory of an optimiser, and what a batch
//! normalisation has for each channel are f32: mixed precision keeps the weights in f32, and [`crate::convert`]s working copies.
//!
//! Layouts ([`crate::Layout`]): operators that look at one element at a time, optimisers and [`half_squared_error`] among them, take
//! any, if the tensors of a call agree, and their results have it too; [`BatchNorm`] takes either, and its results have x's. Dense
//! layers and the softmax take channels first, which `[N, C]` is in either.

mod activation;
mod adam;
mod add;
mod batch_norm;
mod dense;
mod dropout;
mod elementwise;
pub mod init;
mod ops;
mod problem;
mod schedule;
mod sgd;

pub use activation::{activate, activation_grad};
pub use adam::{AdamHyper, adam, adamw, advance};
pub use add::{add, add_relu};
pub use batch_norm::{BatchNorm, BatchNormGrads, BatchNormPass, BatchNormTensors, Normalised};
pub(crate) use dense::along_inputs as dense_along_inputs;
pub use dense::{dense_bias_grad, dense_forward, dense_input_grad, dense_input_grad_through, dense_kernel_grad};
pub use dropout::{Dropout, dropout};
pub(crate) use elementwise::{
    ACTIVATE_IN_PLACE, ACTIVATION_GRAD_AND_ADD, ACTIVATION_GRAD_IN_PLACE, ADD_AND_ACTIVATE, ByElement,
    ElementwiseSettings, Part, steps_with as elementwise_steps_with,
};
pub use ops::{half_squared_error, relu, relu_grad, sigmoid, sigmoid_grad, softmax_cross_entropy};
pub(crate) use problem::NnProblem;
pub use problem::{Elementwise, plan, plan_as, plan_softmax_cross_entropy, plan_softmax_cross_entropy_as};
pub use schedule::Schedule;
pub use sgd::{sgd, sgd_nesterov};
