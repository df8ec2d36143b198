//! Turns what wgpu reports through error scopes into our errors.

use super::core::Core;
use crate::error::{Error, Result};

/// Runs wgpu calls inside error scopes, so that a failure is a value and neither a panic nor the host's business.
///
/// `bytes` is the size of what is allocated, for the out-of-memory message.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn guarded<T>(core: &Core, during: &'static str, bytes: u64, calls: impl FnOnce() -> T) -> Result<T> {
    let device = &core.device;
    let memory = device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
    let internal = device.push_error_scope(wgpu::ErrorFilter::Internal);
    let validation = device.push_error_scope(wgpu::ErrorFilter::Validation);
    let value = calls();
    // In the reverse order of opening; all three are popped whatever the first says.
    let errors = [ready(validation.pop()), ready(internal.pop()), ready(memory.pop())];
    match errors.into_iter().flatten().next() {
        None => Ok(value),
        Some(wgpu::Error::OutOfMemory { .. }) => Err(Error::OutOfMemory { what: during.to_string(), bytes }),
        Some(error) => Err(refused(core, during, error.to_string())),
    }
}

/// The error for a call that wgpu refused. On a lost device wgpu creates nothing and says nothing, and then complains that
/// what it did not create is invalid: that is told apart here.
pub(crate) fn refused(core: &Core, during: &'static str, message: String) -> Error {
    if is_lost(&core.device) {
        return core.mark_lost(&format!("noticed by a failure to {during}"));
    }
    Error::Wgpu { during, message }
}

/// Whether a device is lost, found out by trying: wgpu answers only through the lost callback, which belongs to the
/// device's owner and is not called before somebody polls. A buffer that is certainly right is not there on a lost device.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn is_lost(device: &wgpu::Device) -> bool {
    let memory = device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
    let validation = device.push_error_scope(wgpu::ErrorFilter::Validation);
    let buffer = device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("probe for a lost device"),
        size: 4,
        usage: wgpu::BufferUsages::COPY_SRC,
        mapped_at_creation: true,
    });
    let is_there = buffer.get_mapped_range(..).is_ok();
    ready(validation.pop());
    // No memory is no loss.
    ready(memory.pop()).is_none() && !is_there
}

/// In a browser the lost callback is called without polling.
#[cfg(target_arch = "wasm32")]
pub(crate) fn is_lost(_device: &wgpu::Device) -> bool {
    false
}

/// In a browser, scopes answer only after a turn of the event loop: errors go to the device's own handler there.
#[cfg(target_arch = "wasm32")]
pub(crate) fn guarded<T>(_core: &Core, _during: &'static str, _bytes: u64, calls: impl FnOnce() -> T) -> Result<T> {
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
