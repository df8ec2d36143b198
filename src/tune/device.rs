//! What results of tuning are true of: a device, its driver, and the kernels.

use std::sync::OnceLock;

use crate::element::ElementType;
use crate::error::{Error, Result};
use crate::gpu::Context;
use crate::kernel::{KernelInfo, kernels, kernels_of};

/// Adapter, driver and kernels, as the lines of text that stand for them: two that are equal have equal lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DeviceKey(String);

/// The words that the lines begin with.
const NAMES: [&str; DeviceKey::LINES] =
    ["adapter", "vendor", "device", "backend", "driver", "driver_info", "shader_checks", "kernels"];

/// No driver's name is as long.
const MOST_LINE: usize = 2100;

impl DeviceKey {
    pub(crate) const LINES: usize = 8;

    pub(crate) fn of(context: &Context) -> DeviceKey {
        let info = context.adapter_info();
        let values = [
            info.name.clone(),
            format!("{:#x}", info.vendor),
            format!("{:#x}", info.device),
            info.backend.to_string(),
            info.driver.clone(),
            info.driver_info.clone(),
            if context.has_checked_shaders() { "on" } else { "off" }.to_string(),
            // Of f16 there are two of most.
            format!(
                "{:016x}, {} f16",
                kernels_fingerprint(),
                if context.limits().shader_f16 { "native" } else { "packed" }
            ),
        ];
        // Drivers may say anything, a line must stay a line.
        let line = |(name, value): (&str, String)| {
            let value: String = value.trim().chars().take(200).flat_map(char::escape_debug).collect();
            format!("{name} {value}\n")
        };
        DeviceKey(NAMES.into_iter().zip(values).map(line).collect())
    }

    /// The lines, each with its end.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Reads the lines that [`DeviceKey::text`] gives. Lines of the error count from the first of these.
    pub(crate) fn parse(text: &str) -> Result<DeviceKey> {
        let mut lines = text.split_inclusive('\n');
        for (i, name) in NAMES.iter().enumerate() {
            let line = lines.next().unwrap_or_default();
            let is_it = line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' '));
            if !is_it || !line.ends_with('\n') || line.len() > MOST_LINE {
                return Err(Error::InvalidTuning { line: 1 + i, reason: format!("expected `{name}`") });
            }
        }
        match lines.next() {
            None => Ok(DeviceKey(text.to_string())),
            Some(_) => Err(Error::InvalidTuning { line: 1 + NAMES.len(), reason: "too many lines".to_string() }),
        }
    }

    /// An error with the first line that differs.
    pub(crate) fn check(&self, here: &DeviceKey) -> Result<()> {
        let mut pairs = self.0.lines().zip(here.0.lines());
        match pairs.find(|(found, expected)| found != expected) {
            Some((found, expected)) => {
                Err(Error::StaleTuning { found: found.to_string(), expected: expected.to_string() })
            }
            None => Ok(()),
        }
    }
}

/// Of every kernel's source, and of this library's version, which stands for its planner.
fn kernels_fingerprint() -> u64 {
    static FINGERPRINT: OnceLock<u64> = OnceLock::new();
    *FINGERPRINT.get_or_init(|| {
        let others = [(ElementType::F16, true), (ElementType::F16, false), (ElementType::Bf16, false)];
        let others = others.into_iter().flat_map(|(element, shader_f16)| kernels_of(element, shader_f16));
        let kernels: Vec<KernelInfo> = kernels().into_iter().chain(others).collect();
        let parts = kernels.iter().flat_map(|kernel| [kernel.name.as_bytes(), kernel.source.as_bytes()]);
        let parts: Vec<&[u8]> = std::iter::once(env!("CARGO_PKG_VERSION").as_bytes()).chain(parts).collect();
        fingerprint(&parts)
    })
}

/// FNV-1a of 64 bits (Fowler, Noll and Vo; IETF draft eastlake-fnv), with the parts' lengths: a change of a single byte always
/// shows. It finds accidents, not malice.
pub(crate) fn fingerprint(parts: &[&[u8]]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for &byte in (part.len() as u64).to_le_bytes().iter().chain(*part) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash
}
