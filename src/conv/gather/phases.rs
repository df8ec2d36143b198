//! An input gradient with strides, of few channels, as convolutions with stride 1 of many: a kernel that computes three channels in
//! each of 16 classes of cells reads as much for each class as one that computes 48 channels, so the classes become channels. What
//! a residue class is says [`GatherAxis`]. Classes of as many taps are computed together, and nothing is multiplied by zeros; their kernels are
//! parts of w in another order, and at the end the sums are spread over dx. The same is known as sub-pixel convolution: Shi et al.,
//! "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network" (2016).

use super::subgroup::{tile_for, tile_time};
use super::{Abilities, ConvProblem, Epilogue, Gather, Method, begin};
use crate::element::ElementType;
use crate::error::Result;
use crate::kernel::{self, MOST_CLASSES, PhaseClass, PhaseParams, PhasePart, PhaseSet};
use crate::layout::KernelOrder;
use crate::padding_mode::PaddingMode;
use crate::plan::{
    Access, Algorithm, ELEMENT_BYTES, MOST_DISPATCHES, Operand, PlanOptions, PlanSpec, SpecBuilder, Step, StepBinding,
    loop_tests, magic,
};
use crate::window::{Axis, GatherAxis};

/// Sets of an axis: the taps of two classes differ by one at most.
const MOST_SETS: usize = 2;

/// The classes of an axis that have as many taps.
struct Set {
    taps: u32,
    /// The source's cell under the first tap of the first cell.
    start: i32,
    classes: u32,
    cells: u32,
}

/// The sets of an axis, and what each class is in its own.
struct AxisPhases {
    sets: Vec<Set>,
    classes: Vec<PhaseClass>,
}

impl AxisPhases {
    /// `None` if a class has no taps or no cells, or the source has cells before the first that is read, or the axis is that of one class
    /// of several ([`GatherAxis::alone`]).
    fn of(axis: &GatherAxis) -> Option<AxisPhases> {
        if axis.source_stride != 1
            || axis.dilation != 1
            || axis.classes.len() != axis.target_stride as usize
            || axis.classes.iter().any(|class| class.taps.min(class.cells) == 0)
        {
            return None;
        }
        let mut sets: Vec<Set> = Vec::new();
        let mut classes = Vec::new();
        for class in &axis.classes {
            let known = sets.iter().position(|set| set.taps == class.taps);
            let sort = known.unwrap_or(sets.len());
            if known.is_none() {
                sets.push(Set { taps: class.taps, start: class.start, classes: 0, cells: 0 });
            }
            let set = &mut sets[sort];
            set.start = set.start.min(class.start);
            classes.push(PhaseClass { sort: sort as u32, index: set.classes, offset: 0, taps: class.taps });
            set.classes += 1;
        }
        for (class, phase) in axis.classes.iter().zip(&mut classes) {
            let set = &mut sets[phase.sort as usize];
            phase.offset = (class.start - set.start) as u32;
            set.cells = set.cells.max(phase.offset + class.cells);
        }
        (sets.len() <= MOST_SETS && sets.iter().all(|set| set.start <= 0)).then_some(AxisPhases { sets, classes })
    }
}

/// A set along each axis.
struct Part {
    /// Its place in the table of parts.
    number: usize,
    problem: ConvProblem,
    /// Elements of its kernel and of its sums, and before these of the parts before.
    kernel: u64,
    sums: u64,
    kernel_begin: u64,
    sums_begin: u64,
}

/// Some samples at a time: the parts, and their plans.
struct Portion {
    samples: u32,
    parts: Vec<Part>,
    plans: Vec<PlanSpec>,
    /// Elements of kernels and sums.
    elements: u64,
}

impl Portion {
    /// `None` if a part has no plan. `most` are the elements of the largest portion, which the others leave as they are.
    fn of(parts: Vec<Part>, most: u64, plan: &SpecBuilder<'_>) -> Option<Portion> {
        let samples = parts.first()?.problem.batch;
        let elements = end_of(&parts)?;
        let room = plan.options().workspace_limit.checked_sub(most * ELEMENT_BYTES)?;
        let options = PlanOptions { workspace_limit: room.min(plan.most_workspace_bytes()), ..*plan.options() };
        let planned = |part: &Part| {
            let inner = SpecBuilder::new(plan.limits, &options, String::new(), 0, (Algorithm::Subgroup, ""));
            super::super::forward::plan(&part.problem, Algorithm::Subgroup, Epilogue::default(), inner).ok()
        };
        let plans = parts.iter().map(planned).collect::<Option<Vec<_>>>()?;
        Some(Portion { samples, parts, plans, elements })
    }

    fn dispatches(&self) -> usize {
        self.plans.iter().map(|plan| plan.steps.len()).sum::<usize>() + 1
    }
}

/// A gather as convolutions.
pub(super) struct Phases {
    axes: [AxisPhases; 3],
    /// Of most of the batch, so many samples at a time, and of the rest.
    portions: Vec<Portion>,
}

impl Phases {
    /// `None` where the kernels that compute class by class take less time, or must be taken.
    pub(super) fn of(
        gather: &Gather,
        problem: &ConvProblem,
        method: &Method,
        plan: &SpecBuilder<'_>,
    ) -> Option<Phases> {
        let is_plain = problem.element == ElementType::F32 && !plan.is_mixed() && gather.is_channels_first();
        let is_zeros = problem.padding_mode == PaddingMode::Zeros && plan.takes_at_once(gather.batch);
        if gather.target != Operand::Dx || gather.classes() < 2 || !is_plain || !is_zeros {
            return None;
        }
        // Whose lanes own both classes of stride 2.
        let owns_both = ["ROWS", "ODD"].iter().any(|name| method.variant.constant(name) > 0);
        let [d, h, w] = gather.axes.each_ref().map(AxisPhases::of);
        let axes = [d?, h?, w?];
        let of_one = parts(gather, &problem.with_batch(1), &axes, plan.limits.storage_alignment)?;
        if owns_both || !is_worth_it(gather, method, &of_one) {
            return None;
        }
        let samples = at_once(gather, &of_one, plan)?;
        let moved = gather.w_elements().max(blocks(gather, samples));
        // What spreads the sums loops over the classes along w by fours.
        let loops = loop_tests(&[u64::from(gather.axes[2].target_stride).div_ceil(4)]);
        if loops > plan.limits.max_loop_iterations.into() || moved > plan.most_numbered() {
            return None;
        }
        let rest = gather.batch % samples;
        let counts = [samples, rest].into_iter().filter(|&count| count > 0);
        let parts = counts.map(|count| parts(gather, &problem.with_batch(count), &axes, plan.limits.storage_alignment));
        let parts = parts.collect::<Option<Vec<_>>>()?;
        let most = end_of(&parts[0])?;
        let portions = parts.into_iter().map(|parts| Portion::of(parts, most, plan)).collect::<Option<Vec<_>>>()?;
        let times = gather.batch.div_ceil(samples) as usize;
        (portions[0].dispatches() * times < MOST_DISPATCHES / 2).then_some(Phases { axes, portions })
    }

    /// The plan of all.
    pub(super) fn plan(self, gather: &Gather, epilogue: Epilogue, mut plan: SpecBuilder<'_>) -> Result<PlanSpec> {
        let [dy, dx] = [gather.source_sample(), gather.target_sample()];
        let batch = u64::from(gather.batch);
        let channels = u64::from(gather.groups) * u64::from(gather.outputs);
        let most = &self.portions[0];
        let (classes, parts, samples) = (gather.classes(), most.parts.len(), most.samples);
        plan.explain(&format!(
            "{classes} classes of cells as channels of {parts} convolutions, {samples} of {batch} samples at a time"
        ));
        plan.need(gather.source, dy * batch, Access::Read);
        plan.need(Operand::W, gather.w_elements(), Access::Read);
        if epilogue.bias {
            plan.need(Operand::B, channels, Access::Read);
        }
        plan.need(Operand::Transformed, most.elements, Access::Write);
        let plans = self.portions.iter().flat_map(|portion| &portion.plans);
        let packed = plans.map(PlanSpec::workspace_bytes).max().unwrap_or(0);
        let no_room = || Algorithm::Subgroup.unavailable("its packed kernels exceed the workspace");
        plan.reserve(packed / ELEMENT_BYTES).ok_or_else(no_room)?;
        let output = (gather.target, dx * batch);
        let stores = begin(&mut plan, epilogue, output, Abilities::ALL, Algorithm::Subgroup, true)?;
        let w = plan.whole(Operand::W, gather.w_elements())?;
        let b = plan.whole(Operand::B, channels)?;
        let all = StepBinding { operand: Operand::Transformed, offset: 0, size: most.elements * ELEMENT_BYTES };
        let params = self.params(gather, most, gather.w_elements());
        plan.step(&kernel::PHASES_KERNEL, &[], params, vec![w, all], gather.w_elements())?;
        for first in (0..gather.batch).step_by(most.samples as usize) {
            let is_whole = gather.batch - first >= most.samples;
            let portion = &self.portions[usize::from(!is_whole)];
            for (part, inner) in portion.parts.iter().zip(&portion.plans) {
                for step in &inner.steps {
                    plan.adopt(placed(step.clone(), part, (gather.source, u64::from(first) * dy)))?;
                }
            }
            let [offset, size] = [first, portion.samples].map(|count| u64::from(count) * dx * ELEMENT_BYTES);
            let out = StepBinding { operand: gather.target, offset, size };
            let side = stores.side(out);
            let entry = match (epilogue.bias, side.is_some()) {
                (false, false) => &kernel::PHASES_SPREAD,
                (false, true) => &kernel::PHASES_SPREAD_SIDE,
                (true, false) => &kernel::PHASES_SPREAD_BIAS,
                (true, true) => &kernel::PHASES_SPREAD_BIAS_SIDE,
            };
            let count = blocks(gather, portion.samples);
            let params = PhaseParams { slope: stores.slope(), ..self.params(gather, portion, count) };
            let bindings = [Some(all), Some(out), epilogue.bias.then_some(b), side].into_iter().flatten().collect();
            plan.step(entry, &stores.overrides_of(entry), params, bindings, count)?;
        }
        stores.end(&mut plan)?;
        Ok(plan.finish())
    }

    /// The uniform struct for so many invocations.
    fn params(&self, gather: &Gather, portion: &Portion, count: u64) -> PhaseParams {
        let [d, h, w] = &gather.axes;
        let [group_stride, output_stride, input_stride] = gather.w_strides;
        let channels = gather.groups * gather.outputs;
        let (magic_channels, shift_channels) = magic(channels);
        let [(magic_d, shift_d), (magic_h, shift_h)] = [d, h].map(|axis| magic(axis.target));
        let (magic_across, shift_across) = magic(w.most_cells());
        let [(magic_classes_d, shift_classes_d), (magic_classes_h, shift_classes_h)] =
            [d, h].map(|axis| magic(axis.target_stride));
        let mut params = PhaseParams {
            count: count as u32,
            channels,
            outputs: gather.outputs,
            inputs: gather.channels,
            group_stride,
            output_stride,
            input_stride,
            taps_d: d.taps,
            taps_h: h.taps,
            taps_w: w.taps,
            extent_d: d.target,
            extent_h: h.target,
            extent_w: w.target,
            classes_d: d.target_stride,
            classes_h: h.target_stride,
            classes_w: w.target_stride,
            first_d: d.first_tap(),
            first_h: h.first_tap(),
            first_w: w.first_tap(),
            across: w.most_cells(),
            magic_channels,
            shift_channels,
            magic_d,
            shift_d,
            magic_h,
            shift_h,
            magic_across,
            shift_across,
            magic_classes_d,
            shift_classes_d,
            magic_classes_h,
            shift_classes_h,
            ..bytemuck::Zeroable::zeroed()
        };
        for (axis, phases) in self.axes.iter().enumerate() {
            for (i, set) in phases.sets.iter().enumerate() {
                params.sets[axis * MOST_SETS + i] =
                    PhaseSet { classes: set.classes, cells: set.cells, taps: set.taps, unused: 0 };
            }
            let begin = axis * MOST_CLASSES;
            params.classes[begin..begin + phases.classes.len()].copy_from_slice(&phases.classes);
        }
        for part in &portion.parts {
            params.parts[part.number] =
                PhasePart { kernel: part.kernel_begin as u32, sums: part.sums_begin as u32, unused_a: 0, unused_b: 0 };
        }
        params
    }
}

/// Elements of the kernels and sums of all parts.
fn end_of(parts: &[Part]) -> Option<u64> {
    parts.last().map(|last| last.sums_begin + last.sums)
}

/// Most samples that half of the workspace has room for, of these parts of one, and at whose multiples bindings can begin. `None` if it
/// has none.
fn at_once(gather: &Gather, of_one: &[Part], plan: &SpecBuilder<'_>) -> Option<u32> {
    let room = plan.most_workspace_bytes() / 2 / ELEMENT_BYTES;
    // Each begins at a multiple of the alignment.
    let lost = of_one.len() as u64 * (plan.limits.storage_alignment / ELEMENT_BYTES);
    let kernels = of_one.first()?.sums_begin;
    let sums = of_one.iter().map(|part| part.sums).sum::<u64>();
    let held = room.checked_sub(kernels + lost)? / sums;
    if held >= gather.batch.into() {
        return Some(gather.batch);
    }
    let begins = |samples: &u64| {
        let bytes = [gather.source_sample(), gather.target_sample()].map(|sample| samples * sample * ELEMENT_BYTES);
        bytes.iter().all(|bytes| bytes.is_multiple_of(plan.limits.storage_alignment))
    };
    // Alignments are powers of two.
    let unit = (0..=16).map(|power| 1 << power).find(begins)?;
    let samples = held / unit * unit;
    (samples > 0).then_some(samples as u32)
}

/// Invocations that spread the sums: one for each cell of the class along w that has most, in each row of dx of so many samples.
fn blocks(gather: &Gather, samples: u32) -> u64 {
    let [d, h, w] = &gather.axes;
    let planes = u64::from(samples) * u64::from(gather.groups) * u64::from(gather.outputs);
    planes * u64::from(d.target) * u64::from(h.target) * u64::from(w.most_cells())
}

/// All kernels, then all sums, each from a multiple of so many bytes on. `None` if their elements have no numbers of 32 bits.
fn parts(gather: &Gather, problem: &ConvProblem, axes: &[AxisPhases; 3], alignment: u64) -> Option<Vec<Part>> {
    let aligned = |elements: u64| elements.next_multiple_of(alignment / ELEMENT_BYTES);
    let mut parts = Vec::new();
    for (i, d) in axes[0].sets.iter().enumerate() {
        for (j, h) in axes[1].sets.iter().enumerate() {
            for (k, w) in axes[2].sets.iter().enumerate() {
                let number = (i * MOST_SETS + j) * MOST_SETS + k;
                parts.push(part(gather, problem, [d, h, w], number)?);
            }
        }
    }
    let mut begin = 0;
    for part in &mut parts {
        part.kernel_begin = begin;
        begin = aligned(begin + part.kernel);
    }
    for part in &mut parts {
        part.sums_begin = begin;
        begin = aligned(begin + part.sums);
    }
    u32::try_from(begin).is_ok().then_some(parts)
}

fn part(gather: &Gather, problem: &ConvProblem, sets: [&Set; 3], number: usize) -> Option<Part> {
    let classes = sets.iter().map(|set| u64::from(set.classes)).product::<u64>();
    let channels_out = u32::try_from(u64::from(gather.groups * gather.outputs) * classes).ok()?;
    let axis =
        |(set, axis): (&Set, &GatherAxis)| Axis::dense(axis.source, set.taps, set.cells, set.start.unsigned_abs());
    let [d, h, w] = sets;
    let [of_d, of_h, of_w] = &gather.axes;
    let problem = ConvProblem {
        channels_in: gather.groups * gather.channels,
        channels_out,
        axes: [axis((d, of_d)), axis((h, of_h)), axis((w, of_w))],
        kernel_order: KernelOrder::OutIn,
        ..problem.clone()
    };
    let taps = sets.iter().map(|set| u64::from(set.taps)).product::<u64>();
    let cells = sets.iter().map(|set| u64::from(set.cells)).product::<u64>();
    let kernel = u64::from(channels_out).checked_mul(u64::from(gather.channels))?.checked_mul(taps)?;
    let sums = u64::from(problem.batch).checked_mul(u64::from(channels_out))?.checked_mul(cells)?;
    Some(Part { number, problem, kernel, sums, kernel_begin: 0, sums_begin: 0 })
}

/// Whether the tiles of the parts, and what comes before and after them, take clearly less than those of the classes. In the units of
/// [`tile_time`], for the cells of one class.
fn is_worth_it(gather: &Gather, method: &Method, parts: &[Part]) -> bool {
    // To spread an element, measured on both versions of Mesa's lavapipe.
    const SPREAD: u64 = 24;
    let taps = |axes: &[u32; 3]| axes.iter().map(|&taps| u64::from(taps)).product::<u64>();
    let channels = u64::from(gather.channels);
    let all_taps = taps(&gather.axes.each_ref().map(|axis| axis.taps));
    let by_class = tile_time(method.variant, gather.outputs) * all_taps * channels;
    let tiles = kernel::SUBGROUP_TAPS_KERNEL.variants;
    let by_part = |part: &Part| {
        let outputs = part.problem.channels_out / gather.groups;
        let sums = tile_time(tile_for(tiles, outputs, 1), outputs) * taps(&part.problem.axes.map(|axis| axis.taps));
        sums * channels + SPREAD * u64::from(outputs)
    };
    2 * by_class >= 3 * parts.iter().map(by_part).sum::<u64>()
}

/// A dispatch of a part with its operands where they are; the source's first element is that of its samples.
fn placed(mut step: Step, part: &Part, (source, first): (Operand, u64)) -> Step {
    for binding in &mut step.bindings {
        let (operand, elements) = match binding.operand {
            Operand::X => (source, first),
            Operand::W => (Operand::Transformed, part.kernel_begin),
            Operand::Y => (Operand::Transformed, part.sums_begin),
            other => (other, 0),
        };
        (binding.operand, binding.offset) = (operand, binding.offset + elements * ELEMENT_BYTES);
    }
    step
}
