//! Every kernel that exists. A kernel's source is the concatenation of its parts: module scope in WGSL has no order.

use super::params::{
    ConvParams, ElementwiseParams, GatherParams, Layout, PackParams, PoolParams, RowsParams, SoftmaxParams, SumParams,
};

/// Invocations of a workgroup of every kernel that does not say otherwise: within the limits of every WebGPU device and a
/// multiple of every subgroup size.
pub const WORKGROUP_SIZE: u32 = 64;

/// Channels, and elements, that an invocation of a direct convolution kernel owns.
pub(crate) const BLOCK: u32 = 4;

/// One kernel: a WGSL module and its entry points.
#[derive(Debug)]
pub(crate) struct Kernel {
    /// Path below `shaders/`, without ending.
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

/// A storage binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub binding: u32,
    pub name: &'static str,
    pub writable: bool,
    /// Bytes of an element, which is the least that can be bound.
    pub bytes: u32,
}

impl EntryPoint {
    pub(crate) fn kernel(&self) -> &'static Kernel {
        (self.kernel)()
    }
}

const fn read(binding: u32, name: &'static str) -> Slot {
    Slot { binding, name, writable: false, bytes: 4 }
}

/// Of vec4<f32>.
const fn read_vec4(binding: u32, name: &'static str) -> Slot {
    Slot { binding, name, writable: false, bytes: 16 }
}

/// Of vec4<f32>.
const fn write_vec4(binding: u32, name: &'static str) -> Slot {
    Slot { binding, name, writable: true, bytes: 16 }
}

const fn write(binding: u32, name: &'static str) -> Slot {
    Slot { binding, name, writable: true, bytes: 4 }
}

const INDEX: &str = include_str!("../../shaders/common/index.wgsl");
const REDUCTION: &str = include_str!("../../shaders/common/reduction.wgsl");
const WINDOW: &str = include_str!("../../shaders/common/window.wgsl");
const INSIDE: &str = include_str!("../../shaders/common/inside.wgsl");
const CONV: &str = include_str!("../../shaders/conv/params.wgsl");
const BLOCKS: &str = include_str!("../../shaders/conv/block.wgsl");
const CLASSES: &str = include_str!("../../shaders/conv/gather/classes.wgsl");
const GATHER: &str = include_str!("../../shaders/conv/gather/params.wgsl");
const PRODUCT: &str = include_str!("../../shaders/conv/subgroup/product.wgsl");
const GATHER_SUBGROUP: &str = include_str!("../../shaders/conv/gather/subgroup.wgsl");
const STORE_SCALAR: &str = include_str!("../../shaders/conv/gather/store_scalar.wgsl");
const STORE_VEC4: &str = include_str!("../../shaders/conv/gather/store_vec4.wgsl");
const KERNEL_GRAD_SUBGROUP: &str = include_str!("../../shaders/conv/kernel_grad/subgroup.wgsl");
const COLUMNS_ANY: &str = include_str!("../../shaders/conv/kernel_grad/columns_any.wgsl");
const COLUMNS_ROW3: &str = include_str!("../../shaders/conv/kernel_grad/columns_row3.wgsl");
const DY_SCALAR: &str = include_str!("../../shaders/conv/kernel_grad/dy_scalar.wgsl");
const DY_VEC4: &str = include_str!("../../shaders/conv/kernel_grad/dy_vec4.wgsl");
const POOL: &str = include_str!("../../shaders/pool/params.wgsl");
const DIVISOR: &str = include_str!("../../shaders/pool/average_divisor.wgsl");
const ROWS: &str = include_str!("../../shaders/pool/rows/params.wgsl");
const FOUR: &str = include_str!("../../shaders/pool/rows/four.wgsl");
const ROWS_SCALAR: &str = include_str!("../../shaders/pool/rows/store_scalar.wgsl");
const ROWS_VEC4: &str = include_str!("../../shaders/pool/rows/store_vec4.wgsl");
const ROWS_DIVISOR: &str = include_str!("../../shaders/pool/rows/average_divisor.wgsl");
const ROWS_MAX_FORWARD_PASS: &str = include_str!("../../shaders/pool/rows/max_forward.wgsl");
const ROWS_MAX_BACKWARD_PASS: &str = include_str!("../../shaders/pool/rows/max_backward.wgsl");
const ROWS_AVERAGE_FORWARD_PASS: &str = include_str!("../../shaders/pool/rows/average_forward.wgsl");
const ROWS_AVERAGE_BACKWARD_PASS: &str = include_str!("../../shaders/pool/rows/average_backward.wgsl");
const NN: &str = include_str!("../../shaders/nn/params.wgsl");

/// Rows of a tile of the kernels for subgroups of 8 lanes, the largest first.
const SUBGROUP_TILES: &[Variant] = &[
    subgroup_tile(&[("WORKGROUP_SIZE", 8), ("TILE_M", 32)]),
    subgroup_tile(&[("WORKGROUP_SIZE", 8), ("TILE_M", 16)]),
    subgroup_tile(&[("WORKGROUP_SIZE", 8), ("TILE_M", 8)]),
];

const fn subgroup_tile(constants: &'static [Constant]) -> Variant {
    Variant { constants, workgroup_bytes: 0 }
}

/// Override constants of `common/window.wgsl`.
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

/// Those, and the one of `conv/kernel_grad/subgroup.wgsl`.
pub(crate) const KERNEL_GRAD_OVERRIDES: &[&str] = &[
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
    "ACCUMULATE",
];

/// The first, and the ones of `pool/average_divisor.wgsl`.
pub(crate) const AVERAGE_OVERRIDES: &[&str] = &[
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
    "PADDING_HIGH_D",
    "PADDING_HIGH_H",
    "PADDING_HIGH_W",
];

/// Override constants of `conv/gather/params.wgsl`.
pub(crate) const GATHER_OVERRIDES: &[&str] = &[
    "TAPS_D",
    "TAPS_H",
    "TAPS_W",
    "IN_STRIDE_D",
    "IN_STRIDE_H",
    "IN_STRIDE_W",
    "OUT_STRIDE_D",
    "OUT_STRIDE_H",
    "OUT_STRIDE_W",
    "TAP_STEP_D",
    "TAP_STEP_H",
    "TAP_STEP_W",
    "PADDED",
    "ACCUMULATE",
];

/// Declares a kernel and its entry points.
macro_rules! kernel {
    (
        $kernel:ident = $file:literal, [$($part:ident),*] $(blocks $block:ident)?, $params:ident, $overrides:expr, $bytes:expr;
        $($rest:tt)*
    ) => {
        kernel! {
            $kernel = $file, [$($part),*], $params, $overrides, subgroup 0, variants &[Variant {
                constants: &[("WORKGROUP_SIZE", WORKGROUP_SIZE) $(, ("BLOCK", $block))?],
                workgroup_bytes: $bytes,
            }];
            $($rest)*
        }
    };
    (
        $kernel:ident = $file:literal, [$($part:ident),*], $params:ident, $overrides:expr, subgroup $subgroup:expr, variants $variants:expr;
        $($entry:ident = $name:literal [$($access:ident($binding:literal, $slot:literal)),*]);+ $(;)?
    ) => {
        pub(crate) static $kernel: Kernel = Kernel {
            name: $file,
            parts: &[$($part,)* include_str!(concat!("../../shaders/", $file, ".wgsl"))],
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

kernel! {
    CONV_FORWARD_KERNEL = "conv/forward_direct", [INDEX, REDUCTION, WINDOW, INSIDE, CONV, BLOCKS] blocks BLOCK, ConvParams, WINDOW_OVERRIDES, 0;
    CONV_FORWARD = "forward" [read(1, "x"), read(2, "w"), write(4, "y")];
    CONV_FORWARD_BIAS = "forward_bias" [read(1, "x"), read(2, "w"), read(3, "b"), write(4, "y")];
}
kernel! {
    CONV_INPUT_GRAD_KERNEL = "conv/input_grad_direct", [INDEX, REDUCTION, WINDOW, INSIDE, CONV, BLOCKS] blocks BLOCK, ConvParams, WINDOW_OVERRIDES, 0;
    CONV_INPUT_GRAD = "input_grad" [read(1, "dy"), read(2, "w"), write(3, "dx")];
}
kernel! {
    CONV_KERNEL_GRAD_KERNEL = "conv/kernel_grad_direct", [INDEX, REDUCTION, WINDOW, INSIDE, CONV, BLOCKS] blocks BLOCK, ConvParams, WINDOW_OVERRIDES, 0;
    CONV_KERNEL_GRAD = "kernel_grad" [read(1, "x"), read(2, "dy"), write(3, "dw")];
}
kernel! {
    CONV_BIAS_GRAD_KERNEL = "conv/bias_grad_direct", [INDEX, REDUCTION, CONV], ConvParams, &[], 0;
    CONV_BIAS_GRAD = "bias_grad" [read(1, "dy"), write(2, "db")];
}
kernel! {
    GATHER_PACK_KERNEL = "conv/gather/pack", [INDEX, CLASSES], PackParams, &[], 0;
    GATHER_PACK = "pack" [read(1, "w"), write(2, "packed")];
}
kernel! {
    SUBGROUP_TAPS_KERNEL = "conv/gather/subgroup_taps",
        [INDEX, INSIDE, CLASSES, GATHER, PRODUCT, GATHER_SUBGROUP, STORE_SCALAR], GatherParams, GATHER_OVERRIDES,
        subgroup 8, variants SUBGROUP_TILES;
    SUBGROUP_TAPS = "gather" [read(1, "source"), read_vec4(2, "packed"), write(4, "out")];
    SUBGROUP_TAPS_BIAS = "gather_bias" [read(1, "source"), read_vec4(2, "packed"), read(3, "b"), write(4, "out")];
}
kernel! {
    SUBGROUP_ROW3_KERNEL = "conv/gather/subgroup_row3",
        [INDEX, INSIDE, CLASSES, GATHER, PRODUCT, GATHER_SUBGROUP, STORE_SCALAR], GatherParams, GATHER_OVERRIDES,
        subgroup 8, variants SUBGROUP_TILES;
    SUBGROUP_ROW3 = "gather" [read(1, "source"), read_vec4(2, "packed"), write(4, "out")];
    SUBGROUP_ROW3_BIAS = "gather_bias" [read(1, "source"), read_vec4(2, "packed"), read(3, "b"), write(4, "out")];
}
kernel! {
    SUBGROUP_ROW3_ALIGNED_KERNEL = "conv/gather/subgroup_row3_aligned",
        [INDEX, INSIDE, CLASSES, GATHER, PRODUCT, GATHER_SUBGROUP, STORE_VEC4], GatherParams, GATHER_OVERRIDES,
        subgroup 8, variants SUBGROUP_TILES;
    SUBGROUP_ROW3_ALIGNED = "gather" [read_vec4(1, "source"), read_vec4(2, "packed"), write_vec4(4, "out"), read(5, "cells")];
    SUBGROUP_ROW3_ALIGNED_BIAS = "gather_bias" [read_vec4(1, "source"), read_vec4(2, "packed"), read(3, "b"), write_vec4(4, "out"), read(5, "cells")];
}
kernel! {
    SUBGROUP_POINTWISE_KERNEL = "conv/gather/subgroup_pointwise",
        [INDEX, INSIDE, CLASSES, GATHER, PRODUCT, GATHER_SUBGROUP, STORE_VEC4], GatherParams, GATHER_OVERRIDES,
        subgroup 8, variants SUBGROUP_TILES;
    SUBGROUP_POINTWISE = "gather" [read_vec4(1, "source"), read_vec4(2, "packed"), write_vec4(4, "out")];
    SUBGROUP_POINTWISE_BIAS = "gather_bias" [read_vec4(1, "source"), read_vec4(2, "packed"), read(3, "b"), write_vec4(4, "out")];
}
kernel! {
    SUBGROUP_DW_ANY_KERNEL = "conv/kernel_grad/subgroup_any",
        [INDEX, REDUCTION, WINDOW, INSIDE, CONV, PRODUCT, KERNEL_GRAD_SUBGROUP, COLUMNS_ANY, DY_SCALAR], ConvParams,
        KERNEL_GRAD_OVERRIDES, subgroup 8, variants SUBGROUP_TILES;
    SUBGROUP_DW_ANY = "kernel_grad" [read(1, "x"), read(2, "dy"), write(3, "dw")];
}
kernel! {
    SUBGROUP_DW_ANY_VEC4_KERNEL = "conv/kernel_grad/subgroup_any_vec4",
        [INDEX, REDUCTION, WINDOW, INSIDE, CONV, PRODUCT, KERNEL_GRAD_SUBGROUP, COLUMNS_ANY, DY_VEC4], ConvParams,
        KERNEL_GRAD_OVERRIDES, subgroup 8, variants SUBGROUP_TILES;
    SUBGROUP_DW_ANY_VEC4 = "kernel_grad" [read(1, "x"), read_vec4(2, "dy"), write(3, "dw")];
}
kernel! {
    SUBGROUP_DW_ROW3_KERNEL = "conv/kernel_grad/subgroup_row3",
        [INDEX, REDUCTION, WINDOW, INSIDE, CONV, PRODUCT, KERNEL_GRAD_SUBGROUP, COLUMNS_ROW3, DY_SCALAR], ConvParams,
        KERNEL_GRAD_OVERRIDES, subgroup 8, variants SUBGROUP_TILES;
    SUBGROUP_DW_ROW3 = "kernel_grad" [read(1, "x"), read(2, "dy"), write(3, "dw")];
}
kernel! {
    SUBGROUP_DW_ROW3_VEC4_KERNEL = "conv/kernel_grad/subgroup_row3_vec4",
        [INDEX, REDUCTION, WINDOW, INSIDE, CONV, PRODUCT, KERNEL_GRAD_SUBGROUP, COLUMNS_ROW3, DY_VEC4], ConvParams,
        KERNEL_GRAD_OVERRIDES, subgroup 8, variants SUBGROUP_TILES;
    SUBGROUP_DW_ROW3_VEC4 = "kernel_grad" [read(1, "x"), read_vec4(2, "dy"), write(3, "dw")];
}
kernel! {
    SUM_SLICES_KERNEL = "common/sum_slices", [INDEX], SumParams, &[], 0;
    SUM_SLICES = "sum_slices" [read(1, "partial"), write(2, "total")];
}
kernel! {
    MAX_FORWARD_KERNEL = "pool/max_forward", [INDEX, REDUCTION, WINDOW, INSIDE, POOL], PoolParams, WINDOW_OVERRIDES, 0;
    MAX_FORWARD = "forward" [read(1, "x"), write(2, "y")];
    MAX_FORWARD_WITH_INDICES = "forward_with_indices" [read(1, "x"), write(2, "y"), write(3, "indices")];
}
kernel! {
    MAX_BACKWARD_KERNEL = "pool/max_backward", [INDEX, REDUCTION, WINDOW, INSIDE, POOL], PoolParams, WINDOW_OVERRIDES, 0;
    MAX_BACKWARD = "backward" [read(1, "dy"), read(2, "indices"), write(3, "dx")];
}
kernel! {
    AVERAGE_FORWARD_KERNEL = "pool/average_forward", [INDEX, REDUCTION, WINDOW, INSIDE, DIVISOR, POOL], PoolParams, AVERAGE_OVERRIDES, 0;
    AVERAGE_FORWARD = "forward" [read(1, "x"), write(2, "y")];
}
kernel! {
    AVERAGE_BACKWARD_KERNEL = "pool/average_backward", [INDEX, REDUCTION, WINDOW, INSIDE, DIVISOR, POOL], PoolParams, AVERAGE_OVERRIDES, 0;
    AVERAGE_BACKWARD = "backward" [read(1, "dy"), write(2, "dx")];
}
kernel! {
    ROWS_MAX_FORWARD_SCALAR_KERNEL = "pool/rows/max_forward_scalar",
        [INDEX, WINDOW, INSIDE, ROWS, FOUR, ROWS_SCALAR, ROWS_MAX_FORWARD_PASS], RowsParams, WINDOW_OVERRIDES, 0;
    ROWS_MAX_FORWARD_SCALAR = "forward" [read(1, "x"), write(3, "result")];
    ROWS_MAX_FORWARD_WITH_INDICES_SCALAR = "forward_with_indices" [read(1, "x"), write(3, "result"), write(4, "indices")];
}
kernel! {
    ROWS_MAX_BACKWARD_SCALAR_KERNEL = "pool/rows/max_backward_scalar",
        [INDEX, WINDOW, ROWS, FOUR, ROWS_SCALAR, ROWS_MAX_BACKWARD_PASS], RowsParams, WINDOW_OVERRIDES, 0;
    ROWS_MAX_BACKWARD_SCALAR = "backward" [read(1, "dy"), read(2, "indices"), write(3, "result")];
}
kernel! {
    ROWS_AVERAGE_FORWARD_SCALAR_KERNEL = "pool/rows/average_forward_scalar",
        [INDEX, WINDOW, INSIDE, ROWS_DIVISOR, ROWS, FOUR, ROWS_SCALAR, ROWS_AVERAGE_FORWARD_PASS], RowsParams, AVERAGE_OVERRIDES, 0;
    ROWS_AVERAGE_FORWARD_SCALAR = "forward" [read(1, "x"), write(3, "result")];
}
kernel! {
    ROWS_AVERAGE_BACKWARD_SCALAR_KERNEL = "pool/rows/average_backward_scalar",
        [INDEX, WINDOW, ROWS_DIVISOR, ROWS, FOUR, ROWS_SCALAR, ROWS_AVERAGE_BACKWARD_PASS], RowsParams, AVERAGE_OVERRIDES, 0;
    ROWS_AVERAGE_BACKWARD_SCALAR = "backward" [read(1, "dy"), write(3, "result")];
}
kernel! {
    ROWS_MAX_FORWARD_VEC4_KERNEL = "pool/rows/max_forward_vec4",
        [INDEX, WINDOW, INSIDE, ROWS, FOUR, ROWS_VEC4, ROWS_MAX_FORWARD_PASS], RowsParams, WINDOW_OVERRIDES, 0;
    ROWS_MAX_FORWARD_VEC4 = "forward" [read(1, "x"), write_vec4(3, "result")];
    ROWS_MAX_FORWARD_WITH_INDICES_VEC4 = "forward_with_indices" [read(1, "x"), write_vec4(3, "result"), write_vec4(4, "indices")];
}
kernel! {
    ROWS_MAX_BACKWARD_VEC4_KERNEL = "pool/rows/max_backward_vec4",
        [INDEX, WINDOW, ROWS, FOUR, ROWS_VEC4, ROWS_MAX_BACKWARD_PASS], RowsParams, WINDOW_OVERRIDES, 0;
    ROWS_MAX_BACKWARD_VEC4 = "backward" [read(1, "dy"), read(2, "indices"), write_vec4(3, "result")];
}
kernel! {
    ROWS_AVERAGE_FORWARD_VEC4_KERNEL = "pool/rows/average_forward_vec4",
        [INDEX, WINDOW, INSIDE, ROWS_DIVISOR, ROWS, FOUR, ROWS_VEC4, ROWS_AVERAGE_FORWARD_PASS], RowsParams, AVERAGE_OVERRIDES, 0;
    ROWS_AVERAGE_FORWARD_VEC4 = "forward" [read(1, "x"), write_vec4(3, "result")];
}
kernel! {
    ROWS_AVERAGE_BACKWARD_VEC4_KERNEL = "pool/rows/average_backward_vec4",
        [INDEX, WINDOW, ROWS_DIVISOR, ROWS, FOUR, ROWS_VEC4, ROWS_AVERAGE_BACKWARD_PASS], RowsParams, AVERAGE_OVERRIDES, 0;
    ROWS_AVERAGE_BACKWARD_VEC4 = "backward" [read(1, "dy"), write_vec4(3, "result")];
}
kernel! {
    ACTIVATION_KERNEL = "nn/activation", [INDEX, NN], ElementwiseParams, &[], 0;
    RELU = "relu" [read(1, "x"), write(2, "y")];
    SIGMOID = "sigmoid" [read(1, "x"), write(2, "y")];
}
kernel! {
    ACTIVATION_GRAD_KERNEL = "nn/activation_grad", [INDEX, NN], ElementwiseParams, &[], 0;
    RELU_GRAD = "relu_grad" [read(1, "y"), read(2, "dy"), write(3, "dx")];
    SIGMOID_GRAD = "sigmoid_grad" [read(1, "y"), read(2, "dy"), write(3, "dx")];
}
kernel! {
    HALF_SQUARED_ERROR_KERNEL = "nn/half_squared_error", [INDEX, NN], ElementwiseParams, &[], 0;
    HALF_SQUARED_ERROR = "half_squared_error" [read(1, "y"), read(2, "goal"), write(3, "loss"), write(4, "dx")];
}
kernel! {
    SOFTMAX_KERNEL = "nn/softmax_cross_entropy", [INDEX], SoftmaxParams, &[], 4 * WORKGROUP_SIZE;
    SOFTMAX_CROSS_ENTROPY = "softmax_cross_entropy" [read(1, "x"), read(2, "labels"), write(3, "loss"), write(4, "dx")];
}
kernel! {
    SGD_KERNEL = "nn/sgd", [INDEX, NN], ElementwiseParams, &[], 0;
    SGD = "sgd" [read(1, "dw"), read(2, "hyper"), write(3, "w"), write(4, "velocity")];
}

/// All of them.
pub(crate) static KERNELS: &[&Kernel] = &[
    &CONV_FORWARD_KERNEL,
    &CONV_INPUT_GRAD_KERNEL,
    &CONV_KERNEL_GRAD_KERNEL,
    &CONV_BIAS_GRAD_KERNEL,
    &GATHER_PACK_KERNEL,
    &SUBGROUP_TAPS_KERNEL,
    &SUBGROUP_ROW3_KERNEL,
    &SUBGROUP_ROW3_ALIGNED_KERNEL,
    &SUBGROUP_POINTWISE_KERNEL,
    &SUBGROUP_DW_ANY_KERNEL,
    &SUBGROUP_DW_ANY_VEC4_KERNEL,
    &SUBGROUP_DW_ROW3_KERNEL,
    &SUBGROUP_DW_ROW3_VEC4_KERNEL,
    &SUM_SLICES_KERNEL,
    &MAX_FORWARD_KERNEL,
    &MAX_BACKWARD_KERNEL,
    &AVERAGE_FORWARD_KERNEL,
    &AVERAGE_BACKWARD_KERNEL,
    &ROWS_MAX_FORWARD_SCALAR_KERNEL,
    &ROWS_MAX_BACKWARD_SCALAR_KERNEL,
    &ROWS_AVERAGE_FORWARD_SCALAR_KERNEL,
    &ROWS_AVERAGE_BACKWARD_SCALAR_KERNEL,
    &ROWS_MAX_FORWARD_VEC4_KERNEL,
    &ROWS_MAX_BACKWARD_VEC4_KERNEL,
    &ROWS_AVERAGE_FORWARD_VEC4_KERNEL,
    &ROWS_AVERAGE_BACKWARD_VEC4_KERNEL,
    &ACTIVATION_KERNEL,
    &ACTIVATION_GRAD_KERNEL,
    &HALF_SQUARED_ERROR_KERNEL,
    &SOFTMAX_KERNEL,
    &SGD_KERNEL,
];
