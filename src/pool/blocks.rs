//! Pooling of planes with small windows by invocations that own a block of up to four quads of one plane: the rows algorithm there. What
//! its windows share is read once.

use super::operands::Operands;
use super::rows::{FOUR, params};
use super::{PoolKind, PoolPass, PoolProblem};
use crate::error::Result;
use crate::kernel::{self, EntryPoint, Override, RowsParams};
use crate::plan::{DeviceLimits, PlanSpec, SpecBuilder, magic};
use crate::window::Axis;

/// Taps along an axis: more are more code than they save.
const MOST_TAPS: u32 = 8;

/// The padding that a kernel looks for in one quad.
const MOST_PADDING: u32 = FOUR as u32;

/// Tests of loops in an invocation at most: 11 rows of windows over four quads, each with 8 steps and what ends them.
const MOST_LOOPS: u32 = 512;

/// Cells that a block holds of a row.
const MOST_CELLS: u32 = 20;

/// Windows over a row of a block's cells that it holds, from the beginning of a quad on.
const MOST_WINDOWS: u32 = 12;

/// The entry point for rows of whole fours, and the one for any.
pub(super) type Entries = [&'static EntryPoint; 2];

fn entries_of(kind: PoolKind, pass: PoolPass) -> Option<Entries> {
    match (kind, pass) {
        (PoolKind::Max, PoolPass::Forward) => {
            Some([&kernel::BLOCKS_MAX_FORWARD_WHOLE, &kernel::BLOCKS_MAX_FORWARD_SINGLE])
        }
        (PoolKind::Max, PoolPass::ForwardWithIndices) => {
            Some([&kernel::BLOCKS_MAX_FORWARD_WITH_INDICES_WHOLE, &kernel::BLOCKS_MAX_FORWARD_WITH_INDICES_SINGLE])
        }
        (PoolKind::Max, PoolPass::Backward | PoolPass::Unpool) => {
            Some([&kernel::BLOCKS_MAX_BACKWARD_WHOLE, &kernel::BLOCKS_MAX_BACKWARD_SINGLE])
        }
        (PoolKind::Average { .. }, PoolPass::Forward) => {
            Some([&kernel::BLOCKS_AVERAGE_FORWARD_WHOLE, &kernel::BLOCKS_AVERAGE_FORWARD_SINGLE])
        }
        (PoolKind::Average { .. }, PoolPass::Backward) => {
            Some([&kernel::BLOCKS_AVERAGE_BACKWARD_WHOLE, &kernel::BLOCKS_AVERAGE_BACKWARD_SINGLE])
        }
        _ => None,
    }
}

/// Whether each window has a cell, and lies beside its neighbours as the kernels take it.
fn takes_axis(axis: &Axis) -> bool {
    let last = u64::from(axis.output - 1) * u64::from(axis.stride);
    axis.dilation == 1
        && axis.taps <= MOST_TAPS
        && axis.padding_low < axis.taps
        && last < u64::from(axis.input) + u64::from(axis.padding_low)
}

/// Whether some windows have padding.
fn has_edges(axis: &Axis) -> bool {
    let end = u64::from(axis.output - 1) * u64::from(axis.stride) + u64::from(axis.taps);
    axis.padding_low > 0 || end > u64::from(axis.input)
}

/// Whether windows are of one plane, and of rows, more than one, or a block would be mostly empty; on a device whose compiler makes
/// constants of where things are: of software devices it is lavapipe that unrolls loops, by its subgroups of 8.
fn has_planes(problem: &PoolProblem, limits: &DeviceLimits) -> bool {
    let [d, h, w] = &problem.axes;
    let unrolls = !limits.is_software || limits.subgroup_size == 8;
    let is_plane = d.input == 1 && d.output == 1 && d.taps == 1 && h.input > 1;
    unrolls
        && limits.max_loop_iterations >= MOST_LOOPS
        && is_plane
        && !problem.adaptive
        && [h, w].into_iter().all(takes_axis)
}

fn has_whole_rows(axis: &Axis) -> bool {
    [axis.input, axis.output].into_iter().all(|extent| u64::from(extent).is_multiple_of(FOUR))
}

/// The entry points for a pass that these kernels take.
pub(super) fn entries(problem: &PoolProblem, pass: PoolPass, limits: &DeviceLimits) -> Option<Entries> {
    let [_, h, w] = &problem.axes;
    // Cells of a quad before what begins so many behind its end.
    let before = |cells: u32| (FOUR as u32 - cells % FOUR as u32) % FOUR as u32;
    let fits = if pass.is_over_cells() {
        // With a stride of 2 a run of windows never takes more.
        let windows = before(w.windows_before()).saturating_add(w.taps).saturating_add(3);
        h.stride <= 2 && (w.stride == 2 || w.stride == 1 && windows <= MOST_WINDOWS)
    } else {
        // By single cells there is nothing to gain where windows share none.
        let shares = h.taps > h.stride || w.taps > w.stride || has_whole_rows(w);
        shares && before(w.padding_low).saturating_add(w.stride.saturating_mul(3)).saturating_add(w.taps) <= MOST_CELLS
    };
    let takes = problem.are_last() == [false; 2] && has_planes(problem, limits) && w.padding_low <= MOST_PADDING;
    entries_of(problem.kind, pass).filter(|_| takes && fits)
}

/// The one for a pass that blocks of two by two cells, or outputs, take where channels are last.
pub(super) fn last_entry(problem: &PoolProblem, pass: PoolPass, limits: &DeviceLimits) -> Option<&'static EntryPoint> {
    let entry = match (problem.kind, pass) {
        (PoolKind::Max, PoolPass::Forward) => &kernel::LAST_MAX_FORWARD_BLOCKS,
        (PoolKind::Max, PoolPass::ForwardWithIndices) => &kernel::LAST_MAX_FORWARD_BLOCKS_WITH_INDICES,
        (PoolKind::Max, PoolPass::Backward | PoolPass::Unpool) => &kernel::LAST_MAX_BACKWARD_BLOCKS,
        (PoolKind::Average { .. }, PoolPass::Forward) => &kernel::LAST_AVERAGE_FORWARD_BLOCKS,
        (PoolKind::Average { .. }, PoolPass::Backward) => &kernel::LAST_AVERAGE_BACKWARD_BLOCKS,
        _ => return None,
    };
    // Forward, windows with a stride of 2 share too little.
    let most_stride = if pass.is_over_cells() { 2 } else { 1 };
    let are_strides = problem.axes.iter().all(|axis| axis.stride <= most_stride);
    let are_fours =
        u64::from(problem.channels).is_multiple_of(FOUR) && limits.storage_alignment.is_multiple_of(4 * FOUR);
    (has_planes(problem, limits) && are_strides && are_fours).then_some(entry)
}

pub(super) fn plan(
    problem: &PoolProblem,
    pass: PoolPass,
    [whole, single]: Entries,
    mut plan: SpecBuilder<'_>,
) -> Result<PlanSpec> {
    let [_, h, w] = &problem.axes;
    // Windows that overlap share rows. A block of dx is four quads: side by side those under four windows, then rows of these.
    let rows = if h.stride == 1 { 4 } else { 1 };
    let (quads, strips) = if pass.is_over_cells() {
        (w.input.div_ceil(4 * w.stride), h.input.div_ceil(4 / w.stride))
    } else {
        (w.output.div_ceil(4), h.output.div_ceil(rows))
    };
    let ((magic_quads, shift_quads), (magic_h, shift_h)) = (magic(quads), magic(strips));
    let operands = Operands::new(problem, pass, &plan);
    operands.state(&mut plan, problem.batch);
    let blocks = u64::from(problem.channels) * u64::from(quads) * u64::from(strips);
    let are_whole = has_whole_rows(w) && plan.limits.storage_alignment.is_multiple_of(4 * FOUR);
    for chunk in plan.chunks(problem.batch, operands.all(), blocks)? {
        let bound = operands.bind(plan.limits, &chunk);
        let count = blocks * u64::from(chunk.count);
        let start_whole = [bound.x_base, bound.y_base].into_iter().all(|base| u64::from(base).is_multiple_of(FOUR));
        let entry = if are_whole && start_whole { whole } else { single };
        let params = RowsParams {
            magic_h,
            shift_h,
            quads,
            magic_quads,
            shift_quads,
            ..params(problem, pass, &chunk, count as u32, &bound)
        };
        plan.step(entry, &overrides(problem, pass, entry, rows), params, bound.bindings, count)?;
    }
    Ok(plan.finish())
}

/// With channels last.
pub(super) fn plan_last(
    problem: &PoolProblem,
    pass: PoolPass,
    entry: &'static EntryPoint,
    mut plan: SpecBuilder<'_>,
) -> Result<PlanSpec> {
    let [_, h, w] = &problem.axes;
    let extent = |axis: &Axis| if pass.is_over_cells() { axis.input } else { axis.output };
    let [rows, columns, quads] = [extent(h).div_ceil(2), extent(w).div_ceil(2), problem.channels / FOUR as u32];
    let [(magic_h, shift_h), (magic_w, shift_w), (magic_quads, shift_quads)] = [rows, columns, quads].map(magic);
    let operands = Operands::new(problem, pass, &plan);
    operands.state(&mut plan, problem.batch);
    let overrides = problem.overrides(pass, entry.kernel().overrides);
    let blocks = [rows, columns, quads].into_iter().map(u64::from).product::<u64>();
    for chunk in plan.chunks(problem.batch, operands.all(), blocks)? {
        let bound = operands.bind(plan.limits, &chunk);
        let count = blocks * u64::from(chunk.count);
        let params = RowsParams {
            magic_h,
            shift_h,
            magic_w,
            shift_w,
            quads,
            magic_quads,
            shift_quads,
            ..params(problem, pass, &chunk, count as u32, &bound)
        };
        plan.step(entry, &overrides, params, bound.bindings, count)?;
    }
    Ok(plan.finish())
}

fn overrides(problem: &PoolProblem, pass: PoolPass, entry: &EntryPoint, rows: u32) -> Vec<Override> {
    let [_, h, w] = &problem.axes;
    let mut overrides = problem.overrides(pass, entry.kernel().overrides);
    for (name, value) in &mut overrides {
        match *name {
            "ROWS" => *value = rows,
            "EDGES_H" => *value = has_edges(h).into(),
            "EDGES_W" => *value = has_edges(w).into(),
            _ => {}
        }
    }
    overrides
}
