//! Pooling by blocks of four quads and less an invocation, whose windows share what they read.

use super::super::params::RowsParams;
use super::pool::AVERAGE_OVERRIDES;
use super::pool_rows::{ROWS, ROWS_DIVISOR};
use super::{
    DIVIDE, ELEMENT, EntryPoint, INDEX, INSIDE, Kernel, STORE_QUAD, Variant, WINDOW, WINDOW_CONSTANTS,
    WINDOW_OVERRIDES, WORKGROUP_SIZE, kernel, read_quad, read_vec4, with, write_quad, write_vec4,
};

const BLOCK: &str = include_str!("../../../shaders/pool/blocks/block.wgsl");
const CELLS: &str = include_str!("../../../shaders/pool/blocks/cells.wgsl");
const WINDOWS: &str = include_str!("../../../shaders/pool/blocks/windows.wgsl");

/// Those of windows and that of `pool/blocks/cells.wgsl`.
const CELLS_OVERRIDES: &[&str] = &with::<{ WINDOW_OVERRIDES.len() + 1 }>(WINDOW_OVERRIDES, &["ROWS"]);

/// Those of the divisor, and of `pool/blocks/average_forward.wgsl`.
const FORWARD_OVERRIDES: &[&str] =
    &with::<{ AVERAGE_OVERRIDES.len() + 3 }>(AVERAGE_OVERRIDES, &["ROWS", "EDGES_H", "EDGES_W"]);

kernel! {
    BLOCKS_MAX_FORWARD_KERNEL = "pool/blocks/max_forward",
        [INDEX, WINDOW, WINDOW_CONSTANTS, INSIDE, ROWS, DIVIDE, BLOCK, CELLS, ELEMENT, STORE_QUAD], RowsParams, CELLS_OVERRIDES, 0;
    BLOCKS_MAX_FORWARD = "forward" [read_quad(1, "x"), write_quad(2, "out")];
    BLOCKS_MAX_FORWARD_WITH_INDICES = "forward_with_indices" [read_quad(1, "x"), write_quad(2, "out"), write_vec4(3, "indices")];
}
kernel! {
    BLOCKS_MAX_BACKWARD_KERNEL = "pool/blocks/max_backward",
        [INDEX, WINDOW, WINDOW_CONSTANTS, INSIDE, ROWS, DIVIDE, BLOCK, WINDOWS, ELEMENT, STORE_QUAD], RowsParams, WINDOW_OVERRIDES, 0;
    BLOCKS_MAX_BACKWARD = "backward" [read_quad(1, "dy"), read_vec4(2, "indices"), write_quad(3, "out")];
}
kernel! {
    BLOCKS_AVERAGE_FORWARD_KERNEL = "pool/blocks/average_forward",
        [INDEX, WINDOW, WINDOW_CONSTANTS, INSIDE, ROWS_DIVISOR, ROWS, DIVIDE, BLOCK, CELLS, ELEMENT, STORE_QUAD], RowsParams, FORWARD_OVERRIDES, 0;
    BLOCKS_AVERAGE_FORWARD = "forward" [read_quad(1, "x"), write_quad(2, "out")];
}
kernel! {
    BLOCKS_AVERAGE_BACKWARD_KERNEL = "pool/blocks/average_backward",
        [INDEX, WINDOW, WINDOW_CONSTANTS, INSIDE, ROWS_DIVISOR, ROWS, DIVIDE, BLOCK, WINDOWS, ELEMENT, STORE_QUAD], RowsParams, AVERAGE_OVERRIDES, 0;
    BLOCKS_AVERAGE_BACKWARD = "backward" [read_quad(1, "dy"), write_quad(2, "out")];
}
