//! Pooling's calls: convenience level, program, and plans for the encoder level.

use std::sync::Arc;

use super::{AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, LpPool, MaxPool, PoolPass, PoolProblem};
use crate::error::Result;
use crate::gpu::{Bound, Context, Element, Immediate, Plan, Program, Real, Sink, Tensor};
use crate::layout::Layout;
use crate::plan::{DeviceLimits, Operand, PlanOptions, PlanSpec, Problem};
use crate::spatial::expect_shape;

/// The plans of an operator, whose operands these are.
macro_rules! plans {
    ($pool:ident, $operands:literal) => {
        impl<const D: usize> $pool<D> {
            #[doc = concat!("The plan of a pass for x of this shape. Operands: ", $operands, ".")]
            ///
            /// # Errors
            #[doc = concat!(
                "As for [`", stringify!($pool), "::forward`]; [`crate::Error::InvalidParameter`] for a pass that it has not."
            )]
            pub fn plan(&self, ctx: &Context, pass: PoolPass, x_shape: &[usize]) -> Result<Arc<Plan>> {
                self.plan_with(ctx, pass, x_shape, ctx.plan_options())
            }

            #[doc = concat!("[`", stringify!($pool), "::plan`] with the caller's options.")]
            ///
            /// # Errors
            /// As there; [`crate::Error::AlgorithmUnavailable`].
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
            #[doc = concat!("As for [`", stringify!($pool), "::plan`].")]
            pub fn plan_spec(&self, limits: &DeviceLimits, pass: PoolPass, x_shape: &[usize]) -> Result<PlanSpec> {
                self.plan_spec_with(limits, pass, x_shape, &PlanOptions::default())
            }

            #[doc = concat!("[`", stringify!($pool), "::plan_spec`] with the caller's options.")]
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
    };
}
plans!(MaxPool, "forward x, y (and indices); backward dy, indices, dx; unpool y, indices, x and back dx, indices, dy");
plans!(
    AdaptiveMaxPool,
    "forward x, y (and indices); backward dy, indices, dx; unpool y, indices, x and back dx, indices, dy"
);
plans!(AvgPool, "forward x, y; backward dy, dx");
plans!(AdaptiveAvgPool, "forward x, y; backward dy, dx");
plans!(LpPool, "forward x, y; backward x, y, dy, dx");

/// The calls of an operator that finds maxima, and what a program calls them.
macro_rules! maxima {
    ($pool:ident, $forward:ident, $with_indices:ident, $backward:ident, $unpool:ident, $unpool_backward:ident) => {
        impl<const D: usize> $pool<D> {
            /// The largest value of each window of x `[N, C, spatial...]`. Submits and does not wait.
            ///
            /// # Errors
            #[doc = concat!("Shapes that do not fit (as [`", stringify!($pool), "::problem`]), a tensor of another context,")]
            /// limits of the device, no memory, a lost device.
            pub fn forward<T: Real>(&self, ctx: &Context, x: &Tensor<T>) -> Result<Tensor<T>> {
                forward(&mut Immediate(ctx), self.problem(x.shape())?, self.result, x)
            }

            /// The largest value of each window, and its index; the first one wins a tie.
            ///
            /// # Errors
            #[doc = concat!("As for [`", stringify!($pool), "::forward`].")]
            pub fn forward_with_indices<T: Real>(&self, ctx: &Context, x: &Tensor<T>) -> Result<(Tensor<T>, Tensor<u32>)> {
                forward_with_indices(&mut Immediate(ctx), self.problem(x.shape())?, self.result, x)
            }

            /// dx `x_shape` from dy and the indices of `forward_with_indices`: each dy goes to its maximum, and windows that
            /// share one add up. An index that is not under its own window adds nothing.
            ///
            /// # Errors
            #[doc = concat!("As for [`", stringify!($pool), "::forward`].")]
            pub fn backward<T: Real>(&self, ctx: &Context, dy: &Tensor<T>, indices: &Tensor<u32>, x_shape: &[usize]) -> Result<Tensor<T>> {
                from_y(&mut Immediate(ctx), self.problem(x_shape)?, self.result, PoolPass::Backward, dy, indices)
            }

            /// Max-unpooling: x `x_shape` from y and the indices of `forward_with_indices`, each value where its maximum was
            /// and zeros elsewhere. Of the values of windows that share a maximum that of the last window stays. An index
            /// that is not under its own window, whatever it is, puts its value nowhere.
            ///
            /// # Errors
            #[doc = concat!("As for [`", stringify!($pool), "::forward`].")]
            ///
            /// ```
            #[doc = concat!("use wgconv::{Context, ", stringify!($pool), "};")]
            /// let ctx = Context::new_blocking()?;
            #[doc = concat!("let pool = ", stringify!($pool), "::<1>::new([2]).build()?;")]
            /// let x = ctx.tensor(&[1, 1, 4], &[3.0, 5.0, 4.0, 4.0])?;
            /// let (y, indices) = pool.forward_with_indices(&ctx, &x)?;
            /// let sparse = pool.unpool(&ctx, &y, &indices, x.shape())?;
            /// assert_eq!(sparse.read_blocking()?, [0.0, 5.0, 4.0, 0.0]);
            /// let dx = ctx.tensor(&[1, 1, 4], &[1.0, 2.0, 3.0, 4.0])?;
            /// assert_eq!(pool.unpool_backward(&ctx, &dx, &indices, x.shape())?.read_blocking()?, [2.0, 3.0]);
            /// # Ok::<(), wgconv::Error>(())
            /// ```
            pub fn unpool<T: Real>(&self, ctx: &Context, y: &Tensor<T>, indices: &Tensor<u32>, x_shape: &[usize]) -> Result<Tensor<T>> {
                from_y(&mut Immediate(ctx), self.problem(x_shape)?, self.result, PoolPass::Unpool, y, indices)
            }

            /// The gradient of [`Self::unpool`]: dy from dx `x_shape`, each element where its index says (PyTorch; where
            /// windows share a maximum all of them get its gradient). An index that is not under its own window gives 0. dy lies in memory
            /// as the indices do.
            ///
            /// # Errors
            #[doc = concat!("As for [`", stringify!($pool), "::forward`].")]
            pub fn unpool_backward<T: Real>(
                &self,
                ctx: &Context,
                dx: &Tensor<T>,
                indices: &Tensor<u32>,
                x_shape: &[usize],
            ) -> Result<Tensor<T>> {
                unpool_backward(&mut Immediate(ctx), self.problem(x_shape)?, dx, indices)
            }
        }

        impl Program {
            #[doc = concat!("[`", stringify!($pool), "::forward`] as a part of the program.")]
            ///
            /// # Errors
            /// As there.
            pub fn $forward<T: Real, const D: usize>(&mut self, pool: &$pool<D>, x: &Tensor<T>) -> Result<Tensor<T>> {
                forward(self, pool.problem(x.shape())?, pool.result, x)
            }

            #[doc = concat!("[`", stringify!($pool), "::forward_with_indices`] as a part of the program.")]
            ///
            /// # Errors
            /// As there.
            pub fn $with_indices<T: Real, const D: usize>(
                &mut self,
                pool: &$pool<D>,
                x: &Tensor<T>,
            ) -> Result<(Tensor<T>, Tensor<u32>)> {
                forward_with_indices(self, pool.problem(x.shape())?, pool.result, x)
            }

            #[doc = concat!("[`", stringify!($pool), "::backward`] as a part of the program.")]
            ///
            /// # Errors
            /// As there.
            pub fn $backward<T: Real, const D: usize>(
                &mut self,
                pool: &$pool<D>,
                dy: &Tensor<T>,
                indices: &Tensor<u32>,
                x_shape: &[usize],
            ) -> Result<Tensor<T>> {
                from_y(self, pool.problem(x_shape)?, pool.result, PoolPass::Backward, dy, indices)
            }

            #[doc = concat!("[`", stringify!($pool), "::unpool`] as a part of the program.")]
            ///
            /// # Errors
            /// As there.
            pub fn $unpool<T: Real, const D: usize>(
                &mut self,
                pool: &$pool<D>,
                y: &Tensor<T>,
                indices: &Tensor<u32>,
                x_shape: &[usize],
            ) -> Result<Tensor<T>> {
                from_y(self, pool.problem(x_shape)?, pool.result, PoolPass::Unpool, y, indices)
            }

            #[doc = concat!("[`", stringify!($pool), "::unpool_backward`] as a part of the program.")]
            ///
            /// # Errors
            /// As there.
            pub fn $unpool_backward<T: Real, const D: usize>(
                &mut self,
                pool: &$pool<D>,
                dx: &Tensor<T>,
                indices: &Tensor<u32>,
                x_shape: &[usize],
            ) -> Result<Tensor<T>> {
                unpool_backward(self, pool.problem(x_shape)?, dx, indices)
            }
        }
    };
}
maxima!(
    MaxPool,
    max_pool_forward,
    max_pool_forward_with_indices,
    max_pool_backward,
    max_pool_unpool,
    max_pool_unpool_backward
);
maxima!(
    AdaptiveMaxPool,
    adaptive_max_pool_forward,
    adaptive_max_pool_forward_with_indices,
    adaptive_max_pool_backward,
    adaptive_max_pool_unpool,
    adaptive_max_pool_unpool_backward
);

/// The calls of an operator that averages, and what a program calls them.
macro_rules! averages {
    ($pool:ident, $forward:ident, $backward:ident) => {
        impl<const D: usize> $pool<D> {
            /// The average of each window of x `[N, C, spatial...]`. Submits and does not wait.
            ///
            /// # Errors
            #[doc = concat!("As for [`MaxPool::forward`], with the shapes of [`", stringify!($pool), "::problem`].")]
            pub fn forward<T: Real>(&self, ctx: &Context, x: &Tensor<T>) -> Result<Tensor<T>> {
                forward(&mut Immediate(ctx), self.problem(x.shape())?, self.result, x)
            }

            /// dx `x_shape` from dy.
            ///
            /// # Errors
            #[doc = concat!("As for [`", stringify!($pool), "::forward`].")]
            pub fn backward<T: Real>(&self, ctx: &Context, dy: &Tensor<T>, x_shape: &[usize]) -> Result<Tensor<T>> {
                average_backward(&mut Immediate(ctx), self.problem(x_shape)?, self.result, dy)
            }
        }

        impl Program {
            #[doc = concat!("[`", stringify!($pool), "::forward`] as a part of the program.")]
            ///
            /// # Errors
            /// As there.
            pub fn $forward<T: Real, const D: usize>(&mut self, pool: &$pool<D>, x: &Tensor<T>) -> Result<Tensor<T>> {
                forward(self, pool.problem(x.shape())?, pool.result, x)
            }

            #[doc = concat!("[`", stringify!($pool), "::backward`] as a part of the program.")]
            ///
            /// # Errors
            /// As there.
            pub fn $backward<T: Real, const D: usize>(
                &mut self,
                pool: &$pool<D>,
                dy: &Tensor<T>,
                x_shape: &[usize],
            ) -> Result<Tensor<T>> {
                average_backward(self, pool.problem(x_shape)?, pool.result, dy)
            }
        }
    };
}
averages!(AvgPool, avg_pool_forward, avg_pool_backward);
averages!(AdaptiveAvgPool, adaptive_avg_pool_forward, adaptive_avg_pool_backward);

impl<const D: usize> LpPool<D> {
    /// The p-norm of each window of x `[N, C, spatial...]`. Submits and does not wait.
    ///
    /// # Errors
    /// As for [`MaxPool::forward`], with the shapes of [`LpPool::problem`].
    pub fn forward<T: Real>(&self, ctx: &Context, x: &Tensor<T>) -> Result<Tensor<T>> {
        forward(&mut Immediate(ctx), self.problem(x.shape())?, self.result, x)
    }

    /// dx from x, forward's y and dy; 0 where x is. It lies in memory as x does.
    ///
    /// # Errors
    /// As for [`LpPool::forward`].
    pub fn backward<T: Real>(&self, ctx: &Context, x: &Tensor<T>, y: &Tensor<T>, dy: &Tensor<T>) -> Result<Tensor<T>> {
        lp_backward(&mut Immediate(ctx), self.problem(x.shape())?, x, y, dy)
    }
}

impl Program {
    /// [`LpPool::forward`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn lp_pool_forward<T: Real, const D: usize>(&mut self, pool: &LpPool<D>, x: &Tensor<T>) -> Result<Tensor<T>> {
        forward(self, pool.problem(x.shape())?, pool.result, x)
    }

    /// [`LpPool::backward`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn lp_pool_backward<T: Real, const D: usize>(
        &mut self,
        pool: &LpPool<D>,
        x: &Tensor<T>,
        y: &Tensor<T>,
        dy: &Tensor<T>,
    ) -> Result<Tensor<T>> {
        lp_backward(self, pool.problem(x.shape())?, x, y, dy)
    }
}

/// An operand, after its shape has been compared with what the problem says.
fn operand<T: Element>(problem: &PoolProblem, operand: Operand, tensor: &Tensor<T>) -> Result<Bound> {
    let expected = match operand {
        Operand::X | Operand::Dx => problem.x_shape(),
        _ => problem.y_shape(),
    };
    expect_shape("pooling", operand, tensor.shape(), &expected)?;
    Ok(Bound::new(operand, tensor))
}

/// The problem of going from x to a result like y.
fn from_x<T: Real>(problem: PoolProblem, result: Option<Layout>, x: &Tensor<T>) -> PoolProblem {
    problem.in_layouts(x.layout(), result.unwrap_or(x.layout())).of_type(T::TYPE)
}

/// The problem of going from y to a result like x.
fn back<T: Real>(problem: PoolProblem, result: Option<Layout>, y: &Tensor<T>) -> PoolProblem {
    problem.in_layouts(result.unwrap_or(y.layout()), y.layout()).of_type(T::TYPE)
}

/// A tensor for a result.
fn result<T: Element>(sink: &impl Sink, problem: &PoolProblem, operand: Operand) -> Result<Tensor<T>> {
    let shape = if matches!(operand, Operand::X | Operand::Dx) { problem.x_shape() } else { problem.y_shape() };
    sink.context().empty_in(operand, problem.layout(operand), &shape)
}

fn forward<T: Real>(
    sink: &mut impl Sink,
    problem: PoolProblem,
    layout: Option<Layout>,
    x: &Tensor<T>,
) -> Result<Tensor<T>> {
    let problem = from_x(problem, layout, x);
    let y = result::<T>(sink, &problem, Operand::Y)?;
    let operands = vec![Bound::new(Operand::X, x), Bound::new(Operand::Y, &y)];
    sink.push(Problem::Pool { problem, pass: PoolPass::Forward }, operands)?;
    Ok(y)
}

fn forward_with_indices<T: Real>(
    sink: &mut impl Sink,
    problem: PoolProblem,
    layout: Option<Layout>,
    x: &Tensor<T>,
) -> Result<(Tensor<T>, Tensor<u32>)> {
    let problem = from_x(problem, layout, x);
    let (y, indices) = (result::<T>(sink, &problem, Operand::Y)?, result::<u32>(sink, &problem, Operand::Indices)?);
    let operands = vec![Bound::new(Operand::X, x), Bound::new(Operand::Y, &y), Bound::new(Operand::Indices, &indices)];
    sink.push(Problem::Pool { problem, pass: PoolPass::ForwardWithIndices }, operands)?;
    Ok((y, indices))
}

/// Backward and unpool: the one sums dy, the other puts y in its place.
fn from_y<T: Real>(
    sink: &mut impl Sink,
    problem: PoolProblem,
    layout: Option<Layout>,
    pass: PoolPass,
    values: &Tensor<T>,
    indices: &Tensor<u32>,
) -> Result<Tensor<T>> {
    let problem = back(problem, layout, values);
    let (from, to) = if pass == PoolPass::Unpool { (Operand::Y, Operand::X) } else { (Operand::Dy, Operand::Dx) };
    let inputs = [operand(&problem, from, values)?, operand(&problem, Operand::Indices, indices)?];
    let x = result::<T>(sink, &problem, to)?;
    let operands = inputs.into_iter().chain([Bound::new(to, &x)]).collect();
    sink.push(Problem::Pool { problem, pass }, operands)?;
    Ok(x)
}

/// dy lies as the indices do, which are there beside dx.
fn unpool_backward<T: Real>(
    sink: &mut impl Sink,
    problem: PoolProblem,
    dx: &Tensor<T>,
    indices: &Tensor<u32>,
) -> Result<Tensor<T>> {
    let problem = problem.in_layouts(dx.layout(), indices.layout()).of_type(T::TYPE);
    let inputs = [operand(&problem, Operand::Dx, dx)?, operand(&problem, Operand::Indices, indices)?];
    let dy = result::<T>(sink, &problem, Operand::Dy)?;
    let operands = inputs.into_iter().chain([Bound::new(Operand::Dy, &dy)]).collect();
    sink.push(Problem::Pool { problem, pass: PoolPass::UnpoolBackward }, operands)?;
    Ok(dy)
}

fn average_backward<T: Real>(
    sink: &mut impl Sink,
    problem: PoolProblem,
    layout: Option<Layout>,
    dy: &Tensor<T>,
) -> Result<Tensor<T>> {
    let problem = back(problem, layout, dy);
    let dy = operand(&problem, Operand::Dy, dy)?;
    let dx = result::<T>(sink, &problem, Operand::Dx)?;
    sink.push(Problem::Pool { problem, pass: PoolPass::Backward }, vec![dy, Bound::new(Operand::Dx, &dx)])?;
    Ok(dx)
}

/// dx lies as x does, which is there beside dy.
fn lp_backward<T: Real>(
    sink: &mut impl Sink,
    problem: PoolProblem,
    x: &Tensor<T>,
    y: &Tensor<T>,
    dy: &Tensor<T>,
) -> Result<Tensor<T>> {
    let problem = problem.in_layouts(x.layout(), dy.layout()).of_type(T::TYPE);
    let [y, dy] = [operand(&problem, Operand::Y, y)?, operand(&problem, Operand::Dy, dy)?];
    let dx = result::<T>(sink, &problem, Operand::Dx)?;
    let operands = vec![Bound::new(Operand::X, x), y, dy, Bound::new(Operand::Dx, &dx)];
    sink.push(Problem::Pool { problem, pass: PoolPass::Backward }, operands)?;
    Ok(dx)
}
