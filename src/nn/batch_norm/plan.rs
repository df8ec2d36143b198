//! From a pass to its dispatches: a reduction over each channel in slices, the slices' results together, and a sweep over all
//! elements.

use super::desc::BatchNormPass;
use crate::activation::Activation;
use crate::error::{Error, Result};
use crate::kernel::{self, BatchNormParams, EntryPoint, KernelKey, WORKGROUP_SIZE};
use crate::layout::Layout;
use crate::plan::{
    Access, Batched, Chunk, DeviceLimits, ELEMENT_BYTES, Operand, PlanOptions, PlanSpec, SpecBuilder, StepBinding,
    loop_tests, magic,
};

/// A batch normalisation with every extent known; floats as their bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BatchNormProblem {
    pub pass: BatchNormPass,
    pub layout: Layout,
    /// Samples; with channels last their cells, of which each is a sample as far as memory goes.
    pub batch: u32,
    pub channels: u32,
    /// Elements of a plane; with channels last 1.
    pub plane: u32,
    pub eps: u32,
    pub momentum: u32,
    pub activation: Activation,
}

/// Values that an invocation adds one by one, at most: what the accuracy of long sums depends on.
const MOST_STEPS: u64 = 1024;

/// Values that an invocation should have at least, if there is a choice.
const LEAST_STEPS: u64 = 8;

/// Slices that an invocation puts together, at most.
const MOST_MERGED: u64 = 64;

/// Elements of the workspace's entries, which are vec4s.
const ENTRY: u64 = 4;

/// The kernels of a reduction over channels.
struct Reduction {
    operands: Vec<Operand>,
    /// Of slices, by form.
    slices: [&'static EntryPoint; 3],
    merge: &'static EntryPoint,
    finish: &'static EntryPoint,
    finish_operands: &'static [Operand],
}

/// How the elements of a Value follow each other.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// One element.
    Scalar,
    /// Four of a plane.
    Vec4,
    /// Four channels of a cell.
    Quads,
}

/// A plan in the making, with what all dispatches have in common.
struct Planner<'p, 'a> {
    problem: &'p BatchNormProblem,
    plan: &'p mut SpecBuilder<'a>,
    form: Form,
    chunks: Vec<Chunk>,
}

impl BatchNormProblem {
    /// Plans it for a device.
    pub(crate) fn plan_spec(&self, limits: &DeviceLimits, options: &PlanOptions) -> Result<PlanSpec> {
        use Operand::{B, Db, Dw, Dx, Dy, InvStd, Mean, Residual, RunningMean, RunningVar, W, X, Y};
        let (name, flops, residual) = match self.pass {
            BatchNormPass::Training { residual } => ("training", 9, residual),
            BatchNormPass::Inference { residual } => ("inference", 3, residual),
            BatchNormPass::Backward => ("backward", 9, false),
        };
        let (batch, channels, plane) = (self.batch, self.channels, self.plane);
        let title = format!("batch_norm {name}: {batch} samples, {channels} channels of {plane} elements");
        let mut plan = SpecBuilder::direct(limits, options, title, flops * self.elements())?;
        let relu = self.activation == Activation::Relu;

        // What has x's shape, and what has one number for each channel.
        let (tensors, vectors): (Vec<_>, &[(Operand, Access)]) = match self.pass {
            BatchNormPass::Training { .. } => (
                vec![(X, Access::Read), (Y, Access::Write)],
                &[
                    (W, Access::Read),
                    (B, Access::Read),
                    (RunningMean, Access::Update),
                    (RunningVar, Access::Update),
                    (Mean, Access::Write),
                    (InvStd, Access::Write),
                ],
            ),
            BatchNormPass::Inference { .. } => (
                vec![(X, Access::Read), (Y, Access::Write)],
                &[(W, Access::Read), (B, Access::Read), (RunningMean, Access::Read), (RunningVar, Access::Read)],
            ),
            BatchNormPass::Backward => (
                vec![(X, Access::Read), (Dy, Access::Read), (Dx, Access::Write)],
                &[
                    (W, Access::Read),
                    (Mean, Access::Read),
                    (InvStd, Access::Read),
                    (Dw, Access::Write),
                    (Db, Access::Write),
                ],
            ),
        };
        let more = match self.pass {
            BatchNormPass::Backward if relu => Some((Y, Access::Read)),
            BatchNormPass::Backward => None,
            _ if residual => Some((Residual, Access::Read)),
            _ => None,
        };
        let tensors: Vec<(Operand, Access)> = tensors.into_iter().chain(more).collect();
        tensors.iter().for_each(|&(operand, access)| plan.need(operand, self.elements(), access));
        vectors.iter().for_each(|&(operand, access)| plan.need(operand, channels.into(), access));

        let batched: Vec<Batched> = tensors.iter().map(|&(operand, _)| self.batched(operand)).collect();
        let form = match limits.storage_alignment.is_multiple_of(16) {
            true if plane.is_multiple_of(4) => Form::Vec4,
            true if plane == 1 && channels.is_multiple_of(4) => Form::Quads,
            _ => Form::Scalar,
        };
        let chunks = plan.chunks(batch, &batched, self.sample() / form.elements())?;
        let mut planner = Planner { problem: self, plan: &mut plan, form, chunks };
        match self.pass {
            BatchNormPass::Training { residual } => {
                let coefficients = planner.reduce(&Reduction {
                    operands: vec![X],
                    slices: [&kernel::BATCH_MOMENTS_SCALAR, &kernel::BATCH_MOMENTS_VEC4, &kernel::RUN_MOMENTS],
                    merge: &kernel::MERGE_MOMENTS,
                    finish: &kernel::FINISH_MOMENTS,
                    finish_operands: &[W, B, RunningMean, RunningVar, Mean, InvStd],
                })?;
                planner.normalise(residual, coefficients)?;
            }
            BatchNormPass::Inference { residual } => {
                let coefficients = planner.running_coefficients()?;
                planner.normalise(residual, coefficients)?;
            }
            BatchNormPass::Backward => {
                let (operands, slices) = if relu {
                    let through = [&kernel::GRADIENT_SUMS_THROUGH_SCALAR, &kernel::GRADIENT_SUMS_THROUGH_VEC4];
                    (vec![X, Dy, Y], [through[0], through[1], &kernel::RUN_SUMS_THROUGH])
                } else {
                    let slices = [&kernel::GRADIENT_SUMS_SCALAR, &kernel::GRADIENT_SUMS_VEC4, &kernel::RUN_SUMS];
                    (vec![X, Dy], slices)
                };
                let coefficients = planner.reduce(&Reduction {
                    operands: [&operands[..], &[Mean, InvStd]].concat(),
                    slices,
                    merge: &kernel::MERGE_SUMS,
                    finish: &kernel::FINISH_SUMS,
                    finish_operands: &[W, Mean, InvStd, Dw, Db],
                })?;
                let entries = if relu {
                    [
                        &kernel::BATCH_NORM_INPUT_GRAD_THROUGH_SCALAR,
                        &kernel::BATCH_NORM_INPUT_GRAD_THROUGH_VEC4,
                        &kernel::BATCH_NORM_INPUT_GRAD_THROUGH_QUADS,
                    ]
                } else {
                    [
                        &kernel::BATCH_NORM_INPUT_GRAD_SCALAR,
                        &kernel::BATCH_NORM_INPUT_GRAD_VEC4,
                        &kernel::BATCH_NORM_INPUT_GRAD_QUADS,
                    ]
                };
                planner.sweep(entries, &operands, Dx, coefficients)?;
            }
        }
        Ok(plan.finish())
    }

    /// How an operand lies in memory.
    pub(crate) fn layout(&self, operand: Operand) -> Layout {
        match operand {
            Operand::X | Operand::Y | Operand::Dx | Operand::Dy | Operand::Residual => self.layout,
            _ => Layout::ChannelsFirst,
        }
    }

    /// Elements of a sample.
    fn sample(&self) -> u64 {
        u64::from(self.channels) * u64::from(self.plane)
    }

    /// Elements of x.
    fn elements(&self) -> u64 {
        u64::from(self.batch) * self.sample()
    }

    fn batched(&self, operand: Operand) -> Batched {
        Batched::of(operand, self.sample())
    }
}

impl Form {
    /// Elements of a Value.
    fn elements(self) -> u64 {
        if self == Form::Scalar { 1 } else { 4 }
    }
}

impl Planner<'_, '_> {
    /// The entry point of three that is for this form.
    fn entry(&self, entries: [&'static EntryPoint; 3]) -> &'static EntryPoint {
        entries[self.form as usize]
    }

    /// Values of a plane; of quads, those of a cell.
    fn plane(&self) -> u32 {
        match self.form {
            Form::Scalar => self.problem.plane,
            Form::Vec4 => self.problem.plane / 4,
            Form::Quads => self.problem.channels / 4,
        }
    }

    /// Positions of a channel in a chunk; of quads, its cells.
    fn positions(&self, chunk: &Chunk) -> u64 {
        match self.form {
            Form::Scalar | Form::Vec4 => u64::from(chunk.count) * u64::from(self.plane()),
            Form::Quads => chunk.count.into(),
        }
    }

    /// What has slices of its own, and the invocations that share a slice of it: a channel and a workgroup, or a quad and one.
    fn sharing(&self) -> (u64, u64) {
        match self.form {
            Form::Scalar | Form::Vec4 => (self.problem.channels.into(), WORKGROUP_SIZE.into()),
            Form::Quads => (self.plane().into(), 1),
        }
    }

    /// Uniforms of a dispatch over a chunk, or over none of the elements.
    fn params(&self, chunk: Option<&Chunk>, base: u32) -> BatchNormParams {
        let BatchNormProblem { channels, .. } = *self.problem;
        let plane = self.plane();
        let positions = chunk.map_or(0, |chunk| self.positions(chunk)) as u32;
        // Quads walk by rows.
        let [step_samples, step_cells] = match self.form {
            // More than a tensor has is never walked.
            Form::Scalar | Form::Vec4 => {
                [(WORKGROUP_SIZE / plane).saturating_mul(channels).saturating_mul(plane), WORKGROUP_SIZE % plane]
            }
            Form::Quads => [0; 2],
        };
        let owners = if self.form == Form::Quads { plane } else { channels };
        let ((magic_plane, shift_plane), (magic_channels, shift_channels)) = (magic(plane), magic(channels));
        BatchNormParams {
            channels,
            plane,
            positions,
            per_slice: 0,
            slices: 0,
            base: base / self.form.elements() as u32,
            count: positions * owners,
            step_samples,
            step_cells,
            source: 0,
            result: 0,
            merged: 0,
            magic_plane,
            shift_plane,
            magic_channels,
            shift_channels,
            relu: u32::from(self.problem.activation == Activation::Relu),
            elements: (u64::from(self.problem.batch) * u64::from(self.problem.plane)) as f32,
            eps: f32::from_bits(self.problem.eps),
            momentum: f32::from_bits(self.problem.momentum),
        }
    }

    /// Slices of a channel in a chunk: as many as sums of bounded length and the loop limit need, and as fill the device, as
    /// far as there is work for them.
    fn slices(&self, chunk: &Chunk) -> Result<u64> {
        let limit = u64::from(self.plan.limits.max_loop_iterations);
        // Beside its own loop an invocation runs that of the tree, six levels for 64 invocations.
        let tree = loop_tests(&[WORKGROUP_SIZE.ilog2().into()]);
        let most = limit.saturating_sub(tree + 1).min(MOST_STEPS);
        if most == 0 {
            return Err(Error::LimitExceeded {
                limit: "loop iterations of an invocation",
                what: "batch_norm".to_string(),
                needed: tree + 2,
                available: limit,
            });
        }
        let (owners, sharing) = self.sharing();
        let positions = self.positions(chunk);
        let wanted = u64::from(self.plan.limits.fill_invocations) / (owners * sharing);
        let useful = positions / (sharing * LEAST_STEPS);
        Ok(positions.div_ceil(sharing * most).max(wanted.min(useful)).max(1))
    }

    /// Regions of the workspace, one behind the other, for so many vec4s each: all that a plan needs.
    fn regions(&mut self, entries: &[u64]) -> Result<Vec<StepBinding>> {
        let alignment = self.plan.limits.storage_alignment;
        let end = |begun: u64, entries: &u64| begun.next_multiple_of(alignment) + ENTRY * entries * ELEMENT_BYTES;
        let (needed, available) = (entries.iter().fold(0, end), self.plan.most_workspace_bytes());
        let reserved = entries.iter().map(|&entries| self.plan.reserve(ENTRY * entries)).collect::<Option<_>>();
        reserved.ok_or_else(|| Error::LimitExceeded {
            limit: "workspace",
            what: "batch_norm".to_string(),
            needed,
            available,
        })
    }

    /// Where a channel's vectors are bound.
    fn vectors(&self, operands: &[Operand]) -> Result<Vec<StepBinding>> {
        operands.iter().map(|&operand| self.plan.whole(operand, self.problem.channels.into())).collect()
    }

    /// Reduces every channel, and gives where the coefficients for the sweep are.
    fn reduce(&mut self, kernels: &Reduction) -> Result<StepBinding> {
        let channels = u64::from(self.problem.channels);
        let chunks = self.chunks.clone();
        let slices: Vec<u64> = chunks.iter().map(|chunk| self.slices(chunk)).collect::<Result<_>>()?;
        // A loop over so many slices tests once more, and the whole counts one.
        let merged = MOST_MERGED.min(u64::from(self.plan.limits.max_loop_iterations) - 2);
        // Slices before the first round, then behind each, until few enough are left to finish with.
        let mut rounds: Vec<u64> = vec![slices.iter().sum()];
        while let Some(&left) = rounds.last().filter(|&&left| left > merged) {
            rounds.push(left.div_ceil(merged));
        }
        let sizes: Vec<u64> = rounds.iter().chain(&[1]).map(|&slices| slices * channels).collect();
        let regions = self.regions(&sizes)?;
        let mut first = 0;
        for (chunk, &slices) in chunks.iter().zip(&slices) {
            self.slice_step(kernels, chunk, slices, regions[0], first)?;
            first += slices * channels;
        }
        let last = rounds.len() - 1;
        for round in 0..last {
            let (left, groups) = (rounds[round], rounds[round + 1]);
            let (partial, target) = (regions[round], regions[round + 1]);
            let params = BatchNormParams {
                count: (groups * channels) as u32,
                ..self.merging_params(partial, target, left, merged)
            };
            let bindings = vec![up_to(target)];
            self.plan.step(kernels.merge, &[], params, bindings, groups * channels)?;
        }
        let (left, partial, coefficients) = (rounds[last], regions[last], regions[last + 1]);
        let params = self.merging_params(partial, coefficients, left, left);
        let mut bindings = self.vectors(kernels.finish_operands)?;
        bindings.push(up_to(coefficients));
        self.plan.step(kernels.finish, &[], params, bindings, channels)?;
        Ok(coefficients)
    }

    fn merging_params(&self, source: StepBinding, target: StepBinding, slices: u64, merged: u64) -> BatchNormParams {
        BatchNormParams {
            source: entry_of(source),
            result: entry_of(target),
            slices: slices as u32,
            merged: merged as u32,
            ..self.params(None, 0)
        }
    }

    /// The slices of one chunk, whose results begin at this vec4 of the region.
    fn slice_step(
        &mut self,
        kernels: &Reduction,
        chunk: &Chunk,
        slices: u64,
        partial: StepBinding,
        first: u64,
    ) -> Result<()> {
        let (mut bindings, mut base) = (Vec::new(), 0);
        for &operand in &kernels.operands {
            if matches!(operand, Operand::Mean | Operand::InvStd) {
                bindings.extend(self.vectors(&[operand])?);
            } else {
                let (binding, at) = chunk.bind(self.plan.limits, self.problem.batched(operand));
                (bindings, base) = ([bindings, vec![binding]].concat(), at);
            }
        }
        bindings.push(up_to(partial));
        let params = BatchNormParams {
            per_slice: self.positions(chunk).div_ceil(slices) as u32,
            slices: slices as u32,
            result: entry_of(partial) + first as u32,
            ..self.params(Some(chunk), base)
        };
        let entry = self.entry(kernels.slices);
        let kernel = KernelKey::new(entry, &entry.kernel().variants[0], &[]);
        let (owners, sharing) = self.sharing();
        let workgroups = (slices * owners * sharing).div_ceil(WORKGROUP_SIZE.into());
        self.plan.step_workgroups(kernel, params, bindings, workgroups)
    }

    /// The coefficients of inference.
    fn running_coefficients(&mut self) -> Result<StepBinding> {
        let channels = u64::from(self.problem.channels);
        let coefficients = self.regions(&[channels])?[0];
        let operands = [Operand::W, Operand::B, Operand::RunningMean, Operand::RunningVar];
        let mut bindings = self.vectors(&operands)?;
        bindings.push(up_to(coefficients));
        let params = self.merging_params(coefficients, coefficients, 0, 0);
        self.plan.step(&kernel::RUNNING_COEFFICIENTS, &[], params, bindings, channels)?;
        Ok(coefficients)
    }

    /// y from x, a residual, and the coefficients.
    fn normalise(&mut self, residual: bool, coefficients: StepBinding) -> Result<()> {
        if residual {
            let entries = [&kernel::NORMALISE_ADD_SCALAR, &kernel::NORMALISE_ADD_VEC4, &kernel::NORMALISE_ADD_QUADS];
            return self.sweep(entries, &[Operand::X, Operand::Residual], Operand::Y, coefficients);
        }
        let entries = [&kernel::NORMALISE_SCALAR, &kernel::NORMALISE_VEC4, &kernel::NORMALISE_QUADS];
        self.sweep(entries, &[Operand::X], Operand::Y, coefficients)
    }

    /// A pass over all elements: from some tensors and the coefficients to another tensor.
    fn sweep(
        &mut self,
        entries: [&'static EntryPoint; 3],
        inputs: &[Operand],
        output: Operand,
        coefficients: StepBinding,
    ) -> Result<()> {
        for chunk in self.chunks.clone() {
            let bind = |operand| chunk.bind(self.plan.limits, self.problem.batched(operand));
            let (result, base) = bind(output);
            let mut bindings: Vec<StepBinding> = inputs.iter().map(|&operand| bind(operand).0).collect();
            bindings.extend([coefficients, result]);
            let params = self.params(Some(&chunk), base);
            let entry = self.entry(entries);
            let invocations = match self.form {
                Form::Scalar | Form::Vec4 => params.count.into(),
                // Each has a quad of several cells.
                Form::Quads => {
                    let cells = entry.kernel().variants[0].constant("BLOCK");
                    u64::from(params.positions.div_ceil(cells)) * u64::from(params.plane)
                }
            };
            self.plan.step(entry, &[], params, bindings, invocations)?;
        }
        Ok(())
    }
}

/// The workspace from its beginning to the end of a region.
fn up_to(region: StepBinding) -> StepBinding {
    StepBinding { offset: 0, size: region.offset + region.size, ..region }
}

/// The vec4 of the workspace at which a region begins.
fn entry_of(region: StepBinding) -> u32 {
    (region.offset / (ENTRY * ELEMENT_BYTES)) as u32
}
