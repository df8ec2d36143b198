//! What is fuzzed: for each target a function of any bytes, and the most memory that it may take.

pub mod case;
pub mod idx;
pub mod plan;
pub mod safetensors;
pub mod tuning;
