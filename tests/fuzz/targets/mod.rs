//! What is fuzzed: for each target a function of any bytes, and the most memory that it may take.

pub mod case;
mod drawn;
pub mod idx;
mod numbers;
pub mod plan;
pub mod safetensors;
pub mod tuning;
