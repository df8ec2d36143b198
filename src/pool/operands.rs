//! What a pass of pooling reads and writes, and how a chunk of it is bound.

use super::{PoolKind, PoolPass, PoolProblem};
use crate::plan::{Access, Batched, Chunk, DeviceLimits, Operand, SpecBuilder, StepBinding};

/// Operands of a pass, in the order of the kernels' slots.
pub(super) struct Operands {
    all: Vec<Batched>,
    inputs: usize,
}

/// A chunk's bindings, and the elements in them at which the operands of x's shape and those of y's start.
pub(super) struct BoundChunk {
    pub bindings: Vec<StepBinding>,
    pub x_base: u32,
    pub y_base: u32,
}

/// Inputs and outputs of a pass.
fn names(kind: PoolKind, pass: PoolPass) -> (&'static [Operand], &'static [Operand]) {
    use Operand::{Dx, Dy, Indices, X, Y};
    match (kind, pass) {
        (_, PoolPass::Forward) => (&[X], &[Y]),
        (_, PoolPass::ForwardWithIndices) => (&[X], &[Y, Indices]),
        (PoolKind::Max, PoolPass::Backward) => (&[Dy, Indices], &[Dx]),
        (PoolKind::Average { .. }, PoolPass::Backward) => (&[Dy], &[Dx]),
        (PoolKind::Lp { .. }, PoolPass::Backward) => (&[X, Y, Dy], &[Dx]),
        (_, PoolPass::Unpool) => (&[Y, Indices], &[X]),
        (_, PoolPass::UnpoolBackward) => (&[Dx, Indices], &[Dy]),
    }
}

fn has_shape_of_x(operand: &Batched) -> bool {
    matches!(operand.operand, Operand::X | Operand::Dx)
}

impl Operands {
    pub(super) fn new(problem: &PoolProblem, pass: PoolPass, plan: &SpecBuilder<'_>) -> Operands {
        let (inputs, outputs) = names(problem.kind, pass);
        let batched = |&operand: &Operand| match operand {
            Operand::X | Operand::Dx => plan.batched_shape(operand, &problem.x_shape()),
            Operand::Indices if problem.element.bytes() == 2 => {
                Batched { alignments: 2, ..Batched::new(operand, &problem.y_shape()) }
            }
            _ => plan.batched_shape(operand, &problem.y_shape()),
        };
        Operands { all: inputs.iter().chain(outputs).map(batched).collect(), inputs: inputs.len() }
    }

    /// Elements that a sample of the result has.
    pub(super) fn result(&self) -> u64 {
        self.all[self.inputs].sample
    }

    /// How many are inputs; the first of the others is the result.
    pub(super) fn inputs(&self) -> usize {
        self.inputs
    }

    pub(super) fn all(&self) -> &[Batched] {
        &self.all
    }

    /// States the buffers of a batch.
    pub(super) fn state(&self, plan: &mut SpecBuilder<'_>, batch: u32) {
        for (i, operand) in self.all.iter().enumerate() {
            let access = if i < self.inputs { Access::Read } else { Access::Write };
            plan.need(operand.operand, operand.sample * u64::from(batch), access);
        }
    }

    pub(super) fn bind(&self, limits: &DeviceLimits, chunk: &Chunk) -> BoundChunk {
        let bound: Vec<(StepBinding, u32)> = self.all.iter().map(|&operand| chunk.bind(limits, operand)).collect();
        // All operands of one shape start at the same element.
        let base = |of_x: bool| {
            let found = self.all.iter().position(|operand| has_shape_of_x(operand) == of_x);
            found.map_or(0, |i| bound[i].1)
        };
        let (x_base, y_base) = (base(true), base(false));
        BoundChunk { bindings: bound.into_iter().map(|(binding, _)| binding).collect(), x_base, y_base }
    }
}
