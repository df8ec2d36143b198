//! What a driver has compiled, as a value that can be kept in a file.

use super::context::Context;
use super::scope::guarded;
use super::trusted;
use crate::error::Result;
use crate::tune::{DeviceKey, fingerprint};

/// What the driver compiled in an earlier run of the program, for [`Context::with_pipeline_data`]. Vulkan only; other
/// backends have none, or keep it themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PipelineData {
    /// Of which device; `None` if there are no data.
    device: Option<DeviceKey>,
    data: Vec<u8>,
}

/// First line of the bytes, with the version of their layout.
const MAGIC: &str = "wgconv pipelines 1\n";

/// More than this is no cache of a few hundred small pipelines.
const MOST_BYTES: usize = 256 << 20;

impl PipelineData {
    /// None: how it begins.
    pub fn empty() -> PipelineData {
        PipelineData::default()
    }

    /// Of a device that can name its driver.
    pub(crate) fn of(context: &Context, data: Vec<u8>) -> Option<PipelineData> {
        (data.len() <= MOST_BYTES).then(|| PipelineData { device: Some(DeviceKey::of(context)), data })
    }

    /// Bytes for [`PipelineData::from_bytes`]: a version, the device and driver, a checksum, and the driver's data.
    pub fn to_bytes(&self) -> Vec<u8> {
        let device = self.device.as_ref().map_or("", DeviceKey::text);
        let head = format!("{MAGIC}{device}data {} {:016x}\n", self.data.len(), fingerprint(&[&self.data]));
        [head.as_bytes(), &self.data].concat()
    }

    pub(super) fn parse(bytes: &[u8]) -> Option<PipelineData> {
        let rest = bytes.strip_prefix(MAGIC.as_bytes())?;
        let lines = DeviceKey::LINES + 1;
        let is_empty = rest.starts_with(b"data ");
        let ends = rest.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(i, _)| i + 1);
        let ends: Vec<usize> = ends.take(if is_empty { 1 } else { lines }).collect();
        let (head, data) = rest.split_at_checked(*ends.last()?)?;
        let at = if ends.len() > 1 { ends[ends.len() - 2] } else { 0 };
        let head = std::str::from_utf8(head).ok()?;
        let (device, last) = head.split_at_checked(at)?;
        let expected = format!("data {} {:016x}\n", data.len(), fingerprint(&[data]));
        if last != expected || data.len() > MOST_BYTES {
            return None;
        }
        let device = if is_empty { None } else { Some(DeviceKey::parse(device).ok()?) };
        Some(PipelineData { device, data: data.to_vec() })
    }

    /// The driver's cache with these data, if they are its own; `None` where the device has no such thing.
    pub(super) fn driver_cache(&self, context: &Context) -> Result<Option<wgpu::PipelineCache>> {
        if !context.device().features().contains(wgpu::Features::PIPELINE_CACHE) {
            log::info!("this device keeps no compiled pipelines");
            return Ok(None);
        }
        let is_own = self.device.as_ref() == Some(&DeviceKey::of(context));
        if self.device.is_some() && !is_own {
            log::warn!("the compiled pipelines are of another device, driver or version; they are not used");
        }
        let data = is_own.then_some(&self.data[..]);
        guarded(context.core(), "create a pipeline cache", 0, || trusted::pipeline_cache(context.device(), data))
            .map(Some)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn damaged_data_are_empty_data() {
        let context = Context::new_blocking().unwrap();
        let whole = PipelineData::of(&context, (0..100).collect()).unwrap();
        let bytes = whole.to_bytes();
        assert_eq!(PipelineData::parse(&bytes), Some(whole));
        assert_eq!(PipelineData::parse(&PipelineData::empty().to_bytes()), Some(PipelineData::empty()));
        let head = bytes.len() - 100;
        for i in 0..bytes.len() {
            assert_eq!(PipelineData::parse(&bytes[..i]), None, "cut at {i}");
            let mut changed = bytes.clone();
            changed[i] ^= 4;
            // Another name of the device is another device's.
            assert!(
                PipelineData::parse(&changed)
                    .is_none_or(|found| i < head && found.device != Some(DeviceKey::of(&context)))
            );
        }
        assert_eq!(PipelineData::parse(&[&bytes[..], b"x"].concat()), None);
    }
}
