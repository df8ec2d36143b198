//! A kernel in the form in which wgpu hands it to a Vulkan driver: SPIR-V without run-time checks, as in release builds.

use naga::back::spv;
use naga::valid::{Capabilities, ValidationFlags, Validator};
use naga::{AddressSpace, ShaderStage};
use wgconv::{StepInfo, kernels};

/// A compiled entry point and its bindings in group 0.
pub struct Module {
    pub entry: String,
    pub words: Vec<u32>,
    pub bindings: Vec<Binding>,
}

/// A buffer that an entry point reads or writes.
pub struct Binding {
    pub number: u32,
    pub is_uniform: bool,
}

/// The module of a step of a plan.
pub fn module(step: &StepInfo<'_>) -> Module {
    let kernel = kernels().into_iter().find(|kernel| kernel.name == step.kernel && kernel.constants == step.constants);
    let kernel = kernel.unwrap_or_else(|| panic!("no kernel {} {:?}", step.kernel, step.constants));
    translate(&kernel.source, step.entry, step.overrides)
}

/// An entry point of a WGSL module with values for its override constants.
pub fn translate(source: &str, entry: &str, overrides: &[(&str, u32)]) -> Module {
    let module =
        naga::front::wgsl::parse_str(source).unwrap_or_else(|error| panic!("{}", error.emit_to_string(source)));
    let mut validator = Validator::new(ValidationFlags::all(), Capabilities::default());
    let info = validator.validate(&module).unwrap_or_else(|error| panic!("{}", error.emit_to_string(source)));
    let constants = overrides.iter().map(|&(name, value)| (name.to_string(), f64::from(value))).collect();
    let place = (ShaderStage::Compute, entry);
    let (module, info) = naga::back::pipeline_constants::process_overrides(&module, &info, Some(place), &constants)
        .unwrap_or_else(|error| panic!("{entry}: {error}"));

    let options = spv::Options {
        lang_version: (1, 6),
        fake_missing_bindings: true,
        zero_initialize_workgroup_memory: spv::ZeroInitializeWorkgroupMemoryMode::None,
        force_loop_bounding: false,
        emit_int_div_checks: false,
        ..Default::default()
    };
    let pipeline = spv::PipelineOptions { shader_stage: ShaderStage::Compute, entry_point: entry.to_string() };
    let words = spv::write_vec(&module, &info, &options, Some(&pipeline)).unwrap_or_else(|error| panic!("{error}"));

    let binding = |variable: &naga::GlobalVariable| {
        let number = variable.binding?.binding;
        Some(Binding { number, is_uniform: variable.space == AddressSpace::Uniform })
    };
    let bindings = module.global_variables.iter().filter_map(|(_, variable)| binding(variable)).collect();
    Module { entry: entry.to_string(), words, bindings }
}
