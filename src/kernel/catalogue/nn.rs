//! What training needs beside convolutions.

use super::super::params::{ElementwiseParams, SoftmaxParams};
use super::{EntryPoint, INDEX, Kernel, Variant, WORKGROUP_SIZE, kernel, read, write};

const NN: &str = include_str!("../../../shaders/nn/params.wgsl");

kernel! {
    ACTIVATION_KERNEL = "nn/activation", [INDEX, NN], ElementwiseParams, &[], 0;
    RELU = "relu" [read(1, "x"), write(2, "y")];
    SIGMOID = "sigmoid" [read(1, "x"), write(2, "y")];
}
kernel! {
    ACTIVATION_GRAD_KERNEL = "nn/activation_grad", [INDEX, NN], ElementwiseParams, &[], 0;
    RELU_GRAD = "relu_grad" [read(1, "y"), read(2, "dy"), write(3, "dx")];
    SIGMOID_GRAD = "sigmoid_grad" [read(1, "y"), read(2, "dy"), write(3, "dx")];
}
kernel! {
    HALF_SQUARED_ERROR_KERNEL = "nn/half_squared_error", [INDEX, NN], ElementwiseParams, &[], 0;
    HALF_SQUARED_ERROR = "half_squared_error" [read(1, "y"), read(2, "goal"), write(3, "loss"), write(4, "dx")];
}
kernel! {
    SOFTMAX_KERNEL = "nn/softmax_cross_entropy", [INDEX], SoftmaxParams, &[], 4 * WORKGROUP_SIZE;
    SOFTMAX_CROSS_ENTROPY = "softmax_cross_entropy" [read(1, "x"), read(2, "labels"), write(3, "loss"), write(4, "dx")];
}
kernel! {
    SGD_KERNEL = "nn/sgd", [INDEX, NN], ElementwiseParams, &[], 0;
    SGD = "sgd" [read(1, "dw"), read(2, "hyper"), write(3, "w"), write(4, "velocity")];
}
