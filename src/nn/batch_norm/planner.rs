//! The dispatches of a batch normalisation: slices of each channel reduced, slices put together, sweeps over all elements.

use super::plan::BatchNormProblem;
use crate::activation::Activation;
use crate::error::{Error, Result};
use crate::kernel::{self, BatchNormParams, EntryPoint, KernelKey, WORKGROUP_SIZE};
use crate::plan::{Chunk, ELEMENT_BYTES, Operand, SpecBuilder, StepBinding, loop_tests, magic};

/// Values that an invocation adds one by one, at most: what the accuracy of long sums depends on.
const MOST_STEPS: u64 = 1024;

/// Values that an invocation should have at least, if there is a choice.
const LEAST_STEPS: u64 = 8;

/// Slices that an invocation puts together, at most.
const MOST_MERGED: u64 = 64;

/// Elements of the workspace's entries, which are vec4s.
const ENTRY: u64 = 4;

/// The kernels of a reduction over channels.
pub(super) struct Reduction {
    pub operands: Vec<Operand>,
    /// Of slices, by form.
    pub slices: [&'static EntryPoint; 3],
    pub merge: &'static EntryPoint,
    pub finish: &'static EntryPoint,
    pub finish_operands: &'static [Operand],
}

/// How the elements of a Value follow each other.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// One element.
    Scalar,
    /// Four of a plane.
    Vec4,
    /// Four channels of a cell.
    Quads,
}

/// A plan in the making, with what all dispatches have in common.
pub(super) struct Planner<'p, 'a> {
    pub problem: &'p BatchNormProblem,
    pub plan: &'p mut SpecBuilder<'a>,
    pub form: Form,
    pub chunks: Vec<Chunk>,
}

impl Form {
    /// Elements of a Value.
    pub(super) fn elements(self) -> u64 {
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
    pub(super) fn reduce(&mut self, kernels: &Reduction) -> Result<StepBinding> {
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
                let (binding, at) = chunk.bind(self.plan.limits, self.problem.batched(self.plan, operand));
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
    pub(super) fn running_coefficients(&mut self) -> Result<StepBinding> {
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
    pub(super) fn normalise(&mut self, residual: bool, coefficients: StepBinding) -> Result<()> {
        if residual {
            let entries = [
                &kernel::NORMALISE_ADD_SCALAR,
                &kernel::NORMALISE_ADD_VEC4,
                &kernel::NORMALISE_ADD_QUADS,
                &kernel::NORMALISE_ADD_FOURS,
            ];
            return self.sweep(entries, &[Operand::X, Operand::Residual], Operand::Y, coefficients);
        }
        let entries =
            [&kernel::NORMALISE_SCALAR, &kernel::NORMALISE_VEC4, &kernel::NORMALISE_QUADS, &kernel::NORMALISE_FOURS];
        self.sweep(entries, &[Operand::X], Operand::Y, coefficients)
    }

    /// A pass over all elements: from some tensors and the coefficients to another tensor. The fourth entry point is for single
    /// elements of 16 bits, of which an invocation takes four.
    pub(super) fn sweep(
        &mut self,
        [scalar, vec4, quads, fours]: [&'static EntryPoint; 4],
        inputs: &[Operand],
        output: Operand,
        coefficients: StepBinding,
    ) -> Result<()> {
        let by_fours = self.form == Form::Scalar && self.plan.rounds();
        let entry = if by_fours { fours } else { self.entry([scalar, vec4, quads]) };
        for chunk in self.chunks.clone() {
            let bind = |operand| chunk.bind(self.plan.limits, self.problem.batched(self.plan, operand));
            let (result, base) = bind(output);
            let mut bindings: Vec<StepBinding> = inputs.iter().map(|&operand| bind(operand).0).collect();
            bindings.extend([coefficients, result]);
            let params = self.params(Some(&chunk), base);
            let invocations = match self.form {
                Form::Scalar if by_fours => params.count.div_ceil(4).into(),
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
