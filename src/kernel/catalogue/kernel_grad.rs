//! Kernel gradients by subgroups.

use super::super::params::{CollectParams, KernelGradParams};
use super::conv::{CHANNELS_FIRST, CONV, KERNEL_ORDER, LAYOUTS};
use super::gather::{OTHERS, PRODUCT, PRODUCT_FOUR, ROW3_STRIDE2_TILES, SUBGROUP_TILES, subgroup_tile};
use super::strip::{CELLS, CELLS_ALIGNED, CELLS_ANY};
use super::{
    ACCUMULATE_CONSTANT, BORDER, DIVIDE, ELEMENT, EntryPoint, INDEX, INSIDE, Kernel, LAYOUT, REDUCTION, Variant,
    WINDOW, WORKGROUP_SIZE, kernel, read, read_quad, write, write_vec4,
};

pub(super) const KERNEL_GRAD_PARAMS: &str = include_str!("../../../shaders/conv/kernel_grad/params.wgsl");
const KERNEL_GRAD_SUBGROUP: &str = include_str!("../../../shaders/conv/kernel_grad/subgroup.wgsl");
const STORE_COLUMNS: &str = include_str!("../../../shaders/conv/kernel_grad/store_columns.wgsl");
const PRODUCT_ROW: &str = include_str!("../../../shaders/conv/kernel_grad/product_row.wgsl");
const COLUMNS_ROW: &str = include_str!("../../../shaders/conv/kernel_grad/columns_row.wgsl");
const ROW_THREE: &str = include_str!("../../../shaders/conv/kernel_grad/row_three.wgsl");
const ROW_FOUR: &str = include_str!("../../../shaders/conv/kernel_grad/row_four.wgsl");
const ROWS: &str = include_str!("../../../shaders/conv/kernel_grad/rows.wgsl");
const COLUMNS_LAST: &str = include_str!("../../../shaders/conv/kernel_grad/columns_last.wgsl");
const COLUMNS_FOUR: &str = include_str!("../../../shaders/conv/kernel_grad/columns_four.wgsl");
const COLUMNS_POINTWISE: &str = include_str!("../../../shaders/conv/kernel_grad/columns_pointwise.wgsl");
const TURNED: &str = include_str!("../../../shaders/conv/kernel_grad/turned.wgsl");
const COLUMNS_THREE: &str = include_str!("../../../shaders/conv/kernel_grad/columns_three.wgsl");
const COLUMNS_FOUR_TAPS: &str = include_str!("../../../shaders/conv/kernel_grad/columns_four_taps.wgsl");
const ROW_OF_TAPS: &str = include_str!("../../../shaders/conv/kernel_grad/row_of_taps.wgsl");
const UNDER_FOUR: &str = include_str!("../../../shaders/conv/kernel_grad/under_four.wgsl");
const CHANNELS_OF_DY: &str = include_str!("../../../shaders/conv/kernel_grad/channels_of_dy.wgsl");
const COLLECT: &str = include_str!("../../../shaders/conv/kernel_grad/collect.wgsl");
const PRODUCT_OUTPUTS: &str = include_str!("../../../shaders/conv/kernel_grad/product_outputs.wgsl");
const PRODUCT_BOTH: &str = include_str!("../../../shaders/conv/kernel_grad/product_both.wgsl");
/// Lanes of two channels, of an x whose rows are whole fours, or were copied into such.
const TWO_CHANNELS: &str = include_str!("../../../shaders/conv/kernel_grad/two_channels.wgsl");
const COLUMNS_COPIED: &str = include_str!("../../../shaders/conv/kernel_grad/columns_copied.wgsl");
const COPIED_THREE: &str = include_str!("../../../shaders/conv/kernel_grad/copied_three.wgsl");
const COPIED_FOUR: &str = include_str!("../../../shaders/conv/kernel_grad/copied_four.wgsl");
const COLUMNS_ROW3_ALIGNED: &str = include_str!("../../../shaders/conv/kernel_grad/columns_row3_aligned.wgsl");
const ROW_OF_CHANNEL: &str = include_str!("../../../shaders/conv/kernel_grad/row_of_channel.wgsl");
const COLUMNS_ROW3_STRIDE2: &str = include_str!("../../../shaders/conv/kernel_grad/columns_row3_stride2.wgsl");
const COLUMNS_ROW3_STRIDE2_BOTH: &str =
    include_str!("../../../shaders/conv/kernel_grad/columns_row3_stride2_both.wgsl");
const COLUMNS_ANY: &str = include_str!("../../../shaders/conv/kernel_grad/columns_any.wgsl");
const COLUMNS_ROW3: &str = include_str!("../../../shaders/conv/kernel_grad/columns_row3.wgsl");
pub(super) const DY_SCALAR: &str = include_str!("../../../shaders/conv/kernel_grad/dy_scalar.wgsl");
pub(super) const DY_VEC4: &str = include_str!("../../../shaders/conv/kernel_grad/dy_vec4.wgsl");

/// Override constants of `common/accumulate.wgsl` and `conv/kernel_order.wgsl`.
const STORE_OVERRIDES: &[&str] = &["ACCUMULATE", "IN_OUT"];

/// The same, and that of `conv/kernel_grad/turned.wgsl`.
const TURNED_OVERRIDES: &[&str] = &["ACCUMULATE", "IN_OUT", "TURN"];

/// The same, and those of `conv/kernel_grad/columns_copied.wgsl`.
const COPIED_OVERRIDES: &[&str] = &["ACCUMULATE", "IN_OUT", "REST", "SLIDES"];

/// Override constants of a store, and that of `common/border.wgsl`.
const BORDER_OVERRIDES: &[&str] = &["ACCUMULATE", "IN_OUT", "BORDER"];

/// The same, and those of `conv/layouts.wgsl`.
const LAYOUT_OVERRIDES: &[&str] = &["ACCUMULATE", "IN_OUT", "BORDER", "X_LAST", "Y_LAST"];

/// An invocation's fours of a row.
macro_rules! collect_variant {
    ($fours:literal) => {
        Variant { constants: &[("WORKGROUP_SIZE", WORKGROUP_SIZE), ("FOURS", $fours)], workgroup_bytes: 0 }
    };
}

kernel! {
    COLLECT_ANY_KERNEL = "conv/kernel_grad/collect_any", [INDEX, DIVIDE, COLLECT], CollectParams, &[], subgroup 0, variants COLLECT_VARIANTS;
    COLLECT_ANY = "collect" [read(1, "x"), write(2, "collected")];
}
kernel! {
    COLLECT_FOURS_KERNEL = "conv/kernel_grad/collect_fours", [INDEX, DIVIDE, COLLECT], CollectParams, &[], subgroup 0, variants COLLECT_VARIANTS;
    COLLECT_FOURS = "collect" [read(1, "x"), write_vec4(2, "collected")];
}
kernel! {
    SUBGROUP_DW_ANY_KERNEL = "conv/kernel_grad/subgroup_any",
        [INDEX, ELEMENT, REDUCTION, WINDOW, INSIDE, BORDER, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, PRODUCT, LAYOUT, LAYOUTS, KERNEL_ORDER, KERNEL_GRAD_SUBGROUP, STORE_COLUMNS, UNDER_FOUR, CHANNELS_OF_DY, ROWS, PRODUCT_OUTPUTS, COLUMNS_FOUR, COLUMNS_ANY, DY_SCALAR],
        KernelGradParams, LAYOUT_OVERRIDES, subgroup 8, variants SUBGROUP_TILES;
    SUBGROUP_DW_ANY = "kernel_grad" [read(1, "x"), read(2, "dy"), write(3, "dw")];
}
kernel! {
    SUBGROUP_DW_ANY_VEC4_KERNEL = "conv/kernel_grad/subgroup_any_vec4",
        [INDEX, ELEMENT, REDUCTION, WINDOW, INSIDE, BORDER, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, PRODUCT, LAYOUT, CHANNELS_FIRST, KERNEL_ORDER, KERNEL_GRAD_SUBGROUP, STORE_COLUMNS, UNDER_FOUR, CHANNELS_OF_DY, ROWS, PRODUCT_OUTPUTS, COLUMNS_FOUR, COLUMNS_ANY, DY_VEC4],
        KernelGradParams, BORDER_OVERRIDES, subgroup 8, variants SUBGROUP_TILES;
    SUBGROUP_DW_ANY_VEC4 = "kernel_grad" [read(1, "x"), read_quad(2, "dy"), write(3, "dw")];
}
kernel! {
    SUBGROUP_DW_ROW3_VEC4_KERNEL = "conv/kernel_grad/subgroup_row3_vec4",
        [INDEX, ELEMENT, REDUCTION, WINDOW, INSIDE, BORDER, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, PRODUCT, LAYOUT, CHANNELS_FIRST, KERNEL_ORDER, KERNEL_GRAD_SUBGROUP, STORE_COLUMNS, UNDER_FOUR, CHANNELS_OF_DY, ROWS, PRODUCT_OUTPUTS, ROW_OF_TAPS, COLUMNS_THREE, ROW_OF_CHANNEL, COLUMNS_ROW3, DY_VEC4],
        KernelGradParams, BORDER_OVERRIDES, subgroup 8, variants SUBGROUP_TILES;
    SUBGROUP_DW_ROW3_VEC4 = "kernel_grad" [read(1, "x"), read_quad(2, "dy"), write(3, "dw")];
}
kernel! {
    SUBGROUP_DW_ROW3_ALIGNED_KERNEL = "conv/kernel_grad/subgroup_row3_aligned",
        [INDEX, ELEMENT, REDUCTION, WINDOW, INSIDE, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, PRODUCT, LAYOUT, CHANNELS_FIRST, KERNEL_ORDER, KERNEL_GRAD_SUBGROUP, UNDER_FOUR, CHANNELS_OF_DY, OTHERS, PRODUCT_BOTH, ROW_OF_TAPS, COLUMNS_THREE, TWO_CHANNELS, COLUMNS_ROW3_ALIGNED, DY_VEC4],
        KernelGradParams, STORE_OVERRIDES, subgroup 8, variants ROW3_ALIGNED_TILES;
    SUBGROUP_DW_ROW3_ALIGNED = "kernel_grad" [read_quad(1, "x"), read_quad(2, "dy"), write(3, "dw")];
}
kernel! {
    SUBGROUP_DW_ROW3_COPIED_KERNEL = "conv/kernel_grad/subgroup_row3_copied",
        [INDEX, ELEMENT, REDUCTION, WINDOW, INSIDE, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, PRODUCT, LAYOUT, CHANNELS_FIRST, KERNEL_ORDER, KERNEL_GRAD_SUBGROUP, UNDER_FOUR, CHANNELS_OF_DY, OTHERS, PRODUCT_BOTH, ROW_OF_TAPS, COLUMNS_THREE, TWO_CHANNELS, COPIED_THREE, COLUMNS_COPIED, DY_VEC4],
        KernelGradParams, COPIED_OVERRIDES, subgroup 8, variants COPIED_TILES;
    SUBGROUP_DW_ROW3_COPIED = "kernel_grad" [read_quad(1, "x"), read_quad(2, "dy"), write(3, "dw")];
}
kernel! {
    SUBGROUP_DW_ROW4_COPIED_KERNEL = "conv/kernel_grad/subgroup_row4_copied",
        [INDEX, ELEMENT, REDUCTION, WINDOW, INSIDE, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, PRODUCT, LAYOUT, CHANNELS_FIRST, KERNEL_ORDER, KERNEL_GRAD_SUBGROUP, UNDER_FOUR, CHANNELS_OF_DY, OTHERS, PRODUCT_BOTH, ROW_OF_TAPS, COLUMNS_FOUR_TAPS, TWO_CHANNELS, COPIED_FOUR, COLUMNS_COPIED, DY_VEC4],
        KernelGradParams, COPIED_OVERRIDES, subgroup 8, variants COPIED_FOUR_TILES;
    SUBGROUP_DW_ROW4_COPIED = "kernel_grad" [read_quad(1, "x"), read_quad(2, "dy"), write(3, "dw")];
}
kernel! {
    SUBGROUP_DW_POINTWISE_KERNEL = "conv/kernel_grad/subgroup_pointwise",
        [INDEX, ELEMENT, REDUCTION, INSIDE, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, PRODUCT, LAYOUT, CHANNELS_FIRST, KERNEL_ORDER, KERNEL_GRAD_SUBGROUP, STORE_COLUMNS, UNDER_FOUR, CHANNELS_OF_DY, ROWS, PRODUCT_OUTPUTS, COLUMNS_FOUR, COLUMNS_POINTWISE, DY_VEC4],
        KernelGradParams, STORE_OVERRIDES, subgroup 8, variants SUBGROUP_TILES;
    SUBGROUP_DW_POINTWISE = "kernel_grad" [read_quad(1, "x"), read_quad(2, "dy"), write(3, "dw")];
}
kernel! {
    SUBGROUP_DW_TURNED_KERNEL = "conv/kernel_grad/subgroup_turned",
        [INDEX, ELEMENT, REDUCTION, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, PRODUCT, LAYOUT, CHANNELS_FIRST, KERNEL_ORDER, KERNEL_GRAD_SUBGROUP, STORE_COLUMNS, COLUMNS_FOUR, TURNED],
        KernelGradParams, TURNED_OVERRIDES, subgroup 8, variants SUBGROUP_TILES;
    SUBGROUP_DW_TURNED = "kernel_grad" [read_quad(1, "x"), read_quad(2, "dy"), write(3, "dw")];
}
kernel! {
    SUBGROUP_DW_ROW3_STRIDE2_ANY_VEC4_KERNEL = "conv/kernel_grad/subgroup_row3_stride2_any_vec4",
        [INDEX, ELEMENT, REDUCTION, WINDOW, INSIDE, BORDER, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, PRODUCT, LAYOUT, CHANNELS_FIRST, KERNEL_ORDER, KERNEL_GRAD_SUBGROUP, STORE_COLUMNS, UNDER_FOUR, CHANNELS_OF_DY, ROWS, PRODUCT_OUTPUTS, ROW_OF_TAPS, COLUMNS_THREE, ROW_OF_CHANNEL, CELLS, CELLS_ANY, COLUMNS_ROW3_STRIDE2, DY_VEC4],
        KernelGradParams, BORDER_OVERRIDES, subgroup 8, variants ROW3_STRIDE2_TILES;
    SUBGROUP_DW_ROW3_STRIDE2_ANY_VEC4 = "kernel_grad" [read(1, "source"), read_quad(2, "dy"), write(3, "dw")];
}
kernel! {
    SUBGROUP_DW_ROW3_STRIDE2_ALIGNED_KERNEL = "conv/kernel_grad/subgroup_row3_stride2_aligned",
        [INDEX, ELEMENT, REDUCTION, WINDOW, INSIDE, BORDER, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, PRODUCT, LAYOUT, CHANNELS_FIRST, KERNEL_ORDER, KERNEL_GRAD_SUBGROUP, STORE_COLUMNS, UNDER_FOUR, CHANNELS_OF_DY, ROWS, PRODUCT_OUTPUTS, ROW_OF_TAPS, COLUMNS_THREE, ROW_OF_CHANNEL, CELLS, CELLS_ALIGNED, COLUMNS_ROW3_STRIDE2, DY_VEC4],
        KernelGradParams, BORDER_OVERRIDES, subgroup 8, variants ROW3_STRIDE2_TILES;
    SUBGROUP_DW_ROW3_STRIDE2_ALIGNED = "kernel_grad" [read_quad(1, "source"), read_quad(2, "dy"), write(3, "dw"), read(5, "cells")];
}
kernel! {
    SUBGROUP_DW_ROW3_STRIDE2_BOTH_KERNEL = "conv/kernel_grad/subgroup_row3_stride2_both",
        [INDEX, ELEMENT, REDUCTION, WINDOW, INSIDE, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, PRODUCT, LAYOUT, CHANNELS_FIRST, KERNEL_ORDER, KERNEL_GRAD_SUBGROUP, UNDER_FOUR, CHANNELS_OF_DY, OTHERS, PRODUCT_BOTH, ROW_OF_TAPS, COLUMNS_THREE, TWO_CHANNELS, COLUMNS_ROW3_STRIDE2_BOTH, DY_VEC4],
        KernelGradParams, STORE_OVERRIDES, subgroup 8, variants ROW3_STRIDE2_TILES;
    SUBGROUP_DW_ROW3_STRIDE2_BOTH = "kernel_grad" [read_quad(1, "x"), read_quad(2, "dy"), write(3, "dw")];
}
kernel! {
    SUBGROUP_DW_LAST_KERNEL = "conv/kernel_grad/subgroup_last",
        [INDEX, ELEMENT, REDUCTION, WINDOW, INSIDE, BORDER, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, PRODUCT, PRODUCT_FOUR, KERNEL_ORDER, KERNEL_GRAD_SUBGROUP, STORE_COLUMNS, COLUMNS_LAST],
        KernelGradParams, BORDER_OVERRIDES, subgroup 8, variants SUBGROUP_TILES;
    SUBGROUP_DW_LAST = "kernel_grad" [read_quad(1, "x"), read_quad(2, "dy"), write(3, "dw")];
}
kernel! {
    SUBGROUP_DW_ROW3_KERNEL = "conv/kernel_grad/subgroup_row3",
        [INDEX, ELEMENT, REDUCTION, WINDOW, INSIDE, BORDER, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, PRODUCT, LAYOUT, LAYOUTS, KERNEL_ORDER, KERNEL_GRAD_SUBGROUP, ROW_THREE, PRODUCT_ROW, COLUMNS_ROW],
        KernelGradParams, LAYOUT_OVERRIDES, subgroup 8, variants ROW3_TILES;
    SUBGROUP_DW_ROW3 = "kernel_grad" [read(1, "x"), read(2, "dy"), write(3, "dw")];
}
kernel! {
    SUBGROUP_DW_ROW_KERNEL = "conv/kernel_grad/subgroup_row",
        [INDEX, ELEMENT, REDUCTION, WINDOW, INSIDE, BORDER, CONV, KERNEL_GRAD_PARAMS, ACCUMULATE_CONSTANT, PRODUCT, LAYOUT, LAYOUTS, KERNEL_ORDER, KERNEL_GRAD_SUBGROUP, ROW_FOUR, PRODUCT_ROW, COLUMNS_ROW],
        KernelGradParams, LAYOUT_OVERRIDES, subgroup 8, variants ROW_TILES;
    SUBGROUP_DW_ROW = "kernel_grad" [read(1, "x"), read(2, "dy"), write(3, "dw")];
}

/// Of most fours first.
const COLLECT_VARIANTS: &[Variant] = &[collect_variant!(4), collect_variant!(2), collect_variant!(1)];

/// Rows are copied for many channels alone.
const COPIED_TILES: &[Variant] = &[subgroup_tile!(32, "TAPS" 3, "STRIDE" 1), subgroup_tile!(32, "TAPS" 3, "STRIDE" 2)];

const COPIED_FOUR_TILES: &[Variant] =
    &[subgroup_tile!(32, "TAPS" 4, "STRIDE" 1), subgroup_tile!(32, "TAPS" 4, "STRIDE" 2)];

/// TAPS and STRIDE are what `strip::is_aligned` asks of a variant.
const ROW3_ALIGNED_TILES: &[Variant] = &[
    subgroup_tile!(32, "TAPS" 3, "STRIDE" 1),
    subgroup_tile!(16, "TAPS" 3, "STRIDE" 1),
    subgroup_tile!(8, "TAPS" 3, "STRIDE" 1),
];

const ROW3_TILES: &[Variant] = &[
    subgroup_tile!(32, "TAPS" 3, "STRIDE" 1),
    subgroup_tile!(16, "TAPS" 3, "STRIDE" 1),
    subgroup_tile!(8, "TAPS" 3, "STRIDE" 1),
    subgroup_tile!(32, "TAPS" 3, "STRIDE" 2),
    subgroup_tile!(16, "TAPS" 3, "STRIDE" 2),
    subgroup_tile!(8, "TAPS" 3, "STRIDE" 2),
];

/// With stride 4 the rows of 11 taps of the first layers that stride so, in two parts.
const ROW_TILES: &[Variant] = &[
    subgroup_tile!(32, "TAPS" 4, "STRIDE" 1),
    subgroup_tile!(16, "TAPS" 4, "STRIDE" 1),
    subgroup_tile!(8, "TAPS" 4, "STRIDE" 1),
    subgroup_tile!(32, "TAPS" 5, "STRIDE" 1),
    subgroup_tile!(16, "TAPS" 5, "STRIDE" 1),
    subgroup_tile!(8, "TAPS" 5, "STRIDE" 1),
    subgroup_tile!(32, "TAPS" 7, "STRIDE" 1),
    subgroup_tile!(16, "TAPS" 7, "STRIDE" 1),
    subgroup_tile!(8, "TAPS" 7, "STRIDE" 1),
    subgroup_tile!(32, "TAPS" 4, "STRIDE" 2),
    subgroup_tile!(16, "TAPS" 4, "STRIDE" 2),
    subgroup_tile!(8, "TAPS" 4, "STRIDE" 2),
    subgroup_tile!(32, "TAPS" 5, "STRIDE" 2),
    subgroup_tile!(16, "TAPS" 5, "STRIDE" 2),
    subgroup_tile!(8, "TAPS" 5, "STRIDE" 2),
    subgroup_tile!(32, "TAPS" 7, "STRIDE" 2),
    subgroup_tile!(16, "TAPS" 7, "STRIDE" 2),
    subgroup_tile!(8, "TAPS" 7, "STRIDE" 2),
    subgroup_tile!(32, "TAPS" 6, "STRIDE" 4),
    subgroup_tile!(16, "TAPS" 6, "STRIDE" 4),
];
