//! Which adapter is used.

#[cfg(not(target_arch = "wasm32"))]
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};

/// How to get a driver, for the message of [`Error::NoAdapter`].
pub(crate) const DRIVER_HINT: &str = "Install your GPU's Vulkan driver; without a GPU, Mesa's software driver will do \
    (Debian, Ubuntu: apt install mesa-vulkan-drivers; Fedora: dnf install mesa-vulkan-drivers; Arch: pacman -S \
    vulkan-swrast). macOS and Windows bring theirs. WGCONV_ADAPTER chooses among several by a part of the name";

/// Environment variable with a part of the wanted adapter's name.
pub(crate) const ADAPTER_VARIABLE: &str = "WGCONV_ADAPTER";

/// Backends looked at unless told otherwise: never OpenGL, whose compute is slow and whose llvmpipe would hide that no
/// Vulkan driver is installed.
pub(crate) fn default_backends() -> wgpu::Backends {
    wgpu::Backends::from_env().unwrap_or(wgpu::Backends::PRIMARY)
}

/// All adapters of these backends.
pub(crate) async fn enumerate(backends: wgpu::Backends) -> Vec<wgpu::Adapter> {
    instance(backends).enumerate_adapters(backends).await
}

/// The process's one instance of wgpu for these backends.
///
/// wgpu's handles are numbers that each instance counts from the start. With an instance for every context, a buffer of
/// one context bound in a plan of another was taken for whichever buffer had the same number there; within one instance
/// wgpu sees that the devices differ.
#[cfg(not(target_arch = "wasm32"))]
fn instance(backends: wgpu::Backends) -> wgpu::Instance {
    static INSTANCES: Mutex<Vec<(wgpu::Backends, wgpu::Instance)>> = Mutex::new(Vec::new());
    // What a panicking thread left is a list of whole instances.
    let mut instances = INSTANCES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, instance)) = instances.iter().find(|(of, _)| *of == backends) {
        return instance.clone();
    }
    let instance = new_instance(backends);
    instances.push((backends, instance.clone()));
    instance
}

/// In a browser handles are objects, which cannot be confused (and cannot be kept for all threads).
#[cfg(target_arch = "wasm32")]
fn instance(backends: wgpu::Backends) -> wgpu::Instance {
    new_instance(backends)
}

fn new_instance(backends: wgpu::Backends) -> wgpu::Instance {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = backends;
    // WGPU_VALIDATION, WGPU_DEBUG and others, as other programs on wgpu read them.
    descriptor.flags = descriptor.flags.with_env();
    wgpu::Instance::new(descriptor)
}

/// Position in the order of preference: discrete, integrated, virtual, software, anything else.
pub(crate) fn preference(device_type: wgpu::DeviceType) -> u32 {
    match device_type {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        wgpu::DeviceType::Cpu => 3,
        wgpu::DeviceType::Other => 4,
    }
}

/// The adapter whose name contains `wanted` (any case), or else the most preferred; OpenGL last.
pub(crate) async fn choose(wanted: Option<&str>, backends: wgpu::Backends) -> Result<wgpu::Adapter> {
    let fits = |adapter: &wgpu::Adapter| {
        wanted.is_none_or(|name| adapter.get_info().name.to_lowercase().contains(&name.to_lowercase()))
    };
    let rank = |adapter: &wgpu::Adapter| {
        let info = adapter.get_info();
        (info.backend == wgpu::Backend::Gl, preference(info.device_type))
    };
    let adapters = enumerate(backends).await;
    match adapters.into_iter().filter(fits).min_by_key(rank) {
        Some(adapter) => Ok(adapter),
        None => Err(no_adapter(wanted).await),
    }
}

async fn no_adapter(wanted: Option<&str>) -> Error {
    let describe = |adapter: &wgpu::Adapter| {
        let info = adapter.get_info();
        format!("{} ({}, {:?})", info.name, info.backend, info.device_type)
    };
    let found = enumerate(wgpu::Backends::PRIMARY | wgpu::Backends::GL).await.iter().map(describe).collect();
    Error::NoAdapter { wanted: wanted.map(str::to_string), found }
}
