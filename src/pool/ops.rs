//! Pooling's calls: convenience level, program, and plans for the encoder level.

use std::sync::Arc;

use super::{AvgPool, MaxPool, PoolPass, PoolProblem};
use crate::error::Result;
use crate::gpu::{Bound, Context, Immediate, Plan, Program, Sink, Tensor};
use crate::plan::{DeviceLimits, Operand, PlanOptions, PlanSpec, Problem};
use crate::spatial::expect_shape;

impl<const D: usize> MaxPool<D> {
    /// The largest value of each window of x `[N, C, spatial...]`. Submits and does not wait.
    ///
    /// # Errors
    /// Shapes that do not fit (as [`MaxPool::problem`]), a tensor of another context, limits of the device, no memory, a
    /// lost device.
    pub fn forward(&self, ctx: &Context, x: &Tensor) -> Result<Tensor> {
        forward(&mut Immediate(ctx), self.problem(x.shape())?, x)
    }

    /// The largest value of each window, and its flat index in its (n, c) plane of x; the first one wins a tie.
    ///
    /// # Errors
    /// As for [`MaxPool::forward`].
    pub fn forward_with_indices(&self, ctx: &Context, x: &Tensor) -> Result<(Tensor, Tensor<u32>)> {
        forward_with_indices(&mut Immediate(ctx), self.problem(x.shape())?, x)
    }

    /// dx `x_shape` from dy and the indices of [`MaxPool::forward_with_indices`]: each dy goes to its maximum, and windows
    /// that share one add up.
    ///
    /// # Errors
    /// As for [`MaxPool::forward`].
    pub fn backward(&self, ctx: &Context, dy: &Tensor, indices: &Tensor<u32>, x_shape: &[usize]) -> Result<Tensor> {
        max_backward(&mut Immediate(ctx), self.problem(x_shape)?, dy, indices)
    }

    /// The plan of a pass for x of this shape. Operands: forward x, y (and indices); backward dy, indices, dx.
    ///
    /// # Errors
    /// As for [`MaxPool::forward`].
    pub fn plan(&self, ctx: &Context, pass: PoolPass, x_shape: &[usize]) -> Result<Arc<Plan>> {
        self.plan_with(ctx, pass, x_shape, &PlanOptions::default())
    }

    /// [`MaxPool::plan`] with the caller's options.
    ///
    /// # Errors
    /// As there.
    pub fn plan_with(
        &self,
        ctx: &Context,
        pass: PoolPass,
        x_shape: &[usize],
        options: &PlanOptions,
    ) -> Result<Arc<Plan>> {
        ctx.plan(Problem::Pool { problem: self.problem(x_shape)?, pass }, options)
    }

    /// The plan without a device.
    ///
    /// # Errors
    /// As for [`MaxPool::plan`].
    pub fn plan_spec(&self, limits: &DeviceLimits, pass: PoolPass, x_shape: &[usize]) -> Result<PlanSpec> {
        self.plan_spec_with(limits, pass, x_shape, &PlanOptions::default())
    }

    /// [`MaxPool::plan_spec`] with the caller's options.
    ///
    /// # Errors
    /// As there; [`crate::Error::AlgorithmUnavailable`].
    pub fn plan_spec_with(
        &self,
        limits: &DeviceLimits,
        pass: PoolPass,
        x_shape: &[usize],
        options: &PlanOptions,
    ) -> Result<PlanSpec> {
        Problem::Pool { problem: self.problem(x_shape)?, pass }.plan(limits, options)
    }
}

impl<const D: usize> AvgPool<D> {
    /// The average of each window of x `[N, C, spatial...]`. Submits and does not wait.
    ///
    /// # Errors
    /// As for [`MaxPool::forward`].
    pub fn forward(&self, ctx: &Context, x: &Tensor) -> Result<Tensor> {
        forward(&mut Immediate(ctx), self.problem(x.shape())?, x)
    }

    /// dx `x_shape` from dy.
    ///
    /// # Errors
    /// As for [`MaxPool::forward`].
    pub fn backward(&self, ctx: &Context, dy: &Tensor, x_shape: &[usize]) -> Result<Tensor> {
        average_backward(&mut Immediate(ctx), self.problem(x_shape)?, dy)
    }

    /// The plan of a pass for x of this shape. Operands: forward x, y; backward dy, dx.
    ///
    /// # Errors
    /// As for [`MaxPool::forward`]; [`crate::Error::InvalidParameter`] for [`PoolPass::ForwardWithIndices`].
    pub fn plan(&self, ctx: &Context, pass: PoolPass, x_shape: &[usize]) -> Result<Arc<Plan>> {
        self.plan_with(ctx, pass, x_shape, &PlanOptions::default())
    }

    /// [`AvgPool::plan`] with the caller's options.
    ///
    /// # Errors
    /// As there.
    pub fn plan_with(
        &self,
        ctx: &Context,
        pass: PoolPass,
        x_shape: &[usize],
        options: &PlanOptions,
    ) -> Result<Arc<Plan>> {
        ctx.plan(Problem::Pool { problem: self.problem(x_shape)?, pass }, options)
    }

    /// The plan without a device.
    ///
    /// # Errors
    /// As for [`AvgPool::plan`].
    pub fn plan_spec(&self, limits: &DeviceLimits, pass: PoolPass, x_shape: &[usize]) -> Result<PlanSpec> {
        self.plan_spec_with(limits, pass, x_shape, &PlanOptions::default())
    }

    /// [`AvgPool::plan_spec`] with the caller's options.
    ///
    /// # Errors
    /// As there; [`crate::Error::AlgorithmUnavailable`].
    pub fn plan_spec_with(
        &self,
        limits: &DeviceLimits,
        pass: PoolPass,
        x_shape: &[usize],
        options: &PlanOptions,
    ) -> Result<PlanSpec> {
        Problem::Pool { problem: self.problem(x_shape)?, pass }.plan(limits, options)
    }
}

fn forward(sink: &mut impl Sink, problem: PoolProblem, x: &Tensor) -> Result<Tensor> {
    let y = sink.context().empty(Operand::Y, &problem.y_shape())?;
    let operands = vec![Bound::new(Operand::X, x), Bound::new(Operand::Y, &y)];
    sink.push(Problem::Pool { problem, pass: PoolPass::Forward }, operands)?;
    Ok(y)
}

fn forward_with_indices(sink: &mut impl Sink, problem: PoolProblem, x: &Tensor) -> Result<(Tensor, Tensor<u32>)> {
    let y = sink.context().empty(Operand::Y, &problem.y_shape())?;
    let indices = sink.context().empty(Operand::Indices, &problem.y_shape())?;
    let operands = vec![Bound::new(Operand::X, x), Bound::new(Operand::Y, &y), Bound::new(Operand::Indices, &indices)];
    sink.push(Problem::Pool { problem, pass: PoolPass::ForwardWithIndices }, operands)?;
    Ok((y, indices))
}

fn max_backward(sink: &mut impl Sink, problem: PoolProblem, dy: &Tensor, indices: &Tensor<u32>) -> Result<Tensor> {
    expect_shape("pooling", Operand::Dy, dy.shape(), &problem.y_shape())?;
    expect_shape("pooling", Operand::Indices, indices.shape(), &problem.y_shape())?;
    let dx = sink.context().empty(Operand::Dx, &problem.x_shape())?;
    let operands =
        vec![Bound::new(Operand::Dy, dy), Bound::new(Operand::Indices, indices), Bound::new(Operand::Dx, &dx)];
    sink.push(Problem::Pool { problem, pass: PoolPass::Backward }, operands)?;
    Ok(dx)
}

fn average_backward(sink: &mut impl Sink, problem: PoolProblem, dy: &Tensor) -> Result<Tensor> {
    expect_shape("pooling", Operand::Dy, dy.shape(), &problem.y_shape())?;
    let dx = sink.context().empty(Operand::Dx, &problem.x_shape())?;
    let operands = vec![Bound::new(Operand::Dy, dy), Bound::new(Operand::Dx, &dx)];
    sink.push(Problem::Pool { problem, pass: PoolPass::Backward }, operands)?;
    Ok(dx)
}

/// Pooling.
impl Program {
    /// [`MaxPool::forward`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn max_pool_forward<const D: usize>(&mut self, pool: &MaxPool<D>, x: &Tensor) -> Result<Tensor> {
        forward(self, pool.problem(x.shape())?, x)
    }

    /// [`MaxPool::forward_with_indices`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn max_pool_forward_with_indices<const D: usize>(
        &mut self,
        pool: &MaxPool<D>,
        x: &Tensor,
    ) -> Result<(Tensor, Tensor<u32>)> {
        forward_with_indices(self, pool.problem(x.shape())?, x)
    }

    /// [`MaxPool::backward`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn max_pool_backward<const D: usize>(
        &mut self,
        pool: &MaxPool<D>,
        dy: &Tensor,
        indices: &Tensor<u32>,
        x_shape: &[usize],
    ) -> Result<Tensor> {
        max_backward(self, pool.problem(x_shape)?, dy, indices)
    }

    /// [`AvgPool::forward`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn avg_pool_forward<const D: usize>(&mut self, pool: &AvgPool<D>, x: &Tensor) -> Result<Tensor> {
        forward(self, pool.problem(x.shape())?, x)
    }

    /// [`AvgPool::backward`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn avg_pool_backward<const D: usize>(
        &mut self,
        pool: &AvgPool<D>,
        dy: &Tensor,
        x_shape: &[usize],
    ) -> Result<Tensor> {
        average_backward(self, pool.problem(x_shape)?, dy)
    }
}
