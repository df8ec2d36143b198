//! Dispatches of operators that look at one element at a time.

use super::problem::SGD_HYPER;
use crate::error::Result;
use crate::kernel::{ElementwiseParams, EntryPoint};
use crate::plan::{Batched, Operand, SpecBuilder, StepBinding};

/// The entry points of an element-wise operator.
#[derive(Clone, Copy)]
pub(crate) struct ByElement {
    /// An invocation an element.
    pub scalar: &'static EntryPoint,
    /// An invocation four of them, whose number is a multiple of 4.
    pub vec4: &'static EntryPoint,
}

/// Elements of a vec4.
const FOUR: u32 = 4;

/// Adds the dispatches of an operator to a plan that has stated its needs: chunks of whole alignment units, so that every
/// binding starts where its chunk does. `operands` are in the order of the slots.
pub(crate) fn steps(plan: &mut SpecBuilder<'_>, entries: ByElement, operands: &[Operand], count: u32) -> Result<()> {
    let alignment = plan.limits.storage_alignment;
    let unit = (alignment / 4).max(1).min(count.into()) as u32;
    let chunked: Vec<Batched> = operands
        .iter()
        .filter(|operand| **operand != Operand::Hyper)
        .map(|&operand| Batched { operand, sample: unit.into() })
        .collect();
    for chunk in plan.chunks(count.div_ceil(unit), &chunked, unit.into())? {
        let first = chunk.first * unit;
        let elements = chunk.count.saturating_mul(unit).min(count - first);
        let bindings = operands
            .iter()
            .map(|&operand| match operand {
                Operand::Hyper => StepBinding { operand, offset: 0, size: SGD_HYPER as u64 * 4 },
                _ => StepBinding { operand, offset: u64::from(first) * 4, size: u64::from(elements) * 4 },
            })
            .collect();
        let whole = elements.is_multiple_of(FOUR) && alignment.is_multiple_of(4 * u64::from(FOUR));
        let (entry, values) = if whole { (entries.vec4, elements / FOUR) } else { (entries.scalar, elements) };
        let params = ElementwiseParams { count: values, unused_a: 0, unused_b: 0, unused_c: 0 };
        plan.step(entry, &[], params, bindings, values.into())?;
    }
    Ok(())
}
