//! Global pooling: each plane is one window, a run of memory, that several invocations share.

use super::operands::Operands;
use super::{PoolKind, PoolPass, PoolProblem};
use crate::error::Result;
use crate::kernel::{self, EntryPoint, KernelKey, PlanesParams};
use crate::plan::{Algorithm, Chunk, ELEMENT_BYTES, PlanSpec, SpecBuilder, StepBinding, loop_tests};
use crate::window::Axis;

/// A slice of fewer cells an invocation costs more in the second pass than it gains in the first.
const LEAST_CELLS: u64 = 16;
const LEAST_CELLS_SOFTWARE: u64 = 256;

/// Shorter planes are left to the rows kernels, whose invocations have four of them.
const LEAST_LENGTH: u64 = 32;

/// Where planes are shorter, 16 invocations share one instead of a whole workgroup.
const SHORT: u64 = 512;

/// Whether there is one window, and it has every cell.
pub(super) fn takes(problem: &PoolProblem, pass: PoolPass) -> bool {
    let is_whole = |axis: &Axis| {
        let behind = u64::from(axis.padding_low) + u64::from(axis.input);
        axis.output == 1 && axis.dilation == 1 && u64::from(axis.taps) >= behind
    };
    let forward = matches!(pass, PoolPass::Forward | PoolPass::ForwardWithIndices);
    forward && !problem.adaptive && !problem.are_last()[0] && problem.axes.iter().all(is_whole)
}

/// Whether planes are too short for it to be better than the rows kernels.
pub(super) fn is_short(problem: &PoolProblem) -> bool {
    length(problem) < LEAST_LENGTH
}

/// Cells of a plane.
fn length(problem: &PoolProblem) -> u64 {
    problem.cells()[0]
}

/// How planes are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cut {
    /// Cells of a plane.
    length: u64,
    /// Invocations that share a slice.
    lanes: u64,
    /// Slices of a plane.
    slices: u64,
    /// Cells of every slice but the last.
    cells: u64,
}

impl Cut {
    /// `None` if two passes are not enough.
    fn new(length: u64, planes: u64, plan: &SpecBuilder<'_>) -> Option<Cut> {
        // On a software device a barrier costs more than it saves, and a lane reads a run of memory best.
        let lanes: u64 = match (plan.limits.is_software, length < SHORT) {
            (true, _) => 1,
            (false, true) => 16,
            (false, false) => 64,
        };
        let joining = if lanes == 1 { 0 } else { loop_tests(&[u64::from(lanes.ilog2())]) };
        let most = u64::from(plan.limits.max_loop_iterations).checked_sub(joining + 2).filter(|&most| most > 0)?;
        // On a software device invocations do not wait for memory: a quarter of what other kernels want.
        let fill = u64::from(plan.limits.fill_invocations);
        let (fill, least) =
            if plan.limits.is_software { (fill.div_ceil(4), LEAST_CELLS_SOFTWARE) } else { (fill, LEAST_CELLS) };
        let wanted = fill.div_ceil(planes * lanes).min(length / (least * lanes));
        let slices = wanted.max(length.div_ceil(most * lanes)).max(1);
        let cells = length.div_ceil(slices);
        let slices = length.div_ceil(cells);
        (slices.div_ceil(lanes) <= most).then_some(Cut { length, lanes, slices, cells })
    }
}

/// Kernels of the first pass, and of the second.
fn entries_of(problem: &PoolProblem, pass: PoolPass, alone: bool) -> [&'static EntryPoint; 2] {
    match (problem.kind, pass, alone) {
        (PoolKind::Max, PoolPass::ForwardWithIndices, true) => {
            [&kernel::PLANES_MAX_WITH_INDICES_ALONE, &kernel::PLANES_MAX_JOIN_ALONE]
        }
        (PoolKind::Max, PoolPass::ForwardWithIndices, false) => {
            [&kernel::PLANES_MAX_WITH_INDICES_SHARED, &kernel::PLANES_MAX_JOIN_SHARED]
        }
        (PoolKind::Max, _, true) => [&kernel::PLANES_MAX_ALONE; 2],
        (PoolKind::Max, _, false) => [&kernel::PLANES_MAX_SHARED; 2],
        (_, _, true) => [&kernel::PLANES_SUM_ALONE; 2],
        (_, _, false) => [&kernel::PLANES_SUM_SHARED; 2],
    }
}

pub(super) fn plan(problem: &PoolProblem, pass: PoolPass, mut plan: SpecBuilder<'_>) -> Result<PlanSpec> {
    if !takes(problem, pass) {
        return Err(
            Algorithm::Planes.unavailable("it is for one window that has every cell, forward, with channels first")
        );
    }
    let length = length(problem);
    let planes = u64::from(problem.batch) * u64::from(problem.channels);
    let Some(cut) = Cut::new(length, planes, &plan) else {
        return Err(Algorithm::Planes.unavailable("its two passes are too short for planes of so many cells"));
    };
    let operands = Operands::new(problem, pass, &plan);
    operands.state(&mut plan, problem.batch);
    let workgroups = |planes: u64| (planes * cut.slices * cut.lanes).div_ceil(kernel::WORKGROUP_SIZE.into());
    let per_sample = workgroups(problem.channels.into());
    let chunks = plan.chunks_of_workgroups(problem.batch, operands.all(), per_sample, u64::MAX)?;
    let partial = match reserve(problem, pass, &cut, &chunks, &mut plan) {
        Some(partial) => partial,
        None => return Err(Algorithm::Planes.unavailable("its second pass needs more workspace than there may be")),
    };
    let [first, second] = entries_of(problem, pass, cut.lanes == 1);
    for chunk in chunks {
        let bound = operands.bind(plan.limits, &chunk);
        let planes = u64::from(chunk.count) * u64::from(problem.channels);
        let (index_base, index_step) = problem.indices.base_and_step(problem, chunk.first * problem.channels);
        // The results of planes.
        let whole = PlanesParams {
            results: planes as u32,
            length: length as u32,
            slices: 1,
            slice_cells: length as u32,
            x_base: bound.x_base,
            result_base: bound.y_base,
            divisor: divisor(problem),
            power: problem.power(),
            index_base,
            index_step,
            unused_a: 0,
            unused_b: 0,
        };
        let mut step = |entry, params: PlanesParams, bindings| {
            let key = key(problem, pass, entry, cut.lanes);
            plan.step_workgroups(key, params, bindings, (u64::from(params.results) * cut.lanes).div_ceil(64))
        };
        if cut.slices == 1 {
            step(first, whole, bound.bindings)?;
            continue;
        }
        let parts = PlanesParams {
            results: (planes * cut.slices) as u32,
            slices: cut.slices as u32,
            slice_cells: cut.cells as u32,
            result_base: 0,
            divisor: 1.0,
            index_base: 0,
            index_step: 0,
            ..whole
        };
        let (x, results) = bound.bindings.split_at(1);
        step(first, parts, [x, &partial].concat())?;
        let join = PlanesParams { length: cut.slices as u32, slice_cells: cut.slices as u32, x_base: 0, ..whole };
        step(second, join, [&partial[..], results].concat())?;
    }
    Ok(plan.finish())
}

/// Workspace for the results of slices, and for their indices; nothing if no plane is cut, `None` if there is too little.
fn reserve(
    problem: &PoolProblem,
    pass: PoolPass,
    cut: &Cut,
    chunks: &[Chunk],
    plan: &mut SpecBuilder<'_>,
) -> Option<Vec<StepBinding>> {
    if cut.slices == 1 {
        return Some(Vec::new());
    }
    let most = chunks.iter().map(|chunk| chunk.count).max().unwrap_or(0);
    // Whole steps of the alignment, so that nothing lies between the parts.
    let elements = (u64::from(most) * u64::from(problem.channels) * cut.slices)
        .next_multiple_of(plan.limits.storage_alignment / ELEMENT_BYTES);
    let parts = if pass == PoolPass::ForwardWithIndices { 2 } else { 1 };
    (0..parts).map(|_| plan.reserve(elements)).collect()
}

/// The kernel for so many lanes.
fn key(problem: &PoolProblem, pass: PoolPass, entry: &'static EntryPoint, lanes: u64) -> KernelKey {
    let kernel = entry.kernel();
    let fits = |variant: &&kernel::Variant| u64::from(variant.constant("LANES")) == lanes;
    let variant = kernel.variants.iter().find(fits).unwrap_or(&kernel.variants[0]);
    KernelKey::new(entry, variant, &problem.overrides(pass, kernel.overrides))
}

/// What the sum over a plane is divided by.
fn divisor(problem: &PoolProblem) -> f32 {
    let PoolKind::Average { count_include_pad, divisor } = problem.kind else { return 1.0 };
    if let Some(divisor) = divisor {
        return divisor as f32;
    }
    let counted = |axis: &Axis| {
        let padded = u64::from(axis.padding_low) + u64::from(axis.input) + u64::from(axis.padding_high);
        if count_include_pad { padded.min(axis.taps.into()) } else { axis.input.into() }
    };
    problem.axes.iter().map(|axis| counted(axis) as f32).product()
}
