//! One pass of one case: data, what must come out, what the device gives, and the comparison.

use super::data::{exact_range, integers};
use super::guard::{GuardedBuffers, Outputs, StrayWrite, Unwritten};
use super::report::{Fault, Mismatch};
use super::{order, pool};
use crate::activation::Activation;
use crate::case::{Case, PoolCase};
use crate::conv::{Addend, ConvProblem, Pass};
use crate::conv_transpose::ConvTransposeProblem;
use crate::element::ElementType;
use crate::error::Result;
use crate::gpu::{Context, Plan};
use crate::layout::Layout;
#[cfg(not(target_arch = "wasm32"))]
use crate::plan::{Algorithm, Strategy};
use crate::plan::{Operand, PlanOptions};
use crate::reference::{self, Sums};

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
    let buffers = task.buffers(ctx, &plan)?;
    task.check(ctx, &plan, &buffers, plant_fault).await
}

/// What goes in, and what must come out.
pub(crate) struct Task {
    pub(super) inputs: Vec<(Operand, Vec<u32>)>,
    pub(super) expected: Vec<Expected>,
    /// The type of floats, out too.
    pub(super) element: ElementType,
}

pub(super) struct Expected {
    operand: Operand,
    /// What the device gives is brought from this layout into the order of the shape before anybody looks.
    layout: Layout,
    shape: Vec<usize>,
    values: Values,
}

pub(super) enum Values {
    /// Each within its bound.
    Floats(Vec<f64>, Vec<f64>),
    /// The same.
    Integers(Vec<u32>),
}

impl Expected {
    pub(super) fn new(operand: Operand, shape: &[usize], values: Values) -> Expected {
        Expected { operand, layout: Layout::ChannelsFirst, shape: shape.to_vec(), values }
    }

    pub(super) fn operand(&self) -> Operand {
        self.operand
    }

    /// Of a tensor in this layout.
    pub(super) fn lying(self, layout: Layout) -> Expected {
        Expected { layout, ..self }
    }
}

pub(super) fn count(shape: &[usize]) -> usize {
    shape.iter().product()
}

pub(super) fn exactly(values: &[f32]) -> Values {
    Values::Floats(values.iter().map(|&value| value.into()).collect(), vec![0.0; values.len()])
}

/// Runs a plan and reads what it wrote.
async fn run(ctx: &Context, plan: &Plan, buffers: &GuardedBuffers) -> Result<Result<Outputs, StrayWrite>> {
    let mut encoder = ctx.device().create_command_encoder(&Default::default());
    plan.record(&mut encoder.begin_compute_pass(&Default::default()), &buffers.bindings())?;
    ctx.queue().submit([encoder.finish()]);
    buffers.outputs().await
}

/// A convolution or a transposed one: their passes have the same operands.
enum Kind {
    Plain(ConvProblem),
    Transposed(ConvTransposeProblem),
}

/// The same with what forward applies, and input_grad goes on through, and what a pass is added to.
struct Convolution {
    kind: Kind,
    activation: Activation,
    addend: Addend,
}

impl Convolution {
    /// Or the pooling that the case is.
    fn of(case: &Case) -> Result<std::result::Result<Convolution, &PoolCase>> {
        let (kind, activation, addend) = match case {
            Case::Conv(conv) => (Kind::Plain(conv.problem()?), conv.activation, conv.addend),
            Case::ConvTranspose(conv) => (Kind::Transposed(conv.problem()?), conv.activation, conv.addend),
            Case::Pool(pool) => return Ok(Err(pool)),
        };
        Ok(Ok(Convolution { kind, activation, addend }))
    }

    /// Of x, w, b and y.
    fn shapes(&self) -> [Vec<usize>; 4] {
        match &self.kind {
            Kind::Plain(problem) => [problem.x_shape(), problem.w_shape(), problem.b_shape(), problem.y_shape()],
            Kind::Transposed(problem) => [problem.x_shape(), problem.w_shape(), problem.b_shape(), problem.y_shape()],
        }
    }

    /// Whether small integers give sums that f32 holds exactly, whatever is done to them.
    fn is_exact(&self) -> bool {
        let (Addend::Residual(factor) | Addend::Output(factor)) = self.addend else {
            return self.activation.is_exact();
        };
        // Halves of a few.
        let twice = 2.0 * factor.get();
        self.activation.is_exact() && twice.fract() == 0.0 && twice.abs() <= 8.0
    }

    fn exact_range(&self) -> i32 {
        match &self.kind {
            Kind::Plain(problem) => exact_range(problem),
            Kind::Transposed(problem) => exact_range(&problem.exchanged()),
        }
    }

    fn element(&self) -> ElementType {
        match &self.kind {
            Kind::Plain(problem) => problem.element,
            Kind::Transposed(problem) => problem.element,
        }
    }
}

/// Operands of a convolution.
struct ConvData {
    operator: Convolution,
    x: Vec<f32>,
    w: Vec<f32>,
    b: Vec<f32>,
    dy: Vec<f32>,
    /// What forward adds.
    residual: Vec<f32>,
}

impl ConvData {
    fn new(operator: Convolution, seed: u64) -> ConvData {
        let most = operator.exact_range();
        let shapes = operator.shapes();
        let data = |operand, i: usize| integers(seed, operand, count(&shapes[i]), most);
        let [x, w] = [data(Operand::X, 0), data(Operand::W, 1)];
        let [b, dy, residual] = [data(Operand::B, 2), data(Operand::Dy, 3), data(Operand::Residual, 3)];
        ConvData { operator, x, w, b, dy, residual }
    }

    /// What the output of a pass holds before, for a pass that adds to it.
    fn before(&self, pass: &str, seed: u64) -> (Operand, Vec<f32>) {
        let (operand, shape) = self.result(pass);
        (operand, integers(seed, operand, count(&shape), self.operator.exact_range()))
    }

    /// What a pass computes.
    fn result(&self, pass: &str) -> (Operand, Vec<usize>) {
        let [x, w, b, y] = self.operator.shapes();
        if pass == Pass::Forward.name() {
            (Operand::Y, y)
        } else if pass == Pass::InputGrad.name() {
            (Operand::Dx, x)
        } else if pass == Pass::KernelGrad.name() {
            (Operand::Dw, w)
        } else {
            (Operand::Db, b)
        }
    }

    fn sums(&self, pass: &str, bias: bool, seed: u64) -> Result<Sums> {
        use reference::{conv, conv_transpose};
        let ConvData { operator, x, w, b, dy, residual } = self;
        let b = bias.then_some(&b[..]);
        let before = self.before(pass, seed).1;
        let plus = |sums: Sums, addend: Addend| match addend {
            Addend::Residual(factor) if pass == Pass::Forward.name() => sums.plus(factor, residual),
            Addend::Output(factor) => sums.plus(factor, &before),
            Addend::None | Addend::Residual(_) => Ok(sums),
        };
        let Convolution { kind, activation, addend } = operator;
        let output = self.result(pass).0;
        let sums = match (kind, output) {
            (Kind::Plain(problem), Operand::Y) => conv::forward(problem, x, w, b),
            (Kind::Plain(problem), Operand::Dx) => conv::input_grad(problem, dy, w),
            (Kind::Plain(problem), Operand::Dw) => conv::kernel_grad(problem, x, dy),
            (Kind::Plain(problem), _) => conv::bias_grad(problem, dy),
            (Kind::Transposed(problem), Operand::Y) => conv_transpose::forward(problem, x, w, b),
            (Kind::Transposed(problem), Operand::Dx) => conv_transpose::input_grad(problem, dy, w),
            (Kind::Transposed(problem), Operand::Dw) => conv_transpose::kernel_grad(problem, x, dy),
            (Kind::Transposed(problem), _) => conv_transpose::bias_grad(problem, dy),
        }?;
        match output {
            Operand::Y => Ok(plus(sums, *addend)?.activated(*activation)),
            Operand::Dx => plus(sums.through(*activation, x)?, *addend),
            _ => plus(sums, *addend),
        }
    }

    fn task(&self, pass: &str, seed: u64, values: Values) -> Task {
        let (operand, shape) = self.result(pass);
        let before = self.before(pass, seed);
        let inputs = [
            (Operand::X, &self.x),
            (Operand::W, &self.w),
            (Operand::Dy, &self.dy),
            (Operand::B, &self.b),
            (Operand::Residual, &self.residual),
            (before.0, &before.1),
        ];
        let element = self.operator.element();
        Task {
            inputs: inputs.map(|(operand, values)| (operand, element.words(values))).to_vec(),
            expected: vec![Expected::new(operand, &shape, values)],
            element,
        }
    }
}

impl Task {
    /// By the reference.
    pub(crate) fn new(case: &Case, pass: &str, bias: bool, seed: u64) -> Result<Task> {
        let operator = match Convolution::of(case)? {
            Ok(operator) => operator,
            Err(case) => return pool::task(case, pass, seed),
        };
        let data = ConvData::new(operator, seed);
        let sums = data.sums(pass, bias, seed)?;
        let element = data.operator.element();
        let rounded = || sums.to_f32().iter().map(|&sum| element.round(sum.into())).collect::<Vec<f64>>();
        let values = match data.operator.is_exact() {
            // Small integers are exact in every type; what becomes of them is rounded once.
            true => Values::Floats(rounded(), vec![0.0; sums.values.len()]),
            false => Values::Floats(sums.values.clone(), sums.bound_as(element, 1.0)),
        };
        Ok(data.task(pass, seed, values))
    }

    /// A convolution, transposed or not, without bias by the direct kernels, where the reference would take too long; `None`
    /// if their result is none.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) async fn by_direct(ctx: &Context, case: &Case, pass: &str, seed: u64) -> Result<Option<Task>> {
        let Ok(operator) = Convolution::of(case)? else { return Ok(None) };
        let direct = PlanOptions { strategy: Strategy::Fixed(Algorithm::Direct), ..PlanOptions::default() };
        let plan = case.plan(ctx, pass, false, &direct)?;
        let data = ConvData::new(operator, seed);
        let buffers = data.task(pass, seed, exactly(&[])).buffers(ctx, &plan)?;
        let Ok(outputs) = run(ctx, &plan, &buffers).await? else { return Ok(None) };
        let (operand, shape) = data.result(pass);
        let words = outputs.iter().find(|(of, _)| *of == operand).map_or(&[][..], |(_, words)| words);
        let element = data.operator.element();
        let values = element.values(words, count(&shape));
        let is_whole = values.len() == count(&shape) && Unwritten::find_as(element, operand, &shape, words).is_none();
        Ok(is_whole.then(|| data.task(pass, seed, exactly(&values))))
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
            let words = found.map_or(&[][..], |(_, words)| words);
            let (operand, shape) = (expected.operand, &expected.shape[..]);
            // Indices are words.
            let element = if operand == Operand::Indices { ElementType::F32 } else { self.element };
            // Of another number of words there is no order.
            let ordered = order::from_memory(element, expected.layout, shape, words).unwrap_or_else(|_| words.to_vec());
            let words = &ordered[..];
            if let Some(unwritten) = Unwritten::find_as(element, operand, shape, words) {
                return Some(Fault::Unwritten(unwritten));
            }
            if let Some(stray) = StrayWrite::behind_an_odd_end(element, operand, shape, words) {
                return Some(Fault::StrayWrite(stray));
            }
            let mismatch = match &expected.values {
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
            mismatch.map(Fault::Mismatch)
        })
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
                    let mut words = task.element.words(&expected.layout.to_memory(&expected.shape, &values).unwrap());
                    if values.len() % 2 == 1 && task.element != ElementType::F32 {
                        // What was there.
                        *words.last_mut().unwrap() |= POISON & 0xffff_0000;
                    }
                    words
                }
                Values::Integers(values) => expected.layout.to_memory(&expected.shape, values).unwrap(),
            };
            (expected.operand, words)
        };
        task.expected.iter().map(in_memory).collect()
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
                    // A thousandth of a float, one of an index, the highest bit of an exponent in the lower half of a word.
                    let word = wrong[which].1[at];
                    let is_half = task.element != ElementType::F32 && wrong[which].0 != Operand::Indices;
                    wrong[which].1[at] = match wrong[which].0 {
                        Operand::Indices => word + 1,
                        _ if is_half => word ^ 0x4000,
                        _ => (f32::from_bits(word) - 0.001 * (1.0 + f32::from_bits(word).abs())).to_bits(),
                    };
                    let fault = task.judge(&wrong).unwrap_or_else(|| panic!("{} {pass}", row.case));
                    let Fault::Mismatch(mismatch) = fault else { panic!("{} {pass}: {fault}", row.case) };
                    assert_eq!((mismatch.operand, mismatch.wrong), (outputs[which].0, 1));
                    wrong[which].1[at] = if is_half { word & 0xffff_0000 | POISON & 0xffff } else { POISON };
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
