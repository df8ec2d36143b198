//! The uniform structs, word for word those of the WGSL files; `tests/shaders.rs` compares names and offsets.

use bytemuck::{Pod, Zeroable};

/// Name, members with byte offsets, and size of a uniform struct.
pub(crate) type Layout = (&'static str, Vec<(&'static str, usize)>, usize);

/// Declares a uniform struct of 32-bit members together with the table of its members.
macro_rules! uniform {
    ($(#[$doc:meta])* $name:ident { $($member:ident: $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[repr(C)]
        #[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
        pub(crate) struct $name { $(pub $member: $type),* }

        impl $name {
            /// Name and byte offset of each member, and the size of all.
            pub(crate) fn layout() -> Layout {
                let members = vec![$((stringify!($member), std::mem::offset_of!($name, $member))),*];
                (stringify!($name), members, size_of::<$name>())
            }
        }
    };
}

uniform! {
    /// `shaders/common/reduction.wgsl`
    Reduction {
        rows: u32, cols: u32, rows_per_slab: u32, cols_per_slab: u32,
        first_slab: u32, slab_count: u32, accumulate: u32, last: u32,
    }
}

uniform! {
    /// `shaders/common/sum_slices.wgsl`
    SumParams { elements: u32, slices: u32, accumulate: u32, factor: f32 }
}

uniform! {
    /// `shaders/common/convert.wgsl`
    ConvertParams { count: u32, x_base: u32, out_base: u32, unused: u32 }
}

uniform! {
    /// `shaders/common/finish.wgsl`
    FinishParams {
        count: u32, sum_base: u32, out_base: u32, factor: f32,
        slope: f32, unused_a: u32, unused_b: u32, unused_c: u32,
    }
}

uniform! {
    /// `shaders/conv/params.wgsl`
    ConvParams {
        reduction: Reduction,
        batch: u32, channels_in: u32, channels_out: u32, groups: u32,
        in_d: u32, in_h: u32, in_w: u32, out_d: u32, out_h: u32, out_w: u32,
        x_base: u32, y_base: u32,
        slope: f32, range_begin: u32, range_count: u32, unused: u32,
    }
}

uniform! {
    /// `shaders/conv/winograd/tiles.wgsl`
    TileParams {
        count: u32, tiles: u32, tiles_of_sample: u32, tiles_of_row: u32,
        batch: u32, channels: u32, extent_h: u32, extent_w: u32, base: u32,
        start_h: i32, start_w: i32, slope: f32,
        magic_tiles: u32, shift_tiles: u32, magic_sample: u32, shift_sample: u32, magic_row: u32, shift_row: u32,
        unused_a: u32, unused_b: u32,
    }
}

uniform! {
    /// `shaders/conv/winograd/kernel.wgsl`
    WinogradKernelParams {
        count: u32, outputs: u32, channels: u32, group_stride: u32, output_stride: u32, channel_stride: u32,
        reversed: u32, magic_channels: u32, shift_channels: u32, magic_outputs: u32, shift_outputs: u32, unused: u32,
    }
}

uniform! {
    /// `shaders/conv/kernel_grad/collect.wgsl`
    CollectParams {
        count: u32, out_d: u32, out_h: u32, out_w: u32, in_d: u32, in_h: u32, in_w: u32,
        stride_d: u32, stride_h: u32, stride_w: u32, x_base: u32,
        magic_row: u32, shift_row: u32, magic_h: u32, shift_h: u32, magic_d: u32, shift_d: u32,
        row: u32, before: u32, collected_base: u32,
    }
}

uniform! {
    /// `shaders/pool/params.wgsl`
    PoolParams {
        reduction: Reduction,
        planes: u32, in_d: u32, in_h: u32, in_w: u32, out_d: u32, out_h: u32, out_w: u32,
        x_base: u32, y_base: u32, result_base: u32, divisor: u32, count_include_pad: u32,
        index_base: u32, index_step: u32, unpool: u32, power: f32, channels: u32,
        unused_a: u32, unused_b: u32, unused_c: u32,
    }
}

uniform! {
    /// `shaders/pool/planes/params.wgsl`
    PlanesParams {
        results: u32, length: u32, slices: u32, slice_cells: u32, x_base: u32, result_base: u32,
        divisor: f32, power: f32, index_base: u32, index_step: u32, unused_a: u32, unused_b: u32,
    }
}

uniform! {
    /// `shaders/pool/rows/params.wgsl`
    RowsParams {
        planes: u32, in_d: u32, in_h: u32, in_w: u32, out_d: u32, out_h: u32, out_w: u32,
        x_base: u32, y_base: u32, divisor: u32, count_include_pad: u32, count: u32,
        magic_d: u32, shift_d: u32, magic_h: u32, shift_h: u32, magic_w: u32, shift_w: u32,
        index_base: u32, index_step: u32, unpool: u32, quads: u32, magic_quads: u32, shift_quads: u32,
    }
}

uniform! {
    /// `shaders/nn/params.wgsl`
    ElementwiseParams { count: u32, factor: f32, slope: f32, unused: u32 }
}

uniform! {
    /// `shaders/nn/dropout_params.wgsl`
    DropoutParams {
        count: u32, first: u32, threshold: u32, scale: f32,
        seed_low: u32, seed_high: u32, unused_a: u32, unused_b: u32,
    }
}

uniform! {
    /// `shaders/nn/batch_norm/params.wgsl`
    BatchNormParams {
        channels: u32, plane: u32, positions: u32, per_slice: u32, slices: u32, base: u32, count: u32,
        step_samples: u32, step_cells: u32, source: u32, result: u32, merged: u32,
        magic_plane: u32, shift_plane: u32, magic_channels: u32, shift_channels: u32,
        relu: u32, elements: f32, eps: f32, momentum: f32,
    }
}

uniform! {
    /// `shaders/layout/params.wgsl`
    TransposeParams {
        batch: u32, rows: u32, columns: u32, x_base: u32, y_base: u32,
        unused_a: u32, unused_b: u32, unused_c: u32,
    }
}

uniform! {
    /// `shaders/nn/softmax_cross_entropy.wgsl`
    SoftmaxParams {
        samples: u32, classes: u32, scale: f32, x_base: u32, label_base: u32,
        unused_a: u32, unused_b: u32, unused_c: u32,
    }
}

uniform! {
    /// `shaders/conv/channels/params.wgsl`
    ChannelsParams {
        count: u32, plane: u32, channels: u32, channel_begin: u32, channel_end: u32,
        x_base: u32, sums_base: u32, slope: f32, groups: u32,
        factor: f32, unused_a: u32, unused_b: u32,
    }
}

/// Classes that a gather can have along an axis.
pub(crate) const MOST_CLASSES: usize = 32;

uniform! {
    /// `shaders/conv/gather/classes.wgsl`
    AxisClass { start: i32, taps: u32, cells: u32, taps_before: u32 }
}

uniform! {
    /// `shaders/conv/gather/params.wgsl`
    GatherParams {
        batch: u32, groups: u32, channels: u32, outputs: u32, outputs_padded: u32,
        in_d: u32, in_h: u32, in_w: u32, out_d: u32, out_h: u32, out_w: u32,
        classes_d: u32, classes_h: u32, classes_w: u32, cells_d: u32, cells_h: u32, cells_w: u32,
        in_base: u32, out_base: u32, channel_begin: u32, channel_end: u32,
        in_stride_d: u32, in_stride_h: u32, in_stride_w: u32,
        out_stride_d: u32, out_stride_h: u32, out_stride_w: u32,
        tap_step_d: u32, tap_step_h: u32, tap_step_w: u32,
        zero_quad: u32, first_tap_h: u32, first_tap_w: u32, reversed: u32,
        slope: f32, output_begin: u32,
        classes: [AxisClass; 3 * MOST_CLASSES],
    }
}

uniform! {
    /// `shaders/conv/gather/pack_fours.wgsl`
    PackFoursParams {
        count: u32, zeros: u32, outputs: u32, across: u32, down: u32, first: u32, group_step: u32, step: u32,
        magic_across: u32, shift_across: u32, magic_down: u32, shift_down: u32,
    }
}

uniform! {
    /// `shaders/conv/phases/params.wgsl`
    PhaseClass { sort: u32, index: u32, offset: u32, taps: u32 }
}

uniform! {
    /// `shaders/conv/phases/params.wgsl`
    PhaseSet { classes: u32, cells: u32, taps: u32, unused: u32 }
}

uniform! {
    /// `shaders/conv/phases/params.wgsl`
    PhasePart { kernel: u32, sums: u32, unused_a: u32, unused_b: u32 }
}

uniform! {
    /// `shaders/conv/phases/params.wgsl`
    PhaseParams {
        count: u32, channels: u32, outputs: u32, inputs: u32,
        group_stride: u32, output_stride: u32, input_stride: u32, slope: f32,
        taps_d: u32, taps_h: u32, taps_w: u32, extent_d: u32, extent_h: u32, extent_w: u32,
        classes_d: u32, classes_h: u32, classes_w: u32, first_d: u32, first_h: u32, first_w: u32,
        across: u32, magic_channels: u32, shift_channels: u32,
        magic_d: u32, shift_d: u32, magic_h: u32, shift_h: u32, magic_across: u32, shift_across: u32,
        magic_classes_d: u32, shift_classes_d: u32, magic_classes_h: u32, shift_classes_h: u32,
        unused_a: u32, unused_b: u32, unused_c: u32,
        sets: [PhaseSet; 6],
        parts: [PhasePart; 8],
        classes: [PhaseClass; 3 * MOST_CLASSES],
    }
}

uniform! {
    /// `shaders/conv/kernel_grad/params.wgsl`
    KernelGradParams {
        conv: ConvParams,
        taps_d: u32, taps_h: u32, taps_w: u32, stride_d: u32, stride_h: u32, stride_w: u32,
        dilation_d: u32, dilation_h: u32, dilation_w: u32,
        padding_low_d: u32, padding_low_h: u32, padding_low_w: u32,
    }
}

uniform! {
    /// `shaders/conv/input_grad_border.wgsl`
    BorderAxis {
        near_begin: u32, near_end: u32, far_begin: u32, far_end: u32,
        extent: u32, padding_high: u32, unused_a: u32, unused_b: u32,
    }
}

uniform! {
    /// `shaders/conv/input_grad_border.wgsl`
    BorderParams { conv: ConvParams, axes: [BorderAxis; 3] }
}

uniform! {
    /// `shaders/conv/gather/pack.wgsl`
    PackAxis {
        taps: u32, dilation: u32, shift: u32, classes: u32,
        period: u32, unused_a: u32, unused_b: u32, unused_c: u32,
    }
}

uniform! {
    /// `shaders/conv/gather/pack.wgsl`
    PackParams {
        groups: u32, channels: u32, outputs: u32, outputs_padded: u32,
        group_stride: u32, output_stride: u32, channel_stride: u32, reversed: u32,
        w_base: u32, unused_a: u32, unused_b: u32, unused_c: u32,
        axes: [PackAxis; 3],
        classes: [AxisClass; 3 * MOST_CLASSES],
    }
}
