//! Convolution and pooling for wgpu.

mod conv;
mod error;
mod plan;
mod pool;
pub mod reference;
mod spatial;
mod window;

pub use conv::{Conv, Conv1d, Conv2d, Conv3d, ConvBuilder, ConvProblem, ConvShapes, Pass};
pub use error::{Error, Result};
pub use plan::Operand;
pub use pool::{AvgPool, AvgPoolBuilder, MaxPool, MaxPoolBuilder, PoolKind, PoolPass, PoolProblem};
pub use spatial::Padding;
pub use window::Axis;
