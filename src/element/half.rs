//! The `half` crate's types as elements of tensors.

use half::{bf16, f16};

use crate::gpu::{Element, Real, Sealed};

use super::ElementType;

impl Sealed for f16 {}
impl Element for f16 {}
impl Real for f16 {
    const TYPE: ElementType = ElementType::F16;
}

impl Sealed for bf16 {}
impl Element for bf16 {}
impl Real for bf16 {
    const TYPE: ElementType = ElementType::Bf16;
}
