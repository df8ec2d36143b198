//! Pooling of rows of whole fours by invocations that own a block of up to four quads of one plane: the rows algorithm there. What
//! its windows share is read once.

use super::operands::Operands;
use super::rows::{FOUR, params};
use super::{PoolKind, PoolPass, PoolProblem};
use crate::error::Result;
use crate::kernel::{self, EntryPoint, RowsParams};
use crate::plan::{DeviceLimits, PlanSpec, SpecBuilder, magic};
use crate::window::Axis;

/// Taps along an axis: more are more code than they save.
const MOST_TAPS: u32 = 8;

/// The padding that a kernel looks for in one quad.
const MOST_PADDING: u32 = FOUR as u32;

/// Cells that a block holds of a row.
const MOST_CELLS: u32 = 20;

fn entry_of(kind: PoolKind, pass: PoolPass) -> Option<&'static EntryPoint> {
    match (kind, pass) {
        (PoolKind::Max, PoolPass::Forward) => Some(&kernel::BLOCKS_MAX_FORWARD),
        (PoolKind::Max, PoolPass::ForwardWithIndices) => Some(&kernel::BLOCKS_MAX_FORWARD_WITH_INDICES),
        (PoolKind::Max, PoolPass::Backward | PoolPass::Unpool) => Some(&kernel::BLOCKS_MAX_BACKWARD),
        (PoolKind::Average { .. }, PoolPass::Forward) => Some(&kernel::BLOCKS_AVERAGE_FORWARD),
        (PoolKind::Average { .. }, PoolPass::Backward) => Some(&kernel::BLOCKS_AVERAGE_BACKWARD),
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

/// The entry point for a pass that these kernels take.
pub(super) fn entry(problem: &PoolProblem, pass: PoolPass, limits: &DeviceLimits) -> Option<&'static EntryPoint> {
    let [d, h, w] = &problem.axes;
    let is_whole = |extent: u32| u64::from(extent).is_multiple_of(FOUR);
    let before = (FOUR as u32 - w.padding_low % FOUR as u32) % FOUR as u32;
    let fits = if pass.is_over_cells() {
        h.stride <= 2 && w.stride <= 2
    } else {
        before.saturating_add(w.stride.saturating_mul(3)) + w.taps <= MOST_CELLS
    };
    // One plane of rows, more than one, or a block would be mostly empty.
    let is_plane = d.input == 1 && d.output == 1 && d.taps == 1 && h.input > 1;
    let takes = problem.are_last() == [false; 2]
        && !problem.adaptive
        && is_plane
        && [h, w].into_iter().all(takes_axis)
        && w.padding_low <= MOST_PADDING
        && is_whole(w.input)
        && is_whole(w.output)
        && limits.storage_alignment.is_multiple_of(4 * FOUR);
    entry_of(problem.kind, pass).filter(|_| takes && fits)
}

pub(super) fn plan(
    problem: &PoolProblem,
    pass: PoolPass,
    entry: &'static EntryPoint,
    mut plan: SpecBuilder<'_>,
) -> Result<PlanSpec> {
    let [_, h, w] = &problem.axes;
    // Windows that overlap share rows. A dx block is four quads: side by side those under four windows, then rows of these.
    let rows = if h.stride == 1 { 4 } else { 2 };
    let (quads, strips) = if pass.is_over_cells() {
        (w.input.div_ceil(4 * w.stride), h.input.div_ceil(4 / w.stride))
    } else {
        (w.output / 4, h.output.div_ceil(rows))
    };
    let ((magic_quads, shift_quads), (magic_h, shift_h)) = (magic(quads), magic(strips));
    let mut overrides = problem.overrides(pass, entry.kernel().overrides);
    for (name, value) in &mut overrides {
        match *name {
            "ROWS" => *value = rows,
            "EDGES_H" => *value = has_edges(h).into(),
            "EDGES_W" => *value = has_edges(w).into(),
            _ => {}
        }
    }
    let operands = Operands::new(problem, pass, &plan);
    operands.state(&mut plan, problem.batch);
    let blocks = u64::from(problem.channels) * u64::from(quads) * u64::from(strips);
    for chunk in plan.chunks(problem.batch, operands.all(), blocks)? {
        let bound = operands.bind(plan.limits, &chunk);
        let count = blocks * u64::from(chunk.count);
        let params = RowsParams {
            magic_h,
            shift_h,
            quads,
            magic_quads,
            shift_quads,
            ..params(problem, pass, &chunk, count as u32, &bound)
        };
        plan.step(entry, &overrides, params, bound.bindings, count)?;
    }
    Ok(plan.finish())
}
