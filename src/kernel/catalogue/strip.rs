//! Convolutions of groups with one channel by invocations that run down strips.

use super::super::params::{GatherParams, KernelGradParams};
use super::conv::CONV;
use super::gather::{CLASSES, GATHER, PLACE, STORE_SCALAR};
use super::kernel_grad::{DY_SCALAR, DY_VEC4, KERNEL_GRAD_PARAMS};
use super::{
    ACCUMULATE, ACCUMULATE_CONSTANT, EntryPoint, INDEX, INSIDE, Kernel, REDUCTION, Variant, WINDOW, WORKGROUP_SIZE,
    kernel, read, read_vec4, write,
};

const CELLS: &str = include_str!("../../../shaders/conv/strip/cells.wgsl");
const STRIP: &str = include_str!("../../../shaders/conv/kernel_grad/strip.wgsl");

/// A variant for windows of so many taps and this stride, along both axes.
macro_rules! strip_variant {
    ($taps:literal, $stride:literal, $size:expr $(, $rows:literal)?) => {
        Variant {
            constants: &[("WORKGROUP_SIZE", $size), ("TAPS", $taps), ("STRIDE", $stride) $(, ("ROWS", $rows))?],
            workgroup_bytes: 0,
        }
    };
}

kernel! {
    DEPTHWISE_STRIP_KERNEL = "conv/gather/depthwise_strip",
        [INDEX, INSIDE, CLASSES, GATHER, ACCUMULATE_CONSTANT, CELLS, PLACE, STORE_SCALAR], GatherParams,
        &["TAPS_H", "TAPS_W", "ACCUMULATE"], subgroup 0, variants &[
            strip_variant!(3, 1, 8, 28),
            strip_variant!(3, 2, 8, 28),
            strip_variant!(5, 1, 8, 28),
            strip_variant!(5, 2, 8, 28),
        ];
    DEPTHWISE_STRIP = "depthwise" [read(1, "source"), read(2, "packed"), write(4, "out")];
    DEPTHWISE_STRIP_BIAS = "depthwise_bias" [read(1, "source"), read(2, "packed"), read(3, "b"), write(4, "out")];
}
kernel! {
    STRIP_DW_SCALAR_KERNEL = "conv/kernel_grad/strip_scalar",
        [INDEX, REDUCTION, WINDOW, INSIDE, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, CELLS, STRIP, DY_SCALAR],
        KernelGradParams, ACCUMULATE, subgroup 0, variants STRIP_DW;
    STRIP_DW_SCALAR = "kernel_grad" [read(1, "source"), read(2, "dy"), write(3, "dw")];
}
kernel! {
    STRIP_DW_VEC4_KERNEL = "conv/kernel_grad/strip_vec4",
        [INDEX, REDUCTION, WINDOW, INSIDE, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, CELLS, STRIP, DY_VEC4],
        KernelGradParams, ACCUMULATE, subgroup 0, variants STRIP_DW;
    STRIP_DW_VEC4 = "kernel_grad" [read(1, "source"), read_vec4(2, "dy"), write(3, "dw")];
}

const STRIP_DW: &[Variant] = &[
    strip_variant!(3, 1, WORKGROUP_SIZE),
    strip_variant!(3, 2, WORKGROUP_SIZE),
    strip_variant!(5, 1, WORKGROUP_SIZE),
    strip_variant!(5, 2, WORKGROUP_SIZE),
];
