//! Turns what wgpu reports through error scopes into our errors.

use crate::error::{Error, Result};

/// Runs wgpu calls inside error scopes, so that a failure is a value and neither a panic nor the host's business.
///
/// `bytes` is the size of what is allocated, for the out-of-memory message.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn guarded<T>(
    device: &wgpu::Device,
    during: &'static str,
    bytes: u64,
    calls: impl FnOnce() -> T,
) -> Result<T> {
    let memory = device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
    let internal = device.push_error_scope(wgpu::ErrorFilter::Internal);
    let validation = device.push_error_scope(wgpu::ErrorFilter::Validation);
    let value = calls();
    // In the reverse order of opening; all three are popped whatever the first says.
    let errors = [ready(validation.pop()), ready(internal.pop()), ready(memory.pop())];
    match errors.into_iter().flatten().next() {
        None => Ok(value),
        Some(wgpu::Error::OutOfMemory { .. }) => Err(Error::OutOfMemory { what: during.to_string(), bytes }),
        Some(error) => Err(Error::Wgpu { during, message: error.to_string() }),
    }
}

/// In a browser, scopes answer only after a turn of the event loop: errors go to the device's own handler there.
#[cfg(target_arch = "wasm32")]
pub(crate) fn guarded<T>(
    _device: &wgpu::Device,
    _during: &'static str,
    _bytes: u64,
    calls: impl FnOnce() -> T,
) -> Result<T> {
    Ok(calls())
}

/// The result of a future that native wgpu has ready at once.
#[cfg(not(target_arch = "wasm32"))]
fn ready(future: impl Future<Output = Option<wgpu::Error>>) -> Option<wgpu::Error> {
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
        std::task::Poll::Ready(error) => error,
        std::task::Poll::Pending => None,
    }
}
