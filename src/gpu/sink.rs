//! Where an operator's plan goes: at once to the queue, or into a program. Operators are written once, against [`Sink`].

use std::sync::Arc;

use super::bindings::Bindings;
use super::context::Context;
use super::plan::Plan;
use super::scope::guarded;
use super::tensor::{Element, Tensor};
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::plan::{Operand, Problem};

/// An operand's buffer, its type forgotten.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub operand: Operand,
    pub buffer: wgpu::Buffer,
    context: u64,
    /// `None` if its memory is the same in either.
    layout: Option<Layout>,
}

impl Bound {
    pub(crate) fn new<T: Element>(operand: Operand, tensor: &Tensor<T>) -> Self {
        let (context, layout) = (tensor.context().id(), tensor.only_layout());
        Bound { operand, buffer: tensor.buffer().clone(), context, layout }
    }

    pub(crate) fn binding(&self) -> wgpu::BufferBinding<'_> {
        self.buffer.as_entire_buffer_binding()
    }
}

/// Takes problems with their tensors.
pub(crate) trait Sink {
    /// The context that everything must live on.
    fn context(&self) -> &Context;

    /// Takes a plan whose operands, apart from the workspace, are these.
    fn accept(&mut self, plan: Arc<Plan>, operands: Vec<Bound>) -> Result<()>;

    /// Plans a problem and takes it.
    fn push(&mut self, problem: Problem, operands: Vec<Bound>) -> Result<()> {
        self.check(&operands)?;
        check_layouts(&problem, &operands)?;
        let plan = self.context().plan(problem, self.context().plan_options())?;
        self.accept(plan, operands)
    }

    /// An error if a tensor lives elsewhere.
    fn check(&self, operands: &[Bound]) -> Result<()> {
        match operands.iter().find(|bound| bound.context != self.context().id()) {
            Some(bound) => Err(Error::WrongContext { operand: bound.operand }),
            None => Ok(()),
        }
    }
}

/// An error if a tensor lies in memory otherwise than its operator was planned for, or than the operands beside it.
fn check_layouts(problem: &Problem, operands: &[Bound]) -> Result<()> {
    let common = operands.iter().filter(|bound| problem.are_alike(bound.operand)).find_map(|bound| bound.layout);
    operands.iter().try_for_each(|bound| {
        let operand = bound.operand;
        let expected = if problem.are_alike(operand) { common } else { problem.layout(operand) };
        match (expected, bound.layout) {
            (Some(expected), Some(found)) if expected != found => {
                Err(Error::LayoutMismatch { operand, expected, found })
            }
            _ => Ok(()),
        }
    })
}

/// Buffers for the scratch memory of plans that run one after the other.
#[derive(Debug, Default)]
pub(crate) struct Scratch(Vec<(Operand, wgpu::Buffer)>);

impl Scratch {
    /// Makes room for a plan; says whether a buffer was replaced by a larger one.
    pub(crate) fn grow(&mut self, context: &Context, plan: &Plan) -> Result<bool> {
        let mut replaced = false;
        for need in plan.scratch() {
            let held = self.0.iter().position(|(operand, _)| *operand == need.operand);
            if held.is_some_and(|at| self.0[at].1.size() >= need.bytes) {
                continue;
            }
            let buffer = context.buffer("workspace", need.bytes, wgpu::BufferUsages::STORAGE)?;
            if let Some(at) = held {
                self.0.remove(at);
                replaced = true;
            }
            self.0.push((need.operand, buffer));
        }
        Ok(replaced)
    }

    /// Binds a plan's operands, and the scratch memory that it needs.
    pub(crate) fn bindings<'a>(&'a self, plan: &Plan, operands: &'a [Bound]) -> Bindings<'a> {
        let bound = operands.iter().fold(Bindings::new(), |all, one| all.bind(one.operand, one.binding()));
        let needed = |operand: Operand| plan.scratch().any(|need| need.operand == operand);
        let scratch = self.0.iter().filter(|(operand, _)| needed(*operand));
        scratch.fold(bound, |all, (operand, buffer)| all.bind(*operand, buffer.as_entire_buffer_binding()))
    }
}

/// The convenience level: every operator is submitted at once.
pub(crate) struct Immediate<'a>(pub &'a Context);

impl Sink for Immediate<'_> {
    fn context(&self) -> &Context {
        self.0
    }

    fn accept(&mut self, plan: Arc<Plan>, operands: Vec<Bound>) -> Result<()> {
        let context = self.0;
        let mut scratch = Scratch::default();
        scratch.grow(context, &plan)?;
        let bindings = scratch.bindings(&plan, &operands);
        guarded(context.core(), "run a plan", 0, || {
            let groups = plan.prepare(&bindings)?;
            let mut encoder = context.device().create_command_encoder(&Default::default());
            plan.dispatch(&mut encoder.begin_compute_pass(&Default::default()), &groups);
            context.queue().submit([encoder.finish()]);
            Ok(())
        })?
    }
}
