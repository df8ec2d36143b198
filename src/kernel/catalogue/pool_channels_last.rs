//! Pooling of tensors with their channels last, by four channels of one cell, or of two by two, an invocation.

use super::super::params::RowsParams;
use super::pool::{AVERAGE_BIN_OVERRIDES, AVERAGE_OVERRIDES, BIN_OVERRIDES, DIVISOR, POOL_WINDOW};
use super::pool_rows::{ROWS, ROWS_DIVISOR};
use super::{
    DIVIDE, ELEMENT, EntryPoint, INDEX, INSIDE, Kernel, STORE_QUAD, Variant, WINDOW, WINDOW_CONSTANTS,
    WINDOW_OVERRIDES, WORKGROUP_SIZE, kernel, read_quad, read_vec4, write_quad, write_vec4,
};

const QUAD: &str = include_str!("../../../shaders/pool/channels_last/quad.wgsl");
const BLOCK: &str = include_str!("../../../shaders/pool/channels_last/block.wgsl");
const CELLS_UNDER: &str = include_str!("../../../shaders/pool/channels_last/cells_under.wgsl");
const WINDOWS_OVER: &str = include_str!("../../../shaders/pool/channels_last/windows_over.wgsl");

kernel! {
    LAST_MAX_FORWARD_KERNEL = "pool/channels_last/max_forward",
        [INDEX, WINDOW, WINDOW_CONSTANTS, POOL_WINDOW, ROWS, DIVIDE, QUAD, ELEMENT, STORE_QUAD], RowsParams, BIN_OVERRIDES, 0;
    LAST_MAX_FORWARD = "forward" [read_quad(1, "x"), write_quad(2, "out")];
    LAST_MAX_FORWARD_WITH_INDICES = "forward_with_indices" [read_quad(1, "x"), write_quad(2, "out"), write_vec4(3, "indices")];
}
kernel! {
    LAST_MAX_BACKWARD_KERNEL = "pool/channels_last/max_backward",
        [INDEX, WINDOW, WINDOW_CONSTANTS, POOL_WINDOW, ROWS, DIVIDE, QUAD, ELEMENT, STORE_QUAD], RowsParams, BIN_OVERRIDES, 0;
    LAST_MAX_BACKWARD = "backward" [read_quad(1, "dy"), read_vec4(2, "indices"), write_quad(3, "out")];
}
kernel! {
    LAST_AVERAGE_FORWARD_KERNEL = "pool/channels_last/average_forward",
        [INDEX, WINDOW, WINDOW_CONSTANTS, POOL_WINDOW, DIVISOR, ROWS, DIVIDE, QUAD, ELEMENT, STORE_QUAD], RowsParams, AVERAGE_BIN_OVERRIDES, 0;
    LAST_AVERAGE_FORWARD = "forward" [read_quad(1, "x"), write_quad(2, "out")];
}
kernel! {
    LAST_AVERAGE_BACKWARD_KERNEL = "pool/channels_last/average_backward",
        [INDEX, WINDOW, WINDOW_CONSTANTS, POOL_WINDOW, DIVISOR, ROWS, DIVIDE, QUAD, ELEMENT, STORE_QUAD], RowsParams, AVERAGE_BIN_OVERRIDES, 0;
    LAST_AVERAGE_BACKWARD = "backward" [read_quad(1, "dy"), write_quad(2, "out")];
}
kernel! {
    LAST_MAX_FORWARD_BLOCKS_KERNEL = "pool/channels_last/max_forward_blocks",
        [INDEX, WINDOW, WINDOW_CONSTANTS, ROWS, DIVIDE, BLOCK, CELLS_UNDER, ELEMENT, STORE_QUAD], RowsParams, WINDOW_OVERRIDES, 0;
    LAST_MAX_FORWARD_BLOCKS = "forward" [read_quad(1, "x"), write_quad(2, "out")];
    LAST_MAX_FORWARD_BLOCKS_WITH_INDICES = "forward_with_indices" [read_quad(1, "x"), write_quad(2, "out"), write_vec4(3, "indices")];
}
kernel! {
    LAST_AVERAGE_FORWARD_BLOCKS_KERNEL = "pool/channels_last/average_forward_blocks",
        [INDEX, WINDOW, WINDOW_CONSTANTS, INSIDE, ROWS_DIVISOR, ROWS, DIVIDE, BLOCK, CELLS_UNDER, ELEMENT, STORE_QUAD], RowsParams, AVERAGE_OVERRIDES, 0;
    LAST_AVERAGE_FORWARD_BLOCKS = "forward" [read_quad(1, "x"), write_quad(2, "out")];
}
kernel! {
    LAST_MAX_BACKWARD_BLOCKS_KERNEL = "pool/channels_last/max_backward_blocks",
        [INDEX, WINDOW, WINDOW_CONSTANTS, INSIDE, ROWS, DIVIDE, BLOCK, WINDOWS_OVER, ELEMENT, STORE_QUAD], RowsParams, WINDOW_OVERRIDES, 0;
    LAST_MAX_BACKWARD_BLOCKS = "backward" [read_quad(1, "dy"), read_vec4(2, "indices"), write_quad(3, "out")];
}
kernel! {
    LAST_AVERAGE_BACKWARD_BLOCKS_KERNEL = "pool/channels_last/average_backward_blocks",
        [INDEX, WINDOW, WINDOW_CONSTANTS, INSIDE, ROWS_DIVISOR, ROWS, DIVIDE, BLOCK, WINDOWS_OVER, ELEMENT, STORE_QUAD], RowsParams, AVERAGE_OVERRIDES, 0;
    LAST_AVERAGE_BACKWARD_BLOCKS = "backward" [read_quad(1, "dy"), write_quad(2, "out")];
}
