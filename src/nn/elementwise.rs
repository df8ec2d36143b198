//! Dispatches of operators that look at one element at a time.

use crate::error::Result;
use crate::kernel::{self, ElementwiseParams, EntryPoint, Override};
use crate::plan::{Batched, ELEMENT_BYTES, Operand, SpecBuilder, StepBinding};

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

/// An operand of an element-wise operator.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    pub operand: Operand,
    /// How many elements it has, if not as many as the operator; every dispatch then sees all of them.
    pub fixed: Option<u32>,
    /// Bytes of its buffer before its first element.
    pub offset: u64,
}

impl Part {
    /// An operand with as many elements as the operator.
    pub(crate) fn each(operand: Operand) -> Part {
        Part { operand, fixed: None, offset: 0 }
    }

    /// The same behind so many bytes of its buffer.
    pub(crate) fn behind((operand, offset): (Operand, u64)) -> Part {
        Part { operand, fixed: None, offset }
    }
}

/// Elements of a vec4.
const FOUR: u32 = 4;

/// Adds the dispatches of an operator to a plan that has stated its needs. `operands` are in the order of the slots.
pub(crate) fn steps(plan: &mut SpecBuilder<'_>, entries: ByElement, operands: &[Part], count: u32) -> Result<()> {
    steps_with(plan, entries, operands, count, &ElementwiseSettings::default())
}

/// The same with settings.
pub(crate) fn steps_with(
    plan: &mut SpecBuilder<'_>,
    entries: ByElement,
    operands: &[Part],
    count: u32,
    settings: &ElementwiseSettings,
) -> Result<()> {
    let ElementwiseSettings { overrides, factor, slope } = settings;
    let params = |_, values| ElementwiseParams { count: values, factor: *factor, slope: *slope, unused: 0 };
    steps_of(plan, entries, operands, overrides, count, params)
}

/// The same with uniforms of the operator's own, from a dispatch's first element and its number of elements or vec4s. A
/// dispatch is a chunk of whole alignment units, so that every binding starts where its chunk does; that of vec4s starts at a
/// multiple of 4.
pub(crate) fn steps_of<P: bytemuck::Pod>(
    plan: &mut SpecBuilder<'_>,
    entries: ByElement,
    operands: &[Part],
    overrides: &[Override],
    count: u32,
    params: impl Fn(u32, u32) -> P,
) -> Result<()> {
    let alignment = plan.limits.storage_alignment;
    // Elements of the smallest type between aligned offsets, of whole words.
    let bytes = operands.iter().map(|part| plan.element_of(part.operand).bytes());
    let least = bytes.min().unwrap_or(ELEMENT_BYTES);
    let unit = (alignment / least).max(ELEMENT_BYTES / least).min(count.into()) as u32;
    let chunked: Vec<Batched> = operands
        .iter()
        .filter(|part| part.fixed.is_none())
        .map(|part| plan.batched(part.operand, unit.into()))
        .collect();
    for chunk in plan.chunks_of_units(count.div_ceil(unit), &chunked, unit.into())? {
        let first = chunk.first * unit;
        let elements = chunk.count.saturating_mul(unit).min(count - first);
        // Single halves of words are stored atomically, so that only what is behind the last unit is stored so.
        let whole = elements / unit * unit;
        let parts = match least < ELEMENT_BYTES && !elements.is_multiple_of(FOUR) && (1..elements).contains(&whole) {
            true => vec![(first, whole), (first + whole, elements - whole)],
            false => vec![(first, elements)],
        };
        for (first, elements) in parts {
            let binding = |part: &Part| {
                let (first, elements) = part.fixed.map_or((first, elements), |fixed| (0, fixed));
                let element = plan.element_of(part.operand);
                let offset = part.offset + u64::from(first) * element.bytes();
                StepBinding { operand: part.operand, offset, size: element.buffer_bytes(elements.into()) }
            };
            let by_fours = elements.is_multiple_of(FOUR) && alignment.is_multiple_of(4 * u64::from(FOUR));
            let (entry, values) = if by_fours { (entries.vec4, elements / FOUR) } else { (entries.scalar, elements) };
            let bindings = operands.iter().map(binding).collect();
            plan.step(entry, overrides, params(first, values), bindings, values.into())?;
        }
    }
    Ok(())
}
