//! The types of the elements of tensors, on the host: sizes, rounding, bits.

#[cfg(feature = "half")]
mod half;
mod ops;
mod problem;
mod types;

pub use ops::{convert, convert_plan};
pub(crate) use problem::{ConvertProblem, steps as convert_steps};
pub use types::ElementType;
