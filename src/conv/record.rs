//! What the single calls and a program share, of both kinds of convolution: a pass with its operands, checked and handed over.

use super::{Addend, Conv, ConvProblem, ConvShapes, Epilogue, Pass, Through};
use crate::activation::Activation;
use crate::error::{Error, Result};
use crate::factor::Factor;
use crate::gpu::{Bound, Real, Sink, Tensor};
use crate::layout::Layout;
use crate::plan::{Operand, Problem};
use crate::spatial::{check_shape, expect_shape};

/// A convolution or a transposed one, as its calls see it.
pub(crate) trait Convolution {
    /// What errors call it.
    const OPERATOR: &'static str;
    /// Of its spatial axes.
    const RANK: usize;
    /// What it means for given shapes.
    type Problem: Shaped;

    fn problem(&self, shapes: &ConvShapes<'_>) -> Result<Self::Problem>;

    /// What forward applies.
    fn activation(&self) -> Activation;

    /// The layout of a result that is made for data of this layout.
    fn result_layout(&self, data: Layout) -> Layout;

    /// The shape of w that fits x and dy, which have the right rank.
    fn w_shape(&self, x: &[usize], dy: &[usize]) -> Result<Vec<usize>>;

    /// An error unless the groups divide dy's channels.
    fn check_groups(&self, dy: &[usize]) -> Result<()>;
}

/// The problem of either.
pub(crate) trait Shaped {
    /// Of x, w, b and y, and of their gradients.
    fn shape(&self, operand: Operand) -> Vec<usize>;

    /// How an operand lies in memory.
    fn layout(&self, operand: Operand) -> Layout;

    fn pass(self, pass: Pass, epilogue: Epilogue) -> Problem;
}

impl<const D: usize> Convolution for Conv<D> {
    const OPERATOR: &'static str = "Conv";
    const RANK: usize = D;
    type Problem = ConvProblem;

    fn problem(&self, shapes: &ConvShapes<'_>) -> Result<ConvProblem> {
        Conv::problem(self, shapes)
    }

    fn activation(&self) -> Activation {
        Conv::activation(self)
    }

    fn result_layout(&self, data: Layout) -> Layout {
        Conv::result_layout(self, data)
    }

    fn w_shape(&self, x: &[usize], dy: &[usize]) -> Result<Vec<usize>> {
        let (groups, channels_in, channels_out) = (self.groups(), x[1], dy[1]);
        let channels_per_group = channels_in / groups;
        if channels_per_group * groups != channels_in {
            return Err(Error::GroupMismatch { groups, channels_in, channels_out, channels_per_group });
        }
        let channels = if self.shared_kernel() { 1 } else { channels_per_group };
        Ok(self.kernel_order().of(channels_out, channels).into_iter().chain(self.taps()).collect())
    }

    fn check_groups(&self, dy: &[usize]) -> Result<()> {
        if dy[1].is_multiple_of(self.groups()) {
            return Ok(());
        }
        Err(Error::InvalidParameter {
            operator: Self::OPERATOR,
            parameter: "groups",
            value: format!("{} for dy {dy:?}", self.groups()),
            expected: "a divisor of dy's channels",
        })
    }
}

impl Shaped for ConvProblem {
    fn shape(&self, operand: Operand) -> Vec<usize> {
        match operand {
            Operand::X | Operand::Dx => self.x_shape(),
            Operand::W | Operand::Dw => self.w_shape(),
            Operand::Y | Operand::Dy => self.y_shape(),
            _ => self.b_shape(),
        }
    }

    fn layout(&self, operand: Operand) -> Layout {
        ConvProblem::layout(self, operand)
    }

    fn pass(self, pass: Pass, epilogue: Epilogue) -> Problem {
        Problem::Conv { problem: self, pass, epilogue: Epilogue::of(pass, epilogue) }
    }
}

/// A pass for these shapes.
pub(crate) fn task(conv: &impl Convolution, pass: Pass, shapes: ConvShapes<'_>) -> Result<Problem> {
    let ConvShapes { bias, addend, through, .. } = shapes;
    let epilogue = Epilogue { bias, addend, activation: conv.activation(), through };
    Ok(conv.problem(&shapes)?.pass(pass, epilogue))
}

/// A tensor that a pass is added to, and how many times it.
pub(crate) type Onto<'a, T> = Option<(&'a Tensor<T>, Factor)>;

/// The output of a pass: a new tensor, or one that is there.
fn output<T: Real>(
    sink: &impl Sink,
    operator: &'static str,
    operand: Operand,
    layout: Layout,
    shape: &[usize],
    onto: Onto<'_, T>,
) -> Result<(Tensor<T>, Addend)> {
    match onto {
        None => Ok((sink.context().empty_in(operand, layout, shape)?, Addend::None)),
        Some((tensor, factor)) => {
            expect_shape(operator, operand, tensor.shape(), shape)?;
            Ok((tensor.clone(), Addend::Output(factor)))
        }
    }
}

/// The layout of a result: that of the tensor that is there, or what the convolution says of this data.
fn layout_of<T: Real>(conv: &impl Convolution, onto: Onto<'_, T>, data: &Tensor<T>) -> Layout {
    onto.map_or(conv.result_layout(data.layout()), |(tensor, _)| tensor.layout())
}

/// Adds a pass that reads these operands and writes a new tensor or adds to one that is there.
fn push<T: Real>(
    sink: &mut impl Sink,
    operator: &'static str,
    (problem, pass, epilogue): (impl Shaped, Pass, Epilogue),
    inputs: &[(Operand, &Tensor<T>)],
    target: Operand,
    onto: Onto<'_, T>,
) -> Result<Tensor<T>> {
    let (layout, shape) = (problem.layout(target), problem.shape(target));
    let (result, addend) = output(sink, operator, target, layout, &shape, onto)?;
    let addend = if addend == Addend::None { epilogue.addend } else { addend };
    let mut operands: Vec<Bound> = inputs.iter().map(|&(operand, tensor)| Bound::new(operand, tensor)).collect();
    operands.push(Bound::new(target, &result));
    sink.push(problem.pass(pass, Epilogue { addend, ..epilogue }), operands)?;
    Ok(result)
}

pub(crate) fn forward<T: Real>(
    sink: &mut impl Sink,
    conv: &impl Convolution,
    x: &Tensor<T>,
    w: &Tensor<T>,
    b: Option<&Tensor<T>>,
) -> Result<Tensor<T>> {
    forward_onto(sink, conv, [x, w], b, None, None)
}

/// Forward with a residual, or onto what y holds.
pub(crate) fn forward_onto<T: Real, C: Convolution>(
    sink: &mut impl Sink,
    conv: &C,
    [x, w]: [&Tensor<T>; 2],
    b: Option<&Tensor<T>>,
    residual: Onto<'_, T>,
    onto: Onto<'_, T>,
) -> Result<Tensor<T>> {
    let y_layout = layout_of(conv, onto, x);
    let problem =
        conv.problem(&ConvShapes::new(x.shape(), w.shape()).layouts(x.layout(), y_layout).element(T::TYPE))?;
    let mut inputs = vec![(Operand::X, x), (Operand::W, w)];
    if let Some(b) = b {
        expect_shape(C::OPERATOR, Operand::B, b.shape(), &problem.shape(Operand::B))?;
        inputs.push((Operand::B, b));
    }
    let mut epilogue = Epilogue { bias: b.is_some(), activation: conv.activation(), ..Epilogue::default() };
    if let Some((z, factor)) = residual {
        expect_shape(C::OPERATOR, Operand::Residual, z.shape(), &problem.shape(Operand::Y))?;
        if factor != Factor::ZERO {
            inputs.push((Operand::Residual, z));
            epilogue.addend = Addend::Residual(factor);
        }
    }
    push(sink, C::OPERATOR, (problem, Pass::Forward, epilogue), &inputs, Operand::Y, onto)
}

pub(crate) fn input_grad<T: Real>(
    sink: &mut impl Sink,
    conv: &impl Convolution,
    dy: &Tensor<T>,
    w: &Tensor<T>,
    x_shape: &[usize],
) -> Result<Tensor<T>> {
    input_grad_onto(sink, conv, [dy, w], x_shape, Through::Nothing, None)
}

pub(crate) fn input_grad_onto<T: Real, C: Convolution>(
    sink: &mut impl Sink,
    conv: &C,
    [dy, w]: [&Tensor<T>; 2],
    x_shape: &[usize],
    through: Through<'_, T>,
    onto: Onto<'_, T>,
) -> Result<Tensor<T>> {
    let through = through.parts(C::OPERATOR)?;
    // What dx goes back through lies as dx does.
    let x_layout = layout_of(conv, onto, through.map_or(dy, |(_, of)| of));
    let problem = conv.problem(&ConvShapes::new(x_shape, w.shape()).layouts(x_layout, dy.layout()).element(T::TYPE))?;
    expect_shape(C::OPERATOR, Operand::Dy, dy.shape(), &problem.shape(Operand::Dy))?;
    let mut inputs = vec![(Operand::Dy, dy), (Operand::W, w)];
    let mut epilogue = Epilogue::default();
    if let Some((activation, of)) = through {
        expect_shape(C::OPERATOR, Operand::X, of.shape(), x_shape)?;
        inputs.push((Operand::X, of));
        epilogue.through = activation;
    }
    push(sink, C::OPERATOR, (problem, Pass::InputGrad, epilogue), &inputs, Operand::Dx, onto)
}

pub(crate) fn kernel_grad<T: Real>(
    sink: &mut impl Sink,
    conv: &impl Convolution,
    x: &Tensor<T>,
    dy: &Tensor<T>,
) -> Result<Tensor<T>> {
    kernel_grad_onto(sink, conv, x, dy, None)
}

pub(crate) fn kernel_grad_onto<T: Real, C: Convolution>(
    sink: &mut impl Sink,
    conv: &C,
    x: &Tensor<T>,
    dy: &Tensor<T>,
    onto: Onto<'_, T>,
) -> Result<Tensor<T>> {
    check_shape(C::OPERATOR, Operand::X, x.shape(), C::RANK + 2)?;
    check_shape(C::OPERATOR, Operand::Dy, dy.shape(), C::RANK + 2)?;
    let w_shape = conv.w_shape(x.shape(), dy.shape())?;
    let problem =
        conv.problem(&ConvShapes::new(x.shape(), &w_shape).layouts(x.layout(), dy.layout()).element(T::TYPE))?;
    expect_shape(C::OPERATOR, Operand::Dy, dy.shape(), &problem.shape(Operand::Dy))?;
    let inputs = [(Operand::X, x), (Operand::Dy, dy)];
    push(sink, C::OPERATOR, (problem, Pass::KernelGrad, Epilogue::default()), &inputs, Operand::Dw, onto)
}

/// It looks at dy alone, and is the same of both kinds.
pub(crate) fn bias_grad<T: Real, C: Convolution>(
    sink: &mut impl Sink,
    conv: &C,
    dy: &Tensor<T>,
    onto: Onto<'_, T>,
) -> Result<Tensor<T>> {
    check_shape(C::OPERATOR, Operand::Dy, dy.shape(), C::RANK + 2)?;
    conv.check_groups(dy.shape())?;
    let problem = ConvProblem::of_output(dy.shape(), dy.layout(), T::TYPE);
    let inputs = [(Operand::Dy, dy)];
    push(sink, C::OPERATOR, (problem, Pass::BiasGrad, Epilogue::default()), &inputs, Operand::Db, onto)
}
