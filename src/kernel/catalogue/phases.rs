//! Input gradients with strides, of few channels, as convolutions of many: what comes before and after these.

use super::super::params::PhaseParams;
use super::winograd::{BESIDE, STORE};
use super::{
    ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, DIVIDE, ELEMENT, EntryPoint, INDEX, Kernel, NO_SIDE, SIDE, Variant,
    WORKGROUP_SIZE, kernel, read, write,
};

const PHASES: &str = include_str!("../../../shaders/conv/phases/params.wgsl");

kernel! {
    PHASES_KERNEL_KERNEL = "conv/phases/kernel", [INDEX, PHASES], PhaseParams, &[], 0;
    PHASES_KERNEL = "kernels_of_parts" [read(1, "w"), write(2, "parts")];
}
kernel! {
    PHASES_SPREAD_KERNEL = "conv/phases/spread",
        [INDEX, DIVIDE, PHASES, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, NO_SIDE], PhaseParams, STORE, 0;
    PHASES_SPREAD = "spread" [read(1, "sums"), write(2, "out")];
    PHASES_SPREAD_BIAS = "spread_bias" [read(1, "sums"), write(2, "out"), read(3, "b")];
}
kernel! {
    PHASES_SPREAD_SIDE_KERNEL = "conv/phases/spread+side" in "conv/phases/spread",
        [INDEX, DIVIDE, ELEMENT, PHASES, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, SIDE], PhaseParams, BESIDE, 0;
    PHASES_SPREAD_SIDE = "spread" [read(1, "sums"), write(2, "out"), read(5, "side")];
    PHASES_SPREAD_BIAS_SIDE = "spread_bias" [read(1, "sums"), write(2, "out"), read(3, "b"), read(5, "side")];
}
