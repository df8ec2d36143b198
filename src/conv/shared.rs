//! Kernels that all input channels of a group share, without expanding them: `sum over c of conv(x[c], w)` is
//! `conv(sum over c of x[c], w)`. So the channels of each group are summed into scratch memory, and a convolution with one
//! channel a group, by any algorithm, reads the sums in place of x. Its input gradient is that of every channel, to which a last
//! dispatch brings it.

use super::epilogue::{Abilities, Stores, begin};
use super::passes::plan_by;
use super::{ConvProblem, Epilogue, Pass};
use crate::error::{Error, Result};
use crate::kernel::{self, ChannelsParams, EntryPoint, Override};
use crate::layout::Layout;
use crate::plan::{
    Access, Algorithm, Batched, Chunk, DeviceLimits, ELEMENT_BYTES, Operand, PlanOptions, PlanSpec, SpecBuilder, Step,
    StepBinding, loop_tests,
};

/// The sums of a problem, and how many samples of them there is room for.
struct ChannelSums {
    batch: u32,
    /// x, or dx.
    wide: Batched,
    sums: Batched,
    /// Cells of a plane, and channels of a group.
    plane: u64,
    channels: u32,
    groups: u32,
    /// Of x and dx.
    layout: Layout,
    /// Samples whose sums are there at the same time: all of the batch, if there is room.
    at_once: u32,
    /// Bytes that those can take.
    held: u64,
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
    let wide = if pass == Pass::InputGrad { Operand::Dx } else { Operand::X };
    let sums = ChannelSums::new(problem, wide, limits, options)?;
    // The rest is for the convolution of the sums.
    let inner = PlanOptions { workspace_limit: options.workspace_limit - sums.held, ..*options };
    let own = if pass == Pass::InputGrad { Epilogue::default() } else { epilogue };
    let builder = SpecBuilder::new(limits, &inner, title.to_string(), flops, choice).at_once(sums.at_once);
    let mut spec = plan_by(&problem.of_channel_sums(), pass, choice.0, own, builder)?;
    let steps = std::mem::take(&mut spec.steps);
    let parts = sums.parts(steps, choice.0)?;
    let bytes = sums.wide.sample * u64::from(sums.batch) * ELEMENT_BYTES;
    if pass == Pass::InputGrad {
        spec.needs.retain(|need| need.operand != wide);
    } else {
        spec.needs.iter_mut().filter(|need| need.operand == wide).for_each(|need| need.bytes = bytes);
    }
    let mut plan = SpecBuilder::of(limits, options, spec);
    plan.need(Operand::ChannelSums, parts.room / ELEMENT_BYTES, Access::Write);
    parts.prologue.into_iter().try_for_each(|step| plan.adopt(step))?;
    if pass == Pass::InputGrad {
        plan.explain("the gradient of the sums over the channels of each group comes first, then every channel's");
        let stores = begin(&mut plan, epilogue, (wide, bytes / ELEMENT_BYTES), Abilities::ALL, choice.0)?;
        for part in parts.parts {
            part.steps.into_iter().try_for_each(|step| plan.adopt(step))?;
            sums.broadcast(&mut plan, &stores, part.samples, part.origin)?;
        }
        stores.end(&mut plan)?;
    } else {
        plan.explain("the channels of each group are summed first");
        for part in parts.parts {
            sums.sum(&mut plan, part.samples, part.origin)?;
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
    /// Bytes of sums that are there at the same time.
    room: u64,
}

struct Part {
    samples: Chunk,
    /// Bytes of all sums before the first one that is there.
    origin: u64,
    steps: Vec<Step>,
}

impl ChannelSums {
    fn new(problem: &ConvProblem, wide: Operand, limits: &DeviceLimits, options: &PlanOptions) -> Result<ChannelSums> {
        let wide = Batched::new(wide, &problem.x_shape());
        let sums = Batched::new(Operand::ChannelSums, &problem.of_channel_sums().x_shape());
        let (sample, batch) = (sums.sample * ELEMENT_BYTES, problem.batch);
        let (room, whole) = (options.workspace_limit, sample * u64::from(batch));
        // If they do not fit, half of the room is left for what the convolution needs, where one sample leaves it. A chunk begins
        // at the aligned byte before its first.
        let slack = limits.storage_alignment;
        let fitting = (room / 2).saturating_sub(slack).max(sample) / sample;
        let at_once = if whole <= room / 2 { batch } else { fitting.min(batch.into()) as u32 };
        let held = if at_once == batch { whole } else { sample * u64::from(at_once) + slack };
        if held > room {
            let what = format!("the sums over the channels of a sample of {}", wide.operand);
            return Err(Error::LimitExceeded { limit: "workspace", what, needed: held, available: room });
        }
        let plane = problem.axes.iter().map(|axis| u64::from(axis.input)).product();
        let channels = problem.channels_in / problem.groups;
        let (groups, layout) = (problem.groups, problem.x_layout);
        Ok(ChannelSums { batch, wide, sums, plane, channels, groups, layout, at_once, held })
    }

    /// Has a plan's dispatches read or write the sums in place of x or dx.
    fn parts(&self, mut steps: Vec<Step>, algorithm: Algorithm) -> Result<Parts> {
        let sample = self.sums.sample * ELEMENT_BYTES;
        let is_wide = |binding: &&mut StepBinding| binding.operand == self.wide.operand;
        if self.at_once == self.batch {
            let bindings = steps.iter_mut().flat_map(|step| &mut step.bindings);
            bindings.filter(is_wide).for_each(|binding| binding.operand = Operand::ChannelSums);
            let samples = Chunk { first: 0, count: self.batch };
            let parts = vec![Part { samples, origin: 0, steps }];
            return Ok(Parts { prologue: Vec::new(), parts, room: sample * u64::from(self.batch) });
        }
        let mixed = || {
            algorithm.unavailable(
                "its dispatches cut the batch in several ways, and the sums over the channels of all of it exceed the workspace",
            )
        };
        let mut found = Parts { prologue: Vec::new(), parts: Vec::new(), room: 0 };
        // The samples of each binding.
        let mut chunks: Vec<((u64, u64), Chunk)> = Vec::new();
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
                    Some(_) if self.wide.operand == Operand::Dx => return Err(mixed()),
                    Some(part) => part.steps.push(step),
                }
                continue;
            };
            let known = chunks.iter().position(|(key, _)| *key == (origin, size));
            let at = known.unwrap_or(chunks.len());
            if known.is_none() {
                // A chunk ends with its last sample, and begins where the one before it ends.
                let first = chunks.last().map_or(0, |(_, chunk)| chunk.first + chunk.count);
                let end = ((origin + size) / sample) as u32;
                if end <= first || origin > u64::from(first) * sample {
                    return Err(mixed());
                }
                chunks.push(((origin, size), Chunk { first, count: end - first }));
                found.room = found.room.max(size);
            }
            // The border's dispatches come after all others, and add to what these wrote: each moves to its chunk. Sums that are
            // read again are computed again, in order.
            let part = match self.wide.operand {
                Operand::Dx => found.parts.get_mut(at),
                _ => found.parts.last_mut().filter(|part| part.samples == chunks[at].1),
            };
            match part {
                Some(part) => part.steps.push(step),
                None => found.parts.push(Part { samples: chunks[at].1, origin, steps: vec![step] }),
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
        for chunk in plan.chunks(samples.count, &[self.wide, self.sums], per_sample / width)? {
            let chunk = Chunk { first: samples.first + chunk.first, ..chunk };
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
                unused_a: 0,
                unused_b: 0,
                unused_c: 0,
            };
            dispatch(plan, [wide, sums], params)?;
        }
        Ok(())
    }

    /// Sums of x.
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
            let params = ChannelsParams { slope: stores.slope(), ..params };
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
