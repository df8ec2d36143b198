//! The direct kernels of the convolution, and the second pass of its split reductions.

use super::super::params::{BorderParams, ConvParams, ConvertParams, FinishParams, SumParams};
use super::{
    ACTIVATION_CONSTANT, BLOCK, BORDER, ELEMENT, EntryPoint, INDEX, INSIDE, Kernel, LAYOUT, NO_SIDE, REDUCTION, SIDE,
    STORE, Variant, WINDOW, WINDOW_CONSTANTS, WINDOW_OVERRIDES, WORKGROUP_SIZE, kernel, read, with, write,
};

pub(super) const CONV: &str = include_str!("../../../shaders/conv/params.wgsl");
const BLOCKS: &str = include_str!("../../../shaders/conv/block.wgsl");
const RANGE: &str = include_str!("../../../shaders/conv/range.wgsl");
const RANGE_STORE: &str = include_str!("../../../shaders/conv/range_store.wgsl");

/// Where x and y lie in any layout; or with their channels first.
pub(super) const LAYOUTS: &str = include_str!("../../../shaders/conv/layouts.wgsl");
pub(super) const CHANNELS_FIRST: &str = include_str!("../../../shaders/conv/channels_first.wgsl");
pub(super) const KERNEL_ORDER: &str = include_str!("../../../shaders/conv/kernel_order.wgsl");

/// Override constants of forward and input gradient: those of every window, and that of `common/activation.wgsl`.
pub(crate) const STORING_OVERRIDES: &[&str] =
    &with::<{ WINDOW_OVERRIDES.len() + 1 }>(WINDOW_OVERRIDES, &["ACTIVATION"]);

/// The same, and those of `common/side.wgsl`.
pub(crate) const SIDE_OVERRIDES: &[&str] =
    &with::<{ STORING_OVERRIDES.len() + 2 }>(STORING_OVERRIDES, &["RESIDUAL", "DERIVATIVE"]);

/// Those of `conv/forward_direct.wgsl`, which has that of `common/border.wgsl` too.
const FORWARD_OVERRIDES: &[&str] =
    &with::<{ STORING_OVERRIDES.len() + 5 }>(STORING_OVERRIDES, &["BORDER", "X_LAST", "Y_LAST", "IN_OUT", "RANGED"]);
const FORWARD_SIDE_OVERRIDES: &[&str] =
    &with::<{ SIDE_OVERRIDES.len() + 5 }>(SIDE_OVERRIDES, &["BORDER", "X_LAST", "Y_LAST", "IN_OUT", "RANGED"]);

/// Those of `conv/input_grad_direct.wgsl`.
const INPUT_GRAD_OVERRIDES: &[&str] =
    &with::<{ STORING_OVERRIDES.len() + 4 }>(STORING_OVERRIDES, &["X_LAST", "Y_LAST", "IN_OUT", "RANGED"]);
const INPUT_GRAD_SIDE_OVERRIDES: &[&str] =
    &with::<{ SIDE_OVERRIDES.len() + 4 }>(SIDE_OVERRIDES, &["X_LAST", "Y_LAST", "IN_OUT", "RANGED"]);

/// Those of `conv/kernel_grad_direct.wgsl`.
const KERNEL_GRAD_OVERRIDES: &[&str] =
    &with::<{ WINDOW_OVERRIDES.len() + 5 }>(WINDOW_OVERRIDES, &["BORDER", "X_LAST", "Y_LAST", "IN_OUT", "RANGED"]);

/// Those of `conv/input_grad_border.wgsl`, which has its own too.
const INPUT_GRAD_BORDER_OVERRIDES: &[&str] = &with::<{ WINDOW_OVERRIDES.len() + 8 }>(
    WINDOW_OVERRIDES,
    &["BORDER", "IMAGES_D", "IMAGES_H", "IMAGES_W", "X_LAST", "Y_LAST", "IN_OUT", "RANGED"],
);
const INPUT_GRAD_BORDER_SIDE_OVERRIDES: &[&str] = &with::<{ INPUT_GRAD_BORDER_OVERRIDES.len() + 3 }>(
    &["ACTIVATION", "RESIDUAL", "DERIVATIVE"],
    INPUT_GRAD_BORDER_OVERRIDES,
);

/// Those of `common/finish.wgsl`.
pub(crate) const FINISH_OVERRIDES: &[&str] = &["ACTIVATION", "ADDEND", "DERIVATIVE"];

kernel! {
    CONV_FORWARD_KERNEL = "conv/forward_direct",
        [INDEX, ELEMENT, STORE, REDUCTION, WINDOW, WINDOW_CONSTANTS, INSIDE, BORDER, ACTIVATION_CONSTANT, NO_SIDE, LAYOUT, LAYOUTS, KERNEL_ORDER, CONV, RANGE, RANGE_STORE, BLOCKS] blocks BLOCK, ConvParams, FORWARD_OVERRIDES, 0;
    CONV_FORWARD = "forward" [read(1, "x"), read(2, "w"), write(4, "out")];
    CONV_FORWARD_BIAS = "forward_bias" [read(1, "x"), read(2, "w"), read(3, "b"), write(4, "out")];
}
kernel! {
    CONV_FORWARD_SIDE_KERNEL = "conv/forward_direct+side" in "conv/forward_direct",
        [INDEX, ELEMENT, STORE, REDUCTION, WINDOW, WINDOW_CONSTANTS, INSIDE, BORDER, ACTIVATION_CONSTANT, SIDE, LAYOUT, LAYOUTS, KERNEL_ORDER, CONV, RANGE, RANGE_STORE, BLOCKS] blocks BLOCK, ConvParams, FORWARD_SIDE_OVERRIDES, 0;
    CONV_FORWARD_SIDE = "forward" [read(1, "x"), read(2, "w"), write(4, "out"), read(5, "side")];
    CONV_FORWARD_BIAS_SIDE = "forward_bias" [read(1, "x"), read(2, "w"), read(3, "b"), write(4, "out"), read(5, "side")];
}
kernel! {
    CONV_INPUT_GRAD_KERNEL = "conv/input_grad_direct",
        [INDEX, ELEMENT, STORE, REDUCTION, WINDOW, WINDOW_CONSTANTS, INSIDE, ACTIVATION_CONSTANT, NO_SIDE, LAYOUT, LAYOUTS, KERNEL_ORDER, CONV, RANGE, RANGE_STORE, BLOCKS] blocks BLOCK, ConvParams, INPUT_GRAD_OVERRIDES, 0;
    CONV_INPUT_GRAD = "input_grad" [read(1, "dy"), read(2, "w"), write(3, "out")];
    CONV_INPUT_GRAD_BIAS = "input_grad_bias" [read(1, "dy"), read(2, "w"), write(3, "out"), read(4, "b")];
}
kernel! {
    CONV_INPUT_GRAD_SIDE_KERNEL = "conv/input_grad_direct+side" in "conv/input_grad_direct",
        [INDEX, ELEMENT, STORE, REDUCTION, WINDOW, WINDOW_CONSTANTS, INSIDE, ACTIVATION_CONSTANT, SIDE, LAYOUT, LAYOUTS, KERNEL_ORDER, CONV, RANGE, RANGE_STORE, BLOCKS] blocks BLOCK, ConvParams, INPUT_GRAD_SIDE_OVERRIDES, 0;
    CONV_INPUT_GRAD_SIDE = "input_grad" [read(1, "dy"), read(2, "w"), write(3, "out"), read(5, "side")];
    CONV_INPUT_GRAD_BIAS_SIDE = "input_grad_bias" [read(1, "dy"), read(2, "w"), write(3, "out"), read(4, "b"), read(5, "side")];
}
kernel! {
    CONV_INPUT_GRAD_BORDER_KERNEL = "conv/input_grad_border",
        [INDEX, ELEMENT, REDUCTION, WINDOW, WINDOW_CONSTANTS, BORDER, NO_SIDE, LAYOUT, LAYOUTS, KERNEL_ORDER, CONV, RANGE, BLOCKS] blocks BLOCK, BorderParams, INPUT_GRAD_BORDER_OVERRIDES, 0;
    CONV_INPUT_GRAD_BORDER = "input_grad_border" [read(1, "dy"), read(2, "w"), write(3, "dx")];
}
kernel! {
    CONV_INPUT_GRAD_BORDER_SIDE_KERNEL = "conv/input_grad_border+side" in "conv/input_grad_border",
        [INDEX, ELEMENT, REDUCTION, WINDOW, WINDOW_CONSTANTS, BORDER, ACTIVATION_CONSTANT, SIDE, LAYOUT, LAYOUTS, KERNEL_ORDER, CONV, RANGE, BLOCKS] blocks BLOCK, BorderParams, INPUT_GRAD_BORDER_SIDE_OVERRIDES, 0;
    CONV_INPUT_GRAD_BORDER_SIDE = "input_grad_border" [read(1, "dy"), read(2, "w"), write(3, "dx"), read(5, "side")];
}
kernel! {
    CONV_KERNEL_GRAD_KERNEL = "conv/kernel_grad_direct", [INDEX, ELEMENT, REDUCTION, WINDOW, WINDOW_CONSTANTS, INSIDE, BORDER, LAYOUT, LAYOUTS, KERNEL_ORDER, CONV, RANGE, BLOCKS] blocks BLOCK, ConvParams, KERNEL_GRAD_OVERRIDES, 0;
    CONV_KERNEL_GRAD = "kernel_grad" [read(1, "x"), read(2, "dy"), write(3, "dw")];
}
kernel! {
    CONV_BIAS_GRAD_KERNEL = "conv/bias_grad_direct", [INDEX, ELEMENT, REDUCTION, LAYOUT, CONV], ConvParams, &["Y_LAST"], 0;
    CONV_BIAS_GRAD = "bias_grad" [read(1, "dy"), write(2, "db")];
}
kernel! {
    SUM_SLICES_KERNEL = "common/sum_slices", [INDEX, STORE], SumParams, &[], 0;
    SUM_SLICES = "sum_slices" [read(1, "partial"), write(2, "out")];
}
kernel! {
    CONVERT_KERNEL = "common/convert", [INDEX, ELEMENT, STORE], ConvertParams, &[], 0;
    CONVERT = "convert" [read(1, "x"), write(2, "out")];
}
kernel! {
    FINISH_KERNEL = "common/finish", [INDEX, ELEMENT, STORE, ACTIVATION_CONSTANT], FinishParams, FINISH_OVERRIDES, 0;
    FINISH = "finish" [read(1, "sums"), write(2, "out")];
    FINISH_BESIDE = "finish_beside" [read(1, "sums"), write(2, "out"), read(3, "side")];
}
