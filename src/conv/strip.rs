//! What the depthwise kernels that run down strips (`shaders/conv/strip`) share when they are planned.

use crate::kernel::Variant;

/// The variant of such a kernel for windows of up to so many taps and this stride along each axis, if there is one.
pub(super) fn variant(variants: &'static [Variant], taps: u64, stride: u32) -> Option<&'static Variant> {
    // The variants with fewer taps come first.
    variants.iter().find(|variant| u64::from(variant.constant("TAPS")) >= taps && variant.constant("STRIDE") == stride)
}
