//! Pooling by invocations that own four elements each: every pass of windows without dilation that a shader may loop over
//! in one dispatch.

use super::{PoolKind, PoolPass, PoolProblem};
use crate::error::Result;
use crate::kernel::{self, EntryPoint, RowsParams};
use crate::plan::{Access, Algorithm, Batched, Chunk, Operand, PlanSpec, SpecBuilder, StepBinding, loop_tests, magic};
use crate::window::override_values;

/// Elements of an invocation.
const FOUR: u64 = 4;

/// Operands in the order of the slots; the result's entry point that stores element by element, and the one that stores
/// whole vec4s.
struct Parts {
    inputs: &'static [Operand],
    outputs: &'static [Operand],
    scalar: &'static EntryPoint,
    vec4: &'static EntryPoint,
}

impl Parts {
    fn of(kind: PoolKind, pass: PoolPass) -> Parts {
        use Operand::{Dx, Dy, Indices, X, Y};
        let (inputs, outputs, scalar, vec4): (&[Operand], &[Operand], _, _) = match (kind, pass) {
            (PoolKind::Max, PoolPass::Forward) => {
                (&[X], &[Y], &kernel::ROWS_MAX_FORWARD_SCALAR, &kernel::ROWS_MAX_FORWARD_VEC4)
            }
            (PoolKind::Max, PoolPass::ForwardWithIndices) => (
                &[X],
                &[Y, Indices],
                &kernel::ROWS_MAX_FORWARD_WITH_INDICES_SCALAR,
                &kernel::ROWS_MAX_FORWARD_WITH_INDICES_VEC4,
            ),
            (PoolKind::Max, PoolPass::Backward) => {
                (&[Dy, Indices], &[Dx], &kernel::ROWS_MAX_BACKWARD_SCALAR, &kernel::ROWS_MAX_BACKWARD_VEC4)
            }
            (PoolKind::Average { .. }, PoolPass::Backward) => {
                (&[Dy], &[Dx], &kernel::ROWS_AVERAGE_BACKWARD_SCALAR, &kernel::ROWS_AVERAGE_BACKWARD_VEC4)
            }
            (PoolKind::Average { .. }, _) => {
                (&[X], &[Y], &kernel::ROWS_AVERAGE_FORWARD_SCALAR, &kernel::ROWS_AVERAGE_FORWARD_VEC4)
            }
        };
        Parts { inputs, outputs, scalar, vec4 }
    }
}

pub(super) fn plan(problem: &PoolProblem, pass: PoolPass, mut plan: SpecBuilder<'_>) -> Result<PlanSpec> {
    let backward = pass == PoolPass::Backward;
    if problem.axes.iter().any(|axis| axis.dilation != 1) {
        return Err(Algorithm::Rows.unavailable("its windows have no dilation"));
    }
    let steps = problem.axes.map(|axis| u64::from(if backward { axis.most_windows() } else { axis.taps }));
    if loop_tests(&steps) > plan.limits.max_loop_iterations.into() {
        return Err(
            Algorithm::Rows.unavailable("its invocations loop over whole windows, which these are too large for")
        );
    }

    let parts = Parts::of(problem.kind, pass);
    let batched = |&operand: &Operand| match operand {
        Operand::X | Operand::Dx => Batched::new(operand, &problem.x_shape()),
        _ => Batched::new(operand, &problem.y_shape()),
    };
    let operands: Vec<Batched> = parts.inputs.iter().chain(parts.outputs).map(batched).collect();
    let result = operands[parts.inputs.len()].sample;
    for (i, operand) in operands.iter().enumerate() {
        let access = if i < parts.inputs.len() { Access::Read } else { Access::Write };
        plan.need(operand.operand, operand.sample * u64::from(problem.batch), access);
    }
    for chunk in plan.chunks(problem.batch, &operands, result.div_ceil(FOUR))? {
        let bound: Vec<(StepBinding, u32)> = operands.iter().map(|&operand| chunk.bind(plan.limits, operand)).collect();
        let base_of = |backward_result: bool| {
            let found = operands.iter().position(|o| matches!(o.operand, Operand::X | Operand::Dx) == backward_result);
            found.map_or(0, |i| bound[i].1)
        };
        let (x_base, y_base) = (base_of(true), base_of(false));
        let count = result * u64::from(chunk.count);
        let result_base = u64::from(if backward { x_base } else { y_base });
        let whole = count.is_multiple_of(FOUR)
            && result_base.is_multiple_of(FOUR)
            && plan.limits.storage_alignment.is_multiple_of(4 * FOUR);
        let entry = if whole { parts.vec4 } else { parts.scalar };
        let params = params(problem, backward, &chunk, count as u32, (x_base, y_base));
        let bindings = bound.iter().map(|(binding, _)| *binding).collect();
        let overrides = override_values(&problem.axes, entry.kernel().overrides);
        plan.step(entry, &overrides, params, bindings, count.div_ceil(FOUR))?;
    }
    Ok(plan.finish())
}

fn params(
    problem: &PoolProblem,
    backward: bool,
    chunk: &Chunk,
    count: u32,
    (x_base, y_base): (u32, u32),
) -> RowsParams {
    let [d, h, w] = problem.axes;
    let (count_include_pad, divisor) = match problem.kind {
        PoolKind::Max => (false, None),
        PoolKind::Average { count_include_pad, divisor } => (count_include_pad, divisor),
    };
    let [(magic_d, shift_d), (magic_h, shift_h), (magic_w, shift_w)] =
        problem.axes.map(|axis| magic(if backward { axis.input } else { axis.output }));
    RowsParams {
        planes: chunk.count * problem.channels,
        in_d: d.input,
        in_h: h.input,
        in_w: w.input,
        out_d: d.output,
        out_h: h.output,
        out_w: w.output,
        x_base,
        y_base,
        divisor: divisor.unwrap_or(0),
        count_include_pad: count_include_pad.into(),
        count,
        magic_d,
        shift_d,
        magic_h,
        shift_h,
        magic_w,
        shift_w,
        unused_a: 0,
        unused_b: 0,
    }
}
