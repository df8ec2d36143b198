//! The convolution's calls: convenience level, program, and plans for the encoder level.

use std::sync::Arc;

use super::record::{
    bias_grad, forward, forward_onto, input_grad, input_grad_onto, kernel_grad, kernel_grad_onto, task,
};
use super::{Conv, ConvShapes, Pass, Through};
use crate::activation::Activation;
use crate::error::Result;
use crate::factor::Factor;
use crate::gpu::{Context, Immediate, Plan, Real, Tensor};
use crate::plan::{DeviceLimits, PlanOptions, PlanSpec};

impl<const D: usize> Conv<D> {
    /// y = conv(x, w) + b, or the [`ConvBuilder::activation`](super::ConvBuilder::activation) of it. Submits and does not wait.
    ///
    /// x `[N, C_in, spatial...]`, w `[C_out, C_in/groups, taps...]`, b `[C_out]`, result `[N, C_out, spatial...]` in x's layout, unless
    /// [`ConvBuilder::result_layout`](super::ConvBuilder::result_layout) says otherwise.
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
    pub fn forward<T: Real>(
        &self,
        ctx: &Context,
        x: &Tensor<T>,
        w: &Tensor<T>,
        b: Option<&Tensor<T>>,
    ) -> Result<Tensor<T>> {
        forward(&mut Immediate(ctx), self, x, w, b)
    }

    /// y = activation(conv(x, w) + b + factor * z), where z, of y's shape and layout, is what a residual network adds. Submits and does not
    /// wait.
    ///
    /// # Errors
    /// As for [`Conv::forward`].
    ///
    /// ```
    /// # use wgconv::{Activation, Context, Conv, Factor};
    /// # let ctx = Context::new_blocking()?;
    /// let conv = Conv::<1>::new([2]).activation(Activation::Relu).build()?;
    /// let (x, w) = (ctx.tensor(&[1, 1, 3], &[1.0, 2.0, 3.0])?, ctx.tensor(&[1, 1, 2], &[10.0, 1.0])?);
    /// let z = ctx.tensor(&[1, 1, 2], &[-20.0, 4.0])?;
    /// let y = conv.forward_residual(&ctx, &x, &w, None, &z, Factor::ONE)?;
    /// assert_eq!(y.read_blocking()?, [0.0, 27.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn forward_residual<T: Real>(
        &self,
        ctx: &Context,
        x: &Tensor<T>,
        w: &Tensor<T>,
        b: Option<&Tensor<T>>,
        z: &Tensor<T>,
        factor: Factor,
    ) -> Result<Tensor<T>> {
        forward_onto(&mut Immediate(ctx), self, [x, w], b, Some((z, factor)), None)
    }

    /// y = activation(conv(x, w) + b + factor * y): [`Conv::forward_residual`] in place. With a factor of 0 what y holds is not
    /// read. Submits and does not wait.
    ///
    /// # Errors
    /// As for [`Conv::forward`], and a y that shares memory with another operand.
    ///
    /// ```
    /// # use wgconv::{Context, Conv, Factor};
    /// # let ctx = Context::new_blocking()?;
    /// let conv = Conv::<1>::new([2]).build()?;
    /// let (x, w) = (ctx.tensor(&[1, 1, 3], &[1.0, 2.0, 3.0])?, ctx.tensor(&[1, 1, 2], &[10.0, 1.0])?);
    /// let y = ctx.tensor(&[1, 1, 2], &[100.0, f32::NAN])?;
    /// conv.forward_onto(&ctx, &x, &w, None, &y, Factor::ZERO)?;
    /// conv.forward_onto(&ctx, &x, &w, None, &y, Factor::new(2.0)?)?;
    /// assert_eq!(y.read_blocking()?, [36.0, 69.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn forward_onto<T: Real>(
        &self,
        ctx: &Context,
        x: &Tensor<T>,
        w: &Tensor<T>,
        b: Option<&Tensor<T>>,
        y: &Tensor<T>,
        factor: Factor,
    ) -> Result<()> {
        forward_onto(&mut Immediate(ctx), self, [x, w], b, None, Some((y, factor))).map(drop)
    }

    /// dx, the gradient of the input, from dy `[N, C_out, spatial...]` and w; `x_shape` is x's `[N, C_in, spatial...]`,
    /// which the stride leaves open. The result has dy's layout, unless
    /// [`ConvBuilder::result_layout`](super::ConvBuilder::result_layout) says otherwise. Submits and does not wait.
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
    pub fn input_grad<T: Real>(
        &self,
        ctx: &Context,
        dy: &Tensor<T>,
        w: &Tensor<T>,
        x_shape: &[usize],
    ) -> Result<Tensor<T>> {
        input_grad(&mut Immediate(ctx), self, dy, w, x_shape)
    }

    /// dx as [`Conv::input_grad`] gives it, times the derivative of the activation whose output x is: the gradient at that
    /// activation's input, which is the dy of the layer before. dx lies as x does, unless
    /// [`result_layout`](crate::ConvBuilder::result_layout) says otherwise, which x must then have. With ReLU `dx = input_grad(dy, w)` where x > 0, else 0.
    ///
    /// A max pooling between the activation and x changes nothing: x then is the activation's largest output in each window,
    /// the gradient belongs to the element that gave it, and [`crate::MaxPool::backward`] takes it there.
    ///
    /// # Errors
    /// As for [`Conv::forward`], and an activation whose derivative does not follow from its output
    /// ([`Activation::derivative_from_output`]): [`Conv::input_grad_through_input`] is for those.
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
    pub fn input_grad_through<T: Real>(
        &self,
        ctx: &Context,
        activation: Activation,
        dy: &Tensor<T>,
        w: &Tensor<T>,
        x: &Tensor<T>,
    ) -> Result<Tensor<T>> {
        input_grad_onto(&mut Immediate(ctx), self, [dy, w], x.shape(), Through::Output(activation, x), None)
    }

    /// As [`Conv::input_grad_through`] for SiLU, GELU and a leaky ReLU with a negative slope, whose derivative does not follow
    /// from their output: `u`, of x's shape, is the activation's input.
    ///
    /// # Errors
    /// As for [`Conv::forward`], and an activation whose derivative is computed from its output
    /// ([`Activation::derivative_from_output`]).
    ///
    /// ```
    /// # use wgconv::{Activation, Context, Conv, nn};
    /// # let ctx = Context::new_blocking()?;
    /// let conv = Conv::<1>::new([1]).build()?;
    /// let u = ctx.tensor(&[1, 1, 3], &[-200.0, 0.0, 200.0])?;
    /// let x = nn::activate(&ctx, Activation::Silu, &u)?;
    /// let w = ctx.tensor(&[1, 1, 1], &[10.0])?;
    /// let dy = conv.forward(&ctx, &x, &w, None)?;
    /// let du = conv.input_grad_through_input(&ctx, Activation::Silu, &dy, &w, &u)?;
    /// assert_eq!(du.read_blocking()?, [0.0, 0.0, 20000.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn input_grad_through_input<T: Real>(
        &self,
        ctx: &Context,
        activation: Activation,
        dy: &Tensor<T>,
        w: &Tensor<T>,
        u: &Tensor<T>,
    ) -> Result<Tensor<T>> {
        input_grad_onto(&mut Immediate(ctx), self, [dy, w], u.shape(), Through::Input(activation, u), None)
    }

    /// `dx = factor * dx + input_grad(dy, w)`, the latter through an activation if there is one: for an x that several
    /// operators read. dx `[N, C_in, spatial...]` is updated; with a factor of 0 what it holds is not read. Submits and does not
    /// wait.
    ///
    /// # Errors
    /// As for [`Conv::forward`], as for [`Conv::input_grad_through`], and a dx that shares memory with another operand.
    ///
    /// ```
    /// # use wgconv::{Context, Conv, Factor, Through};
    /// # let ctx = Context::new_blocking()?;
    /// let conv = Conv::<1>::new([2]).build()?;
    /// let dx = ctx.tensor(&[1, 1, 3], &[100.0, 200.0, 300.0])?;
    /// let (dy, w) = (ctx.tensor(&[1, 1, 2], &[1.0, 1.0])?, ctx.tensor(&[1, 1, 2], &[10.0, 1.0])?);
    /// conv.input_grad_onto(&ctx, &dy, &w, Through::Nothing, &dx, Factor::ONE)?;
    /// assert_eq!(dx.read_blocking()?, [110.0, 211.0, 301.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn input_grad_onto<T: Real>(
        &self,
        ctx: &Context,
        dy: &Tensor<T>,
        w: &Tensor<T>,
        through: Through<'_, T>,
        dx: &Tensor<T>,
        factor: Factor,
    ) -> Result<()> {
        input_grad_onto(&mut Immediate(ctx), self, [dy, w], dx.shape(), through, Some((dx, factor))).map(drop)
    }

    /// `dw = factor * dw + kernel_grad(x, dy)`: for shared kernels and micro-batches. dw is updated; with a factor of 0 what it
    /// holds is not read. Submits and does not wait.
    ///
    /// # Errors
    /// As for [`Conv::forward`], and a dw that shares memory with another operand.
    ///
    /// ```
    /// # use wgconv::{Context, Conv, Factor};
    /// # let ctx = Context::new_blocking()?;
    /// let conv = Conv::<1>::new([2]).build()?;
    /// let (x, dy) = (ctx.tensor(&[1, 1, 3], &[1.0, 2.0, 3.0])?, ctx.tensor(&[1, 1, 2], &[1.0, 1.0])?);
    /// let dw = conv.kernel_grad(&ctx, &x, &dy)?;
    /// conv.kernel_grad_onto(&ctx, &x, &dy, &dw, Factor::ONE)?;
    /// assert_eq!(dw.read_blocking()?, [6.0, 10.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn kernel_grad_onto<T: Real>(
        &self,
        ctx: &Context,
        x: &Tensor<T>,
        dy: &Tensor<T>,
        dw: &Tensor<T>,
        factor: Factor,
    ) -> Result<()> {
        kernel_grad_onto(&mut Immediate(ctx), self, x, dy, Some((dw, factor))).map(drop)
    }

    /// `db = factor * db + bias_grad(dy)`, as [`Conv::kernel_grad_onto`].
    ///
    /// # Errors
    /// As for [`Conv::bias_grad`], and a db that shares memory with dy.
    ///
    /// ```
    /// # use wgconv::{Context, Conv, Factor};
    /// # let ctx = Context::new_blocking()?;
    /// let conv = Conv::<1>::new([2]).build()?;
    /// let (dy, db) = (ctx.tensor(&[1, 2, 2], &[1.0, 2.0, 3.0, 4.0])?, ctx.tensor(&[2], &[10.0, 20.0])?);
    /// conv.bias_grad_onto(&ctx, &dy, &db, Factor::new(0.5)?)?;
    /// assert_eq!(db.read_blocking()?, [8.0, 17.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn bias_grad_onto<T: Real>(&self, ctx: &Context, dy: &Tensor<T>, db: &Tensor<T>, factor: Factor) -> Result<()> {
        bias_grad(&mut Immediate(ctx), self, dy, Some((db, factor))).map(drop)
    }

    /// dw, the gradient of the kernel, from x and dy: the true one (cross-correlation of x with dy, no flip), in w's
    /// order of channels. Deterministic. Submits and does not wait.
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
    pub fn kernel_grad<T: Real>(&self, ctx: &Context, x: &Tensor<T>, dy: &Tensor<T>) -> Result<Tensor<T>> {
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
    pub fn bias_grad<T: Real>(&self, ctx: &Context, dy: &Tensor<T>) -> Result<Tensor<T>> {
        bias_grad(&mut Immediate(ctx), self, dy, None)
    }

    /// The plan of a pass for these shapes, from the context's cache if it was made before.
    ///
    /// Operands: forward x, w, y (and b, and the residual); input_grad dy, w, dx (and x, if it goes through an activation: that
    /// one's output or input, as [`Activation::derivative_from_output`] says); kernel_grad x, dy, dw; bias_grad dy, db; and the
    /// workspace if [`PlanSpec::workspace_bytes`] is not 0.
    ///
    /// # Errors
    /// As for [`Conv::forward`].
    pub fn plan(&self, ctx: &Context, pass: Pass, shapes: ConvShapes<'_>) -> Result<Arc<Plan>> {
        self.plan_with(ctx, pass, shapes, ctx.plan_options())
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
        ctx.plan(task(self, pass, shapes)?, options)
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
        task(self, pass, shapes)?.plan(limits, options)
    }
}
