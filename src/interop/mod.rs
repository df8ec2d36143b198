//! What other libraries hold and read, each behind its feature: arrays of `ndarray`, files of safetensors.

#[cfg(all(feature = "safetensors", not(target_arch = "wasm32")))]
mod atomic;
#[cfg(feature = "ndarray")]
mod ndarray;
#[cfg(feature = "safetensors")]
pub mod safetensors;
