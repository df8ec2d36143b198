//! Every kernel that exists. A kernel's source is the concatenation of its parts: module scope in WGSL has no order.

mod batch_norm;
mod channels;
mod conv;
mod gather;
mod kernel_grad;
mod layout;
mod nn;
mod phases;
mod pool;
mod pool_blocks;
mod pool_channels_last;
mod pool_planes;
mod pool_rows;
mod strip;
mod tiled;
mod values;
mod winograd;

pub(crate) use batch_norm::*;
pub(crate) use channels::*;
pub(crate) use conv::*;
pub(crate) use gather::*;
pub(crate) use kernel_grad::*;
pub(crate) use layout::*;
pub(crate) use nn::*;
pub(crate) use phases::*;
pub(crate) use pool::*;
pub(crate) use pool_blocks::*;
pub(crate) use pool_channels_last::*;
pub(crate) use pool_planes::*;
pub(crate) use pool_rows::*;
pub(crate) use strip::*;
pub(crate) use tiled::*;
pub(crate) use winograd::*;

use super::element::{ELEMENT, STORE, STORE_QUAD};
use super::params::Layout;

/// Invocations of a workgroup of every kernel that does not say otherwise: within the limits of every WebGPU device and a
/// multiple of every subgroup size.
pub const WORKGROUP_SIZE: u32 = 64;

/// Channels, and elements, that an invocation of a direct convolution kernel owns; cells of one of a batch normalisation.
pub(crate) const BLOCK: u32 = 4;

/// One kernel: a WGSL module and its entry points.
#[derive(Debug)]
pub(crate) struct Kernel {
    /// Path below `shaders/`, without ending, of its file, which may be that of several kernels with something behind it.
    pub name: &'static str,
    pub parts: &'static [&'static str],
    /// What it can be specialised to.
    pub variants: &'static [Variant],
    pub entries: &'static [&'static EntryPoint],
    /// The subgroup size that it needs, exactly; 0 if any will do.
    pub subgroup_size: u32,
    /// The uniform struct.
    pub params: fn() -> Layout,
    /// Override constants that the module declares.
    pub overrides: &'static [&'static str],
}

/// One set of constants of a kernel.
#[derive(Debug)]
pub(crate) struct Variant {
    /// The block of constants in its source, by name and value.
    pub constants: &'static [Constant],
    /// Bytes of workgroup memory.
    pub workgroup_bytes: u32,
}

/// A constant of a kernel's source, by name and value.
pub(crate) type Constant = (&'static str, u32);

impl Variant {
    /// The value of a constant; 0 if the kernel has none of this name.
    pub(crate) fn constant(&self, name: &str) -> u32 {
        self.constants.iter().find(|(known, _)| *known == name).map_or(0, |(_, value)| *value)
    }

    /// Invocations of a workgroup.
    pub(crate) fn workgroup_size(&self) -> u32 {
        self.constant("WORKGROUP_SIZE")
    }
}

/// One entry point and the storage bindings that it uses; binding 0 is always the uniform struct.
#[derive(Debug)]
pub(crate) struct EntryPoint {
    pub name: &'static str,
    pub slots: &'static [Slot],
    kernel: fn() -> &'static Kernel,
}

impl Kernel {
    /// Whether it reads tensors of every type.
    pub(crate) fn reads_types(&self) -> bool {
        self.parts.contains(&ELEMENT)
    }

    /// Whether it writes tensors of every type.
    pub(crate) fn stores_types(&self) -> bool {
        self.parts.contains(&STORE) || self.parts.contains(&STORE_QUAD)
    }
}

/// A storage binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub binding: u32,
    pub name: &'static str,
    pub writable: bool,
    /// Bytes of an entry of f32, which is the least that can be bound.
    pub bytes: u32,
    /// Whether it is of four elements of the tensors' type.
    pub is_quad: bool,
}

impl EntryPoint {
    pub(crate) fn kernel(&self) -> &'static Kernel {
        (self.kernel)()
    }
}

const fn read(binding: u32, name: &'static str) -> Slot {
    Slot { binding, name, writable: false, bytes: 4, is_quad: false }
}

/// Of four elements.
const fn read_quad(binding: u32, name: &'static str) -> Slot {
    Slot { is_quad: true, ..read_vec4(binding, name) }
}

/// Of four elements.
const fn write_quad(binding: u32, name: &'static str) -> Slot {
    Slot { is_quad: true, ..write_vec4(binding, name) }
}

/// Of vec4<f32>.
const fn read_vec4(binding: u32, name: &'static str) -> Slot {
    Slot { binding, name, writable: false, bytes: 16, is_quad: false }
}

/// Of vec4<f32>.
const fn write_vec4(binding: u32, name: &'static str) -> Slot {
    Slot { binding, name, writable: true, bytes: 16, is_quad: false }
}

const fn write(binding: u32, name: &'static str) -> Slot {
    Slot { binding, name, writable: true, bytes: 4, is_quad: false }
}

const INDEX: &str = include_str!("../../../shaders/common/index.wgsl");
const DIVIDE: &str = include_str!("../../../shaders/common/divide.wgsl");
const REDUCTION: &str = include_str!("../../../shaders/common/reduction.wgsl");
const LAYOUT: &str = include_str!("../../../shaders/common/layout.wgsl");
const WINDOW: &str = include_str!("../../../shaders/common/window.wgsl");
const WINDOW_CONSTANTS: &str = include_str!("../../../shaders/common/window_constants.wgsl");
const ACCUMULATE_CONSTANT: &str = include_str!("../../../shaders/common/accumulate.wgsl");
const ACTIVATION_CONSTANT: &str = include_str!("../../../shaders/common/activation.wgsl");
const SIDE: &str = include_str!("../../../shaders/common/side.wgsl");
const NO_SIDE: &str = include_str!("../../../shaders/common/no_side.wgsl");
const INSIDE: &str = include_str!("../../../shaders/common/inside.wgsl");
const BORDER: &str = include_str!("../../../shaders/common/border.wgsl");
const WINDOW_BITS: &str = include_str!("../../../shaders/common/window_bits.wgsl");

/// The override constants of `common/accumulate.wgsl` and `common/border.wgsl`.
const ACCUMULATE_BORDER: &[&str] = &["ACCUMULATE", "BORDER"];

/// Override constants of `common/window_constants.wgsl`.
pub(crate) const WINDOW_OVERRIDES: &[&str] = &[
    "TAPS_D",
    "TAPS_H",
    "TAPS_W",
    "STRIDE_D",
    "STRIDE_H",
    "STRIDE_W",
    "DILATION_D",
    "DILATION_H",
    "DILATION_W",
    "PADDING_LOW_D",
    "PADDING_LOW_H",
    "PADDING_LOW_W",
];

/// One list behind the other.
const fn with<const N: usize>(first: &[&'static str], second: &[&'static str]) -> [&'static str; N] {
    let mut all = [""; N];
    let mut i = 0;
    while i < N {
        all[i] = if i < first.len() { first[i] } else { second[i - first.len()] };
        i += 1;
    }
    all
}

/// Declares a kernel and its entry points. `in` says which file it is in, if that has another name: several kernels may differ
/// in their other parts only.
macro_rules! kernel {
    (
        $kernel:ident = $name:literal $(in $file:literal)?, [$($part:ident),*] $(blocks $block:ident)?, $params:ident, $overrides:expr, $bytes:expr;
        $($rest:tt)*
    ) => {
        kernel! {
            $kernel = $name $(in $file)?, [$($part),*], $params, $overrides, subgroup 0, variants &[Variant {
                constants: &[("WORKGROUP_SIZE", WORKGROUP_SIZE) $(, ("BLOCK", $block))?],
                workgroup_bytes: $bytes,
            }];
            $($rest)*
        }
    };
    ($kernel:ident = $file:literal, $($rest:tt)*) => {
        kernel! { $kernel = $file in $file, $($rest)* }
    };
    (
        $kernel:ident = $called:literal in $file:literal, [$($part:ident),*], $params:ident, $overrides:expr, subgroup $subgroup:expr, variants $variants:expr;
        $($entry:ident = $name:literal [$($access:ident($binding:literal, $slot:literal)),*]);+ $(;)?
    ) => {
        pub(crate) static $kernel: Kernel = Kernel {
            name: $called,
            parts: &[$($part,)* include_str!(concat!("../../../shaders/", $file, ".wgsl"))],
            variants: $variants,
            entries: &[$(&$entry),+],
            subgroup_size: $subgroup,
            params: $params::layout,
            overrides: $overrides,
        };
        $(pub(crate) static $entry: EntryPoint =
            EntryPoint { name: $name, slots: &[$($access($binding, $slot)),*], kernel: || &$kernel };)+
    };
}
use kernel;

/// All of them.
pub(crate) static KERNELS: &[&Kernel] = &[
    &CONV_FORWARD_KERNEL,
    &CONV_FORWARD_SIDE_KERNEL,
    &CONV_INPUT_GRAD_KERNEL,
    &CONV_INPUT_GRAD_SIDE_KERNEL,
    &CONV_INPUT_GRAD_BORDER_KERNEL,
    &CONV_INPUT_GRAD_BORDER_SIDE_KERNEL,
    &CONV_KERNEL_GRAD_KERNEL,
    &CONV_BIAS_GRAD_KERNEL,
    &SUM_CHANNELS_SCALAR_KERNEL,
    &SUM_CHANNELS_VEC4_KERNEL,
    &BROADCAST_SCALAR_KERNEL,
    &BROADCAST_VEC4_KERNEL,
    &BROADCAST_SCALAR_SIDE_KERNEL,
    &BROADCAST_VEC4_SIDE_KERNEL,
    &PACK_SCALAR_KERNEL,
    &PACK_VEC4_KERNEL,
    &PACK_FOURS_KERNEL,
    &SUBGROUP_TAPS_KERNEL,
    &SUBGROUP_SINGLE_KERNEL,
    &SUBGROUP_ROW3_KERNEL,
    &SUBGROUP_ROW3_ALIGNED_KERNEL,
    &SUBGROUP_TWO_ROWS_ALIGNED_KERNEL,
    &SUBGROUP_TWO_ROWS_ANY_KERNEL,
    &SUBGROUP_ROWS_STRIDE2_ALIGNED_KERNEL,
    &SUBGROUP_ROWS_STRIDE2_FROM_FOURS_KERNEL,
    &SUBGROUP_ROWS_STRIDE2_ANY_KERNEL,
    &SUBGROUP_POINTWISE_KERNEL,
    &SUBGROUP_SLIDE_KERNEL,
    &SUBGROUP_PAIR_KERNEL,
    &SUBGROUP_CLASSES_ALIGNED_KERNEL,
    &SUBGROUP_CLASSES_ANY_KERNEL,
    &SUBGROUP_FEW_ANY_KERNEL,
    &SUBGROUP_FEW_ALIGNED_KERNEL,
    &SUBGROUP_ROW3_STRIDE2_ANY_KERNEL,
    &SUBGROUP_ROW3_STRIDE2_ALIGNED_KERNEL,
    &SUBGROUP_LAST_KERNEL,
    &SUBGROUP_FROM_LAST_KERNEL,
    &TILED_8X8_KERNEL,
    &TILED_8X8_SIDE_KERNEL,
    &TILED_8X4_KERNEL,
    &TILED_8X4_SIDE_KERNEL,
    &TILED_4X4_KERNEL,
    &TILED_4X4_SIDE_KERNEL,
    &TILED_8X8_LAST_KERNEL,
    &TILED_8X8_LAST_SIDE_KERNEL,
    &TILED_8X4_LAST_KERNEL,
    &TILED_8X4_LAST_SIDE_KERNEL,
    &TILED_4X4_LAST_KERNEL,
    &TILED_4X4_LAST_SIDE_KERNEL,
    &PHASES_KERNEL_KERNEL,
    &PHASES_SPREAD_KERNEL,
    &PHASES_SPREAD_SIDE_KERNEL,
    &WINOGRAD_KERNEL_KERNEL,
    &WINOGRAD_SOURCE_KERNEL,
    &WINOGRAD_TARGET_KERNEL,
    &WINOGRAD_TARGET_SIDE_KERNEL,
    &DEPTHWISE_KERNEL,
    &DEPTHWISE_SIDE_KERNEL,
    &DEPTHWISE_ANY_KERNEL,
    &DEPTHWISE_ALIGNED_KERNEL,
    &DEPTHWISE_LAST_KERNEL,
    &DEPTHWISE_LAST_ANY_KERNEL,
    &KERNEL_GRAD_TILED_8X8_KERNEL,
    &KERNEL_GRAD_TILED_8X4_KERNEL,
    &KERNEL_GRAD_TILED_4X4_KERNEL,
    &KERNEL_GRAD_TILED_8X8_LAST_KERNEL,
    &KERNEL_GRAD_TILED_8X4_LAST_KERNEL,
    &KERNEL_GRAD_TILED_4X4_LAST_KERNEL,
    &COLLECT_ANY_KERNEL,
    &COLLECT_FOURS_KERNEL,
    &SUBGROUP_DW_ANY_KERNEL,
    &SUBGROUP_DW_ANY_VEC4_KERNEL,
    &SUBGROUP_DW_ROW3_KERNEL,
    &SUBGROUP_DW_ROW3_VEC4_KERNEL,
    &SUBGROUP_DW_ROW3_ALIGNED_KERNEL,
    &SUBGROUP_DW_ROW3_COPIED_KERNEL,
    &SUBGROUP_DW_ROW4_COPIED_KERNEL,
    &SUBGROUP_DW_POINTWISE_KERNEL,
    &SUBGROUP_DW_TURNED_KERNEL,
    &SUBGROUP_DW_ROW3_STRIDE2_ANY_VEC4_KERNEL,
    &SUBGROUP_DW_ROW3_STRIDE2_ALIGNED_KERNEL,
    &SUBGROUP_DW_ROW3_STRIDE2_BOTH_KERNEL,
    &SUBGROUP_DW_LAST_KERNEL,
    &SUBGROUP_DW_ROW_KERNEL,
    &STRIP_DW_ANY_SCALAR_KERNEL,
    &STRIP_DW_ANY_VEC4_KERNEL,
    &STRIP_DW_ALIGNED_KERNEL,
    &STRIP_DW_ANY_SCALAR_SHARED_KERNEL,
    &STRIP_DW_ANY_VEC4_SHARED_KERNEL,
    &STRIP_DW_ALIGNED_SHARED_KERNEL,
    &STRIP_DW_LAST_KERNEL,
    &STRIP_DW_LAST_ANY_KERNEL,
    &SUM_SLICES_KERNEL,
    &CONVERT_KERNEL,
    &FINISH_KERNEL,
    &MAX_FORWARD_KERNEL,
    &MAX_BACKWARD_KERNEL,
    &AVERAGE_FORWARD_KERNEL,
    &AVERAGE_BACKWARD_KERNEL,
    &UNPOOL_BACKWARD_KERNEL,
    &LP_FORWARD_KERNEL,
    &LP_BACKWARD_KERNEL,
    &PLANES_SUM_ALONE_KERNEL,
    &PLANES_SUM_SHARED_KERNEL,
    &PLANES_MAX_ALONE_KERNEL,
    &PLANES_MAX_SHARED_KERNEL,
    &ROWS_MAX_FORWARD_SCALAR_KERNEL,
    &ROWS_MAX_BACKWARD_SCALAR_KERNEL,
    &ROWS_AVERAGE_FORWARD_SCALAR_KERNEL,
    &ROWS_AVERAGE_BACKWARD_SCALAR_KERNEL,
    &ROWS_MAX_FORWARD_VEC4_KERNEL,
    &ROWS_MAX_BACKWARD_VEC4_KERNEL,
    &ROWS_AVERAGE_FORWARD_VEC4_KERNEL,
    &ROWS_AVERAGE_BACKWARD_VEC4_KERNEL,
    &BLOCKS_MAX_FORWARD_WHOLE_KERNEL,
    &BLOCKS_MAX_BACKWARD_WHOLE_KERNEL,
    &BLOCKS_AVERAGE_FORWARD_WHOLE_KERNEL,
    &BLOCKS_AVERAGE_BACKWARD_WHOLE_KERNEL,
    &BLOCKS_MAX_FORWARD_SINGLE_KERNEL,
    &BLOCKS_MAX_BACKWARD_SINGLE_KERNEL,
    &BLOCKS_AVERAGE_FORWARD_SINGLE_KERNEL,
    &BLOCKS_AVERAGE_BACKWARD_SINGLE_KERNEL,
    &LAST_MAX_FORWARD_KERNEL,
    &LAST_MAX_BACKWARD_KERNEL,
    &LAST_AVERAGE_FORWARD_KERNEL,
    &LAST_AVERAGE_BACKWARD_KERNEL,
    &LAST_MAX_FORWARD_BLOCKS_KERNEL,
    &LAST_AVERAGE_FORWARD_BLOCKS_KERNEL,
    &LAST_MAX_BACKWARD_BLOCKS_KERNEL,
    &LAST_AVERAGE_BACKWARD_BLOCKS_KERNEL,
    &ACTIVATION_SCALAR_KERNEL,
    &ACTIVATION_VEC4_KERNEL,
    &SCALE_SCALAR_KERNEL,
    &SCALE_VEC4_KERNEL,
    &HALF_SQUARED_ERROR_SCALAR_KERNEL,
    &HALF_SQUARED_ERROR_VEC4_KERNEL,
    &SGD_SCALAR_KERNEL,
    &SGD_VEC4_KERNEL,
    &SOFTMAX_KERNEL,
    &ADD_SCALAR_KERNEL,
    &ADD_VEC4_KERNEL,
    &ADAM_SCALAR_KERNEL,
    &ADAM_VEC4_KERNEL,
    &DROPOUT_SCALAR_KERNEL,
    &DROPOUT_VEC4_KERNEL,
    &BATCH_MOMENTS_SCALAR_KERNEL,
    &BATCH_MOMENTS_VEC4_KERNEL,
    &NORMALISE_SCALAR_KERNEL,
    &NORMALISE_VEC4_KERNEL,
    &GRADIENT_SUMS_SCALAR_KERNEL,
    &GRADIENT_SUMS_VEC4_KERNEL,
    &BATCH_NORM_INPUT_GRAD_SCALAR_KERNEL,
    &BATCH_NORM_INPUT_GRAD_VEC4_KERNEL,
    &RUN_MOMENTS_KERNEL,
    &NORMALISE_QUADS_KERNEL,
    &NORMALISE_FOURS_KERNEL,
    &RUN_SUMS_KERNEL,
    &BATCH_NORM_INPUT_GRAD_QUADS_KERNEL,
    &BATCH_NORM_INPUT_GRAD_FOURS_KERNEL,
    &ADVANCE_KERNEL,
    &FINISH_MOMENTS_KERNEL,
    &RUNNING_KERNEL,
    &FINISH_SUMS_KERNEL,
    &TRANSPOSE_DIRECT_KERNEL,
    &TRANSPOSE_TILED_KERNEL,
];
