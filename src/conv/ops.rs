//! The convolution's calls: convenience level, program, and plans for the encoder level.

use std::sync::Arc;

use super::{Conv, ConvProblem, ConvShapes, Epilogue, Pass};
use crate::activation::Activation;
use crate::error::{Error, Result};
use crate::gpu::{Bound, Context, Immediate, Plan, Program, Sink, Tensor};
use crate::plan::{DeviceLimits, Operand, PlanOptions, PlanSpec, Problem};
use crate::spatial::{check_shape, expect_shape};

const OPERATOR: &str = "Conv";

impl<const D: usize> Conv<D> {
    /// y = conv(x, w) + b, or the [`ConvBuilder::activation`](super::ConvBuilder::activation) of it. Submits and does not wait.
    ///
    /// x `[N, C_in, spatial...]`, w `[C_out, C_in/groups, taps...]`, b `[C_out]`, result `[N, C_out, spatial...]`.
    ///
    /// # Errors
    /// Shapes that do not fit (as [`Conv::problem`]), tensors of another context, limits of the device, no memory, a lost
    /// device.
    ///
    /// ```
    /// # use wgconv::{Context, Conv};
    /// # let ctx = Context::new_blocking()?;
    /// let conv = Conv::<1>::new([2]).build()?;
    /// let x = ctx.tensor(&[1, 1, 3], &[1.0, 2.0, 3.0])?;
    /// let w = ctx.tensor(&[1, 1, 2], &[10.0, 1.0])?;
    /// let b = ctx.tensor(&[1], &[0.5])?;
    /// assert_eq!(conv.forward(&ctx, &x, &w, Some(&b))?.read_blocking()?, [12.5, 23.5]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn forward(&self, ctx: &Context, x: &Tensor, w: &Tensor, b: Option<&Tensor>) -> Result<Tensor> {
        forward(&mut Immediate(ctx), self, x, w, b)
    }

    /// dx, the gradient of the input, from dy `[N, C_out, spatial...]` and w; `x_shape` is x's `[N, C_in, spatial...]`,
    /// which the stride leaves open. Submits and does not wait.
    ///
    /// # Errors
    /// As for [`Conv::forward`].
    ///
    /// ```
    /// # use wgconv::{Context, Conv};
    /// # let ctx = Context::new_blocking()?;
    /// let conv = Conv::<1>::new([2]).build()?;
    /// let dy = ctx.tensor(&[1, 1, 2], &[1.0, 1.0])?;
    /// let w = ctx.tensor(&[1, 1, 2], &[10.0, 1.0])?;
    /// assert_eq!(conv.input_grad(&ctx, &dy, &w, &[1, 1, 3])?.read_blocking()?, [10.0, 11.0, 1.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn input_grad(&self, ctx: &Context, dy: &Tensor, w: &Tensor, x_shape: &[usize]) -> Result<Tensor> {
        input_grad(&mut Immediate(ctx), self, dy, w, x_shape)
    }

    /// dx as [`Conv::input_grad`] gives it, times the derivative of the activation whose output x is: the gradient at that
    /// activation's input, which is the dy of the layer before. With ReLU `dx = input_grad(dy, w)` where x > 0, else 0.
    ///
    /// A max pooling between the activation and x changes nothing: x then is the activation's largest output in each window,
    /// the gradient belongs to the element that gave it, and [`crate::MaxPool::backward`] takes it there.
    ///
    /// # Errors
    /// As for [`Conv::forward`].
    ///
    /// ```
    /// # use wgconv::{Activation, Context, Conv, nn};
    /// # let ctx = Context::new_blocking()?;
    /// let conv = Conv::<1>::new([2]).build()?;
    /// let x = nn::relu(&ctx, &ctx.tensor(&[1, 1, 3], &[1.0, -2.0, 3.0])?)?;
    /// let w = ctx.tensor(&[1, 1, 2], &[10.0, 1.0])?;
    /// let dy = ctx.tensor(&[1, 1, 2], &[1.0, 1.0])?;
    /// let dx = conv.input_grad_through(&ctx, Activation::Relu, &dy, &w, &x)?;
    /// assert_eq!(dx.read_blocking()?, [10.0, 0.0, 1.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn input_grad_through(
        &self,
        ctx: &Context,
        activation: Activation,
        dy: &Tensor,
        w: &Tensor,
        x: &Tensor,
    ) -> Result<Tensor> {
        input_grad_through(&mut Immediate(ctx), self, activation, dy, w, x)
    }

    /// dw, the gradient of the kernel, from x and dy: the true one (cross-correlation of x with dy, no flip), in w's
    /// layout. Deterministic. Submits and does not wait.
    ///
    /// # Errors
    /// As for [`Conv::forward`].
    ///
    /// ```
    /// # use wgconv::{Context, Conv};
    /// # let ctx = Context::new_blocking()?;
    /// let conv = Conv::<1>::new([2]).build()?;
    /// let x = ctx.tensor(&[1, 1, 3], &[1.0, 2.0, 3.0])?;
    /// let dy = ctx.tensor(&[1, 1, 2], &[1.0, 1.0])?;
    /// assert_eq!(conv.kernel_grad(&ctx, &x, &dy)?.read_blocking()?, [3.0, 5.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn kernel_grad(&self, ctx: &Context, x: &Tensor, dy: &Tensor) -> Result<Tensor> {
        kernel_grad(&mut Immediate(ctx), self, x, dy)
    }

    /// db `[C_out]`, the gradient of the bias: dy summed over batch and space. Deterministic. Submits and does not wait.
    ///
    /// # Errors
    /// A dy of another rank; limits of the device, no memory, a lost device.
    ///
    /// ```
    /// # use wgconv::{Context, Conv};
    /// # let ctx = Context::new_blocking()?;
    /// let conv = Conv::<1>::new([2]).build()?;
    /// let dy = ctx.tensor(&[1, 2, 2], &[1.0, 2.0, 3.0, 4.0])?;
    /// assert_eq!(conv.bias_grad(&ctx, &dy)?.read_blocking()?, [3.0, 7.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn bias_grad(&self, ctx: &Context, dy: &Tensor) -> Result<Tensor> {
        bias_grad(&mut Immediate(ctx), self, dy)
    }

    /// The plan of a pass for these shapes, from the context's cache if it was made before.
    ///
    /// Operands: forward x, w, y (and b); input_grad dy, w, dx (and x, if it goes through an activation); kernel_grad x, dy, dw; bias_grad dy, db; and the
    /// workspace if [`PlanSpec::workspace_bytes`] is not 0.
    ///
    /// # Errors
    /// As for [`Conv::forward`].
    pub fn plan(&self, ctx: &Context, pass: Pass, shapes: ConvShapes<'_>) -> Result<Arc<Plan>> {
        self.plan_with(ctx, pass, shapes, &PlanOptions::default())
    }

    /// [`Conv::plan`] with the caller's options.
    ///
    /// # Errors
    /// As for [`Conv::plan`].
    pub fn plan_with(
        &self,
        ctx: &Context,
        pass: Pass,
        shapes: ConvShapes<'_>,
        options: &PlanOptions,
    ) -> Result<Arc<Plan>> {
        ctx.plan(self.task(pass, shapes)?, options)
    }

    /// The plan without a device.
    ///
    /// # Errors
    /// As for [`Conv::plan`].
    pub fn plan_spec(
        &self,
        limits: &DeviceLimits,
        pass: Pass,
        shapes: ConvShapes<'_>,
        options: &PlanOptions,
    ) -> Result<PlanSpec> {
        self.task(pass, shapes)?.plan(limits, options)
    }

    fn task(&self, pass: Pass, shapes: ConvShapes<'_>) -> Result<Problem> {
        let epilogue = match pass {
            Pass::Forward => self.forward_epilogue(shapes.bias),
            Pass::InputGrad => Epilogue { bias: false, activation: shapes.through },
            Pass::KernelGrad | Pass::BiasGrad => Epilogue::default(),
        };
        Ok(Problem::Conv { problem: self.problem(&shapes)?, pass, epilogue })
    }

    fn forward_epilogue(&self, bias: bool) -> Epilogue {
        Epilogue { bias, activation: self.activation() }
    }

    /// The shape of w that fits x and dy.
    fn w_shape(&self, x: &[usize], dy: &[usize]) -> Result<Vec<usize>> {
        check_shape(OPERATOR, Operand::X, x, D + 2)?;
        check_shape(OPERATOR, Operand::Dy, dy, D + 2)?;
        let channels_per_group = x[1] / self.groups();
        if channels_per_group * self.groups() != x[1] {
            return Err(Error::GroupMismatch {
                groups: self.groups(),
                channels_in: x[1],
                channels_out: dy[1],
                channels_per_group,
            });
        }
        let mut shape = vec![dy[1], channels_per_group];
        shape.extend(self.taps());
        Ok(shape)
    }
}

pub(crate) fn forward<const D: usize>(
    sink: &mut impl Sink,
    conv: &Conv<D>,
    x: &Tensor,
    w: &Tensor,
    b: Option<&Tensor>,
) -> Result<Tensor> {
    let problem = conv.problem(&ConvShapes::new(x.shape(), w.shape()))?;
    let mut operands = vec![Bound::new(Operand::X, x), Bound::new(Operand::W, w)];
    if let Some(b) = b {
        expect_shape(OPERATOR, Operand::B, b.shape(), &problem.b_shape())?;
        operands.push(Bound::new(Operand::B, b));
    }
    let y = sink.context().empty(Operand::Y, &problem.y_shape())?;
    operands.push(Bound::new(Operand::Y, &y));
    sink.push(Problem::Conv { problem, pass: Pass::Forward, epilogue: conv.forward_epilogue(b.is_some()) }, operands)?;
    Ok(y)
}

pub(crate) fn input_grad<const D: usize>(
    sink: &mut impl Sink,
    conv: &Conv<D>,
    dy: &Tensor,
    w: &Tensor,
    x_shape: &[usize],
) -> Result<Tensor> {
    let problem = conv.problem(&ConvShapes::new(x_shape, w.shape()))?;
    expect_shape(OPERATOR, Operand::Dy, dy.shape(), &problem.y_shape())?;
    let dx = sink.context().empty(Operand::Dx, x_shape)?;
    let operands = vec![Bound::new(Operand::Dy, dy), Bound::new(Operand::W, w), Bound::new(Operand::Dx, &dx)];
    sink.push(Problem::Conv { problem, pass: Pass::InputGrad, epilogue: Epilogue::default() }, operands)?;
    Ok(dx)
}

pub(crate) fn input_grad_through<const D: usize>(
    sink: &mut impl Sink,
    conv: &Conv<D>,
    activation: Activation,
    dy: &Tensor,
    w: &Tensor,
    x: &Tensor,
) -> Result<Tensor> {
    if activation == Activation::None {
        return input_grad(sink, conv, dy, w, x.shape());
    }
    let problem = conv.problem(&ConvShapes::new(x.shape(), w.shape()))?;
    expect_shape(OPERATOR, Operand::Dy, dy.shape(), &problem.y_shape())?;
    let dx = sink.context().empty(Operand::Dx, x.shape())?;
    let operands = [(Operand::Dy, dy), (Operand::W, w), (Operand::X, x), (Operand::Dx, &dx)];
    let operands = operands.map(|(operand, tensor)| Bound::new(operand, tensor)).to_vec();
    let epilogue = Epilogue { bias: false, activation };
    sink.push(Problem::Conv { problem, pass: Pass::InputGrad, epilogue }, operands)?;
    Ok(dx)
}

pub(crate) fn kernel_grad<const D: usize>(
    sink: &mut impl Sink,
    conv: &Conv<D>,
    x: &Tensor,
    dy: &Tensor,
) -> Result<Tensor> {
    let w_shape = conv.w_shape(x.shape(), dy.shape())?;
    let problem = conv.problem(&ConvShapes::new(x.shape(), &w_shape))?;
    expect_shape(OPERATOR, Operand::Dy, dy.shape(), &problem.y_shape())?;
    let dw = sink.context().empty(Operand::Dw, &w_shape)?;
    let operands = vec![Bound::new(Operand::X, x), Bound::new(Operand::Dy, dy), Bound::new(Operand::Dw, &dw)];
    sink.push(Problem::Conv { problem, pass: Pass::KernelGrad, epilogue: Epilogue::default() }, operands)?;
    Ok(dw)
}

fn bias_grad<const D: usize>(sink: &mut impl Sink, conv: &Conv<D>, dy: &Tensor) -> Result<Tensor> {
    check_shape(OPERATOR, Operand::Dy, dy.shape(), D + 2)?;
    if dy.shape()[1] % conv.groups() != 0 {
        return Err(Error::InvalidParameter {
            operator: OPERATOR,
            parameter: "groups",
            value: format!("{} for dy {:?}", conv.groups(), dy.shape()),
            expected: "a divisor of dy's channels",
        });
    }
    let db = sink.context().empty(Operand::Db, &dy.shape()[1..2])?;
    let operands = vec![Bound::new(Operand::Dy, dy), Bound::new(Operand::Db, &db)];
    let problem = ConvProblem::of_output(dy.shape());
    sink.push(Problem::Conv { problem, pass: Pass::BiasGrad, epilogue: Epilogue::default() }, operands)?;
    Ok(db)
}

/// Convolution.
impl Program {
    /// [`Conv::forward`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_forward<const D: usize>(
        &mut self,
        conv: &Conv<D>,
        x: &Tensor,
        w: &Tensor,
        b: Option<&Tensor>,
    ) -> Result<Tensor> {
        forward(self, conv, x, w, b)
    }

    /// [`Conv::input_grad`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_input_grad<const D: usize>(
        &mut self,
        conv: &Conv<D>,
        dy: &Tensor,
        w: &Tensor,
        x_shape: &[usize],
    ) -> Result<Tensor> {
        input_grad(self, conv, dy, w, x_shape)
    }

    /// [`Conv::input_grad_through`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_input_grad_through<const D: usize>(
        &mut self,
        conv: &Conv<D>,
        activation: Activation,
        dy: &Tensor,
        w: &Tensor,
        x: &Tensor,
    ) -> Result<Tensor> {
        input_grad_through(self, conv, activation, dy, w, x)
    }

    /// [`Conv::kernel_grad`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_kernel_grad<const D: usize>(&mut self, conv: &Conv<D>, x: &Tensor, dy: &Tensor) -> Result<Tensor> {
        kernel_grad(self, conv, x, dy)
    }

    /// [`Conv::bias_grad`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_bias_grad<const D: usize>(&mut self, conv: &Conv<D>, dy: &Tensor) -> Result<Tensor> {
        bias_grad(self, conv, dy)
    }
}
