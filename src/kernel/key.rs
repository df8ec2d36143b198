//! What makes one pipeline differ from another.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::{Constant, EntryPoint, Variant};

/// An override constant's name and value.
pub(crate) type Override = (&'static str, u32);

/// Entry point of a kernel with its constants, and the override constants: the key of the pipeline cache. Its `Display` is the pipeline's label.
#[derive(Clone, Debug)]
pub(crate) struct KernelKey {
    pub entry: &'static EntryPoint,
    /// One of its kernel's.
    pub variant: &'static Variant,
    /// Given to the pipeline.
    pub overrides: Vec<Override>,
}

impl KernelKey {
    pub(crate) fn new(entry: &'static EntryPoint, variant: &'static Variant, overrides: &[Override]) -> Self {
        KernelKey { entry, variant, overrides: overrides.to_vec() }
    }

    /// What stands for the module's source, without blanks: the kernel's name and its constants.
    pub(crate) fn module_name(&self) -> String {
        let constants: Vec<String> =
            self.variant.constants.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{}[{}]", self.entry.kernel().name, constants.join(","))
    }

    fn identity(&self) -> (&'static str, &'static str, &'static [Constant], &[Override]) {
        (self.entry.kernel().name, self.entry.name, self.variant.constants, &self.overrides)
    }
}

impl PartialEq for KernelKey {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for KernelKey {}

impl Hash for KernelKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

impl fmt::Display for KernelKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.entry.kernel().name, self.entry.name)?;
        for (name, value) in self.variant.constants {
            write!(f, " {}={value}", name.to_lowercase())?;
        }
        for (name, value) in &self.overrides {
            // Only what differs from the shader's default, which is 1 but for these.
            let zero = [
                "ACCUMULATE",
                "ACTIVATION",
                "RESIDUAL",
                "DERIVATIVE",
                "BORDER",
                "BY_CHANNEL",
                "X_LAST",
                "Y_LAST",
                "SOURCE_LAST",
                "OUT_LAST",
                "IN_OUT",
                "ADAPTIVE",
                "POWER",
                "SIGNED",
            ];
            let default = !name.starts_with("PADDING_") && !zero.contains(name);
            if *value != u32::from(default) {
                write!(f, " {}={value}", name.to_lowercase())?;
            }
        }
        Ok(())
    }
}
