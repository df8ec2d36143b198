//! The device apart from its caches: what a plan keeps. Plans sit in a context's cache, so a plan that kept the context
//! would keep itself alive for ever.

use std::sync::{Arc, Mutex};

use super::scope::guarded;
use crate::error::{Error, Result};
use crate::plan::DeviceLimits;

/// Device, queue, and what is known about them.
pub(crate) struct Core {
    /// Tells contexts apart, so that a tensor of another one is an error.
    pub id: u64,
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    pub adapter_info: wgpu::AdapterInfo,
    pub limits: DeviceLimits,
    /// Why the device was lost, if it was and we know.
    pub lost: Arc<Mutex<Option<String>>>,
}

impl Core {
    /// A buffer, or a typed error.
    pub(crate) fn buffer(&self, label: &'static str, bytes: u64, usage: wgpu::BufferUsages) -> Result<wgpu::Buffer> {
        self.check_alive()?;
        let available = self.limits.max_buffer_bytes;
        if bytes > available {
            return Err(Error::LimitExceeded {
                limit: "max_buffer_size",
                what: label.into(),
                needed: bytes,
                available,
            });
        }
        let descriptor = wgpu::BufferDescriptor { label: Some(label), size: bytes, usage, mapped_at_creation: false };
        guarded(self, "create a buffer", bytes, || self.device.create_buffer(&descriptor))
    }

    /// An error if the device is known to be lost.
    pub(crate) fn check_alive(&self) -> Result<()> {
        match self.lost.lock().ok().and_then(|lost| lost.clone()) {
            Some(reason) => Err(Error::DeviceLost { reason }),
            None => Ok(()),
        }
    }

    /// Remembers that the device turned out to be lost.
    pub(crate) fn mark_lost(&self, reason: &str) -> Error {
        if let Ok(mut lost) = self.lost.lock() {
            lost.get_or_insert_with(|| reason.to_string());
        }
        Error::DeviceLost { reason: reason.to_string() }
    }
}
