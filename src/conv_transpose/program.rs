//! The transposed convolution's passes as parts of a program.

use super::ConvTranspose;
use crate::activation::Activation;
use crate::conv::Through;
use crate::conv::record::{
    bias_grad, forward, forward_onto, input_grad, input_grad_onto, kernel_grad, kernel_grad_onto,
};
use crate::error::Result;
use crate::factor::Factor;
use crate::gpu::{Program, Tensor};

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
        bias_grad(self, conv, dy, None)
    }

    /// [`ConvTranspose::forward_residual`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    ///
    /// ```
    /// # use wgconv::{Activation, Context, ConvTranspose, Factor, Program, Through};
    /// # let ctx = Context::new_blocking()?;
    /// let conv = ConvTranspose::<1>::new([2]).stride([2]).build()?;
    /// let (x, w) = (ctx.tensor(&[1, 1, 2], &[1.0, -10.0])?, ctx.tensor(&[1, 1, 2], &[1.0, 2.0])?);
    /// let mut program = Program::new(&ctx);
    /// let z = program.conv_transpose_forward(&conv, &x, &w, None)?;
    /// let y = program.conv_transpose_forward_residual(&conv, &x, &w, None, &z, Factor::ONE)?;
    /// program.conv_transpose_forward_onto(&conv, &x, &w, None, &z, Factor::new(-0.5)?)?;
    /// let dx = program.conv_transpose_input_grad_through(&conv, Activation::Relu, &y, &w, &x)?;
    /// let du = program.conv_transpose_input_grad_through_input(&conv, Activation::Silu, &y, &w, &ctx.zeros(&[1, 1, 2])?)?;
    /// program.conv_transpose_input_grad_onto(&conv, &y, &w, Through::Nothing, &dx, Factor::ONE)?;
    /// let dw = program.conv_transpose_kernel_grad(&conv, &x, &y)?;
    /// program.conv_transpose_kernel_grad_onto(&conv, &x, &y, &dw, Factor::ONE)?;
    /// let db = program.conv_transpose_bias_grad(&conv, &y)?;
    /// program.conv_transpose_bias_grad_onto(&conv, &y, &db, Factor::ONE)?;
    /// program.run()?;
    /// assert_eq!(y.read_blocking()?, [2.0, 4.0, -20.0, -40.0]);
    /// assert_eq!(z.read_blocking()?, [0.5, 1.0, -5.0, -10.0]);
    /// assert_eq!((dx.read_blocking()?, du.read_blocking()?), (vec![20.0, -100.0], vec![5.0, -50.0]));
    /// assert_eq!((dw.read_blocking()?, db.read_blocking()?), (vec![404.0, 808.0], vec![-108.0]));
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn conv_transpose_forward_residual<const D: usize>(
        &mut self,
        conv: &ConvTranspose<D>,
        x: &Tensor,
        w: &Tensor,
        b: Option<&Tensor>,
        z: &Tensor,
        factor: Factor,
    ) -> Result<Tensor> {
        forward_onto(self, conv, [x, w], b, Some((z, factor)), None)
    }

    /// [`ConvTranspose::forward_onto`] as a part of the program; example at [`Program::conv_transpose_forward_residual`].
    ///
    /// # Errors
    /// As there.
    pub fn conv_transpose_forward_onto<const D: usize>(
        &mut self,
        conv: &ConvTranspose<D>,
        x: &Tensor,
        w: &Tensor,
        b: Option<&Tensor>,
        y: &Tensor,
        factor: Factor,
    ) -> Result<()> {
        forward_onto(self, conv, [x, w], b, None, Some((y, factor))).map(drop)
    }

    /// [`ConvTranspose::input_grad_through`] as a part of the program; example at
    /// [`Program::conv_transpose_forward_residual`].
    ///
    /// # Errors
    /// As there.
    pub fn conv_transpose_input_grad_through<const D: usize>(
        &mut self,
        conv: &ConvTranspose<D>,
        activation: Activation,
        dy: &Tensor,
        w: &Tensor,
        x: &Tensor,
    ) -> Result<Tensor> {
        input_grad_onto(self, conv, [dy, w], x.shape(), Through::Output(activation, x), None)
    }

    /// [`ConvTranspose::input_grad_through_input`] as a part of the program; example at
    /// [`Program::conv_transpose_forward_residual`].
    ///
    /// # Errors
    /// As there.
    pub fn conv_transpose_input_grad_through_input<const D: usize>(
        &mut self,
        conv: &ConvTranspose<D>,
        activation: Activation,
        dy: &Tensor,
        w: &Tensor,
        u: &Tensor,
    ) -> Result<Tensor> {
        input_grad_onto(self, conv, [dy, w], u.shape(), Through::Input(activation, u), None)
    }

    /// [`ConvTranspose::input_grad_onto`] as a part of the program; example at
    /// [`Program::conv_transpose_forward_residual`].
    ///
    /// # Errors
    /// As there.
    pub fn conv_transpose_input_grad_onto<const D: usize>(
        &mut self,
        conv: &ConvTranspose<D>,
        dy: &Tensor,
        w: &Tensor,
        through: Through<'_>,
        dx: &Tensor,
        factor: Factor,
    ) -> Result<()> {
        input_grad_onto(self, conv, [dy, w], dx.shape(), through, Some((dx, factor))).map(drop)
    }

    /// [`ConvTranspose::kernel_grad_onto`] as a part of the program; example at
    /// [`Program::conv_transpose_forward_residual`].
    ///
    /// # Errors
    /// As there.
    pub fn conv_transpose_kernel_grad_onto<const D: usize>(
        &mut self,
        conv: &ConvTranspose<D>,
        x: &Tensor,
        dy: &Tensor,
        dw: &Tensor,
        factor: Factor,
    ) -> Result<()> {
        kernel_grad_onto(self, conv, x, dy, Some((dw, factor))).map(drop)
    }

    /// [`ConvTranspose::bias_grad_onto`] as a part of the program; example at
    /// [`Program::conv_transpose_forward_residual`].
    ///
    /// # Errors
    /// As there.
    pub fn conv_transpose_bias_grad_onto<const D: usize>(
        &mut self,
        conv: &ConvTranspose<D>,
        dy: &Tensor,
        db: &Tensor,
        factor: Factor,
    ) -> Result<()> {
        bias_grad(self, conv, dy, Some((db, factor))).map(drop)
    }
}
