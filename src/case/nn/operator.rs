//! Which operator without a window it is, and what its text begins with.

use crate::activation::Activation;
use crate::element::ElementType;
use crate::factor::Factor;

/// An operator without a window, with its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NnOperator {
    /// [`crate::nn::BatchNorm`] with PyTorch's eps and momentum: training with running statistics, inference, gradients.
    BatchNorm {
        /// What y goes through: none or ReLU.
        activation: Activation,
        /// Whether forward adds a residual.
        residual: bool,
    },
    /// [`crate::nn::activate`] and [`crate::nn::activation_grad`].
    Activation(Activation),
    /// [`crate::nn::add`], or [`crate::nn::add_relu`].
    Add {
        /// Whether the sum goes through ReLU.
        relu: bool,
    },
    /// [`crate::nn::dropout`], and its gradient, which is the same function of dy.
    Dropout {
        /// How likely an element is dropped: at least 0 and below 1.
        probability: Factor,
    },
    /// [`crate::nn::dense_forward`] and its gradients, by the kernels that they choose on a device. The channels are its inputs.
    Dense {
        /// Columns of y.
        outputs: u32,
    },
    /// [`crate::nn::half_squared_error`].
    HalfSquaredError,
    /// [`crate::nn::softmax_cross_entropy`]. The channels are the classes.
    SoftmaxCrossEntropy,
    /// A step of [`crate::nn::sgd`]. The channels are the parameters, as in all optimisers.
    Sgd,
    /// A step of [`crate::nn::sgd_nesterov`].
    SgdNesterov,
    /// A step of [`crate::nn::adam`].
    Adam,
    /// A step of [`crate::nn::adamw`].
    AdamW,
    /// [`crate::layout::to_channels_last`] of x with channels first, and the other way round.
    Transpose,
    /// [`crate::convert`].
    Convert {
        /// The type of y.
        target: ElementType,
    },
}

const FORWARD: &[&str] = &["forward"];
const FORWARD_AND_BACKWARD: &[&str] = &["forward", "backward"];

impl NnOperator {
    /// All of them, with the parameters that a text leaves out. A prefix that another one begins with comes behind it.
    pub const ALL: [NnOperator; 13] = [
        NnOperator::BatchNorm { activation: Activation::None, residual: false },
        NnOperator::Activation(Activation::None),
        NnOperator::Add { relu: false },
        NnOperator::Dropout { probability: Factor::known(0.5) },
        NnOperator::Dense { outputs: 1 },
        NnOperator::HalfSquaredError,
        NnOperator::SoftmaxCrossEntropy,
        NnOperator::Sgd,
        NnOperator::SgdNesterov,
        NnOperator::AdamW,
        NnOperator::Adam,
        NnOperator::Transpose,
        NnOperator::Convert { target: ElementType::F32 },
    ];

    /// What the text of a case of it begins with.
    ///
    /// ```
    /// use wgconv::case::NnOperator;
    /// assert_eq!(NnOperator::SoftmaxCrossEntropy.prefix(), "softmax");
    /// ```
    pub fn prefix(self) -> &'static str {
        match self {
            NnOperator::BatchNorm { .. } => "bn",
            NnOperator::Activation(_) => "act",
            NnOperator::Add { .. } => "add",
            NnOperator::Dropout { .. } => "dropout",
            NnOperator::Dense { .. } => "dense",
            NnOperator::HalfSquaredError => "halfsq",
            NnOperator::SoftmaxCrossEntropy => "softmax",
            NnOperator::Sgd => "sgd",
            NnOperator::SgdNesterov => "nesterov",
            NnOperator::Adam => "adam",
            NnOperator::AdamW => "adamw",
            NnOperator::Transpose => "transpose",
            NnOperator::Convert { .. } => "convert",
        }
    }

    /// As it is called in sentences.
    pub(in crate::case) fn name(self) -> &'static str {
        match self {
            NnOperator::BatchNorm { .. } => "batch normalisation",
            NnOperator::Activation(_) => "an activation",
            NnOperator::Add { .. } => "an addition",
            NnOperator::Dropout { .. } => "dropout",
            NnOperator::Dense { .. } => "a dense layer",
            NnOperator::HalfSquaredError => "half the squared error",
            NnOperator::SoftmaxCrossEntropy => "softmax cross-entropy",
            NnOperator::Sgd => "SGD",
            NnOperator::SgdNesterov => "SGD with Nesterov's momentum",
            NnOperator::Adam => "Adam",
            NnOperator::AdamW => "AdamW",
            NnOperator::Transpose => "a transposition",
            NnOperator::Convert { .. } => "a conversion",
        }
    }

    /// The names of its passes.
    pub(in crate::case) fn passes(self) -> &'static [&'static str] {
        match self {
            NnOperator::BatchNorm { .. } => &["forward_training", "forward", "backward"],
            NnOperator::Activation(_) | NnOperator::Dropout { .. } => FORWARD_AND_BACKWARD,
            NnOperator::Dense { .. } => &super::super::CONV_PASSES,
            NnOperator::HalfSquaredError | NnOperator::SoftmaxCrossEntropy => &["loss"],
            NnOperator::Add { .. } | NnOperator::Transpose | NnOperator::Convert { .. } => FORWARD,
            _ => &["step"],
        }
    }

    /// Whether it is a step of training, which knows no batch and no cells.
    pub(in crate::case) fn is_optimiser(self) -> bool {
        self.passes() == ["step"]
    }

    /// Whether x may have cells; else it is `[N, C]`.
    pub(in crate::case) fn has_cells(self) -> bool {
        !self.is_optimiser() && !matches!(self, NnOperator::Dense { .. } | NnOperator::SoftmaxCrossEntropy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_prefix_hides_another() {
        for (i, operator) in NnOperator::ALL.iter().enumerate() {
            for before in &NnOperator::ALL[..i] {
                assert!(!operator.prefix().starts_with(before.prefix()), "{before:?} hides {operator:?}");
            }
        }
    }
}
