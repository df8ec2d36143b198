//! The few numbers of a device that planning needs; they can be made up, so that planning is tested without a GPU.

use crate::error::{Error, Result};

/// What a device allows. [`DeviceLimits::of`] reads it from a device; a smaller maximum is always right, and so is a larger
/// alignment, which is how tests reach every limit with small tensors.
///
/// ```
/// let limits = wgconv::DeviceLimits::default();
/// assert_eq!(limits.max_workgroups_per_dimension, 65_535);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DeviceLimits {
    /// Workgroups along one axis of a dispatch.
    pub max_workgroups_per_dimension: u32,
    /// Invocations of a workgroup.
    pub max_invocations_per_workgroup: u32,
    /// Bytes of workgroup memory.
    pub max_workgroup_storage_bytes: u32,
    /// Storage buffers that one kernel can bind.
    pub max_storage_buffers: u32,
    /// Bytes that one storage binding can have; a multiple of 4.
    pub max_storage_binding_bytes: u64,
    /// Bytes of one buffer.
    pub max_buffer_bytes: u64,
    /// Every storage binding's offset is a multiple of this; a power of two.
    pub storage_alignment: u64,
    /// Every uniform binding's offset is a multiple of this; a power of two.
    pub uniform_alignment: u64,
    /// Loop iterations that one shader invocation may run, all its loops together. lavapipe (up to Mesa 25) silently
    /// leaves every loop after 65,535.
    pub max_loop_iterations: u32,
    /// Invocations that a dispatch should have to fill the device: more slices of a long reduction than this needs only
    /// cost memory.
    pub fill_invocations: u32,
    /// Whether the device is a processor that runs shaders: barriers and workgroup memory cost it more than they save.
    pub is_software: bool,
    /// Invocations of every subgroup, where kernels can use subgroups and the size does not vary; else 0.
    pub subgroup_size: u32,
    /// Whether shaders can read and write f16 as such (`SHADER_F16`); if not, by halves of words.
    pub shader_f16: bool,
}

/// Loop iterations after which lavapipe leaves every loop of an invocation.
const LAVAPIPE_LOOP_LIMIT: u32 = 65_535;

/// More than any device asks for (WebGPU: 256), and far from where sums of sizes overflow.
const MOST_ALIGNMENT: u64 = 1 << 16;

/// The least loop limit that planning can work with.
pub(crate) const MIN_LOOP_LIMIT: u32 = 8;

impl Default for DeviceLimits {
    /// What every WebGPU device has.
    fn default() -> Self {
        DeviceLimits::from_wgpu(&wgpu::Limits::default(), wgpu::DeviceType::Other)
    }
}

impl DeviceLimits {
    /// The limits of a device.
    pub fn of(device: &wgpu::Device) -> Self {
        let info = device.adapter_info();
        let fixed = info.subgroup_min_size == info.subgroup_max_size;
        let usable = fixed && device.features().contains(wgpu::Features::SUBGROUP);
        let subgroup_size = if usable { info.subgroup_min_size } else { 0 };
        let shader_f16 = device.features().contains(wgpu::Features::SHADER_F16);
        DeviceLimits { subgroup_size, shader_f16, ..DeviceLimits::from_wgpu(&device.limits(), info.device_type) }
    }

    fn from_wgpu(limits: &wgpu::Limits, device_type: wgpu::DeviceType) -> Self {
        let is_software = device_type == wgpu::DeviceType::Cpu;
        DeviceLimits {
            max_workgroups_per_dimension: limits.max_compute_workgroups_per_dimension,
            max_invocations_per_workgroup: limits
                .max_compute_invocations_per_workgroup
                .min(limits.max_compute_workgroup_size_x),
            max_workgroup_storage_bytes: limits.max_compute_workgroup_storage_size,
            max_storage_buffers: limits.max_storage_buffers_per_shader_stage,
            // A multiple of 4, as a storage binding's size must be, and no more than keeps every index of the shaders, and
            // the surplus of a folded grid, within 32 bits: Metal alone offers more.
            max_storage_binding_bytes: limits
                .max_storage_buffer_binding_size
                .min(limits.max_buffer_size)
                .min(u32::MAX.into())
                & !3,
            max_buffer_bytes: limits.max_buffer_size,
            storage_alignment: limits.min_storage_buffer_offset_alignment.into(),
            uniform_alignment: limits.min_uniform_buffer_offset_alignment.into(),
            max_loop_iterations: LAVAPIPE_LOOP_LIMIT,
            // A software device runs as many invocations at once as it has cores times lanes; a GPU tens of thousands.
            fill_invocations: if is_software { 2_048 } else { 65_536 },
            is_software,
            subgroup_size: 0,
            shader_f16: false,
        }
    }

    /// Refuses limits under which no kernel can be planned.
    pub(crate) fn validate(&self) -> Result<()> {
        let least: [(&'static str, u64, u64); 3] = [
            ("max_workgroups_per_dimension", self.max_workgroups_per_dimension.into(), 1),
            ("max_storage_binding_bytes", self.max_storage_binding_bytes, 4),
            ("max_loop_iterations", self.max_loop_iterations.into(), MIN_LOOP_LIMIT.into()),
        ];
        for (limit, available, needed) in least {
            if available < needed {
                return Err(Error::LimitExceeded { limit, what: "wgconv".to_string(), needed, available });
            }
        }
        for (parameter, alignment) in self.alignments() {
            if !alignment.is_power_of_two() || !(4..=MOST_ALIGNMENT).contains(&alignment) {
                return Err(Error::InvalidParameter {
                    operator: "DeviceLimits",
                    parameter,
                    value: alignment.to_string(),
                    expected: "a power of two from 4 to 65536",
                });
            }
        }
        Ok(())
    }

    /// The two fields of which a larger value is the stricter one.
    pub(crate) fn alignments(&self) -> [(&'static str, u64); 2] {
        [("storage_alignment", self.storage_alignment), ("uniform_alignment", self.uniform_alignment)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bindings_never_exceed_what_a_32_bit_index_can_reach() {
        let huge =
            wgpu::Limits { max_storage_buffer_binding_size: 1 << 40, max_buffer_size: 1 << 40, ..Default::default() };
        let limits = DeviceLimits::from_wgpu(&huge, wgpu::DeviceType::DiscreteGpu);
        assert!(limits.max_storage_binding_bytes <= u64::from(u32::MAX));
        assert_eq!(limits.max_storage_binding_bytes % 4, 0);
    }
}
