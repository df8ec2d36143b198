//! The caller's buffers for a plan's operands.

use crate::plan::Operand;

/// Which buffer, at which offset, stands for each operand of a plan.
///
/// A binding's offset is a multiple of the device's `min_storage_buffer_offset_alignment`; its size, if given, is at least
/// what the plan states. Nothing outside it is touched.
///
/// ```
/// use wgconv::{Bindings, Context, Operand};
/// let ctx = Context::new_blocking()?;
/// let x = ctx.zeros::<f32>(&[4])?;
/// let bindings = Bindings::new().bind(Operand::X, &x);
/// assert!(bindings.get(Operand::X).is_some());
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Bindings<'a> {
    slots: [Option<wgpu::BufferBinding<'a>>; Operand::COUNT],
}

impl<'a> Bindings<'a> {
    /// Nothing bound.
    pub fn new() -> Self {
        Bindings { slots: [const { None }; Operand::COUNT] }
    }

    /// Binds an operand: a `&Tensor`, or a `wgpu::BufferBinding` of the caller's own buffer.
    pub fn bind(mut self, operand: Operand, binding: impl Into<wgpu::BufferBinding<'a>>) -> Self {
        self.slots[operand as usize] = Some(binding.into());
        self
    }

    /// What is bound for an operand.
    pub fn get(&self, operand: Operand) -> Option<&wgpu::BufferBinding<'a>> {
        self.slots[operand as usize].as_ref()
    }

    /// Everything that is bound.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Operand, &wgpu::BufferBinding<'a>)> {
        Operand::ALL.into_iter().filter_map(|operand| Some((operand, self.get(operand)?)))
    }
}

impl Default for Bindings<'_> {
    fn default() -> Self {
        Bindings::new()
    }
}
