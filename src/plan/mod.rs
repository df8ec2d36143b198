//! Planning: from a problem to the dispatches that solve it, without a GPU. A [`PlanSpec`] holds the grid and the shader's
//! constants together; nothing later changes either.

mod advice;
mod batch;
mod builder;
mod divide;
mod grid;
mod limits;
mod loops;
mod operand;
mod options;

mod problem;
mod slabs;
mod span;
mod spec;

pub(crate) use advice::{Advice, choose};
pub(crate) use batch::{Batched, Chunk, ELEMENT_BYTES, elements};
pub(crate) use builder::{CALLERS_CHOICE, MOST_DISPATCHES, SpecBuilder, Total};
pub(crate) use divide::magic;
pub(crate) use grid::fold;
pub use limits::DeviceLimits;
pub(crate) use limits::MIN_LOOP_LIMIT;
pub(crate) use loops::loop_tests;
pub use operand::Operand;
pub use options::{Algorithm, PlanOptions, Strategy};

pub(crate) use problem::Problem;
pub(crate) use slabs::Slabs;
pub(crate) use span::Span;
pub(crate) use spec::Step;
pub use spec::{Access, OperandNeed, PlanSpec, StepBinding, StepInfo};
