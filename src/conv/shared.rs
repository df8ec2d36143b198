//! Kernels that channels of a group share, without expanding them: `sum over c of conv(x[c], w)` is
//! `conv(sum over c of x[c], w)`. So the channels of each group are summed into scratch memory, and a convolution with one
//! channel a group, by any algorithm, reads the sums in place of x. Its input gradient is that of every channel, to which a last
//! dispatch brings it. Of the convolution whose passes are those of a transposed one the outputs share kernels: the same, with dy in
//! the place of x, and y in that of dx.
//!
//! Sums of 16-bit types are f32, and so is what a kernel reads beside them, which is brought there first.

use std::collections::HashMap;

use super::epilogue::{Stores, begin_gradient};
use super::passes::plan_by;
use super::{ConvProblem, Epilogue, Pass};
use crate::element::ElementType;
use crate::error::{Error, Result};
use crate::kernel::{self, ChannelsParams, ConvertParams, EntryPoint, Override};
use crate::layout::Layout;
use crate::plan::{
    Access, Algorithm, Batched, Chunk, DeviceLimits, ELEMENT_BYTES, Operand, PlanOptions, PlanSpec, SpecBuilder, Step,
    StepBinding, elements, loop_tests,
};

/// The sums of a problem, and how many samples of them there is room for.
struct ChannelSums {
    batch: u32,
    /// What has all channels: x or dx, dy or y.
    wide: Batched,
    /// Whether it is written.
    is_result: bool,
    sums: Batched,
    /// What is brought into f32 beside the sums: whole, of so many elements, or sample by sample as they are.
    whole: Vec<(Operand, u64)>,
    narrow: Option<Batched>,
    /// Cells of a plane, and channels of a group.
    plane: u64,
    channels: u32,
    groups: u32,
    /// Of what has all channels.
    layout: Layout,
    /// Samples whose sums are there at the same time: all of the batch, if there is room.
    at_once: u32,
    /// Bytes that those can take, with what is beside them.
    held: u64,
}

/// Elements that an invocation of `common/convert.wgsl` owns.
const FOUR: u64 = 4;

/// Why an algorithm cannot write the sums of a part of the batch at a time.
const BETWEEN: &str = "its dispatches between those that write the result would have to be repeated, as the sums over the channels of all of the batch exceed the workspace";

fn mixed(algorithm: Algorithm) -> Error {
    algorithm.unavailable(
        "its dispatches cut the batch in several ways, and the sums over the channels of all of it exceed the workspace",
    )
}

/// What is f32 in the convolution of the sums of another type.
fn raised(pass: Pass, wide: Operand) -> &'static [Operand] {
    match (pass, wide) {
        (_, Operand::Dx) => &[Operand::Dx],
        (_, Operand::Y) => &[Operand::Y],
        (Pass::KernelGrad, _) => &[Operand::X, Operand::Dy],
        (_, Operand::X) => &[Operand::X, Operand::W, Operand::B],
        _ => &[Operand::Dy, Operand::W, Operand::B],
    }
}

/// Plans a pass, but for the bias gradient, by an algorithm. `choice` has the algorithm with the reason for it.
pub(super) fn plan(
    problem: &ConvProblem,
    pass: Pass,
    epilogue: Epilogue,
    limits: &DeviceLimits,
    options: &PlanOptions,
    (title, flops, choice): (&str, u64, (Algorithm, &str)),
) -> Result<PlanSpec> {
    let sums = ChannelSums::new(problem, pass, epilogue, limits, options)?;
    let wide = sums.wide.operand;
    // The rest is for the convolution of the sums.
    let inner = PlanOptions { workspace_limit: options.workspace_limit - sums.held, ..*options };
    let own = if sums.is_result { Epilogue::default() } else { epilogue };
    let builder = SpecBuilder::new(limits, &inner, title.to_string(), flops, choice).at_once(sums.at_once);
    let builder = match problem.element {
        ElementType::F32 => builder,
        element => builder.of_type(element).raising(raised(pass, wide)),
    };
    let mut spec = plan_by(&problem.of_channel_sums(), pass, choice.0, own, builder)?;
    let steps = std::mem::take(&mut spec.steps);
    let parts = sums.parts(steps, choice.0, limits)?;
    if sums.is_result {
        spec.needs.retain(|need| need.operand != wide);
    }
    for (operand, elements) in sums.operands() {
        let own = spec.needs.iter_mut().filter(|need| need.operand == operand);
        own.for_each(|need| need.bytes = problem.element.buffer_bytes(elements));
    }
    let mut plan = SpecBuilder::of(limits, options, spec).of_type(problem.element);
    plan.need(Operand::ChannelSums, parts.room / ELEMENT_BYTES, Access::Write);
    for (&(operand, count), &offset) in sums.whole.iter().zip(&parts.whole) {
        crate::element::convert_steps(&mut plan, [(operand, 0), (Operand::ChannelSums, offset)], count)?;
    }
    parts.prologue.into_iter().try_for_each(|step| plan.adopt(step))?;
    if sums.is_result {
        plan.explain("the gradient of the sums over the channels of each group comes first, then every channel's");
        let elements = sums.wide.sample * u64::from(sums.batch);
        let stores = begin_gradient(&mut plan, epilogue, (wide, elements));
        for part in parts.parts {
            part.steps.into_iter().try_for_each(|step| plan.adopt(step))?;
            sums.broadcast(&mut plan, &stores, part.samples, part.origin)?;
        }
    } else {
        plan.explain("the channels of each group are summed first");
        for part in parts.parts {
            sums.sum(&mut plan, part.samples, part.origin)?;
            sums.convert_narrow(&mut plan, part.samples, parts.narrow)?;
            part.steps.into_iter().try_for_each(|step| plan.adopt(step))?;
        }
    }
    Ok(plan.finish())
}

/// Dispatches of the convolution of the sums, by the samples whose sums they read or write.
struct Parts {
    /// Those that come before.
    prologue: Vec<Step>,
    parts: Vec<Part>,
    /// Bytes of sums that are there at the same time, and of what is beside them.
    room: u64,
    /// Where that begins.
    whole: Vec<u64>,
    narrow: u64,
}

struct Part {
    samples: Chunk,
    /// Bytes of all sums before the first one that is there.
    origin: u64,
    steps: Vec<Step>,
}

impl ChannelSums {
    fn new(
        problem: &ConvProblem,
        pass: Pass,
        epilogue: Epilogue,
        limits: &DeviceLimits,
        options: &PlanOptions,
    ) -> Result<ChannelSums> {
        let (wide, other, is_result) = match (problem.shared_outputs, pass) {
            (false, Pass::InputGrad) => (Operand::Dx, Operand::Dy, true),
            (false, _) => (Operand::X, Operand::Dy, false),
            (true, Pass::Forward) => (Operand::Y, Operand::X, true),
            (true, _) => (Operand::Dy, Operand::X, false),
        };
        let of_sums = problem.of_channel_sums();
        let shapes = |of: &ConvProblem| if problem.shared_outputs { of.y_shape() } else { of.x_shape() };
        let other_shape = if problem.shared_outputs { problem.x_shape() } else { problem.y_shape() };
        let element = problem.element;
        let wide = Batched { bytes: element.bytes(), ..Batched::new(wide, &shapes(problem)) };
        let sums = Batched::new(Operand::ChannelSums, &shapes(&of_sums));
        let is_raised = element != ElementType::F32 && !is_result;
        let narrow = (is_raised && pass == Pass::KernelGrad)
            .then(|| Batched { bytes: element.bytes(), ..Batched::new(other, &other_shape) });
        let mut whole = Vec::new();
        if is_raised && pass != Pass::KernelGrad {
            whole.push((Operand::W, elements(&problem.w_shape())));
            let outputs = if pass == Pass::Forward { problem.channels_out } else { problem.channels_in };
            whole.extend(epilogue.bias.then_some((Operand::B, outputs.into())));
        }
        let sample = (sums.sample + narrow.map_or(0, |narrow| narrow.sample)) * ELEMENT_BYTES;
        let batch = problem.batch;
        // A chunk, and all that is beside others, begins at the aligned byte before its first.
        let slack = limits.storage_alignment;
        let beside = whole.iter().map(|(_, elements)| elements * ELEMENT_BYTES + slack).sum::<u64>();
        let gaps = if narrow.is_some() { 2 * slack } else { slack };
        let (room, all) = (options.workspace_limit, sample * u64::from(batch) + if is_raised { gaps } else { 0 });
        // If they do not fit, half of the room is left for what the convolution needs, where one sample leaves it.
        let fitting = (room / 2).saturating_sub(gaps + beside).max(sample) / sample;
        let at_once = if all + beside <= room / 2 { batch } else { fitting.min(batch.into()) as u32 };
        let held = beside + if at_once == batch { all } else { sample * u64::from(at_once) + gaps };
        if held > room {
            let what = format!("the sums over the channels of a sample of {}", wide.operand);
            return Err(Error::LimitExceeded { limit: "workspace", what, needed: held, available: room });
        }
        let plane =
            problem.axes.iter().map(|axis| u64::from(if problem.shared_outputs { axis.output } else { axis.input }));
        let (channels, layout) = match problem.shared_outputs {
            true => (problem.channels_out / problem.groups, problem.y_layout),
            false => (problem.channels_in / problem.groups, problem.x_layout),
        };
        let (plane, groups) = (plane.product(), problem.groups);
        Ok(ChannelSums { batch, wide, is_result, sums, whole, narrow, plane, channels, groups, layout, at_once, held })
    }

    /// What the convolution of the sums takes for f32, or for narrower than it is, with its elements.
    fn operands(&self) -> Vec<(Operand, u64)> {
        let batched = [Some(self.wide), self.narrow].into_iter().flatten();
        let batched = batched.map(|batched| (batched.operand, batched.sample * u64::from(self.batch)));
        batched.chain(self.whole.iter().copied()).collect()
    }

    /// What of the sums, or of what is beside them, lies before the aligned byte at which a chunk begins.
    fn origin(&self, batched: Batched, first: u32, alignment: u64) -> u64 {
        u64::from(first) * batched.sample * ELEMENT_BYTES / alignment * alignment
    }

    /// Has a plan's dispatches read or write the sums, and what is beside them, in place of the operands.
    fn parts(&self, steps: Vec<Step>, algorithm: Algorithm, limits: &DeviceLimits) -> Result<Parts> {
        let mut parts = self.by_samples(steps, algorithm)?;
        let alignment = limits.storage_alignment;
        for (_, elements) in &self.whole {
            let offset = parts.room.next_multiple_of(alignment);
            parts.whole.push(offset);
            parts.room = offset + elements * ELEMENT_BYTES;
        }
        if let Some(narrow) = self.narrow {
            parts.narrow = parts.room.next_multiple_of(alignment);
            let bytes = |part: &Part| {
                let end = u64::from(part.samples.first + part.samples.count) * narrow.sample * ELEMENT_BYTES;
                end - self.origin(narrow, part.samples.first, alignment)
            };
            parts.room = parts.narrow + parts.parts.iter().map(bytes).max().unwrap_or(0);
        }
        let whole: Vec<(Operand, u64)> =
            self.whole.iter().zip(&parts.whole).map(|(&(operand, _), &offset)| (operand, offset)).collect();
        let move_whole = |binding: &mut StepBinding| {
            if let Some((_, offset)) = whole.iter().find(|(operand, _)| *operand == binding.operand) {
                (binding.operand, binding.offset) = (Operand::ChannelSums, offset + binding.offset);
            }
        };
        parts.prologue.iter_mut().flat_map(|step| &mut step.bindings).for_each(move_whole);
        for part in &mut parts.parts {
            part.steps.iter_mut().flat_map(|step| &mut step.bindings).for_each(move_whole);
            let Some(narrow) = self.narrow else { continue };
            let origin = self.origin(narrow, part.samples.first, alignment);
            for binding in part.steps.iter_mut().flat_map(|step| &mut step.bindings) {
                if binding.operand == narrow.operand {
                    let within = binding.offset.checked_sub(origin).ok_or_else(|| mixed(algorithm))?;
                    (binding.operand, binding.offset) = (Operand::ChannelSums, parts.narrow + within);
                }
            }
        }
        Ok(parts)
    }

    /// The dispatches by the samples whose sums they read or write.
    fn by_samples(&self, mut steps: Vec<Step>, algorithm: Algorithm) -> Result<Parts> {
        let sample = self.sums.sample * ELEMENT_BYTES;
        let is_wide = |binding: &&mut StepBinding| binding.operand == self.wide.operand;
        let mut found = Parts { prologue: Vec::new(), parts: Vec::new(), room: 0, whole: Vec::new(), narrow: 0 };
        if self.at_once == self.batch {
            let bindings = steps.iter_mut().flat_map(|step| &mut step.bindings);
            bindings.filter(is_wide).for_each(|binding| binding.operand = Operand::ChannelSums);
            let samples = Chunk { first: 0, count: self.batch };
            found.parts.push(Part { samples, origin: 0, steps });
            found.room = sample * u64::from(self.batch);
            return Ok(found);
        }
        // The samples of each binding, in order, and by the binding: there may be tens of thousands.
        let mut chunks: Vec<Chunk> = Vec::new();
        let mut by_binding: HashMap<(u64, u64), usize> = HashMap::new();
        for mut step in steps {
            let mut bound = None;
            for binding in step.bindings.iter_mut().filter(is_wide) {
                bound = Some((binding.offset, binding.size));
                (binding.operand, binding.offset) = (Operand::ChannelSums, 0);
            }
            let Some((origin, size)) = bound else {
                match found.parts.last_mut() {
                    None => found.prologue.push(step),
                    // What has been written must not be moved behind it.
                    Some(_) if self.is_result => return Err(algorithm.unavailable(BETWEEN)),
                    Some(part) => part.steps.push(step),
                }
                continue;
            };
            let at = *by_binding.entry((origin, size)).or_insert(chunks.len());
            if at == chunks.len() {
                // A chunk ends with its last sample, and begins where the one before it ends.
                let first = chunks.last().map_or(0, |chunk| chunk.first + chunk.count);
                let end = ((origin + size) / sample) as u32;
                if end <= first || origin > u64::from(first) * sample {
                    return Err(mixed(algorithm));
                }
                chunks.push(Chunk { first, count: end - first });
                found.room = found.room.max(size);
            }
            // The border's dispatches come after all others, and add to what these wrote: each moves to its chunk. Sums that are
            // read again are computed again, in order.
            let part = match self.is_result {
                true => found.parts.get_mut(at),
                false => found.parts.last_mut().filter(|part| part.samples == chunks[at]),
            };
            match part {
                Some(part) => part.steps.push(step),
                None => found.parts.push(Part { samples: chunks[at], origin, steps: vec![step] }),
            }
        }
        Ok(found)
    }

    /// Values of so many elements that the kernels move at once: fours, if planes are of whole ones, and may be bound as such.
    fn width(&self, limits: &DeviceLimits) -> u64 {
        if self.layout == Layout::ChannelsLast {
            return 1;
        }
        if self.plane.is_multiple_of(4) && limits.storage_alignment.is_multiple_of(16) { 4 } else { 1 }
    }

    /// Dispatches over some samples: each with its chunk's bindings of x or dx, and of the sums, and where they begin.
    fn dispatches(
        &self,
        plan: &mut SpecBuilder<'_>,
        (samples, origin): (Chunk, u64),
        per_sample: u64,
        mut dispatch: impl FnMut(&mut SpecBuilder<'_>, [StepBinding; 2], ChannelsParams) -> Result<()>,
    ) -> Result<()> {
        let width = self.width(plan.limits);
        for chunk in plan.cut(samples, &[self.wide, self.sums], per_sample / width)? {
            let (wide, x_base) = chunk.bind(plan.limits, self.wide);
            let (mut sums, sums_base) = chunk.bind(plan.limits, self.sums);
            sums.offset -= origin;
            let params = ChannelsParams {
                count: (per_sample / width * u64::from(chunk.count)) as u32,
                plane: (self.plane / width) as u32,
                channels: self.channels,
                channel_begin: 0,
                channel_end: self.channels,
                x_base: x_base / width as u32,
                sums_base: sums_base / width as u32,
                slope: 0.0,
                groups: self.groups,
                factor: 0.0,
                unused_a: 0,
                unused_b: 0,
            };
            dispatch(plan, [wide, sums], params)?;
        }
        Ok(())
    }

    /// Sums of what has all channels.
    fn sum(&self, plan: &mut SpecBuilder<'_>, samples: Chunk, origin: u64) -> Result<()> {
        let entry = self.by_width(plan, [&kernel::SUM_CHANNELS_SCALAR, &kernel::SUM_CHANNELS_VEC4]);
        let tests = loop_tests(&[0]) as u32;
        let channels = plan.limits.max_loop_iterations.saturating_sub(tests).clamp(1, self.channels);
        self.dispatches(plan, (samples, origin), self.sums.sample, |plan, [x, sums], params| {
            for begin in (0..self.channels).step_by(channels as usize) {
                let channel_end = self.channels.min(begin.saturating_add(channels));
                let params = ChannelsParams { channel_begin: begin, channel_end, ..params };
                let value = |name: &str| if name == "X_LAST" { self.is_last() } else { u32::from(begin > 0) };
                plan.step(entry, &overrides(entry, value), params, vec![x, sums], params.count.into())?;
            }
            Ok(())
        })
    }

    /// What is read beside the sums of some samples, if that is not all there from the first.
    fn convert_narrow(&self, plan: &mut SpecBuilder<'_>, samples: Chunk, begin: u64) -> Result<()> {
        let Some(narrow) = self.narrow else { return Ok(()) };
        let raised = Batched { operand: Operand::ChannelSums, bytes: ELEMENT_BYTES, ..narrow };
        let origin = self.origin(narrow, samples.first, plan.limits.storage_alignment);
        for chunk in plan.cut(samples, &[narrow, raised], narrow.sample.div_ceil(FOUR))? {
            let (source, x_base) = chunk.bind(plan.limits, narrow);
            let (mut target, out_base) = chunk.bind(plan.limits, raised);
            target.offset = target.offset - origin + begin;
            // A chunk can be bound.
            let count = (narrow.sample * u64::from(chunk.count)) as u32;
            let params = ConvertParams { count, x_base, out_base, unused: 0 };
            plan.step(&kernel::CONVERT, &[], params, vec![source, target], u64::from(count).div_ceil(FOUR))?;
        }
        Ok(())
    }

    /// Every channel's gradient from that of the sums.
    fn broadcast(&self, plan: &mut SpecBuilder<'_>, stores: &Stores, samples: Chunk, origin: u64) -> Result<()> {
        let entries = match stores.side {
            Some(_) => [&kernel::BROADCAST_SCALAR_SIDE, &kernel::BROADCAST_VEC4_SIDE],
            None => [&kernel::BROADCAST_SCALAR, &kernel::BROADCAST_VEC4],
        };
        let entry = self.by_width(plan, entries);
        let value = |name: &str| if name == "X_LAST" { self.is_last() } else { stores.constant(name, true, true) };
        let overrides = overrides(entry, value);
        self.dispatches(plan, (samples, origin), self.wide.sample, |plan, [dx, sums], params| {
            let params = ChannelsParams { slope: stores.slope(), factor: stores.factor(), ..params };
            let bindings = [Some(sums), Some(dx), stores.side(dx)].into_iter().flatten().collect();
            plan.step(entry, &overrides, params, bindings, params.count.into())
        })
    }

    fn is_last(&self) -> u32 {
        (self.layout == Layout::ChannelsLast).into()
    }

    fn by_width(&self, plan: &SpecBuilder<'_>, [scalar, vec4]: [&'static EntryPoint; 2]) -> &'static EntryPoint {
        if self.width(plan.limits) == 4 { vec4 } else { scalar }
    }
}

fn overrides(entry: &EntryPoint, value: impl Fn(&str) -> u32) -> Vec<Override> {
    entry.kernel().overrides.iter().map(|&name| (name, value(name))).collect()
}
