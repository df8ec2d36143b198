//! What the depthwise kernels that run down strips (`shaders/conv/strip`) share when they are planned.

use crate::kernel::Variant;

/// Cells along w of a strip.
pub(super) const CELLS: u32 = 4;

/// Channels of a strip of the kernels for channels last.
pub(super) const CHANNELS: u32 = 4;

/// Rows of such a strip.
pub(super) const CHANNEL_ROWS: u32 = 2;

/// The variant of such a kernel for windows of up to so many taps and this stride along each axis, if there is one.
pub(super) fn variant(
    variants: impl IntoIterator<Item = &'static Variant>,
    taps: u64,
    stride: u32,
    pair: bool,
) -> Option<&'static Variant> {
    // The variants with fewer taps come first.
    variants.into_iter().find(|variant| {
        u64::from(variant.constant("TAPS")) >= taps
            && variant.constant("STRIDE") == stride
            && (variant.constant("PAIR") == 1) == pair
    })
}

/// Whether the kernels that read whole fours take an axis of so many source cells and outputs with this variant's windows, the
/// first of which begins at `start`.
pub(super) fn is_aligned(variant: &Variant, source: u32, outputs: u32, start: i32) -> bool {
    let cells = CELLS * variant.constant("STRIDE");
    // No four begins behind the row.
    let within = u64::from(outputs) * u64::from(variant.constant("STRIDE")) <= u64::from(source);
    let centred = start == -((variant.constant("TAPS") / 2) as i32);
    outputs.is_multiple_of(CELLS) && source.is_multiple_of(cells) && within && centred
}
