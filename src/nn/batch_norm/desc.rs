//! The descriptor, and the tensors that belong to it.

use std::fmt::Display;

use super::OPERATOR;
use super::plan::BatchNormProblem;
use crate::activation::Activation;
use crate::element::ElementType;
use crate::error::{Error, Result};
use crate::gpu::{Context, Real, Tensor};
use crate::layout::Layout;
use crate::plan::{Operand, elements};
use crate::spatial::element_count;

/// Batch normalisation of x `[N, C, spatial...]` by channel: y = (x - mean) / sqrt(variance + eps) * w + b, then a residual r
/// is added if one is given, then ReLU if asked for.
///
/// In training, mean and variance are those of the batch: of the m = N * spatial elements of a channel, the variance divided by
/// m. They are computed in one pass over x without taking the difference of large numbers (Welford's update in each invocation,
/// Chan's between them, in a fixed order): relative to the exact ones the variance is off by at most about
/// `terms * f32::EPSILON * (1 + |mean| / std)` (Chan, Golub and LeVeque, "Algorithms for computing the sample variance", 1983,
/// table 1), where terms, the numbers that one invocation adds up and the merges behind it, is at most 1,200. The
/// running statistics move by `momentum` towards the batch's, the variance there being divided by m - 1. In inference they take
/// the batch's place. All as in PyTorch's `BatchNorm1d`, `2d` and `3d`. x may have either [`Layout`], which y, dy, dx and a residual
/// then have too.
///
/// x may be f32, f16 or bf16, and y, dy, dx and a residual are then of its type. What has one number for each channel (scale, shift,
/// running statistics, saved mean and deviation, dw, db) is f32 whatever x is, as in PyTorch's and cuDNN's mixed precision; the
/// statistics are those of x as it is stored, and y and dx are rounded once, where they are stored.
///
/// ```
/// use wgconv::{Activation, Context, nn::{BatchNorm, BatchNormTensors}};
/// let ctx = Context::new_blocking()?;
/// let norm = BatchNorm::new().activation(Activation::Relu);
/// let tensors = BatchNormTensors::new(&ctx, 1)?;                      // w 1, b 0, running mean 0, running variance 1
/// let x = ctx.tensor(&[2, 1, 2], &[4.0, 6.0, 4.0, 6.0])?;
/// let saved = norm.forward_training(&ctx, &x, &tensors, None)?;
/// assert!((saved.y.read_blocking()?[1] - 1.0).abs() < 1e-4);          // mean 5, standard deviation 1
/// let dy = ctx.tensor(&[2, 1, 2], &[1.0, 1.0, 1.0, 3.0])?;
/// let grads = norm.backward(&ctx, &x, &dy, &tensors.w, &saved)?;
/// assert_eq!(grads.db.read_blocking()?, [4.0]);                       // of the elements that ReLU let through
/// assert_eq!(tensors.running_mean.read_blocking()?, [0.5]);
/// let y = norm.forward(&ctx, &x, &tensors, None)?;                    // inference
/// assert_eq!(y.shape(), x.shape());
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchNorm {
    pub(super) eps: f32,
    pub(super) momentum: f32,
    pub(super) activation: Activation,
}

/// What a batch normalisation learns and remembers, each `[C]`: the names of PyTorch's `state_dict` are `weight`, `bias`,
/// `running_mean` and `running_var`.
#[derive(Clone, Debug)]
pub struct BatchNormTensors {
    /// Scale, gamma in the paper.
    pub w: Tensor,
    /// Shift, beta in the paper.
    pub b: Tensor,
    /// Moving average of the batches' means.
    pub running_mean: Tensor,
    /// Moving average of the batches' unbiased variances.
    pub running_var: Tensor,
}

/// What the forward pass of training gives.
#[derive(Clone, Debug)]
pub struct Normalised<T: Real = f32> {
    /// The output, with x's shape.
    pub y: Tensor<T>,
    /// The batch's mean `[C]`.
    pub mean: Tensor,
    /// 1 / sqrt(variance + eps) of the batch, `[C]`.
    pub inv_std: Tensor,
}

/// Gradients of a batch normalisation.
#[derive(Clone, Debug)]
pub struct BatchNormGrads<T: Real = f32> {
    /// At x, through the batch's mean and variance too.
    pub dx: Tensor<T>,
    /// At the scale, `[C]`.
    pub dw: Tensor,
    /// At the shift, `[C]`.
    pub db: Tensor,
}

/// A pass of a batch normalisation, for [`BatchNorm::plan`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BatchNormPass {
    /// y, mean and inv_std from x, w, b (and r); the running statistics updated.
    Training {
        /// Whether a residual is added.
        residual: bool,
    },
    /// y from x, w, b, running mean and variance (and r).
    Inference {
        /// Whether a residual is added.
        residual: bool,
    },
    /// dx, dw and db from x, dy, w, mean and inv_std (and y, where ReLU gave it).
    Backward,
}

impl BatchNormTensors {
    /// For so many channels as training begins: scale 1, shift 0, running mean 0, running variance 1.
    ///
    /// # Errors
    /// No channels; no memory, a lost device.
    ///
    /// ```
    /// use wgconv::{Context, nn::BatchNormTensors};
    /// let tensors = BatchNormTensors::new(&Context::new_blocking()?, 3)?;
    /// assert_eq!(tensors.running_var.read_blocking()?, [1.0; 3]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn new(ctx: &Context, channels: usize) -> Result<BatchNormTensors> {
        element_count(Operand::W, &[channels])?;
        let filled = |value: f32| ctx.tensor(&[channels], &vec![value; channels]);
        Ok(BatchNormTensors { w: filled(1.0)?, b: filled(0.0)?, running_mean: filled(0.0)?, running_var: filled(1.0)? })
    }
}

impl Default for BatchNorm {
    fn default() -> Self {
        BatchNorm::new()
    }
}

impl BatchNorm {
    /// PyTorch's: eps 1e-5, momentum 0.1; no activation.
    ///
    /// ```
    /// use wgconv::nn::BatchNorm;
    /// assert_eq!(BatchNorm::new(), BatchNorm::new().eps(1e-5).momentum(0.1));
    /// ```
    pub fn new() -> BatchNorm {
        BatchNorm { eps: 1e-5, momentum: 0.1, activation: Activation::None }
    }

    /// What is added to the variance under the root, 0 or above.
    pub fn eps(self, eps: f32) -> BatchNorm {
        BatchNorm { eps, ..self }
    }

    /// How far the running statistics move towards the batch's, 0 to 1.
    pub fn momentum(self, momentum: f32) -> BatchNorm {
        BatchNorm { momentum, ..self }
    }

    /// What y goes through, behind the residual if there is one: none or ReLU, as the kernels have no other. Every pass refuses
    /// the others with [`Error::InvalidParameter`]; [`crate::nn::activate`] computes them from y.
    pub fn activation(self, activation: Activation) -> BatchNorm {
        BatchNorm { activation, ..self }
    }

    /// An error if a parameter is outside its range.
    pub(super) fn check(&self) -> Result<()> {
        let invalid = |parameter, value: &dyn Display, expected| {
            Err(Error::InvalidParameter { operator: OPERATOR, parameter, value: value.to_string(), expected })
        };
        if !self.eps.is_finite() || self.eps < 0.0 {
            return invalid("eps", &self.eps, "0 or above");
        }
        if !(0.0..=1.0).contains(&self.momentum) {
            return invalid("momentum", &self.momentum, "0 to 1");
        }
        if !matches!(self.activation, Activation::None | Activation::Relu) {
            return invalid("activation", &self.activation, "none or relu");
        }
        Ok(())
    }

    /// The problem of a pass for x of this shape `[N, C, spatial...]`.
    pub(crate) fn problem(
        &self,
        pass: BatchNormPass,
        layout: Layout,
        element: ElementType,
        x_shape: &[usize],
    ) -> Result<BatchNormProblem> {
        self.check()?;
        element_count(Operand::X, x_shape)?;
        let [batch, channels, spatial @ ..] = x_shape else {
            return Err(Error::RankMismatch {
                operator: OPERATOR,
                operand: Operand::X,
                expected: 2,
                found: x_shape.to_vec(),
            });
        };
        let plane = elements(spatial);
        if matches!(pass, BatchNormPass::Training { .. }) && *batch as u64 * plane == 1 {
            return Err(Error::InvalidParameter {
                operator: OPERATOR,
                parameter: "shape of x",
                value: format!("{x_shape:?}"),
                expected: "more than one element for each channel in training: a single one has no variance",
            });
        }
        // The product of all extents fits 32 bits. Pixels one behind the other are as many samples of one cell.
        let (batch, plane) = match layout {
            Layout::ChannelsFirst => (*batch as u32, plane as u32),
            Layout::ChannelsLast => (*batch as u32 * plane as u32, 1),
        };
        Ok(BatchNormProblem {
            pass,
            layout,
            element,
            batch,
            channels: *channels as u32,
            plane,
            eps: self.eps.to_bits(),
            momentum: self.momentum.to_bits(),
            activation: self.activation,
        })
    }
}
