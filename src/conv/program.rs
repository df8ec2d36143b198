//! The convolution's passes as parts of a program.

use super::record::{bias_grad, forward, forward_onto, input_grad, input_grad_onto, kernel_grad, kernel_grad_onto};
use super::{Conv, Through};
use crate::activation::Activation;
use crate::error::Result;
use crate::factor::Factor;
use crate::gpu::{Program, Tensor};

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
        input_grad_onto(self, conv, [dy, w], x.shape(), Through::Output(activation, x), None)
    }

    /// [`Conv::input_grad_through_input`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_input_grad_through_input<const D: usize>(
        &mut self,
        conv: &Conv<D>,
        activation: Activation,
        dy: &Tensor,
        w: &Tensor,
        u: &Tensor,
    ) -> Result<Tensor> {
        input_grad_onto(self, conv, [dy, w], u.shape(), Through::Input(activation, u), None)
    }

    /// [`Conv::input_grad_onto`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_input_grad_onto<const D: usize>(
        &mut self,
        conv: &Conv<D>,
        dy: &Tensor,
        w: &Tensor,
        through: Through<'_>,
        dx: &Tensor,
        factor: Factor,
    ) -> Result<()> {
        input_grad_onto(self, conv, [dy, w], dx.shape(), through, Some((dx, factor))).map(drop)
    }

    /// [`Conv::kernel_grad_onto`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_kernel_grad_onto<const D: usize>(
        &mut self,
        conv: &Conv<D>,
        x: &Tensor,
        dy: &Tensor,
        dw: &Tensor,
        factor: Factor,
    ) -> Result<()> {
        kernel_grad_onto(self, conv, x, dy, Some((dw, factor))).map(drop)
    }

    /// [`Conv::bias_grad_onto`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_bias_grad_onto<const D: usize>(
        &mut self,
        conv: &Conv<D>,
        dy: &Tensor,
        db: &Tensor,
        factor: Factor,
    ) -> Result<()> {
        bias_grad(self, conv, dy, Some((db, factor))).map(drop)
    }

    /// [`Conv::forward_residual`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_forward_residual<const D: usize>(
        &mut self,
        conv: &Conv<D>,
        x: &Tensor,
        w: &Tensor,
        b: Option<&Tensor>,
        z: &Tensor,
        factor: Factor,
    ) -> Result<Tensor> {
        forward_onto(self, conv, [x, w], b, Some((z, factor)), None)
    }

    /// [`Conv::forward_onto`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn conv_forward_onto<const D: usize>(
        &mut self,
        conv: &Conv<D>,
        x: &Tensor,
        w: &Tensor,
        b: Option<&Tensor>,
        y: &Tensor,
        factor: Factor,
    ) -> Result<()> {
        forward_onto(self, conv, [x, w], b, None, Some((y, factor))).map(drop)
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
        bias_grad(self, conv, dy, None)
    }
}
