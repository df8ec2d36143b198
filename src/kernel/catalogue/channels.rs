//! Kernels between the channels of x and their sums, for convolutions whose kernels are shared by the channels of a group.

use super::super::params::ChannelsParams;
use super::{
    ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, ELEMENT, EntryPoint, INDEX, Kernel, NO_SIDE, SIDE, STORE, STORE_QUAD,
    Variant, WORKGROUP_SIZE, kernel, read, read_quad, read_vec4, with, write, write_quad, write_vec4,
};

const CHANNELS: &str = include_str!("../../../shaders/conv/channels/params.wgsl");
const SUM: &str = include_str!("../../../shaders/conv/channels/sum.wgsl");
const BROADCAST: &str = include_str!("../../../shaders/conv/channels/broadcast.wgsl");

/// The constant of `common/accumulate.wgsl`.
const ACCUMULATE: &[&str] = &["ACCUMULATE"];

/// The same, and that of the kernels that move single elements.
const SCALAR: &[&str] = &["ACCUMULATE", "X_LAST"];

/// Those of `common/side.wgsl`, and of `common/activation.wgsl`, which comes with it.
const BESIDE: &[&str] = &["ACTIVATION", "RESIDUAL", "DERIVATIVE"];
const SCALAR_SIDE: &[&str] = &with::<5>(SCALAR, BESIDE);
const VEC4_SIDE: &[&str] = &with::<4>(ACCUMULATE, BESIDE);

kernel! {
    SUM_CHANNELS_SCALAR_KERNEL = "conv/channels/sum_scalar", [INDEX, ELEMENT, CHANNELS, ACCUMULATE_CONSTANT, SUM], ChannelsParams, SCALAR, 0;
    SUM_CHANNELS_SCALAR = "sum_channels" [read(1, "x"), write(2, "sums")];
}
kernel! {
    SUM_CHANNELS_VEC4_KERNEL = "conv/channels/sum_vec4", [INDEX, ELEMENT, CHANNELS, ACCUMULATE_CONSTANT, SUM], ChannelsParams, ACCUMULATE, 0;
    SUM_CHANNELS_VEC4 = "sum_channels" [read_quad(1, "x"), write_vec4(2, "sums")];
}
kernel! {
    BROADCAST_SCALAR_KERNEL = "conv/channels/broadcast_scalar", [INDEX, STORE, CHANNELS, ACCUMULATE_CONSTANT, NO_SIDE, BROADCAST], ChannelsParams, SCALAR, 0;
    BROADCAST_SCALAR = "broadcast_channels" [read(1, "sums"), write(2, "out")];
}
kernel! {
    BROADCAST_VEC4_KERNEL = "conv/channels/broadcast_vec4", [INDEX, STORE_QUAD, CHANNELS, ACCUMULATE_CONSTANT, NO_SIDE, BROADCAST], ChannelsParams, ACCUMULATE, 0;
    BROADCAST_VEC4 = "broadcast_channels" [read_vec4(1, "sums"), write_quad(2, "out")];
}
kernel! {
    BROADCAST_SCALAR_SIDE_KERNEL = "conv/channels/broadcast_scalar+side" in "conv/channels/broadcast_scalar",
        [INDEX, ELEMENT, STORE, CHANNELS, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, SIDE, BROADCAST], ChannelsParams, SCALAR_SIDE, 0;
    BROADCAST_SCALAR_SIDE = "broadcast_channels" [read(1, "sums"), write(2, "out"), read(5, "side")];
}
kernel! {
    BROADCAST_VEC4_SIDE_KERNEL = "conv/channels/broadcast_vec4+side" in "conv/channels/broadcast_vec4",
        [INDEX, ELEMENT, STORE_QUAD, CHANNELS, ACCUMULATE_CONSTANT, ACTIVATION_CONSTANT, SIDE, BROADCAST], ChannelsParams, VEC4_SIDE, 0;
    BROADCAST_VEC4_SIDE = "broadcast_channels" [read_vec4(1, "sums"), write_quad(2, "out"), read(5, "side")];
}
