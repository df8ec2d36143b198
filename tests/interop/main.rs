//! Tensors of `half`, arrays of `ndarray`, files of safetensors, and a network that PyTorch trained. Needs an adapter.
#![cfg(all(feature = "half", feature = "ndarray", feature = "safetensors"))]

mod arrays;
mod files;
mod half;
mod mixed;
mod torch;

use std::sync::OnceLock;

use wgconv::Context;

/// The context that the tests share. Without an adapter it shows what a user would read.
fn context() -> &'static Context {
    static CONTEXT: OnceLock<Context> = OnceLock::new();
    CONTEXT.get_or_init(|| Context::new_blocking().unwrap_or_else(|error| panic!("{error}")))
}
