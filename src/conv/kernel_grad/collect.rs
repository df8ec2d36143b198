//! What is copied before a kernel gradient reads it by fours, several times each: with one tap and a stride the cells of x that the tap
//! meets, which are fewer than x has, for the kernels of one tap and stride 1; with three taps along rows that are not whole fours, or change
//! their length, those rows of x and dy that do not lie as they are read.

use super::super::ConvProblem;
use super::subgroup;
use crate::element::ElementType;
use crate::error::Result;
use crate::kernel::{self, CollectParams};
use crate::plan::{Access, Chunk, ELEMENT_BYTES, Operand, SpecBuilder, StepBinding, elements, magic};
use crate::window::{Axis, GatherAxis};

/// Outputs of a group from which on collecting takes less time than it saves.
const LEAST_OUTPUTS: u32 = 64;

/// Chunks of the batch that are worth it.
const MOST_CHUNKS: u64 = 8;

/// What is copied of x, and of dy.
pub(super) struct Collected {
    /// The convolution of it.
    pub problem: ConvProblem,
    /// Rows are copied, and not the cells that one tap meets.
    has_rows: bool,
    x: Option<Cells>,
    dy: Option<Cells>,
    note: &'static str,
}

/// Planes of which some cells are copied.
struct Cells {
    channels: u32,
    /// What is copied is the output, what there is the input.
    window: [Axis; 3],
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
        let x = Some(Cells { channels: problem.channels_in, window: problem.axes, row, before: 0 });
        let note = "the cells of x that the tap meets are collected first";
        subgroup::reads_fours(&dense).then_some(Collected { problem: dense, has_rows: false, x, dy: None, note })
    }

    fn of_rows(problem: &ConvProblem, plan: &SpecBuilder<'_>) -> Option<Collected> {
        let rows = subgroup::copied(problem, plan.limits)?;
        let row = rows.axes[2].output;
        let before = subgroup::zeros_before_dy(problem);
        // Cells behind the last window are left out.
        let x = Cells::of_rows(problem.channels_in, problem.axes.each_ref().map(|axis| axis.input), row, 0);
        let dy = Cells::of_rows(problem.channels_out, problem.axes.each_ref().map(|axis| axis.output), row, before);
        let note = match (&x, &dy) {
            (Some(_), Some(_)) => "rows of x and dy are copied into whole fours first",
            (None, _) => "rows of dy are copied into whole fours first",
            (_, None) => "rows of x are copied into whole fours first",
        };
        (x.is_some() || dy.is_some()).then_some(Collected { problem: rows, has_rows: true, x, dy, note })
    }

    /// Whether rows are copied, of x, of dy or of both.
    pub(super) fn has_rows(&self) -> bool {
        self.has_rows
    }

    fn cells(&self) -> impl Iterator<Item = &Cells> {
        self.x.iter().chain(&self.dy)
    }

    fn sample(&self) -> u64 {
        self.cells().map(Cells::sample).sum()
    }

    /// Most samples that half of the workspace, which the sums need too, and a dispatch have room for. `None` if the batch would be
    /// cut into many: each has its sums added to those before.
    pub(super) fn most_samples(&self, plan: &SpecBuilder<'_>) -> Option<u64> {
        let held = plan.most_workspace_bytes() / 2 / (self.sample() * ELEMENT_BYTES);
        let most_invocations = self.cells().map(|cells| cells.invocations(1)).max()?;
        let most = held.min(plan.most_numbered() / most_invocations);
        (most * MOST_CHUNKS >= self.problem.batch.into()).then_some(most)
    }

    /// Reserves room for the largest of these chunks.
    pub(super) fn reserve(&self, chunks: &[Chunk], plan: &mut SpecBuilder<'_>) {
        let most = chunks.iter().map(|chunk| u64::from(chunk.count)).max().unwrap_or(0);
        plan.explain(self.note);
        plan.need(Operand::Transformed, most * self.sample(), Access::Write);
    }

    /// Adds the dispatches that copy so many samples of x and dy, one behind the other, and returns where those are then, and what is not
    /// copied.
    pub(super) fn step(&self, samples: u32, sources: [Copied; 2], plan: &mut SpecBuilder<'_>) -> Result<[Copied; 2]> {
        let size = u64::from(samples) * self.sample() * ELEMENT_BYTES;
        let all = StepBinding { operand: Operand::Transformed, offset: 0, size };
        let mut found = sources;
        let mut first = 0;
        for (source, cells) in found.iter_mut().zip([&self.x, &self.dy]) {
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

impl Cells {
    /// Rows of a tensor of these extents, as so many cells behind so many zeros. `None` if they lie so.
    fn of_rows(channels: u32, extents: [u32; 3], row: u32, before: u32) -> Option<Cells> {
        let mut window = extents.map(|extent| Axis { input: extent, output: extent, ..Axis::UNIT });
        let lies_so = before == 0 && extents[2] == row;
        window[2].output = extents[2].min(row);
        (!lies_so).then_some(Cells { channels, window, row, before })
    }

    /// Cells of a sample that are written.
    fn sample(&self) -> u64 {
        let [d, h, _] = self.window.map(|axis| axis.output);
        elements(&[self.channels, d, h, self.row].map(|extent| extent as usize))
    }

    /// For so many samples: one for each four of a row.
    fn invocations(&self, samples: u64) -> u64 {
        let [d, h, _] = self.window.map(|axis| u64::from(axis.output));
        samples * u64::from(self.channels) * d * h * u64::from(self.row.div_ceil(4))
    }

    fn step(&self, samples: u32, from: Copied, to: Copied, plan: &mut SpecBuilder<'_>) -> Result<()> {
        let [d, h, w] = &self.window;
        let count = self.invocations(samples.into());
        let (magic_row, shift_row) = magic(self.row.div_ceil(4));
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
            x_base: from.1,
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
        let in_fours = self.row.is_multiple_of(4);
        let entry = if in_fours { &kernel::COLLECT_FOURS } else { &kernel::COLLECT_ANY };
        plan.step(entry, &[], params, vec![from.0, to.0], count)
    }
}
