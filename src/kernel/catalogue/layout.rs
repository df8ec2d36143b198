//! Kernels that change the order of a tensor's axes.

use super::super::params::TransposeParams;
use super::{EntryPoint, INDEX, Kernel, Variant, WORKGROUP_SIZE, kernel, read, write};

const TRANSPOSE: &str = include_str!("../../../shaders/layout/params.wgsl");

/// Rows and columns of a tile.
pub(crate) const TRANSPOSE_SIDE: u32 = 32;

kernel! {
    TRANSPOSE_DIRECT_KERNEL = "layout/transpose_direct", [INDEX, TRANSPOSE], TransposeParams, &[], 0;
    TRANSPOSE_DIRECT = "transpose" [read(1, "x"), write(2, "y")];
}
kernel! {
    TRANSPOSE_TILED_KERNEL = "layout/transpose_tiled", [INDEX, TRANSPOSE], TransposeParams, &[], subgroup 0, variants &[Variant {
        constants: &[("WORKGROUP_SIZE", WORKGROUP_SIZE), ("SIDE", TRANSPOSE_SIDE)],
        workgroup_bytes: 4 * TRANSPOSE_SIDE * (TRANSPOSE_SIDE + 1),
    }];
    TRANSPOSE_TILED = "transpose" [read(1, "x"), write(2, "y")];
}
