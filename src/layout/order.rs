//! In which order a tensor's axes lie in memory.

use crate::error::{Error, Result};
use crate::plan::Operand;
use crate::spatial::element_count;

/// The order in which the axes of a tensor `[N, C, spatial...]` lie in memory. A tensor's shape is `[N, C, spatial...]` in either.
///
/// ```
/// use wgconv::{Context, Layout};
/// let ctx = Context::new_blocking()?;
/// // One row of two pixels with red, green and blue, as a picture's file has them.
/// let x = ctx.tensor_in(Layout::ChannelsLast, &[1, 3, 1, 2], &[0.1, 0.2, 0.3, 0.6, 0.7, 0.8])?;
/// assert_eq!((x.layout(), x.shape()), (Layout::ChannelsLast, &[1, 3, 1, 2][..]));
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Layout {
    /// `[N, C, spatial...]`, of PyTorch and ONNX: planes one behind the other. What is not of this form (kernels, biases, results
    /// of dense layers) is row-major in the order of its shape, and counts as this.
    #[default]
    ChannelsFirst,
    /// `[N, spatial..., C]`, of pictures, textures and TensorFlow: pixels one behind the other.
    ChannelsLast,
}

impl Layout {
    /// Elements of a tensor of shape `[N, C, spatial...]`, row-major in that order, as they lie in memory.
    ///
    /// # Errors
    /// Zero extents, more than `u32::MAX` elements, [`Error::DataLength`] for another number of values than the shape's.
    ///
    /// ```
    /// use wgconv::Layout;
    /// let planes = [1, 2, 3, 10, 20, 30];
    /// assert_eq!(Layout::ChannelsFirst.to_memory(&[1, 2, 3], &planes)?, planes);
    /// assert_eq!(Layout::ChannelsLast.to_memory(&[1, 2, 3], &planes)?, [1, 10, 2, 20, 3, 30]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn to_memory<T: Copy>(self, shape: &[usize], values: &[T]) -> Result<Vec<T>> {
        self.reordered(shape, values, |channels, cells| (channels, cells))
    }

    /// The inverse: elements as they lie in memory, brought into the order of the shape.
    ///
    /// # Errors
    /// As for [`Layout::to_memory`].
    ///
    /// ```
    /// use wgconv::Layout;
    /// let pixels = [1, 10, 2, 20, 3, 30];
    /// assert_eq!(Layout::ChannelsLast.from_memory(&[1, 2, 3], &pixels)?, [1, 2, 3, 10, 20, 30]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    #[allow(clippy::wrong_self_convention, reason = "`self` says how memory is laid out, it is not what is converted")]
    pub fn from_memory<T: Copy>(self, shape: &[usize], values: &[T]) -> Result<Vec<T>> {
        self.reordered(shape, values, |channels, cells| (cells, channels))
    }

    /// Transposes each sample, a matrix of the rows and columns that are made of its channels and cells.
    fn reordered<T: Copy>(
        self,
        shape: &[usize],
        values: &[T],
        matrix: impl Fn(usize, usize) -> (usize, usize),
    ) -> Result<Vec<T>> {
        let expected = element_count(Operand::X, shape)? as usize;
        if values.len() != expected {
            return Err(Error::DataLength { shape: shape.to_vec(), expected, found: values.len() });
        }
        let (Layout::ChannelsLast, [_, channels, cells @ ..]) = (self, shape) else { return Ok(values.to_vec()) };
        let (rows, columns) = matrix(*channels, cells.iter().product());
        let mut ordered = Vec::with_capacity(values.len());
        for sample in values.chunks_exact(rows * columns) {
            for column in 0..columns {
                ordered.extend(sample[column..].iter().step_by(columns));
            }
        }
        Ok(ordered)
    }

    /// The one of two layouts, of x and of y, that an operand has.
    pub(crate) fn of(operand: Operand, x: Layout, y: Layout) -> Layout {
        match operand {
            Operand::X | Operand::Dx => x,
            Operand::Y | Operand::Dy | Operand::Indices | Operand::Residual => y,
            _ => Layout::ChannelsFirst,
        }
    }
}

impl std::fmt::Display for Layout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Layout::ChannelsFirst => "channels first",
            Layout::ChannelsLast => "channels last",
        })
    }
}
