//! Convolutions of groups with one channel by invocations that run down strips.

use super::super::params::{GatherParams, KernelGradParams};
use super::conv::{CONV, LAYOUTS};
use super::gather::{CLASSES, GATHER, GATHER_LAYOUTS, PLACE, STORE_CHANNELS, STORE_SCALAR, STORE_VEC4};
use super::kernel_grad::{DY_SCALAR, DY_VEC4, KERNEL_GRAD_PARAMS};
use super::{
    ACCUMULATE_BORDER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, BORDER, ELEMENT, EntryPoint, INDEX, INSIDE, Kernel,
    LAYOUT, REDUCTION, STORE, STORE_QUAD, Variant, WINDOW, WORKGROUP_SIZE, kernel, read, read_quad, with, write,
    write_quad,
};

pub(super) const CELLS: &str = include_str!("../../../shaders/conv/strip/cells.wgsl");
pub(super) const CELLS_ANY: &str = include_str!("../../../shaders/conv/strip/cells_any.wgsl");
pub(super) const CELLS_ALIGNED: &str = include_str!("../../../shaders/conv/strip/cells_aligned.wgsl");
const QUOTIENT: &str = include_str!("../../../shaders/conv/strip/quotient.wgsl");
const ORIGIN: &str = include_str!("../../../shaders/conv/strip/origin.wgsl");
const STRIP_DW_STORE: &str = include_str!("../../../shaders/conv/kernel_grad/strip_dw.wgsl");
const CHANNELS: &str = include_str!("../../../shaders/conv/strip/channels.wgsl");
const CHANNELS_FOUR: &str = include_str!("../../../shaders/conv/strip/channels_four.wgsl");
const CHANNELS_ANY: &str = include_str!("../../../shaders/conv/strip/channels_any.wgsl");
const STORE_CELL_FOUR: &str = include_str!("../../../shaders/conv/gather/store_cell_four.wgsl");
const STORE_CELL_ANY: &str = include_str!("../../../shaders/conv/gather/store_cell_any.wgsl");
const DY_CHANNELS_FOUR: &str = include_str!("../../../shaders/conv/kernel_grad/dy_channels_four.wgsl");
const DY_CHANNELS_ANY: &str = include_str!("../../../shaders/conv/kernel_grad/dy_channels_any.wgsl");
const DEPTHWISE_STRIP: &str = include_str!("../../../shaders/conv/gather/depthwise_strip.wgsl");
const STRIP: &str = include_str!("../../../shaders/conv/kernel_grad/strip.wgsl");
const ALONE: &str = include_str!("../../../shaders/conv/kernel_grad/strip_alone.wgsl");
const SHARED: &str = include_str!("../../../shaders/conv/kernel_grad/strip_shared.wgsl");

/// A variant for windows of up to so many taps and this stride, along both axes.
macro_rules! strip_variant {
    ($taps:literal, $stride:literal, $size:expr $(, pair $pair:literal, rows $rows:literal)?) => {
        Variant {
            constants: &[
                ("WORKGROUP_SIZE", $size),
                ("TAPS", $taps),
                ("STRIDE", $stride),
                $(("PAIR", $pair), ("ROWS", $rows),)?
            ],
            workgroup_bytes: 0,
        }
    };
    ($taps:literal, $stride:literal, $size:expr, length $length:literal) => {
        Variant {
            constants: &[("WORKGROUP_SIZE", $size), ("TAPS", $taps), ("STRIDE", $stride), ("LENGTH", $length)],
            workgroup_bytes: 0,
        }
    };
}

const DEPTHWISE_OVERRIDES: &[&str] = &["TAPS_H", "TAPS_W", "BORDER", "ACCUMULATE", "ACTIVATION"];

kernel! {
    DEPTHWISE_ANY_KERNEL = "conv/gather/depthwise_any",
        [INDEX, ELEMENT, STORE, INSIDE, BORDER, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, CELLS, CELLS_ANY, QUOTIENT, ORIGIN, PLACE, DEPTHWISE_STRIP, STORE_SCALAR], GatherParams,
        DEPTHWISE_OVERRIDES, subgroup 0, variants &[
            strip_variant!(3, 1, 8, pair 0, rows 28),
            strip_variant!(3, 2, 8, pair 0, rows 28),
            strip_variant!(5, 1, 8, pair 0, rows 28),
            strip_variant!(5, 2, 8, pair 0, rows 28),
        ];
    DEPTHWISE_ANY = "depthwise" [read(1, "source"), read(2, "w"), write(4, "out")];
    DEPTHWISE_ANY_BIAS = "depthwise_bias" [read(1, "source"), read(2, "w"), read(3, "b"), write(4, "out")];
}
kernel! {
    DEPTHWISE_ALIGNED_KERNEL = "conv/gather/depthwise_aligned",
        [INDEX, ELEMENT, STORE_QUAD, INSIDE, BORDER, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, CELLS, CELLS_ALIGNED, QUOTIENT, ORIGIN, PLACE, DEPTHWISE_STRIP, STORE_VEC4], GatherParams,
        DEPTHWISE_OVERRIDES, subgroup 0, variants &[
            strip_variant!(3, 1, 8, pair 0, rows 28),
            strip_variant!(3, 2, 8, pair 0, rows 28),
            strip_variant!(5, 1, 8, pair 0, rows 28),
            strip_variant!(5, 2, 8, pair 0, rows 28),
            strip_variant!(3, 1, 8, pair 1, rows 28),
        ];
    DEPTHWISE_ALIGNED = "depthwise" [read_quad(1, "source"), read(2, "w"), write_quad(4, "out"), read(5, "cells")];
    DEPTHWISE_ALIGNED_BIAS = "depthwise_bias" [read_quad(1, "source"), read(2, "w"), read(3, "b"), write_quad(4, "out"), read(5, "cells")];
}
kernel! {
    STRIP_DW_ANY_SCALAR_KERNEL = "conv/kernel_grad/strip_any_scalar",
        [INDEX, ELEMENT, REDUCTION, WINDOW, INSIDE, BORDER, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, STRIP_DW_STORE, CELLS, CELLS_ANY, STRIP, ALONE, DY_SCALAR],
        KernelGradParams, ACCUMULATE_BORDER, subgroup 0, variants STRIP_DW;
    STRIP_DW_ANY_SCALAR = "kernel_grad" [read(1, "source"), read(2, "dy"), write(3, "dw")];
}
kernel! {
    STRIP_DW_ANY_VEC4_KERNEL = "conv/kernel_grad/strip_any_vec4",
        [INDEX, ELEMENT, REDUCTION, WINDOW, INSIDE, BORDER, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, STRIP_DW_STORE, CELLS, CELLS_ANY, STRIP, ALONE, DY_VEC4],
        KernelGradParams, ACCUMULATE_BORDER, subgroup 0, variants STRIP_DW;
    STRIP_DW_ANY_VEC4 = "kernel_grad" [read(1, "source"), read_quad(2, "dy"), write(3, "dw")];
}
kernel! {
    STRIP_DW_ALIGNED_KERNEL = "conv/kernel_grad/strip_aligned",
        [INDEX, ELEMENT, REDUCTION, WINDOW, INSIDE, BORDER, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, STRIP_DW_STORE, CELLS, CELLS_ALIGNED, STRIP, ALONE, DY_VEC4],
        KernelGradParams, ACCUMULATE_BORDER, subgroup 0, variants STRIP_DW;
    STRIP_DW_ALIGNED = "kernel_grad" [read_quad(1, "source"), read_quad(2, "dy"), write(3, "dw"), read(5, "cells")];
}

kernel! {
    STRIP_DW_ANY_SCALAR_SHARED_KERNEL = "conv/kernel_grad/strip_any_scalar+shared" in "conv/kernel_grad/strip_any_scalar",
        [INDEX, ELEMENT, REDUCTION, WINDOW, INSIDE, BORDER, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, STRIP_DW_STORE, CELLS, CELLS_ANY, STRIP, SHARED, DY_SCALAR],
        KernelGradParams, ACCUMULATE_BORDER, subgroup 8, variants STRIP_DW_SHARED;
    STRIP_DW_ANY_SCALAR_SHARED = "kernel_grad" [read(1, "source"), read(2, "dy"), write(3, "dw")];
}
kernel! {
    STRIP_DW_ANY_VEC4_SHARED_KERNEL = "conv/kernel_grad/strip_any_vec4+shared" in "conv/kernel_grad/strip_any_vec4",
        [INDEX, ELEMENT, REDUCTION, WINDOW, INSIDE, BORDER, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, STRIP_DW_STORE, CELLS, CELLS_ANY, STRIP, SHARED, DY_VEC4],
        KernelGradParams, ACCUMULATE_BORDER, subgroup 8, variants STRIP_DW_SHARED;
    STRIP_DW_ANY_VEC4_SHARED = "kernel_grad" [read(1, "source"), read_quad(2, "dy"), write(3, "dw")];
}
kernel! {
    STRIP_DW_ALIGNED_SHARED_KERNEL = "conv/kernel_grad/strip_aligned+shared" in "conv/kernel_grad/strip_aligned",
        [INDEX, ELEMENT, REDUCTION, WINDOW, INSIDE, BORDER, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, STRIP_DW_STORE, CELLS, CELLS_ALIGNED, STRIP, SHARED, DY_VEC4],
        KernelGradParams, ACCUMULATE_BORDER, subgroup 8, variants STRIP_DW_SHARED;
    STRIP_DW_ALIGNED_SHARED = "kernel_grad" [read_quad(1, "source"), read_quad(2, "dy"), write(3, "dw"), read(5, "cells")];
}

const STRIP_DW: &[Variant] = &[
    strip_variant!(3, 1, WORKGROUP_SIZE),
    strip_variant!(3, 2, WORKGROUP_SIZE),
    strip_variant!(5, 1, WORKGROUP_SIZE),
    strip_variant!(5, 2, WORKGROUP_SIZE),
];

/// A subgroup each.
const STRIP_DW_SHARED: &[Variant] =
    &[strip_variant!(3, 1, 8), strip_variant!(3, 2, 8), strip_variant!(5, 1, 8), strip_variant!(5, 2, 8)];

/// Those of depthwise gathers, and of `conv/gather/layouts.wgsl`.
const DEPTHWISE_LAST_OVERRIDES: &[&str] =
    &with::<{ DEPTHWISE_OVERRIDES.len() + 2 }>(DEPTHWISE_OVERRIDES, &["SOURCE_LAST", "OUT_LAST"]);

/// Those of kernel gradients, and of `conv/layouts.wgsl`.
const STRIP_DW_LAST_OVERRIDES: &[&str] =
    &with::<{ ACCUMULATE_BORDER.len() + 2 }>(ACCUMULATE_BORDER, &["X_LAST", "Y_LAST"]);

/// Two taps an axis are what the classes of an input gradient have. For software devices, whose workgroups are subgroups of 8; then
/// for GPUs, which are kept busy by more and shorter strips.
const LAST_STRIPS: &[Variant] = &[
    strip_variant!(2, 1, 8, length 28),
    strip_variant!(3, 1, 8, length 28),
    strip_variant!(3, 2, 8, length 28),
    strip_variant!(5, 1, 8, length 28),
    strip_variant!(5, 2, 8, length 28),
    strip_variant!(2, 1, WORKGROUP_SIZE, length 8),
    strip_variant!(3, 1, WORKGROUP_SIZE, length 8),
    strip_variant!(3, 2, WORKGROUP_SIZE, length 8),
    strip_variant!(5, 1, WORKGROUP_SIZE, length 8),
    strip_variant!(5, 2, WORKGROUP_SIZE, length 8),
];

kernel! {
    DEPTHWISE_LAST_KERNEL = "conv/gather/depthwise_last",
        [INDEX, ELEMENT, STORE_QUAD, INSIDE, BORDER, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, QUOTIENT, ORIGIN, CHANNELS, CHANNELS_FOUR, LAYOUT, GATHER_LAYOUTS, PLACE, STORE_CHANNELS, STORE_CELL_FOUR],
        GatherParams, DEPTHWISE_LAST_OVERRIDES, subgroup 0, variants LAST_STRIPS;
    DEPTHWISE_LAST = "depthwise" [read_quad(1, "source"), read(2, "w"), write_quad(4, "out")];
    DEPTHWISE_LAST_BIAS = "depthwise_bias" [read_quad(1, "source"), read(2, "w"), read(3, "b"), write_quad(4, "out")];
}
kernel! {
    DEPTHWISE_LAST_ANY_KERNEL = "conv/gather/depthwise_last+scalar" in "conv/gather/depthwise_last",
        [INDEX, ELEMENT, STORE, INSIDE, BORDER, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, QUOTIENT, ORIGIN, CHANNELS, CHANNELS_ANY, LAYOUT, GATHER_LAYOUTS, STORE_CELL_ANY],
        GatherParams, DEPTHWISE_LAST_OVERRIDES, subgroup 0, variants LAST_STRIPS;
    DEPTHWISE_LAST_ANY = "depthwise" [read(1, "source"), read(2, "w"), write(4, "out")];
    DEPTHWISE_LAST_ANY_BIAS = "depthwise_bias" [read(1, "source"), read(2, "w"), read(3, "b"), write(4, "out")];
}
kernel! {
    STRIP_DW_LAST_KERNEL = "conv/kernel_grad/strip_last",
        [INDEX, ELEMENT, REDUCTION, WINDOW, INSIDE, BORDER, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, STRIP_DW_STORE, CHANNELS, CHANNELS_FOUR, LAYOUT, LAYOUTS, DY_CHANNELS_FOUR],
        KernelGradParams, STRIP_DW_LAST_OVERRIDES, subgroup 0, variants STRIP_DW;
    STRIP_DW_LAST = "kernel_grad" [read_quad(1, "source"), read_quad(2, "dy"), write(3, "dw")];
}
kernel! {
    STRIP_DW_LAST_ANY_KERNEL = "conv/kernel_grad/strip_last+scalar" in "conv/kernel_grad/strip_last",
        [INDEX, ELEMENT, REDUCTION, WINDOW, INSIDE, BORDER, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, STRIP_DW_STORE, CHANNELS, CHANNELS_ANY, LAYOUT, LAYOUTS, DY_CHANNELS_ANY],
        KernelGradParams, STRIP_DW_LAST_OVERRIDES, subgroup 0, variants STRIP_DW;
    STRIP_DW_LAST_ANY = "kernel_grad" [read(1, "source"), read(2, "dy"), write(3, "dw")];
}
