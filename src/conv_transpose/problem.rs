//! What a transposed convolution means for given shapes.

use crate::conv::ConvProblem;
use crate::element::ElementType;
use crate::layout::{KernelOrder, Layout};
use crate::padding_mode::PaddingMode;
use crate::plan::Operand;
use crate::spatial::extents;
use crate::window::TransposedAxis;

/// A transposed convolution with every extent known, its rank folded to 3.
///
/// ```
/// use wgconv::{ConvShapes, ConvTranspose};
/// let conv = ConvTranspose::<2>::new([4, 4]).stride([2, 2]).padding(wgconv::Padding::Symmetric([1, 1])).build()?;
/// let problem = conv.problem(&ConvShapes::new(&[8, 512, 4, 5], &[512, 256, 4, 4]))?;
/// assert_eq!(problem.y_shape(), [8, 256, 8, 10]);
/// assert_eq!(problem.multiply_adds(), 8 * 512 * 4 * 5 * 256 * 16);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ConvTransposeProblem {
    /// Spatial axes that the user sees: 1, 2 or 3.
    pub rank: u32,
    /// N
    pub batch: u32,
    /// C_in
    pub channels_in: u32,
    /// C_out
    pub channels_out: u32,
    /// Number of groups.
    pub groups: u32,
    /// Whether the input channels of a group, of which there are several, share its kernels: w then has those of each group once.
    pub shared_kernel: bool,
    /// Depth, height, width; absent leading ones have one cell and one tap.
    pub axes: [TransposedAxis; 3],
    /// The type of all operands.
    pub element: ElementType,
    /// How x and dx lie in memory.
    pub x_layout: Layout,
    /// How y and dy lie in memory.
    pub y_layout: Layout,
    /// In which order the channels of w and dw stand.
    pub kernel_order: KernelOrder,
}

impl ConvTransposeProblem {
    fn shape(&self, leading: [u32; 2], of: impl Fn(&TransposedAxis) -> u32) -> Vec<usize> {
        leading.map(|v| v as usize).into_iter().chain(extents(&self.axes, self.rank, of)).collect()
    }

    /// `[N, C_in, spatial...]`
    pub fn x_shape(&self) -> Vec<usize> {
        self.shape([self.batch, self.channels_in], |axis| axis.input)
    }

    /// `[C_in, C_out/groups, taps...]`, or `[groups, C_out/groups, taps...]` where the channels share it, or in the other order of
    /// channels.
    pub fn w_shape(&self) -> Vec<usize> {
        let rows = if self.shared_kernel { self.groups } else { self.channels_in };
        self.shape(self.kernel_order.of(self.channels_out / self.groups.max(1), rows), |axis| axis.taps)
    }

    /// `[N, C_out, spatial...]`
    pub fn y_shape(&self) -> Vec<usize> {
        self.shape([self.batch, self.channels_out], |axis| axis.output)
    }

    /// `[C_out]`
    pub fn b_shape(&self) -> Vec<usize> {
        vec![self.channels_out as usize]
    }

    /// Multiply-adds of forward, input gradient or kernel gradient, those for cells that the padding cuts off included (the
    /// field's usual count; twice this is the number of FLOPs).
    pub fn multiply_adds(&self) -> u64 {
        self.exchanged().multiply_adds()
    }

    /// How an operand lies in memory.
    pub(crate) fn layout(&self, operand: Operand) -> Layout {
        Layout::of(operand, self.x_layout, self.y_layout)
    }

    /// The convolution whose input gradient is this one's forward: its x has the shape of this one's y and the other way
    /// round, and w is the same.
    pub(crate) fn exchanged(&self) -> ConvProblem {
        ConvProblem {
            rank: self.rank,
            batch: self.batch,
            channels_in: self.channels_out,
            channels_out: self.channels_in,
            groups: self.groups,
            shared_kernel: false,
            shared_outputs: self.shared_kernel,
            axes: self.axes.map(|axis| axis.exchanged()),
            padding_mode: PaddingMode::Zeros,
            element: self.element,
            x_layout: self.y_layout,
            y_layout: self.x_layout,
            kernel_order: self.kernel_order.exchanged(),
        }
    }
}
