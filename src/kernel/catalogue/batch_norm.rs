//! Batch normalisation. Kernels over elements have three modules: by single elements, by vec4s where a plane is whole fours, and by
//! quads of channels where these are last; those that store elements of 16 bits do it by fours in place of single ones.

use super::super::params::BatchNormParams;
use super::values::{STORE_VALUE_SCALAR, STORE_VALUE_VEC4, VALUE_SCALAR, VALUE_VEC4};
use super::{
    BLOCK, DIVIDE, ELEMENT, EntryPoint, INDEX, Kernel, STORE, STORE_QUAD, Variant, WORKGROUP_SIZE, kernel, read,
    read_quad, read_vec4, write, write_quad, write_vec4,
};

const PARAMS: &str = include_str!("../../../shaders/nn/batch_norm/params.wgsl");
const WALK: &str = include_str!("../../../shaders/nn/batch_norm/walk.wgsl");
const MOMENTS: &str = include_str!("../../../shaders/nn/batch_norm/moments.wgsl");
const CHANNEL: &str = include_str!("../../../shaders/nn/batch_norm/channel.wgsl");
const ONE: &str = include_str!("../../../shaders/nn/batch_norm/one.wgsl");
const COEFFICIENTS: &str = include_str!("../../../shaders/nn/batch_norm/coefficients.wgsl");
const FOURS: &str = include_str!("../../../shaders/nn/batch_norm/fours.wgsl");
const NORMALISE_READS: &str = include_str!("../../../shaders/nn/batch_norm/normalise_reads.wgsl");
const INPUT_GRAD_READS: &str = include_str!("../../../shaders/nn/batch_norm/input_grad_reads.wgsl");
const QUADS: &str = include_str!("../../../shaders/nn/batch_norm/quads.wgsl");
const RUN: &str = include_str!("../../../shaders/nn/batch_norm/run.wgsl");
const BATCH_MOMENTS_BODY: &str = include_str!("../../../shaders/nn/batch_norm/batch_moments.wgsl");
const NORMALISE_BODY: &str = include_str!("../../../shaders/nn/batch_norm/normalise.wgsl");
const GRADIENT_SUMS_BODY: &str = include_str!("../../../shaders/nn/batch_norm/gradient_sums.wgsl");
const INPUT_GRAD_BODY: &str = include_str!("../../../shaders/nn/batch_norm/input_grad.wgsl");

kernel! {
    BATCH_MOMENTS_SCALAR_KERNEL = "nn/batch_norm/batch_moments_scalar", [INDEX, ELEMENT, VALUE_SCALAR, PARAMS, WALK, MOMENTS, BATCH_MOMENTS_BODY], BatchNormParams, &[], 16 * WORKGROUP_SIZE;
    BATCH_MOMENTS_SCALAR = "batch_moments" [read(1, "x"), write_vec4(2, "workspace")];
}
kernel! {
    NORMALISE_SCALAR_KERNEL = "nn/batch_norm/normalise_scalar", [INDEX, ELEMENT, VALUE_SCALAR, STORE, STORE_VALUE_SCALAR, DIVIDE, PARAMS, CHANNEL, ONE, NORMALISE_READS, NORMALISE_BODY], BatchNormParams, &[], 0;
    NORMALISE_SCALAR = "normalise" [read(1, "x"), read_vec4(3, "coefficients"), write(4, "out")];
    NORMALISE_ADD_SCALAR = "normalise_add" [read(1, "x"), read(2, "r"), read_vec4(3, "coefficients"), write(4, "out")];
}
kernel! {
    GRADIENT_SUMS_SCALAR_KERNEL = "nn/batch_norm/gradient_sums_scalar", [INDEX, ELEMENT, VALUE_SCALAR, PARAMS, WALK, GRADIENT_SUMS_BODY], BatchNormParams, &[], 8 * WORKGROUP_SIZE;
    GRADIENT_SUMS_SCALAR = "gradient_sums" [read(1, "x"), read(2, "dy"), read(4, "mean"), read(5, "inv_std"), write_vec4(6, "workspace")];
    GRADIENT_SUMS_THROUGH_SCALAR = "gradient_sums_through" [read(1, "x"), read(2, "dy"), read(3, "y"), read(4, "mean"), read(5, "inv_std"), write_vec4(6, "workspace")];
}
kernel! {
    BATCH_NORM_INPUT_GRAD_SCALAR_KERNEL = "nn/batch_norm/input_grad_scalar", [INDEX, ELEMENT, VALUE_SCALAR, STORE, STORE_VALUE_SCALAR, DIVIDE, PARAMS, CHANNEL, ONE, INPUT_GRAD_READS, INPUT_GRAD_BODY], BatchNormParams, &[], 0;
    BATCH_NORM_INPUT_GRAD_SCALAR = "input_grad" [read(1, "x"), read(2, "dy"), read_vec4(4, "coefficients"), write(5, "out")];
    BATCH_NORM_INPUT_GRAD_THROUGH_SCALAR = "input_grad_through" [read(1, "x"), read(2, "dy"), read(3, "y"), read_vec4(4, "coefficients"), write(5, "out")];
}
kernel! {
    BATCH_MOMENTS_VEC4_KERNEL = "nn/batch_norm/batch_moments_vec4", [INDEX, ELEMENT, VALUE_VEC4, PARAMS, WALK, MOMENTS, BATCH_MOMENTS_BODY], BatchNormParams, &[], 16 * WORKGROUP_SIZE;
    BATCH_MOMENTS_VEC4 = "batch_moments" [read_quad(1, "x"), write_vec4(2, "workspace")];
}
kernel! {
    NORMALISE_VEC4_KERNEL = "nn/batch_norm/normalise_vec4", [INDEX, ELEMENT, VALUE_VEC4, STORE_QUAD, STORE_VALUE_VEC4, DIVIDE, PARAMS, CHANNEL, ONE, NORMALISE_READS, NORMALISE_BODY], BatchNormParams, &[], 0;
    NORMALISE_VEC4 = "normalise" [read_quad(1, "x"), read_vec4(3, "coefficients"), write_quad(4, "out")];
    NORMALISE_ADD_VEC4 = "normalise_add" [read_quad(1, "x"), read_quad(2, "r"), read_vec4(3, "coefficients"), write_quad(4, "out")];
}
kernel! {
    GRADIENT_SUMS_VEC4_KERNEL = "nn/batch_norm/gradient_sums_vec4", [INDEX, ELEMENT, VALUE_VEC4, PARAMS, WALK, GRADIENT_SUMS_BODY], BatchNormParams, &[], 8 * WORKGROUP_SIZE;
    GRADIENT_SUMS_VEC4 = "gradient_sums" [read_quad(1, "x"), read_quad(2, "dy"), read(4, "mean"), read(5, "inv_std"), write_vec4(6, "workspace")];
    GRADIENT_SUMS_THROUGH_VEC4 = "gradient_sums_through" [read_quad(1, "x"), read_quad(2, "dy"), read_quad(3, "y"), read(4, "mean"), read(5, "inv_std"), write_vec4(6, "workspace")];
}
kernel! {
    BATCH_NORM_INPUT_GRAD_VEC4_KERNEL = "nn/batch_norm/input_grad_vec4", [INDEX, ELEMENT, VALUE_VEC4, STORE_QUAD, STORE_VALUE_VEC4, DIVIDE, PARAMS, CHANNEL, ONE, INPUT_GRAD_READS, INPUT_GRAD_BODY], BatchNormParams, &[], 0;
    BATCH_NORM_INPUT_GRAD_VEC4 = "input_grad" [read_quad(1, "x"), read_quad(2, "dy"), read_vec4(4, "coefficients"), write_quad(5, "out")];
    BATCH_NORM_INPUT_GRAD_THROUGH_VEC4 = "input_grad_through" [read_quad(1, "x"), read_quad(2, "dy"), read_quad(3, "y"), read_vec4(4, "coefficients"), write_quad(5, "out")];
}
kernel! {
    RUN_MOMENTS_KERNEL = "nn/batch_norm/run_moments", [INDEX, ELEMENT, DIVIDE, PARAMS, RUN], BatchNormParams, &[], 0;
    RUN_MOMENTS = "run_moments" [read_quad(1, "x"), write_vec4(2, "workspace")];
}
kernel! {
    NORMALISE_QUADS_KERNEL = "nn/batch_norm/normalise_quads", [INDEX, ELEMENT, VALUE_VEC4, STORE_QUAD, STORE_VALUE_VEC4, DIVIDE, PARAMS, COEFFICIENTS, QUADS, NORMALISE_READS, NORMALISE_BODY] blocks BLOCK, BatchNormParams, &[], 0;
    NORMALISE_QUADS = "normalise" [read_quad(1, "x"), read_vec4(3, "coefficients"), write_quad(4, "out")];
    NORMALISE_ADD_QUADS = "normalise_add" [read_quad(1, "x"), read_quad(2, "r"), read_vec4(3, "coefficients"), write_quad(4, "out")];
}
kernel! {
    NORMALISE_FOURS_KERNEL = "nn/batch_norm/normalise_fours", [INDEX, ELEMENT, STORE, DIVIDE, PARAMS, CHANNEL, COEFFICIENTS, FOURS, NORMALISE_BODY], BatchNormParams, &[], 0;
    NORMALISE_FOURS = "normalise" [read(1, "x"), read_vec4(3, "coefficients"), write(4, "out")];
    NORMALISE_ADD_FOURS = "normalise_add" [read(1, "x"), read(2, "r"), read_vec4(3, "coefficients"), write(4, "out")];
}
kernel! {
    BATCH_NORM_INPUT_GRAD_FOURS_KERNEL = "nn/batch_norm/input_grad_fours", [INDEX, ELEMENT, STORE, DIVIDE, PARAMS, CHANNEL, COEFFICIENTS, FOURS, INPUT_GRAD_BODY], BatchNormParams, &[], 0;
    BATCH_NORM_INPUT_GRAD_FOURS = "input_grad" [read(1, "x"), read(2, "dy"), read_vec4(4, "coefficients"), write(5, "out")];
    BATCH_NORM_INPUT_GRAD_THROUGH_FOURS = "input_grad_through" [read(1, "x"), read(2, "dy"), read(3, "y"), read_vec4(4, "coefficients"), write(5, "out")];
}
kernel! {
    RUN_SUMS_KERNEL = "nn/batch_norm/run_sums", [INDEX, ELEMENT, DIVIDE, PARAMS, RUN], BatchNormParams, &[], 0;
    RUN_SUMS = "run_sums" [read_quad(1, "x"), read_quad(2, "dy"), read_vec4(4, "mean"), read_vec4(5, "inv_std"), write_vec4(6, "workspace")];
    RUN_SUMS_THROUGH = "run_sums_through" [read_quad(1, "x"), read_quad(2, "dy"), read_quad(3, "y"), read_vec4(4, "mean"), read_vec4(5, "inv_std"), write_vec4(6, "workspace")];
}
kernel! {
    BATCH_NORM_INPUT_GRAD_QUADS_KERNEL = "nn/batch_norm/input_grad_quads", [INDEX, ELEMENT, VALUE_VEC4, STORE_QUAD, STORE_VALUE_VEC4, DIVIDE, PARAMS, COEFFICIENTS, QUADS, INPUT_GRAD_READS, INPUT_GRAD_BODY] blocks BLOCK, BatchNormParams, &[], 0;
    BATCH_NORM_INPUT_GRAD_QUADS = "input_grad" [read_quad(1, "x"), read_quad(2, "dy"), read_vec4(4, "coefficients"), write_quad(5, "out")];
    BATCH_NORM_INPUT_GRAD_THROUGH_QUADS = "input_grad_through" [read_quad(1, "x"), read_quad(2, "dy"), read_quad(3, "y"), read_vec4(4, "coefficients"), write_quad(5, "out")];
}
kernel! {
    FINISH_MOMENTS_KERNEL = "nn/batch_norm/finish_moments", [INDEX, PARAMS, MOMENTS], BatchNormParams, &[], 0;
    MERGE_MOMENTS = "merge_moments" [write_vec4(7, "workspace")];
    FINISH_MOMENTS = "finish_moments" [
        read(1, "w"), read(2, "b"), write(3, "running_mean"), write(4, "running_var"), write(5, "mean"), write(6, "inv_std"),
        write_vec4(7, "workspace")
    ];
}
kernel! {
    RUNNING_KERNEL = "nn/batch_norm/running", [INDEX, PARAMS], BatchNormParams, &[], 0;
    RUNNING_COEFFICIENTS = "running_coefficients" [
        read(1, "w"), read(2, "b"), read(3, "running_mean"), read(4, "running_var"), write_vec4(5, "workspace")
    ];
}
kernel! {
    FINISH_SUMS_KERNEL = "nn/batch_norm/finish_sums", [INDEX, PARAMS], BatchNormParams, &[], 0;
    MERGE_SUMS = "merge_sums" [write_vec4(6, "workspace")];
    FINISH_SUMS = "finish_sums" [
        read(1, "w"), read(2, "mean"), read(3, "inv_std"), write(4, "dw"), write(5, "db"), write_vec4(6, "workspace")
    ];
}
