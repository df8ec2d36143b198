//! Pooling by blocks of four quads and less an invocation, whose windows share what they read.

use super::super::params::RowsParams;
use super::pool::AVERAGE_OVERRIDES;
use super::pool_rows::{ROWS, ROWS_DIVISOR};
use super::{
    DIVIDE, ELEMENT, EntryPoint, INDEX, INSIDE, Kernel, STORE, STORE_QUAD, Variant, WINDOW, WINDOW_CONSTANTS,
    WINDOW_OVERRIDES, WORKGROUP_SIZE, kernel, read, read_quad, read_vec4, with, write, write_quad, write_vec4,
};

const BLOCK: &str = include_str!("../../../shaders/pool/blocks/block.wgsl");
const CELLS: &str = include_str!("../../../shaders/pool/blocks/cells.wgsl");
const WINDOWS: &str = include_str!("../../../shaders/pool/blocks/windows.wgsl");
const MAX_FORWARD_PASS: &str = include_str!("../../../shaders/pool/blocks/max_forward.wgsl");
const MAX_BACKWARD_PASS: &str = include_str!("../../../shaders/pool/blocks/max_backward.wgsl");
const AVERAGE_FORWARD_PASS: &str = include_str!("../../../shaders/pool/blocks/average_forward.wgsl");
const AVERAGE_BACKWARD_PASS: &str = include_str!("../../../shaders/pool/blocks/average_backward.wgsl");
const STORE_WHOLE: &str = include_str!("../../../shaders/pool/blocks/store_whole.wgsl");
const STORE_SINGLE: &str = include_str!("../../../shaders/pool/blocks/store_single.wgsl");
const CELLS_WHOLE: &str = include_str!("../../../shaders/pool/blocks/cells_whole.wgsl");
const CELLS_SINGLE: &str = include_str!("../../../shaders/pool/blocks/cells_single.wgsl");
const DY_WHOLE: &str = include_str!("../../../shaders/pool/blocks/dy_whole.wgsl");
const DY_SINGLE: &str = include_str!("../../../shaders/pool/blocks/dy_single.wgsl");

/// Those of windows and that of `pool/blocks/cells.wgsl`.
const CELLS_OVERRIDES: &[&str] = &with::<{ WINDOW_OVERRIDES.len() + 1 }>(WINDOW_OVERRIDES, &["ROWS"]);

/// Those of the divisor, and of `pool/blocks/average_forward.wgsl`.
const FORWARD_OVERRIDES: &[&str] =
    &with::<{ AVERAGE_OVERRIDES.len() + 3 }>(AVERAGE_OVERRIDES, &["ROWS", "EDGES_H", "EDGES_W"]);

kernel! {
    BLOCKS_MAX_FORWARD_WHOLE_KERNEL = "pool/blocks/max_forward_whole",
        [INDEX, WINDOW, WINDOW_CONSTANTS, INSIDE, ROWS, DIVIDE, BLOCK, ELEMENT, STORE_QUAD, STORE_WHOLE, CELLS, CELLS_WHOLE, MAX_FORWARD_PASS], RowsParams, CELLS_OVERRIDES, 0;
    BLOCKS_MAX_FORWARD_WHOLE = "forward" [read_quad(1, "x"), write_quad(2, "out")];
    BLOCKS_MAX_FORWARD_WITH_INDICES_WHOLE = "forward_with_indices" [read_quad(1, "x"), write_quad(2, "out"), write_vec4(3, "indices")];
}
kernel! {
    BLOCKS_MAX_BACKWARD_WHOLE_KERNEL = "pool/blocks/max_backward_whole",
        [INDEX, WINDOW, WINDOW_CONSTANTS, INSIDE, ROWS, DIVIDE, BLOCK, ELEMENT, STORE_QUAD, STORE_WHOLE, WINDOWS, DY_WHOLE, MAX_BACKWARD_PASS], RowsParams, WINDOW_OVERRIDES, 0;
    BLOCKS_MAX_BACKWARD_WHOLE = "backward" [read_quad(1, "dy"), read_vec4(3, "indices"), write_quad(2, "out")];
}
kernel! {
    BLOCKS_AVERAGE_FORWARD_WHOLE_KERNEL = "pool/blocks/average_forward_whole",
        [INDEX, WINDOW, WINDOW_CONSTANTS, INSIDE, ROWS, DIVIDE, BLOCK, ELEMENT, STORE_QUAD, STORE_WHOLE, ROWS_DIVISOR, CELLS, CELLS_WHOLE, AVERAGE_FORWARD_PASS], RowsParams, FORWARD_OVERRIDES, 0;
    BLOCKS_AVERAGE_FORWARD_WHOLE = "forward" [read_quad(1, "x"), write_quad(2, "out")];
}
kernel! {
    BLOCKS_AVERAGE_BACKWARD_WHOLE_KERNEL = "pool/blocks/average_backward_whole",
        [INDEX, WINDOW, WINDOW_CONSTANTS, INSIDE, ROWS, DIVIDE, BLOCK, ELEMENT, STORE_QUAD, STORE_WHOLE, ROWS_DIVISOR, WINDOWS, DY_WHOLE, AVERAGE_BACKWARD_PASS], RowsParams, AVERAGE_OVERRIDES, 0;
    BLOCKS_AVERAGE_BACKWARD_WHOLE = "backward" [read_quad(1, "dy"), write_quad(2, "out")];
}
kernel! {
    BLOCKS_MAX_FORWARD_SINGLE_KERNEL = "pool/blocks/max_forward_single",
        [INDEX, WINDOW, WINDOW_CONSTANTS, INSIDE, ROWS, DIVIDE, BLOCK, ELEMENT, STORE, STORE_SINGLE, CELLS, CELLS_SINGLE, MAX_FORWARD_PASS], RowsParams, CELLS_OVERRIDES, 0;
    BLOCKS_MAX_FORWARD_SINGLE = "forward" [read(1, "x"), write(2, "out")];
    BLOCKS_MAX_FORWARD_WITH_INDICES_SINGLE = "forward_with_indices" [read(1, "x"), write(2, "out"), write(3, "indices")];
}
kernel! {
    BLOCKS_MAX_BACKWARD_SINGLE_KERNEL = "pool/blocks/max_backward_single",
        [INDEX, WINDOW, WINDOW_CONSTANTS, INSIDE, ROWS, DIVIDE, BLOCK, ELEMENT, STORE, STORE_SINGLE, WINDOWS, DY_SINGLE, MAX_BACKWARD_PASS], RowsParams, WINDOW_OVERRIDES, 0;
    BLOCKS_MAX_BACKWARD_SINGLE = "backward" [read(1, "dy"), read(3, "indices"), write(2, "out")];
}
kernel! {
    BLOCKS_AVERAGE_FORWARD_SINGLE_KERNEL = "pool/blocks/average_forward_single",
        [INDEX, WINDOW, WINDOW_CONSTANTS, INSIDE, ROWS, DIVIDE, BLOCK, ELEMENT, STORE, STORE_SINGLE, ROWS_DIVISOR, CELLS, CELLS_SINGLE, AVERAGE_FORWARD_PASS], RowsParams, FORWARD_OVERRIDES, 0;
    BLOCKS_AVERAGE_FORWARD_SINGLE = "forward" [read(1, "x"), write(2, "out")];
}
kernel! {
    BLOCKS_AVERAGE_BACKWARD_SINGLE_KERNEL = "pool/blocks/average_backward_single",
        [INDEX, WINDOW, WINDOW_CONSTANTS, INSIDE, ROWS, DIVIDE, BLOCK, ELEMENT, STORE, STORE_SINGLE, ROWS_DIVISOR, WINDOWS, DY_SINGLE, AVERAGE_BACKWARD_PASS], RowsParams, AVERAGE_OVERRIDES, 0;
    BLOCKS_AVERAGE_BACKWARD_SINGLE = "backward" [read(1, "dy"), write(2, "out")];
}
