//! Pooling.

use super::super::params::PoolParams;
use super::{
    EntryPoint, INDEX, INSIDE, Kernel, REDUCTION, Variant, WINDOW, WINDOW_CONSTANTS, WINDOW_OVERRIDES, WORKGROUP_SIZE,
    kernel, read, write,
};

const POOL: &str = include_str!("../../../shaders/pool/params.wgsl");
const DIVISOR: &str = include_str!("../../../shaders/pool/average_divisor.wgsl");

/// Those, and the ones of `pool/average_divisor.wgsl`.
pub(crate) const AVERAGE_OVERRIDES: &[&str] = &[
    "TAPS_D",
    "TAPS_H",
    "TAPS_W",
    "STRIDE_D",
    "STRIDE_H",
    "STRIDE_W",
    "DILATION_D",
    "DILATION_H",
    "DILATION_W",
    "PADDING_LOW_D",
    "PADDING_LOW_H",
    "PADDING_LOW_W",
    "PADDING_HIGH_D",
    "PADDING_HIGH_H",
    "PADDING_HIGH_W",
];

kernel! {
    MAX_FORWARD_KERNEL = "pool/max_forward", [INDEX, REDUCTION, WINDOW, WINDOW_CONSTANTS, INSIDE, POOL], PoolParams, WINDOW_OVERRIDES, 0;
    MAX_FORWARD = "forward" [read(1, "x"), write(2, "y")];
    MAX_FORWARD_WITH_INDICES = "forward_with_indices" [read(1, "x"), write(2, "y"), write(3, "indices")];
}
kernel! {
    MAX_BACKWARD_KERNEL = "pool/max_backward", [INDEX, REDUCTION, WINDOW, WINDOW_CONSTANTS, INSIDE, POOL], PoolParams, WINDOW_OVERRIDES, 0;
    MAX_BACKWARD = "backward" [read(1, "dy"), read(2, "indices"), write(3, "dx")];
}
kernel! {
    AVERAGE_FORWARD_KERNEL = "pool/average_forward", [INDEX, REDUCTION, WINDOW, WINDOW_CONSTANTS, INSIDE, DIVISOR, POOL], PoolParams, AVERAGE_OVERRIDES, 0;
    AVERAGE_FORWARD = "forward" [read(1, "x"), write(2, "y")];
}
kernel! {
    AVERAGE_BACKWARD_KERNEL = "pool/average_backward", [INDEX, REDUCTION, WINDOW, WINDOW_CONSTANTS, INSIDE, DIVISOR, POOL], PoolParams, AVERAGE_OVERRIDES, 0;
    AVERAGE_BACKWARD = "backward" [read(1, "dy"), write(2, "dx")];
}
