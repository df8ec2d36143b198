//! Convenience level, program, and plans for the encoder level.

use std::sync::Arc;

use super::desc::{BatchNorm, BatchNormGrads, BatchNormPass, BatchNormTensors, Normalised};
use super::{OPERATOR, plan::BatchNormProblem};
use crate::activation::Activation;
use crate::element::ElementType;
use crate::error::Result;
use crate::gpu::{Bound, Context, Immediate, Plan, Program, Real, Sink, Tensor};
use crate::layout::Layout;
use crate::nn::problem::NnProblem;
use crate::plan::{Operand, Problem};
use crate::spatial::expect_shape;

/// Checks that the vectors have one element for each channel.
fn bound_vectors(problem: &BatchNormProblem, vectors: &[(Operand, &Tensor)]) -> Result<Vec<Bound>> {
    let bound = |&(operand, tensor): &(Operand, &Tensor)| {
        expect_shape(OPERATOR, operand, tensor.shape(), &[problem.channels as usize])?;
        Ok(Bound::new(operand, tensor))
    };
    vectors.iter().map(bound).collect()
}

fn push(sink: &mut impl Sink, problem: BatchNormProblem, operands: Vec<Bound>) -> Result<()> {
    sink.push(Problem::Nn(NnProblem::BatchNorm(problem)), operands)
}

/// Operands of both forward passes, and y.
fn forward_operands<T: Real>(
    sink: &impl Sink,
    problem: &BatchNormProblem,
    x: &Tensor<T>,
    tensors: &BatchNormTensors,
    r: Option<&Tensor<T>>,
) -> Result<(Vec<Bound>, Tensor<T>)> {
    let vectors = [
        (Operand::W, &tensors.w),
        (Operand::B, &tensors.b),
        (Operand::RunningMean, &tensors.running_mean),
        (Operand::RunningVar, &tensors.running_var),
    ];
    let mut operands = bound_vectors(problem, &vectors)?;
    operands.push(Bound::new(Operand::X, x));
    if let Some(r) = r {
        expect_shape(OPERATOR, Operand::Residual, r.shape(), x.shape())?;
        operands.push(Bound::new(Operand::Residual, r));
    }
    let y = sink.context().empty_like(Operand::Y, x)?;
    operands.push(Bound::new(Operand::Y, &y));
    Ok((operands, y))
}

impl BatchNorm {
    fn push_training<T: Real>(
        &self,
        sink: &mut impl Sink,
        x: &Tensor<T>,
        tensors: &BatchNormTensors,
        r: Option<&Tensor<T>>,
    ) -> Result<Normalised<T>> {
        let problem =
            self.problem(BatchNormPass::Training { residual: r.is_some() }, x.layout(), T::TYPE, x.shape())?;
        let (mut operands, y) = forward_operands(sink, &problem, x, tensors, r)?;
        let channels = [problem.channels as usize];
        let mean = sink.context().empty(Operand::Mean, &channels)?;
        let inv_std = sink.context().empty(Operand::InvStd, &channels)?;
        operands.extend([Bound::new(Operand::Mean, &mean), Bound::new(Operand::InvStd, &inv_std)]);
        push(sink, problem, operands)?;
        Ok(Normalised { y, mean, inv_std })
    }

    fn push_inference<T: Real>(
        &self,
        sink: &mut impl Sink,
        x: &Tensor<T>,
        tensors: &BatchNormTensors,
        r: Option<&Tensor<T>>,
    ) -> Result<Tensor<T>> {
        let problem =
            self.problem(BatchNormPass::Inference { residual: r.is_some() }, x.layout(), T::TYPE, x.shape())?;
        let (operands, y) = forward_operands(sink, &problem, x, tensors, r)?;
        push(sink, problem, operands)?;
        Ok(y)
    }

    fn push_backward<T: Real>(
        &self,
        sink: &mut impl Sink,
        x: &Tensor<T>,
        dy: &Tensor<T>,
        w: &Tensor,
        saved: &Normalised<T>,
    ) -> Result<BatchNormGrads<T>> {
        let problem = self.problem(BatchNormPass::Backward, x.layout(), T::TYPE, x.shape())?;
        expect_shape(OPERATOR, Operand::Dy, dy.shape(), x.shape())?;
        let vectors = [(Operand::W, w), (Operand::Mean, &saved.mean), (Operand::InvStd, &saved.inv_std)];
        let mut operands = bound_vectors(&problem, &vectors)?;
        if self.activation == Activation::Relu {
            expect_shape(OPERATOR, Operand::Y, saved.y.shape(), x.shape())?;
            operands.push(Bound::new(Operand::Y, &saved.y));
        }
        let dx = sink.context().empty_like(Operand::Dx, x)?;
        let dw = sink.context().empty(Operand::Dw, w.shape())?;
        let db = sink.context().empty(Operand::Db, w.shape())?;
        operands.extend([Bound::new(Operand::X, x), Bound::new(Operand::Dy, dy), Bound::new(Operand::Dx, &dx)]);
        operands.extend([Bound::new(Operand::Dw, &dw), Bound::new(Operand::Db, &db)]);
        push(sink, problem, operands)?;
        Ok(BatchNormGrads { dx, dw, db })
    }

    /// Normalises x `[N, C, spatial...]` by the batch's own statistics, adds a residual r of x's shape if there is one, and
    /// moves the running statistics, in place. Submits and does not wait.
    ///
    /// # Errors
    /// A parameter outside its range; fewer than two axes, a single element for each channel, shapes that do not fit;
    /// tensors of another context, running statistics that share memory with other operands, limits of the device, no
    /// memory, a lost device.
    pub fn forward_training<T: Real>(
        &self,
        ctx: &Context,
        x: &Tensor<T>,
        tensors: &BatchNormTensors,
        r: Option<&Tensor<T>>,
    ) -> Result<Normalised<T>> {
        self.push_training(&mut Immediate(ctx), x, tensors, r)
    }

    /// Normalises x `[N, C, spatial...]` by the running statistics and adds a residual r of x's shape if there is one:
    /// inference. Submits and does not wait.
    ///
    /// # Errors
    /// As for [`BatchNorm::forward_training`]; a single element for each channel will do here.
    pub fn forward<T: Real>(
        &self,
        ctx: &Context,
        x: &Tensor<T>,
        tensors: &BatchNormTensors,
        r: Option<&Tensor<T>>,
    ) -> Result<Tensor<T>> {
        self.push_inference(&mut Immediate(ctx), x, tensors, r)
    }

    /// dx, dw and db from dy at [`BatchNorm::forward_training`]'s output, what it saved, and its x and w. With ReLU the
    /// gradient goes through it first, by the saved y. The gradient at a residual is dy itself, or with ReLU
    /// [`super::super::relu_grad`] of the saved y and dy. Submits and does not wait.
    ///
    /// # Errors
    /// As for [`BatchNorm::forward`].
    pub fn backward<T: Real>(
        &self,
        ctx: &Context,
        x: &Tensor<T>,
        dy: &Tensor<T>,
        w: &Tensor,
        saved: &Normalised<T>,
    ) -> Result<BatchNormGrads<T>> {
        self.push_backward(&mut Immediate(ctx), x, dy, w, saved)
    }

    /// The plan of a pass for x of this shape `[N, C, spatial...]`, for the encoder level. The operands are those that
    /// [`BatchNormPass`] names.
    ///
    /// # Errors
    /// As for [`BatchNorm::forward_training`].
    ///
    /// ```
    /// use wgconv::{Context, nn::{BatchNorm, BatchNormPass}};
    /// let ctx = Context::new_blocking()?;
    /// let plan = BatchNorm::new().plan(&ctx, BatchNormPass::Training { residual: false }, &[8, 16, 28, 28])?;
    /// assert_eq!(plan.dispatches(), 3);       // moments of slices, moments of channels, y
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn plan(&self, ctx: &Context, pass: BatchNormPass, x_shape: &[usize]) -> Result<Arc<Plan>> {
        self.plan_in(ctx, pass, Layout::ChannelsFirst, x_shape)
    }

    /// The same with x, y, their gradients and a residual in this layout; the shape is `[N, C, spatial...]` in either.
    ///
    /// # Errors
    /// As there.
    ///
    /// ```
    /// use wgconv::{Context, Layout, nn::{BatchNorm, BatchNormPass}};
    /// let (ctx, pass) = (Context::new_blocking()?, BatchNormPass::Inference { residual: false });
    /// let plan = BatchNorm::new().plan_in(&ctx, pass, Layout::ChannelsLast, &[8, 16, 28, 28])?;
    /// assert_eq!(plan.dispatches(), 2);       // coefficients of channels, y
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn plan_in(&self, ctx: &Context, pass: BatchNormPass, layout: Layout, x_shape: &[usize]) -> Result<Arc<Plan>> {
        self.plan_as(ctx, pass, layout, ElementType::F32, x_shape)
    }

    /// The same with x, y, their gradients and a residual of this type.
    ///
    /// # Errors
    /// As there.
    ///
    /// ```
    /// use wgconv::{Context, ElementType, Layout, nn::{BatchNorm, BatchNormPass}};
    /// let (ctx, pass) = (Context::new_blocking()?, BatchNormPass::Inference { residual: false });
    /// let (first, bf16) = (Layout::ChannelsFirst, ElementType::Bf16);
    /// let plan = BatchNorm::new().plan_as(&ctx, pass, first, bf16, &[8, 16, 28, 28])?;
    /// assert_eq!(plan.bytes_moved(), 2 * (2 * 8 * 16 * 28 * 28) + 4 * (4 * 16));     // x and y; w, b, mean, variance
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn plan_as(
        &self,
        ctx: &Context,
        pass: BatchNormPass,
        layout: Layout,
        element: ElementType,
        x_shape: &[usize],
    ) -> Result<Arc<Plan>> {
        let problem = self.problem(pass, layout, element, x_shape)?;
        ctx.plan(Problem::Nn(NnProblem::BatchNorm(problem)), ctx.plan_options())
    }
}

/// Batch normalisation.
impl Program {
    /// [`BatchNorm::forward_training`] as a part of the program: every run moves the running statistics.
    ///
    /// # Errors
    /// As there.
    pub fn batch_norm_training<T: Real>(
        &mut self,
        norm: &BatchNorm,
        x: &Tensor<T>,
        tensors: &BatchNormTensors,
        r: Option<&Tensor<T>>,
    ) -> Result<Normalised<T>> {
        norm.push_training(self, x, tensors, r)
    }

    /// [`BatchNorm::forward`], inference, as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn batch_norm_forward<T: Real>(
        &mut self,
        norm: &BatchNorm,
        x: &Tensor<T>,
        tensors: &BatchNormTensors,
        r: Option<&Tensor<T>>,
    ) -> Result<Tensor<T>> {
        norm.push_inference(self, x, tensors, r)
    }

    /// [`BatchNorm::backward`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn batch_norm_backward<T: Real>(
        &mut self,
        norm: &BatchNorm,
        x: &Tensor<T>,
        dy: &Tensor<T>,
        w: &Tensor,
        saved: &Normalised<T>,
    ) -> Result<BatchNormGrads<T>> {
        norm.push_backward(self, x, dy, w, saved)
    }
}
