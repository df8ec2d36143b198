//! In which order a tensor's axes lie in memory.

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

impl std::fmt::Display for Layout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Layout::ChannelsFirst => "channels first",
            Layout::ChannelsLast => "channels last",
        })
    }
}
