//! Kernel gradient by subgroups of 8 lanes: for software devices.

use super::super::ConvProblem;
use super::super::gather::{tile_for, tile_time};
use super::super::passes::order_constant;
use super::super::strip;
use super::Method;
use crate::error::Result;
use crate::kernel::{self, ConvParams, EntryPoint, Kernel, KernelGradParams, KernelKey, Override, Reduction, Variant};
use crate::layout::Layout;
use crate::padding_mode::PaddingMode;
use crate::plan::{Algorithm, DeviceLimits, MIN_LOOP_LIMIT, loop_tests};
use crate::window::Axis;

/// Lanes of a subgroup, and columns of dw that a lane of the general kernel owns.
pub(super) const LANES: u64 = 8;
const COLUMNS: u64 = 4;

/// What a lane of the general kernel takes ([`Choice::lane`]).
const GENERAL: u64 = 10;

/// Of a problem as it is, or of one whose rows are copied into whole fours ([`copied`]).
pub(super) fn method(problem: &ConvProblem, limits: &DeviceLimits, is_copied: bool) -> Result<Method> {
    let of_rows = || pointwise(problem).or_else(|| turned(problem));
    let choice = if is_copied { Some(of_copied_rows(problem)) } else { last(problem).or_else(of_rows) };
    let choice = choice.unwrap_or_else(|| fastest(problem, limits));
    let kernel = choice.entry.kernel();
    if limits.subgroup_size != kernel.subgroup_size {
        return Err(Algorithm::Subgroup.unavailable("it needs subgroups of exactly 8 invocations"));
    }
    let loop_limit = choice.loop_limit(limits);
    if loop_limit < MIN_LOOP_LIMIT {
        return Err(Algorithm::Subgroup.unavailable("its stores leave too little of the limit on loop iterations"));
    }
    let tiles = u64::from(outputs(problem).div_ceil(choice.variant.constant("TILE_M")));
    let Choice { entry, variant, strips, .. } = choice;
    Ok(Method {
        kernel: {
            let problem = problem.clone();
            Box::new(move |reduction, _| KernelKey::new(entry, variant, &overrides(entry, reduction, &problem)))
        },
        params: |problem, conv| bytemuck::bytes_of(&with_window(problem, conv)).to_vec(),
        invocations: strips * tiles * u64::from(problem.groups) * LANES,
        workgroup_size: LANES,
        loop_limit,
    })
}

/// A kernel, its tile, how many times 8 lanes' columns of dw there are, and what a lane takes: of this only ratios count, measured on
/// both versions of Mesa's lavapipe.
struct Choice {
    entry: &'static EntryPoint,
    variant: &'static Variant,
    strips: u64,
    lane: u64,
    /// Channels of x whose sums a lane has, and stores one after the other.
    lane_channels: u64,
}

impl Choice {
    fn new(problem: &ConvProblem, entry: &'static EntryPoint, strips: u64, lane: u64) -> Choice {
        let variant = tile_for(entry.kernel().variants, outputs(problem), problem.axes[2].stride);
        Choice { entry, variant, strips, lane, lane_channels: 1 }
    }

    /// The kernel whose lanes own so many neighbouring columns of one row of taps.
    fn of_rows(problem: &ConvProblem, variant: &'static Variant) -> Choice {
        let taps = variant.constant("TAPS");
        let entry = if taps == 3 { &kernel::SUBGROUP_DW_ROW3 } else { &kernel::SUBGROUP_DW_ROW };
        let parts = u64::from(problem.axes[2].taps.div_ceil(taps));
        let strips = (channels(problem) * rows_of_taps(problem) * parts).div_ceil(LANES);
        Choice { entry, variant, strips, lane: u64::from(taps) + 3, lane_channels: 1 }
    }

    /// What the stores, of four rows at a time, leave of the limit on loop iterations.
    fn loop_limit(&self, limits: &DeviceLimits) -> u32 {
        let stores = loop_tests(&[self.lane_channels * u64::from(self.variant.constant("TILE_M") / 4)]);
        limits.max_loop_iterations.saturating_sub(stores as u32)
    }

    fn time(&self, problem: &ConvProblem) -> u64 {
        self.strips * self.lane * tile_time(self.variant, outputs(problem))
    }
}

/// Of a group.
fn channels(problem: &ConvProblem) -> u64 {
    (problem.channels_in / problem.groups).into()
}

fn outputs(problem: &ConvProblem) -> u32 {
    problem.channels_out / problem.groups
}

/// Of a channel.
fn rows_of_taps(problem: &ConvProblem) -> u64 {
    let [d, h, _] = &problem.axes;
    u64::from(d.taps) * u64::from(h.taps)
}

/// Of tensors with their channels last, that which reads four of them at once.
fn last(problem: &ConvProblem) -> Option<Choice> {
    let both_last = [problem.x_layout, problem.y_layout] == [Layout::ChannelsLast; 2];
    let all_fours = [channels(problem), outputs(problem).into()].iter().all(|count| count.is_multiple_of(COLUMNS));
    if !both_last || !all_fours {
        return None;
    }
    let taps = rows_of_taps(problem) * u64::from(problem.axes[2].taps);
    let strips = (channels(problem) / COLUMNS * taps).div_ceil(LANES);
    Some(Choice::new(problem, &kernel::SUBGROUP_DW_LAST, strips, GENERAL))
}

/// That for planes that are one row of whole fours, of a flattened problem or from the first, and kernels of one tap.
fn pointwise(problem: &ConvProblem) -> Option<Choice> {
    let entry = &kernel::SUBGROUP_DW_POINTWISE;
    (is_row_of_one_tap(problem) && in_fours(problem)).then(|| Choice::new(problem, entry, by_column(problem), GENERAL))
}

/// The same for planes of any length, where four of them are whole fours.
fn turned(problem: &ConvProblem) -> Option<Choice> {
    let all_fours = [channels(problem), outputs(problem).into()].iter().all(|count| count.is_multiple_of(COLUMNS));
    let fits = is_row_of_one_tap(problem) && problem.is_channels_first() && all_fours;
    fits.then(|| Choice::new(problem, &kernel::SUBGROUP_DW_TURNED, by_column(problem), GENERAL))
}

/// Whether x and dy are read in whole fours, neighbouring cells of a plane at once.
pub(super) fn reads_fours(problem: &ConvProblem) -> bool {
    pointwise(problem).or_else(|| turned(problem)).is_some()
}

fn is_row_of_one_tap(problem: &ConvProblem) -> bool {
    let [d, h, _] = &problem.axes;
    problem.axes.iter().all(Axis::is_pointwise) && d.input == 1 && h.input == 1
}

/// Whether dy can be read in whole fours. Slabs begin at these too.
fn in_fours(problem: &ConvProblem) -> bool {
    problem.is_channels_first() && problem.axes[2].output.is_multiple_of(4)
}

/// The one that takes least, of those for any window.
fn fastest(problem: &ConvProblem, limits: &DeviceLimits) -> Choice {
    let w = &problem.axes[2];
    let entry = if in_fours(problem) { &kernel::SUBGROUP_DW_ANY_VEC4 } else { &kernel::SUBGROUP_DW_ANY };
    let general = Choice::new(problem, entry, by_column(problem), GENERAL);
    let variants = kernel::SUBGROUP_DW_ROW3_KERNEL.variants.iter().chain(kernel::SUBGROUP_DW_ROW_KERNEL.variants);
    let of_rows = variants
        .filter(|variant| w.dilation == 1 && variant.constant("STRIDE") == w.stride)
        .map(|variant| Choice::of_rows(problem, variant));
    let two_channels = two_channels(problem).filter(|choice| choice.loop_limit(limits) >= MIN_LOOP_LIMIT);
    let choices = three_in_fours(problem).into_iter().chain(two_channels).chain(of_rows);
    choices.fold(general, |best, next| if next.time(problem) < best.time(problem) { next } else { best })
}

/// That for rows of three taps that reads dy in whole fours. A lane owns a channel's: with few channels many are idle.
fn three_in_fours(problem: &ConvProblem) -> Option<Choice> {
    let w = &problem.axes[2];
    if w.taps != 3 || w.dilation != 1 || !in_fours(problem) {
        return None;
    }
    let entry = match w.stride {
        1 => &kernel::SUBGROUP_DW_ROW3_VEC4,
        2 if is_aligned(problem, &kernel::SUBGROUP_DW_ROW3_STRIDE2_ALIGNED_KERNEL) => {
            &kernel::SUBGROUP_DW_ROW3_STRIDE2_ALIGNED
        }
        2 => &kernel::SUBGROUP_DW_ROW3_STRIDE2_ANY_VEC4,
        _ => return None,
    };
    Some(Choice::new(problem, entry, channels(problem).div_ceil(LANES) * rows_of_taps(problem), 5))
}

/// Channels of x and of y, of a group, from which on copying rows takes less time than it saves.
const LEAST_COPIED: u64 = 64;

/// Outputs of a row from which on reading a four more for each row takes less time than reading two for each step.
const LEAST_SLIDING: u32 = 16;

/// The problem of the rows of x and dy in whole fours, where copying them is worth it: without padding along w, of which x's rows have the
/// zeros. Those of dy have [`row_of_dy`] cells.
pub(super) fn copied(problem: &ConvProblem, limits: &DeviceLimits) -> Option<ConvProblem> {
    let w = &problem.axes[2];
    let is_dense = (3..=4).contains(&w.taps) && w.dilation == 1 && w.stride <= 2;
    let is_plain = problem.is_channels_first() && problem.padding_mode == PaddingMode::Zeros;
    let is_worth_it = channels(problem).min(outputs(problem).into()) >= LEAST_COPIED;
    if !is_dense || !is_plain || !is_worth_it || two_channels(problem).is_some() {
        return None;
    }
    let under_all = (w.output - 1) * w.stride + w.taps;
    let lies_so = w.padding_low == 0 && w.input >= under_all && w.input.is_multiple_of(4);
    let row = if lies_so { w.input } else { under_all.next_multiple_of(4) };
    let mut rows = problem.clone();
    rows.axes[2] = Axis { stride: w.stride, ..Axis::dense(row, w.taps, w.output, 0) };
    (of_copied_rows(&rows).loop_limit(limits) >= MIN_LOOP_LIMIT).then_some(rows)
}

/// Cells of a row of dy that is copied.
pub(super) fn row_of_dy(rows: &ConvProblem) -> u32 {
    rows.axes[2].output.next_multiple_of(4)
}

fn of_copied_rows(problem: &ConvProblem) -> Choice {
    let strips = channels(problem).div_ceil(2 * LANES) * rows_of_taps(problem);
    let entry =
        if problem.axes[2].taps == 3 { &kernel::SUBGROUP_DW_ROW3_COPIED } else { &kernel::SUBGROUP_DW_ROW4_COPIED };
    Choice { lane_channels: 2, ..Choice::new(problem, entry, strips, 7) }
}

/// That which reads x in whole fours too, each once, and whose lanes own two channels.
fn two_channels(problem: &ConvProblem) -> Option<Choice> {
    let w = &problem.axes[2];
    let entry = match w.stride {
        1 => &kernel::SUBGROUP_DW_ROW3_ALIGNED,
        2 => &kernel::SUBGROUP_DW_ROW3_STRIDE2_BOTH,
        _ => return None,
    };
    let fits = w.taps == 3 && w.dilation == 1 && in_fours(problem) && is_aligned(problem, entry.kernel());
    let strips = channels(problem).div_ceil(2 * LANES) * rows_of_taps(problem);
    fits.then(|| Choice { lane_channels: 2, ..Choice::new(problem, entry, strips, 7) })
}

/// Whether this kernel can read x in whole fours. What is behind a row is then taken for zeros.
fn is_aligned(problem: &ConvProblem, kernel: &Kernel) -> bool {
    let w = &problem.axes[2];
    let is_zeros = problem.padding_mode == PaddingMode::Zeros;
    is_zeros && strip::is_aligned(&kernel.variants[0], w.input, w.output, -(w.padding_low as i32))
}

/// Lanes' columns of the general kernel, 8 lanes at a time.
fn by_column(problem: &ConvProblem) -> u64 {
    (channels(problem) * rows_of_taps(problem) * u64::from(problem.axes[2].taps)).div_ceil(LANES * COLUMNS)
}

/// The overrides of an entry point's kernel: that of `common/accumulate.wgsl`, mostly that of `common/border.wgsl`, those of
/// layouts and kernel order that it has, and what is left of a plane beside whole fours.
pub(super) fn overrides(entry: &EntryPoint, reduction: &Reduction, problem: &ConvProblem) -> Vec<Override> {
    let value = |&name| {
        let value = match name {
            "ACCUMULATE" => reduction.accumulate,
            "BORDER" => problem.padding_mode.constant(),
            "TURN" | "REST" => problem.axes[2].output % 4,
            "SLIDES" => u32::from(problem.axes[2].output >= LEAST_SLIDING),
            _ => order_constant(problem, name),
        };
        (name, value)
    };
    entry.kernel().overrides.iter().map(value).collect()
}

/// The uniform struct with the window.
pub(super) fn with_window(problem: &ConvProblem, conv: ConvParams) -> KernelGradParams {
    let [d, h, w] = &problem.axes;
    KernelGradParams {
        conv,
        taps_d: d.taps,
        taps_h: h.taps,
        taps_w: w.taps,
        stride_d: d.stride,
        stride_h: h.stride,
        stride_w: w.stride,
        dilation_d: d.dilation,
        dilation_h: h.dilation,
        dilation_w: w.dilation,
        padding_low_d: d.padding_low,
        padding_low_h: h.padding_low,
        padding_low_w: w.padding_low,
    }
}
