//! Batch normalisation (Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal
//! covariate shift", 2015): training with running statistics, inference, gradients, and folding it into a convolution.

mod desc;
mod fold;
mod ops;
mod plan;
mod planner;

pub use desc::{BatchNorm, BatchNormGrads, BatchNormPass, BatchNormTensors, Normalised};
pub(crate) use plan::BatchNormProblem;

/// The operator's name in errors.
const OPERATOR: &str = "BatchNorm";
