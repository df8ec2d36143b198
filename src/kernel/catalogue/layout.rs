//! Kernels that change the order of a tensor's axes.

use super::super::params::TransposeParams;
use super::{Constant, ELEMENT, EntryPoint, INDEX, Kernel, STORE, Variant, WORKGROUP_SIZE, kernel, read, write};

const TRANSPOSE: &str = include_str!("../../../shaders/layout/params.wgsl");

/// Rows and columns of a tile.
pub(crate) const TRANSPOSE_SIDE: u32 = 32;

const fn tile(neighbours: u32) -> Variant {
    let constants: &[Constant] = match neighbours {
        1 => &[("WORKGROUP_SIZE", WORKGROUP_SIZE), ("SIDE", TRANSPOSE_SIDE), ("NEIGHBOURS", 1)],
        _ => &[("WORKGROUP_SIZE", WORKGROUP_SIZE), ("SIDE", TRANSPOSE_SIDE), ("NEIGHBOURS", 2)],
    };
    Variant { constants, workgroup_bytes: 4 * TRANSPOSE_SIDE * (TRANSPOSE_SIDE + 1) }
}

/// By the elements of a word.
const TRANSPOSE_TILES: &[Variant] = &[tile(1), tile(2)];

kernel! {
    TRANSPOSE_DIRECT_KERNEL = "layout/transpose_direct", [INDEX, TRANSPOSE, ELEMENT, STORE], TransposeParams, &[], 0;
    TRANSPOSE_DIRECT = "transpose" [read(1, "x"), write(2, "out")];
}
kernel! {
    TRANSPOSE_TILED_KERNEL = "layout/transpose_tiled", [INDEX, TRANSPOSE, ELEMENT, STORE], TransposeParams, &[], subgroup 0, variants TRANSPOSE_TILES;
    TRANSPOSE_TILED = "transpose" [read(1, "x"), write(2, "out")];
}
