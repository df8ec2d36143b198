//! An operator without a window, with its shapes: those of [`crate::nn`], transposition and conversion.

mod operator;
mod print;
mod problem;

pub use operator::NnOperator;
pub(crate) use problem::{DROPOUT_SEED, Role};

use crate::element::ElementType;
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::plan::{DeviceLimits, Operand};

/// An operator without a window, with the shape of its x.
///
/// ```
/// use wgconv::case::{Case, NnCase, NnOperator};
/// use wgconv::{Activation, ElementType, Layout};
/// let case = NnCase {
///     operator: NnOperator::BatchNorm { activation: Activation::Relu, residual: false },
///     batch: 8,
///     channels: 64,
///     cells: vec![14, 14],
///     x_layout: Layout::ChannelsFirst,
///     element: ElementType::F32,
/// };
/// assert_eq!(case.to_string(), "bnn8c64h14w14relu");
/// assert_eq!(Case::Nn(case).passes(), ["forward_training", "forward", "backward"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NnCase {
    /// Which one.
    pub operator: NnOperator,
    /// N; of an optimiser 1.
    pub batch: u32,
    /// C: channels; inputs of a dense layer, classes of the softmax, parameters of an optimiser.
    pub channels: u32,
    /// Extents of the spatial axes, outermost first: three at most, and none of a dense layer, the softmax and an optimiser.
    pub cells: Vec<u32>,
    /// How x, y, their gradients and a residual lie in memory, of a batch normalisation; of a transposition x, and y is the other
    /// way round; channels first otherwise.
    pub x_layout: Layout,
    /// The type of data and their gradients, of an optimiser that of dw, of a conversion that of x.
    pub element: ElementType,
}

impl NnCase {
    /// `[N, C, spatial...]`
    pub fn x_shape(&self) -> Vec<usize> {
        [self.batch, self.channels].iter().chain(&self.cells).map(|&extent| extent as usize).collect()
    }

    /// x's shape, of a dense layer `[N, outputs]`.
    ///
    /// # Errors
    /// Parameters that do not fit together, as [`crate::nn`]'s functions say; no axis, or one too many; more than `u32::MAX` elements;
    /// another layout than the operator has.
    pub fn y_shape(&self) -> Result<Vec<usize>> {
        self.check()?;
        for pass in self.operator.passes() {
            self.planned(&DeviceLimits::default(), pass, false)?;
        }
        Ok(match self.operator {
            NnOperator::Dense { outputs } => vec![self.batch as usize, outputs as usize],
            _ => self.x_shape(),
        })
    }

    /// `[N, C, cells]`: all spatial axes together.
    pub(crate) fn extents(&self) -> [usize; 3] {
        [self.batch as usize, self.channels as usize, self.cells.iter().map(|&extent| extent as usize).product()]
    }

    pub(crate) fn layout(&self, operand: Operand) -> Layout {
        match (self.operator, operand) {
            (NnOperator::BatchNorm { .. }, Operand::X | Operand::Y | Operand::Dx | Operand::Dy | Operand::Residual)
            | (NnOperator::Transpose, Operand::X) => self.x_layout,
            (NnOperator::Transpose, Operand::Y) => match self.x_layout {
                Layout::ChannelsFirst => Layout::ChannelsLast,
                Layout::ChannelsLast => Layout::ChannelsFirst,
            },
            _ => Layout::ChannelsFirst,
        }
    }

    /// The type of an operand, as its user calls it: what [`crate::nn`] keeps in f32 is f32.
    pub(crate) fn element_of(&self, operand: Operand) -> ElementType {
        use Operand::{Dw, Dx, Dy, Hyper, Loss, Residual, Step, Target, X, Y};
        let is_data = match self.operator {
            NnOperator::BatchNorm { .. } => matches!(operand, X | Y | Dx | Dy | Residual),
            NnOperator::SoftmaxCrossEntropy => matches!(operand, X | Dx),
            NnOperator::HalfSquaredError => matches!(operand, Y | Target | Dx),
            operator if operator.is_optimiser() => operand == Dw,
            NnOperator::Convert { target } if operand == Y => return target,
            _ => !matches!(operand, Loss | Hyper | Step),
        };
        if is_data { self.element } else { ElementType::F32 }
    }

    /// The work in multiply-adds, of a dense layer; 0 of all others, which have to do with memory.
    pub(super) fn multiply_adds(&self) -> u64 {
        let NnOperator::Dense { outputs } = self.operator else { return 0 };
        u64::from(self.batch).saturating_mul(self.channels.into()).saturating_mul(outputs.into())
    }

    /// What no operator looks at itself.
    fn check(&self) -> Result<()> {
        let operator = self.operator;
        let has_layouts = matches!(operator, NnOperator::BatchNorm { .. } | NnOperator::Transpose);
        let invalid = |parameter, value: String, expected| {
            Err(Error::InvalidParameter { operator: "Case", parameter, value, expected })
        };
        if self.cells.len() > if operator.has_cells() { 3 } else { 0 } {
            return invalid("cells", format!("{:?}", self.cells), "three axes at most, and none where x is [N, C]");
        }
        if operator.is_optimiser() && self.batch != 1 {
            return invalid("batch", self.batch.to_string(), "1: an optimiser has only parameters");
        }
        if self.x_layout != Layout::ChannelsFirst && !has_layouts {
            return invalid("x_layout", self.x_layout.to_string(), "channels first, which this operator takes");
        }
        Ok(())
    }
}
