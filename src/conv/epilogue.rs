//! What a pass does to its sums when it stores them.

use crate::activation::Activation;
use crate::error::Result;
use crate::kernel;
use crate::nn::{ByElement, Part, elementwise_steps};
use crate::plan::{Access, Operand, SpecBuilder};

/// A pass's last touch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Epilogue {
    /// Forward: b is added.
    pub bias: bool,
    /// Forward: what y goes through. Input gradient: what gave x, through which dx goes on.
    pub activation: Activation,
}

/// States what an input gradient through an activation reads beside its own operands.
pub(super) fn need_through(plan: &mut SpecBuilder<'_>, activation: Activation, elements: u64) {
    if activation != Activation::None {
        plan.need(Operand::X, elements, Access::Read);
    }
}

/// dx on through the activation that gave x: a second pass over dx, in place. Not in the stores of the first one: a load before
/// each of them takes software devices several times as long to compile, and no GPU was there to measure what it would gain.
pub(super) fn through(plan: &mut SpecBuilder<'_>, activation: Activation, elements: u64) -> Result<()> {
    let entries = match activation {
        Activation::None => return Ok(()),
        Activation::Relu => ByElement { scalar: &kernel::THROUGH_RELU_SCALAR, vec4: &kernel::THROUGH_RELU_VEC4 },
    };
    // A tensor has at most u32::MAX elements.
    elementwise_steps(plan, entries, &[Operand::X, Operand::Dx].map(Part::each), elements as u32)
}
