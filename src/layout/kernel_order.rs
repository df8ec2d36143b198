//! In which order the channels of a convolution's kernel lie in memory.

/// Which of the first two axes of a kernel is that of the output channels. One order of a kernel is the other with these two axes
/// exchanged, with groups too; the taps stay where they are.
///
/// | | [`Conv`](crate::Conv) | [`ConvTranspose`](crate::ConvTranspose) |
/// |---|---|---|
/// | [`OutIn`](KernelOrder::OutIn) | `[C_out, C_in/groups, taps...]`, the default | `[C_out/groups, C_in, taps...]` |
/// | [`InOut`](KernelOrder::InOut) | `[C_in/groups, C_out, taps...]` | `[C_in, C_out/groups, taps...]`, the default |
///
/// The defaults are PyTorch's and ONNX's.
///
/// ```
/// use wgconv::{Context, Conv, KernelOrder};
/// let ctx = Context::new_blocking()?;
/// let x = ctx.tensor(&[1, 1, 2], &[1.0, 10.0])?;
/// let conv = Conv::<1>::new([1]).kernel_order(KernelOrder::InOut).build()?;
/// let y = conv.forward(&ctx, &x, &ctx.tensor(&[1, 3, 1], &[1.0, 2.0, 3.0])?, None)?;
/// assert_eq!((y.shape(), y.read_blocking()?), (&[1, 3, 2][..], vec![1.0, 10.0, 2.0, 20.0, 3.0, 30.0]));
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KernelOrder {
    /// Output channels first.
    OutIn,
    /// Input channels first.
    InOut,
}

impl KernelOrder {
    /// The other one.
    pub(crate) fn exchanged(self) -> KernelOrder {
        match self {
            KernelOrder::OutIn => KernelOrder::InOut,
            KernelOrder::InOut => KernelOrder::OutIn,
        }
    }

    /// The channels of output and input in this order.
    pub(crate) fn of<T>(self, outputs: T, inputs: T) -> [T; 2] {
        match self {
            KernelOrder::OutIn => [outputs, inputs],
            KernelOrder::InOut => [inputs, outputs],
        }
    }

    /// The channels of output and input that stand in this order.
    pub(crate) fn outputs_and_inputs<T>(self, leading: [T; 2]) -> [T; 2] {
        let [first, second] = leading;
        self.of(first, second)
    }
}

impl std::fmt::Display for KernelOrder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            KernelOrder::OutIn => "out, in",
            KernelOrder::InOut => "in, out",
        })
    }
}
