//! Collects a plan: every operator's planning goes through it, so that limits are checked in one place.

use super::batch::{ELEMENT_BYTES, elements};
use super::{
    Access, Algorithm, Batched, Chunk, DeviceLimits, Operand, OperandNeed, PlanOptions, PlanSpec, Slabs, Span, Step,
    StepBinding, Strategy, fold,
};
use crate::element::ElementType;
use crate::error::{Error, Result};
use crate::kernel::{
    EntryPoint, FINISH_OVERRIDES, FinishParams, KernelKey, Override, Reduction, Storage, Storages, SumParams,
    WORKGROUP_SIZE,
};

/// No plan has more dispatches: a reduction that needs more would take a device for minutes, and the host's memory.
pub(crate) const MOST_DISPATCHES: usize = 65_536;
/// What an error calls it.
pub(super) const DISPATCHES: &str = "dispatches of one plan";

/// Why an algorithm was taken that the caller named.
pub(crate) const CALLERS_CHOICE: &str = "the caller's choice";

/// The result of a split reduction.
pub(crate) struct Total {
    pub binding: StepBinding,
    /// What of it is computed now.
    pub span: Span,
    /// Samples of all chunks.
    pub batch: u32,
    /// How many times what it holds is added to.
    pub onto: Option<f32>,
    /// Of sums that are rounded only at the end: how many slices the first chunk has begun.
    pub slices: u32,
}

/// A plan in the making.
pub(crate) struct SpecBuilder<'a> {
    pub(crate) limits: &'a DeviceLimits,
    options: &'a PlanOptions,
    spec: PlanSpec,
    /// The type of the operands, those with indices apart.
    element: ElementType,
    /// An operand of another type.
    exception: Option<(Operand, ElementType)>,
    /// The operands of this type, if not all: the others are of 32 bits.
    typed: Option<&'static [Operand]>,
    /// Operands that are f32 here, and scratch memory of a plan whose operands have another type.
    raised: &'a [Operand],
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
        SpecBuilder::of(limits, options, spec)
    }

    /// With operands of this type.
    pub(crate) fn of_type(self, element: ElementType) -> Self {
        SpecBuilder { element, ..self }
    }

    /// With these operands of this type; the others are of 32 bits.
    pub(crate) fn of_type_only(self, element: ElementType, operands: &'static [Operand]) -> Self {
        SpecBuilder { element, typed: Some(operands), ..self }
    }

    /// With one of another type.
    pub(crate) fn except(self, operand: Operand, element: ElementType) -> Self {
        SpecBuilder { exception: Some((operand, element)), ..self }
    }

    /// With these as f32.
    pub(crate) fn raising(self, operands: &'a [Operand]) -> Self {
        SpecBuilder { raised: operands, ..self }
    }

    /// The type of an operand. Sums in the workspace are f32, and indices words as these are.
    pub(crate) fn element_of(&self, operand: Operand) -> ElementType {
        match self.exception {
            Some((other, element)) if other == operand => element,
            _ if self.raised.contains(&operand) => ElementType::F32,
            _ if operand.is_scratch() || operand == Operand::Indices => ElementType::F32,
            _ if self.typed.is_some_and(|typed| !typed.contains(&operand)) => ElementType::F32,
            _ => self.element,
        }
    }

    /// Whether sums are rounded where they are stored in the output, so that several dispatches must not add to it.
    pub(crate) fn rounds(&self) -> bool {
        let is_raised = [Operand::Y, Operand::Dx].iter().any(|result| self.raised.contains(result));
        self.element != ElementType::F32 && !is_raised
    }

    /// Whether the operands have several types: a kernel takes inputs of one.
    pub(crate) fn is_mixed(&self) -> bool {
        !self.raised.is_empty()
    }

    /// An operand of so many elements a sample, of its type.
    pub(crate) fn batched(&self, operand: Operand, sample: u64) -> Batched {
        Batched { bytes: self.element_of(operand).bytes(), ..Batched::of(operand, sample) }
    }

    /// An operand of this shape `[N, ...]`, of its type.
    pub(crate) fn batched_shape(&self, operand: Operand, shape: &[usize]) -> Batched {
        self.batched(operand, elements(&shape[1..]))
    }

    /// The same with no more samples in a chunk.
    pub(crate) fn at_once(self, samples: u32) -> Self {
        SpecBuilder { at_once: samples.into(), ..self }
    }

    /// A plan that has begun as another one's.
    pub(crate) fn of(limits: &'a DeviceLimits, options: &'a PlanOptions, spec: PlanSpec) -> Self {
        SpecBuilder {
            limits,
            options,
            spec,
            element: ElementType::F32,
            exception: None,
            typed: None,
            raised: &[],
            at_once: u64::MAX,
        }
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

    /// What the caller said.
    pub(crate) fn options(&self) -> &'a PlanOptions {
        self.options
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
        let bytes = self.element_of(operand).buffer_bytes(elements);
        self.spec.needs.push(OperandNeed { operand, access, bytes });
    }

    /// The binding of an operand that is always bound whole.
    ///
    /// # Errors
    /// It is larger than a binding can be.
    pub(crate) fn whole(&self, operand: Operand, elements: u64) -> Result<StepBinding> {
        let size = self.element_of(operand).buffer_bytes(elements);
        let available = self.limits.max_storage_binding_bytes;
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
        self.small_chunks(batch, operands, outputs_per_sample, u64::MAX)
    }

    /// The same of at most so many samples.
    pub(crate) fn small_chunks(
        &self,
        batch: u32,
        operands: &[Batched],
        outputs_per_sample: u64,
        most_samples: u64,
    ) -> Result<Vec<Chunk>> {
        Chunk::split(
            self.limits,
            batch,
            operands,
            self.at_once.min(self.most_invocations() / outputs_per_sample).min(most_samples),
        )
    }

    /// The same of units of elements, whatever samples they belong to: those that are computed at once do not matter.
    pub(crate) fn chunks_of_units(&self, units: u32, operands: &[Batched], unit: u64) -> Result<Vec<Chunk>> {
        Chunk::split(self.limits, units, operands, self.most_invocations() / unit)
    }

    /// Whether so many samples can be computed at once.
    pub(crate) fn takes_at_once(&self, samples: u32) -> bool {
        self.at_once >= samples.into()
    }

    /// The same of some samples of a batch.
    pub(crate) fn cut(&self, samples: Chunk, operands: &[Batched], outputs_per_sample: u64) -> Result<Vec<Chunk>> {
        samples.cut(self.limits, operands, self.at_once.min(self.most_invocations() / outputs_per_sample))
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
        mut kernel: KernelKey,
        params: Vec<u8>,
        bindings: Vec<StepBinding>,
        workgroups: u64,
    ) -> Result<()> {
        kernel.storages = self.storages(&kernel, &bindings)?;
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

    /// The types that a kernel is to read and to write.
    fn storages(&self, kernel: &KernelKey, bindings: &[StepBinding]) -> Result<Storages> {
        let of = |writable: bool| {
            let slots = kernel.entry.slots.iter().zip(bindings).filter(move |(slot, _)| slot.writable == writable);
            // Of an operand, if there is one: what lies in the workspace only the kernels themselves know.
            let types = slots.map(|(_, binding)| self.element_of(binding.operand));
            types.max_by_key(|&element| element != ElementType::F32).unwrap_or_default()
        };
        let (input, output) = (of(false), of(true));
        let mut read = kernel.entry.slots.iter().zip(bindings).filter(|(slot, _)| !slot.writable);
        if input != ElementType::F32 && read.any(|(_, binding)| self.raised.contains(&binding.operand)) {
            return Err(self.spec.algorithm.unavailable("its kernels read tensors of one type"));
        }
        let module = kernel.entry.kernel();
        for (element, can) in [(input, module.reads_types()), (output, module.stores_types())] {
            if element != ElementType::F32 && !can {
                return Err(self.spec.algorithm.unavailable("its kernels take f32 only"));
            }
        }
        Ok(Storages { input: Storage::of(input, self.limits), output: Storage::of(output, self.limits) })
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

    /// A reduction of a chunk of the batch into `total`, split for parallelism and for the loop limit: slices into the workspace and
    /// a second pass that adds them, in rounds of what the workspace holds; without workspace, one dispatch a slab.
    ///
    /// `slice_step` adds the dispatch for a range of slabs that writes to the given binding; a slice takes at most
    /// `slice_workgroups`.
    pub(crate) fn split_reduction(
        &mut self,
        total: &mut Total,
        chunk: &Chunk,
        slabs: Slabs,
        slice_workgroups: u64,
        mut slice_step: impl FnMut(&mut Self, Reduction, StepBinding) -> Result<()>,
    ) -> Result<()> {
        let elements = total.span.elements;
        // Rounds of fewer than two slices would not be worth their second pass.
        let by_grid = self.most_workgroups() / slice_workgroups.max(1);
        let per_round = self.workspace_slices(elements).min(by_grid).min(slabs.count().into());
        if self.rounds() {
            // The kernels that compute parts compute one slice of them.
            let most = if total.span.is_whole { per_round } else { per_round.min(1) };
            return self.rounded_reduction(total, chunk, slabs, most, slice_step);
        }
        let (total, accumulate) = (total.binding, total.onto.is_some() || chunk.first > 0);
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
                factor: 1.0,
            };
            self.step(&crate::kernel::SUM_SLICES, &[], params, vec![partial, total], elements)?;
        }
        Ok(())
    }

    /// The same into a total of a type that is rounded to: whatever the rounds and chunks, they add to the same slices, which are
    /// f32, and the second pass comes once, behind the last of them.
    fn rounded_reduction(
        &mut self,
        total: &mut Total,
        chunk: &Chunk,
        slabs: Slabs,
        per_round: u64,
        mut slice_step: impl FnMut(&mut Self, Reduction, StepBinding) -> Result<()>,
    ) -> Result<()> {
        if per_round == 0 {
            let reason = match self.workspace_slices(total.span.elements) {
                0 => "its f32 sums exceed the workspace",
                _ => "one slice of its sums exceeds the grid",
            };
            return Err(self.spec.algorithm.unavailable(reason));
        }
        let is_first = chunk.first == 0;
        if is_first {
            total.slices = per_round as u32;
            self.reserve_workspace(per_round * total.span.elements * ELEMENT_BYTES);
        }
        let slices_bytes = |slices: u32| u64::from(slices) * total.span.elements * ELEMENT_BYTES;
        for first in (0..slabs.count()).step_by(total.slices as usize) {
            let slices = total.slices.min(slabs.count() - first);
            let partial = StepBinding { operand: Operand::Workspace, offset: 0, size: slices_bytes(slices) };
            slice_step(self, slabs.reduction(first, slices, !is_first || first > 0), partial)?;
        }
        if chunk.first + chunk.count < total.batch {
            return Ok(());
        }
        let Span { first, elements, is_whole } = total.span;
        let all = StepBinding { operand: Operand::Workspace, offset: 0, size: slices_bytes(total.slices) };
        let bindings = vec![all, total.binding];
        if !is_whole {
            let overrides = FINISH_OVERRIDES.iter().copied().zip([0, total.onto.is_some().into(), 0]);
            let params = FinishParams {
                count: elements as u32,
                sum_base: 0,
                out_base: first as u32,
                factor: total.onto.unwrap_or(0.0),
                slope: 0.0,
                unused_a: 0,
                unused_b: 0,
                unused_c: 0,
            };
            let invocations = elements.div_ceil(4);
            return self.step(&crate::kernel::FINISH, &overrides.collect::<Vec<_>>(), params, bindings, invocations);
        }
        let params = SumParams {
            elements: elements as u32,
            slices: total.slices,
            accumulate: u32::from(total.onto.is_some()),
            factor: total.onto.unwrap_or(1.0),
        };
        self.step(&crate::kernel::SUM_SLICES, &[], params, bindings, elements)
    }

    /// Parts of a reduction's result that are computed one after the other: all of it at once, unless its sums have to be kept
    /// and the workspace does not hold them.
    pub(crate) fn spans(&self, elements: u64) -> Result<Vec<Span>> {
        if !self.rounds() || self.workspace_slices(elements) > 0 {
            return Ok(vec![Span::whole(elements)]);
        }
        Span::split(elements, self.most_sums().min(self.most_invocations()))
    }

    /// Most f32 sums of results of 16 bits that are kept at the same time.
    pub(crate) fn most_sums(&self) -> u64 {
        let most = self.options.workspace_limit.max(PlanOptions::LEAST_SUMS);
        most.min(self.limits.max_storage_binding_bytes) / ELEMENT_BYTES
    }

    /// Room for so many f32 sums of results of 16 bits: the same whenever it is asked for.
    pub(crate) fn sums(&mut self, elements: u64) -> StepBinding {
        let size = elements * ELEMENT_BYTES;
        self.reserve_scratch(Operand::Sums, size);
        StepBinding { operand: Operand::Sums, offset: 0, size }
    }

    /// From now on chunks of no more samples.
    pub(crate) fn at_most(&mut self, samples: u64) {
        self.at_once = self.at_once.min(samples);
    }

    /// Slices that the workspace can hold, one dispatch can compute and one second pass can add.
    fn workspace_slices(&self, elements: u64) -> u64 {
        let mut held = self.most_workspace_bytes() / (elements * ELEMENT_BYTES);
        if held == 0 && self.rounds() {
            held = self.most_sums() / elements;
        }
        held.min(self.most_invocations() / elements).min((self.limits.max_loop_iterations - 2).into())
    }

    /// Workgroups that one dispatch can have.
    fn most_workgroups(&self) -> u64 {
        u64::from(self.limits.max_workgroups_per_dimension).saturating_pow(3)
    }

    /// Invocations that one dispatch can have.
    pub(crate) fn most_invocations(&self) -> u64 {
        self.most_workgroups().saturating_mul(WORKGROUP_SIZE.into())
    }

    /// The same where each has a number, and those of the surplus of a folded grid too: of 32 bits.
    pub(crate) fn most_numbered(&self) -> u64 {
        self.most_invocations().min(1 << 31)
    }

    /// What the caller allows as a workspace, beside what is already transformed, and a binding can be.
    pub(crate) fn most_workspace_bytes(&self) -> u64 {
        let transformed = self.spec.needs.iter().find(|need| need.operand == Operand::Transformed);
        let room = self.options.workspace_limit.saturating_sub(transformed.map_or(0, |need| need.bytes));
        room.min(self.limits.max_storage_binding_bytes)
    }

    /// Bytes of workspace so far.
    pub(crate) fn workspace_bytes(&self) -> u64 {
        self.spec.workspace_bytes()
    }

    /// Elements that [`SpecBuilder::reserve`] still has.
    pub(crate) fn free_elements(&self) -> u64 {
        let used = self.workspace_bytes().next_multiple_of(self.limits.storage_alignment);
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
        self.reserve_scratch(Operand::Workspace, bytes);
    }

    fn reserve_scratch(&mut self, operand: Operand, bytes: u64) {
        match self.spec.needs.iter_mut().find(|need| need.operand == operand) {
            Some(need) => need.bytes = need.bytes.max(bytes),
            None => self.need(operand, bytes / ELEMENT_BYTES, Access::Write),
        }
    }

    /// How many slices a reduction of `terms` into `elements` should have, at `invocations` a slice, to fill the device.
    pub(crate) fn wanted_slices(&self, elements: u64, invocations: u64, terms: u64) -> u64 {
        // A slice of fewer terms than this costs more in the second pass than it gains in the first.
        const LEAST_TERMS: u64 = 256;
        // On a software device a second dispatch takes longer than one core does for fewer terms than this.
        const LEAST_SPLIT: u64 = 1024;
        if self.limits.is_software && terms < LEAST_SPLIT {
            return 1;
        }
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
