//! Kernel gradients of one tap with a stride, as one of stride 1: the cells of x that the tap meets are collected first. They are fewer
//! than x has, and the kernels of one tap and stride 1 read them by fours, several times each.

use super::super::ConvProblem;
use crate::element::ElementType;
use crate::error::Result;
use crate::kernel::{self, CollectParams};
use crate::plan::{Access, Chunk, ELEMENT_BYTES, Operand, SpecBuilder, StepBinding, elements, magic};
use crate::window::{Axis, GatherAxis};

/// Outputs of a group from which on collecting takes less time than it saves.
const LEAST_OUTPUTS: u32 = 64;

/// Chunks of the batch that are worth it.
const MOST_CHUNKS: u64 = 8;

/// The cells of x that a tap meets.
pub(super) struct Collected {
    /// The convolution of them.
    pub problem: ConvProblem,
    window: [Axis; 3],
    /// Cells of a sample.
    sample: u64,
}

impl Collected {
    /// `None` if there is nothing to collect, or it is not worth it.
    pub(super) fn of(problem: &ConvProblem, plan: &SpecBuilder<'_>) -> Option<Collected> {
        let one_tap = |axis: &Axis| axis.taps == 1 && !GatherAxis::forward(axis).crosses_bounds();
        let has_stride = problem.axes.iter().any(|axis| axis.stride > 1);
        let is_f32 = problem.element == ElementType::F32 && !plan.is_mixed();
        let is_worth_it = problem.channels_out / problem.groups >= LEAST_OUTPUTS;
        if !has_stride || !problem.axes.iter().all(one_tap) || !is_f32 || !is_worth_it {
            return None;
        }
        let axes = problem.axes.each_ref().map(|axis| Axis { input: axis.output, output: axis.output, ..Axis::UNIT });
        let dense = ConvProblem { axes, ..problem.clone() }.flattened();
        let sample = elements(&dense.x_shape()[1..]);
        Some(Collected { problem: dense, window: problem.axes, sample })
    }

    /// Most samples that half of the workspace, which the sums need too, and a dispatch have room for. `None` if the batch would be
    /// cut into many: each has its sums added to those before.
    pub(super) fn most_samples(&self, plan: &SpecBuilder<'_>) -> Option<u64> {
        let held = plan.most_workspace_bytes() / 2 / (self.sample * ELEMENT_BYTES);
        let most = held.min(plan.most_numbered() / self.invocations(1));
        (most * MOST_CHUNKS >= self.problem.batch.into()).then_some(most)
    }

    /// Reserves room for the largest of these chunks.
    pub(super) fn reserve(&self, chunks: &[Chunk], plan: &mut SpecBuilder<'_>) {
        let most = chunks.iter().map(|chunk| u64::from(chunk.count)).max().unwrap_or(0);
        plan.explain("the cells of x that the tap meets are collected first");
        plan.need(Operand::Transformed, most * self.sample, Access::Write);
    }

    /// Adds the dispatch that collects those of so many samples, and returns where they are.
    pub(super) fn step(
        &self,
        samples: u32,
        (x, x_base): (StepBinding, u32),
        plan: &mut SpecBuilder<'_>,
    ) -> Result<StepBinding> {
        let size = u64::from(samples) * self.sample * ELEMENT_BYTES;
        let collected = StepBinding { operand: Operand::Transformed, offset: 0, size };
        let [d, h, w] = &self.window;
        let count = self.invocations(samples.into());
        let (magic_row, shift_row) = magic(w.output.div_ceil(4));
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
            x_base,
            magic_row,
            shift_row,
            magic_h,
            shift_h,
            magic_d,
            shift_d,
            unused_a: 0,
            unused_b: 0,
            unused_c: 0,
        };
        plan.step(&kernel::COLLECT, &[], params, vec![x, collected], count)?;
        Ok(collected)
    }

    /// For so many samples: one for each four of a row.
    fn invocations(&self, samples: u64) -> u64 {
        let [d, h, w] = self.window.map(|axis| u64::from(axis.output));
        samples * u64::from(self.problem.channels_in) * d * h * w.div_ceil(4)
    }
}
