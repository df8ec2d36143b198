//! Gathers over a packed kernel: packing, and the sums by subgroups or, without any sharing, of depthwise convolutions.

use super::super::params::{GatherParams, PackFoursParams, PackParams};
use super::strip::{CELLS, CELLS_ALIGNED, CELLS_ANY};
use super::{
    ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, BORDER, DIVIDE, ELEMENT, EntryPoint, INDEX, INSIDE, Kernel, LAYOUT,
    NO_SIDE, SIDE, STORE, STORE_QUAD, Variant, WINDOW_BITS, WORKGROUP_SIZE, kernel, read, read_quad, read_vec4, with,
    write, write_quad, write_vec4,
};

pub(super) const CLASSES: &str = include_str!("../../../shaders/conv/gather/classes.wgsl");
pub(super) const GATHER: &str = include_str!("../../../shaders/conv/gather/params.wgsl");
pub(super) const GATHER_CONSTANTS: &str = include_str!("../../../shaders/conv/gather/constants.wgsl");
pub(super) const PRODUCT: &str = include_str!("../../../shaders/conv/subgroup/product.wgsl");
/// Sums of a lane's other columns.
pub(super) const OTHERS: &str = include_str!("../../../shaders/conv/subgroup/others.wgsl");
/// Where source and out lie in any layout; or with their channels first.
pub(super) const GATHER_LAYOUTS: &str = include_str!("../../../shaders/conv/gather/layouts.wgsl");
pub(super) const GATHER_CHANNELS_FIRST: &str = include_str!("../../../shaders/conv/gather/channels_first.wgsl");
const INTERLEAVED: &str = include_str!("../../../shaders/conv/gather/interleaved.wgsl");
const FEW: &str = include_str!("../../../shaders/conv/gather/subgroup_few.wgsl");
const PRODUCT_PAIR: &str = include_str!("../../../shaders/conv/subgroup/product_pair.wgsl");
pub(super) const PRODUCT_FOUR: &str = include_str!("../../../shaders/conv/subgroup/product_four.wgsl");
const STORE_ROWS: &str = include_str!("../../../shaders/conv/gather/store_rows.wgsl");
pub(super) const STORE_CHANNELS: &str = include_str!("../../../shaders/conv/gather/store_channels.wgsl");
const PACK: &str = include_str!("../../../shaders/conv/gather/pack.wgsl");
const TWO_ROWS: &str = include_str!("../../../shaders/conv/gather/two_rows.wgsl");
const ROWS_STRIDE1: &str = include_str!("../../../shaders/conv/gather/rows_stride1.wgsl");
const ROWS_STRIDE2: &str = include_str!("../../../shaders/conv/gather/rows_stride2.wgsl");
const ROW3_STRIDE2: &str = include_str!("../../../shaders/conv/gather/subgroup_row3_stride2.wgsl");
const GATHER_SUBGROUP: &str = include_str!("../../../shaders/conv/gather/subgroup.wgsl");
/// How a lane stores its cells of one row, or of two rows and two fours.
const STORE_LANE: &str = include_str!("../../../shaders/conv/gather/store_lane.wgsl");
const STORE_LANE_ROWS: &str = include_str!("../../../shaders/conv/gather/store_lane_rows.wgsl");
const STORE_LANE_CLASSES: &str = include_str!("../../../shaders/conv/gather/store_lane_classes.wgsl");
const PRODUCT_CLASSES: &str = include_str!("../../../shaders/conv/gather/product_classes.wgsl");
const FOUR_CLASSES: &str = include_str!("../../../shaders/conv/gather/four_classes.wgsl");
const PRODUCT_ROWS: &str = include_str!("../../../shaders/conv/gather/product_rows.wgsl");
const PRODUCT_ROWS_TWO: &str = include_str!("../../../shaders/conv/gather/product_rows_two.wgsl");
pub(super) const PLACE: &str = include_str!("../../../shaders/conv/gather/place.wgsl");
pub(super) const STORE_SCALAR: &str = include_str!("../../../shaders/conv/gather/store_scalar.wgsl");
pub(super) const STORE_VEC4: &str = include_str!("../../../shaders/conv/gather/store_vec4.wgsl");

/// A tile of the kernels for subgroups of 8 lanes, with these constants beside its rows.
macro_rules! subgroup_tile {
    ($rows:literal $(, $name:literal $value:literal)*) => {
        Variant { constants: &[("WORKGROUP_SIZE", 8), ("TILE_M", $rows) $(, ($name, $value))*], workgroup_bytes: 0 }
    };
}

pub(super) use subgroup_tile;

/// The tile of most rows first.
pub(super) const SUBGROUP_TILES: &[Variant] = &[subgroup_tile!(32), subgroup_tile!(16), subgroup_tile!(8)];

const TWO_ROWS_TILES: &[Variant] = &[
    subgroup_tile!(32, "LANE_ROWS" 2, "TAPS" 3),
    subgroup_tile!(16, "LANE_ROWS" 2, "TAPS" 3),
    subgroup_tile!(8, "LANE_ROWS" 2, "TAPS" 3),
    subgroup_tile!(32, "LANE_ROWS" 2, "TAPS" 5),
    subgroup_tile!(16, "LANE_ROWS" 2, "TAPS" 5),
    subgroup_tile!(8, "LANE_ROWS" 2, "TAPS" 5),
];

const ROWS_STRIDE2_TILES: &[Variant] = &[
    subgroup_tile!(32, "LANE_ROWS" 2, "TAPS" 2),
    subgroup_tile!(16, "LANE_ROWS" 2, "TAPS" 2),
    subgroup_tile!(8, "LANE_ROWS" 2, "TAPS" 2),
    subgroup_tile!(32, "LANE_ROWS" 2, "TAPS" 3),
    subgroup_tile!(16, "LANE_ROWS" 2, "TAPS" 3),
    subgroup_tile!(8, "LANE_ROWS" 2, "TAPS" 3),
    subgroup_tile!(32, "LANE_ROWS" 2, "TAPS" 4),
    subgroup_tile!(16, "LANE_ROWS" 2, "TAPS" 4),
    subgroup_tile!(8, "LANE_ROWS" 2, "TAPS" 4),
    subgroup_tile!(32, "LANE_ROWS" 2, "TAPS" 5),
    subgroup_tile!(16, "LANE_ROWS" 2, "TAPS" 5),
    subgroup_tile!(8, "LANE_ROWS" 2, "TAPS" 5),
    subgroup_tile!(32, "LANE_ROWS" 2, "TAPS" 7),
    subgroup_tile!(16, "LANE_ROWS" 2, "TAPS" 7),
    subgroup_tile!(8, "LANE_ROWS" 2, "TAPS" 7),
];

/// By the taps, and the cells before a lane's own: of the padding that halves a row of even length.
const ROWS_STRIDE2_ALIGNED_TILES: &[Variant] = &[
    subgroup_tile!(32, "LANE_ROWS" 2, "TAPS" 2, "BEFORE" 0),
    subgroup_tile!(16, "LANE_ROWS" 2, "TAPS" 2, "BEFORE" 0),
    subgroup_tile!(8, "LANE_ROWS" 2, "TAPS" 2, "BEFORE" 0),
    subgroup_tile!(32, "LANE_ROWS" 2, "TAPS" 3, "BEFORE" 0),
    subgroup_tile!(16, "LANE_ROWS" 2, "TAPS" 3, "BEFORE" 0),
    subgroup_tile!(8, "LANE_ROWS" 2, "TAPS" 3, "BEFORE" 0),
    subgroup_tile!(32, "LANE_ROWS" 2, "TAPS" 3, "BEFORE" 1),
    subgroup_tile!(16, "LANE_ROWS" 2, "TAPS" 3, "BEFORE" 1),
    subgroup_tile!(8, "LANE_ROWS" 2, "TAPS" 3, "BEFORE" 1),
    subgroup_tile!(32, "LANE_ROWS" 2, "TAPS" 4, "BEFORE" 1),
    subgroup_tile!(16, "LANE_ROWS" 2, "TAPS" 4, "BEFORE" 1),
    subgroup_tile!(8, "LANE_ROWS" 2, "TAPS" 4, "BEFORE" 1),
    subgroup_tile!(32, "LANE_ROWS" 2, "TAPS" 5, "BEFORE" 2),
    subgroup_tile!(16, "LANE_ROWS" 2, "TAPS" 5, "BEFORE" 2),
    subgroup_tile!(8, "LANE_ROWS" 2, "TAPS" 5, "BEFORE" 2),
    subgroup_tile!(32, "LANE_ROWS" 2, "TAPS" 7, "BEFORE" 3),
    subgroup_tile!(16, "LANE_ROWS" 2, "TAPS" 7, "BEFORE" 3),
    subgroup_tile!(8, "LANE_ROWS" 2, "TAPS" 7, "BEFORE" 3),
];

const POINTWISE_TILES: &[Variant] =
    &[subgroup_tile!(32, "LANE_FOURS" 2), subgroup_tile!(16, "LANE_FOURS" 2), subgroup_tile!(8, "LANE_FOURS" 2)];

const SLIDE_TILES: &[Variant] = &[
    subgroup_tile!(32, "STRIDE" 1),
    subgroup_tile!(16, "STRIDE" 1),
    subgroup_tile!(8, "STRIDE" 1),
    subgroup_tile!(4, "STRIDE" 1),
    subgroup_tile!(32, "STRIDE" 2),
    subgroup_tile!(16, "STRIDE" 2),
    subgroup_tile!(8, "STRIDE" 2),
    subgroup_tile!(4, "STRIDE" 2),
];

pub(super) const ROW3_STRIDE2_TILES: &[Variant] = &[
    subgroup_tile!(32, "TAPS" 3, "STRIDE" 2),
    subgroup_tile!(16, "TAPS" 3, "STRIDE" 2),
    subgroup_tile!(8, "TAPS" 3, "STRIDE" 2),
];

/// Those for any kernel behind those that are faster where they can: for a dense row of taps, and of one tap.
const LAST_TILES: &[Variant] = &[
    subgroup_tile!(32, "STRIDE" 1),
    subgroup_tile!(16, "STRIDE" 1),
    subgroup_tile!(8, "STRIDE" 1),
    subgroup_tile!(32, "STRIDE" 2),
    subgroup_tile!(16, "STRIDE" 2),
    subgroup_tile!(8, "STRIDE" 2),
    subgroup_tile!(32, "STRIDE" 0),
    subgroup_tile!(16, "STRIDE" 0),
    subgroup_tile!(8, "STRIDE" 0),
];

/// By the taps of the classes: of kernels of 3, 2 and 4.
const PAIR_TILES: &[Variant] = &[
    subgroup_tile!(16, "EVEN" 1, "ODD" 2),
    subgroup_tile!(16, "EVEN" 2, "ODD" 1),
    subgroup_tile!(16, "EVEN" 1, "ODD" 1),
    subgroup_tile!(16, "EVEN" 2, "ODD" 2),
];

/// By the taps of the classes along h and w, the cells from the even one's first to the odd one's, and those before a lane's own.
const CLASSES_ALIGNED_TILES: &[Variant] = &[
    subgroup_tile!(8, "LANE_ROWS" 2, "EVEN" 1, "ODD" 2, "ODD_FIRST" 0, "BEFORE" 0),
    subgroup_tile!(8, "LANE_ROWS" 2, "EVEN" 2, "ODD" 1, "ODD_FIRST" 1, "BEFORE" 1),
    subgroup_tile!(8, "LANE_ROWS" 2, "EVEN" 1, "ODD" 1, "ODD_FIRST" 0, "BEFORE" 0),
    subgroup_tile!(8, "LANE_ROWS" 2, "EVEN" 2, "ODD" 2, "ODD_FIRST" 1, "BEFORE" 1),
];

/// The same, wherever a row begins; of kernels of 4 that begin with the same cell too.
const CLASSES_TILES: &[Variant] = &[
    subgroup_tile!(8, "LANE_ROWS" 2, "EVEN" 1, "ODD" 2, "ODD_FIRST" 0),
    subgroup_tile!(8, "LANE_ROWS" 2, "EVEN" 2, "ODD" 1, "ODD_FIRST" 1),
    subgroup_tile!(8, "LANE_ROWS" 2, "EVEN" 1, "ODD" 1, "ODD_FIRST" 0),
    subgroup_tile!(8, "LANE_ROWS" 2, "EVEN" 2, "ODD" 2, "ODD_FIRST" 0),
    subgroup_tile!(8, "LANE_ROWS" 2, "EVEN" 2, "ODD" 2, "ODD_FIRST" 1),
];

/// Tiles of few rows, of which one or three are summed, by the taps of the classes along w and the cell under the first of the
/// second class's: of one class, and of kernels of 3 and 7 with stride 2.
const FEW_TILES: &[Variant] = &[
    subgroup_tile!(4, "ROWS" 3, "EVEN" 3, "ODD" 0, "ODD_FIRST" 0),
    subgroup_tile!(4, "ROWS" 3, "EVEN" 5, "ODD" 0, "ODD_FIRST" 0),
    subgroup_tile!(4, "ROWS" 3, "EVEN" 1, "ODD" 2, "ODD_FIRST" 0),
    subgroup_tile!(4, "ROWS" 3, "EVEN" 2, "ODD" 1, "ODD_FIRST" 1),
    subgroup_tile!(4, "ROWS" 3, "EVEN" 3, "ODD" 4, "ODD_FIRST" 0),
];

/// The same, with the cells before a lane's own: of the padding that keeps a row's length, or halves it.
const FEW_ALIGNED_TILES: &[Variant] = &[
    subgroup_tile!(4, "ROWS" 1, "EVEN" 3, "ODD" 0, "ODD_FIRST" 0, "BEFORE" 1),
    subgroup_tile!(4, "ROWS" 1, "EVEN" 5, "ODD" 0, "ODD_FIRST" 0, "BEFORE" 2),
    subgroup_tile!(4, "ROWS" 3, "EVEN" 3, "ODD" 0, "ODD_FIRST" 0, "BEFORE" 1),
    subgroup_tile!(4, "ROWS" 3, "EVEN" 5, "ODD" 0, "ODD_FIRST" 0, "BEFORE" 2),
    subgroup_tile!(4, "ROWS" 3, "EVEN" 1, "ODD" 2, "ODD_FIRST" 0, "BEFORE" 0),
    subgroup_tile!(4, "ROWS" 3, "EVEN" 2, "ODD" 2, "ODD_FIRST" 1, "BEFORE" 1),
    subgroup_tile!(4, "ROWS" 3, "EVEN" 3, "ODD" 2, "ODD_FIRST" 1, "BEFORE" 1),
    subgroup_tile!(4, "ROWS" 3, "EVEN" 3, "ODD" 4, "ODD_FIRST" 0, "BEFORE" 1),
];

/// The override constants of a store: `common/accumulate.wgsl` and `common/activation.wgsl`.
const STORE_OVERRIDES: &[&str] = &["ACCUMULATE", "ACTIVATION"];

/// The same, and that of `common/border.wgsl`.
const BORDER_OVERRIDES: &[&str] = &["ACCUMULATE", "ACTIVATION", "BORDER"];

/// The same, and those of `conv/gather/layouts.wgsl`.
const LAYOUT_OVERRIDES: &[&str] = &["ACCUMULATE", "ACTIVATION", "BORDER", "SOURCE_LAST", "OUT_LAST"];

/// Without padding other than zeros, which an input gradient does not have.
const PAIR_OVERRIDES: &[&str] = &["ACCUMULATE", "ACTIVATION", "SOURCE_LAST", "OUT_LAST"];

/// Override constants of `conv/gather/constants.wgsl`, that of `common/border.wgsl`, those of a store, and those of
/// `conv/gather/layouts.wgsl`.
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
    "BORDER",
    "ACCUMULATE",
    "ACTIVATION",
    "SOURCE_LAST",
    "OUT_LAST",
];

/// The same, and those of `common/side.wgsl`.
pub(super) const GATHER_SIDE_OVERRIDES: &[&str] =
    &with::<{ GATHER_OVERRIDES.len() + 2 }>(GATHER_OVERRIDES, &["RESIDUAL", "DERIVATIVE"]);

kernel! {
    PACK_SCALAR_KERNEL = "conv/gather/pack_scalar", [INDEX, ELEMENT, CLASSES, PACK], PackParams, &[], 0;
    PACK_SCALAR = "pack" [read(1, "w"), write(2, "packed")];
}
kernel! {
    PACK_VEC4_KERNEL = "conv/gather/pack_vec4", [INDEX, ELEMENT, CLASSES, PACK], PackParams, &[], 0;
    PACK_VEC4 = "pack" [read(1, "w"), write_vec4(2, "packed")];
}
kernel! {
    PACK_FOURS_KERNEL = "conv/gather/pack_fours", [INDEX, DIVIDE, ELEMENT], PackFoursParams, &[], 0;
    PACK_OUTPUTS = "pack_outputs" [read_quad(1, "w"), write_vec4(2, "packed")];
    PACK_LINES = "pack_lines" [read_quad(1, "w"), write_vec4(2, "packed")];
    PACK_CHANNELS = "pack_channels" [read_quad(1, "w"), write_vec4(2, "packed")];
}
kernel! {
    SUBGROUP_TAPS_KERNEL = "conv/gather/subgroup_taps",
        [INDEX, ELEMENT, STORE, INSIDE, BORDER, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, PRODUCT, PLACE, LAYOUT, GATHER_LAYOUTS, GATHER_SUBGROUP, STORE_LANE, STORE_ROWS, STORE_SCALAR], GatherParams, LAYOUT_OVERRIDES,
        subgroup 8, variants SUBGROUP_TILES;
    SUBGROUP_TAPS = "gather" [read(1, "source"), read_vec4(2, "packed"), write(4, "out")];
    SUBGROUP_TAPS_BIAS = "gather_bias" [read(1, "source"), read_vec4(2, "packed"), read(3, "b"), write(4, "out")];
}
kernel! {
    SUBGROUP_SINGLE_KERNEL = "conv/gather/subgroup_single",
        [INDEX, ELEMENT, STORE, INSIDE, BORDER, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, PRODUCT, PLACE, LAYOUT, GATHER_LAYOUTS, GATHER_SUBGROUP, STORE_LANE, STORE_ROWS, STORE_SCALAR], GatherParams, LAYOUT_OVERRIDES,
        subgroup 8, variants SUBGROUP_TILES;
    SUBGROUP_SINGLE = "gather" [read(1, "source"), read_vec4(2, "packed"), write(4, "out")];
    SUBGROUP_SINGLE_BIAS = "gather_bias" [read(1, "source"), read_vec4(2, "packed"), read(3, "b"), write(4, "out")];
}
kernel! {
    SUBGROUP_ROW3_KERNEL = "conv/gather/subgroup_row3",
        [INDEX, ELEMENT, STORE, INSIDE, BORDER, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, PRODUCT, PLACE, LAYOUT, GATHER_LAYOUTS, GATHER_SUBGROUP, STORE_LANE, STORE_ROWS, STORE_SCALAR], GatherParams, LAYOUT_OVERRIDES,
        subgroup 8, variants SUBGROUP_TILES;
    SUBGROUP_ROW3 = "gather" [read(1, "source"), read_vec4(2, "packed"), write(4, "out")];
    SUBGROUP_ROW3_BIAS = "gather_bias" [read(1, "source"), read_vec4(2, "packed"), read(3, "b"), write(4, "out")];
}
kernel! {
    SUBGROUP_ROW3_ALIGNED_KERNEL = "conv/gather/subgroup_row3_aligned",
        [INDEX, ELEMENT, STORE_QUAD, INSIDE, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, PRODUCT, PLACE, LAYOUT, GATHER_CHANNELS_FIRST, GATHER_SUBGROUP, STORE_LANE, STORE_ROWS, STORE_VEC4], GatherParams, STORE_OVERRIDES,
        subgroup 8, variants SUBGROUP_TILES;
    SUBGROUP_ROW3_ALIGNED = "gather" [read_quad(1, "source"), read_vec4(2, "packed"), write_quad(4, "out"), read(5, "cells")];
    SUBGROUP_ROW3_ALIGNED_BIAS = "gather_bias" [read_quad(1, "source"), read_vec4(2, "packed"), read(3, "b"), write_quad(4, "out"), read(5, "cells")];
}
kernel! {
    SUBGROUP_TWO_ROWS_ALIGNED_KERNEL = "conv/gather/subgroup_two_rows_aligned",
        [INDEX, ELEMENT, STORE_QUAD, INSIDE, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, PRODUCT, OTHERS, PRODUCT_ROWS, PRODUCT_ROWS_TWO, PLACE, LAYOUT, GATHER_CHANNELS_FIRST, GATHER_SUBGROUP, ROWS_STRIDE1, TWO_ROWS, STORE_LANE_ROWS, STORE_ROWS, STORE_VEC4], GatherParams, STORE_OVERRIDES,
        subgroup 8, variants TWO_ROWS_TILES;
    SUBGROUP_TWO_ROWS_ALIGNED = "gather" [read_quad(1, "source"), read_vec4(2, "packed"), write_quad(4, "out"), read(5, "cells")];
    SUBGROUP_TWO_ROWS_ALIGNED_BIAS = "gather_bias" [read_quad(1, "source"), read_vec4(2, "packed"), read(3, "b"), write_quad(4, "out"), read(5, "cells")];
}
kernel! {
    SUBGROUP_TWO_ROWS_ANY_KERNEL = "conv/gather/subgroup_two_rows_any",
        [INDEX, ELEMENT, STORE, INSIDE, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, PRODUCT, OTHERS, PRODUCT_ROWS, PRODUCT_ROWS_TWO, PLACE, LAYOUT, GATHER_CHANNELS_FIRST, GATHER_SUBGROUP, ROWS_STRIDE1, TWO_ROWS, STORE_LANE_ROWS, STORE_ROWS, STORE_SCALAR], GatherParams, STORE_OVERRIDES,
        subgroup 8, variants TWO_ROWS_TILES;
    SUBGROUP_TWO_ROWS_ANY = "gather" [read(1, "source"), read_vec4(2, "packed"), write(4, "out")];
    SUBGROUP_TWO_ROWS_ANY_BIAS = "gather_bias" [read(1, "source"), read_vec4(2, "packed"), read(3, "b"), write(4, "out")];
}
kernel! {
    SUBGROUP_ROWS_STRIDE2_ALIGNED_KERNEL = "conv/gather/subgroup_rows_stride2_aligned",
        [INDEX, ELEMENT, STORE_QUAD, INSIDE, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, PRODUCT, OTHERS, PRODUCT_ROWS, PRODUCT_ROWS_TWO, PLACE, LAYOUT, GATHER_CHANNELS_FIRST, GATHER_SUBGROUP, ROWS_STRIDE2, TWO_ROWS, STORE_LANE_ROWS, STORE_ROWS, STORE_VEC4], GatherParams, STORE_OVERRIDES,
        subgroup 8, variants ROWS_STRIDE2_ALIGNED_TILES;
    SUBGROUP_ROWS_STRIDE2_ALIGNED = "gather" [read_quad(1, "source"), read_vec4(2, "packed"), write_quad(4, "out"), read(5, "cells")];
    SUBGROUP_ROWS_STRIDE2_ALIGNED_BIAS = "gather_bias" [read_quad(1, "source"), read_vec4(2, "packed"), read(3, "b"), write_quad(4, "out"), read(5, "cells")];
}
kernel! {
    SUBGROUP_ROWS_STRIDE2_FROM_FOURS_KERNEL = "conv/gather/subgroup_rows_stride2_aligned+scalar" in "conv/gather/subgroup_rows_stride2_aligned",
        [INDEX, ELEMENT, STORE, INSIDE, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, PRODUCT, OTHERS, PRODUCT_ROWS, PRODUCT_ROWS_TWO, PLACE, LAYOUT, GATHER_CHANNELS_FIRST, GATHER_SUBGROUP, ROWS_STRIDE2, TWO_ROWS, STORE_LANE_ROWS, STORE_ROWS, STORE_SCALAR], GatherParams, STORE_OVERRIDES,
        subgroup 8, variants ROWS_STRIDE2_ALIGNED_TILES;
    SUBGROUP_ROWS_STRIDE2_FROM_FOURS = "gather" [read_quad(1, "source"), read_vec4(2, "packed"), write(4, "out"), read(5, "cells")];
    SUBGROUP_ROWS_STRIDE2_FROM_FOURS_BIAS = "gather_bias" [read_quad(1, "source"), read_vec4(2, "packed"), read(3, "b"), write(4, "out"), read(5, "cells")];
}
kernel! {
    SUBGROUP_ROWS_STRIDE2_ANY_KERNEL = "conv/gather/subgroup_rows_stride2_any",
        [INDEX, ELEMENT, STORE, INSIDE, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, PRODUCT, OTHERS, PRODUCT_ROWS, PRODUCT_ROWS_TWO, PLACE, LAYOUT, GATHER_CHANNELS_FIRST, GATHER_SUBGROUP, ROWS_STRIDE2, TWO_ROWS, STORE_LANE_ROWS, STORE_ROWS, STORE_SCALAR], GatherParams, STORE_OVERRIDES,
        subgroup 8, variants ROWS_STRIDE2_TILES;
    SUBGROUP_ROWS_STRIDE2_ANY = "gather" [read(1, "source"), read_vec4(2, "packed"), write(4, "out")];
    SUBGROUP_ROWS_STRIDE2_ANY_BIAS = "gather_bias" [read(1, "source"), read_vec4(2, "packed"), read(3, "b"), write(4, "out")];
}
kernel! {
    SUBGROUP_POINTWISE_KERNEL = "conv/gather/subgroup_pointwise",
        [INDEX, ELEMENT, STORE_QUAD, INSIDE, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, PRODUCT, OTHERS, PRODUCT_ROWS_TWO, PLACE, LAYOUT, GATHER_CHANNELS_FIRST, GATHER_SUBGROUP, STORE_LANE_ROWS, STORE_ROWS, STORE_VEC4], GatherParams, STORE_OVERRIDES,
        subgroup 8, variants POINTWISE_TILES;
    SUBGROUP_POINTWISE = "gather" [read_quad(1, "source"), read_vec4(2, "packed"), write_quad(4, "out")];
    SUBGROUP_POINTWISE_BIAS = "gather_bias" [read_quad(1, "source"), read_vec4(2, "packed"), read(3, "b"), write_quad(4, "out")];
}
kernel! {
    SUBGROUP_SLIDE_KERNEL = "conv/gather/subgroup_slide",
        [INDEX, ELEMENT, STORE, INSIDE, BORDER, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, PRODUCT, PLACE, LAYOUT, GATHER_LAYOUTS, GATHER_SUBGROUP, STORE_LANE, STORE_ROWS, STORE_SCALAR], GatherParams, LAYOUT_OVERRIDES,
        subgroup 8, variants SLIDE_TILES;
    SUBGROUP_SLIDE = "gather" [read(1, "source"), read_vec4(2, "packed"), write(4, "out")];
    SUBGROUP_SLIDE_BIAS = "gather_bias" [read(1, "source"), read_vec4(2, "packed"), read(3, "b"), write(4, "out")];
}
kernel! {
    SUBGROUP_PAIR_KERNEL = "conv/gather/subgroup_pair",
        [INDEX, ELEMENT, STORE, INSIDE, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, PRODUCT, PRODUCT_PAIR, INTERLEAVED, PLACE, LAYOUT, GATHER_LAYOUTS, GATHER_SUBGROUP, STORE_LANE, STORE_ROWS, STORE_SCALAR],
        GatherParams, PAIR_OVERRIDES, subgroup 8, variants PAIR_TILES;
    SUBGROUP_PAIR = "gather" [read(1, "source"), read_vec4(2, "packed"), write(4, "out")];
    SUBGROUP_PAIR_BIAS = "gather_bias" [read(1, "source"), read_vec4(2, "packed"), read(3, "b"), write(4, "out")];
}
kernel! {
    SUBGROUP_CLASSES_ALIGNED_KERNEL = "conv/gather/subgroup_classes_aligned",
        [INDEX, ELEMENT, STORE, INSIDE, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, PRODUCT, OTHERS, PRODUCT_CLASSES, INTERLEAVED, PLACE, LAYOUT, GATHER_CHANNELS_FIRST, GATHER_SUBGROUP, FOUR_CLASSES, STORE_LANE_CLASSES, STORE_ROWS, STORE_SCALAR],
        GatherParams, STORE_OVERRIDES, subgroup 8, variants CLASSES_ALIGNED_TILES;
    SUBGROUP_CLASSES_ALIGNED = "gather" [read_quad(1, "source"), read_vec4(2, "packed"), write(4, "out"), read(5, "cells")];
    SUBGROUP_CLASSES_ALIGNED_BIAS = "gather_bias" [read_quad(1, "source"), read_vec4(2, "packed"), read(3, "b"), write(4, "out"), read(5, "cells")];
}
kernel! {
    SUBGROUP_CLASSES_ANY_KERNEL = "conv/gather/subgroup_classes_any",
        [INDEX, ELEMENT, STORE, INSIDE, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, PRODUCT, OTHERS, PRODUCT_CLASSES, INTERLEAVED, PLACE, LAYOUT, GATHER_CHANNELS_FIRST, GATHER_SUBGROUP, FOUR_CLASSES, STORE_LANE_CLASSES, STORE_ROWS, STORE_SCALAR],
        GatherParams, STORE_OVERRIDES, subgroup 8, variants CLASSES_TILES;
    SUBGROUP_CLASSES_ANY = "gather" [read(1, "source"), read_vec4(2, "packed"), write(4, "out")];
    SUBGROUP_CLASSES_ANY_BIAS = "gather_bias" [read(1, "source"), read_vec4(2, "packed"), read(3, "b"), write(4, "out")];
}
kernel! {
    SUBGROUP_FEW_ANY_KERNEL = "conv/gather/subgroup_few_any",
        [INDEX, ELEMENT, STORE, INSIDE, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, INTERLEAVED, PLACE, LAYOUT, GATHER_LAYOUTS, FEW, STORE_SCALAR],
        GatherParams, PAIR_OVERRIDES, subgroup 8, variants FEW_TILES;
    SUBGROUP_FEW_ANY = "gather" [read(1, "source"), read_vec4(2, "packed"), write(4, "out")];
    SUBGROUP_FEW_ANY_BIAS = "gather_bias" [read(1, "source"), read_vec4(2, "packed"), read(3, "b"), write(4, "out")];
}
kernel! {
    SUBGROUP_FEW_ALIGNED_KERNEL = "conv/gather/subgroup_few_aligned",
        [INDEX, ELEMENT, STORE_QUAD, INSIDE, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, INTERLEAVED, PLACE, LAYOUT, GATHER_CHANNELS_FIRST, FEW, STORE_VEC4],
        GatherParams, STORE_OVERRIDES, subgroup 8, variants FEW_ALIGNED_TILES;
    SUBGROUP_FEW_ALIGNED = "gather" [read_quad(1, "source"), read_vec4(2, "packed"), write_quad(4, "out")];
    SUBGROUP_FEW_ALIGNED_BIAS = "gather_bias" [read_quad(1, "source"), read_vec4(2, "packed"), read(3, "b"), write_quad(4, "out")];
}
kernel! {
    SUBGROUP_ROW3_STRIDE2_ANY_KERNEL = "conv/gather/subgroup_row3_stride2_any",
        [INDEX, ELEMENT, STORE, INSIDE, BORDER, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, PRODUCT, PLACE, LAYOUT, GATHER_CHANNELS_FIRST, GATHER_SUBGROUP, STORE_LANE, STORE_ROWS, CELLS, CELLS_ANY, ROW3_STRIDE2, STORE_SCALAR],
        GatherParams, BORDER_OVERRIDES, subgroup 8, variants ROW3_STRIDE2_TILES;
    SUBGROUP_ROW3_STRIDE2_ANY = "gather" [read(1, "source"), read_vec4(2, "packed"), write(4, "out")];
    SUBGROUP_ROW3_STRIDE2_ANY_BIAS = "gather_bias" [read(1, "source"), read_vec4(2, "packed"), read(3, "b"), write(4, "out")];
}
kernel! {
    SUBGROUP_ROW3_STRIDE2_ALIGNED_KERNEL = "conv/gather/subgroup_row3_stride2_aligned",
        [INDEX, ELEMENT, STORE_QUAD, INSIDE, BORDER, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, PRODUCT, PLACE, LAYOUT, GATHER_CHANNELS_FIRST, GATHER_SUBGROUP, STORE_LANE, STORE_ROWS, CELLS, CELLS_ALIGNED, ROW3_STRIDE2, STORE_VEC4],
        GatherParams, BORDER_OVERRIDES, subgroup 8, variants ROW3_STRIDE2_TILES;
    SUBGROUP_ROW3_STRIDE2_ALIGNED = "gather" [read_quad(1, "source"), read_vec4(2, "packed"), write_quad(4, "out"), read(5, "cells")];
    SUBGROUP_ROW3_STRIDE2_ALIGNED_BIAS = "gather_bias" [read_quad(1, "source"), read_vec4(2, "packed"), read(3, "b"), write_quad(4, "out"), read(5, "cells")];
}
/// The same, and that of `conv/gather/subgroup_last.wgsl`.
const LAST_OVERRIDES: &[&str] = &with::<{ LAYOUT_OVERRIDES.len() + 1 }>(LAYOUT_OVERRIDES, &["MANY_CLASSES"]);

kernel! {
    SUBGROUP_LAST_KERNEL = "conv/gather/subgroup_last",
        [INDEX, ELEMENT, STORE_QUAD, INSIDE, BORDER, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, PRODUCT, PRODUCT_FOUR, PLACE, LAYOUT, GATHER_LAYOUTS, GATHER_SUBGROUP, STORE_LANE, STORE_CHANNELS],
        GatherParams, LAST_OVERRIDES, subgroup 8, variants LAST_TILES;
    SUBGROUP_LAST = "gather" [read_quad(1, "source"), read_vec4(2, "packed"), write_quad(4, "out")];
    SUBGROUP_LAST_BIAS = "gather_bias" [read_quad(1, "source"), read_vec4(2, "packed"), read(3, "b"), write_quad(4, "out")];
}
kernel! {
    SUBGROUP_FROM_LAST_KERNEL = "conv/gather/subgroup_last+scalar" in "conv/gather/subgroup_last",
        [INDEX, ELEMENT, STORE, INSIDE, BORDER, CLASSES, GATHER, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, PRODUCT, PRODUCT_FOUR, PLACE, LAYOUT, GATHER_LAYOUTS, GATHER_SUBGROUP, STORE_LANE, STORE_ROWS, STORE_SCALAR],
        GatherParams, LAST_OVERRIDES, subgroup 8, variants LAST_TILES;
    SUBGROUP_FROM_LAST = "gather" [read_quad(1, "source"), read_vec4(2, "packed"), write(4, "out")];
    SUBGROUP_FROM_LAST_BIAS = "gather_bias" [read_quad(1, "source"), read_vec4(2, "packed"), read(3, "b"), write(4, "out")];
}
kernel! {
    DEPTHWISE_KERNEL = "conv/gather/depthwise", [INDEX, ELEMENT, STORE, BORDER, WINDOW_BITS, CLASSES, GATHER, GATHER_CONSTANTS, LAYOUT, GATHER_LAYOUTS, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, NO_SIDE], GatherParams, GATHER_OVERRIDES, 0;
    DEPTHWISE = "depthwise" [read(1, "source"), read(2, "packed"), write(4, "out")];
    DEPTHWISE_BIAS = "depthwise_bias" [read(1, "source"), read(2, "packed"), read(3, "bias"), write(4, "out")];
}
kernel! {
    DEPTHWISE_SIDE_KERNEL = "conv/gather/depthwise+side" in "conv/gather/depthwise", [INDEX, ELEMENT, STORE, BORDER, WINDOW_BITS, CLASSES, GATHER, GATHER_CONSTANTS, LAYOUT, GATHER_LAYOUTS, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, SIDE], GatherParams, GATHER_SIDE_OVERRIDES, 0;
    DEPTHWISE_SIDE = "depthwise" [read(1, "source"), read(2, "packed"), write(4, "out"), read(5, "side")];
    DEPTHWISE_BIAS_SIDE = "depthwise_bias" [read(1, "source"), read(2, "packed"), read(3, "bias"), write(4, "out"), read(5, "side")];
}
