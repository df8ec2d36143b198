//! A convolution's forward or input gradient, seen as a gather.

use std::ops::Range;

use super::super::ConvProblem;
use crate::error::Result;
use crate::kernel::{AxisClass, GatherParams, MOST_CLASSES, PackAxis, PackParams};
use crate::layout::{KernelOrder, Layout};
use crate::padding_mode::PaddingMode;
use crate::plan::{Algorithm, DeviceLimits, Operand, loop_tests};
use crate::window::{Axis, GatherAxis};

/// Zeros behind the packed kernel, which kernels read in place of rows that do not exist.
pub(super) const ZEROS: u64 = 4;

/// Sums over the source's channels and the taps of a kernel for every cell of the target.
#[derive(Clone)]
pub(in super::super) struct Gather {
    pub source: Operand,
    pub target: Operand,
    pub batch: u32,
    pub groups: u32,
    /// Of a group: channels that are summed over, and channels that come out.
    pub channels: u32,
    pub outputs: u32,
    pub axes: [GatherAxis; 3],
    /// What stands in the padding of the source: in the input gradient nothing does.
    padding_mode: PaddingMode,
    /// Elements of w from one group, output channel and input channel of the gather to the next.
    pub(super) w_strides: [u32; 3],
    pub(super) reversed: bool,
    /// How the source and the target lie in memory.
    pub source_layout: Layout,
    pub target_layout: Layout,
}

impl Gather {
    /// y from x.
    pub(in super::super) fn forward(problem: &ConvProblem) -> Gather {
        let (channels, outputs) = (problem.channels_in / problem.groups, problem.channels_out / problem.groups);
        let taps = problem.axes.iter().map(|axis| axis.taps).product::<u32>();
        Gather {
            source: Operand::X,
            target: Operand::Y,
            batch: problem.batch,
            groups: problem.groups,
            channels,
            outputs,
            axes: flattened(problem.axes.each_ref().map(GatherAxis::forward)),
            padding_mode: problem.padding_mode,
            w_strides: w_strides([outputs, channels], problem, taps),
            reversed: false,
            source_layout: problem.x_layout,
            target_layout: problem.y_layout,
        }
    }

    /// dx from dy.
    ///
    /// # Errors
    /// There are more residue classes than the kernels know.
    pub(in super::super) fn input_grad(problem: &ConvProblem, algorithm: Algorithm) -> Result<Gather> {
        if problem.axes.iter().any(|axis| axis.stride as usize > MOST_CLASSES) {
            return Err(algorithm.unavailable("a stride above 32 has too many residue classes"));
        }
        let (channels, outputs) = (problem.channels_out / problem.groups, problem.channels_in / problem.groups);
        let taps = problem.axes.iter().map(|axis| axis.taps).product::<u32>();
        Ok(Gather {
            source: Operand::Dy,
            target: Operand::Dx,
            batch: problem.batch,
            groups: problem.groups,
            channels,
            outputs,
            axes: flattened(problem.axes.each_ref().map(GatherAxis::input_grad)),
            padding_mode: PaddingMode::Zeros,
            w_strides: {
                let [group, channel, output] = w_strides([channels, outputs], problem, taps);
                [group, output, channel]
            },
            reversed: true,
            source_layout: problem.y_layout,
            target_layout: problem.x_layout,
        })
    }

    /// The same sums in the cells that have any, and the first of these cells' first element in a sample of the target, if along some
    /// axis one class of several has all taps: as of a kernel of one tap with a stride. All other cells are left as they are.
    pub(super) fn of_cells_with_taps(&self) -> Option<(Gather, u32)> {
        let alone = self.axes.each_ref().map(GatherAxis::alone);
        if alone.iter().all(Option::is_none) {
            return None;
        }
        let mut gather = self.clone();
        let mut cell = 0;
        for (axis, alone) in gather.axes.iter_mut().zip(alone) {
            cell *= axis.target;
            if let Some((own, first)) = alone {
                cell += first;
                *axis = own;
            }
        }
        // A sample's elements have numbers of 32 bits.
        let step = if self.target_layout == Layout::ChannelsLast { self.groups * self.outputs } else { 1 };
        Some((gather, cell * step))
    }

    /// Whether w holds the taps of a group's outputs one behind the other, a channel's: what kernels read that do not pack it.
    pub(super) fn has_taps_by_output(&self) -> bool {
        let [group, output, _] = self.w_strides;
        // The product of w's extents fits.
        let taps = self.taps() as u32;
        group == self.outputs * taps && (self.outputs == 1 || output == taps)
    }

    /// Whether both tensors have their channels first: what kernels take that read or write neighbouring cells at once.
    pub(super) fn is_channels_first(&self) -> bool {
        [self.source_layout, self.target_layout] == [Layout::ChannelsFirst; 2]
    }

    fn taps(&self) -> u64 {
        self.axes.iter().map(|axis| u64::from(axis.taps)).product()
    }

    /// How many combinations of the axes' classes there are.
    pub(super) fn classes(&self) -> u64 {
        self.axes.iter().map(|axis| axis.classes.len() as u64).product()
    }

    /// The most taps that a class has along each axis.
    pub(super) fn most_taps(&self) -> [u64; 3] {
        let most = |axis: &GatherAxis| axis.classes.iter().map(|class| u64::from(class.taps)).max();
        self.axes.each_ref().map(|axis| most(axis).unwrap_or(0))
    }

    /// The most cells that a class has along each axis.
    pub(super) fn most_cells(&self) -> [u64; 3] {
        self.axes.each_ref().map(|axis| axis.most_cells().into())
    }

    /// Whether some tap of some cell lies outside of the source.
    pub(super) fn crosses_bounds(&self) -> bool {
        self.axes.iter().any(GatherAxis::crosses_bounds)
    }

    /// What the kernels must find in the padding: the same as with zeros if no tap looks there.
    pub(super) fn border(&self) -> PaddingMode {
        if self.crosses_bounds() { self.padding_mode } else { PaddingMode::Zeros }
    }

    pub(super) fn source_sample(&self) -> u64 {
        let plane: u64 = self.axes.iter().map(|axis| u64::from(axis.source)).product();
        u64::from(self.groups) * u64::from(self.channels) * plane
    }

    pub(super) fn target_sample(&self) -> u64 {
        let plane: u64 = self.axes.iter().map(|axis| u64::from(axis.target)).product();
        u64::from(self.groups) * u64::from(self.outputs) * plane
    }

    pub(super) fn w_elements(&self) -> u64 {
        u64::from(self.groups) * u64::from(self.outputs) * u64::from(self.channels) * self.taps()
    }

    /// Rows of the packed kernel: a channel's tap each, of every group.
    fn packed_rows(&self) -> u64 {
        u64::from(self.groups) * u64::from(self.channels) * self.taps()
    }

    /// The most whole tiles of outputs whose packed kernel, with the zeros behind it, has at most so many elements.
    pub(super) fn tiles_within(&self, elements: u64, tile_m: u32) -> u64 {
        elements.saturating_sub(ZEROS) / (self.packed_rows() * u64::from(tile_m))
    }

    /// The same sums for fewer outputs, as far as their number goes.
    pub(super) fn of_outputs(&self, outputs: u32) -> Gather {
        Gather { outputs, ..self.clone() }
    }

    /// Elements of the packed kernel, and of the zeros behind it.
    pub(super) fn packed_elements(&self, outputs_padded: u32) -> u64 {
        self.packed_rows() * u64::from(outputs_padded) + ZEROS
    }

    /// Loop tests of an invocation that packs the kernel.
    pub(super) fn pack_iterations(&self) -> u64 {
        loop_tests(&self.axes.each_ref().map(|axis| axis.taps.into()))
    }

    /// How many channels one dispatch can sum over, by the limit on loop iterations; `None` if not even one.
    pub(super) fn channels_per_dispatch(&self, limits: &DeviceLimits, iterations: impl Fn(u64) -> u64) -> Option<u32> {
        let fits = |channels: u32| iterations(channels.into()) <= limits.max_loop_iterations.into();
        let (mut least, mut most) = (0, self.channels);
        while least < most {
            let middle = most - (most - least) / 2;
            if fits(middle) {
                least = middle;
            } else {
                most = middle - 1;
            }
        }
        (least > 0).then_some(least)
    }

    fn class_table(&self) -> [AxisClass; 3 * MOST_CLASSES] {
        let mut table = [bytemuck::Zeroable::zeroed(); 3 * MOST_CLASSES];
        for (part, axis) in table.chunks_exact_mut(MOST_CLASSES).zip(&self.axes) {
            for (entry, class) in part.iter_mut().zip(&axis.classes) {
                *entry = AxisClass {
                    start: class.start,
                    taps: class.taps,
                    cells: class.cells,
                    taps_before: class.taps_before,
                };
            }
        }
        table
    }

    /// The uniform struct for all channels of the whole batch.
    pub(super) fn params(&self, outputs_padded: u32) -> GatherParams {
        let [d, h, w] = &self.axes;
        GatherParams {
            batch: self.batch,
            groups: self.groups,
            channels: self.channels,
            outputs: self.outputs,
            outputs_padded,
            in_d: d.source,
            in_h: h.source,
            in_w: w.source,
            out_d: d.target,
            out_h: h.target,
            out_w: w.target,
            classes_d: d.classes.len() as u32,
            classes_h: h.classes.len() as u32,
            classes_w: w.classes.len() as u32,
            cells_d: d.most_cells(),
            cells_h: h.most_cells(),
            cells_w: w.most_cells(),
            in_base: 0,
            out_base: 0,
            channel_begin: 0,
            channel_end: self.channels,
            in_stride_d: d.source_stride,
            in_stride_h: h.source_stride,
            in_stride_w: w.source_stride,
            out_stride_d: d.target_stride,
            out_stride_h: h.target_stride,
            out_stride_w: w.target_stride,
            tap_step_d: d.tap_step,
            tap_step_h: h.tap_step,
            tap_step_w: w.tap_step,
            zero_quad: (self.packed_rows() * u64::from(outputs_padded / 4)) as u32,
            first_tap_h: h.first_tap(),
            first_tap_w: w.first_tap(),
            reversed: self.reversed.into(),
            slope: 0.0,
            output_begin: 0,
            classes: self.class_table(),
        }
    }

    /// The uniform struct that packs these outputs.
    pub(super) fn pack_params(&self, outputs: &Range<u32>, outputs_padded: u32) -> PackParams {
        let [group_stride, output_stride, channel_stride] = self.w_strides;
        PackParams {
            groups: self.groups,
            channels: self.channels,
            outputs: outputs.end - outputs.start,
            outputs_padded,
            group_stride,
            output_stride,
            channel_stride,
            reversed: self.reversed.into(),
            w_base: outputs.start * output_stride,
            unused_a: 0,
            unused_b: 0,
            unused_c: 0,
            axes: self.axes.each_ref().map(|axis| PackAxis {
                taps: axis.taps,
                dilation: axis.dilation % axis.classes.len() as u32,
                shift: axis.shift,
                classes: axis.classes.len() as u32,
                period: axis.period,
                unused_a: 0,
                unused_b: 0,
                unused_c: 0,
            }),
            classes: self.class_table(),
        }
    }
}

/// Elements of w from one group, output channel and input channel of the convolution to the next, of so many of a group.
fn w_strides([outputs, inputs]: [u32; 2], problem: &ConvProblem, taps: u32) -> [u32; 3] {
    match problem.kernel_order {
        KernelOrder::OutIn => [outputs * inputs * taps, inputs * taps, taps],
        KernelOrder::InOut => [outputs * taps, taps, problem.channels_out * taps],
    }
}

/// Where all axes are pointwise (a kernel of 1 x 1, stride 1), the plane is one long row: no ragged ends.
fn flattened(axes: [GatherAxis; 3]) -> [GatherAxis; 3] {
    let plane: u64 = axes.iter().map(|axis| u64::from(axis.source)).product();
    match u32::try_from(plane) {
        Ok(plane) if plane <= i32::MAX as u32 && axes.iter().all(GatherAxis::is_pointwise) => {
            let row = Axis { input: plane, output: plane, ..Axis::UNIT };
            [GatherAxis::forward(&Axis::UNIT), GatherAxis::forward(&Axis::UNIT), GatherAxis::forward(&row)]
        }
        _ => axes,
    }
}
