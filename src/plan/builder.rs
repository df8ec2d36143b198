//! Collects a plan: every operator's planning goes through it, so that limits are checked in one place.

use super::batch::ELEMENT_BYTES;
use super::{
    Access, Algorithm, Batched, Chunk, DeviceLimits, Operand, OperandNeed, PlanOptions, PlanSpec, Slabs, Step,
    StepBinding, Strategy, fold,
};
use crate::error::{Error, Result};
use crate::kernel::{EntryPoint, KernelKey, Override, Reduction, SumParams, WORKGROUP_SIZE};

/// No plan has more dispatches: a reduction that needs more would take a device for minutes, and the host's memory.
pub(super) const MOST_DISPATCHES: usize = 65_536;
/// What an error calls it.
pub(super) const DISPATCHES: &str = "dispatches of one plan";

/// Why an algorithm was taken that the caller named.
pub(crate) const CALLERS_CHOICE: &str = "the caller's choice";

/// A plan in the making.
pub(crate) struct SpecBuilder<'a> {
    pub(crate) limits: &'a DeviceLimits,
    options: &'a PlanOptions,
    spec: PlanSpec,
    /// Most samples of a chunk.
    at_once: u64,
}

impl<'a> SpecBuilder<'a> {
    /// A plan of an operator that has direct kernels only.
    ///
    /// # Errors
    /// The caller asked for another algorithm.
    pub(crate) fn direct(
        limits: &'a DeviceLimits,
        options: &'a PlanOptions,
        title: String,
        flops: u64,
    ) -> Result<Self> {
        let choice = match options.strategy {
            Strategy::Auto => "the planner's choice: the only one that there is",
            Strategy::Fixed(Algorithm::Direct) => CALLERS_CHOICE,
            Strategy::Fixed(other) => return Err(other.unavailable("this operator has only direct kernels")),
            Strategy::Tile(_) => return Err(Algorithm::Tiled.unavailable("this operator has only direct kernels")),
        };
        Ok(SpecBuilder::new(limits, options, title, flops, (Algorithm::Direct, choice)))
    }

    /// A plan by an algorithm, with the reason why it was chosen.
    pub(crate) fn new(
        limits: &'a DeviceLimits,
        options: &'a PlanOptions,
        title: String,
        flops: u64,
        (algorithm, reason): (Algorithm, &str),
    ) -> Self {
        let spec =
            PlanSpec { title, algorithm, reason: reason.to_string(), needs: Vec::new(), steps: Vec::new(), flops };
        SpecBuilder { limits, options, spec, at_once: u64::MAX }
    }

    /// The same with no more samples in a chunk.
    pub(crate) fn at_once(self, samples: u32) -> Self {
        SpecBuilder { at_once: samples.into(), ..self }
    }

    /// A plan that has begun as another one's.
    pub(crate) fn of(limits: &'a DeviceLimits, options: &'a PlanOptions, spec: PlanSpec) -> Self {
        SpecBuilder { limits, options, spec, at_once: u64::MAX }
    }

    /// Adds a dispatch of another plan's.
    ///
    /// # Errors
    /// There are too many.
    pub(crate) fn adopt(&mut self, step: Step) -> Result<()> {
        if self.spec.steps.len() >= MOST_DISPATCHES {
            return Err(Error::LimitExceeded {
                limit: DISPATCHES,
                what: step.kernel.entry.kernel().name.to_string(),
                needed: MOST_DISPATCHES as u64 + 1,
                available: MOST_DISPATCHES as u64,
            });
        }
        self.spec.steps.push(step);
        Ok(())
    }

    /// The tile that the caller named.
    pub(crate) fn wanted_tile(&self) -> Option<[u32; 2]> {
        self.options.strategy.tile()
    }

    /// Adds to the reason for the algorithm.
    pub(crate) fn explain(&mut self, more: &str) {
        self.spec.reason.push_str("; ");
        self.spec.reason.push_str(more);
    }

    /// States a buffer that the plan needs.
    pub(crate) fn need(&mut self, operand: Operand, elements: u64, access: Access) {
        self.spec.needs.push(OperandNeed { operand, access, bytes: elements * ELEMENT_BYTES });
    }

    /// The binding of an operand that is always bound whole.
    ///
    /// # Errors
    /// It is larger than a binding can be.
    pub(crate) fn whole(&self, operand: Operand, elements: u64) -> Result<StepBinding> {
        let (size, available) = (elements * ELEMENT_BYTES, self.limits.max_storage_binding_bytes);
        if size > available {
            let what = operand.to_string();
            return Err(Error::LimitExceeded {
                limit: "max_storage_buffer_binding_size",
                what,
                needed: size,
                available,
            });
        }
        Ok(StepBinding { operand, offset: 0, size })
    }

    /// Chunks of the batch for these operands, none with more than the grid can cover at `outputs_per_sample`
    /// invocations a sample.
    pub(crate) fn chunks(&self, batch: u32, operands: &[Batched], outputs_per_sample: u64) -> Result<Vec<Chunk>> {
        Chunk::split(self.limits, batch, operands, self.at_once.min(self.most_invocations() / outputs_per_sample))
    }

    /// Chunks of the batch for these operands, none with more workgroups than the grid can have, nor than `most`, at
    /// `per_sample` a sample.
    pub(crate) fn chunks_of_workgroups(
        &self,
        batch: u32,
        operands: &[Batched],
        per_sample: u64,
        most: u64,
    ) -> Result<Vec<Chunk>> {
        Chunk::split(self.limits, batch, operands, self.at_once.min(most.min(self.most_workgroups()) / per_sample))
    }

    /// Adds a dispatch of one invocation per `invocations`.
    pub(crate) fn step<P: bytemuck::Pod>(
        &mut self,
        entry: &'static EntryPoint,
        overrides: &[Override],
        params: P,
        bindings: Vec<StepBinding>,
        invocations: u64,
    ) -> Result<()> {
        let kernel = KernelKey::new(entry, &entry.kernel().variants[0], overrides);
        let workgroups = invocations.div_ceil(kernel.variant.workgroup_size().into());
        self.step_workgroups(kernel, params, bindings, workgroups)
    }

    /// Adds a dispatch of this many workgroups.
    pub(crate) fn step_workgroups<P: bytemuck::Pod>(
        &mut self,
        kernel: KernelKey,
        params: P,
        bindings: Vec<StepBinding>,
        workgroups: u64,
    ) -> Result<()> {
        self.step_bytes(kernel, bytemuck::bytes_of(&params).to_vec(), bindings, workgroups)
    }

    /// The same with the uniform struct's bytes.
    pub(crate) fn step_bytes(
        &mut self,
        kernel: KernelKey,
        params: Vec<u8>,
        bindings: Vec<StepBinding>,
        workgroups: u64,
    ) -> Result<()> {
        self.check_kernel(&kernel, bindings.len())?;
        let limit = self.limits.max_workgroups_per_dimension;
        let grid = fold(workgroups, limit).ok_or_else(|| Error::LimitExceeded {
            limit: "max_compute_workgroups_per_dimension, to the third",
            what: kernel.to_string(),
            needed: workgroups,
            available: u64::from(limit).pow(3),
        })?;
        debug_assert_eq!(kernel.entry.slots.len(), bindings.len());
        self.adopt(Step { kernel, params, bindings, grid })
    }

    /// wgpu checks neither of the first two for specialised kernels.
    fn check_kernel(&self, kernel: &KernelKey, bindings: usize) -> Result<()> {
        let (limits, variant) = (self.limits, kernel.variant);
        let checks = [
            (
                "max_compute_invocations_per_workgroup",
                u64::from(variant.workgroup_size()),
                u64::from(limits.max_invocations_per_workgroup),
            ),
            (
                "max_compute_workgroup_storage_size",
                u64::from(variant.workgroup_bytes),
                u64::from(limits.max_workgroup_storage_bytes),
            ),
            ("max_storage_buffers_per_shader_stage", bindings as u64, u64::from(limits.max_storage_buffers)),
        ];
        debug_assert!([0, limits.subgroup_size].contains(&kernel.entry.kernel().subgroup_size));
        for (limit, needed, available) in checks {
            if needed > available {
                return Err(Error::LimitExceeded {
                    limit,
                    what: kernel.entry.kernel().name.to_string(),
                    needed,
                    available,
                });
            }
        }
        Ok(())
    }

    /// A reduction into `total` of `elements`, split for parallelism and for the loop limit: slices into the workspace and
    /// a second pass that adds them, in rounds of what the workspace holds; without workspace, one dispatch a slab.
    ///
    /// `slice_step` adds the dispatch for a range of slabs that writes to the given binding; a slice takes at most
    /// `slice_workgroups`.
    pub(crate) fn split_reduction(
        &mut self,
        total: StepBinding,
        slabs: Slabs,
        slice_workgroups: u64,
        accumulate: bool,
        mut slice_step: impl FnMut(&mut Self, Reduction, StepBinding) -> Result<()>,
    ) -> Result<()> {
        let elements = total.size / ELEMENT_BYTES;
        // Rounds of fewer than two slices would not be worth their second pass.
        let by_grid = self.most_workgroups() / slice_workgroups.max(1);
        let per_round = self.workspace_slices(elements).min(by_grid).min(slabs.count().into());
        // Software devices take seconds to compile kernels that read before each of many stores: there the second pass does it.
        let adds_apart = accumulate && self.limits.is_software && per_round > 0;
        if (slabs.count() == 1 || per_round < 2) && !adds_apart {
            for slab in 0..slabs.count() {
                let reduction = slabs.reduction(slab, 1, accumulate || slab > 0);
                slice_step(self, reduction, total)?;
            }
            return Ok(());
        }
        let per_round = per_round as u32;
        self.reserve_workspace(u64::from(per_round) * total.size);
        for first in (0..slabs.count()).step_by(per_round as usize) {
            let slices = per_round.min(slabs.count() - first);
            let partial = StepBinding { operand: Operand::Workspace, offset: 0, size: u64::from(slices) * total.size };
            slice_step(self, slabs.reduction(first, slices, false), partial)?;
            let params = SumParams {
                elements: elements as u32,
                slices,
                accumulate: u32::from(accumulate || first > 0),
                unused: 0,
            };
            self.step(&crate::kernel::SUM_SLICES, &[], params, vec![partial, total], elements)?;
        }
        Ok(())
    }

    /// Slices that the workspace can hold, one dispatch can compute and one second pass can add.
    fn workspace_slices(&self, elements: u64) -> u64 {
        let held = self.most_workspace_bytes() / (elements * ELEMENT_BYTES);
        held.min(self.most_invocations() / elements).min((self.limits.max_loop_iterations - 2).into())
    }

    /// Workgroups that one dispatch can have.
    fn most_workgroups(&self) -> u64 {
        u64::from(self.limits.max_workgroups_per_dimension).saturating_pow(3)
    }

    /// Invocations that one dispatch can have.
    fn most_invocations(&self) -> u64 {
        self.most_workgroups().saturating_mul(WORKGROUP_SIZE.into())
    }

    /// What the caller allows as a workspace and a binding can be.
    pub(crate) fn most_workspace_bytes(&self) -> u64 {
        self.options.workspace_limit.min(self.limits.max_storage_binding_bytes)
    }

    /// Elements that [`SpecBuilder::reserve`] still has.
    pub(crate) fn free_elements(&self) -> u64 {
        let used = self.spec.workspace_bytes().next_multiple_of(self.limits.storage_alignment);
        self.most_workspace_bytes().saturating_sub(used) / ELEMENT_BYTES
    }

    /// A part of the workspace for so many elements, behind the parts that were reserved before; `None` if it would exceed
    /// what the caller allows or a binding can be.
    pub(crate) fn reserve(&mut self, elements: u64) -> Option<StepBinding> {
        let workspace = self.spec.needs.iter().find(|need| need.operand == Operand::Workspace);
        let used = workspace.map_or(0, |need| need.bytes);
        let offset = used.next_multiple_of(self.limits.storage_alignment);
        let size = elements.checked_mul(ELEMENT_BYTES)?;
        let end = offset.checked_add(size)?;
        if end > self.most_workspace_bytes() {
            return None;
        }
        self.reserve_workspace(end);
        Some(StepBinding { operand: Operand::Workspace, offset, size })
    }

    fn reserve_workspace(&mut self, bytes: u64) {
        match self.spec.needs.iter_mut().find(|need| need.operand == Operand::Workspace) {
            Some(need) => need.bytes = need.bytes.max(bytes),
            None => self.need(Operand::Workspace, bytes / ELEMENT_BYTES, Access::Write),
        }
    }

    /// How many slices a reduction of `terms` into `elements` should have, at `invocations` a slice, to fill the device.
    pub(crate) fn wanted_slices(&self, elements: u64, invocations: u64, terms: u64) -> u64 {
        // A slice of fewer terms than this costs more in the second pass than it gains in the first.
        const LEAST_TERMS: u64 = 256;
        let fill = u64::from(self.limits.fill_invocations).div_ceil(invocations);
        // What the workspace holds; more would need a second round, less than two no workspace at all.
        let room = match self.workspace_slices(elements) {
            0 | 1 => 1,
            slices => slices,
        };
        fill.min(terms / LEAST_TERMS).min(room).max(1)
    }

    /// The finished plan.
    pub(crate) fn finish(self) -> PlanSpec {
        self.spec
    }
}
