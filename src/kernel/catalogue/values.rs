//! How kernels of `nn` read and write tensors of any type: by single elements and by fours.

pub(super) const VALUE_SCALAR: &str = include_str!("../../../shaders/nn/values/scalar.wgsl");
pub(super) const VALUE_VEC4: &str = include_str!("../../../shaders/nn/values/vec4.wgsl");
pub(super) const STORE_VALUE_SCALAR: &str = include_str!("../../../shaders/nn/values/store_scalar.wgsl");
pub(super) const STORE_VALUE_VEC4: &str = include_str!("../../../shaders/nn/values/store_vec4.wgsl");
