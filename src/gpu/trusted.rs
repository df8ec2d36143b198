//! The library's unsafe code, all of it, with the one argument why it is sound: **what the driver is given unchecked is our
//! own**.
//!
//! - Shaders without run-time checks ([`shader_module`]): every source is one of ours, specialised by constants of ours; no
//!   caller can hand one in. What the checks would look at holds anyway: indices come from the invocation's number and from
//!   uniforms that the planner wrote together with the bindings' sizes, and each is guarded by the element count; values read
//!   from buffers (indices of maxima, labels) are only compared, or clamped first. Every loop runs to a bound that the planner
//!   keeps below its limit. Every divisor is an extent, which is never zero. The test suite runs with and without the checks,
//!   on poisoned memory between guard zones.
//! - Pipelines that the driver compiled earlier ([`pipeline_cache`]): the bytes are those that wgpu gave for this adapter,
//!   driver and version of this library, either within this process, or through [`PipelineData::from_bytes`], which is unsafe
//!   itself: its caller answers for where they come from. A checksum has shown that they are whole, and wgpu compares its own
//!   header and begins empty if that differs.
#![allow(unsafe_code, reason = "what the driver is given unchecked is our own: see above")]

use super::pipeline_data::PipelineData;

/// A module without run-time checks of bounds, divisions and endless loops; only for sources of this library.
pub(super) fn shader_module(device: &wgpu::Device, descriptor: wgpu::ShaderModuleDescriptor<'_>) -> wgpu::ShaderModule {
    // SAFETY: above.
    unsafe { device.create_shader_module_trusted(descriptor, wgpu::ShaderRuntimeChecks::unchecked()) }
}

/// A cache of compiled pipelines that begins with these data, which are this device's own.
pub(super) fn pipeline_cache(device: &wgpu::Device, data: Option<&[u8]>) -> wgpu::PipelineCache {
    let descriptor = wgpu::PipelineCacheDescriptor { label: Some("wgconv"), data, fallback: true };
    // SAFETY: above.
    unsafe { device.create_pipeline_cache(&descriptor) }
}

impl PipelineData {
    /// What [`PipelineData::to_bytes`] gave. Anything else, and what was cut or changed on its way, gives
    /// [`PipelineData::empty`] and a line in the log.
    ///
    /// # Safety
    /// The driver reads these data, and only its own are sure to be safe: the bytes must have come from
    /// [`PipelineData::to_bytes`] of this program, from a place where nobody else writes. The checksum finds accidents, not
    /// malice.
    pub unsafe fn from_bytes(bytes: &[u8]) -> PipelineData {
        PipelineData::parse(bytes).unwrap_or_else(|| {
            log::warn!("what should be compiled pipelines is not, or is damaged; it is not used");
            PipelineData::empty()
        })
    }
}
