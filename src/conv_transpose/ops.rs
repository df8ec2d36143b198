//! The transposed convolution's calls: convenience level, program, and plans for the encoder level.

use std::sync::Arc;

use super::desc::OPERATOR;
use super::{ConvTranspose, ConvTransposeProblem};
use crate::conv::{ConvProblem, ConvShapes, Epilogue, Pass};
use crate::error::Result;
use crate::gpu::{Bound, Context, Immediate, Plan, Program, Sink, Tensor};
use crate::plan::{DeviceLimits, Operand, PlanOptions, PlanSpec, Problem};
use crate::spatial::{check_shape, expect_shape};

impl<const D: usize> ConvTranspose<D> {
    /// y, every cell of x spread by w, and b. Submits and does not wait.
    ///
    /// x `[N, C_in, spatial...]`, w `[C_in, C_out/groups, taps...]`, b `[C_out]`, result `[N, C_out, spatial...]` in x's layout, unless
    /// [`ConvTransposeBuilder::result_layout`](super::ConvTransposeBuilder::result_layout) says otherwise.
    ///
    /// # Errors
    /// Shapes that do not fit (as [`ConvTranspose::problem`]), tensors of another context, limits of the device, no memory,
    /// a lost device.
    ///
    /// ```
    /// # use wgconv::{Context, ConvTranspose};
    /// # let ctx = Context::new_blocking()?;
    /// let conv = ConvTranspose::<1>::new([3]).stride([2]).build()?;
    /// let x = ctx.tensor(&[1, 1, 2], &[1.0, 10.0])?;
    /// let w = ctx.tensor(&[1, 1, 3], &[1.0, 2.0, 3.0])?;
    /// let b = ctx.tensor(&[1], &[0.5])?;
    /// assert_eq!(conv.forward(&ctx, &x, &w, Some(&b))?.read_blocking()?, [1.5, 2.5, 13.5, 20.5, 30.5]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn forward(&self, ctx: &Context, x: &Tensor, w: &Tensor, b: Option<&Tensor>) -> Result<Tensor> {
        forward(&mut Immediate(ctx), self, x, w, b)
    }

    /// dx, the gradient of the input, from dy `[N, C_out, spatial...]` and w; `x_shape` is x's `[N, C_in, spatial...]`. The result
    /// has dy's layout, unless [`ConvTransposeBuilder::result_layout`](super::ConvTransposeBuilder::result_layout) says otherwise.
    /// Submits and does not wait.
    ///
    /// # Errors
    /// As for [`ConvTranspose::forward`].
    ///
    /// ```
    /// # use wgconv::{Context, ConvTranspose};
    /// # let ctx = Context::new_blocking()?;
    /// let conv = ConvTranspose::<1>::new([3]).stride([2]).build()?;
    /// let dy = ctx.tensor(&[1, 1, 5], &[1.0, 1.0, 0.0, 0.0, 1.0])?;
    /// let w = ctx.tensor(&[1, 1, 3], &[1.0, 2.0, 3.0])?;
    /// assert_eq!(conv.input_grad(&ctx, &dy, &w, &[1, 1, 2])?.read_blocking()?, [3.0, 3.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn input_grad(&self, ctx: &Context, dy: &Tensor, w: &Tensor, x_shape: &[usize]) -> Result<Tensor> {
        input_grad(&mut Immediate(ctx), self, dy, w, x_shape)
    }

    /// dw, the gradient of the kernel, from x and dy, in w's order of channels. Deterministic. Submits and does not wait.
    ///
    /// # Errors
    /// As for [`ConvTranspose::forward`].
    ///
    /// ```
    /// # use wgconv::{Context, ConvTranspose};
    /// # let ctx = Context::new_blocking()?;
    /// let conv = ConvTranspose::<1>::new([3]).stride([2]).build()?;
    /// let x = ctx.tensor(&[1, 1, 2], &[1.0, 10.0])?;
    /// let dy = ctx.tensor(&[1, 1, 5], &[1.0, 1.0, 0.0, 0.0, 1.0])?;
    /// assert_eq!(conv.kernel_grad(&ctx, &x, &dy)?.read_blocking()?, [1.0, 1.0, 10.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn kernel_grad(&self, ctx: &Context, x: &Tensor, dy: &Tensor) -> Result<Tensor> {
        kernel_grad(&mut Immediate(ctx), self, x, dy)
    }

    /// db `[C_out]`, the gradient of the bias: dy summed over batch and space. Deterministic. Submits and does not wait.
    ///
    /// # Errors
    /// A dy of another rank, or with channels that the groups do not divide; limits of the device, no memory, a lost device.
    ///
    /// ```
    /// # use wgconv::{Context, ConvTranspose};
    /// # let ctx = Context::new_blocking()?;
    /// let conv = ConvTranspose::<1>::new([2]).build()?;
    /// let dy = ctx.tensor(&[1, 2, 2], &[1.0, 2.0, 3.0, 4.0])?;
    /// assert_eq!(conv.bias_grad(&ctx, &dy)?.read_blocking()?, [3.0, 7.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn bias_grad(&self, ctx: &Context, dy: &Tensor) -> Result<Tensor> {
        bias_grad(&mut Immediate(ctx), self, dy)
    }

    /// The plan of a pass for these shapes, from the context's cache if it was made before. The kernels are the
    /// convolution's, so that the plan names those of another pass: forward runs the ones of an input gradient.
    ///
    /// Operands: forward x, w, y (and b); input_grad dy, w, dx; kernel_grad x, dy, dw; bias_grad dy, db; and the
    /// workspace if [`PlanSpec::workspace_bytes`] is not 0.
    ///
    /// # Errors
    /// As for [`ConvTranspose::forward`].
    ///
    /// ```
    /// # use wgconv::{Context, ConvShapes, ConvTranspose, Pass};
    /// # let ctx = Context::new_blocking()?;
    /// let conv = ConvTranspose::<2>::new([2, 2]).stride([2, 2]).build()?;
    /// let plan = conv.plan(&ctx, Pass::Forward, ConvShapes::new(&[1, 64, 28, 28], &[64, 32, 2, 2]))?;
    /// println!("{plan}");
    /// assert_eq!(plan.flops(), 2 * 64 * 28 * 28 * 32 * 4);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn plan(&self, ctx: &Context, pass: Pass, shapes: ConvShapes<'_>) -> Result<Arc<Plan>> {
        self.plan_with(ctx, pass, shapes, &PlanOptions::default())
    }

    /// [`ConvTranspose::plan`] with the caller's options.
    ///
    /// # Errors
    /// As for [`ConvTranspose::plan`].
    pub fn plan_with(
        &self,
        ctx: &Context,
        pass: Pass,
        shapes: ConvShapes<'_>,
        options: &PlanOptions,
    ) -> Result<Arc<Plan>> {
        ctx.plan(self.problem(&shapes)?.pass(pass, shapes.bias), options)
    }

    /// The plan without a device.
    ///
    /// # Errors
    /// As for [`ConvTranspose::plan`].
    pub fn plan_spec(
        &self,
        limits: &DeviceLimits,
        pass: Pass,
        shapes: ConvShapes<'_>,
        options: &PlanOptions,
    ) -> Result<PlanSpec> {
        self.problem(&shapes)?.pass(pass, shapes.bias).plan(limits, options)
    }
}

impl ConvTransposeProblem {
    /// One of its passes. Only forward takes a bias.
    pub(crate) fn pass(self, pass: Pass, bias: bool) -> Problem {
        Problem::ConvTranspose { problem: self, pass, bias: bias && pass == Pass::Forward }
    }
}

/// Adds a pass that reads these operands and writes a new tensor.
fn push(
    sink: &mut impl Sink,
    problem: Problem,
    inputs: &[(Operand, &Tensor)],
    output: Operand,
    shape: &[usize],
) -> Result<Tensor> {
    let layout = problem.layout(output).unwrap_or_default();
    let result = sink.context().empty_in(output, layout, shape)?;
    let mut operands: Vec<Bound> = inputs.iter().map(|&(operand, tensor)| Bound::new(operand, tensor)).collect();
    operands.push(Bound::new(output, &result));
    sink.push(problem, operands)?;
    Ok(result)
}

fn forward<const D: usize>(
    sink: &mut impl Sink,
    conv: &ConvTranspose<D>,
    x: &Tensor,
    w: &Tensor,
    b: Option<&Tensor>,
) -> Result<Tensor> {
    let y_layout = conv.result_layout(x.layout());
    let problem = conv.problem(&ConvShapes::new(x.shape(), w.shape()).layouts(x.layout(), y_layout))?;
    let mut inputs = vec![(Operand::X, x), (Operand::W, w)];
    if let Some(b) = b {
        expect_shape(OPERATOR, Operand::B, b.shape(), &problem.b_shape())?;
        inputs.push((Operand::B, b));
    }
    let shape = problem.y_shape();
    push(sink, problem.pass(Pass::Forward, b.is_some()), &inputs, Operand::Y, &shape)
}

fn input_grad<const D: usize>(
    sink: &mut impl Sink,
    conv: &ConvTranspose<D>,
    dy: &Tensor,
    w: &Tensor,
    x_shape: &[usize],
) -> Result<Tensor> {
    let x_layout = conv.result_layout(dy.layout());
    let problem = conv.problem(&ConvShapes::new(x_shape, w.shape()).layouts(x_layout, dy.layout()))?;
    expect_shape(OPERATOR, Operand::Dy, dy.shape(), &problem.y_shape())?;
    let inputs = [(Operand::Dy, dy), (Operand::W, w)];
    push(sink, problem.pass(Pass::InputGrad, false), &inputs, Operand::Dx, x_shape)
}

fn kernel_grad<const D: usize>(
    sink: &mut impl Sink,
    conv: &ConvTranspose<D>,
    x: &Tensor,
    dy: &Tensor,
) -> Result<Tensor> {
    check_shape(OPERATOR, Operand::X, x.shape(), D + 2)?;
    check_shape(OPERATOR, Operand::Dy, dy.shape(), D + 2)?;
    conv.check_groups(Operand::Dy, dy.shape())?;
    let shape = conv.w_shape(x.shape()[1], dy.shape()[1] / conv.groups());
    let problem = conv.problem(&ConvShapes::new(x.shape(), &shape).layouts(x.layout(), dy.layout()))?;
    expect_shape(OPERATOR, Operand::Dy, dy.shape(), &problem.y_shape())?;
    let inputs = [(Operand::X, x), (Operand::Dy, dy)];
    push(sink, problem.pass(Pass::KernelGrad, false), &inputs, Operand::Dw, &shape)
}

/// A convolution's, which looks at dy alone.
fn bias_grad<const D: usize>(sink: &mut impl Sink, conv: &ConvTranspose<D>, dy: &Tensor) -> Result<Tensor> {
    check_shape(OPERATOR, Operand::Dy, dy.shape(), D + 2)?;
    conv.check_groups(Operand::Dy, dy.shape())?;
    let (problem, epilogue) = (ConvProblem::of_output(dy.shape(), dy.layout()), Epilogue::default());
    let problem = Problem::Conv { problem, pass: Pass::BiasGrad, epilogue };
    push(sink, problem, &[(Operand::Dy, dy)], Operand::Db, &dy.shape()[1..2])
}

/// Transposed convolution.
impl Program {
    /// [`ConvTranspose::forward`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    ///
    /// ```
    /// # use wgconv::{Context, ConvTranspose, Program};
    /// # let ctx = Context::new_blocking()?;
    /// let conv = ConvTranspose::<1>::new([2]).stride([2]).build()?;
    /// let (x, w) = (ctx.tensor(&[1, 1, 2], &[1.0, 10.0])?, ctx.tensor(&[1, 1, 2], &[1.0, 2.0])?);
    /// let mut program = Program::new(&ctx);
    /// let y = program.conv_transpose_forward(&conv, &x, &w, None)?;
    /// let dx = program.conv_transpose_input_grad(&conv, &y, &w, x.shape())?;
    /// let dw = program.conv_transpose_kernel_grad(&conv, &x, &y)?;
    /// let db = program.conv_transpose_bias_grad(&conv, &y)?;
    /// program.run()?;
    /// assert_eq!(y.read_blocking()?, [1.0, 2.0, 10.0, 20.0]);
    /// assert_eq!((dx.read_blocking()?, dw.read_blocking()?), (vec![5.0, 50.0], vec![101.0, 202.0]));
    /// assert_eq!(db.read_blocking()?, [33.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn conv_transpose_forward<const D: usize>(
        &mut self,
        conv: &ConvTranspose<D>,
        x: &Tensor,
        w: &Tensor,
        b: Option<&Tensor>,
    ) -> Result<Tensor> {
        forward(self, conv, x, w, b)
    }

    /// [`ConvTranspose::input_grad`] as a part of the program; example at [`Program::conv_transpose_forward`].
    ///
    /// # Errors
    /// As there.
    pub fn conv_transpose_input_grad<const D: usize>(
        &mut self,
        conv: &ConvTranspose<D>,
        dy: &Tensor,
        w: &Tensor,
        x_shape: &[usize],
    ) -> Result<Tensor> {
        input_grad(self, conv, dy, w, x_shape)
    }

    /// [`ConvTranspose::kernel_grad`] as a part of the program; example at [`Program::conv_transpose_forward`].
    ///
    /// # Errors
    /// As there.
    pub fn conv_transpose_kernel_grad<const D: usize>(
        &mut self,
        conv: &ConvTranspose<D>,
        x: &Tensor,
        dy: &Tensor,
    ) -> Result<Tensor> {
        kernel_grad(self, conv, x, dy)
    }

    /// [`ConvTranspose::bias_grad`] as a part of the program; example at [`Program::conv_transpose_forward`].
    ///
    /// # Errors
    /// As there.
    pub fn conv_transpose_bias_grad<const D: usize>(&mut self, conv: &ConvTranspose<D>, dy: &Tensor) -> Result<Tensor> {
        bias_grad(self, conv, dy)
    }
}
