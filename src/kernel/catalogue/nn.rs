//! What training needs beside convolutions. An element-wise kernel has two modules: by single elements, for any number of
//! them, and by vec4s.

use super::super::params::{DropoutParams, ElementwiseParams, SoftmaxParams};
use super::values::{STORE_VALUE_SCALAR, STORE_VALUE_VEC4, VALUE_SCALAR, VALUE_VEC4};
use super::{
    ACTIVATION_CONSTANT, DIVIDE, ELEMENT, EntryPoint, INDEX, Kernel, STORE, STORE_QUAD, Variant, WORKGROUP_SIZE,
    kernel, read, read_quad, read_vec4, write, write_quad, write_vec4,
};

const NN: &str = include_str!("../../../shaders/nn/params.wgsl");
const ACTIVATION_BODY: &str = include_str!("../../../shaders/nn/activation.wgsl");
const SCALE_BODY: &str = include_str!("../../../shaders/nn/scale.wgsl");
const HALF_SQUARED_ERROR_BODY: &str = include_str!("../../../shaders/nn/half_squared_error.wgsl");
const ADD_BODY: &str = include_str!("../../../shaders/nn/add.wgsl");
const ADAM_BODY: &str = include_str!("../../../shaders/nn/adam.wgsl");
const DROPOUT_PARAMS: &str = include_str!("../../../shaders/nn/dropout_params.wgsl");
const DROPOUT_BODY: &str = include_str!("../../../shaders/nn/dropout.wgsl");
const SGD_BODY: &str = include_str!("../../../shaders/nn/sgd.wgsl");

kernel! {
    ACTIVATION_SCALAR_KERNEL = "nn/activation_scalar", [INDEX, ELEMENT, VALUE_SCALAR, STORE, STORE_VALUE_SCALAR, NN, ACTIVATION_CONSTANT, ACTIVATION_BODY], ElementwiseParams, &["ACTIVATION"], 0;
    ACTIVATE_SCALAR = "activate" [read(1, "x"), write(2, "out")];
    ACTIVATE_IN_PLACE_SCALAR = "activate_in_place" [write(2, "out")];
    ACTIVATION_GRAD_SCALAR = "activation_grad" [read(3, "beside"), read(4, "dy"), write(2, "out")];
    ACTIVATION_GRAD_IN_PLACE_SCALAR = "activation_grad_in_place" [read(3, "beside"), write(2, "out")];
    ACTIVATION_GRAD_AND_ADD_SCALAR = "activation_grad_and_add" [read(3, "beside"), read(1, "x"), write(2, "out")];
    ADD_AND_ACTIVATE_SCALAR = "add_and_activate" [read(1, "x"), write(2, "out")];
}
kernel! {
    SCALE_SCALAR_KERNEL = "nn/scale_scalar", [INDEX, NN, SCALE_BODY], ElementwiseParams, &[], 0;
    SCALE_SCALAR = "scale" [read(1, "x"), write(2, "y")];
    SCALE_IN_PLACE_SCALAR = "scale_in_place" [write(2, "y")];
    CLEAR_SCALAR = "clear" [write(2, "y")];
}
kernel! {
    ACTIVATION_VEC4_KERNEL = "nn/activation_vec4", [INDEX, ELEMENT, VALUE_VEC4, STORE_QUAD, STORE_VALUE_VEC4, NN, ACTIVATION_CONSTANT, ACTIVATION_BODY], ElementwiseParams, &["ACTIVATION"], 0;
    ACTIVATE_VEC4 = "activate" [read_quad(1, "x"), write_quad(2, "out")];
    ACTIVATE_IN_PLACE_VEC4 = "activate_in_place" [write_quad(2, "out")];
    ACTIVATION_GRAD_VEC4 = "activation_grad" [read_quad(3, "beside"), read_quad(4, "dy"), write_quad(2, "out")];
    ACTIVATION_GRAD_IN_PLACE_VEC4 = "activation_grad_in_place" [read_quad(3, "beside"), write_quad(2, "out")];
    ACTIVATION_GRAD_AND_ADD_VEC4 = "activation_grad_and_add" [read_quad(3, "beside"), read_quad(1, "x"), write_quad(2, "out")];
    ADD_AND_ACTIVATE_VEC4 = "add_and_activate" [read_quad(1, "x"), write_quad(2, "out")];
}
kernel! {
    SCALE_VEC4_KERNEL = "nn/scale_vec4", [INDEX, NN, SCALE_BODY], ElementwiseParams, &[], 0;
    SCALE_VEC4 = "scale" [read_vec4(1, "x"), write_vec4(2, "y")];
    SCALE_IN_PLACE_VEC4 = "scale_in_place" [write_vec4(2, "y")];
    CLEAR_VEC4 = "clear" [write_vec4(2, "y")];
}
kernel! {
    HALF_SQUARED_ERROR_SCALAR_KERNEL = "nn/half_squared_error_scalar", [INDEX, ELEMENT, VALUE_SCALAR, STORE, STORE_VALUE_SCALAR, NN, HALF_SQUARED_ERROR_BODY], ElementwiseParams, &[], 0;
    HALF_SQUARED_ERROR_SCALAR = "half_squared_error" [read(1, "y"), read(2, "goal"), write(3, "loss"), write(4, "out")];
}
kernel! {
    HALF_SQUARED_ERROR_VEC4_KERNEL = "nn/half_squared_error_vec4", [INDEX, ELEMENT, VALUE_VEC4, STORE_QUAD, STORE_VALUE_VEC4, NN, HALF_SQUARED_ERROR_BODY], ElementwiseParams, &[], 0;
    HALF_SQUARED_ERROR_VEC4 = "half_squared_error" [read_quad(1, "y"), read_quad(2, "goal"), write_vec4(3, "loss"), write_quad(4, "out")];
}
kernel! {
    SOFTMAX_KERNEL = "nn/softmax_cross_entropy", [INDEX, ELEMENT, STORE], SoftmaxParams, &[], 4 * WORKGROUP_SIZE;
    SOFTMAX_CROSS_ENTROPY = "softmax_cross_entropy" [read(1, "x"), read(2, "labels"), write(3, "loss"), write(4, "out")];
}
kernel! {
    SGD_SCALAR_KERNEL = "nn/sgd_scalar", [INDEX, ELEMENT, VALUE_SCALAR, NN, SGD_BODY], ElementwiseParams, &[], 0;
    SGD_SCALAR = "sgd" [read(1, "dw"), read(2, "hyper"), write(3, "w"), write(4, "velocity")];
    SGD_NESTEROV_SCALAR = "sgd_nesterov" [read(1, "dw"), read(2, "hyper"), write(3, "w"), write(4, "velocity")];
}
kernel! {
    SGD_VEC4_KERNEL = "nn/sgd_vec4", [INDEX, ELEMENT, VALUE_VEC4, NN, SGD_BODY], ElementwiseParams, &[], 0;
    SGD_VEC4 = "sgd" [read_quad(1, "dw"), read(2, "hyper"), write_vec4(3, "w"), write_vec4(4, "velocity")];
    SGD_NESTEROV_VEC4 = "sgd_nesterov" [read_quad(1, "dw"), read(2, "hyper"), write_vec4(3, "w"), write_vec4(4, "velocity")];
}
kernel! {
    ADD_SCALAR_KERNEL = "nn/add_scalar", [INDEX, ELEMENT, VALUE_SCALAR, STORE, STORE_VALUE_SCALAR, NN, ADD_BODY], ElementwiseParams, &[], 0;
    ADD_SCALAR = "add" [read(1, "x"), read(2, "r"), write(3, "out")];
    ADD_RELU_SCALAR = "add_relu" [read(1, "x"), read(2, "r"), write(3, "out")];
}
kernel! {
    ADAM_SCALAR_KERNEL = "nn/adam_scalar", [INDEX, ELEMENT, VALUE_SCALAR, NN, ADAM_BODY], ElementwiseParams, &[], 0;
    ADAM_SCALAR = "adam" [read(1, "dw"), read(2, "hyper"), read(3, "step"), write(4, "w"), write(5, "first_moment"), write(6, "second_moment")];
    ADAMW_SCALAR = "adamw" [read(1, "dw"), read(2, "hyper"), read(3, "step"), write(4, "w"), write(5, "first_moment"), write(6, "second_moment")];
}
kernel! {
    DROPOUT_SCALAR_KERNEL = "nn/dropout_scalar", [INDEX, ELEMENT, VALUE_SCALAR, STORE, STORE_VALUE_SCALAR, DIVIDE, DROPOUT_PARAMS, DROPOUT_BODY], DropoutParams, &[], 0;
    DROPOUT_SCALAR = "dropout" [read(1, "x"), read(2, "step"), write(3, "out")];
}
kernel! {
    ADD_VEC4_KERNEL = "nn/add_vec4", [INDEX, ELEMENT, VALUE_VEC4, STORE_QUAD, STORE_VALUE_VEC4, NN, ADD_BODY], ElementwiseParams, &[], 0;
    ADD_VEC4 = "add" [read_quad(1, "x"), read_quad(2, "r"), write_quad(3, "out")];
    ADD_RELU_VEC4 = "add_relu" [read_quad(1, "x"), read_quad(2, "r"), write_quad(3, "out")];
}
kernel! {
    ADAM_VEC4_KERNEL = "nn/adam_vec4", [INDEX, ELEMENT, VALUE_VEC4, NN, ADAM_BODY], ElementwiseParams, &[], 0;
    ADAM_VEC4 = "adam" [read_quad(1, "dw"), read(2, "hyper"), read(3, "step"), write_vec4(4, "w"), write_vec4(5, "first_moment"), write_vec4(6, "second_moment")];
    ADAMW_VEC4 = "adamw" [read_quad(1, "dw"), read(2, "hyper"), read(3, "step"), write_vec4(4, "w"), write_vec4(5, "first_moment"), write_vec4(6, "second_moment")];
}
kernel! {
    DROPOUT_VEC4_KERNEL = "nn/dropout_vec4", [INDEX, ELEMENT, VALUE_VEC4, STORE_QUAD, STORE_VALUE_VEC4, DIVIDE, DROPOUT_PARAMS, DROPOUT_BODY], DropoutParams, &[], 0;
    DROPOUT_VEC4 = "dropout" [read_quad(1, "x"), read(2, "step"), write_quad(3, "out")];
}
kernel! {
    ADVANCE_KERNEL = "nn/advance", [INDEX, NN], ElementwiseParams, &[], 0;
    ADVANCE = "advance" [write(1, "step")];
}
