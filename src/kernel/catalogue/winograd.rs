//! The transforms of Winograd's convolution; the products between them are a gather's.

use super::super::params::{TileParams, WinogradKernelParams};
use super::{
    ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, DIVIDE, ELEMENT, EntryPoint, INDEX, INSIDE, Kernel, NO_SIDE, SIDE,
    Variant, WORKGROUP_SIZE, kernel, read, write,
};

const TILES: &str = include_str!("../../../shaders/conv/winograd/tiles.wgsl");

/// Of `common/accumulate.wgsl` and `common/activation.wgsl`.
pub(super) const STORE: &[&str] = &["ACCUMULATE", "ACTIVATION"];

/// The same, and those of `common/side.wgsl`.
pub(super) const BESIDE: &[&str] = &["ACCUMULATE", "ACTIVATION", "RESIDUAL", "DERIVATIVE"];

kernel! {
    WINOGRAD_KERNEL_KERNEL = "conv/winograd/kernel", [INDEX, DIVIDE], WinogradKernelParams, &[], 0;
    WINOGRAD_KERNEL = "transform_kernel" [read(1, "w"), write(2, "transformed")];
}
kernel! {
    WINOGRAD_SOURCE_KERNEL = "conv/winograd/source", [INDEX, DIVIDE, INSIDE, TILES], TileParams, &[], 0;
    WINOGRAD_SOURCE = "transform_source" [read(1, "source"), write(2, "transformed")];
}
kernel! {
    WINOGRAD_TARGET_KERNEL = "conv/winograd/target",
        [INDEX, DIVIDE, TILES, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, NO_SIDE], TileParams, STORE, 0;
    WINOGRAD_TARGET = "transform_products" [read(1, "products"), write(2, "out")];
    WINOGRAD_TARGET_BIAS = "transform_products_bias" [read(1, "products"), write(2, "out"), read(3, "b")];
}
kernel! {
    WINOGRAD_TARGET_SIDE_KERNEL = "conv/winograd/target+side" in "conv/winograd/target",
        [INDEX, DIVIDE, ELEMENT, TILES, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, SIDE], TileParams, BESIDE, 0;
    WINOGRAD_TARGET_SIDE = "transform_products" [read(1, "products"), write(2, "out"), read(5, "side")];
    WINOGRAD_TARGET_BIAS_SIDE = "transform_products_bias" [read(1, "products"), write(2, "out"), read(3, "b"), read(5, "side")];
}
