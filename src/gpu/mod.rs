//! Everything that talks to the device: adapters and contexts, tensors, pipelines, recording of plans.

mod adapter;
mod bindings;
mod context;
mod core;
mod defaults;
mod pipeline;
mod pipeline_data;
mod plan;
mod program;
mod read;
mod requirements;
mod scope;
mod sink;
mod tensor;
mod trusted;

pub(crate) use adapter::DRIVER_HINT;
pub use bindings::Bindings;
pub use context::{Context, ContextOptions};
pub use pipeline_data::PipelineData;
pub use plan::Plan;
pub use program::Program;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use scope::refused;
pub(crate) use sink::{Bound, Immediate, Sink};
#[cfg(feature = "half")]
pub(crate) use tensor::Sealed;
pub use tensor::{Element, Real, Tensor};
