//! Shader modules and pipelines, each compiled once: module by kernel and constants, pipeline by the whole key.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::context::Context;
use super::pipeline_data::PipelineData;
use super::scope::guarded;
use super::{requirements, trusted};
use crate::error::Result;
use crate::kernel::{Constant, EntryPoint, KernelKey, specialized_source};

/// A compiled entry point and the layout of its one bind group.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub pipeline: wgpu::ComputePipeline,
    pub layout: wgpu::BindGroupLayout,
}

/// A kernel's name and constants.
type ModuleKey = (&'static str, &'static [Constant]);

/// The two-level cache.
pub(crate) struct PipelineCache {
    checked: bool,
    modules: Mutex<HashMap<ModuleKey, wgpu::ShaderModule>>,
    pipelines: Mutex<HashMap<KernelKey, Arc<Pipeline>>>,
    compiled: AtomicUsize,
    /// The driver's own cache, where somebody asked for it.
    driver: Option<wgpu::PipelineCache>,
}

/// More different pipelines than this empty the cache; plans keep those that they use.
const MOST_PIPELINES: usize = 4096;

impl PipelineCache {
    pub(crate) fn new(checked: bool) -> Self {
        let compiled = AtomicUsize::new(0);
        PipelineCache { checked, modules: Mutex::default(), pipelines: Mutex::default(), compiled, driver: None }
    }

    /// An empty one over the driver's own cache, which begins with these data.
    pub(crate) fn with_data(context: &Context, checked: bool, data: &PipelineData) -> Result<Self> {
        Ok(PipelineCache { driver: data.driver_cache(context)?, ..PipelineCache::new(checked) })
    }

    /// What the driver's own cache holds.
    pub(crate) fn data(&self, context: &Context) -> Option<PipelineData> {
        PipelineData::of(context, self.driver.as_ref()?.get_data()?)
    }

    /// How many pipelines were compiled.
    pub(crate) fn compiled(&self) -> usize {
        self.compiled.load(Ordering::Relaxed)
    }

    /// Whether shaders are compiled with run-time checks.
    pub(crate) fn checked(&self) -> bool {
        self.checked
    }

    /// The pipeline for a key, from the cache or compiled now. Two threads that ask at once may both compile; one result
    /// is kept.
    pub(crate) fn get(&self, context: &Context, key: &KernelKey) -> Result<Arc<Pipeline>> {
        if let Ok(pipelines) = self.pipelines.lock()
            && let Some(pipeline) = pipelines.get(key)
        {
            return Ok(pipeline.clone());
        }
        let pipeline = Arc::new(self.compile(context, key)?);
        self.compiled.fetch_add(1, Ordering::Relaxed);
        if let Ok(mut pipelines) = self.pipelines.lock() {
            if pipelines.len() >= MOST_PIPELINES {
                pipelines.clear();
            }
            pipelines.insert(key.clone(), pipeline.clone());
        }
        Ok(pipeline)
    }

    fn compile(&self, context: &Context, key: &KernelKey) -> Result<Pipeline> {
        let device = context.device();
        requirements::check(&device.limits(), key)?;
        let module = self.module(context, key)?;
        let label = key.to_string();
        let constants: Vec<(&str, f64)> = key.overrides.iter().map(|&(name, value)| (name, f64::from(value))).collect();
        guarded(context.core(), "create a compute pipeline", 0, || {
            let layout = bind_group_layout(device, key.entry);
            let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(&label),
                bind_group_layouts: &[Some(&layout)],
                immediate_size: 0,
            });
            let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(&label),
                layout: Some(&pipeline_layout),
                module: &module,
                entry_point: Some(key.entry.name),
                compilation_options: wgpu::PipelineCompilationOptions {
                    constants: &constants,
                    // Every kernel writes its workgroup memory before it reads it.
                    zero_initialize_workgroup_memory: false,
                },
                cache: self.driver.as_ref(),
            });
            Pipeline { pipeline, layout }
        })
    }

    fn module(&self, context: &Context, key: &KernelKey) -> Result<wgpu::ShaderModule> {
        let kernel = key.entry.kernel();
        let module_key = (kernel.name, key.variant.constants);
        if let Ok(modules) = self.modules.lock()
            && let Some(module) = modules.get(&module_key)
        {
            return Ok(module.clone());
        }
        let source = specialized_source(kernel, key.variant);
        let descriptor =
            wgpu::ShaderModuleDescriptor { label: Some(kernel.name), source: wgpu::ShaderSource::Wgsl(source.into()) };
        let module = guarded(context.core(), "create a shader module", 0, || self.create_module(context, descriptor))?;
        if let Ok(mut modules) = self.modules.lock() {
            modules.insert(module_key, module.clone());
        }
        Ok(module)
    }

    fn create_module(&self, context: &Context, descriptor: wgpu::ShaderModuleDescriptor<'_>) -> wgpu::ShaderModule {
        if self.checked {
            return context.device().create_shader_module(descriptor);
        }
        trusted::shader_module(context.device(), descriptor)
    }
}

/// Binding 0 is the uniform struct, the others are the entry point's storage buffers.
fn bind_group_layout(device: &wgpu::Device, entry: &'static EntryPoint) -> wgpu::BindGroupLayout {
    let buffer = |binding, ty, size: u64| wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: wgpu::BufferSize::new(size) },
        count: None,
    };
    let (_, _, params_size) = (entry.kernel().params)();
    let mut entries = vec![buffer(0, wgpu::BufferBindingType::Uniform, params_size as u64)];
    entries.extend(entry.slots.iter().map(|slot| {
        let ty = wgpu::BufferBindingType::Storage { read_only: !slot.writable };
        buffer(slot.binding, ty, slot.bytes.into())
    }));
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(entry.name), entries: &entries })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::kernel::{ADVANCE, KernelKey};

    #[test]
    fn a_pipeline_that_fails_is_not_kept() {
        let context = Context::new_blocking().unwrap();
        let key = |overrides| KernelKey::new(&ADVANCE, &ADVANCE.kernel().variants[0], overrides);
        let (wrong, right) = (key(&[("NO_SUCH_CONSTANT", 1)]), key(&[]));
        let failure = || context.pipelines().get(&context, &wrong).unwrap_err();
        let held = || {
            // What was dropped is given back with the next submission.
            context.queue().submit([]);
            context.device().poll(wgpu::PollType::wait_indefinitely()).unwrap();
            context.device().generate_allocator_report().map(|report| report.total_allocated_bytes)
        };
        failure();
        let before = held();
        for _ in 0..1_000 {
            let error = failure();
            assert!(matches!(error, Error::Wgpu { during: "create a compute pipeline", .. }), "{error:?}");
        }
        let cache = context.pipelines();
        assert_eq!((cache.compiled(), cache.pipelines.lock().unwrap().len(), held()), (0, 0, before));
        cache.get(&context, &right).unwrap();
        assert_eq!((cache.compiled(), cache.modules.lock().unwrap().len()), (1, 1));
        let step = context.zeros::<u32>(&[1]).unwrap();
        let mut program = crate::Program::new(&context);
        program.advance(&step).unwrap();
        program.run().unwrap();
        assert_eq!(step.read_blocking().unwrap(), [1]);
    }
}
