//! Convolution and pooling for wgpu: forward, input gradient and kernel gradient as WGSL compute shaders.

mod conv;
mod error;
mod gpu;
mod kernel;
pub mod nn;
mod plan;
mod pool;
pub mod reference;
mod spatial;
mod window;

pub use conv::{Conv, Conv1d, Conv2d, Conv3d, ConvBuilder, ConvProblem, ConvShapes, Pass};
pub use error::{Error, Result};
pub use gpu::{Bindings, Context, ContextOptions, Element, Plan, Program, Tensor};
pub use kernel::{EntryInfo, KernelInfo, MemberInfo, SlotInfo, StructInfo, WORKGROUP_SIZE, kernels};
pub use plan::{Access, Algorithm, DeviceLimits, Operand, OperandNeed, PlanOptions, PlanSpec, Strategy};
pub use pool::{AvgPool, AvgPoolBuilder, MaxPool, MaxPoolBuilder, PoolKind, PoolPass, PoolProblem};
pub use spatial::Padding;
pub use wgpu;
pub use window::Axis;
