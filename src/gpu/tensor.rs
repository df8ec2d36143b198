//! A shape and a buffer on the device.

use std::marker::PhantomData;

use super::context::Context;
use super::read::PendingRead;
use crate::element::ElementType;
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::plan::Operand;
use crate::spatial::element_count;

/// What a tensor can hold: `f32`, and `u32` for indices and labels; with the feature `half` also `half::f16` and `half::bf16`.
pub trait Element: bytemuck::Pod + Sealed {}

impl Element for f32 {}
impl Element for u32 {}

/// What operators compute with: `f32`; with the feature `half` also `half::f16` and `half::bf16`. All tensors of a call have the
/// same type, but for what [`crate::nn`] keeps in f32.
///
/// ```
/// use wgconv::{ElementType, Real};
/// assert_eq!(<f32 as Real>::TYPE, ElementType::F32);
/// ```
pub trait Real: Element {
    /// The type as a value.
    const TYPE: ElementType;
}

impl Real for f32 {
    const TYPE: ElementType = ElementType::F32;
}

mod private {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for u32 {}
}
pub(crate) use private::Sealed;

/// Bytes of the buffer of so many elements: whole words.
pub(crate) fn buffer_bytes<T: Element>(elements: usize) -> u64 {
    (elements as u64 * size_of::<T>() as u64).next_multiple_of(4)
}

/// A contiguous tensor on the device, row-major unless its [`Layout`] is channels last. Cloning gives another handle to the same memory.
///
/// ```
/// let ctx = wgconv::Context::new_blocking()?;
/// let t = ctx.tensor(&[2, 3], &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0])?;
/// assert_eq!(t.shape(), [2, 3]);
/// assert_eq!(t.reshape(&[3, 2])?.shape(), [3, 2]);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Tensor<T: Element = f32> {
    context: Context,
    shape: Vec<usize>,
    layout: Layout,
    buffer: wgpu::Buffer,
    element: PhantomData<T>,
}

impl<T: Element> Tensor<T> {
    pub(crate) fn new(context: Context, shape: Vec<usize>, layout: Layout, buffer: wgpu::Buffer) -> Self {
        Tensor { context, shape, layout, buffer, element: PhantomData }
    }

    /// The extents: `[N, C, spatial...]` whatever the layout.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The order of its elements in memory.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// The layout, unless it makes no difference: with one channel, and with one cell to each plane (without spatial axes too),
    /// memory is the same in either.
    pub(crate) fn only_layout(&self) -> Option<Layout> {
        match &self.shape[..] {
            [_, channels, cells @ ..] if *channels > 1 && cells.iter().any(|&extent| extent > 1) => Some(self.layout),
            // Kernels and the like, of which there is no other order.
            _ => None,
        }
    }

    /// Number of elements; at least 1.
    #[allow(clippy::len_without_is_empty, reason = "no tensor is empty: zero extents are refused")]
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// The buffer: STORAGE, COPY_SRC and COPY_DST, this tensor's elements from offset 0; whole words ([`ElementType::buffer_bytes`]).
    pub fn buffer(&self) -> &wgpu::Buffer {
        &self.buffer
    }

    /// The context that it lives on.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The same memory under another shape with as many elements.
    ///
    /// # Errors
    /// [`Error::DataLength`] if the number of elements differs; zero extents; [`Error::LayoutMismatch`] for a tensor with its
    /// channels last, whose memory has no other shape; with one channel, or one cell to each plane, it is that of channels first
    /// and will do.
    pub fn reshape(&self, shape: &[usize]) -> Result<Tensor<T>> {
        let expected = element_count(Operand::X, shape)? as usize;
        if expected != self.len() {
            return Err(Error::DataLength { shape: shape.to_vec(), expected, found: self.len() });
        }
        if shape == self.shape {
            return Ok(self.clone());
        }
        if self.only_layout() == Some(Layout::ChannelsLast) {
            return Err(Error::LayoutMismatch {
                operand: Operand::X,
                expected: Layout::ChannelsFirst,
                found: self.layout,
            });
        }
        Ok(Tensor { shape: shape.to_vec(), layout: Layout::ChannelsFirst, ..self.clone() })
    }

    /// Replaces all elements (given as they lie in memory), in the order of the queue: work submitted before sees the old values, work submitted after
    /// the new ones.
    ///
    /// # Errors
    /// [`Error::DataLength`]; [`Error::DeviceLost`].
    pub fn write(&self, values: &[T]) -> Result<()> {
        if values.len() != self.len() {
            let shape = self.shape.clone();
            return Err(Error::DataLength { shape, expected: self.len(), found: values.len() });
        }
        self.context.check_alive()?;
        let bytes: &[u8] = bytemuck::cast_slice(values);
        // wgpu writes whole words; behind an odd number of 16-bit elements is nothing that matters.
        let padded = (!bytes.len().is_multiple_of(4)).then(|| [bytes, &[0; 2]].concat());
        let bytes = padded.as_deref().unwrap_or(bytes);
        super::scope::guarded(self.context.core(), "write a tensor", bytes.len() as u64, || {
            self.context.queue().write_buffer(&self.buffer, 0, bytes);
        })
    }

    /// Copies all elements to the host as they lie in memory, after everything submitted so far.
    ///
    /// On native the future drives the device itself each time it is polled, so any executor will do.
    ///
    /// # Errors
    /// [`Error::DeviceLost`], [`Error::OutOfMemory`].
    pub async fn read(&self) -> Result<Vec<T>> {
        let pending = PendingRead::start(&self.context, &self.buffer, buffer_bytes::<T>(self.len()))?;
        Ok(to_elements(&pending.finished().await?, self.len()))
    }

    /// [`Tensor::read`], blocking.
    ///
    /// # Errors
    /// As there.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn read_blocking(&self) -> Result<Vec<T>> {
        let pending = PendingRead::start(&self.context, &self.buffer, buffer_bytes::<T>(self.len()))?;
        Ok(to_elements(&pending.wait()?, self.len()))
    }
}

/// Copies bytes of any alignment into so many elements.
fn to_elements<T: Element>(bytes: &[u8], count: usize) -> Vec<T> {
    bytemuck::pod_collect_to_vec(&bytes[..count * size_of::<T>()])
}

impl<'a, T: Element> From<&'a Tensor<T>> for wgpu::BufferBinding<'a> {
    /// The whole tensor.
    fn from(tensor: &'a Tensor<T>) -> Self {
        wgpu::BufferBinding { buffer: &tensor.buffer, offset: 0, size: None }
    }
}
