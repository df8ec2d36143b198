//! Dense layer: y = x wT + b, which is a convolution of one cell with one tap, so it runs on the same kernels. Its gradients are
//! matrix products into `[rows, inputs]`, which can also be seen as convolutions of one sample whose cells are the inputs.

use super::activation::push_grad;
use crate::activation::Activation;
use crate::conv::{Conv, check_derivative, record};
use crate::element::ElementType;
use crate::error::Result;
use crate::gpu::{Bound, Context, Immediate, Program, Real, Sink, Tensor};
use crate::plan::{DeviceLimits, Operand};
use crate::spatial::{check_shape, expect_shape};

/// The convolution that a dense layer is.
fn as_conv() -> Result<Conv<1>> {
    Conv::<1>::new([1]).build()
}

/// `[A, B]` as `[A, B, 1]`.
fn with_cell(shape: &[usize]) -> Vec<usize> {
    shape.iter().copied().chain([1]).collect()
}

/// A matrix as a tensor of one spatial cell: a sample each row, or an output channel of a kernel.
fn view<T: Real>(operand: Operand, matrix: &Tensor<T>) -> Result<Tensor<T>> {
    check_shape("dense", operand, matrix.shape(), 2)?;
    matrix.reshape(&with_cell(matrix.shape()))
}

/// A matrix as one sample: a channel each row.
fn channels<T: Real>(operand: Operand, matrix: &Tensor<T>) -> Result<Tensor<T>> {
    check_shape("dense", operand, matrix.shape(), 2)?;
    matrix.reshape(&[1, matrix.shape()[0], matrix.shape()[1]])
}

/// The matrix of which [`view`] is a view.
fn matrix_of_cells<T: Real>(tensor: Tensor<T>) -> Result<Tensor<T>> {
    tensor.reshape(&tensor.shape()[..2])
}

/// The matrix of which [`channels`] is a view.
fn rows<T: Real>(tensor: Tensor<T>) -> Result<Tensor<T>> {
    tensor.reshape(&tensor.shape()[1..])
}

/// Whether a product of `terms` terms into `[rows, inputs]` is better computed as one sample with the inputs as its cells, so
/// that the kernels' columns lie side by side in memory: if there are enough of them to fill a subgroup's columns, if the
/// whole can be bound at once, and if there are not so many terms that they had better be split.
pub(crate) fn along_inputs(
    limits: &DeviceLimits,
    element: ElementType,
    terms: usize,
    rows: usize,
    inputs: usize,
) -> bool {
    const LEAST_INPUTS: usize = 32;
    const MOST_TERMS: usize = 4096;
    // Of the kernel, which dy is then, and of the tensors beside it.
    let largest = [[terms, rows], [terms, inputs], [rows, inputs]].map(|[a, b]| (a as u64).saturating_mul(b as u64));
    let fits = |&elements: &u64| element.buffer_bytes(elements) <= limits.max_storage_binding_bytes;
    inputs >= LEAST_INPUTS && terms <= MOST_TERMS && largest.iter().all(fits)
}

fn forward<T: Real>(sink: &mut impl Sink, x: &Tensor<T>, w: &Tensor<T>, b: Option<&Tensor<T>>) -> Result<Tensor<T>> {
    matrix_of_cells(record::forward(sink, &as_conv()?, &view(Operand::X, x)?, &view(Operand::W, w)?, b)?)
}

fn input_grad<T: Real>(sink: &mut impl Sink, dy: &Tensor<T>, w: &Tensor<T>) -> Result<Tensor<T>> {
    let (dy_cells, w_cells) = (view(Operand::Dy, dy)?, view(Operand::W, w)?);
    let ([samples, outputs], inputs) = ([dy.shape()[0], w.shape()[0]], w.shape()[1]);
    expect_shape("dense", Operand::Dy, dy.shape(), &[samples, outputs])?;
    if along_inputs(sink.context().limits(), T::TYPE, outputs, samples, inputs) {
        sink.check(&[Bound::new(Operand::Dy, dy), Bound::new(Operand::W, w)])?;
        // dx = dy w is a forward pass with dy as its kernel.
        return rows(record::forward(sink, &as_conv()?, &channels(Operand::W, w)?, &dy_cells, None)?);
    }
    matrix_of_cells(record::input_grad(sink, &as_conv()?, &dy_cells, &w_cells, &[samples, inputs, 1])?)
}

fn input_grad_through<T: Real>(
    sink: &mut impl Sink,
    activation: Activation,
    dy: &Tensor<T>,
    w: &Tensor<T>,
    x: &Tensor<T>,
) -> Result<Tensor<T>> {
    check_shape("dense", Operand::Dy, dy.shape(), 2)?;
    check_shape("dense", Operand::W, w.shape(), 2)?;
    expect_shape("dense", Operand::X, x.shape(), &[dy.shape()[0], w.shape()[1]])?;
    check_derivative("dense", activation, true)?;
    let dx = input_grad(sink, dy, w)?;
    if activation == Activation::None { Ok(dx) } else { push_grad(sink, activation, x, &dx) }
}

fn kernel_grad<T: Real>(sink: &mut impl Sink, x: &Tensor<T>, dy: &Tensor<T>) -> Result<Tensor<T>> {
    let (x_cells, dy_cells) = (view(Operand::X, x)?, view(Operand::Dy, dy)?);
    let ([samples, inputs], outputs) = ([x.shape()[0], x.shape()[1]], dy.shape()[1]);
    expect_shape("dense", Operand::Dy, dy.shape(), &[samples, outputs])?;
    if along_inputs(sink.context().limits(), T::TYPE, samples, outputs, inputs) {
        sink.check(&[Bound::new(Operand::X, x), Bound::new(Operand::Dy, dy)])?;
        // dw = dy transposed x is an input gradient with dy as its kernel.
        let columns = channels(Operand::X, x)?;
        return rows(record::input_grad(sink, &as_conv()?, &columns, &dy_cells, &[1, outputs, inputs])?);
    }
    matrix_of_cells(record::kernel_grad(sink, &as_conv()?, &x_cells, &dy_cells)?)
}

/// y `[N, Out]` = x `[N, In]` times w `[Out, In]` transposed, plus b `[Out]`, all of one type. Submits and does not wait.
///
/// # Errors
/// Shapes that do not fit, tensors of another context, limits of the device, no memory, a lost device.
///
/// ```
/// use wgconv::{Context, nn};
/// let ctx = Context::new_blocking()?;
/// let x = ctx.tensor(&[1, 2], &[3.0, 4.0])?;
/// let w = ctx.tensor(&[1, 2], &[10.0, 1.0])?;
/// assert_eq!(nn::dense_forward(&ctx, &x, &w, None)?.read_blocking()?, [34.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn dense_forward<T: Real>(ctx: &Context, x: &Tensor<T>, w: &Tensor<T>, b: Option<&Tensor<T>>) -> Result<Tensor<T>> {
    forward(&mut Immediate(ctx), x, w, b)
}

/// dx `[N, In]` = dy `[N, Out]` times w `[Out, In]`. Submits and does not wait.
///
/// # Errors
/// As for [`dense_forward`].
///
/// ```
/// use wgconv::{Context, nn};
/// let ctx = Context::new_blocking()?;
/// let dy = ctx.tensor(&[1, 1], &[2.0])?;
/// let w = ctx.tensor(&[1, 2], &[10.0, 1.0])?;
/// assert_eq!(nn::dense_input_grad(&ctx, &dy, &w)?.read_blocking()?, [20.0, 2.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn dense_input_grad<T: Real>(ctx: &Context, dy: &Tensor<T>, w: &Tensor<T>) -> Result<Tensor<T>> {
    input_grad(&mut Immediate(ctx), dy, w)
}

/// dx as [`dense_input_grad`] gives it, times the derivative of the activation whose output x `[N, In]` is: the gradient at that
/// activation's input (see [`Conv::input_grad_through`](crate::Conv::input_grad_through)). Submits and does not wait.
///
/// # Errors
/// As for [`dense_forward`], and an activation whose derivative does not follow from its output
/// ([`Activation::derivative_from_output`]).
///
/// ```
/// use wgconv::{Activation, Context, nn};
/// let ctx = Context::new_blocking()?;
/// let dy = ctx.tensor(&[1, 1], &[2.0])?;
/// let w = ctx.tensor(&[1, 2], &[10.0, 1.0])?;
/// let x = ctx.tensor(&[1, 2], &[0.0, 3.0])?;
/// assert_eq!(nn::dense_input_grad_through(&ctx, Activation::Relu, &dy, &w, &x)?.read_blocking()?, [0.0, 2.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn dense_input_grad_through<T: Real>(
    ctx: &Context,
    activation: Activation,
    dy: &Tensor<T>,
    w: &Tensor<T>,
    x: &Tensor<T>,
) -> Result<Tensor<T>> {
    input_grad_through(&mut Immediate(ctx), activation, dy, w, x)
}

/// dw `[Out, In]` = dy `[N, Out]` transposed times x `[N, In]`. Submits and does not wait.
///
/// # Errors
/// As for [`dense_forward`].
///
/// ```
/// use wgconv::{Context, nn};
/// let ctx = Context::new_blocking()?;
/// let x = ctx.tensor(&[1, 2], &[3.0, 4.0])?;
/// let dy = ctx.tensor(&[1, 1], &[2.0])?;
/// assert_eq!(nn::dense_kernel_grad(&ctx, &x, &dy)?.read_blocking()?, [6.0, 8.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn dense_kernel_grad<T: Real>(ctx: &Context, x: &Tensor<T>, dy: &Tensor<T>) -> Result<Tensor<T>> {
    kernel_grad(&mut Immediate(ctx), x, dy)
}

/// db `[Out]`: dy `[N, Out]` summed over the batch. Submits and does not wait.
///
/// # Errors
/// As for [`dense_forward`].
///
/// ```
/// use wgconv::{Context, nn};
/// let ctx = Context::new_blocking()?;
/// let dy = ctx.tensor(&[2, 1], &[2.0, 3.0])?;
/// assert_eq!(nn::dense_bias_grad(&ctx, &dy)?.read_blocking()?, [5.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn dense_bias_grad<T: Real>(ctx: &Context, dy: &Tensor<T>) -> Result<Tensor<T>> {
    as_conv()?.bias_grad(ctx, &view(Operand::Dy, dy)?)
}

/// Dense layer.
impl Program {
    /// [`dense_forward`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn dense_forward<T: Real>(&mut self, x: &Tensor<T>, w: &Tensor<T>, b: Option<&Tensor<T>>) -> Result<Tensor<T>> {
        forward(self, x, w, b)
    }

    /// [`dense_input_grad`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn dense_input_grad<T: Real>(&mut self, dy: &Tensor<T>, w: &Tensor<T>) -> Result<Tensor<T>> {
        input_grad(self, dy, w)
    }

    /// [`dense_input_grad_through`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn dense_input_grad_through<T: Real>(
        &mut self,
        activation: Activation,
        dy: &Tensor<T>,
        w: &Tensor<T>,
        x: &Tensor<T>,
    ) -> Result<Tensor<T>> {
        input_grad_through(self, activation, dy, w, x)
    }

    /// [`dense_kernel_grad`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn dense_kernel_grad<T: Real>(&mut self, x: &Tensor<T>, dy: &Tensor<T>) -> Result<Tensor<T>> {
        kernel_grad(self, x, dy)
    }

    /// [`dense_bias_grad`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn dense_bias_grad<T: Real>(&mut self, dy: &Tensor<T>) -> Result<Tensor<T>> {
        self.conv_bias_grad(&as_conv()?, &view(Operand::Dy, dy)?)
    }
}
