//! A recorded sequence of operators, run as one submit.

use std::sync::{Arc, OnceLock};

use super::context::Context;
use super::plan::Plan;
use super::scope::guarded;
use super::sink::{Bound, Scratch, Sink};
use super::tensor::{Element, Tensor};
use crate::error::{Error, Result};
use crate::plan::Operand;

/// Operators recorded once, with buffers of their own for what they compute, and run any number of times as one submit
/// with nothing read back: a training step.
///
/// Each method plans its operator, allocates its output and returns it; nothing runs before [`Program::run`]. Inputs are
/// read when the program runs, so that [`Tensor::write`] between runs feeds it. Operators share one workspace.
///
/// ```
/// use wgconv::{Context, Conv, Padding, Program};
/// let ctx = Context::new_blocking()?;
/// let conv = Conv::<1>::new([3]).padding(Padding::Same).build()?;
/// let x = ctx.zeros(&[1, 1, 4])?;
/// let w = ctx.tensor(&[1, 1, 3], &[0.0, -1.0, 0.0])?;
/// let mut program = Program::new(&ctx);
/// let y = program.conv_forward(&conv, &x, &w, None)?;
/// let z = program.relu(&y)?;
/// x.write(&[1.0, -2.0, 3.0, -4.0])?;
/// program.run()?;
/// assert_eq!(z.read_blocking()?, [0.0, 2.0, 0.0, 4.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Debug)]
pub struct Program {
    context: Context,
    entries: Vec<Entry>,
    scratch: Scratch,
}

#[derive(Debug)]
enum Entry {
    Plan(Dispatches),
    Copy { source: wgpu::Buffer, target: wgpu::Buffer, offset: u64, bytes: u64 },
}

/// A plan with its tensors. The bind groups are made when it is first recorded and kept.
#[derive(Debug)]
struct Dispatches {
    plan: Arc<Plan>,
    operands: Vec<Bound>,
    groups: OnceLock<Vec<wgpu::BindGroup>>,
}

impl Dispatches {
    fn record(&self, pass: &mut wgpu::ComputePass<'_>, scratch: &Scratch) -> Result<()> {
        let groups = match self.groups.get() {
            Some(groups) => groups,
            None => {
                let groups = self.plan.prepare(&scratch.bindings(&self.plan, &self.operands))?;
                self.groups.get_or_init(|| groups)
            }
        };
        self.plan.dispatch(pass, groups);
        Ok(())
    }
}

impl Program {
    /// An empty program.
    pub fn new(context: &Context) -> Program {
        Program { context: context.clone(), entries: Vec::new(), scratch: Scratch::default() }
    }

    /// How many operators and copies it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it does nothing.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Copies all of `source` into `target` from its element `first` on; for keeping a result of every run.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`] if it does not fit; [`Error::AliasedBinding`] for a copy of a tensor into itself;
    /// [`Error::WrongContext`].
    pub fn copy<T: Element>(&mut self, source: &Tensor<T>, target: &Tensor<T>, first: usize) -> Result<()> {
        self.check(&[Bound::new(Operand::X, source), Bound::new(Operand::Y, target)])?;
        let (offset, bytes) = ((first as u64).saturating_mul(4), source.len() as u64 * 4);
        let available = (target.len() as u64 * 4).saturating_sub(offset);
        if available < bytes {
            return Err(Error::BufferTooSmall { operand: Operand::Y, needed: bytes, offset, available });
        }
        if source.buffer() == target.buffer() {
            return Err(Error::AliasedBinding { output: Operand::Y, other: Operand::X });
        }
        let (source, target) = (source.buffer().clone(), target.buffer().clone());
        self.entries.push(Entry::Copy { source, target, offset, bytes });
        Ok(())
    }

    /// Records everything into an encoder: compute passes, and copies between them.
    ///
    /// # Errors
    /// [`Error::DeviceLost`]. What was recorded up to an error stays in the encoder; drop it then.
    pub fn record(&self, encoder: &mut wgpu::CommandEncoder) -> Result<()> {
        let mut entries = self.entries.iter().peekable();
        while let Some(entry) = entries.next() {
            match entry {
                Entry::Copy { source, target, offset, bytes } => {
                    encoder.copy_buffer_to_buffer(source, 0, target, *offset, *bytes);
                }
                Entry::Plan(first) => {
                    let mut pass = encoder.begin_compute_pass(&Default::default());
                    first.record(&mut pass, &self.scratch)?;
                    while let Some(Entry::Plan(next)) = entries.next_if(|entry| matches!(entry, Entry::Plan(_))) {
                        next.record(&mut pass, &self.scratch)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Submits it once and does not wait.
    ///
    /// # Errors
    /// [`Error::DeviceLost`]; [`Error::Wgpu`].
    pub fn run(&self) -> Result<()> {
        self.context.check_alive()?;
        guarded(self.context.core(), "run a program", 0, || {
            let mut encoder = self.context.device().create_command_encoder(&Default::default());
            self.record(&mut encoder)?;
            self.context.queue().submit([encoder.finish()]);
            Ok(())
        })?
    }
}

impl Sink for Program {
    fn context(&self) -> &Context {
        &self.context
    }

    fn accept(&mut self, plan: Arc<Plan>, operands: Vec<Bound>) -> Result<()> {
        if self.scratch.grow(&self.context, &plan)? {
            // What was recorded with the smaller workspace binds the new one the next time.
            for entry in &mut self.entries {
                if let Entry::Plan(dispatches) = entry {
                    dispatches.groups = OnceLock::new();
                }
            }
        }
        plan.check(&self.scratch.bindings(&plan, &operands))?;
        self.entries.push(Entry::Plan(Dispatches { plan, operands, groups: OnceLock::new() }));
        Ok(())
    }
}
