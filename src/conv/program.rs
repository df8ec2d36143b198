//! The convolution's passes as parts of a program.

use super::record::{bias_grad, forward, forward_onto, input_grad, input_grad_onto, kernel_grad, kernel_grad_onto};
use super::{Conv, Through};
use crate::activation::Activation;
use crate::error::Result;
use crate::factor::Factor;
use crate::gpu::{Program, Real, Tensor};

/// Convolution.
impl Program {
    /// [`Conv::forward`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_forward<T: Real, const D: usize>(
        &mut self,
        conv: &Conv<D>,
        x: &Tensor<T>,
        w: &Tensor<T>,
        b: Option<&Tensor<T>>,
    ) -> Result<Tensor<T>> {
        forward(self, conv, x, w, b)
    }

    /// [`Conv::input_grad`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_input_grad<T: Real, const D: usize>(
        &mut self,
        conv: &Conv<D>,
        dy: &Tensor<T>,
        w: &Tensor<T>,
        x_shape: &[usize],
    ) -> Result<Tensor<T>> {
        input_grad(self, conv, dy, w, x_shape)
    }

    /// [`Conv::input_grad_through`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_input_grad_through<T: Real, const D: usize>(
        &mut self,
        conv: &Conv<D>,
        activation: Activation,
        dy: &Tensor<T>,
        w: &Tensor<T>,
        x: &Tensor<T>,
    ) -> Result<Tensor<T>> {
        input_grad_onto(self, conv, [dy, w], x.shape(), Through::Output(activation, x), None)
    }

    /// [`Conv::input_grad_through_input`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_input_grad_through_input<T: Real, const D: usize>(
        &mut self,
        conv: &Conv<D>,
        activation: Activation,
        dy: &Tensor<T>,
        w: &Tensor<T>,
        u: &Tensor<T>,
    ) -> Result<Tensor<T>> {
        input_grad_onto(self, conv, [dy, w], u.shape(), Through::Input(activation, u), None)
    }

    /// [`Conv::input_grad_onto`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_input_grad_onto<T: Real, const D: usize>(
        &mut self,
        conv: &Conv<D>,
        dy: &Tensor<T>,
        w: &Tensor<T>,
        through: Through<'_, T>,
        dx: &Tensor<T>,
        factor: Factor,
    ) -> Result<()> {
        input_grad_onto(self, conv, [dy, w], dx.shape(), through, Some((dx, factor))).map(drop)
    }

    /// [`Conv::kernel_grad_onto`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_kernel_grad_onto<T: Real, const D: usize>(
        &mut self,
        conv: &Conv<D>,
        x: &Tensor<T>,
        dy: &Tensor<T>,
        dw: &Tensor<T>,
        factor: Factor,
    ) -> Result<()> {
        kernel_grad_onto(self, conv, x, dy, Some((dw, factor))).map(drop)
    }

    /// [`Conv::bias_grad_onto`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_bias_grad_onto<T: Real, const D: usize>(
        &mut self,
        conv: &Conv<D>,
        dy: &Tensor<T>,
        db: &Tensor<T>,
        factor: Factor,
    ) -> Result<()> {
        bias_grad(self, conv, dy, Some((db, factor))).map(drop)
    }

    /// [`Conv::forward_residual`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_forward_residual<T: Real, const D: usize>(
        &mut self,
        conv: &Conv<D>,
        x: &Tensor<T>,
        w: &Tensor<T>,
        b: Option<&Tensor<T>>,
        z: &Tensor<T>,
        factor: Factor,
    ) -> Result<Tensor<T>> {
        forward_onto(self, conv, [x, w], b, Some((z, factor)), None)
    }

    /// [`Conv::forward_onto`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_forward_onto<T: Real, const D: usize>(
        &mut self,
        conv: &Conv<D>,
        x: &Tensor<T>,
        w: &Tensor<T>,
        b: Option<&Tensor<T>>,
        y: &Tensor<T>,
        factor: Factor,
    ) -> Result<()> {
        forward_onto(self, conv, [x, w], b, None, Some((y, factor))).map(drop)
    }

    /// [`Conv::kernel_grad`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_kernel_grad<T: Real, const D: usize>(
        &mut self,
        conv: &Conv<D>,
        x: &Tensor<T>,
        dy: &Tensor<T>,
    ) -> Result<Tensor<T>> {
        kernel_grad(self, conv, x, dy)
    }

    /// [`Conv::bias_grad`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_bias_grad<T: Real, const D: usize>(&mut self, conv: &Conv<D>, dy: &Tensor<T>) -> Result<Tensor<T>> {
        bias_grad(self, conv, dy, None)
    }
}
