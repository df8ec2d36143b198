//! What the convolution's single calls and a program share: a pass with its operands, checked and handed over.

use super::{Addend, Conv, ConvProblem, ConvShapes, Epilogue, Pass, Through};
use crate::error::{Error, Result};
use crate::factor::Factor;
use crate::gpu::{Bound, Sink, Tensor};
use crate::layout::Layout;
use crate::plan::{Operand, Problem};
use crate::spatial::{check_shape, expect_shape};

pub(super) const OPERATOR: &str = "Conv";

/// A tensor that a pass is added to, and how many times it.
pub(super) type Onto<'a> = Option<(&'a Tensor, Factor)>;

/// The output of a pass: a new tensor, or one that is there.
fn output(
    sink: &impl Sink,
    operand: Operand,
    layout: Layout,
    shape: &[usize],
    onto: Onto<'_>,
) -> Result<(Tensor, Addend)> {
    match onto {
        None => Ok((sink.context().empty_in(operand, layout, shape)?, Addend::None)),
        Some((tensor, factor)) => {
            expect_shape(OPERATOR, operand, tensor.shape(), shape)?;
            Ok((tensor.clone(), Addend::Output(factor)))
        }
    }
}

/// The layout of a result: that of the tensor that is there, or what the convolution says of this data.
fn layout_of<const D: usize>(conv: &Conv<D>, onto: Onto<'_>, data: &Tensor) -> Layout {
    onto.map_or(conv.result_layout(data.layout()), |(tensor, _)| tensor.layout())
}

/// Adds a pass that reads these operands and writes a new tensor or adds to one that is there.
fn push(
    sink: &mut impl Sink,
    (problem, pass, epilogue): (ConvProblem, Pass, Epilogue),
    inputs: &[(Operand, &Tensor)],
    target: Operand,
    onto: Onto<'_>,
) -> Result<Tensor> {
    let shape = match target {
        Operand::Y => problem.y_shape(),
        Operand::Dx => problem.x_shape(),
        Operand::Dw => problem.w_shape(),
        _ => problem.b_shape(),
    };
    let (result, addend) = output(sink, target, problem.layout(target), &shape, onto)?;
    let addend = if addend == Addend::None { epilogue.addend } else { addend };
    let epilogue = Epilogue::of(pass, Epilogue { addend, ..epilogue });
    let mut operands: Vec<Bound> = inputs.iter().map(|&(operand, tensor)| Bound::new(operand, tensor)).collect();
    operands.push(Bound::new(target, &result));
    sink.push(Problem::Conv { problem, pass, epilogue }, operands)?;
    Ok(result)
}

pub(crate) fn forward<const D: usize>(
    sink: &mut impl Sink,
    conv: &Conv<D>,
    x: &Tensor,
    w: &Tensor,
    b: Option<&Tensor>,
) -> Result<Tensor> {
    forward_onto(sink, conv, [x, w], b, None, None)
}

/// Forward with a residual, or onto what y holds.
pub(super) fn forward_onto<const D: usize>(
    sink: &mut impl Sink,
    conv: &Conv<D>,
    [x, w]: [&Tensor; 2],
    b: Option<&Tensor>,
    residual: Onto<'_>,
    onto: Onto<'_>,
) -> Result<Tensor> {
    let y_layout = layout_of(conv, onto, x);
    let problem = conv.problem(&ConvShapes::new(x.shape(), w.shape()).layouts(x.layout(), y_layout))?;
    let mut inputs = vec![(Operand::X, x), (Operand::W, w)];
    if let Some(b) = b {
        expect_shape(OPERATOR, Operand::B, b.shape(), &problem.b_shape())?;
        inputs.push((Operand::B, b));
    }
    let mut epilogue = Epilogue { bias: b.is_some(), activation: conv.activation(), ..Epilogue::default() };
    if let Some((z, factor)) = residual {
        expect_shape(OPERATOR, Operand::Residual, z.shape(), &problem.y_shape())?;
        if factor != Factor::ZERO {
            inputs.push((Operand::Residual, z));
            epilogue.addend = Addend::Residual(factor);
        }
    }
    push(sink, (problem, Pass::Forward, epilogue), &inputs, Operand::Y, onto)
}

pub(crate) fn input_grad<const D: usize>(
    sink: &mut impl Sink,
    conv: &Conv<D>,
    dy: &Tensor,
    w: &Tensor,
    x_shape: &[usize],
) -> Result<Tensor> {
    input_grad_onto(sink, conv, [dy, w], x_shape, Through::Nothing, None)
}

pub(super) fn input_grad_onto<const D: usize>(
    sink: &mut impl Sink,
    conv: &Conv<D>,
    [dy, w]: [&Tensor; 2],
    x_shape: &[usize],
    through: Through<'_>,
    onto: Onto<'_>,
) -> Result<Tensor> {
    let x_layout = layout_of(conv, onto, dy);
    let problem = conv.problem(&ConvShapes::new(x_shape, w.shape()).layouts(x_layout, dy.layout()))?;
    expect_shape(OPERATOR, Operand::Dy, dy.shape(), &problem.y_shape())?;
    let mut inputs = vec![(Operand::Dy, dy), (Operand::W, w)];
    let mut epilogue = Epilogue::default();
    if let Some((activation, of)) = through.parts(OPERATOR)? {
        expect_shape(OPERATOR, Operand::X, of.shape(), x_shape)?;
        inputs.push((Operand::X, of));
        epilogue.through = activation;
    }
    push(sink, (problem, Pass::InputGrad, epilogue), &inputs, Operand::Dx, onto)
}

pub(crate) fn kernel_grad<const D: usize>(
    sink: &mut impl Sink,
    conv: &Conv<D>,
    x: &Tensor,
    dy: &Tensor,
) -> Result<Tensor> {
    kernel_grad_onto(sink, conv, x, dy, None)
}

pub(super) fn kernel_grad_onto<const D: usize>(
    sink: &mut impl Sink,
    conv: &Conv<D>,
    x: &Tensor,
    dy: &Tensor,
    onto: Onto<'_>,
) -> Result<Tensor> {
    let w_shape = conv.w_shape(x.shape(), dy.shape())?;
    let problem = conv.problem(&ConvShapes::new(x.shape(), &w_shape).layouts(x.layout(), dy.layout()))?;
    expect_shape(OPERATOR, Operand::Dy, dy.shape(), &problem.y_shape())?;
    let inputs = [(Operand::X, x), (Operand::Dy, dy)];
    push(sink, (problem, Pass::KernelGrad, Epilogue::default()), &inputs, Operand::Dw, onto)
}

pub(super) fn bias_grad<const D: usize>(
    sink: &mut impl Sink,
    conv: &Conv<D>,
    dy: &Tensor,
    onto: Onto<'_>,
) -> Result<Tensor> {
    check_shape(OPERATOR, Operand::Dy, dy.shape(), D + 2)?;
    if dy.shape()[1] % conv.groups() != 0 {
        return Err(Error::InvalidParameter {
            operator: OPERATOR,
            parameter: "groups",
            value: format!("{} for dy {:?}", conv.groups(), dy.shape()),
            expected: "a divisor of dy's channels",
        });
    }
    let problem = ConvProblem::of_output(dy.shape(), dy.layout());
    push(sink, (problem, Pass::BiasGrad, Epilogue::default()), &[(Operand::Dy, dy)], Operand::Db, onto)
}
