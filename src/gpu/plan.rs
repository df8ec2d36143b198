//! A plan on a device: pipelines compiled, parameters uploaded, ready to be recorded any number of times.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex};

use super::bindings::Bindings;
use super::context::Context;
use super::core::Core;
use super::pipeline::Pipeline;
use super::scope::guarded;
use crate::error::{Error, Result};
use crate::plan::{Access, Operand, OperandNeed, PlanSpec, Step};

/// The dispatches that solve a problem on a device. Made by `plan` of an operator, for example [`crate::Conv::plan`].
///
/// Recording allocates no buffer, submits nothing and waits for nothing; bind groups are made at the first recording with
/// some buffers and kept for the next ones: the last 64 sets of buffers stay alive as long as the plan. Dereferences to [`PlanSpec`], which says what it costs.
///
/// ```
/// use wgconv::{Bindings, Context, Conv, ConvShapes, Operand, Pass};
/// let ctx = Context::new_blocking()?;
/// let conv = Conv::<1>::new([3]).build()?;
/// let plan = conv.plan(&ctx, Pass::Forward, ConvShapes::new(&[1, 1, 5], &[1, 1, 3]))?;
/// let x = ctx.tensor(&[1, 1, 5], &[1.0, 2.0, 3.0, 4.0, 5.0])?;
/// let w = ctx.tensor(&[1, 1, 3], &[1.0, 0.0, -1.0])?;
/// let y = ctx.zeros::<f32>(&[1, 1, 3])?;
///
/// let mut encoder = ctx.device().create_command_encoder(&Default::default());
/// let mut pass = encoder.begin_compute_pass(&Default::default());
/// let bindings = Bindings::new().bind(Operand::X, &x).bind(Operand::W, &w).bind(Operand::Y, &y);
/// plan.record(&mut pass, &bindings)?;
/// drop(pass);
/// ctx.queue().submit([encoder.finish()]);
/// assert_eq!(y.read_blocking()?, [-2.0, -2.0, -2.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub struct Plan {
    core: Arc<Core>,
    spec: PlanSpec,
    /// One for each step.
    pipelines: Vec<Arc<Pipeline>>,
    uniforms: wgpu::Buffer,
    /// Bytes from one step's uniform struct to the next's.
    uniform_stride: u64,
    bind_groups: Mutex<Vec<CachedGroups>>,
}

/// Bind groups of all steps for one set of buffers.
struct CachedGroups {
    key: Vec<BoundRange>,
    groups: Arc<Vec<wgpu::BindGroup>>,
}

/// A checked binding.
#[derive(Clone, PartialEq)]
pub(crate) struct BoundRange {
    operand: Operand,
    buffer: wgpu::Buffer,
    offset: u64,
    /// Bytes from the offset on that may be bound.
    available: u64,
}

/// How many sets of buffers a plan remembers; the one that was not used for longest goes first.
const MOST_CACHED: usize = 64;

impl Deref for Plan {
    type Target = PlanSpec;

    fn deref(&self) -> &PlanSpec {
        &self.spec
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  device     {}", self.spec, self.core.adapter_info.name)
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan").field("spec", &self.spec).finish_non_exhaustive()
    }
}

impl Plan {
    /// Compiles the pipelines and uploads the parameters.
    pub(crate) fn new(context: &Context, spec: PlanSpec) -> Result<Plan> {
        context.check_alive()?;
        let pipelines =
            spec.steps.iter().map(|step| context.pipelines().get(context, &step.kernel)).collect::<Result<_>>()?;
        let largest = spec.steps.iter().map(|step| step.params.len() as u64).max().unwrap_or(0);
        let uniform_stride = largest.next_multiple_of(context.limits().uniform_alignment);
        let mut bytes = vec![0; uniform_stride as usize * spec.steps.len()];
        for (slot, step) in bytes.chunks_exact_mut(uniform_stride as usize).zip(&spec.steps) {
            slot[..step.params.len()].copy_from_slice(&step.params);
        }
        let usage = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
        let uniforms = context.buffer("parameters of a plan", bytes.len() as u64, usage)?;
        guarded(context.core(), "upload the parameters of a plan", bytes.len() as u64, || {
            context.queue().write_buffer(&uniforms, 0, &bytes);
        })?;
        let bind_groups = Mutex::default();
        Ok(Plan { core: context.core().clone(), spec, pipelines, uniforms, uniform_stride, bind_groups })
    }

    /// Records the dispatches into a compute pass of this context's device, on the caller's buffers.
    ///
    /// # Errors
    /// A missing or unexpected operand, a buffer that is too small or lacks STORAGE, a misaligned offset, an output that
    /// shares its buffer with another operand; [`Error::Wgpu`] for a buffer of another device (of the same
    /// `wgpu::Instance`: wgpu cannot tell the buffers of two instances apart). On an error nothing has been recorded. A pass
    /// of another device is refused by wgpu when the caller finishes its encoder.
    pub fn record(&self, pass: &mut wgpu::ComputePass<'_>, bindings: &Bindings<'_>) -> Result<()> {
        let ranges = self.check(bindings)?;
        let groups = match self.cached(&ranges) {
            Some(groups) => groups,
            None => {
                let groups = Arc::new(self.make_groups(&ranges)?);
                self.remember(ranges, groups.clone());
                groups
            }
        };
        self.dispatch(pass, &groups);
        Ok(())
    }

    /// Bind groups for these buffers, for a caller that keeps them itself or needs them only once.
    pub(crate) fn prepare(&self, bindings: &Bindings<'_>) -> Result<Vec<wgpu::BindGroup>> {
        self.make_groups(&self.check(bindings)?)
    }

    /// Records the dispatches with bind groups from [`Plan::prepare`].
    pub(crate) fn dispatch(&self, pass: &mut wgpu::ComputePass<'_>, groups: &[wgpu::BindGroup]) {
        for ((step, pipeline), group) in self.spec.steps.iter().zip(&self.pipelines).zip(groups) {
            let [x, y, z] = step.grid;
            pass.set_pipeline(&pipeline.pipeline);
            pass.set_bind_group(0, group, &[]);
            pass.dispatch_workgroups(x, y, z);
        }
    }

    /// The bound range of every operand of the plan, in the plan's order.
    pub(crate) fn check(&self, bindings: &Bindings<'_>) -> Result<Vec<BoundRange>> {
        self.core.check_alive()?;
        let unexpected =
            bindings.iter().find(|(operand, _)| !self.spec.needs.iter().any(|need| need.operand == *operand));
        if let Some((operand, _)) = unexpected {
            return Err(Error::UnexpectedBinding { operand });
        }
        let ranges: Vec<BoundRange> =
            self.spec.needs.iter().map(|need| self.check_one(need, bindings)).collect::<Result<_>>()?;
        for (need, range) in self.spec.needs.iter().zip(&ranges) {
            let shared = |other: &&BoundRange| other.operand != need.operand && other.buffer == range.buffer;
            if need.access != Access::Read
                && let Some(other) = ranges.iter().find(shared)
            {
                return Err(Error::AliasedBinding { output: need.operand, other: other.operand });
            }
        }
        Ok(ranges)
    }

    fn check_one(&self, need: &OperandNeed, bindings: &Bindings<'_>) -> Result<BoundRange> {
        let operand = need.operand;
        let binding = bindings.get(operand).ok_or(Error::MissingBinding { operand })?;
        let (buffer, offset) = (binding.buffer, binding.offset);
        let needed = wgpu::BufferUsages::STORAGE;
        if !buffer.usage().contains(needed) {
            return Err(Error::MissingUsage { operand, needed, found: buffer.usage() });
        }
        let alignment = self.core.limits.storage_alignment;
        if offset % alignment != 0 {
            return Err(Error::MisalignedOffset { operand, offset, alignment });
        }
        let rest = buffer.size().saturating_sub(offset);
        let available = binding.size.map_or(rest, |size| size.get().min(rest));
        if available < need.bytes || binding.size.is_some_and(|size| size.get() > rest) {
            return Err(Error::BufferTooSmall { operand, needed: need.bytes, offset, available });
        }
        // Bound as large as the caller said, else as large as the operand is.
        let available = if binding.size.is_some() { available } else { need.bytes };
        Ok(BoundRange { operand, buffer: buffer.clone(), offset, available })
    }

    fn cached(&self, ranges: &[BoundRange]) -> Option<Arc<Vec<wgpu::BindGroup>>> {
        let mut cache = self.bind_groups.lock().ok()?;
        let at = cache.iter().rposition(|cached| cached.key == ranges)?;
        // The last one is the one used last.
        let last = cache.len() - 1;
        cache[at..=last].rotate_left(1);
        Some(cache[last].groups.clone())
    }

    fn remember(&self, key: Vec<BoundRange>, groups: Arc<Vec<wgpu::BindGroup>>) {
        if let Ok(mut cache) = self.bind_groups.lock() {
            if cache.len() >= MOST_CACHED {
                cache.remove(0);
            }
            cache.push(CachedGroups { key, groups });
        }
    }

    fn make_groups(&self, ranges: &[BoundRange]) -> Result<Vec<wgpu::BindGroup>> {
        guarded(&self.core, "bind the operands of a plan", 0, || {
            let steps = self.spec.steps.iter().zip(&self.pipelines).enumerate();
            steps.map(|(i, (step, pipeline))| self.make_group(i, step, pipeline, ranges)).collect()
        })
    }

    fn make_group(&self, i: usize, step: &Step, pipeline: &Pipeline, ranges: &[BoundRange]) -> wgpu::BindGroup {
        let uniform = wgpu::BufferBinding {
            buffer: &self.uniforms,
            offset: i as u64 * self.uniform_stride,
            size: wgpu::BufferSize::new(step.params.len() as u64),
        };
        let mut entries = vec![wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::Buffer(uniform) }];
        for (slot, binding) in step.kernel.entry.slots.iter().zip(&step.bindings) {
            let operand = self.spec.needs.iter().position(|need| need.operand == binding.operand);
            let Some((need, range)) = operand.map(|at| (&self.spec.needs[at], &ranges[at])) else {
                // The planner states a need for everything that it binds.
                continue;
            };
            let size = if binding.offset == 0 && binding.size == need.bytes {
                range.available.min(self.core.limits.max_storage_binding_bytes) & !3
            } else {
                binding.size
            };
            let resource = wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                buffer: &range.buffer,
                offset: range.offset + binding.offset,
                size: wgpu::BufferSize::new(size),
            });
            entries.push(wgpu::BindGroupEntry { binding: slot.binding, resource });
        }
        self.core.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(step.kernel.entry.name),
            layout: &pipeline.layout,
            entries: &entries,
        })
    }
}
