//! Each module against the tables of `src/kernel`: entry points, bindings, workgroup memory, uniform structs, overrides;
//! and valid after every specialisation.

use std::collections::{BTreeMap, BTreeSet};

use naga::valid::{Capabilities, GlobalUse, ModuleInfo, ValidationFlags, Validator};
use naga::{AddressSpace, Module, ResourceBinding, StorageAccess, TypeInner};
use wgconv::{EntryInfo, KernelInfo, StepInfo, StructInfo, kernels};

use crate::catalogue::catalogue;

/// Parses a module; a failure shows the place in the source.
pub fn parse(name: &str, source: &str) -> Module {
    naga::front::wgsl::parse_str(source).unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(source)))
}

/// Validates a module under the capabilities of a browser, which are naga's default, and subgroups if it says so.
pub fn validate(name: &str, module: &Module, subgroups: bool) -> ModuleInfo {
    let extra = if subgroups { Capabilities::SUBGROUP } else { Capabilities::empty() };
    let mut validator = Validator::new(ValidationFlags::all(), Capabilities::default() | extra);
    validator.validate(module).unwrap_or_else(|error| panic!("{name}: {error:?}"))
}

/// Every kernel with its compiled module.
pub fn modules() -> Vec<(KernelInfo, Module, ModuleInfo)> {
    let all: Vec<_> = kernels()
        .into_iter()
        .map(|kernel| {
            let module = parse(kernel.name, &kernel.source);
            let info = validate(kernel.name, &module, kernel.subgroup_size > 0);
            (kernel, module, info)
        })
        .collect();
    assert!(all.len() >= 14, "the list of kernels has lost some: {}", all.len());
    all
}

#[test]
fn every_kernel_is_valid_as_written_and_as_compiled() {
    for kernel in kernels() {
        let subgroups = kernel.subgroup_size > 0;
        validate(kernel.name, &parse(kernel.name, &kernel.default_source), subgroups);
        validate(kernel.name, &parse(kernel.name, &kernel.source), subgroups);
    }
}

#[test]
fn a_kernel_says_whether_it_needs_subgroups() {
    for kernel in kernels() {
        assert_eq!(kernel.source.contains("subgroup"), kernel.subgroup_size > 0, "{}", kernel.name);
    }
}

/// The kernel that a step names, in its variant.
pub fn kernel_of<'a>(kernels: &'a [KernelInfo], step: &StepInfo<'_>) -> &'a KernelInfo {
    let same = |kernel: &&KernelInfo| kernel.name == step.kernel && kernel.constants == step.constants;
    kernels.iter().find(same).unwrap_or_else(|| panic!("{} {:?}", step.kernel, step.constants))
}

#[test]
fn every_kernel_is_valid_after_every_specialisation_of_the_catalogue() {
    let modules = modules();
    let mut seen = BTreeMap::<(&str, &[(&str, u32)]), BTreeSet<Vec<(&str, u32)>>>::new();
    for (title, spec) in catalogue() {
        for step in spec.steps() {
            if seen.entry((step.kernel, step.constants)).or_default().insert(step.overrides.to_vec()) {
                let same = |kernel: &KernelInfo| kernel.name == step.kernel && kernel.constants == step.constants;
                let (kernel, module, info) = modules.iter().find(|(kernel, ..)| same(kernel)).unwrap();
                specialise(&title, module, info, step.overrides, kernel.subgroup_size > 0);
            }
        }
    }
    let mut by_name = BTreeMap::<&str, (usize, usize)>::new();
    for (kernel, ..) in modules.iter().filter(|(kernel, ..)| !kernel.overrides.is_empty()) {
        let specialisations = seen.get(&(kernel.name, kernel.constants)).map_or(0, BTreeSet::len);
        assert!(specialisations > 0, "{} {:?}: no specialisation was tried", kernel.name, kernel.constants);
        // One constant may have two values.
        let least = if kernel.overrides.len() > 1 { 3 } else { 2 };
        let (found, _) = *by_name.entry(kernel.name).or_default();
        by_name.insert(kernel.name, (found + specialisations, least));
    }
    for (name, (specialisations, least)) in by_name {
        assert!(specialisations >= least, "{name}: only {specialisations} specialisations were tried");
    }
}

/// What a pipeline does with its constants.
fn specialise(title: &str, module: &Module, info: &ModuleInfo, overrides: &[(&str, u32)], subgroups: bool) {
    let constants = overrides.iter().map(|&(name, value)| (name.to_string(), f64::from(value))).collect();
    let (module, _) = naga::back::pipeline_constants::process_overrides(module, info, None, &constants)
        .unwrap_or_else(|error| panic!("{title}: {error}"));
    let functions = module.entry_points.iter().map(|entry| &entry.function).chain(module.functions.iter().map(|f| f.1));
    let mut expressions = functions.flat_map(|function| function.expressions.iter());
    let left = expressions.find(|(_, expression)| matches!(expression, naga::Expression::Override(_)));
    assert_eq!(left, None, "{title}: an override is left");
    validate(title, &module, subgroups);
}

#[test]
fn steps_name_kernels_entry_points_and_overrides_that_exist() {
    let kernels = kernels();
    let mut checked = 0;
    for (title, spec) in catalogue() {
        for step in spec.steps() {
            let kernel = kernel_of(&kernels, &step);
            let entry = kernel.entries.iter().find(|entry| entry.name == step.entry).expect(step.entry);
            assert_eq!(entry.slots.len(), step.bindings.len(), "{title}");
            assert_eq!(kernel.structs[0].size, step.params.len(), "{title}");
            assert!(step.overrides.iter().map(|(name, _)| name).eq(kernel.overrides), "{title}");
            let (_, size) = kernel.constants.iter().find(|(name, _)| *name == "WORKGROUP_SIZE").unwrap();
            assert_eq!(step.workgroup_size, *size, "{title}");
            checked += 1;
        }
    }
    assert!(checked > 100, "only {checked} dispatches in the catalogue");
}

#[test]
fn entry_points_are_exactly_those_listed_with_the_listed_workgroup() {
    for (kernel, module, _) in modules() {
        let found: Vec<&str> = module.entry_points.iter().map(|entry| entry.name.as_str()).collect();
        let listed: Vec<&str> = kernel.entries.iter().map(|entry| entry.name).collect();
        assert_eq!(found, listed, "{}", kernel.name);
        for entry in &module.entry_points {
            assert_eq!(entry.stage, naga::ShaderStage::Compute, "{}:{}", kernel.name, entry.name);
            let (_, size) = kernel.constants.iter().find(|(name, _)| *name == "WORKGROUP_SIZE").unwrap();
            assert_eq!(entry.workgroup_size, [*size, 1, 1], "{}:{}", kernel.name, entry.name);
        }
    }
}

#[test]
fn every_entry_point_uses_exactly_its_slots_with_the_listed_access() {
    let mut slots = 0;
    for (kernel, module, info) in modules() {
        for (i, entry) in kernel.entries.iter().enumerate() {
            let at = format!("{}:{}", kernel.name, entry.name);
            let used = used_bindings(&at, &module, &info, i);
            assert_eq!(used, listed_bindings(entry), "{at}");
            slots += entry.slots.len();
        }
    }
    assert!(slots > 40, "only {slots} slots");
}

/// Binding number, name, and whether the module declares it writable, of each storage binding; the uniform is `None`.
type Bindings = BTreeMap<u32, Option<(String, bool)>>;

fn listed_bindings(entry: &EntryInfo) -> Bindings {
    let slots = entry.slots.iter().map(|slot| (slot.binding, Some((slot.name.to_string(), slot.writable))));
    std::iter::once((0, None)).chain(slots).collect()
}

/// The bindings that an entry point and what it calls use; declared and real access agree.
fn used_bindings(at: &str, module: &Module, info: &ModuleInfo, entry: usize) -> Bindings {
    let info = info.get_entry_point(entry);
    let mut bindings = Bindings::new();
    for (handle, global) in module.global_variables.iter().filter(|(handle, _)| !info[*handle].is_empty()) {
        let name = global.name.clone().unwrap_or_default();
        let (number, access) = match (global.space, &global.binding) {
            (AddressSpace::Uniform, Some(ResourceBinding { group: 0, binding })) => (*binding, None),
            (AddressSpace::Storage { access }, Some(ResourceBinding { group: 0, binding })) => {
                let writable = access.contains(StorageAccess::STORE);
                assert!(access.contains(StorageAccess::LOAD), "{at}: {name} is write-only");
                assert_eq!(writable, info[handle].contains(GlobalUse::WRITE), "{at}: {name} is bound too widely");
                (*binding, Some((name, writable)))
            }
            (AddressSpace::WorkGroup | AddressSpace::Private, None) => continue,
            (space, binding) => panic!("{at}: {name} is in {space:?} at {binding:?}"),
        };
        assert!(bindings.insert(number, access).is_none(), "{at}: two variables at binding {number}");
    }
    bindings
}

#[test]
fn no_module_declares_a_binding_that_no_entry_point_uses() {
    for (kernel, module, info) in modules() {
        for (handle, global) in module.global_variables.iter() {
            let used = (0..module.entry_points.len()).any(|i| !info.get_entry_point(i)[handle].is_empty());
            assert!(used, "{}: nothing uses {:?}", kernel.name, global.name);
        }
    }
}

#[test]
fn workgroup_memory_is_what_the_planner_counts_with() {
    let mut with_memory = 0;
    for (kernel, module, _) in modules() {
        let bytes: u32 = module
            .global_variables
            .iter()
            .filter(|(_, global)| global.space == AddressSpace::WorkGroup)
            // WebGPU's rule for maxComputeWorkgroupStorageSize.
            .map(|(_, global)| module.types[global.ty].inner.size(module.to_ctx()).next_multiple_of(16))
            .sum();
        assert_eq!(bytes, kernel.workgroup_bytes, "{}", kernel.name);
        with_memory += u32::from(bytes > 0);
    }
    assert!(with_memory > 0, "no kernel has workgroup memory: nothing was compared");
}

#[test]
fn uniform_structs_have_the_same_layout_on_both_sides() {
    let mut compared = 0;
    for (kernel, module, _) in modules() {
        let mut in_module = Vec::new();
        collect_structs(&module, uniform_type(&module), &mut in_module);
        assert_eq!(in_module, kernel.structs.iter().map(Layout::of).collect::<Vec<_>>(), "{}", kernel.name);
        compared += in_module.len();
    }
    assert!(compared >= 20, "only {compared} structs were compared");
}

/// Name, members with their offsets, and size of a struct.
#[derive(Debug, PartialEq)]
struct Layout {
    name: String,
    members: Vec<(String, usize)>,
    size: usize,
}

impl Layout {
    fn of(info: &StructInfo) -> Layout {
        let members = info.members.iter().map(|member| (member.name.to_string(), member.offset)).collect();
        Layout { name: info.name.to_string(), members, size: info.size }
    }
}

fn uniform_type(module: &Module) -> naga::Handle<naga::Type> {
    let mut uniforms = module.global_variables.iter().filter(|(_, global)| global.space == AddressSpace::Uniform);
    let (_, uniform) = uniforms.next().expect("every kernel has a uniform");
    assert!(uniforms.next().is_none(), "a kernel has one uniform");
    uniform.ty
}

/// A struct and then those that it contains. All members are scalars of 32 bits, structs, or arrays of structs without
/// padding between them, so that host and device cannot differ in padding.
fn collect_structs(module: &Module, ty: naga::Handle<naga::Type>, found: &mut Vec<Layout>) {
    let ty = &module.types[ty];
    if let TypeInner::Array { base, stride, .. } = ty.inner {
        assert_eq!(module.types[base].inner.size(module.to_ctx()), stride, "{ty:?} in a uniform");
        return collect_structs(module, base, found);
    }
    let TypeInner::Struct { members, span } = &ty.inner else {
        assert!(matches!(&ty.inner, TypeInner::Scalar(scalar) if scalar.width == 4), "{ty:?} in a uniform");
        return;
    };
    let names = members.iter().map(|member| (member.name.clone().unwrap_or_default(), member.offset as usize));
    found.push(Layout { name: ty.name.clone().unwrap_or_default(), members: names.collect(), size: *span as usize });
    for member in members {
        collect_structs(module, member.ty, found);
    }
}

#[test]
fn overrides_are_exactly_those_that_the_planner_sets_and_unsigned() {
    let mut declared = 0;
    for (kernel, module, _) in modules() {
        let found: BTreeSet<&str> = module.overrides.iter().filter_map(|(_, o)| o.name.as_deref()).collect();
        assert_eq!(found, kernel.overrides.iter().copied().collect(), "{}", kernel.name);
        assert_eq!(module.overrides.len(), kernel.overrides.len(), "{}", kernel.name);
        for (_, value) in module.overrides.iter() {
            assert_eq!(module.types[value.ty].inner, TypeInner::Scalar(naga::Scalar::U32), "{}", kernel.name);
            assert!(value.id.is_none(), "{}: overrides go by name", kernel.name);
        }
        declared += found.len();
    }
    assert!(declared > 60, "only {declared} overrides");
}
