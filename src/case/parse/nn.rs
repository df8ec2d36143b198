//! An operator without a window from its keys.

use super::keys::ACTIVATIONS;
use super::parser::{Parsed, Parser};
use crate::case::print::EXTENTS;
use crate::case::{Case, NnCase, NnOperator};
use crate::element::ElementType;
use crate::factor::Factor;

/// Whether an operator has a key.
pub(super) fn has(operator: NnOperator, key: &str) -> bool {
    match key {
        "c" => true,
        "n" => !operator.is_optimiser(),
        "d" | "h" | "w" => operator.has_cells(),
        "k" => matches!(operator, NnOperator::Dense { .. }),
        "lastx" => matches!(operator, NnOperator::BatchNorm { .. } | NnOperator::Transpose),
        "add" => matches!(operator, NnOperator::BatchNorm { .. }),
        "relu" => {
            matches!(operator, NnOperator::BatchNorm { .. } | NnOperator::Activation(_) | NnOperator::Add { .. })
        }
        "prob" => matches!(operator, NnOperator::Dropout { .. }),
        "f16" | "bf16" => true,
        "tof16" | "tobf16" => matches!(operator, NnOperator::Convert { .. }),
        name => ACTIVATIONS.contains(&name) && matches!(operator, NnOperator::Activation(_)),
    }
}

impl Parser<'_> {
    pub fn nn(&self, operator: NnOperator) -> Parsed<Case> {
        let (batch, channels) = (self.optional("n").unwrap_or(1), self.required("c")?);
        let cells = self.cells()?;
        let is_given = |name| self.find(name).is_some();
        let operator = match operator {
            NnOperator::BatchNorm { .. } => {
                NnOperator::BatchNorm { activation: self.activation()?, residual: is_given("add") }
            }
            NnOperator::Activation(_) => NnOperator::Activation(self.activation()?),
            NnOperator::Add { .. } => NnOperator::Add { relu: is_given("relu") },
            NnOperator::Dropout { probability } => NnOperator::Dropout { probability: self.probability(probability)? },
            NnOperator::Dense { .. } => NnOperator::Dense { outputs: self.required("k")? },
            NnOperator::Convert { .. } => NnOperator::Convert { target: self.target()? },
            operator => operator,
        };
        let (x_layout, element) = (self.layout("lastx"), self.element()?);
        Ok(Case::Nn(NnCase { operator, batch, channels, cells, x_layout, element }))
    }

    /// Extents from the outermost axis that was given inwards; none if there is none.
    fn cells(&self) -> Parsed<Vec<u32>> {
        let names = EXTENTS.map(|name| name.to_string());
        let Some(outermost) = names.iter().position(|name| self.find(name).is_some()) else { return Ok(Vec::new()) };
        names[outermost..].iter().map(|name| self.required(name)).collect()
    }

    /// At least 0 and below 1.
    fn probability(&self, default: Factor) -> Parsed<Factor> {
        let probability = self.factor("prob").unwrap_or(default);
        match self.find("prob") {
            Some(entry) if !(0.0..1.0).contains(&probability.get()) => {
                self.error(entry.value_at, "a probability of at least 0 and below 1")
            }
            _ => Ok(probability),
        }
    }

    /// The type of y.
    fn target(&self) -> Parsed<ElementType> {
        match (self.find("tof16"), self.find("tobf16")) {
            (None, None) => Ok(ElementType::F32),
            (Some(_), None) => Ok(ElementType::F16),
            (None, Some(_)) => Ok(ElementType::Bf16),
            (Some(a), Some(b)) => self.error(a.at.max(b.at), "only one of tof16 and tobf16"),
        }
    }
}
