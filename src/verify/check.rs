//! One pass of one case: data, what must come out, what the device gives, and the comparison.

use super::data::{exact_range, integers};
use super::guard::{GuardedBuffers, Unwritten};
use super::report::{Fault, Mismatch};
use crate::case::{Case, ConvCase, ConvTransposeCase, PoolCase};
use crate::conv::Pass;
use crate::error::Result;
use crate::gpu::Context;
use crate::plan::{Operand, PlanOptions};
use crate::pool::PoolKind;
use crate::reference::{self, Sums};

/// How many units in the last place a quotient may be off: WGSL says 2.5 (section 15.7.4).
const DIVISION: f64 = 3.0;

/// Runs a pass on seeded small integers and compares it with [`crate::reference`]: exactly, averages within what WGSL allows
/// a division. `None` if it is right; `bias` says whether a convolution's forward takes one. Every operand lies between guard
/// zones, so that a write outside of the output, or an element that was not written, has a name of its own.
///
/// The reference is plain loops on the CPU: a case of a billion multiply-adds takes it seconds.
///
/// # Errors
/// What [`Case::plan`] says, and a device that is lost or out of memory. A wrong result is no error.
///
/// ```
/// use wgconv::{Context, PlanOptions, case::Case, verify};
/// let ctx = Context::new_blocking()?;
/// let case: Case = "n2c3h7w9k4r3s2p1".parse()?;
/// let options = PlanOptions::default();
/// assert_eq!(verify::check_blocking(&ctx, &case, "kernel_grad", false, &options, 1)?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub async fn check(
    ctx: &Context,
    case: &Case,
    pass: &str,
    bias: bool,
    options: &PlanOptions,
    seed: u64,
) -> Result<Option<Fault>> {
    check_with(ctx, case, pass, bias, options, seed, false).await
}

/// [`check`], blocking.
///
/// # Errors
/// As there.
#[cfg(not(target_arch = "wasm32"))]
pub fn check_blocking(
    ctx: &Context,
    case: &Case,
    pass: &str,
    bias: bool,
    options: &PlanOptions,
    seed: u64,
) -> Result<Option<Fault>> {
    pollster::block_on(check(ctx, case, pass, bias, options, seed))
}

/// [`check`]; with `plant_fault` the last element that the device gave is changed before anybody looks.
pub(super) async fn check_with(
    ctx: &Context,
    case: &Case,
    pass: &str,
    bias: bool,
    options: &PlanOptions,
    seed: u64,
    plant_fault: bool,
) -> Result<Option<Fault>> {
    // Planned first: what the device cannot hold is not worth the reference's time.
    let plan = case.plan(ctx, pass, bias, options)?;
    let task = Task::new(case, pass, bias, seed)?;
    let inputs: Vec<(Operand, &[u32])> = task.inputs.iter().map(|(operand, words)| (*operand, &words[..])).collect();
    let buffers = GuardedBuffers::new(ctx, plan.operands(), &inputs)?;
    let mut encoder = ctx.device().create_command_encoder(&Default::default());
    plan.record(&mut encoder.begin_compute_pass(&Default::default()), &buffers.bindings())?;
    ctx.queue().submit([encoder.finish()]);
    let mut outputs = match buffers.outputs().await? {
        Ok(outputs) => outputs,
        Err(stray) => return Ok(Some(Fault::StrayWrite(stray))),
    };
    if let (true, Some(word)) = (plant_fault, outputs.first_mut().and_then(|(_, words)| words.last_mut())) {
        // In the exponent: out of every bound.
        *word ^= 1 << 30;
    }
    Ok(task.judge(&outputs))
}

/// What goes in, and what must come out.
struct Task {
    inputs: Vec<(Operand, Vec<u32>)>,
    expected: Vec<Expected>,
}

struct Expected {
    operand: Operand,
    shape: Vec<usize>,
    values: Values,
}

enum Values {
    /// Each within its bound.
    Floats(Vec<f64>, Vec<f64>),
    /// The same.
    Integers(Vec<u32>),
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

impl Task {
    fn new(case: &Case, pass: &str, bias: bool, seed: u64) -> Result<Task> {
        match case {
            Case::Conv(case) => Task::conv(case, pass, bias, seed),
            Case::ConvTranspose(case) => Task::conv_transpose(case, pass, bias, seed),
            Case::Pool(case) if case.kind == PoolKind::Max => Task::max_pool(case, pass, seed),
            Case::Pool(case) => Task::average_pool(case, pass, seed),
        }
    }

    fn conv(case: &ConvCase, pass: &str, bias: bool, seed: u64) -> Result<Task> {
        let problem = case.problem()?;
        let most = exact_range(&problem);
        let data = |operand, shape: &[usize]| integers(seed, operand, count(shape), most);
        let (x_shape, w_shape, y_shape) = (problem.x_shape(), problem.w_shape(), problem.y_shape());
        let (x, w, dy) = (data(Operand::X, &x_shape), data(Operand::W, &w_shape), data(Operand::Dy, &y_shape));
        let b = data(Operand::B, &problem.b_shape());
        let (operand, shape, sums) = if pass == Pass::Forward.name() {
            (Operand::Y, y_shape, reference::conv::forward(&problem, &x, &w, bias.then_some(&b[..]))?)
        } else if pass == Pass::InputGrad.name() {
            (Operand::Dx, x_shape, reference::conv::input_grad(&problem, &dy, &w)?)
        } else if pass == Pass::KernelGrad.name() {
            (Operand::Dw, w_shape, reference::conv::kernel_grad(&problem, &x, &dy)?)
        } else {
            (Operand::Db, problem.b_shape(), reference::conv::bias_grad(&problem, &dy)?)
        };
        let inputs =
            vec![(Operand::X, bits(&x)), (Operand::W, bits(&w)), (Operand::Dy, bits(&dy)), (Operand::B, bits(&b))];
        Ok(Task { inputs, expected: vec![Expected { operand, shape, values: exactly(&sums.to_f32()) }] })
    }

    fn conv_transpose(case: &ConvTransposeCase, pass: &str, bias: bool, seed: u64) -> Result<Task> {
        let problem = case.problem()?;
        let most = exact_range(&problem.exchanged());
        let shapes = [problem.x_shape(), problem.w_shape(), problem.y_shape(), problem.b_shape()];
        let [x, w, dy, b] = [Operand::X, Operand::W, Operand::Dy, Operand::B];
        let inputs = [x, w, dy, b].into_iter().zip(&shapes);
        let inputs: Vec<_> =
            inputs.map(|(operand, shape)| (operand, integers(seed, operand, count(shape), most))).collect();
        let [x_shape, w_shape, y_shape, b_shape] = shapes;
        let [x, w, dy, b] = [0, 1, 2, 3].map(|i| &inputs[i].1[..]);
        let (operand, shape, sums) = if pass == Pass::Forward.name() {
            (Operand::Y, y_shape, reference::conv_transpose::forward(&problem, x, w, bias.then_some(b))?)
        } else if pass == Pass::InputGrad.name() {
            (Operand::Dx, x_shape, reference::conv_transpose::input_grad(&problem, dy, w)?)
        } else if pass == Pass::KernelGrad.name() {
            (Operand::Dw, w_shape, reference::conv_transpose::kernel_grad(&problem, x, dy)?)
        } else {
            (Operand::Db, b_shape, reference::conv_transpose::bias_grad(&problem, dy)?)
        };
        let values = exactly(&sums.to_f32());
        let inputs = inputs.into_iter().map(|(operand, values)| (operand, bits(&values))).collect();
        Ok(Task { inputs, expected: vec![Expected { operand, shape, values }] })
    }

    fn max_pool(case: &PoolCase, pass: &str, seed: u64) -> Result<Task> {
        let problem = case.problem()?;
        let (x_shape, y_shape) = (problem.x_shape(), problem.y_shape());
        // Few values, so that windows have ties: the first one must win.
        let x = integers(seed, Operand::X, count(&x_shape), 5);
        let dy = integers(seed, Operand::Dy, count(&y_shape), 9);
        let (y, indices) = reference::pool::max_forward(&problem, &x)?;
        let expected = if pass == "backward" {
            let dx = reference::pool::max_backward(&problem, &dy, &indices)?;
            vec![Expected { operand: Operand::Dx, shape: x_shape, values: exactly(&dx.to_f32()) }]
        } else {
            let y = Expected { operand: Operand::Y, shape: y_shape.clone(), values: exactly(&y) };
            let values = Values::Integers(indices.clone());
            let indices = Expected { operand: Operand::Indices, shape: y_shape, values };
            if pass == "forward" { vec![y] } else { vec![y, indices] }
        };
        let inputs = vec![(Operand::X, bits(&x)), (Operand::Dy, bits(&dy)), (Operand::Indices, indices)];
        Ok(Task { inputs, expected })
    }

    /// The sums are exact; a quotient may be off, and backward adds quotients.
    fn average_pool(case: &PoolCase, pass: &str, seed: u64) -> Result<Task> {
        let problem = case.problem()?;
        let (x_shape, y_shape) = (problem.x_shape(), problem.y_shape());
        let x = integers(seed, Operand::X, count(&x_shape), 9);
        let dy = integers(seed, Operand::Dy, count(&y_shape), 9);
        let (operand, shape, sums, bounds) = if pass == "backward" {
            let dx = reference::pool::average_backward(&problem, &dy)?;
            let bounds = dx.bound(DIVISION);
            (Operand::Dx, x_shape, dx, bounds)
        } else {
            let y = reference::pool::average_forward(&problem, &x)?;
            let bounds = ulps(&y, DIVISION);
            (Operand::Y, y_shape, y, bounds)
        };
        let inputs = vec![(Operand::X, bits(&x)), (Operand::Dy, bits(&dy))];
        Ok(Task { inputs, expected: vec![Expected { operand, shape, values: Values::Floats(sums.values, bounds) }] })
    }

    /// The first output that is not as it must be.
    fn judge(&self, outputs: &[(Operand, Vec<u32>)]) -> Option<Fault> {
        self.expected.iter().find_map(|expected| {
            let found = outputs.iter().find(|(operand, _)| *operand == expected.operand);
            let words = found.map_or(&[][..], |(_, words)| words);
            let (operand, shape) = (expected.operand, &expected.shape[..]);
            if let Some(unwritten) = Unwritten::find(operand, shape, words) {
                return Some(Fault::Unwritten(unwritten));
            }
            let mismatch = match &expected.values {
                Values::Floats(values, bounds) => {
                    let found: Vec<f64> = words.iter().map(|&word| f32::from_bits(word).into()).collect();
                    Mismatch::find(operand, shape, &found, values, bounds)
                }
                Values::Integers(values) => {
                    let [found, values] =
                        [words, values].map(|of| of.iter().map(|&word| word.into()).collect::<Vec<f64>>());
                    Mismatch::find(operand, shape, &found, &values, &vec![0.0; values.len()])
                }
            };
            mismatch.map(Fault::Mismatch)
        })
    }
}

/// This many units in the last place of each value.
fn ulps(sums: &Sums, units: f64) -> Vec<f64> {
    sums.values.iter().map(|value| units * f64::from(f32::EPSILON) * value.abs()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::guard::POISON;
    use super::*;
    use crate::case::catalogue;

    /// The outputs of a device that computes right.
    fn right(task: &Task) -> Vec<(Operand, Vec<u32>)> {
        let words = |values: &Values| match values {
            Values::Floats(values, _) => values.iter().map(|&value| (value as f32).to_bits()).collect(),
            Values::Integers(values) => values.clone(),
        };
        task.expected.iter().map(|expected| (expected.operand, words(&expected.values))).collect()
    }

    #[test]
    fn a_wrong_element_anywhere_is_found() {
        for (i, row) in catalogue().rows.iter().enumerate() {
            for pass in row.case.passes() {
                let task = Task::new(&row.case, pass, i % 2 == 0, 1).unwrap();
                let outputs = right(&task);
                assert_eq!(task.judge(&outputs), None, "{} {pass}", row.case);
                for which in 0..outputs.len() {
                    let at = i * 7 % outputs[which].1.len();
                    let mut wrong = outputs.clone();
                    // A thousandth of a float, one of an index.
                    let word = wrong[which].1[at];
                    wrong[which].1[at] = match wrong[which].0 {
                        Operand::Indices => word + 1,
                        _ => (f32::from_bits(word) - 0.001 * (1.0 + f32::from_bits(word).abs())).to_bits(),
                    };
                    let fault = task.judge(&wrong).unwrap_or_else(|| panic!("{} {pass}", row.case));
                    let Fault::Mismatch(mismatch) = fault else { panic!("{} {pass}: {fault}", row.case) };
                    assert_eq!((mismatch.operand, mismatch.wrong), (outputs[which].0, 1));
                    wrong[which].1[at] = POISON;
                    let fault = task.judge(&wrong).unwrap_or_else(|| panic!("{} {pass}", row.case));
                    let Fault::Unwritten(unwritten) = fault else { panic!("{} {pass}: {fault}", row.case) };
                    assert_eq!((unwritten.operand, unwritten.unwritten), (outputs[which].0, 1));
                    wrong[which].1.pop();
                    assert!(task.judge(&wrong).is_some(), "{} {pass}", row.case);
                }
                assert!(task.judge(&[]).is_some());
            }
        }
    }

    #[test]
    fn data_is_not_trivial() {
        let task = Task::new(&"n2c3h7w9k4r3s2p1".parse().unwrap(), "forward", true, 1).unwrap();
        for (operand, words) in &task.inputs {
            assert!(words.iter().any(|word| word != &words[0]), "{operand} is one value");
        }
    }
}
