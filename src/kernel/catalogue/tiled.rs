//! Matrix products over tiles in workgroup memory, by what an invocation owns: 8 x 8, 8 x 4 or 4 x 4 sums.

use super::super::params::{ConvParams, GatherParams};
use super::conv::{CONV, KERNEL_ORDER, LAYOUTS};
use super::gather::{CLASSES, GATHER, GATHER_CONSTANTS, GATHER_LAYOUTS, GATHER_OVERRIDES, GATHER_SIDE_OVERRIDES};
use super::{
    ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, BORDER, Constant, ELEMENT, EntryPoint, INDEX, Kernel, LAYOUT, NO_SIDE,
    REDUCTION, SIDE, STORE, Variant, WINDOW, WINDOW_BITS, WINDOW_CONSTANTS, WINDOW_OVERRIDES, kernel, read, read_quad,
    read_vec4, with, write,
};

const TILE: &str = include_str!("../../../shaders/common/tile.wgsl");
const TILE_8X8: &str = include_str!("../../../shaders/common/tile_8x8.wgsl");
const TILE_8X4: &str = include_str!("../../../shaders/common/tile_8x4.wgsl");
const TILE_4X4: &str = include_str!("../../../shaders/common/tile_4x4.wgsl");
const TILE_ROWS: &str = include_str!("../../../shaders/common/tile_rows.wgsl");
const GATHER_TILED: &str = include_str!("../../../shaders/conv/gather/tiled.wgsl");
const STAGE_CELLS: &str = include_str!("../../../shaders/conv/gather/stage_cells.wgsl");
const STAGE_CHANNELS: &str = include_str!("../../../shaders/conv/gather/stage_channels.wgsl");
const KERNEL_GRAD_CELLS: &str = include_str!("../../../shaders/conv/kernel_grad/stage_cells.wgsl");
const KERNEL_GRAD_CHANNELS: &str = include_str!("../../../shaders/conv/kernel_grad/stage_channels.wgsl");
const KERNEL_GRAD_TILED: &str = include_str!("../../../shaders/conv/kernel_grad/tiled.wgsl");

/// Override constants of `conv/gather/tiled.wgsl`: those of every gather, and its own.
const TILED_OVERRIDES: &[&str] = &with::<{ GATHER_OVERRIDES.len() + 1 }>(GATHER_OVERRIDES, &["BY_CHANNEL"]);

/// The same of those that read another tensor too.
const TILED_SIDE_OVERRIDES: &[&str] =
    &with::<{ GATHER_SIDE_OVERRIDES.len() + 1 }>(GATHER_SIDE_OVERRIDES, &["BY_CHANNEL"]);

/// Override constants of `conv/kernel_grad/tiled.wgsl`: those of every window, its own, that of `common/border.wgsl`, and those of
/// layouts and kernel order.
const KERNEL_GRAD_TILED_OVERRIDES: &[&str] = &with::<{ WINDOW_OVERRIDES.len() + 7 }>(
    WINDOW_OVERRIDES,
    &["PADDED_D", "PADDED_H", "PADDED_W", "BORDER", "X_LAST", "Y_LAST", "IN_OUT"],
);

/// The constants of a tile and the bytes of its staged rows.
macro_rules! tile_variant {
    ($m:literal, $n:literal, $k:literal, $sums:literal, $pad:literal) => {
        Variant {
            constants: {
                const CONSTANTS: &[Constant] = &[
                    ("WORKGROUP_SIZE", $m * $n / $sums),
                    ("TILE_M", $m),
                    ("TILE_N", $n),
                    ("TILE_K", $k),
                    ("ROW_PAD", $pad),
                    ("BUFFERS", 1),
                ];
                CONSTANTS
            },
            workgroup_bytes: 16 * $k * (($m + $n) / 4 + 2 * $pad),
        }
    };
}

/// A tile of a gather, of `sums` sums an invocation.
macro_rules! gather_tile {
    ($m:literal x $n:literal x $k:literal, sums $sums:literal) => {
        tile_variant!($m, $n, $k, $sums, 0)
    };
}

/// A tile of a kernel gradient: its lanes write to different rows of workgroup memory, which lie one quad apart from being in
/// the same banks.
macro_rules! kernel_grad_tile {
    ($m:literal x $n:literal x $k:literal, sums $sums:literal) => {
        tile_variant!($m, $n, $k, $sums, 1)
    };
}

kernel! {
    TILED_8X8_KERNEL = "conv/gather/tiled_8x8", [INDEX, ELEMENT, STORE, BORDER, WINDOW_BITS, CLASSES, GATHER, GATHER_CONSTANTS, LAYOUT, GATHER_LAYOUTS, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, NO_SIDE, TILE, TILE_8X8, GATHER_TILED, TILE_ROWS, STAGE_CELLS],
        GatherParams, TILED_OVERRIDES, subgroup 0, variants &[
            gather_tile!(128 x 128 x 16, sums 64),
            gather_tile!(64 x 128 x 8, sums 64),
            gather_tile!(32 x 256 x 8, sums 64),
        ];
    TILED_8X8 = "gather" [read(1, "source"), read_vec4(2, "packed"), write(4, "out")];
    TILED_8X8_BIAS = "gather_bias" [read(1, "source"), read_vec4(2, "packed"), read(3, "bias"), write(4, "out")];
}
kernel! {
    TILED_8X8_SIDE_KERNEL = "conv/gather/tiled_8x8+side" in "conv/gather/tiled_8x8", [INDEX, ELEMENT, STORE, BORDER, WINDOW_BITS, CLASSES, GATHER, GATHER_CONSTANTS, LAYOUT, GATHER_LAYOUTS, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, SIDE, TILE, TILE_8X8, GATHER_TILED, TILE_ROWS, STAGE_CELLS],
        GatherParams, TILED_SIDE_OVERRIDES, subgroup 0, variants TILED_8X8_KERNEL.variants;
    TILED_8X8_SIDE = "gather" [read(1, "source"), read_vec4(2, "packed"), write(4, "out"), read(5, "side")];
    TILED_8X8_BIAS_SIDE = "gather_bias" [read(1, "source"), read_vec4(2, "packed"), read(3, "bias"), write(4, "out"), read(5, "side")];
}
kernel! {
    TILED_8X4_KERNEL = "conv/gather/tiled_8x4", [INDEX, ELEMENT, STORE, BORDER, WINDOW_BITS, CLASSES, GATHER, GATHER_CONSTANTS, LAYOUT, GATHER_LAYOUTS, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, NO_SIDE, TILE, TILE_8X4, GATHER_TILED, TILE_ROWS, STAGE_CELLS],
        GatherParams, TILED_OVERRIDES, subgroup 0, variants &[gather_tile!(64 x 64 x 16, sums 32)];
    TILED_8X4 = "gather" [read(1, "source"), read_vec4(2, "packed"), write(4, "out")];
    TILED_8X4_BIAS = "gather_bias" [read(1, "source"), read_vec4(2, "packed"), read(3, "bias"), write(4, "out")];
}
kernel! {
    TILED_8X4_SIDE_KERNEL = "conv/gather/tiled_8x4+side" in "conv/gather/tiled_8x4", [INDEX, ELEMENT, STORE, BORDER, WINDOW_BITS, CLASSES, GATHER, GATHER_CONSTANTS, LAYOUT, GATHER_LAYOUTS, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, SIDE, TILE, TILE_8X4, GATHER_TILED, TILE_ROWS, STAGE_CELLS],
        GatherParams, TILED_SIDE_OVERRIDES, subgroup 0, variants TILED_8X4_KERNEL.variants;
    TILED_8X4_SIDE = "gather" [read(1, "source"), read_vec4(2, "packed"), write(4, "out"), read(5, "side")];
    TILED_8X4_BIAS_SIDE = "gather_bias" [read(1, "source"), read_vec4(2, "packed"), read(3, "bias"), write(4, "out"), read(5, "side")];
}
kernel! {
    TILED_4X4_KERNEL = "conv/gather/tiled_4x4", [INDEX, ELEMENT, STORE, BORDER, WINDOW_BITS, CLASSES, GATHER, GATHER_CONSTANTS, LAYOUT, GATHER_LAYOUTS, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, NO_SIDE, TILE, TILE_4X4, GATHER_TILED, TILE_ROWS, STAGE_CELLS],
        GatherParams, TILED_OVERRIDES, subgroup 0, variants &[
            gather_tile!(64 x 32 x 16, sums 16),
            gather_tile!(16 x 128 x 16, sums 16),
        ];
    TILED_4X4 = "gather" [read(1, "source"), read_vec4(2, "packed"), write(4, "out")];
    TILED_4X4_BIAS = "gather_bias" [read(1, "source"), read_vec4(2, "packed"), read(3, "bias"), write(4, "out")];
}
kernel! {
    TILED_4X4_SIDE_KERNEL = "conv/gather/tiled_4x4+side" in "conv/gather/tiled_4x4", [INDEX, ELEMENT, STORE, BORDER, WINDOW_BITS, CLASSES, GATHER, GATHER_CONSTANTS, LAYOUT, GATHER_LAYOUTS, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, SIDE, TILE, TILE_4X4, GATHER_TILED, TILE_ROWS, STAGE_CELLS],
        GatherParams, TILED_SIDE_OVERRIDES, subgroup 0, variants TILED_4X4_KERNEL.variants;
    TILED_4X4_SIDE = "gather" [read(1, "source"), read_vec4(2, "packed"), write(4, "out"), read(5, "side")];
    TILED_4X4_BIAS_SIDE = "gather_bias" [read(1, "source"), read_vec4(2, "packed"), read(3, "bias"), write(4, "out"), read(5, "side")];
}
kernel! {
    TILED_8X8_LAST_KERNEL = "conv/gather/tiled_8x8+last" in "conv/gather/tiled_8x8", [INDEX, ELEMENT, STORE, BORDER, WINDOW_BITS, CLASSES, GATHER, GATHER_CONSTANTS, LAYOUT, GATHER_LAYOUTS, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, NO_SIDE, TILE, TILE_8X8, GATHER_TILED, STAGE_CHANNELS],
        GatherParams, TILED_OVERRIDES, subgroup 0, variants TILED_8X8_KERNEL.variants;
    TILED_8X8_LAST = "gather" [read_quad(1, "source"), read_vec4(2, "packed"), write(4, "out")];
    TILED_8X8_LAST_BIAS = "gather_bias" [read_quad(1, "source"), read_vec4(2, "packed"), read(3, "bias"), write(4, "out")];
}
kernel! {
    TILED_8X8_LAST_SIDE_KERNEL = "conv/gather/tiled_8x8+last+side" in "conv/gather/tiled_8x8", [INDEX, ELEMENT, STORE, BORDER, WINDOW_BITS, CLASSES, GATHER, GATHER_CONSTANTS, LAYOUT, GATHER_LAYOUTS, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, SIDE, TILE, TILE_8X8, GATHER_TILED, STAGE_CHANNELS],
        GatherParams, TILED_SIDE_OVERRIDES, subgroup 0, variants TILED_8X8_KERNEL.variants;
    TILED_8X8_LAST_SIDE = "gather" [read_quad(1, "source"), read_vec4(2, "packed"), write(4, "out"), read(5, "side")];
    TILED_8X8_LAST_BIAS_SIDE = "gather_bias" [read_quad(1, "source"), read_vec4(2, "packed"), read(3, "bias"), write(4, "out"), read(5, "side")];
}
kernel! {
    TILED_8X4_LAST_KERNEL = "conv/gather/tiled_8x4+last" in "conv/gather/tiled_8x4", [INDEX, ELEMENT, STORE, BORDER, WINDOW_BITS, CLASSES, GATHER, GATHER_CONSTANTS, LAYOUT, GATHER_LAYOUTS, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, NO_SIDE, TILE, TILE_8X4, GATHER_TILED, STAGE_CHANNELS],
        GatherParams, TILED_OVERRIDES, subgroup 0, variants TILED_8X4_KERNEL.variants;
    TILED_8X4_LAST = "gather" [read_quad(1, "source"), read_vec4(2, "packed"), write(4, "out")];
    TILED_8X4_LAST_BIAS = "gather_bias" [read_quad(1, "source"), read_vec4(2, "packed"), read(3, "bias"), write(4, "out")];
}
kernel! {
    TILED_8X4_LAST_SIDE_KERNEL = "conv/gather/tiled_8x4+last+side" in "conv/gather/tiled_8x4", [INDEX, ELEMENT, STORE, BORDER, WINDOW_BITS, CLASSES, GATHER, GATHER_CONSTANTS, LAYOUT, GATHER_LAYOUTS, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, SIDE, TILE, TILE_8X4, GATHER_TILED, STAGE_CHANNELS],
        GatherParams, TILED_SIDE_OVERRIDES, subgroup 0, variants TILED_8X4_KERNEL.variants;
    TILED_8X4_LAST_SIDE = "gather" [read_quad(1, "source"), read_vec4(2, "packed"), write(4, "out"), read(5, "side")];
    TILED_8X4_LAST_BIAS_SIDE = "gather_bias" [read_quad(1, "source"), read_vec4(2, "packed"), read(3, "bias"), write(4, "out"), read(5, "side")];
}
kernel! {
    TILED_4X4_LAST_KERNEL = "conv/gather/tiled_4x4+last" in "conv/gather/tiled_4x4", [INDEX, ELEMENT, STORE, BORDER, WINDOW_BITS, CLASSES, GATHER, GATHER_CONSTANTS, LAYOUT, GATHER_LAYOUTS, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, NO_SIDE, TILE, TILE_4X4, GATHER_TILED, STAGE_CHANNELS],
        GatherParams, TILED_OVERRIDES, subgroup 0, variants TILED_4X4_KERNEL.variants;
    TILED_4X4_LAST = "gather" [read_quad(1, "source"), read_vec4(2, "packed"), write(4, "out")];
    TILED_4X4_LAST_BIAS = "gather_bias" [read_quad(1, "source"), read_vec4(2, "packed"), read(3, "bias"), write(4, "out")];
}
kernel! {
    TILED_4X4_LAST_SIDE_KERNEL = "conv/gather/tiled_4x4+last+side" in "conv/gather/tiled_4x4", [INDEX, ELEMENT, STORE, BORDER, WINDOW_BITS, CLASSES, GATHER, GATHER_CONSTANTS, LAYOUT, GATHER_LAYOUTS, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, SIDE, TILE, TILE_4X4, GATHER_TILED, STAGE_CHANNELS],
        GatherParams, TILED_SIDE_OVERRIDES, subgroup 0, variants TILED_4X4_KERNEL.variants;
    TILED_4X4_LAST_SIDE = "gather" [read_quad(1, "source"), read_vec4(2, "packed"), write(4, "out"), read(5, "side")];
    TILED_4X4_LAST_BIAS_SIDE = "gather_bias" [read_quad(1, "source"), read_vec4(2, "packed"), read(3, "bias"), write(4, "out"), read(5, "side")];
}
kernel! {
    KERNEL_GRAD_TILED_8X8_KERNEL = "conv/kernel_grad/tiled_8x8",
        [INDEX, ELEMENT, REDUCTION, WINDOW, WINDOW_CONSTANTS, BORDER, WINDOW_BITS, LAYOUT, LAYOUTS, KERNEL_ORDER, CONV, TILE, TILE_8X8, KERNEL_GRAD_TILED, TILE_ROWS, KERNEL_GRAD_CELLS], ConvParams,
        KERNEL_GRAD_TILED_OVERRIDES, subgroup 0, variants &[kernel_grad_tile!(128 x 128 x 8, sums 64)];
    KERNEL_GRAD_TILED_8X8 = "kernel_grad" [read(1, "x"), read(2, "dy"), write(3, "dw")];
}
kernel! {
    KERNEL_GRAD_TILED_8X4_KERNEL = "conv/kernel_grad/tiled_8x4",
        [INDEX, ELEMENT, REDUCTION, WINDOW, WINDOW_CONSTANTS, BORDER, WINDOW_BITS, LAYOUT, LAYOUTS, KERNEL_ORDER, CONV, TILE, TILE_8X4, KERNEL_GRAD_TILED, TILE_ROWS, KERNEL_GRAD_CELLS], ConvParams,
        KERNEL_GRAD_TILED_OVERRIDES, subgroup 0, variants &[
            kernel_grad_tile!(128 x 64 x 16, sums 32),
            kernel_grad_tile!(64 x 64 x 16, sums 32),
        ];
    KERNEL_GRAD_TILED_8X4 = "kernel_grad" [read(1, "x"), read(2, "dy"), write(3, "dw")];
}
kernel! {
    KERNEL_GRAD_TILED_4X4_KERNEL = "conv/kernel_grad/tiled_4x4",
        [INDEX, ELEMENT, REDUCTION, WINDOW, WINDOW_CONSTANTS, BORDER, WINDOW_BITS, LAYOUT, LAYOUTS, KERNEL_ORDER, CONV, TILE, TILE_4X4, KERNEL_GRAD_TILED, TILE_ROWS, KERNEL_GRAD_CELLS], ConvParams,
        KERNEL_GRAD_TILED_OVERRIDES, subgroup 0, variants &[kernel_grad_tile!(32 x 32 x 16, sums 16)];
    KERNEL_GRAD_TILED_4X4 = "kernel_grad" [read(1, "x"), read(2, "dy"), write(3, "dw")];
}
kernel! {
    KERNEL_GRAD_TILED_8X8_LAST_KERNEL = "conv/kernel_grad/tiled_8x8+last" in "conv/kernel_grad/tiled_8x8",
        [INDEX, ELEMENT, REDUCTION, WINDOW, WINDOW_CONSTANTS, BORDER, WINDOW_BITS, LAYOUT, LAYOUTS, KERNEL_ORDER, CONV, TILE, TILE_8X8, KERNEL_GRAD_TILED, TILE_ROWS, KERNEL_GRAD_CHANNELS], ConvParams,
        KERNEL_GRAD_TILED_OVERRIDES, subgroup 0, variants &[tile_variant!(128, 128, 16, 64, 0)];
    KERNEL_GRAD_TILED_8X8_LAST = "kernel_grad" [read_quad(1, "x"), read_quad(2, "dy"), write(3, "dw")];
}
kernel! {
    KERNEL_GRAD_TILED_8X4_LAST_KERNEL = "conv/kernel_grad/tiled_8x4+last" in "conv/kernel_grad/tiled_8x4",
        [INDEX, ELEMENT, REDUCTION, WINDOW, WINDOW_CONSTANTS, BORDER, WINDOW_BITS, LAYOUT, LAYOUTS, KERNEL_ORDER, CONV, TILE, TILE_8X4, KERNEL_GRAD_TILED, TILE_ROWS, KERNEL_GRAD_CHANNELS], ConvParams,
        KERNEL_GRAD_TILED_OVERRIDES, subgroup 0, variants &[
            tile_variant!(128, 64, 16, 32, 0),
            tile_variant!(64, 64, 16, 32, 0),
        ];
    KERNEL_GRAD_TILED_8X4_LAST = "kernel_grad" [read_quad(1, "x"), read_quad(2, "dy"), write(3, "dw")];
}
kernel! {
    KERNEL_GRAD_TILED_4X4_LAST_KERNEL = "conv/kernel_grad/tiled_4x4+last" in "conv/kernel_grad/tiled_4x4",
        [INDEX, ELEMENT, REDUCTION, WINDOW, WINDOW_CONSTANTS, BORDER, WINDOW_BITS, LAYOUT, LAYOUTS, KERNEL_ORDER, CONV, TILE, TILE_4X4, KERNEL_GRAD_TILED, TILE_ROWS, KERNEL_GRAD_CHANNELS], ConvParams,
        KERNEL_GRAD_TILED_OVERRIDES, subgroup 0, variants &[tile_variant!(32, 32, 16, 16, 4)];
    KERNEL_GRAD_TILED_4X4_LAST = "kernel_grad" [read_quad(1, "x"), read_quad(2, "dy"), write(3, "dw")];
}
