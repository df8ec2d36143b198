//! What other libraries hold and read, each behind its feature: arrays of `ndarray`, files of safetensors.

#[cfg(feature = "ndarray")]
mod ndarray;
#[cfg(feature = "safetensors")]
pub mod safetensors;
