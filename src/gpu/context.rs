//! The device that everything runs on, with its caches of pipelines and plans.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::adapter;
use super::core::Core;
use super::pipeline::PipelineCache;
use super::pipeline_data::PipelineData;
use super::plan::Plan;
use super::tensor::{Element, Tensor, buffer_bytes};
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::plan::{Advice, DeviceLimits, Operand, PlanOptions, PlanSpec, Problem};
use crate::spatial::element_count;
use crate::tune::Tuned;

/// How a [`Context`] is made.
///
/// ```
/// use wgconv::{Context, ContextOptions};
/// let options = ContextOptions { adapter: Some("no such adapter".into()), ..ContextOptions::default() };
/// let error = Context::with_options_blocking(&options).unwrap_err();
/// assert!(matches!(error, wgconv::Error::NoAdapter { .. }));
/// ```
#[derive(Clone, Debug)]
pub struct ContextOptions {
    /// A part of the wanted adapter's name, any case. `None`: the environment variable `WGCONV_ADAPTER`, and if that is
    /// not set the first of discrete, integrated, virtual, software.
    pub adapter: Option<String>,
    /// Backends to look at. `None`: the environment variable `WGPU_BACKEND`, and if that is not set all but OpenGL.
    pub backends: Option<wgpu::Backends>,
    /// Whether shaders are compiled with run-time checks for bounds, divisions and endless loops. On in debug builds.
    pub checked_shaders: bool,
}

impl Default for ContextOptions {
    fn default() -> Self {
        ContextOptions { adapter: None, backends: None, checked_shaders: cfg!(debug_assertions) }
    }
}

/// A wgpu device and queue, with the pipelines and plans made on it so far. Cheap to clone; Send and Sync on native.
///
/// ```
/// use wgconv::Context;
/// let ctx = Context::new_blocking()?;
/// println!("{}", ctx.adapter_info().name);
/// let x = ctx.tensor(&[2, 2], &[1.0, 2.0, 3.0, 4.0])?;
/// assert_eq!(x.read_blocking()?, [1.0, 2.0, 3.0, 4.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone)]
pub struct Context {
    inner: Arc<Inner>,
}

struct Inner {
    core: Arc<Core>,
    pipelines: Arc<PipelineCache>,
    plans: Mutex<HashMap<(Problem, PlanOptions), Arc<Plan>>>,
    /// Of this very device and these kernels.
    tuning: Option<Arc<Tuned>>,
    /// Of plans that are made without any.
    options: PlanOptions,
}

/// What a device of our own has if its adapter has it; `device().features()` tells. Timestamps are how `wgconv bench` times
/// a pass on the device's own clock; subgroups are what the kernels for software devices are made of; f16 in shaders is not
/// needed for tensors of f16, but spares them the halves of words; the pipeline cache does
/// nothing unless [`Context::with_pipeline_data`] asks for it.
const WANTED_FEATURES: wgpu::Features = wgpu::Features::TIMESTAMP_QUERY
    .union(wgpu::Features::SUBGROUP)
    .union(wgpu::Features::SHADER_F16)
    .union(wgpu::Features::PIPELINE_CACHE);

/// More different problems than this empty the plan cache, so that it cannot grow without bound.
const MOST_PLANS: usize = 1024;

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Context({:?})", self.adapter_info().name)
    }
}

impl Context {
    /// A context on the adapter that [`ContextOptions::default`] describes, with the adapter's full limits.
    ///
    /// # Errors
    /// [`Error::NoAdapter`] with a hint how to get a driver; [`Error::RequestDevice`].
    pub async fn new() -> Result<Context> {
        Context::with_options(&ContextOptions::default()).await
    }

    /// A context on the adapter that the options describe, with the adapter's full limits.
    ///
    /// # Errors
    /// As for [`Context::new`].
    pub async fn with_options(options: &ContextOptions) -> Result<Context> {
        let adapter = Context::choose_adapter(options).await?;
        let info = adapter.get_info();
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("wgconv"),
            required_features: adapter.features() & WANTED_FEATURES,
            required_limits: adapter.limits(),
            ..Default::default()
        };
        let (device, queue) = adapter
            .request_device(&descriptor)
            .await
            .map_err(|error| Error::RequestDevice { adapter: info.name.clone(), reason: error.to_string() })?;
        log::info!("wgconv runs on {} ({}, {} {})", info.name, info.backend, info.driver, info.driver_info);
        let lost = Arc::new(Mutex::new(None));
        let flag = lost.clone();
        device.set_device_lost_callback(move |reason, message| {
            if let Ok(mut lost) = flag.lock() {
                *lost = Some(format!("{reason:?}: {message}"));
            }
        });
        let limits = DeviceLimits::of(&device);
        Ok(Context::assemble(device, queue, info, limits, Arc::new(PipelineCache::new(options.checked_shaders)), lost))
    }

    /// A context on a device that somebody else owns: its error and lost handlers are left alone, and nothing is changed
    /// about it.
    pub fn from_wgpu(adapter: &wgpu::Adapter, device: wgpu::Device, queue: wgpu::Queue) -> Context {
        let checked = ContextOptions::default().checked_shaders;
        let limits = DeviceLimits::of(&device);
        Context::assemble(
            device,
            queue,
            adapter.get_info(),
            limits,
            Arc::new(PipelineCache::new(checked)),
            Arc::default(),
        )
    }

    fn assemble(
        device: wgpu::Device,
        queue: wgpu::Queue,
        adapter_info: wgpu::AdapterInfo,
        limits: DeviceLimits,
        pipelines: Arc<PipelineCache>,
        lost: Arc<Mutex<Option<String>>>,
    ) -> Context {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let core = Arc::new(Core { id, device, queue, adapter_info, limits, lost });
        Context {
            inner: Arc::new(Inner {
                core,
                pipelines,
                plans: Mutex::default(),
                tuning: None,
                options: PlanOptions::default(),
            }),
        }
    }

    /// The same device, so that tensors can be shared, with an empty cache of plans.
    fn sibling(&self, pipelines: Arc<PipelineCache>, tuning: Option<Arc<Tuned>>) -> Context {
        let (core, options) = (self.core().clone(), *self.plan_options());
        Context { inner: Arc::new(Inner { core, pipelines, plans: Mutex::default(), tuning, options }) }
    }

    /// The same device with other options of plans that are made without any.
    pub(super) fn with_plan_options(&self, options: PlanOptions) -> Context {
        let (core, pipelines) = (self.core().clone(), self.inner.pipelines.clone());
        let tuning = self.inner.tuning.clone();
        Context { inner: Arc::new(Inner { core, pipelines, plans: Mutex::default(), tuning, options }) }
    }

    /// What it plans by where no options are given.
    pub fn plan_options(&self) -> &PlanOptions {
        &self.inner.options
    }

    /// The same device with empty caches of plans and pipelines, which go with it.
    pub(crate) fn with_own_caches(&self) -> Context {
        self.sibling(Arc::new(PipelineCache::new(self.pipelines().checked())), self.inner.tuning.clone())
    }

    /// This device, planning by what tuning found ([`crate::tune`]): where a problem was tuned, [`crate::Strategy::Auto`] takes
    /// what was the fastest, and a kernel that computed a wrong result is never run. The plan's `Display` says so. Tensors
    /// and pipelines are shared with this context, plans are not.
    ///
    /// Results of another device, driver or version of the kernels are not used: the log has a warning, and the planner
    /// chooses as ever. [`Tuned::check`] tells beforehand.
    ///
    /// ```
    /// use wgconv::{Context, tune::Tuned};
    /// let ctx = Context::new_blocking()?;
    /// let tuned = Tuned::new(&ctx);
    /// assert_eq!(ctx.with_tuning(&tuned).tuning(), Some(&tuned));
    /// assert_eq!(ctx.tuning(), None);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn with_tuning(&self, tuned: &Tuned) -> Context {
        match tuned.check(self) {
            Ok(()) => self.sibling(self.inner.pipelines.clone(), Some(Arc::new(tuned.clone()))),
            Err(error) => {
                log::warn!("{error}; until then the planner chooses");
                self.sibling(self.inner.pipelines.clone(), None)
            }
        }
    }

    /// [`Context::with_tuning`] from what [`Tuned::to_bytes`] gave. Corrupt data are treated as stale ones: a warning in the log,
    /// and the planner chooses.
    pub fn with_tuning_bytes(&self, bytes: &[u8]) -> Context {
        self.with_tuning_result(Tuned::from_bytes(bytes))
    }

    /// [`Context::with_tuning`] from a file of [`Tuned::save`] or `wgconv tune`. A file that is missing, corrupt or stale is a
    /// warning in the log, and the planner chooses.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn with_tuning_file(&self, path: impl AsRef<std::path::Path>) -> Context {
        self.with_tuning_result(Tuned::load(path))
    }

    fn with_tuning_result(&self, tuned: Result<Tuned>) -> Context {
        match tuned {
            Ok(tuned) => self.with_tuning(&tuned),
            Err(error) => {
                log::warn!("{error}; without them the planner chooses");
                self.sibling(self.inner.pipelines.clone(), None)
            }
        }
    }

    /// The results of tuning that this context plans by; `None` unless the caller gave it some that are of this device.
    pub fn tuning(&self) -> Option<&Tuned> {
        self.inner.tuning.as_deref()
    }

    /// This device with an empty pipeline cache that begins with what the driver compiled in an earlier run, so that it need
    /// not compile it again, and that can be asked for it ([`Context::pipeline_data`]). Tensors are shared with this
    /// context, plans and pipelines are not. Data of another device or driver, and corrupt ones, are not used; the log says
    /// so. Where the device cannot (only Vulkan can; a device of the caller needs `PIPELINE_CACHE`), nothing is kept.
    ///
    /// ```
    /// use wgconv::{Context, PipelineData};
    /// let ctx = Context::new_blocking()?.with_pipeline_data(&PipelineData::empty())?;
    /// // ... work ...
    /// if let Some(data) = ctx.pipeline_data() {
    ///     std::fs::write(std::env::temp_dir().join("pipelines"), data.to_bytes()).ok();
    /// }
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    ///
    /// # Errors
    /// A device that is lost or out of memory.
    pub fn with_pipeline_data(&self, data: &PipelineData) -> Result<Context> {
        let pipelines = PipelineCache::with_data(self, self.inner.pipelines.checked(), data)?;
        Ok(self.sibling(Arc::new(pipelines), self.inner.tuning.clone()))
    }

    /// What the driver has compiled for this context, to be kept for another run; `None` if the context was not made by
    /// [`Context::with_pipeline_data`], or the device cannot.
    pub fn pipeline_data(&self) -> Option<PipelineData> {
        self.pipelines().data(self)
    }

    /// Compiles the pipelines of these plans, so that the first call need not; says how many were new. A spec comes from
    /// `plan_spec` of an operator, or from [`crate::case::Case::plan_spec_on`], which knows of tuning. Some software drivers
    /// put a part of the work off until the first dispatch all the same.
    ///
    /// ```
    /// use wgconv::{Context, Conv, ConvShapes, Pass, PlanOptions};
    /// let ctx = Context::new_blocking()?;
    /// let shapes = ConvShapes::new(&[1, 3, 9, 9], &[8, 3, 3, 3]);
    /// let conv = Conv::<2>::new([3, 3]).build()?;
    /// let spec = conv.plan_spec(ctx.limits(), Pass::Forward, shapes, &PlanOptions::default())?;
    /// assert!(ctx.prewarm([&spec])? > 0);
    /// assert_eq!(ctx.prewarm([&spec])?, 0);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    ///
    /// # Errors
    /// A device that is lost or out of memory, a shader that the driver refuses.
    pub fn prewarm<'a>(&self, specs: impl IntoIterator<Item = &'a PlanSpec>) -> Result<usize> {
        self.check_alive()?;
        let before = self.pipelines().compiled();
        for step in specs.into_iter().flat_map(|spec| &spec.steps) {
            self.pipelines().get(self, &step.kernel)?;
        }
        Ok(self.pipelines().compiled() - before)
    }

    /// How many pipelines were compiled so far, by this context and those that it shares them with.
    #[doc(hidden)]
    pub fn pipelines_compiled(&self) -> usize {
        self.pipelines().compiled()
    }

    /// A context on the same device that plans as if the device allowed only this. The two share pipelines and results of
    /// tuning, but neither tensors nor plans. For tests: it reaches every limit with small tensors.
    ///
    /// # Errors
    /// [`Error::LimitExceeded`] for a limit above the device's own, or too small for any kernel;
    /// [`Error::InvalidParameter`] for an alignment below the device's own or not a power of two, and for `shader_f16` on a
    /// device without.
    pub fn with_limits(&self, limits: DeviceLimits) -> Result<Context> {
        limits.validate()?;
        let own = self.limits();
        let pairs: [(&'static str, u64, u64); 7] = [
            (
                "max_workgroups_per_dimension",
                limits.max_workgroups_per_dimension.into(),
                own.max_workgroups_per_dimension.into(),
            ),
            (
                "max_invocations_per_workgroup",
                limits.max_invocations_per_workgroup.into(),
                own.max_invocations_per_workgroup.into(),
            ),
            (
                "max_workgroup_storage_bytes",
                limits.max_workgroup_storage_bytes.into(),
                own.max_workgroup_storage_bytes.into(),
            ),
            ("max_storage_buffers", limits.max_storage_buffers.into(), own.max_storage_buffers.into()),
            ("max_storage_binding_bytes", limits.max_storage_binding_bytes, own.max_storage_binding_bytes),
            ("max_buffer_bytes", limits.max_buffer_bytes, own.max_buffer_bytes),
            ("max_loop_iterations", limits.max_loop_iterations.into(), own.max_loop_iterations.into()),
        ];
        for (limit, needed, available) in pairs {
            if needed > available {
                return Err(Error::LimitExceeded { limit, what: "Context::with_limits".into(), needed, available });
            }
        }
        if limits.subgroup_size != 0 && limits.subgroup_size != own.subgroup_size {
            return Err(Error::InvalidParameter {
                operator: "Context::with_limits",
                parameter: "subgroup_size",
                value: limits.subgroup_size.to_string(),
                expected: "the device's own, or 0",
            });
        }
        if limits.shader_f16 && !own.shader_f16 {
            return Err(Error::InvalidParameter {
                operator: "Context::with_limits",
                parameter: "shader_f16",
                value: "true".to_string(),
                expected: "false on a device without SHADER_F16",
            });
        }
        for ((parameter, alignment), (_, least)) in limits.alignments().into_iter().zip(own.alignments()) {
            if alignment < least {
                return Err(Error::InvalidParameter {
                    operator: "Context::with_limits",
                    parameter,
                    value: alignment.to_string(),
                    expected: "at least the device's own",
                });
            }
        }
        let core = self.core();
        let context = Context::assemble(
            core.device.clone(),
            core.queue.clone(),
            core.adapter_info.clone(),
            limits,
            // A pipeline does not depend on what the planner is told.
            self.inner.pipelines.clone(),
            core.lost.clone(),
        );
        Ok(context
            .sibling(self.inner.pipelines.clone(), self.inner.tuning.clone())
            .with_plan_options(self.inner.options))
    }

    /// Every adapter that is there, software and OpenGL ones included.
    pub async fn adapters() -> Vec<wgpu::Adapter> {
        adapter::enumerate(wgpu::Backends::PRIMARY | wgpu::Backends::GL).await
    }

    /// The adapter that [`Context::with_options`] would take.
    ///
    /// # Errors
    /// [`Error::NoAdapter`].
    pub async fn choose_adapter(options: &ContextOptions) -> Result<wgpu::Adapter> {
        let wanted = options.adapter.clone().or_else(|| std::env::var(adapter::ADAPTER_VARIABLE).ok());
        let backends = options.backends.unwrap_or_else(adapter::default_backends);
        adapter::choose(wanted.filter(|name| !name.is_empty()).as_deref(), backends).await
    }

    /// The device.
    pub fn device(&self) -> &wgpu::Device {
        &self.core().device
    }

    /// The queue.
    pub fn queue(&self) -> &wgpu::Queue {
        &self.core().queue
    }

    /// Name, driver, backend and type of the adapter.
    pub fn adapter_info(&self) -> &wgpu::AdapterInfo {
        &self.core().adapter_info
    }

    /// What plans on this context keep to.
    pub fn limits(&self) -> &DeviceLimits {
        &self.core().limits
    }

    /// A tensor with this shape and these values, row-major; T is any [`Element`].
    ///
    /// # Errors
    /// Zero extents, more than `u32::MAX` elements, a number of values that is not the shape's, a buffer larger than the
    /// device allows, no memory.
    pub fn tensor<T: Element>(&self, shape: &[usize], values: &[T]) -> Result<Tensor<T>> {
        self.tensor_in(Layout::ChannelsFirst, shape, values)
    }

    /// A tensor with this shape, `[N, C, spatial...]`, and these values, which lie in memory as `layout` says.
    ///
    /// # Errors
    /// As for [`Context::tensor`]; [`Error::InvalidParameter`] for channels last of fewer than two axes.
    ///
    /// ```
    /// use wgconv::{Context, Layout, layout};
    /// let ctx = Context::new_blocking()?;
    /// let x = ctx.tensor_in(Layout::ChannelsLast, &[1, 2, 3], &[1.0, 10.0, 2.0, 20.0, 3.0, 30.0])?;
    /// assert_eq!(layout::to_channels_first(&ctx, &x)?.read_blocking()?, [1.0, 2.0, 3.0, 10.0, 20.0, 30.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn tensor_in<T: Element>(&self, layout: Layout, shape: &[usize], values: &[T]) -> Result<Tensor<T>> {
        let count = element_count(Operand::X, shape)? as usize;
        if count != values.len() {
            return Err(Error::DataLength { shape: shape.to_vec(), expected: count, found: values.len() });
        }
        let tensor = self.uninitialised("tensor_in", layout, shape)?;
        tensor.write(values)?;
        Ok(tensor)
    }

    /// A tensor in a layout that the caller of this function chose, before its elements are written.
    pub(crate) fn uninitialised<T: Element>(
        &self,
        function: &'static str,
        layout: Layout,
        shape: &[usize],
    ) -> Result<Tensor<T>> {
        if layout == Layout::ChannelsLast && shape.len() < 2 {
            return Err(Error::InvalidParameter {
                operator: function,
                parameter: "shape",
                value: format!("{shape:?}"),
                expected: "[N, C, spatial...] for channels last",
            });
        }
        self.empty_in(Operand::X, layout, shape)
    }

    /// A tensor of zeros; T is any [`Element`].
    ///
    /// # Errors
    /// As for [`Context::tensor`].
    pub fn zeros<T: Element>(&self, shape: &[usize]) -> Result<Tensor<T>> {
        // wgpu clears a buffer before its first use.
        self.empty(Operand::X, shape)
    }

    /// A tensor whose content does not matter.
    pub(crate) fn empty<T: Element>(&self, operand: Operand, shape: &[usize]) -> Result<Tensor<T>> {
        self.empty_in(operand, Layout::ChannelsFirst, shape)
    }

    /// A tensor whose content does not matter, in this layout.
    pub(crate) fn empty_in<T: Element>(&self, operand: Operand, layout: Layout, shape: &[usize]) -> Result<Tensor<T>> {
        let bytes = buffer_bytes::<T>(element_count(operand, shape)? as usize);
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
        let buffer = self.buffer(operand.name(), bytes, usage)?;
        Ok(Tensor::new(self.clone(), shape.to_vec(), layout, buffer))
    }

    /// A tensor of the shape and layout of another, whose content does not matter.
    pub(crate) fn empty_like<T: Element, S: Element>(&self, operand: Operand, tensor: &Tensor<S>) -> Result<Tensor<T>> {
        self.empty_in(operand, tensor.layout(), tensor.shape())
    }

    /// A buffer, or a typed error.
    pub(crate) fn buffer(&self, label: &'static str, bytes: u64, usage: wgpu::BufferUsages) -> Result<wgpu::Buffer> {
        self.core().buffer(label, bytes, usage)
    }

    /// The plan for a problem, from the cache or new.
    pub(crate) fn plan(&self, problem: Problem, options: &PlanOptions) -> Result<Arc<Plan>> {
        let key = (problem, *options);
        if let Ok(plans) = self.inner.plans.lock()
            && let Some(plan) = plans.get(&key)
        {
            return Ok(plan.clone());
        }
        let plan = Arc::new(Plan::new(self, self.plan_spec(&key.0, options)?)?);
        if let Ok(mut plans) = self.inner.plans.lock() {
            if plans.len() >= MOST_PLANS {
                plans.clear();
            }
            plans.insert(key, plan.clone());
        }
        Ok(plan)
    }

    /// Plans a problem by everything that this context knows.
    pub(crate) fn plan_spec(&self, problem: &Problem, options: &PlanOptions) -> Result<PlanSpec> {
        let advice = self.tuning().map_or_else(Advice::default, |tuned| tuned.advice(problem));
        problem.plan_with(self.limits(), options, &advice)
    }

    /// Whether shaders are compiled with run-time checks.
    pub(crate) fn has_checked_shaders(&self) -> bool {
        self.pipelines().checked()
    }

    pub(crate) fn pipelines(&self) -> &PipelineCache {
        &self.inner.pipelines
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.inner.core
    }

    pub(crate) fn id(&self) -> u64 {
        self.core().id
    }

    /// An error if the device is known to be lost.
    pub(crate) fn check_alive(&self) -> Result<()> {
        self.core().check_alive()
    }
}

/// Blocking forms, on native only.
#[cfg(not(target_arch = "wasm32"))]
impl Context {
    /// [`Context::new`], blocking.
    ///
    /// # Errors
    /// As there.
    pub fn new_blocking() -> Result<Context> {
        pollster::block_on(Context::new())
    }

    /// [`Context::with_options`], blocking.
    ///
    /// # Errors
    /// As there.
    pub fn with_options_blocking(options: &ContextOptions) -> Result<Context> {
        pollster::block_on(Context::with_options(options))
    }

    /// [`Context::adapters`], blocking.
    pub fn adapters_blocking() -> Vec<wgpu::Adapter> {
        pollster::block_on(Context::adapters())
    }

    /// [`Context::choose_adapter`], blocking.
    ///
    /// # Errors
    /// As there.
    pub fn choose_adapter_blocking(options: &ContextOptions) -> Result<wgpu::Adapter> {
        pollster::block_on(Context::choose_adapter(options))
    }

    /// Waits until the device has done everything submitted so far.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub fn wait(&self) -> Result<()> {
        self.check_alive()?;
        super::read::poll(self.core(), wgpu::PollType::wait_indefinitely())?;
        // A lost device has nothing left to do, so that waiting for it succeeds.
        if super::scope::is_lost(self.device()) { Err(self.core().mark_lost("noticed after waiting")) } else { Ok(()) }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    /// Plans sit in the context's cache and need its device: without care they keep each other alive for ever.
    #[test]
    fn a_dropped_context_is_freed() {
        let context = Context::new_blocking().unwrap_or_else(|error| panic!("{error}"));
        let x = context.tensor(&[2], &[1.0, -1.0]).unwrap();
        let y = crate::nn::relu(&context, &x).unwrap();
        assert_eq!(y.read_blocking().unwrap(), [1.0, 0.0]);
        let (inner, core) = (Arc::downgrade(&context.inner), Arc::downgrade(context.core()));
        drop((context, x, y));
        assert!(inner.upgrade().is_none() && core.upgrade().is_none());
    }
}
