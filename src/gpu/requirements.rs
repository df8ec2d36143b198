//! What a kernel asks of the very device, before wgpu is asked for a pipeline. The planner keeps to [`crate::DeviceLimits`];
//! here are the limits besides, which every WebGPU device has and a borrowed one may have been asked to go without, and all of
//! them once more for a plan that was made for another device. wgpu refuses most in words, and the workgroup's memory not at
//! all.

use crate::error::{Error, Result};
use crate::kernel::KernelKey;

/// An error that names the first limit of the device that the kernel is above.
pub(super) fn check(limits: &wgpu::Limits, key: &KernelKey) -> Result<()> {
    let (entry, variant) = (key.entry, key.variant);
    let kernel = entry.kernel();
    let (_, _, params) = (kernel.params)();
    let buffers = entry.slots.len() as u64;
    let last = entry.slots.iter().map(|slot| slot.binding).max().unwrap_or(0);
    let invocations = variant.workgroup_size().into();
    let rows: [(&'static str, u64, u64); 11] = [
        ("max_bind_groups", 1, limits.max_bind_groups.into()),
        ("max_bindings_per_bind_group", u64::from(last) + 1, limits.max_bindings_per_bind_group.into()),
        ("max_uniform_buffers_per_shader_stage", 1, limits.max_uniform_buffers_per_shader_stage.into()),
        ("max_uniform_buffer_binding_size", params as u64, limits.max_uniform_buffer_binding_size),
        ("max_storage_buffers_per_shader_stage", buffers, limits.max_storage_buffers_per_shader_stage.into()),
        (
            "max_buffers_and_acceleration_structures_per_shader_stage",
            buffers + 1,
            limits.max_buffers_and_acceleration_structures_per_shader_stage.into(),
        ),
        ("max_compute_workgroup_size_x", invocations, limits.max_compute_workgroup_size_x.into()),
        ("max_compute_workgroup_size_y", 1, limits.max_compute_workgroup_size_y.into()),
        ("max_compute_workgroup_size_z", 1, limits.max_compute_workgroup_size_z.into()),
        ("max_compute_invocations_per_workgroup", invocations, limits.max_compute_invocations_per_workgroup.into()),
        (
            "max_compute_workgroup_storage_size",
            variant.workgroup_bytes.into(),
            limits.max_compute_workgroup_storage_size.into(),
        ),
    ];
    match rows.into_iter().find(|(_, needed, available)| needed > available) {
        None => Ok(()),
        Some((limit, needed, available)) => {
            Err(Error::LimitExceeded { limit, what: kernel.name.to_string(), needed, available })
        }
    }
}
