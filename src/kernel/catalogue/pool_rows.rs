//! Pooling by four elements an invocation.

use super::super::params::RowsParams;
use super::pool::AVERAGE_OVERRIDES;
use super::{
    DIVIDE, ELEMENT, EntryPoint, INDEX, INSIDE, Kernel, STORE, STORE_QUAD, Variant, WINDOW, WINDOW_CONSTANTS,
    WINDOW_OVERRIDES, WORKGROUP_SIZE, kernel, read, write, write_quad, write_vec4,
};

pub(super) const ROWS: &str = include_str!("../../../shaders/pool/rows/params.wgsl");
const FOUR: &str = include_str!("../../../shaders/pool/rows/four.wgsl");
const ROWS_SCALAR: &str = include_str!("../../../shaders/pool/rows/store_scalar.wgsl");
const ROWS_VEC4: &str = include_str!("../../../shaders/pool/rows/store_vec4.wgsl");
pub(super) const ROWS_DIVISOR: &str = include_str!("../../../shaders/pool/rows/average_divisor.wgsl");
const ROWS_MAX_FORWARD_PASS: &str = include_str!("../../../shaders/pool/rows/max_forward.wgsl");
const ROWS_MAX_BACKWARD_PASS: &str = include_str!("../../../shaders/pool/rows/max_backward.wgsl");
const ROWS_AVERAGE_FORWARD_PASS: &str = include_str!("../../../shaders/pool/rows/average_forward.wgsl");
const ROWS_AVERAGE_BACKWARD_PASS: &str = include_str!("../../../shaders/pool/rows/average_backward.wgsl");

kernel! {
    ROWS_MAX_FORWARD_SCALAR_KERNEL = "pool/rows/max_forward_scalar",
        [INDEX, WINDOW, WINDOW_CONSTANTS, INSIDE, ROWS, DIVIDE, FOUR, ELEMENT, STORE, ROWS_SCALAR, ROWS_MAX_FORWARD_PASS], RowsParams, WINDOW_OVERRIDES, 0;
    ROWS_MAX_FORWARD_SCALAR = "forward" [read(1, "x"), write(3, "out")];
    ROWS_MAX_FORWARD_WITH_INDICES_SCALAR = "forward_with_indices" [read(1, "x"), write(3, "out"), write(4, "indices")];
}
kernel! {
    ROWS_MAX_BACKWARD_SCALAR_KERNEL = "pool/rows/max_backward_scalar",
        [INDEX, WINDOW, WINDOW_CONSTANTS, ROWS, DIVIDE, FOUR, ELEMENT, STORE, ROWS_SCALAR, ROWS_MAX_BACKWARD_PASS], RowsParams, WINDOW_OVERRIDES, 0;
    ROWS_MAX_BACKWARD_SCALAR = "backward" [read(1, "dy"), read(2, "indices"), write(3, "out")];
}
kernel! {
    ROWS_AVERAGE_FORWARD_SCALAR_KERNEL = "pool/rows/average_forward_scalar",
        [INDEX, WINDOW, WINDOW_CONSTANTS, INSIDE, ROWS_DIVISOR, ROWS, DIVIDE, FOUR, ELEMENT, STORE, ROWS_SCALAR, ROWS_AVERAGE_FORWARD_PASS], RowsParams, AVERAGE_OVERRIDES, 0;
    ROWS_AVERAGE_FORWARD_SCALAR = "forward" [read(1, "x"), write(3, "out")];
}
kernel! {
    ROWS_AVERAGE_BACKWARD_SCALAR_KERNEL = "pool/rows/average_backward_scalar",
        [INDEX, WINDOW, WINDOW_CONSTANTS, ROWS_DIVISOR, ROWS, DIVIDE, FOUR, ELEMENT, STORE, ROWS_SCALAR, ROWS_AVERAGE_BACKWARD_PASS], RowsParams, AVERAGE_OVERRIDES, 0;
    ROWS_AVERAGE_BACKWARD_SCALAR = "backward" [read(1, "dy"), write(3, "out")];
}
kernel! {
    ROWS_MAX_FORWARD_VEC4_KERNEL = "pool/rows/max_forward_vec4",
        [INDEX, WINDOW, WINDOW_CONSTANTS, INSIDE, ROWS, DIVIDE, FOUR, ELEMENT, STORE_QUAD, ROWS_VEC4, ROWS_MAX_FORWARD_PASS], RowsParams, WINDOW_OVERRIDES, 0;
    ROWS_MAX_FORWARD_VEC4 = "forward" [read(1, "x"), write_quad(3, "out")];
    ROWS_MAX_FORWARD_WITH_INDICES_VEC4 = "forward_with_indices" [read(1, "x"), write_quad(3, "out"), write_vec4(4, "indices")];
}
kernel! {
    ROWS_MAX_BACKWARD_VEC4_KERNEL = "pool/rows/max_backward_vec4",
        [INDEX, WINDOW, WINDOW_CONSTANTS, ROWS, DIVIDE, FOUR, ELEMENT, STORE_QUAD, ROWS_VEC4, ROWS_MAX_BACKWARD_PASS], RowsParams, WINDOW_OVERRIDES, 0;
    ROWS_MAX_BACKWARD_VEC4 = "backward" [read(1, "dy"), read(2, "indices"), write_quad(3, "out")];
}
kernel! {
    ROWS_AVERAGE_FORWARD_VEC4_KERNEL = "pool/rows/average_forward_vec4",
        [INDEX, WINDOW, WINDOW_CONSTANTS, INSIDE, ROWS_DIVISOR, ROWS, DIVIDE, FOUR, ELEMENT, STORE_QUAD, ROWS_VEC4, ROWS_AVERAGE_FORWARD_PASS], RowsParams, AVERAGE_OVERRIDES, 0;
    ROWS_AVERAGE_FORWARD_VEC4 = "forward" [read(1, "x"), write_quad(3, "out")];
}
kernel! {
    ROWS_AVERAGE_BACKWARD_VEC4_KERNEL = "pool/rows/average_backward_vec4",
        [INDEX, WINDOW, WINDOW_CONSTANTS, ROWS_DIVISOR, ROWS, DIVIDE, FOUR, ELEMENT, STORE_QUAD, ROWS_VEC4, ROWS_AVERAGE_BACKWARD_PASS], RowsParams, AVERAGE_OVERRIDES, 0;
    ROWS_AVERAGE_BACKWARD_VEC4 = "backward" [read(1, "dy"), write_quad(3, "out")];
}
