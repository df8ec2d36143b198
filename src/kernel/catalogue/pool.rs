//! Pooling.

use super::super::params::PoolParams;
use super::{
    ELEMENT, EntryPoint, INDEX, Kernel, REDUCTION, STORE, Variant, WINDOW, WINDOW_CONSTANTS, WINDOW_OVERRIDES,
    WORKGROUP_SIZE, kernel, read, with, write,
};

const POOL: &str = include_str!("../../../shaders/pool/params.wgsl");
pub(super) const POOL_WINDOW: &str = include_str!("../../../shaders/pool/window.wgsl");
const PLACE: &str = include_str!("../../../shaders/pool/place.wgsl");
pub(super) const DIVISOR: &str = include_str!("../../../shaders/pool/average_divisor.wgsl");
pub(super) const NORM: &str = include_str!("../../../shaders/pool/norm.wgsl");

/// Override constants of windows, fixed and adaptive ones.
pub(super) const BIN_OVERRIDES: &[&str] = &with::<{ WINDOW_OVERRIDES.len() + 1 }>(WINDOW_OVERRIDES, &["ADAPTIVE"]);

/// Those of `pool/place.wgsl`.
const PLACE_OVERRIDES: &[&str] = &["X_LAST", "Y_LAST"];

/// Both.
const POOL_OVERRIDES: &[&str] = &with::<{ BIN_OVERRIDES.len() + 2 }>(BIN_OVERRIDES, PLACE_OVERRIDES);

/// The same with that of `pool/norm.wgsl`.
const LP_OVERRIDES: &[&str] = &with::<{ POOL_OVERRIDES.len() + 1 }>(POOL_OVERRIDES, &["POWER"]);

/// Those of fixed windows, and the ones of `pool/average_divisor.wgsl`.
pub(crate) const AVERAGE_OVERRIDES: &[&str] =
    &with::<{ WINDOW_OVERRIDES.len() + 3 }>(WINDOW_OVERRIDES, &["PADDING_HIGH_D", "PADDING_HIGH_H", "PADDING_HIGH_W"]);

/// The same for any windows.
pub(super) const AVERAGE_BIN_OVERRIDES: &[&str] =
    &with::<{ AVERAGE_OVERRIDES.len() + 1 }>(AVERAGE_OVERRIDES, &["ADAPTIVE"]);

/// The same with those of `pool/place.wgsl`.
const ANY_AVERAGE_OVERRIDES: &[&str] =
    &with::<{ AVERAGE_BIN_OVERRIDES.len() + 2 }>(AVERAGE_BIN_OVERRIDES, PLACE_OVERRIDES);

kernel! {
    MAX_FORWARD_KERNEL = "pool/max_forward", [INDEX, REDUCTION, WINDOW, WINDOW_CONSTANTS, POOL_WINDOW, PLACE, POOL, ELEMENT, STORE], PoolParams, POOL_OVERRIDES, 0;
    MAX_FORWARD = "forward" [read(1, "x"), write(2, "out")];
    MAX_FORWARD_WITH_INDICES = "forward_with_indices" [read(1, "x"), write(2, "out"), write(3, "indices")];
}
kernel! {
    MAX_BACKWARD_KERNEL = "pool/max_backward", [INDEX, REDUCTION, WINDOW, WINDOW_CONSTANTS, POOL_WINDOW, PLACE, POOL, ELEMENT, STORE], PoolParams, POOL_OVERRIDES, 0;
    MAX_BACKWARD = "backward" [read(1, "dy"), read(2, "indices"), write(3, "out")];
}
kernel! {
    UNPOOL_BACKWARD_KERNEL = "pool/unpool_backward", [INDEX, REDUCTION, WINDOW, WINDOW_CONSTANTS, POOL_WINDOW, PLACE, POOL, ELEMENT, STORE], PoolParams, POOL_OVERRIDES, 0;
    UNPOOL_BACKWARD = "backward" [read(1, "dx"), read(2, "indices"), write(3, "out")];
}
kernel! {
    AVERAGE_FORWARD_KERNEL = "pool/average_forward", [INDEX, REDUCTION, WINDOW, WINDOW_CONSTANTS, POOL_WINDOW, DIVISOR, PLACE, POOL, ELEMENT, STORE], PoolParams, ANY_AVERAGE_OVERRIDES, 0;
    AVERAGE_FORWARD = "forward" [read(1, "x"), write(2, "out")];
}
kernel! {
    AVERAGE_BACKWARD_KERNEL = "pool/average_backward", [INDEX, REDUCTION, WINDOW, WINDOW_CONSTANTS, POOL_WINDOW, DIVISOR, PLACE, POOL, ELEMENT, STORE], PoolParams, ANY_AVERAGE_OVERRIDES, 0;
    AVERAGE_BACKWARD = "backward" [read(1, "dy"), write(2, "out")];
}
kernel! {
    LP_FORWARD_KERNEL = "pool/lp_forward", [INDEX, REDUCTION, WINDOW, WINDOW_CONSTANTS, POOL_WINDOW, NORM, PLACE, POOL, ELEMENT, STORE], PoolParams, LP_OVERRIDES, 0;
    LP_FORWARD = "forward" [read(1, "x"), write(2, "out")];
}
kernel! {
    LP_BACKWARD_KERNEL = "pool/lp_backward", [INDEX, REDUCTION, WINDOW, WINDOW_CONSTANTS, POOL_WINDOW, NORM, PLACE, POOL, ELEMENT, STORE], PoolParams, LP_OVERRIDES, 0;
    LP_BACKWARD = "backward" [read(1, "x"), read(2, "y"), read(3, "dy"), write(4, "out")];
}
