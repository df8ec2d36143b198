//! What is copied before a kernel gradient reads it by fours, several times each: with one tap and a stride the cells of x that the tap
//! meets, which are fewer than x has, for the kernels of one tap and stride 1; with three or four taps along rows that are not whole fours, or change
//! their length, those rows of x and dy that do not lie as they are read.

use std::ops::Range;

use super::super::ConvProblem;
use super::subgroup;
use crate::element::ElementType;
use crate::error::Result;
use crate::kernel::{self, CollectParams, EntryPoint, KernelKey, Variant};
use crate::plan::{Access, Chunk, ELEMENT_BYTES, Operand, SpecBuilder, StepBinding, elements, magic};
use crate::window::{Axis, GatherAxis};

/// Outputs of a group from which on collecting takes less time than it saves.
const LEAST_OUTPUTS: u32 = 64;

/// Outputs of a chunk from which on copying it, and adding its sums to those before, takes less time than it saves.
const LEAST_CHUNK: u64 = 512;

/// Most chunks of all samples, for a plan of few dispatches.
const MOST_CHUNKS: u64 = 256;

/// What is copied of x, and of dy.
pub(super) struct Collected {
    /// The convolution of it.
    pub problem: ConvProblem,
    /// What of a sample is copied at once: all of it, or some rows of its outputs after the other.
    pub parts: Vec<Part>,
    /// Rows are copied, and not the cells that one tap meets.
    has_rows: bool,
    note: String,
}

/// Rows of outputs of a sample, and what of x their windows meet.
pub(super) struct Part {
    /// The convolution of what is copied, or all of the sample.
    pub problem: ConvProblem,
    x: Option<Cells>,
    dy: Option<Cells>,
}

/// Planes of which some cells are copied.
#[derive(Clone)]
struct Cells {
    channels: u32,
    /// What is copied is the output, what there is the input.
    window: [Axis; 3],
    /// The first row of a plane that is copied.
    first_row: u32,
    /// Cells of a row that is written, and zeros before the first that is read.
    row: u32,
    before: u32,
}

/// Where what was copied is: a binding, and its first element there.
pub(super) type Copied = (StepBinding, u32);

impl Collected {
    /// `None` if there is nothing to copy, or it is not worth it.
    pub(super) fn of(problem: &ConvProblem, plan: &SpecBuilder<'_>) -> Option<Collected> {
        let is_f32 = problem.element == ElementType::F32 && !plan.is_mixed();
        if is_f32 { Collected::of_one_tap(problem).or_else(|| Collected::of_rows(problem, plan)) } else { None }
    }

    fn of_one_tap(problem: &ConvProblem) -> Option<Collected> {
        let one_tap = |axis: &Axis| axis.taps == 1 && !GatherAxis::forward(axis).crosses_bounds();
        let has_stride = problem.axes.iter().any(|axis| axis.stride > 1);
        let is_worth_it = problem.channels_out / problem.groups >= LEAST_OUTPUTS;
        if !has_stride || !problem.axes.iter().all(one_tap) || !is_worth_it {
            return None;
        }
        let axes = problem.axes.each_ref().map(|axis| Axis { input: axis.output, output: axis.output, ..Axis::UNIT });
        let dense = ConvProblem { axes, ..problem.clone() }.flattened();
        let row = problem.axes[2].output;
        let x = Some(Cells { channels: problem.channels_in, window: problem.axes, first_row: 0, row, before: 0 });
        let part = Part { problem: dense.clone(), x, dy: None };
        let note = "the cells of x that the tap meets are collected first".to_owned();
        subgroup::reads_fours(&dense).then_some(Collected { problem: dense, parts: vec![part], has_rows: false, note })
    }

    fn of_rows(problem: &ConvProblem, plan: &SpecBuilder<'_>) -> Option<Collected> {
        let rows = subgroup::copied(problem, plan.limits)?;
        let [inputs, outputs] = [problem.axes.map(|axis| axis.input), problem.axes.map(|axis| axis.output)];
        // Cells behind the last window are left out.
        let x = Cells::of_rows(problem.channels_in, inputs, rows.axes[2].input, problem.axes[2].padding_low);
        let dy = Cells::of_rows(problem.channels_out, outputs, subgroup::row_of_dy(&rows), 0);
        let whole = Part::whole(&rows, &x, &dy)?;
        let parts = if whole.sample() <= held(plan) { vec![whole] } else { Part::by_rows(&rows, &x, &dy, held(plan))? };
        let mut note = match (&parts[0].x, &parts[0].dy) {
            (Some(_), Some(_)) => "rows of x and dy are copied into whole fours first",
            (None, _) => "rows of dy are copied into whole fours first",
            (_, None) => "rows of x are copied into whole fours first",
        }
        .to_owned();
        if parts.len() > 1 {
            note += &format!(", of a sample in {} parts", parts.len());
        }
        Some(Collected { problem: rows, parts, has_rows: true, note })
    }

    /// Whether rows are copied, of x, of dy or of both.
    pub(super) fn has_rows(&self) -> bool {
        self.has_rows
    }

    /// Of the largest part.
    fn sample(&self) -> u64 {
        self.parts.iter().map(Part::sample).max().unwrap_or(0)
    }

    /// Most samples that half of the workspace, which the sums need too, and a dispatch have room for. `None` if it is not worth it.
    pub(super) fn most_samples(&self, plan: &SpecBuilder<'_>) -> Option<u64> {
        let most_invocations = self.parts.iter().flat_map(Part::cells).map(|cells| cells.invocations(1)).max()?;
        let most = (held(plan) / self.sample()).min(plan.most_numbered() / most_invocations);
        let most = if self.parts.len() > 1 { most.min(1) } else { most };
        let batch = u64::from(self.problem.batch);
        if most >= batch && self.parts.len() == 1 {
            return Some(most);
        }
        let outputs =
            self.parts.iter().map(|part| elements(&part.problem.axes.map(|axis| axis.output as usize))).min()?;
        let is_worth_it = most > 0 && most * outputs >= LEAST_CHUNK;
        (is_worth_it && batch.div_ceil(most) * self.parts.len() as u64 <= MOST_CHUNKS).then_some(most)
    }

    /// Reserves room for the largest of these chunks.
    pub(super) fn reserve(&self, chunks: &[Chunk], plan: &mut SpecBuilder<'_>) {
        let most = chunks.iter().map(|chunk| u64::from(chunk.count)).max().unwrap_or(0);
        plan.explain(&self.note);
        plan.need(Operand::Transformed, most * self.sample(), Access::Write);
    }

    /// Adds the dispatches that copy this part of so many samples of x and dy, one behind the other, and returns where those are then, and
    /// what is not copied.
    pub(super) fn step(
        &self,
        part: &Part,
        samples: u32,
        sources: [Copied; 2],
        plan: &mut SpecBuilder<'_>,
    ) -> Result<[Copied; 2]> {
        let size = u64::from(samples) * self.sample() * ELEMENT_BYTES;
        let all = StepBinding { operand: Operand::Transformed, offset: 0, size };
        let mut found = sources;
        let mut first = 0;
        for (source, cells) in found.iter_mut().zip([&part.x, &part.dy]) {
            if let Some(cells) = cells {
                let to = (all, first);
                cells.step(samples, *source, to, plan)?;
                first += (u64::from(samples) * cells.sample()) as u32;
                *source = to;
            }
        }
        Ok(found)
    }
}

/// Elements that half of the workspace has room for.
fn held(plan: &SpecBuilder<'_>) -> u64 {
    plan.most_workspace_bytes() / 2 / ELEMENT_BYTES
}

impl Part {
    /// All of a sample. `None` if there is nothing to copy.
    fn whole(rows: &ConvProblem, x: &Cells, dy: &Cells) -> Option<Part> {
        let [x, dy] = [x, dy].map(|cells| (!cells.lies_so()).then(|| cells.clone()));
        (x.is_some() || dy.is_some()).then_some(Part { problem: rows.clone(), x, dy })
    }

    /// Cuts a sample so that no part is copied into more elements than these. `None` if there are rows of outputs that alone are more.
    fn by_rows(rows: &ConvProblem, x: &Cells, dy: &Cells, most: u64) -> Option<Vec<Part>> {
        let h = &rows.axes[1];
        // The others have nothing to add.
        let inside = h.outputs_inside();
        let count = inside.end - inside.start;
        let of = |outputs: Range<u32>| {
            let cells = if x.lies_so() { 0..h.input } else { h.cells_under(&outputs) };
            let [d, _, w] = rows.axes;
            let problem = ConvProblem { axes: [d, h.part(&outputs, &cells), w], ..rows.clone() };
            Part { problem, x: (!x.lies_so()).then(|| x.rows(&cells)), dy: Some(dy.rows(&outputs)) }
        };
        let cut = |parts: u32| {
            let at = move |part: u32| inside.start + (u64::from(count) * u64::from(part) / u64::from(parts)) as u32;
            (0..parts).map(move |part| of(at(part)..at(part + 1)))
        };
        let fits = |parts: u32| cut(parts).all(|part| part.sample() <= most);
        let most_parts = count.min(MOST_CHUNKS as u32);
        let parts = (2..=most_parts).find(|&parts| fits(parts))?;
        Some(cut(parts).collect())
    }

    fn cells(&self) -> impl Iterator<Item = &Cells> {
        self.x.iter().chain(&self.dy)
    }

    fn sample(&self) -> u64 {
        self.cells().map(Cells::sample).sum()
    }
}

impl Cells {
    /// Rows of a tensor of these extents, as so many cells behind so many zeros.
    fn of_rows(channels: u32, extents: [u32; 3], row: u32, before: u32) -> Cells {
        let mut window = extents.map(|extent| Axis { input: extent, output: extent, ..Axis::UNIT });
        window[2].output = extents[2].min(row);
        Cells { channels, window, first_row: 0, row, before }
    }

    /// Whether the tensor is already what would be written.
    fn lies_so(&self) -> bool {
        let [_, _, w] = &self.window;
        self.before == 0 && w.input == self.row
    }

    /// Some rows of each plane.
    fn rows(&self, rows: &Range<u32>) -> Cells {
        let [d, h, w] = self.window;
        let window = [d, Axis { output: rows.end - rows.start, ..h }, w];
        Cells { window, first_row: rows.start, ..*self }
    }

    /// Cells of a sample that are written.
    fn sample(&self) -> u64 {
        let [d, h, _] = self.window.map(|axis| axis.output);
        elements(&[self.channels, d, h, self.row].map(|extent| extent as usize))
    }

    fn entry(&self) -> &'static EntryPoint {
        if self.row.is_multiple_of(4) { &kernel::COLLECT_FOURS } else { &kernel::COLLECT_ANY }
    }

    /// An invocation has as many fours as there are, and the variant with most has.
    fn variant(&self) -> &'static Variant {
        let variants = self.entry().kernel().variants;
        let fours = self.row.div_ceil(4);
        variants.iter().find(|variant| variant.constant("FOURS") <= fours).unwrap_or(&variants[variants.len() - 1])
    }

    /// Of a row.
    fn row_invocations(&self) -> u32 {
        self.row.div_ceil(4 * self.variant().constant("FOURS"))
    }

    fn invocations(&self, samples: u64) -> u64 {
        let [d, h, _] = self.window.map(|axis| u64::from(axis.output));
        samples * u64::from(self.channels) * d * h * u64::from(self.row_invocations())
    }

    fn step(&self, samples: u32, from: Copied, to: Copied, plan: &mut SpecBuilder<'_>) -> Result<()> {
        let [d, h, w] = &self.window;
        let count = self.invocations(samples.into());
        let (magic_row, shift_row) = magic(self.row_invocations());
        let (magic_h, shift_h) = magic(h.output);
        let (magic_d, shift_d) = magic(d.output);
        let params = CollectParams {
            count: count as u32,
            out_d: d.output,
            out_h: h.output,
            out_w: w.output,
            in_d: d.input,
            in_h: h.input,
            in_w: w.input,
            stride_d: d.stride,
            stride_h: h.stride,
            stride_w: w.stride,
            x_base: from.1 + self.first_row * w.input,
            magic_row,
            shift_row,
            magic_h,
            shift_h,
            magic_d,
            shift_d,
            row: self.row,
            before: self.before,
            collected_base: to.1,
        };
        let kernel = KernelKey::new(self.entry(), self.variant(), &[]);
        let workgroups = count.div_ceil(kernel.variant.workgroup_size().into());
        plan.step_workgroups(kernel, params, vec![from.0, to.0], workgroups)
    }
}
