//! Turns a kernel's parts into the module that is compiled: the one fenced block of constants is replaced as a whole by
//! lines rendered from the key. And a public view of the kernels, by which tests validate every one without a GPU.

use super::params::Layout;
use super::{KERNELS, Kernel, KernelKey, Storage, Storages, Variant};
use crate::element::ElementType;
use crate::plan::DeviceLimits;

const BEGIN: &str = "// specialise: begin\n";
const END: &str = "// specialise: end\n";

/// What a module with subgroups begins with in a browser. Its compiler demands the first line, which naga (30) refuses, as it knows
/// the functions without. The second: that all lanes of a subgroup come to a shuffle follows from a workgroup being one subgroup, but
/// the compiler only looks at whole structs, of which one member is the lane.
const SUBGROUPS_IN_BROWSERS: &str = "enable subgroups;\ndiagnostic(off, subgroup_uniformity);\n";

fn browser_prefix(kernel: &Kernel) -> &'static str {
    if kernel.subgroup_size > 0 { SUBGROUPS_IN_BROWSERS } else { "" }
}

/// The WGSL source of a kernel with the constants of a variant, for these types.
pub(crate) fn specialized_source(kernel: &Kernel, variant: &Variant, storages: Storages) -> String {
    let prefix = if cfg!(target_arch = "wasm32") { browser_prefix(kernel) } else { "" };
    let parts: String = kernel.parts.iter().flat_map(|part| storages.parts(part)).collect();
    let source = format!("{}{prefix}{parts}", storages.prefix());
    let block: String =
        variant.constants.iter().map(|(name, value)| format!("const {name}: u32 = {value}u;\n")).collect();
    match (source.find(BEGIN), source.find(END)) {
        (Some(begin), Some(end)) => {
            format!("{}{block}{}", &source[..begin + BEGIN.len()], &source[end..])
        }
        // `tests/shaders.rs` shows that every kernel has exactly one block.
        _ => source,
    }
}

/// A kernel in one of its variants, as tests and tools see it.
#[derive(Clone, Debug)]
pub struct KernelInfo {
    /// Path below `shaders/`, without ending.
    pub name: &'static str,
    /// Its constants, which are what a variant differs in from another of the same name.
    pub constants: &'static [(&'static str, u32)],
    /// The subgroup size that it needs, exactly; 0 if any will do.
    pub subgroup_size: u32,
    /// The source with the files' own constants.
    pub default_source: String,
    /// The source as it is compiled here.
    pub source: String,
    /// What stands before it in a browser.
    pub browser_prefix: &'static str,
    /// Its entry points.
    pub entries: Vec<EntryInfo>,
    /// Bytes of workgroup memory that the planner counts with.
    pub workgroup_bytes: u32,
    /// The uniform struct, then those that it contains.
    pub structs: Vec<StructInfo>,
    /// Override constants that the planner sets.
    pub overrides: &'static [&'static str],
}

/// An entry point and its storage bindings.
#[derive(Clone, Debug)]
pub struct EntryInfo {
    /// Name in the WGSL module.
    pub name: &'static str,
    /// Bindings apart from the uniform struct at 0.
    pub slots: Vec<SlotInfo>,
}

/// A storage binding of an entry point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotInfo {
    /// Binding number in group 0.
    pub binding: u32,
    /// Name of the WGSL variable.
    pub name: &'static str,
    /// Whether the shader writes it.
    pub writable: bool,
}

/// A uniform struct on the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StructInfo {
    /// Its name.
    pub name: &'static str,
    /// Its members in order.
    pub members: Vec<MemberInfo>,
    /// Its size in bytes.
    pub size: usize,
}

/// A member of a uniform struct on the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberInfo {
    /// Its name.
    pub name: &'static str,
    /// Its offset in bytes.
    pub offset: usize,
}

/// Every kernel of the library in every variant, for tensors of f32: what `tests/shaders.rs` validates, and what a second compiler can be fed.
///
/// ```
/// assert!(wgconv::kernels().iter().any(|kernel| kernel.name == "conv/forward_direct"));
/// ```
pub fn kernels() -> Vec<KernelInfo> {
    KERNELS.iter().flat_map(|kernel| variants(kernel, Storages::default())).collect()
}

/// The kernels that take tensors of this type, in every variant, as they are compiled on a device that has `SHADER_F16`, or
/// not.
///
/// ```
/// use wgconv::{ElementType, kernels_of};
/// let kernels = kernels_of(ElementType::F16, true);
/// let kernel = kernels.iter().find(|kernel| kernel.name == "conv/forward_direct").unwrap();
/// assert!(kernel.source.starts_with("enable f16;"));
/// ```
pub fn kernels_of(element: ElementType, shader_f16: bool) -> Vec<KernelInfo> {
    let storage = Storage::of(element, &DeviceLimits { shader_f16, ..DeviceLimits::default() });
    let typed = KERNELS.iter().filter(|kernel| kernel.reads_types() || kernel.stores_types());
    typed.flat_map(|kernel| variants(kernel, Storages { input: storage, output: storage })).collect()
}

impl KernelInfo {
    /// That of a pipeline.
    pub(crate) fn of(key: &KernelKey) -> KernelInfo {
        describe(key.entry.kernel(), key.variant, key.storages)
    }
}

fn variants(kernel: &'static Kernel, storages: Storages) -> Vec<KernelInfo> {
    kernel.variants.iter().map(|variant| describe(kernel, variant, storages)).collect()
}

fn struct_info((name, members, size): Layout) -> StructInfo {
    let members = members.into_iter().map(|(name, offset)| MemberInfo { name, offset }).collect();
    StructInfo { name, members, size }
}

fn describe(kernel: &'static Kernel, variant: &'static Variant, storages: Storages) -> KernelInfo {
    let mut structs = vec![struct_info((kernel.params)())];
    let inner: &[fn() -> Layout] = match structs[0].name {
        "ConvParams" | "PoolParams" => &[super::Reduction::layout],
        "KernelGradParams" => &[super::ConvParams::layout, super::Reduction::layout],
        "BorderParams" => &[super::ConvParams::layout, super::Reduction::layout, super::BorderAxis::layout],
        "GatherParams" => &[super::AxisClass::layout],
        "PackParams" => &[super::PackAxis::layout, super::AxisClass::layout],
        "PhaseParams" => &[super::PhaseSet::layout, super::PhasePart::layout, super::PhaseClass::layout],
        _ => &[],
    };
    structs.extend(inner.iter().map(|layout| struct_info(layout())));
    let entry = |entry: &&'static super::EntryPoint| EntryInfo {
        name: entry.name,
        slots: entry
            .slots
            .iter()
            .map(|slot| SlotInfo { binding: slot.binding, name: slot.name, writable: slot.writable })
            .collect(),
    };
    KernelInfo {
        name: kernel.name,
        constants: variant.constants,
        subgroup_size: kernel.subgroup_size,
        default_source: kernel.parts.concat(),
        source: specialized_source(kernel, variant, storages),
        browser_prefix: browser_prefix(kernel),
        entries: kernel.entries.iter().map(entry).collect(),
        workgroup_bytes: variant.workgroup_bytes,
        structs,
        overrides: kernel.overrides,
    }
}
