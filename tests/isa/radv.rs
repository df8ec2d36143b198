//! Mesa's RADV as a compiler: a Vulkan device on which pipelines are made for what the driver says of them.
#![allow(
    unsafe_code,
    reason = "wgpu neither opens a device without hardware nor passes on what a driver says of its code"
)]

use std::ffi::{CStr, CString};

use ash::khr::pipeline_executable_properties;
use ash::prelude::VkResult;
use ash::vk;

use crate::spirv::Module;

/// The number by which Vulkan knows AMD.
const AMD: u32 = 0x1002;

/// A device of AMD's, present or not.
pub struct Radv {
    /// The device's name.
    pub name: String,
    device: ash::Device,
    properties: pipeline_executable_properties::Device,
    instance: ash::Instance,
    /// The loaded library, which everything above is used through.
    _entry: ash::Entry,
}

/// What the driver says of a pipeline.
#[derive(Debug)]
pub struct Compiled {
    statistics: Vec<(String, u64)>,
    /// The disassembly.
    pub code: String,
}

impl Compiled {
    pub fn statistic(&self, name: &str) -> Option<u64> {
        self.statistics.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

impl Radv {
    /// Opens the first device of AMD's that the Vulkan loader knows.
    pub fn open() -> Result<Radv, String> {
        // SAFETY: the loader is a Vulkan loader, and each handle is used as long as what it came from is alive: all of them
        // end in the struct, whose `drop` destroys them in order.
        unsafe {
            let entry = ash::Entry::load().map_err(|error| error.to_string())?;
            let application = vk::ApplicationInfo::default().api_version(vk::API_VERSION_1_3);
            let info = vk::InstanceCreateInfo::default().application_info(&application);
            let instance = entry.create_instance(&info, None).map_err(|error| error.to_string())?;
            let found = instance.enumerate_physical_devices().map_err(|error| error.to_string())?;
            let of = |device| instance.get_physical_device_properties(device);
            let physical = found.into_iter().find(|&device| of(device).vendor_id == AMD);
            let physical = physical.ok_or("no device of AMD's")?;
            let name = text(&of(physical).device_name);
            let queues = [vk::DeviceQueueCreateInfo::default().queue_priorities(&[1.0])];
            let extensions = [pipeline_executable_properties::NAME.as_ptr()];
            let mut wanted =
                vk::PhysicalDevicePipelineExecutablePropertiesFeaturesKHR::default().pipeline_executable_info(true);
            // wgpu's SPIR-V asks for it.
            let mut memory_model = vk::PhysicalDeviceVulkan12Features::default().vulkan_memory_model(true);
            let info = vk::DeviceCreateInfo::default().queue_create_infos(&queues).enabled_extension_names(&extensions);
            let info = info.push_next(&mut wanted).push_next(&mut memory_model);
            let device = instance.create_device(physical, &info, None).map_err(|error| error.to_string())?;
            let properties = pipeline_executable_properties::Device::new(&instance, &device);
            Ok(Radv { name, device, properties, instance, _entry: entry })
        }
    }

    /// Compiles a module's entry point.
    pub fn compile(&self, module: &Module) -> VkResult<Compiled> {
        let bindings: Vec<_> = module.bindings.iter().map(layout_binding).collect();
        let entry = CString::new(&*module.entry).unwrap_or_else(|error| panic!("{error}"));
        let stage = vk::PipelineShaderStageCreateInfo::default().stage(vk::ShaderStageFlags::COMPUTE).name(&entry);
        // SAFETY: naga has validated the module; every handle is made here and destroyed here, after its last use.
        unsafe {
            let info = vk::DescriptorSetLayoutCreateInfo::default().bindings(&bindings);
            let sets = [self.device.create_descriptor_set_layout(&info, None)?];
            let info = vk::PipelineLayoutCreateInfo::default().set_layouts(&sets);
            let layout = self.device.create_pipeline_layout(&info, None)?;
            let info = vk::ShaderModuleCreateInfo::default().code(&module.words);
            let shader = self.device.create_shader_module(&info, None)?;
            let flags = vk::PipelineCreateFlags::CAPTURE_STATISTICS_KHR
                | vk::PipelineCreateFlags::CAPTURE_INTERNAL_REPRESENTATIONS_KHR;
            let info = vk::ComputePipelineCreateInfo::default().stage(stage.module(shader)).layout(layout).flags(flags);
            let made = self.device.create_compute_pipelines(vk::PipelineCache::null(), &[info], None);
            let pipeline = made.map_err(|(_, error)| error)?[0];
            let compiled = self.describe(pipeline);
            self.device.destroy_pipeline(pipeline, None);
            self.device.destroy_shader_module(shader, None);
            self.device.destroy_pipeline_layout(layout, None);
            self.device.destroy_descriptor_set_layout(sets[0], None);
            compiled
        }
    }

    fn describe(&self, pipeline: vk::Pipeline) -> VkResult<Compiled> {
        let info = vk::PipelineExecutableInfoKHR::default().pipeline(pipeline).executable_index(0);
        // SAFETY: the pipeline is alive and was made with both flags; RADV's statistics are whole numbers all of them, and
        // of the union's members each has the size of one or is smaller.
        let statistics = unsafe {
            let all = self.properties.get_pipeline_executable_statistics(&info)?;
            all.iter().map(|statistic| (text(&statistic.name), statistic.value.u64)).collect()
        };
        let read = self.properties.fp().get_pipeline_executable_internal_representations_khr;
        let mut count = 0;
        // SAFETY: the first call says how many texts there are, the second how long each is, and the third writes them
        // into memory of that length.
        let texts = unsafe {
            read(self.device.handle(), &info, &mut count, std::ptr::null_mut()).result()?;
            let mut found = vec![vk::PipelineExecutableInternalRepresentationKHR::default(); count as usize];
            read(self.device.handle(), &info, &mut count, found.as_mut_ptr()).result()?;
            let mut texts: Vec<_> = found.iter().map(|one| (text(&one.name), vec![0u8; one.data_size])).collect();
            for (one, (_, bytes)) in found.iter_mut().zip(&mut texts) {
                one.p_data = bytes.as_mut_ptr().cast();
            }
            read(self.device.handle(), &info, &mut count, found.as_mut_ptr()).result()?;
            texts
        };
        let code = texts.into_iter().find(|(name, _)| name.contains("ssembly")).map(|(_, bytes)| bytes);
        Ok(Compiled { statistics, code: String::from_utf8_lossy(&code.unwrap_or_default()).into_owned() })
    }
}

impl Drop for Radv {
    fn drop(&mut self) {
        // SAFETY: everything that was made of them is destroyed, and nothing is running: nothing was ever submitted.
        unsafe {
            self.device.destroy_device(None);
            self.instance.destroy_instance(None);
        }
    }
}

fn layout_binding(binding: &crate::spirv::Binding) -> vk::DescriptorSetLayoutBinding<'static> {
    let kind = match binding.is_uniform {
        true => vk::DescriptorType::UNIFORM_BUFFER,
        false => vk::DescriptorType::STORAGE_BUFFER,
    };
    vk::DescriptorSetLayoutBinding::default()
        .binding(binding.number)
        .descriptor_type(kind)
        .descriptor_count(1)
        .stage_flags(vk::ShaderStageFlags::COMPUTE)
}

/// A name in a struct of Vulkan's.
fn text(name: &[std::ffi::c_char]) -> String {
    let bytes: Vec<u8> = name.iter().map(|&character| character as u8).collect();
    CStr::from_bytes_until_nul(&bytes).map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
