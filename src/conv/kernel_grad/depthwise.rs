//! Kernel gradient of groups with one channel: an invocation to the whole window of a channel, in slices of strips.

use super::super::passes::params;
use super::super::strip;
use super::subgroup::{LANES, overrides, with_window};
use super::{ConvProblem, Epilogue, begin_reduction};
use crate::error::Result;
use crate::kernel::{self, EntryPoint, KernelKey, Variant};
use crate::layout::Layout;
use crate::padding_mode::PaddingMode;
use crate::plan::{Access, Algorithm, DeviceLimits, MIN_LOOP_LIMIT, Operand, PlanSpec, Slabs, SpecBuilder, elements};
use crate::window::Axis;

/// Rows of strips that an invocation sums by itself in the time in which a software device begins a second dispatch.
const SHORT_SUM: u64 = 640;

/// The strips that invocations run down.
struct Strips {
    /// Channels that an invocation owns.
    channels: u32,
    of_plane: u64,
    /// Outputs.
    length: u64,
    width: u64,
}

impl Strips {
    fn of(problem: &ConvProblem) -> Strips {
        let [_, h, w] = &problem.axes;
        let strips = |channels, across: u32, width: u32, along: u32| Strips {
            channels,
            of_plane: across.div_ceil(width).into(),
            length: along.into(),
            width: width.into(),
        };
        if problem.is_channels_first() {
            strips(1, w.output, strip::CELLS, h.output)
        } else {
            strips(strip::CHANNELS, h.output, strip::CHANNEL_ROWS, w.output)
        }
    }

    /// Of a channel, in so many samples.
    fn count(&self, samples: u32) -> u64 {
        u64::from(samples) * self.of_plane
    }

    /// Whether so many lanes sum these samples in one slice sooner than several slices are summed and added.
    fn are_short(&self, samples: u32, lanes: u64) -> bool {
        self.count(samples).div_ceil(lanes) * self.length <= SHORT_SUM
    }

    /// Whether the lanes of a subgroup share a slice: where that makes one enough.
    fn are_shared(&self, problem: &ConvProblem, limits: &DeviceLimits) -> bool {
        let has_subgroups = limits.is_software && u64::from(limits.subgroup_size) == LANES;
        let spares_slices = !self.are_short(problem.batch, 1) && self.are_short(problem.batch, LANES);
        has_subgroups && problem.is_channels_first() && spares_slices
    }
}

pub(super) fn plan(problem: &ConvProblem, epilogue: Epilogue, mut plan: SpecBuilder<'_>) -> Result<PlanSpec> {
    let unavailable = |reason| Algorithm::Depthwise.unavailable(reason);
    let strips = Strips::of(problem);
    let shared = strips.are_shared(problem, plan.limits);
    let (entry, variant) = kernel_for(problem, shared)
        .ok_or_else(|| unavailable("its kernel gradient takes planes, groups of one channel, windows of up to 5 taps without dilation, and strides 1 and 2"))?;
    let limit = most_loop_tests(variant, plan.limits.max_loop_iterations);
    if limit < MIN_LOOP_LIMIT {
        return Err(unavailable("the limit on loop iterations is too small for its windows"));
    }
    let x = plan.batched_shape(Operand::X, &problem.x_shape());
    let dy = plan.batched_shape(Operand::Dy, &problem.y_shape());
    let dw_elements = elements(&problem.w_shape());
    let batch = u64::from(problem.batch);
    plan.need(Operand::X, x.sample * batch, Access::Read);
    plan.need(Operand::Dy, dy.sample * batch, Access::Read);
    let mut dw = begin_reduction(&mut plan, epilogue, Operand::Dw, dw_elements, problem.batch)?;

    let lanes = if shared { LANES } else { 1 };
    let invocations = u64::from(problem.channels_out.div_ceil(strips.channels)) * lanes;
    for chunk in plan.chunks(problem.batch, &[x, dy], 1)? {
        let part = problem.with_batch(chunk.count);
        let (x, x_base) = chunk.bind(plan.limits, x);
        let (dy, y_base) = chunk.bind(plan.limits, dy);
        let count = strips.count(chunk.count);
        let short = plan.limits.is_software && strips.are_short(chunk.count, lanes);
        let terms = count * strips.length * strips.width;
        let wanted = if short { 1 } else { plan.wanted_slices(dw_elements, invocations, terms) };
        let slabs = Slabs::new("conv kernel_grad", count, strips.length, wanted, limit)?;
        let slice_workgroups = invocations.div_ceil(variant.workgroup_size().into());
        plan.split_reduction(&mut dw, &chunk, slabs, slice_workgroups, |plan, reduction, target| {
            let kernel = KernelKey::new(entry, variant, &overrides(entry, &reduction, problem));
            let invocations = invocations * u64::from(reduction.slab_count);
            let params = with_window(problem, params(&part, reduction, x_base, y_base));
            let workgroups = invocations.div_ceil(variant.workgroup_size().into());
            let again = (entry.slots.len() > 3).then_some(x);
            let bindings = [x, dy, target].into_iter().chain(again).collect();
            plan.step_workgroups(kernel, params, bindings, workgroups)
        })?;
    }
    Ok(plan.finish())
}

fn kernel_for(problem: &ConvProblem, shared: bool) -> Option<(&'static EntryPoint, &'static Variant)> {
    let [d, h, w] = &problem.axes;
    let is_plane = d.input == 1 && d.output == 1 && d.taps == 1;
    let one_row = h.input == 1 && h.output == 1 && h.taps == 1;
    // A single tap has no dilation.
    let dense = |axis: &Axis| axis.dilation == 1;
    let per_group = problem.channels_in / problem.groups;
    if !is_plane || per_group != 1 || !dense(h) || !dense(w) || !(one_row || h.stride == w.stride) {
        return None;
    }
    let taps = h.taps.max(w.taps).into();
    if !problem.is_channels_first() {
        let entry = channels_entry(problem);
        return strip::variant(entry.kernel().variants, taps, w.stride, false).map(|variant| (entry, variant));
    }
    let kernel = if shared { &kernel::STRIP_DW_ANY_SCALAR_SHARED_KERNEL } else { &kernel::STRIP_DW_ANY_SCALAR_KERNEL };
    let variant = strip::variant(kernel.variants, taps, w.stride, false)?;
    let fours = w.output.is_multiple_of(strip::CELLS);
    let is_zeros = problem.padding_mode == PaddingMode::Zeros;
    let aligned = is_zeros && strip::is_aligned(variant, w.input, w.output, -(w.padding_low as i32));
    let [alone, shared_by_lanes]: [&EntryPoint; 2] = match (aligned, fours) {
        (true, _) => [&kernel::STRIP_DW_ALIGNED, &kernel::STRIP_DW_ALIGNED_SHARED],
        (false, true) => [&kernel::STRIP_DW_ANY_VEC4, &kernel::STRIP_DW_ANY_VEC4_SHARED],
        (false, false) => [&kernel::STRIP_DW_ANY_SCALAR, &kernel::STRIP_DW_ANY_SCALAR_SHARED],
    };
    let entry = if shared { shared_by_lanes } else { alone };
    Some((entry, variant))
}

/// Of a tensor with its channels last: four channels at once.
fn channels_entry(problem: &ConvProblem) -> &'static EntryPoint {
    let both_last = [problem.x_layout, problem.y_layout] == [Layout::ChannelsLast; 2];
    let is_alike = problem.channels_in == problem.channels_out;
    if both_last && is_alike && problem.channels_in.is_multiple_of(strip::CHANNELS) {
        &kernel::STRIP_DW_LAST
    } else {
        &kernel::STRIP_DW_LAST_ANY
    }
}

/// The limit on a slab's loop tests as [`Slabs`] counts them, columns + 2 for a row, where a strip here takes at most
/// columns + TAPS + 3 (two loops, one behind the other, four more than they have iterations): with t taps not more than (t + 4) / 3
/// times as many, as there is at least one column. STRIDE times as many where every column of x takes a turn.
fn most_loop_tests(variant: &Variant, limit: u32) -> u32 {
    let most = u64::from(limit) * 3 / u64::from(variant.constant("STRIDE") * (variant.constant("TAPS") + 4));
    most as u32
}

#[cfg(test)]
mod tests {
    use crate::{Algorithm, Conv, ConvShapes, DeviceLimits, Padding, Pass, PlanOptions, Strategy};

    /// Lanes that share slices of which there are several have too few strips each.
    #[test]
    fn lanes_share_a_slice_where_it_is_the_only_one() {
        let limits = DeviceLimits { subgroup_size: 8, is_software: true, ..DeviceLimits::default() };
        let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Depthwise), ..PlanOptions::default() };
        let conv = Conv::<2>::new([3, 3]).padding(Padding::Same).build().unwrap();
        let shared = (40..200).filter(|&extent| {
            let x = [1, 1, extent, extent];
            let shapes = ConvShapes::new(&x, &[1, 1, 3, 3]);
            let spec = conv.plan_spec(&limits, Pass::KernelGrad, shapes, &options).unwrap();
            let is_shared = spec.steps().any(|step| step.kernel.ends_with("+shared"));
            assert!(!is_shared || spec.dispatches() == 1, "{extent}: {spec}");
            is_shared
        });
        assert!(shared.count() > 50);
    }
}
