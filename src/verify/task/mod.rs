//! Data for a pass, what must come out by the reference, and the comparison.

mod conv;
mod nn;
mod pool;

use super::guard::{GuardedBuffers, Outputs, StrayWrite, Unwritten};
use super::report::{Fault, Mismatch, memory_shape};
use super::vectors::{TestOutput, TestVectors};
use crate::case::Case;
use crate::element::ElementType;
use crate::error::Result;
use crate::gpu::{Context, Plan};
use crate::layout::Layout;
use crate::plan::{DeviceLimits, Operand};
use conv::Convolution;

/// What goes in, and what must come out.
pub(crate) struct Task {
    inputs: Vec<(Operand, Vec<u32>)>,
    expected: Vec<Expected>,
}

struct Expected {
    /// The plan's.
    operand: Operand,
    /// What reports call it.
    name: Operand,
    /// How it lies in memory, which is the order of the values too.
    layout: Layout,
    shape: Vec<usize>,
    element: ElementType,
    values: Values,
}

enum Values {
    /// Each within its bound.
    Floats(Vec<f64>, Vec<f64>),
    /// The same.
    Integers(Vec<u32>),
}

impl Values {
    /// From the order of the shape to that in memory.
    fn to_memory(&self, layout: Layout, shape: &[usize]) -> Result<Values> {
        Ok(match self {
            Values::Floats(values, bounds) => {
                Values::Floats(layout.to_memory(shape, values)?, layout.to_memory(shape, bounds)?)
            }
            Values::Integers(values) => Values::Integers(layout.to_memory(shape, values)?),
        })
    }
}

impl Expected {
    /// Of f32 and with channels first.
    fn new(operand: Operand, shape: &[usize], values: Values) -> Expected {
        let (layout, element) = (Layout::ChannelsFirst, ElementType::F32);
        Expected { operand, name: operand, layout, shape: shape.to_vec(), element, values }
    }
}

fn bits(values: &[f32]) -> Vec<u32> {
    bytemuck::cast_slice(values).to_vec()
}

fn count(shape: &[usize]) -> usize {
    shape.iter().product()
}

fn exactly(values: &[f32]) -> Values {
    Values::Floats(values.iter().map(|&value| value.into()).collect(), vec![0.0; values.len()])
}

/// Runs a plan and reads what it wrote.
async fn run(ctx: &Context, plan: &Plan, buffers: &GuardedBuffers) -> Result<Result<Outputs, StrayWrite>> {
    let mut encoder = ctx.device().create_command_encoder(&Default::default());
    plan.record(&mut encoder.begin_compute_pass(&Default::default()), &buffers.bindings())?;
    ctx.queue().submit([encoder.finish()]);
    buffers.outputs().await
}

impl Task {
    /// By the reference. The limits are those that the plan is made for.
    pub(crate) fn new(limits: &DeviceLimits, case: &Case, pass: &str, bias: bool, seed: u64) -> Result<Task> {
        match case {
            Case::Conv(conv) => Task::conv(Convolution::plain(conv)?, pass, bias, seed),
            Case::ConvTranspose(conv) => Task::conv(Convolution::transposed(conv)?, pass, bias, seed),
            Case::Pool(pool) => Task::pool(pool, pass, seed),
            Case::Nn(nn) => Task::nn(limits, nn, pass, bias, seed),
        }
    }

    /// Everything as it lies in memory, from the order of the shapes.
    fn in_memory(mut self, case: &Case) -> Result<Task> {
        let is_last = |operand| case.layout(operand) == Layout::ChannelsLast;
        for (operand, words) in self.inputs.iter_mut().filter(|input| is_last(input.0)) {
            let shape = if matches!(operand, Operand::X | Operand::Dx) { case.x_shape() } else { case.y_shape()? };
            *words = case.layout(*operand).to_memory(&shape, words)?;
        }
        for expected in self.expected.iter_mut().filter(|expected| is_last(expected.operand)) {
            expected.layout = case.layout(expected.operand);
            expected.values = expected.values.to_memory(expected.layout, &expected.shape)?;
        }
        Ok(self)
    }

    /// For others to run.
    pub(super) fn into_vectors(self) -> TestVectors {
        let output = |Expected { operand, element, values, .. }| match values {
            Values::Floats(values, bounds) => TestOutput { operand, element: Some(element), values, bounds },
            Values::Integers(words) => {
                let (values, bounds) = (words.iter().map(|&word| word.into()).collect(), vec![0.0; words.len()]);
                TestOutput { operand, element: None, values, bounds }
            }
        };
        TestVectors { inputs: self.inputs, outputs: self.expected.into_iter().map(output).collect() }
    }

    /// Buffers for a plan, with the inputs.
    pub(crate) fn buffers(&self, ctx: &Context, plan: &Plan) -> Result<GuardedBuffers> {
        let inputs: Vec<(Operand, &[u32])> =
            self.inputs.iter().map(|(operand, words)| (*operand, &words[..])).collect();
        GuardedBuffers::new(ctx, plan.operands(), &inputs)
    }

    /// Runs a plan on these buffers, which nothing was written to yet; `None` if the result is right.
    pub(crate) async fn check(
        &self,
        ctx: &Context,
        plan: &Plan,
        buffers: &GuardedBuffers,
        plant_fault: bool,
    ) -> Result<Option<Fault>> {
        let mut outputs = match run(ctx, plan, buffers).await? {
            Ok(outputs) => outputs,
            Err(stray) => return Ok(Some(Fault::StrayWrite(stray))),
        };
        if let (true, Some(word)) = (plant_fault, outputs.first_mut().and_then(|(_, words)| words.last_mut())) {
            // In the exponent: out of every bound.
            *word ^= 1 << 30;
        }
        Ok(self.judge(&outputs))
    }

    /// The first output that is not as it must be.
    fn judge(&self, outputs: &[(Operand, Vec<u32>)]) -> Option<Fault> {
        self.expected.iter().find_map(|expected| {
            let found = outputs.iter().find(|(operand, _)| *operand == expected.operand);
            expected.judge(found.map_or(&[][..], |(_, words)| words))
        })
    }
}

impl Expected {
    fn judge(&self, words: &[u32]) -> Option<Fault> {
        let (operand, element, layout) = (self.name, self.element, self.layout);
        let shape = &memory_shape(layout, &self.shape)[..];
        if let Some(unwritten) = Unwritten::find_as(element, operand, shape, words) {
            return Some(Fault::Unwritten(unwritten.in_layout(layout)));
        }
        if let Some(stray) = StrayWrite::behind_an_odd_end(element, operand, shape, words) {
            return Some(Fault::StrayWrite(stray));
        }
        let mismatch = match &self.values {
            Values::Floats(values, bounds) => {
                let found = element.values(words, count(shape));
                let found: Vec<f64> = found.into_iter().map(f64::from).collect();
                Mismatch::find(operand, shape, &found, values, bounds)
            }
            Values::Integers(values) => {
                let [found, values] =
                    [words, values].map(|of| of.iter().map(|&word| word.into()).collect::<Vec<f64>>());
                Mismatch::find(operand, shape, &found, &values, &vec![0.0; values.len()])
            }
        };
        mismatch.map(|mismatch| Fault::Mismatch(mismatch.in_layout(layout)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::guard::POISON;
    use super::*;
    use crate::case::catalogue;

    /// The outputs of a device that computes right.
    fn right(task: &Task) -> Vec<(Operand, Vec<u32>)> {
        let in_memory = |expected: &Expected| {
            let words = match &expected.values {
                Values::Floats(values, _) => {
                    let values: Vec<f32> = values.iter().map(|&value| value as f32).collect();
                    let mut words = expected.element.words(&values);
                    if values.len() % 2 == 1 && expected.element != ElementType::F32 {
                        // What was there.
                        *words.last_mut().unwrap() |= POISON & 0xffff_0000;
                    }
                    words
                }
                Values::Integers(values) => values.clone(),
            };
            (expected.operand, words)
        };
        task.expected.iter().map(in_memory).collect()
    }

    #[test]
    fn a_wrong_element_anywhere_is_found() {
        for (i, row) in catalogue().rows.iter().enumerate() {
            for pass in row.case.passes() {
                let task = Task::new(&DeviceLimits::default(), &row.case, pass, i % 2 == 0, 1).unwrap();
                let outputs = right(&task);
                assert_eq!(task.judge(&outputs), None, "{} {pass}", row.case);
                for which in 0..outputs.len() {
                    let at = i * 7 % outputs[which].1.len();
                    let mut wrong = outputs.clone();
                    // A thousandth of a float, one of an index, the highest bit of an exponent in the lower half of a word.
                    let word = wrong[which].1[at];
                    let is_half = task.expected[which].element != ElementType::F32;
                    wrong[which].1[at] = match wrong[which].0 {
                        Operand::Indices => word + 1,
                        _ if is_half => word ^ 0x4000,
                        _ => (f32::from_bits(word) - 0.001 * (1.0 + f32::from_bits(word).abs())).to_bits(),
                    };
                    let fault = task.judge(&wrong).unwrap_or_else(|| panic!("{} {pass}", row.case));
                    let Fault::Mismatch(mismatch) = fault else { panic!("{} {pass}: {fault}", row.case) };
                    assert_eq!((mismatch.operand, mismatch.wrong), (task.expected[which].name, 1));
                    wrong[which].1[at] = if is_half { word & 0xffff_0000 | POISON & 0xffff } else { POISON };
                    let fault = task.judge(&wrong).unwrap_or_else(|| panic!("{} {pass}", row.case));
                    let Fault::Unwritten(unwritten) = fault else { panic!("{} {pass}: {fault}", row.case) };
                    assert_eq!((unwritten.operand, unwritten.unwritten), (task.expected[which].name, 1));
                    wrong[which].1.pop();
                    assert!(task.judge(&wrong).is_some(), "{} {pass}", row.case);
                }
                assert!(task.judge(&[]).is_some());
            }
        }
    }

    #[test]
    fn data_is_not_trivial() {
        let task =
            Task::new(&DeviceLimits::default(), &"n2c3h7w9k4r3s2p1".parse().unwrap(), "forward", true, 1).unwrap();
        for (operand, words) in &task.inputs {
            assert!(words.iter().any(|word| word != &words[0]), "{operand} is one value");
        }
    }
}
