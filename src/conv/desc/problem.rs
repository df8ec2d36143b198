//! A convolution of given shapes.

use crate::element::ElementType;
use crate::layout::{KernelOrder, Layout};
use crate::padding_mode::PaddingMode;
use crate::plan::Operand;
use crate::spatial::extents;
use crate::window::{Axis, AxisBorder};

/// A convolution with every extent known, its rank folded to 3.
///
/// ```
/// use wgconv::{Conv, ConvShapes};
/// let conv = Conv::<2>::new([3, 3]).stride([2, 2]).build()?;
/// let problem = conv.problem(&ConvShapes::new(&[4, 8, 9, 11], &[16, 8, 3, 3]))?;
/// assert_eq!(problem.y_shape(), [4, 16, 4, 5]);
/// assert_eq!(problem.multiply_adds(), 4 * 16 * 4 * 5 * 8 * 9);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ConvProblem {
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
    /// Whether the input channels of a group, of which there are several, share its kernels: w then has one channel.
    pub shared_kernel: bool,
    /// Whether the output channels of a group, of which there are several, share one kernel: of the convolution whose passes are
    /// those of a transposed one with a shared kernel. w then has as many outputs as there are groups.
    pub(crate) shared_outputs: bool,
    /// Depth, height, width; absent leading ones have one cell and one tap.
    pub axes: [Axis; 3],
    /// What stands in the padding; `Zeros` where there is none.
    pub padding_mode: PaddingMode,
    /// The type of all operands.
    pub element: ElementType,
    /// How x and dx lie in memory.
    pub x_layout: Layout,
    /// How y and dy lie in memory.
    pub y_layout: Layout,
    /// In which order the channels of w and dw stand.
    pub kernel_order: KernelOrder,
}

impl ConvProblem {
    fn shape(&self, leading: [u32; 2], of: impl Fn(&Axis) -> u32) -> Vec<usize> {
        leading.map(|v| v as usize).into_iter().chain(extents(&self.axes, self.rank, of)).collect()
    }

    /// `[N, C_in, spatial...]`
    pub fn x_shape(&self) -> Vec<usize> {
        self.shape([self.batch, self.channels_in], |axis| axis.input)
    }

    /// `[C_out, C_in/groups, taps...]`, or `[C_out, 1, taps...]` where the channels share it, or in the other order of channels.
    pub fn w_shape(&self) -> Vec<usize> {
        let channels = if self.shared_kernel { 1 } else { self.channels_in / self.groups.max(1) };
        let outputs = if self.shared_outputs { self.groups } else { self.channels_out };
        self.shape(self.kernel_order.of(outputs, channels), |axis| axis.taps)
    }

    /// `[N, C_out, spatial...]`
    pub fn y_shape(&self) -> Vec<usize> {
        self.shape([self.batch, self.channels_out], |axis| axis.output)
    }

    /// `[C_out]`
    pub fn b_shape(&self) -> Vec<usize> {
        vec![self.channels_out as usize]
    }

    /// Multiply-adds of forward, input gradient or kernel gradient, those with padding cells included (the field's
    /// usual count; twice this is the number of FLOPs).
    pub fn multiply_adds(&self) -> u64 {
        // y and w each have at most u32::MAX elements.
        let outputs = self.y_shape().into_iter().fold(1u64, |product, extent| product.saturating_mul(extent as u64));
        let window = self.axes.iter().fold(1u64, |product, axis| product.saturating_mul(axis.taps.into()));
        outputs.saturating_mul(window).saturating_mul(u64::from(self.channels_in / self.groups.max(1)))
    }

    /// The most places at which one input cell is read, by the mode of the padding.
    pub(crate) fn most_images(&self) -> u64 {
        let images = |axis| u64::from(AxisBorder::new(axis, self.padding_mode).images);
        self.axes.iter().map(images).fold(1, u64::saturating_mul)
    }

    /// A convolution with this output, for the bias gradient, which looks at nothing else: one tap, stride 1.
    pub(crate) fn of_output(y: &[usize], y_layout: Layout, element: ElementType) -> ConvProblem {
        let mut axes = [Axis::UNIT; 3];
        let rank = y.len() - 2;
        for (axis, &extent) in axes[3 - rank..].iter_mut().zip(&y[2..]) {
            *axis = Axis { input: extent as u32, output: extent as u32, ..Axis::UNIT };
        }
        let channels = y[1] as u32;
        ConvProblem {
            rank: rank as u32,
            batch: y[0] as u32,
            channels_in: 1,
            channels_out: channels,
            groups: 1,
            shared_kernel: false,
            shared_outputs: false,
            axes,
            padding_mode: PaddingMode::Zeros,
            element,
            x_layout: Layout::ChannelsFirst,
            y_layout,
            kernel_order: KernelOrder::OutIn,
        }
    }

    /// Whether x and y both have their channels first: what the kernels that read and write four neighbouring cells at once take.
    pub(crate) fn is_channels_first(&self) -> bool {
        [self.x_layout, self.y_layout] == [Layout::ChannelsFirst; 2]
    }

    /// How an operand lies in memory.
    pub(crate) fn layout(&self, operand: Operand) -> Layout {
        Layout::of(operand, self.x_layout, self.y_layout)
    }

    /// Whether channels of a group share kernels.
    pub(crate) fn is_shared(&self) -> bool {
        self.shared_kernel || self.shared_outputs
    }

    /// The convolution of the sums over the channels of each group that share kernels, which have one channel a group.
    pub(crate) fn of_channel_sums(&self) -> ConvProblem {
        let mut sums = ConvProblem { shared_kernel: false, shared_outputs: false, ..self.clone() };
        if self.shared_kernel {
            (sums.channels_in, sums.x_layout) = (self.groups, Layout::ChannelsFirst);
        }
        if self.shared_outputs {
            (sums.channels_out, sums.y_layout) = (self.groups, Layout::ChannelsFirst);
        }
        sums
    }

    /// The same convolution with its plane as one long row, if every axis is pointwise: no ragged ends.
    pub(crate) fn flattened(&self) -> ConvProblem {
        let plane: u64 = self.axes.iter().map(|axis| u64::from(axis.input)).product();
        match i32::try_from(plane) {
            Ok(plane) if self.axes.iter().all(Axis::is_pointwise) => {
                let row = Axis { input: plane as u32, output: plane as u32, ..Axis::UNIT };
                ConvProblem { axes: [Axis::UNIT, Axis::UNIT, row], ..self.clone() }
            }
            _ => self.clone(),
        }
    }

    /// The same convolution on a part of the batch.
    pub(crate) fn with_batch(&self, batch: u32) -> ConvProblem {
        ConvProblem { batch, ..self.clone() }
    }
}
