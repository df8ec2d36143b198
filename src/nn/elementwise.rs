//! Dispatches of operators that look at one element at a time.

use super::problem::SGD_HYPER;
use crate::error::Result;
use crate::kernel::{self, ElementwiseParams, EntryPoint, Override};
use crate::plan::{Batched, Operand, SpecBuilder, StepBinding};

/// The entry points of an element-wise operator.
#[derive(Clone, Copy)]
pub(crate) struct ByElement {
    /// An invocation an element.
    pub scalar: &'static EntryPoint,
    /// An invocation four of them, whose number is a multiple of 4.
    pub vec4: &'static EntryPoint,
}

/// An activation's gradient in place: `beside`, dx.
pub(crate) const ACTIVATION_GRAD_IN_PLACE: ByElement =
    ByElement { scalar: &kernel::ACTIVATION_GRAD_IN_PLACE_SCALAR, vec4: &kernel::ACTIVATION_GRAD_IN_PLACE_VEC4 };

/// The same plus a multiple of another tensor: `beside`, that, dx.
pub(crate) const ACTIVATION_GRAD_AND_ADD: ByElement =
    ByElement { scalar: &kernel::ACTIVATION_GRAD_AND_ADD_SCALAR, vec4: &kernel::ACTIVATION_GRAD_AND_ADD_VEC4 };

/// A multiple of another tensor added in place, then an activation: that, y.
pub(crate) const ADD_AND_ACTIVATE: ByElement =
    ByElement { scalar: &kernel::ADD_AND_ACTIVATE_SCALAR, vec4: &kernel::ADD_AND_ACTIVATE_VEC4 };

/// An activation in place: y.
pub(crate) const ACTIVATE_IN_PLACE: ByElement =
    ByElement { scalar: &kernel::ACTIVATE_IN_PLACE_SCALAR, vec4: &kernel::ACTIVATE_IN_PLACE_VEC4 };

/// What the kernels of an operator are given beside tensors.
#[derive(Clone, Debug, Default)]
pub(crate) struct ElementwiseSettings {
    pub overrides: Vec<Override>,
    pub factor: f32,
    /// Of a leaky ReLU.
    pub slope: f32,
}

/// Elements of a vec4.
const FOUR: u32 = 4;

/// Adds the dispatches of an operator to a plan that has stated its needs: chunks of whole alignment units, so that every
/// binding starts where its chunk does. `operands` are in the order of the slots.
pub(crate) fn steps(plan: &mut SpecBuilder<'_>, entries: ByElement, operands: &[Operand], count: u32) -> Result<()> {
    let operands: Vec<(Operand, u64)> = operands.iter().map(|&operand| (operand, 0)).collect();
    steps_with(plan, entries, &operands, count, &ElementwiseSettings::default())
}

/// The same with settings, on operands that begin so many bytes behind their buffer's first.
pub(crate) fn steps_with(
    plan: &mut SpecBuilder<'_>,
    entries: ByElement,
    operands: &[(Operand, u64)],
    count: u32,
    settings: &ElementwiseSettings,
) -> Result<()> {
    let alignment = plan.limits.storage_alignment;
    let unit = (alignment / 4).max(1).min(count.into()) as u32;
    let chunked: Vec<Batched> = operands
        .iter()
        .filter(|(operand, _)| *operand != Operand::Hyper)
        .map(|&(operand, _)| Batched { operand, sample: unit.into() })
        .collect();
    for chunk in plan.chunks(count.div_ceil(unit), &chunked, unit.into())? {
        let first = chunk.first * unit;
        let elements = chunk.count.saturating_mul(unit).min(count - first);
        let bindings = operands
            .iter()
            .map(|&(operand, offset)| match operand {
                Operand::Hyper => StepBinding { operand, offset: 0, size: SGD_HYPER as u64 * 4 },
                _ => StepBinding { operand, offset: offset + u64::from(first) * 4, size: u64::from(elements) * 4 },
            })
            .collect();
        let whole = elements.is_multiple_of(FOUR) && alignment.is_multiple_of(4 * u64::from(FOUR));
        let (entry, values) = if whole { (entries.vec4, elements / FOUR) } else { (entries.scalar, elements) };
        let ElementwiseSettings { overrides, factor, slope } = settings;
        let params = ElementwiseParams { count: values, factor: *factor, slope: *slope, unused: 0 };
        plan.step(entry, overrides, params, bindings, values.into())?;
    }
    Ok(())
}
