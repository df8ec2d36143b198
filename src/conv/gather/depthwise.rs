//! A gather of groups with one channel: nothing is summed over but the window, so that there is no matrix product to be made
//! of it.

use super::super::strip;
use super::{Gather, MOST_WORKGROUPS, Method};
use crate::error::Result;
use crate::kernel::{self, Variant};
use crate::plan::{Algorithm, DeviceLimits};
use crate::window::GatherAxis;

/// Rows that an invocation of the general kernel owns.
const ROWS: u64 = 4;

/// The general kernel keeps the taps of an axis as bits.
const MOST_TAPS: u64 = 31;

/// Cells along w that an invocation of the kernel for strips owns.
const CELLS: u64 = 4;

/// The kernel for strips divides its invocations' numbers by floats, which is exact below 2^20; a grid of more workgroups than
/// this would also be folded.
const MOST_STRIP_WORKGROUPS: u64 = 65_535;

pub(super) fn method(gather: &Gather, limits: &DeviceLimits) -> Result<Method> {
    if gather.channels != 1 {
        return Err(Algorithm::Depthwise.unavailable("groups have more than one channel"));
    }
    if limits.is_software
        && let Some(variant) = strip_variant_for(gather, limits)
    {
        return Ok(Method {
            entries: [&kernel::DEPTHWISE_STRIP, &kernel::DEPTHWISE_STRIP_BIAS],
            variant,
            tile_m: 1,
            source_twice: false,
            by_channel: false,
            workgroups: strip_workgroups,
            most_workgroups: MOST_STRIP_WORKGROUPS,
            iterations: |_, method, _| strip_iterations(method.variant),
            note: None,
        });
    }
    if gather.outputs != 1 {
        return Err(Algorithm::Depthwise.unavailable("groups have more than one output"));
    }
    if gather.most_taps().iter().any(|&taps| taps > MOST_TAPS) {
        return Err(Algorithm::Depthwise.unavailable("an axis has more than 31 taps"));
    }
    Ok(Method {
        entries: [&kernel::DEPTHWISE, &kernel::DEPTHWISE_BIAS],
        variant: &kernel::DEPTHWISE_KERNEL.variants[0],
        tile_m: 1,
        source_twice: false,
        by_channel: false,
        workgroups,
        most_workgroups: MOST_WORKGROUPS,
        iterations,
        note: None,
    })
}

/// The variant of the kernel for strips, if there is one: planes, windows without dilation of up to 5 taps, strides 1 and 2.
fn strip_variant_for(gather: &Gather, limits: &DeviceLimits) -> Option<&'static Variant> {
    let [d, h, w] = &gather.axes;
    let is_plane = d.is_pointwise() && d.source == 1;
    let dense = |axis: &GatherAxis| axis.tap_step == 1 || axis.classes.iter().all(|class| class.taps <= 1);
    let one_row = h.source == 1 && h.target == 1 && h.taps == 1;
    let stride = w.source_stride;
    if !is_plane || !dense(h) || !dense(w) || !(one_row || h.source_stride == stride) {
        return None;
    }
    let [_, taps_h, taps_w] = gather.most_taps();
    let variant = strip::variant(kernel::DEPTHWISE_STRIP_KERNEL.variants, taps_h.max(taps_w), stride)?;
    let fits = strip_workgroups_of(gather, variant, 1) <= MOST_STRIP_WORKGROUPS
        && strip_iterations(variant) <= limits.max_loop_iterations.into();
    fits.then_some(variant)
}

fn strip_workgroups(gather: &Gather, method: &Method, samples: u64) -> u64 {
    strip_workgroups_of(gather, method.variant, samples)
}

fn strip_workgroups_of(gather: &Gather, variant: &Variant, samples: u64) -> u64 {
    let [_, h, w] = gather.most_cells();
    let planes = samples * u64::from(gather.groups) * u64::from(gather.outputs);
    let strips = planes * gather.classes() * h.div_ceil(variant.constant("ROWS").into()) * w.div_ceil(CELLS);
    strips.div_ceil(variant.workgroup_size().into())
}

fn strip_iterations(variant: &Variant) -> u64 {
    u64::from(variant.constant("ROWS") + variant.constant("TAPS"))
}

fn workgroups(gather: &Gather, method: &Method, samples: u64) -> u64 {
    let [d, h, w] = gather.most_cells();
    let invocations = samples * u64::from(gather.groups) * gather.classes() * d * h.div_ceil(ROWS) * w;
    invocations.div_ceil(method.variant.workgroup_size().into())
}

/// A loop costs one test more than it has iterations.
fn iterations(gather: &Gather, _: &Method, _channels: u64) -> u64 {
    let [d, h, w] = gather.most_taps();
    d * h * w + 2 * (d * h + d) + 2
}
