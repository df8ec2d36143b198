//! What training needs beside convolutions. An element-wise kernel has two modules: by single elements, for any number of
//! them, and by vec4s.

use super::super::params::{ElementwiseParams, SoftmaxParams};
use super::{EntryPoint, INDEX, Kernel, Variant, WORKGROUP_SIZE, kernel, read, read_vec4, write, write_vec4};

const NN: &str = include_str!("../../../shaders/nn/params.wgsl");
const ACTIVATION_BODY: &str = include_str!("../../../shaders/nn/activation.wgsl");
const ACTIVATION_GRAD_BODY: &str = include_str!("../../../shaders/nn/activation_grad.wgsl");
const THROUGH_ACTIVATION_BODY: &str = include_str!("../../../shaders/nn/through_activation.wgsl");
const HALF_SQUARED_ERROR_BODY: &str = include_str!("../../../shaders/nn/half_squared_error.wgsl");
const SGD_BODY: &str = include_str!("../../../shaders/nn/sgd.wgsl");

kernel! {
    ACTIVATION_SCALAR_KERNEL = "nn/activation_scalar", [INDEX, NN, ACTIVATION_BODY], ElementwiseParams, &[], 0;
    RELU_SCALAR = "relu" [read(1, "x"), write(2, "y")];
    SIGMOID_SCALAR = "sigmoid" [read(1, "x"), write(2, "y")];
}
kernel! {
    ACTIVATION_VEC4_KERNEL = "nn/activation_vec4", [INDEX, NN, ACTIVATION_BODY], ElementwiseParams, &[], 0;
    RELU_VEC4 = "relu" [read_vec4(1, "x"), write_vec4(2, "y")];
    SIGMOID_VEC4 = "sigmoid" [read_vec4(1, "x"), write_vec4(2, "y")];
}
kernel! {
    ACTIVATION_GRAD_SCALAR_KERNEL = "nn/activation_grad_scalar", [INDEX, NN, ACTIVATION_GRAD_BODY], ElementwiseParams, &[], 0;
    RELU_GRAD_SCALAR = "relu_grad" [read(1, "y"), read(2, "dy"), write(3, "dx")];
    SIGMOID_GRAD_SCALAR = "sigmoid_grad" [read(1, "y"), read(2, "dy"), write(3, "dx")];
}
kernel! {
    ACTIVATION_GRAD_VEC4_KERNEL = "nn/activation_grad_vec4", [INDEX, NN, ACTIVATION_GRAD_BODY], ElementwiseParams, &[], 0;
    RELU_GRAD_VEC4 = "relu_grad" [read_vec4(1, "y"), read_vec4(2, "dy"), write_vec4(3, "dx")];
    SIGMOID_GRAD_VEC4 = "sigmoid_grad" [read_vec4(1, "y"), read_vec4(2, "dy"), write_vec4(3, "dx")];
}
kernel! {
    THROUGH_ACTIVATION_SCALAR_KERNEL = "nn/through_activation_scalar", [INDEX, NN, THROUGH_ACTIVATION_BODY], ElementwiseParams, &[], 0;
    THROUGH_RELU_SCALAR = "through_relu" [read(1, "x"), write(2, "dx")];
}
kernel! {
    THROUGH_ACTIVATION_VEC4_KERNEL = "nn/through_activation_vec4", [INDEX, NN, THROUGH_ACTIVATION_BODY], ElementwiseParams, &[], 0;
    THROUGH_RELU_VEC4 = "through_relu" [read_vec4(1, "x"), write_vec4(2, "dx")];
}
kernel! {
    HALF_SQUARED_ERROR_SCALAR_KERNEL = "nn/half_squared_error_scalar", [INDEX, NN, HALF_SQUARED_ERROR_BODY], ElementwiseParams, &[], 0;
    HALF_SQUARED_ERROR_SCALAR = "half_squared_error" [read(1, "y"), read(2, "goal"), write(3, "loss"), write(4, "dx")];
}
kernel! {
    HALF_SQUARED_ERROR_VEC4_KERNEL = "nn/half_squared_error_vec4", [INDEX, NN, HALF_SQUARED_ERROR_BODY], ElementwiseParams, &[], 0;
    HALF_SQUARED_ERROR_VEC4 = "half_squared_error" [read_vec4(1, "y"), read_vec4(2, "goal"), write_vec4(3, "loss"), write_vec4(4, "dx")];
}
kernel! {
    SOFTMAX_KERNEL = "nn/softmax_cross_entropy", [INDEX], SoftmaxParams, &[], 4 * WORKGROUP_SIZE;
    SOFTMAX_CROSS_ENTROPY = "softmax_cross_entropy" [read(1, "x"), read(2, "labels"), write(3, "loss"), write(4, "dx")];
}
kernel! {
    SGD_SCALAR_KERNEL = "nn/sgd_scalar", [INDEX, NN, SGD_BODY], ElementwiseParams, &[], 0;
    SGD_SCALAR = "sgd" [read(1, "dw"), read(2, "hyper"), write(3, "w"), write(4, "velocity")];
}
kernel! {
    SGD_VEC4_KERNEL = "nn/sgd_vec4", [INDEX, NN, SGD_BODY], ElementwiseParams, &[], 0;
    SGD_VEC4 = "sgd" [read_vec4(1, "dw"), read(2, "hyper"), write_vec4(3, "w"), write_vec4(4, "velocity")];
}
