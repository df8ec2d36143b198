//! Convolutions, transposed or not.

use super::{Expected, Task, Values, count};
#[cfg(not(target_arch = "wasm32"))]
use super::{exactly, run};
use crate::activation::Activation;
#[cfg(not(target_arch = "wasm32"))]
use crate::case::Case;
use crate::case::{ConvCase, ConvTransposeCase};
use crate::conv::{Addend, ConvProblem, Pass};
use crate::conv_transpose::ConvTransposeProblem;
use crate::element::ElementType;
use crate::error::Result;
#[cfg(not(target_arch = "wasm32"))]
use crate::gpu::Context;
use crate::layout::Layout;
use crate::plan::Operand;
#[cfg(not(target_arch = "wasm32"))]
use crate::plan::{Algorithm, PlanOptions, Strategy};
use crate::reference::{self, Sums};
use crate::verify::data::{exact_range, integers};
#[cfg(not(target_arch = "wasm32"))]
use crate::verify::guard::Unwritten;

/// A convolution or a transposed one: their passes have the same operands.
enum Kind {
    Plain(ConvProblem),
    Transposed(ConvTransposeProblem),
}

/// The same with what forward applies, and input_grad goes on through, and what a pass is added to.
pub(super) struct Convolution {
    kind: Kind,
    activation: Activation,
    addend: Addend,
}

impl Convolution {
    pub(super) fn plain(case: &ConvCase) -> Result<Convolution> {
        Ok(Convolution { kind: Kind::Plain(case.problem()?), activation: case.activation, addend: case.addend })
    }

    pub(super) fn transposed(case: &ConvTransposeCase) -> Result<Convolution> {
        Ok(Convolution { kind: Kind::Transposed(case.problem()?), activation: case.activation, addend: case.addend })
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

    fn layout(&self, operand: Operand) -> Layout {
        match &self.kind {
            Kind::Plain(problem) => problem.layout(operand),
            Kind::Transposed(problem) => problem.layout(operand),
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
        // The reference too computes in the order of memory.
        let (layout, element) = (self.operator.layout(operand), self.operator.element());
        Task {
            inputs: inputs.map(|(operand, values)| (operand, element.words(values))).to_vec(),
            expected: vec![Expected { layout, element, ..Expected::new(operand, &shape, values) }],
        }
    }
}

impl Task {
    /// By the reference.
    pub(super) fn conv(operator: Convolution, pass: &str, bias: bool, seed: u64) -> Result<Task> {
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
        let operator = match case {
            Case::Conv(conv) => Convolution::plain(conv)?,
            Case::ConvTranspose(conv) => Convolution::transposed(conv)?,
            Case::Pool(_) | Case::Nn(_) => return Ok(None),
        };
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
}
