//! Planning.
mod operand;
pub use operand::Operand;
