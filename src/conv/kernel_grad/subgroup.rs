//! Kernel gradient by subgroups of 8 lanes: for software devices.

use super::super::ConvProblem;
use super::super::gather::{store_tests, tile_for};
use super::super::passes::order_constant;
use super::super::strip;
use super::Method;
use crate::error::Result;
use crate::kernel::{self, ConvParams, EntryPoint, KernelGradParams, KernelKey, Override, Reduction};
use crate::layout::Layout;
use crate::padding_mode::PaddingMode;
use crate::plan::{Algorithm, DeviceLimits, MIN_LOOP_LIMIT};
use crate::window::Axis;

/// Lanes of a subgroup, and columns of dw that a lane of the general kernel owns.
const LANES: u64 = 8;
const COLUMNS: u64 = 4;

pub(super) fn method(problem: &ConvProblem, limits: &DeviceLimits) -> Result<Method> {
    let [d, h, w] = &problem.axes;
    let channels = u64::from(problem.channels_in / problem.groups);
    let outputs = problem.channels_out / problem.groups;
    let rows_of_taps = u64::from(d.taps) * u64::from(h.taps);
    // Slabs begin at whole fours too.
    let fours = w.output.is_multiple_of(4);
    let row3 = w.taps == 3 && w.dilation == 1 && channels >= 4;
    // A lane a channel and row of taps, or a lane 4 columns: the first reads less, the second leaves fewer lanes idle.
    let by_channel = channels.div_ceil(LANES) * rows_of_taps;
    let by_column = (channels * rows_of_taps * u64::from(w.taps)).div_ceil(LANES * COLUMNS);
    let tile = &kernel::SUBGROUP_DW_ROW3_STRIDE2_ALIGNED_KERNEL.variants[0];
    // Those that read whole fours of x take what is behind a row for zeros.
    let is_zeros = problem.padding_mode == PaddingMode::Zeros;
    let aligned = is_zeros && fours && strip::is_aligned(tile, w.input, w.output, -(w.padding_low as i32));
    let (entry, strips): (&'static EntryPoint, u64) = match (w.stride, fours) {
        (1, true) if row3 => (&kernel::SUBGROUP_DW_ROW3_VEC4, by_channel),
        (1, false) if row3 => (&kernel::SUBGROUP_DW_ROW3, by_channel),
        (2, _) if row3 && aligned => (&kernel::SUBGROUP_DW_ROW3_STRIDE2_ALIGNED, by_channel),
        (2, true) if row3 => (&kernel::SUBGROUP_DW_ROW3_STRIDE2_ANY_VEC4, by_channel),
        (2, false) if row3 => (&kernel::SUBGROUP_DW_ROW3_STRIDE2_ANY_SCALAR, by_channel),
        (_, true) => (&kernel::SUBGROUP_DW_ANY_VEC4, by_column),
        (_, false) => (&kernel::SUBGROUP_DW_ANY, by_column),
    };
    // The plane is a row: of a flattened problem, or from the first.
    let is_row = problem.axes.iter().all(Axis::is_pointwise) && d.input == 1 && h.input == 1;
    let entry = if is_row && fours { &kernel::SUBGROUP_DW_POINTWISE } else { entry };
    let all_fours = [channels as u32, outputs].iter().all(|count| count.is_multiple_of(COLUMNS as u32));
    let (entry, strips) = match [problem.x_layout, problem.y_layout] {
        [Layout::ChannelsFirst, Layout::ChannelsFirst] => (entry, strips),
        [Layout::ChannelsLast, Layout::ChannelsLast] if all_fours => {
            let taps = rows_of_taps * u64::from(w.taps);
            (&kernel::SUBGROUP_DW_LAST, (channels / COLUMNS * taps).div_ceil(LANES))
        }
        // The others read neighbours at once.
        _ => (&kernel::SUBGROUP_DW_ANY, by_column),
    };
    let kernel = entry.kernel();
    if limits.subgroup_size != kernel.subgroup_size {
        return Err(Algorithm::Subgroup.unavailable("it needs subgroups of exactly 8 invocations"));
    }
    let loop_limit = limits.max_loop_iterations.saturating_sub(store_tests() as u32);
    if loop_limit < MIN_LOOP_LIMIT {
        return Err(Algorithm::Subgroup.unavailable("its stores leave too little of the limit on loop iterations"));
    }
    let variant = tile_for(kernel.variants, outputs, w.stride);
    let tiles = u64::from(outputs.div_ceil(variant.constant("TILE_M")));
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

/// The overrides of an entry point's kernel: that of `common/accumulate.wgsl`, mostly that of `common/border.wgsl`, and those of
/// layouts and kernel order that it has.
pub(super) fn overrides(entry: &EntryPoint, reduction: &Reduction, problem: &ConvProblem) -> Vec<Override> {
    let value = |&name| {
        let value = match name {
            "ACCUMULATE" => reduction.accumulate,
            "BORDER" => problem.padding_mode.constant(),
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
