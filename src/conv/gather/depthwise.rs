//! A gather of groups with one channel: nothing is summed over but the window, so that there is no matrix product to be made
//! of it.

use super::super::strip;
use super::{Abilities, Gather, MOST_WORKGROUPS, Method};
use crate::error::Result;
use crate::kernel::{self, EntryPoint, Variant};
use crate::layout::Layout;
use crate::padding_mode::PaddingMode;
use crate::plan::{Algorithm, DeviceLimits, loop_tests};
use crate::window::{GatherAxis, GatherClass};

/// Rows that an invocation of the general kernel owns.
const ROWS: u64 = 4;

/// The general kernel keeps the taps of an axis as bits.
const MOST_TAPS: u64 = 31;

/// The kernels for strips divide their invocations' numbers by floats, which is exact below this.
const MOST_STRIP_INVOCATIONS: u64 = 1 << 20;

/// A grid of more workgroups would be folded.
const MOST_STRIP_WORKGROUPS: u64 = 65_535;

pub(super) fn method(gather: &Gather, limits: &DeviceLimits) -> Result<Method> {
    if gather.channels != 1 {
        return Err(Algorithm::Depthwise.unavailable("groups have more than one channel"));
    }
    if let Some(method) = strip_method(gather, limits) {
        return Ok(method);
    }
    if gather.outputs != 1 {
        return Err(Algorithm::Depthwise.unavailable("groups have more than one output"));
    }
    if gather.border() == PaddingMode::Zeros && gather.most_taps().iter().any(|&taps| taps > MOST_TAPS) {
        return Err(Algorithm::Depthwise.unavailable("an axis has more than 31 taps"));
    }
    Ok(Method {
        entries: [&kernel::DEPTHWISE, &kernel::DEPTHWISE_BIAS],
        variant: &kernel::DEPTHWISE_KERNEL.variants[0],
        packs: true,
        reads_zeros: false,
        tile_m: 1,
        source_twice: false,
        stores: Abilities::ALL,
        side_entries: Some([&kernel::DEPTHWISE_SIDE, &kernel::DEPTHWISE_BIAS_SIDE]),
        by_channel: false,
        idle: 0,
        workgroups,
        most_workgroups: MOST_WORKGROUPS,
        iterations,
        note: None,
    })
}

/// By strips, where they can: planes, windows without dilation of up to 5 taps, strides 1 and 2. On GPUs only with channels last, which
/// the neighbours of a workgroup then have as neighbours in memory; of channels first the general kernel reads neighbouring cells.
fn strip_method(gather: &Gather, limits: &DeviceLimits) -> Option<Method> {
    let [d, h, w] = &gather.axes;
    let is_plane = d.is_pointwise() && d.source == 1;
    let dense = |axis: &GatherAxis| axis.dilation == 1;
    let one_row = h.source == 1 && h.target == 1 && h.taps == 1;
    // They read w as it is.
    let fits = gather.has_taps_by_output() && is_plane && dense(h) && dense(w);
    if !fits || !(one_row || h.source_stride == w.source_stride) {
        return None;
    }
    let both_last = [gather.source_layout, gather.target_layout] == [Layout::ChannelsLast; 2];
    if !limits.is_software && !both_last {
        return None;
    }
    let kernel =
        if gather.is_channels_first() { cells_kernel(gather)? } else { channels_kernel(gather, both_last, limits)? };
    let variant = kernel.variant;
    let most_workgroups = MOST_STRIP_WORKGROUPS.min(MOST_STRIP_INVOCATIONS / u64::from(variant.workgroup_size()) - 1);
    let method = Method {
        entries: kernel.entries,
        variant,
        packs: false,
        reads_zeros: false,
        tile_m: 1,
        source_twice: kernel.source_twice,
        stores: Abilities::FEW,
        side_entries: None,
        by_channel: false,
        idle: 0,
        workgroups: kernel.workgroups,
        most_workgroups,
        iterations: |_, method, _| strip_iterations(method.variant),
        note: None,
    };
    let fits = (method.workgroups)(gather, &method, 1) <= most_workgroups
        && strip_iterations(variant) <= limits.max_loop_iterations.into();
    fits.then_some(method)
}

/// A kernel for strips, as [`Method`] has it.
struct StripKernel {
    entries: [&'static EntryPoint; 2],
    variant: &'static Variant,
    source_twice: bool,
    workgroups: fn(&Gather, &Method, samples: u64) -> u64,
}

/// The variant for a gather's window.
fn variant_for(variants: impl IntoIterator<Item = &'static Variant>, gather: &Gather) -> Option<&'static Variant> {
    let [_, taps_h, taps_w] = gather.most_taps();
    strip::variant(variants, taps_h.max(taps_w), gather.axes[2].source_stride, false)
}

/// Of channels first: neighbouring cells at once.
fn cells_kernel(gather: &Gather) -> Option<StripKernel> {
    let w = &gather.axes[2];
    // As for subgroups. Pairs are of input gradients.
    let is_zeros = gather.border() == PaddingMode::Zeros;
    let (aligned, variant) = if let Some(variant) = pair_variant(gather) {
        (true, variant)
    } else {
        let variant = variant_for(kernel::DEPTHWISE_ANY_KERNEL.variants, gather)?;
        let one_class = w.classes.len() == 1;
        (is_zeros && one_class && strip::is_aligned(variant, w.source, w.target, w.classes[0].start), variant)
    };
    let entries = if aligned {
        [&kernel::DEPTHWISE_ALIGNED, &kernel::DEPTHWISE_ALIGNED_BIAS]
    } else {
        [&kernel::DEPTHWISE_ANY, &kernel::DEPTHWISE_ANY_BIAS]
    };
    Some(StripKernel { entries, variant, source_twice: aligned, workgroups: strip_workgroups })
}

/// Of a tensor with its channels last: four channels at once.
fn channels_kernel(gather: &Gather, both_last: bool, limits: &DeviceLimits) -> Option<StripKernel> {
    // It divides channels by floats too.
    if gather.outputs > 1 && u64::from(gather.groups) * u64::from(gather.outputs) >= 1 << 20 {
        return None;
    }
    let entries = if both_last && gather.outputs == 1 && gather.groups.is_multiple_of(strip::CHANNELS) {
        [&kernel::DEPTHWISE_LAST, &kernel::DEPTHWISE_LAST_BIAS]
    } else {
        [&kernel::DEPTHWISE_LAST_ANY, &kernel::DEPTHWISE_LAST_ANY_BIAS]
    };
    let variants = entries[0].kernel().variants.iter();
    let of_device =
        variants.filter(|variant| (variant.workgroup_size() < kernel::WORKGROUP_SIZE) == limits.is_software);
    let variant = variant_for(of_device, gather)?;
    Some(StripKernel { entries, variant, source_twice: false, workgroups: channels_workgroups })
}

/// Of the kernel for both classes along w of an input gradient with stride 2, if they are stored in whole fours and have
/// their taps around the same cell of the source.
fn pair_variant(gather: &Gather) -> Option<&'static Variant> {
    let [_, h, w] = &gather.axes;
    let around = |class: &GatherClass| {
        class.taps == 0 || (class.start >= -1 && i64::from(class.start) + i64::from(class.taps) <= 2)
    };
    let fours = w.source.is_multiple_of(strip::CELLS) && w.target == 2 * w.source;
    let few_rows = h.classes.iter().all(|class| class.taps <= 3);
    let is_pair = w.classes.len() == 2 && fours && few_rows && w.classes.iter().all(around);
    is_pair.then(|| strip::variant(kernel::DEPTHWISE_ALIGNED_KERNEL.variants, 3, 1, true)).flatten()
}

fn strip_workgroups(gather: &Gather, method: &Method, samples: u64) -> u64 {
    let [_, h, w] = gather.most_cells();
    let [_, classes_h, classes_w] = gather.axes.each_ref().map(|axis| axis.classes.len() as u64);
    let classes = if method.variant.constant("PAIR") == 1 { classes_h } else { classes_h * classes_w };
    let planes = samples * u64::from(gather.groups) * u64::from(gather.outputs);
    let down = h.div_ceil(method.variant.constant("ROWS").into());
    let strips = planes * classes * down * w.div_ceil(strip::CELLS.into());
    strips.div_ceil(method.variant.workgroup_size().into())
}

fn channels_workgroups(gather: &Gather, method: &Method, samples: u64) -> u64 {
    let [_, h, w] = gather.most_cells();
    let fours = (u64::from(gather.groups) * u64::from(gather.outputs)).div_ceil(strip::CHANNELS.into());
    let along = w.div_ceil(method.variant.constant("LENGTH").into());
    let strips = samples * fours * gather.classes() * along * h.div_ceil(strip::CHANNEL_ROWS.into());
    strips.div_ceil(method.variant.workgroup_size().into())
}

fn strip_iterations(variant: &Variant) -> u64 {
    // Those for channels last take a column of the source a turn.
    let turns = variant.constant("ROWS") + variant.constant("LENGTH") * variant.constant("STRIDE");
    u64::from(turns + variant.constant("TAPS"))
}

fn workgroups(gather: &Gather, method: &Method, samples: u64) -> u64 {
    let [d, h, w] = gather.most_cells();
    let invocations = samples * u64::from(gather.groups) * gather.classes() * d * h.div_ceil(ROWS) * w;
    invocations.div_ceil(method.variant.workgroup_size().into())
}

fn iterations(gather: &Gather, _: &Method, _channels: u64) -> u64 {
    loop_tests(&gather.most_taps())
}
