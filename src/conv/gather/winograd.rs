//! A gather by Winograd's F(2 x 2, 3 x 3): Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2015). The kernel
//! is transformed once; then, some samples at a time, so that what is between is not larger than need be, the source is
//! transformed, products are summed over the channels by another gather, of a 1 x 1 kernel and 16 times the groups, and the sums
//! are transformed into the target.

use super::{Abilities, ConvProblem, Epilogue, Gather, begin};
use crate::element::ElementType;
use crate::error::Result;
use crate::kernel::{self, TileParams, WinogradKernelParams};
use crate::layout::{KernelOrder, Layout};
use crate::padding_mode::PaddingMode;
use crate::plan::{
    Access, Algorithm, Batched, Chunk, DeviceLimits, ELEMENT_BYTES, Operand, PlanOptions, PlanSpec, SpecBuilder, Step,
    StepBinding, magic,
};
use crate::window::{Axis, GatherAxis};

/// Products of a tile and channel.
const PRODUCTS: u64 = 16;

/// Bytes of transforms that software devices keep at a time, if a sample has not more: about what a core's share of the
/// cache holds.
const SOFTWARE_BYTES: u64 = 8 << 20;

/// Tiles of 2 x 2 cells of a sample's plane.
struct Tiles {
    of_row: u64,
    of_sample: u64,
}

impl Tiles {
    fn of(gather: &Gather) -> Tiles {
        let [_, down, of_row] = gather.axes.each_ref().map(|axis| u64::from(axis.target).div_ceil(2));
        Tiles { of_row, of_sample: down * of_row }
    }

    /// Of so many samples, as there are in the transforms: whole fours, which the kernels of products read at once.
    fn of_samples(&self, samples: u64) -> u64 {
        (self.of_sample * samples).next_multiple_of(4)
    }
}

/// Where everything lies between the transforms, for so many samples at a time. What a dispatch reads and what it writes are
/// in different buffers.
struct Parts {
    chunks: Vec<Chunk>,
    /// The products of the first chunks, and of the last one.
    products: [PlanSpec; 2],
    algorithm: Algorithm,
    /// The transformed kernel: in the workspace where the products read it, in the other buffer where it is packed first.
    kernel: StepBinding,
    /// Bytes of the workspace: before the transformed source, where what the products need is, and all.
    source: u64,
    workspace: u64,
    /// Of the other buffer: before the sums of products, and all.
    sums: u64,
    transformed: u64,
}

/// Plans a gather of a problem.
pub(super) fn plan(
    gather: &Gather,
    problem: &ConvProblem,
    epilogue: Epilogue,
    mut plan: SpecBuilder<'_>,
) -> Result<PlanSpec> {
    if let Some(reason) = obstacle(gather, problem) {
        return Err(Algorithm::Winograd.unavailable(reason));
    }
    let [channels, outputs] = [gather.channels, gather.outputs].map(|each| u64::from(gather.groups) * u64::from(each));
    let source = plan.batched(gather.source, gather.source_sample());
    let target = plan.batched(gather.target, gather.target_sample());
    let batch = u64::from(gather.batch);
    plan.need(gather.source, source.sample * batch, Access::Read);
    plan.need(Operand::W, gather.w_elements(), Access::Read);
    if epilogue.bias {
        plan.need(Operand::B, outputs, Access::Read);
    }
    let w = plan.whole(Operand::W, gather.w_elements())?;
    let b = plan.whole(Operand::B, outputs)?;
    let parts = parts(gather, &plan, [source, target])?;
    let at_once = parts.chunks[0].count;
    plan.explain(&format!("F(2 x 2, 3 x 3), {at_once} of {batch} samples at a time, products by {}", parts.algorithm));
    plan.need(Operand::Workspace, parts.workspace / ELEMENT_BYTES, Access::Write);
    plan.need(Operand::Transformed, parts.transformed / ELEMENT_BYTES, Access::Write);
    let output = (gather.target, target.sample * batch);
    let stores = begin(&mut plan, epilogue, output, Abilities::ALL, Algorithm::Winograd, true)?;
    transform_kernel(gather, [w, parts.kernel], &mut plan)?;
    let tiles = Tiles::of(gather);
    let mut packed: Option<Step> = None;
    for chunk in &parts.chunks {
        let count = tiles.of_samples(chunk.count.into());
        let bytes = |channels: u64| PRODUCTS * channels * count * ELEMENT_BYTES;
        let transformed = StepBinding { operand: Operand::Workspace, offset: parts.source, size: bytes(channels) };
        let sums = StepBinding { operand: Operand::Transformed, offset: parts.sums, size: bytes(outputs) };
        let (source, in_base) = chunk.bind(plan.limits, source);
        let invocations = count * channels;
        let params = tile_params(&tiles, chunk.count, [&gather.axes[1], &gather.axes[2]], invocations, count);
        let [h, w] = [&gather.axes[1], &gather.axes[2]];
        let from =
            TileParams { channels: channels as u32, extent_h: h.source, extent_w: w.source, base: in_base, ..params };
        plan.step(&kernel::WINOGRAD_SOURCE, &[], from, vec![source, transformed], invocations)?;
        for step in &parts.products[usize::from(chunk.count != at_once)].steps {
            // What was packed for the chunk before is still there.
            let packs = step.bindings.iter().all(|binding| binding.operand != Operand::Y);
            let step = placed(step.clone(), &parts);
            if packs && packed.as_ref() == Some(&step) {
                continue;
            }
            packed = packs.then(|| step.clone()).or(packed);
            plan.adopt(step)?;
        }
        let (out, base) = chunk.bind(plan.limits, target);
        let invocations = count * outputs;
        let into = TileParams {
            count: invocations as u32,
            channels: outputs as u32,
            extent_h: h.target,
            extent_w: w.target,
            base,
            slope: stores.slope(),
            ..params
        };
        let side = stores.side(out);
        let entry = match (epilogue.bias, side.is_some()) {
            (false, false) => &kernel::WINOGRAD_TARGET,
            (false, true) => &kernel::WINOGRAD_TARGET_SIDE,
            (true, false) => &kernel::WINOGRAD_TARGET_BIAS,
            (true, true) => &kernel::WINOGRAD_TARGET_BIAS_SIDE,
        };
        let bindings = [Some(sums), Some(out), epilogue.bias.then_some(b), side].into_iter().flatten().collect();
        plan.step(entry, &stores.overrides_of(entry), into, bindings, invocations)?;
    }
    stores.end(&mut plan)?;
    Ok(plan.finish())
}

/// What stands in the way.
fn obstacle(gather: &Gather, problem: &ConvProblem) -> Option<&'static str> {
    let [d, h, w] = &gather.axes;
    let fits =
        |axis: &GatherAxis| axis.taps == 3 && axis.classes.len() == 1 && axis.source_stride == 1 && axis.tap_step == 1;
    if !fits(h) || !fits(w) || !d.is_pointwise() || d.source != 1 {
        return Some("it is for planes, kernels of 3 x 3, stride 1 and no dilation");
    }
    if problem.element != ElementType::F32 {
        return Some("its transforms take f32 only");
    }
    if problem.padding_mode != PaddingMode::Zeros {
        return Some("it pads with zeros only");
    }
    if !gather.is_channels_first() {
        return Some("its transforms take channels that lie first");
    }
    None
}

/// Lays out what is between the transforms, for as many samples at a time as there should and can be.
fn parts(gather: &Gather, plan: &SpecBuilder<'_>, [source, target]: [Batched; 2]) -> Result<Parts> {
    // Invocations are numbered in 32 bits, those of the surplus of a folded grid too, and channels of the products in 31.
    const MOST_INVOCATIONS: u64 = 1 << 31;
    const MOST_CHANNELS: u64 = 1 << 26;
    let unavailable =
        || Algorithm::Winograd.unavailable("its transforms exceed the workspace, or what they can number");
    let groups = u64::from(gather.groups);
    let widest = groups * u64::from(gather.channels.max(gather.outputs));
    let tiles = Tiles::of(gather).of_samples(1);
    let per_sample = tiles.saturating_mul(widest);
    if per_sample > MOST_INVOCATIONS || widest > MOST_CHANNELS {
        return Err(unavailable());
    }
    let bytes = PRODUCTS * ELEMENT_BYTES * groups * (u64::from(gather.channels) + u64::from(gather.outputs)) * tiles;
    let wanted = if plan.limits.is_software { SOFTWARE_BYTES / bytes } else { u64::MAX };
    let mut samples = wanted.min(MOST_INVOCATIONS / per_sample).clamp(1, gather.batch.into());
    loop {
        let chunks = plan.small_chunks(gather.batch, &[source, target], per_sample, samples)?;
        match arranged(gather, plan, chunks) {
            Some(parts) => return Ok(parts),
            None if samples == 1 => return Err(unavailable()),
            None => samples = samples.div_ceil(2),
        }
    }
}

/// The layout for these chunks, if there is room.
fn arranged(gather: &Gather, plan: &SpecBuilder<'_>, chunks: Vec<Chunk>) -> Option<Parts> {
    let tiles = Tiles::of(gather);
    let counts = [chunks[0].count, chunks[chunks.len() - 1].count].map(|count| tiles.of_samples(count.into()));
    let align = |bytes: u64| bytes.next_multiple_of(plan.limits.storage_alignment);
    let [channels, outputs] = [gather.channels, gather.outputs].map(|each| u64::from(gather.groups) * u64::from(each));
    let bytes = |elements: u64| PRODUCTS * ELEMENT_BYTES * elements;
    let kernel = align(bytes(channels * u64::from(gather.outputs)));
    let (of_source, of_sums) = (align(bytes(channels * counts[0])), bytes(outputs * counts[0]));
    let most = plan.most_workspace_bytes();
    for &algorithm in algorithms(plan.limits) {
        // Direct kernels read the transformed kernel beside the source, the others only to pack it.
        let packs = algorithm != Algorithm::Direct;
        let (operand, sums) = if packs { (Operand::Transformed, kernel) } else { (Operand::Workspace, 0) };
        let before = if packs { 0 } else { kernel };
        let transformed = sums + of_sums;
        let room = plan.options().workspace_limit.saturating_sub(transformed).min(most);
        if transformed > most || before + of_source > room {
            continue;
        }
        // The rest is for what the products need.
        let options = PlanOptions { workspace_limit: room - before - of_source, ..*plan.options() };
        let of = |count: u64| products(gather, count as u32, plan.limits, &options, algorithm);
        let (Ok(first), Ok(last)) = (of(counts[0]), of(counts[1])) else { continue };
        let source = before + align(first.workspace_bytes().max(last.workspace_bytes()));
        debug_assert!(packs || source == before, "the transformed kernel is where direct kernels have no workspace");
        let workspace = source + of_source;
        if workspace <= room {
            let products = [first, last];
            let kernel = StepBinding { operand, offset: 0, size: kernel };
            return Some(Parts { chunks, products, algorithm, kernel, source, workspace, sums, transformed });
        }
    }
    None
}

/// Ways of summing the products, best first.
fn algorithms(limits: &DeviceLimits) -> &'static [Algorithm] {
    match (limits.is_software, limits.subgroup_size == 8) {
        (true, true) => &[Algorithm::Subgroup, Algorithm::Direct],
        (true, false) => &[Algorithm::Direct],
        _ => &[Algorithm::Tiled, Algorithm::Direct],
    }
}

/// The sums of products of so many tiles: a 1 x 1 convolution of a row of them, in 16 times the groups.
fn products(
    gather: &Gather,
    tiles: u32,
    limits: &DeviceLimits,
    options: &PlanOptions,
    algorithm: Algorithm,
) -> Result<PlanSpec> {
    let groups = PRODUCTS as u32 * gather.groups;
    let problem = ConvProblem {
        rank: 1,
        batch: 1,
        channels_in: groups * gather.channels,
        channels_out: groups * gather.outputs,
        groups,
        shared_kernel: false,
        shared_outputs: false,
        axes: [Axis::UNIT, Axis::UNIT, Axis { input: tiles, output: tiles, ..Axis::UNIT }],
        padding_mode: PaddingMode::Zeros,
        element: ElementType::F32,
        x_layout: Layout::ChannelsFirst,
        y_layout: Layout::ChannelsFirst,
        kernel_order: KernelOrder::OutIn,
    };
    let plan = SpecBuilder::new(limits, options, String::new(), 0, (algorithm, ""));
    super::super::forward::plan(&problem, algorithm, Epilogue::default(), plan)
}

/// A dispatch of the products with its operands where they are.
fn placed(mut step: Step, parts: &Parts) -> Step {
    for binding in &mut step.bindings {
        let (operand, offset) = match binding.operand {
            Operand::X => (Operand::Workspace, parts.source),
            Operand::W => (parts.kernel.operand, parts.kernel.offset),
            Operand::Y => (Operand::Transformed, parts.sums),
            other => (other, 0),
        };
        (binding.operand, binding.offset) = (operand, binding.offset + offset);
    }
    step
}

fn transform_kernel(gather: &Gather, [w, to]: [StepBinding; 2], plan: &mut SpecBuilder<'_>) -> Result<()> {
    let [group_stride, output_stride, channel_stride] = gather.w_strides;
    let count = u64::from(gather.groups) * u64::from(gather.outputs) * u64::from(gather.channels);
    let (magic_channels, shift_channels) = magic(gather.channels);
    let (magic_outputs, shift_outputs) = magic(gather.outputs);
    let params = WinogradKernelParams {
        count: count as u32,
        outputs: gather.outputs,
        channels: gather.channels,
        group_stride,
        output_stride,
        channel_stride,
        reversed: gather.reversed.into(),
        magic_channels,
        shift_channels,
        magic_outputs,
        shift_outputs,
        unused: 0,
    };
    let transformed = StepBinding { size: PRODUCTS * count * ELEMENT_BYTES, ..to };
    plan.step(&kernel::WINOGRAD_KERNEL, &[], params, vec![w, transformed], count)
}

/// The uniform struct of a chunk's tiles, of so many invocations; the tensor's own numbers are left to the caller.
fn tile_params(tiles: &Tiles, batch: u32, [h, w]: [&GatherAxis; 2], invocations: u64, count: u64) -> TileParams {
    let (magic_tiles, shift_tiles) = magic(count as u32);
    let (magic_sample, shift_sample) = magic(tiles.of_sample as u32);
    let (magic_row, shift_row) = magic(tiles.of_row as u32);
    TileParams {
        count: invocations as u32,
        tiles: count as u32,
        tiles_of_sample: tiles.of_sample as u32,
        tiles_of_row: tiles.of_row as u32,
        batch,
        channels: 0,
        extent_h: 0,
        extent_w: 0,
        base: 0,
        start_h: h.classes[0].start,
        start_w: w.classes[0].start,
        slope: 0.0,
        magic_tiles,
        shift_tiles,
        magic_sample,
        shift_sample,
        magic_row,
        shift_row,
        unused_a: 0,
        unused_b: 0,
    }
}
