//! A conversion from one type to another, and its plan.

use super::ElementType;
use crate::error::Result;
use crate::kernel::{self, ConvertParams};
use crate::plan::{Access, DeviceLimits, Operand, PlanOptions, PlanSpec, SpecBuilder, StepBinding};

/// y of one type from x of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ConvertProblem {
    pub count: u32,
    pub source: ElementType,
    pub target: ElementType,
}

/// Elements that an invocation owns.
const FOUR: u64 = 4;

impl ConvertProblem {
    pub(crate) fn plan(&self, limits: &DeviceLimits, options: &PlanOptions) -> Result<PlanSpec> {
        let ConvertProblem { count, source, target } = *self;
        let title = format!("convert: {count} elements, {source} to {target}");
        let mut plan = SpecBuilder::direct(limits, options, title, 0)?.of_type(source).except(Operand::Y, target);
        plan.need(Operand::X, count.into(), Access::Read);
        plan.need(Operand::Y, count.into(), Access::Write);
        steps(&mut plan, [(Operand::X, 0), (Operand::Y, 0)], count.into())?;
        Ok(plan.finish())
    }
}

/// Adds the dispatches that convert so many elements of the first operand to the second's type. Operands with the bytes before
/// their first element.
pub(crate) fn steps(plan: &mut SpecBuilder<'_>, operands: [(Operand, u64); 2], count: u64) -> Result<()> {
    // Chunks of so many elements start at aligned offsets, whatever the type.
    let unit = (plan.limits.storage_alignment / 2).min(count.next_multiple_of(2));
    let batched = operands.map(|(operand, _)| plan.batched(operand, unit));
    // A tensor has at most u32::MAX elements.
    for chunk in plan.chunks(count.div_ceil(unit) as u32, &batched, unit.div_ceil(FOUR))? {
        let first = u64::from(chunk.first) * unit;
        let elements = (u64::from(chunk.count) * unit).min(count - first);
        let binding = |(operand, before): (Operand, u64)| {
            let element = plan.element_of(operand);
            let offset = before + first * element.bytes();
            StepBinding { operand, offset, size: element.buffer_bytes(elements) }
        };
        let bindings = operands.map(binding).to_vec();
        let params = ConvertParams { count: elements as u32, x_base: 0, out_base: 0, unused: 0 };
        plan.step(&kernel::CONVERT, &[], params, bindings, elements.div_ceil(FOUR))?;
    }
    Ok(())
}
