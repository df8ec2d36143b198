//! Dispatches of operators that look at one element at a time.

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

/// An operand of an element-wise operator.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    pub operand: Operand,
    /// How many elements it has, if not as many as the operator; every dispatch then sees all of them.
    pub fixed: Option<u32>,
}

impl Part {
    /// An operand with as many elements as the operator.
    pub(crate) fn each(operand: Operand) -> Part {
        Part { operand, fixed: None }
    }
}

/// Elements of a vec4.
const FOUR: u32 = 4;

/// Adds the dispatches of an operator to a plan that has stated its needs. `operands` are in the order of the slots.
pub(crate) fn steps(plan: &mut SpecBuilder<'_>, entries: ByElement, operands: &[Part], count: u32) -> Result<()> {
    steps_with(plan, entries, operands, count, |_, values| ElementwiseParams {
        count: values,
        unused_a: 0,
        unused_b: 0,
        unused_c: 0,
    })
}

/// The same with uniforms of the operator's own, from a dispatch's first element and its number of elements or vec4s. A
/// dispatch is a chunk of whole alignment units, so that every binding starts where its chunk does; that of vec4s starts at a
/// multiple of 4.
pub(crate) fn steps_with<P: bytemuck::Pod>(
    plan: &mut SpecBuilder<'_>,
    entries: ByElement,
    operands: &[Part],
    count: u32,
    params: impl Fn(u32, u32) -> P,
) -> Result<()> {
    let alignment = plan.limits.storage_alignment;
    let unit = (alignment / 4).max(1).min(count.into()) as u32;
    let chunked: Vec<Batched> = operands
        .iter()
        .filter(|part| part.fixed.is_none())
        .map(|part| Batched { operand: part.operand, sample: unit.into() })
        .collect();
    for chunk in plan.chunks(count.div_ceil(unit), &chunked, unit.into())? {
        let first = chunk.first * unit;
        let elements = chunk.count.saturating_mul(unit).min(count - first);
        let binding = |part: &Part| match part.fixed {
            Some(fixed) => StepBinding { operand: part.operand, offset: 0, size: u64::from(fixed) * 4 },
            None => StepBinding { operand: part.operand, offset: u64::from(first) * 4, size: u64::from(elements) * 4 },
        };
        let whole = elements.is_multiple_of(FOUR) && alignment.is_multiple_of(4 * u64::from(FOUR));
        let (entry, values) = if whole { (entries.vec4, elements / FOUR) } else { (entries.scalar, elements) };
        let bindings = operands.iter().map(binding).collect();
        plan.step(entry, &[], params(first, values), bindings, values.into())?;
    }
    Ok(())
}
