//! Random shapes of operators without a window.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

use crate::activation::Activation;
use crate::case::{Case, NnCase, NnOperator};
use crate::element::ElementType;
use crate::factor::Factor;
use crate::layout::Layout;

/// Without end, every one valid.
pub(super) struct Operators(Xoshiro256PlusPlus);

impl Operators {
    pub(super) fn new(seed: u64) -> Self {
        // Not the numbers that the shapes with windows are drawn by.
        Operators(Xoshiro256PlusPlus::seed_from_u64(!seed))
    }
}

impl Iterator for Operators {
    type Item = Case;

    fn next(&mut self) -> Option<Case> {
        loop {
            let case = self.case();
            // A single element has no variance.
            if case.y_shape().is_ok() {
                return Some(case);
            }
        }
    }
}

impl Operators {
    fn draw(&mut self, least: u32, most: u32) -> u32 {
        self.0.random_range(least..=most)
    }

    fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.0.random_range(0..of.len())]
    }

    /// Mostly few, sometimes about as many as a workgroup or a tile has.
    fn number(&mut self, few: u32, many: u32) -> u32 {
        match self.draw(0, 5) {
            0 => self.draw(1, many),
            1 => (8 << self.draw(0, 3)) + self.draw(0, 2) - 1,
            _ => self.draw(1, few),
        }
    }

    /// Up to some ten thousand elements.
    fn case(&mut self) -> Case {
        let operator = self.operator();
        let (batch, channels, cells) = match operator {
            NnOperator::Dense { .. } => (self.number(9, 70), self.number(20, 300), Vec::new()),
            NnOperator::SoftmaxCrossEntropy => (self.number(9, 70), self.number(20, 300), Vec::new()),
            NnOperator::Sgd | NnOperator::SgdNesterov | NnOperator::Adam | NnOperator::AdamW => {
                (1, self.number(100, 9_000), Vec::new())
            }
            _ => {
                let rank = self.draw(0, 3) as usize;
                let most = [1, 300, 20, 8][rank];
                (self.draw(1, 5), self.number(6, 70), (0..rank).map(|_| self.draw(1, most)).collect())
            }
        };
        let has_layouts = matches!(operator, NnOperator::BatchNorm { .. } | NnOperator::Transpose);
        let x_layout = if has_layouts && self.0.random() { Layout::ChannelsLast } else { Layout::ChannelsFirst };
        let element = self.one_of(&ElementType::ALL);
        Case::Nn(NnCase { operator, batch, channels, cells, x_layout, element })
    }

    fn operator(&mut self) -> NnOperator {
        match self.one_of(&NnOperator::ALL) {
            NnOperator::BatchNorm { .. } => NnOperator::BatchNorm {
                activation: self.one_of(&[Activation::None, Activation::Relu]),
                residual: self.0.random(),
            },
            NnOperator::Activation(_) => NnOperator::Activation(self.one_of(Activation::ALL)),
            NnOperator::Add { .. } => NnOperator::Add { relu: self.0.random() },
            NnOperator::Dropout { .. } => {
                NnOperator::Dropout { probability: self.one_of(&[0.0, 0.1, 0.3, 0.5, 0.99].map(Factor::known)) }
            }
            NnOperator::Dense { .. } => NnOperator::Dense { outputs: self.number(9, 100) },
            NnOperator::Convert { .. } => NnOperator::Convert { target: self.one_of(&ElementType::ALL) },
            operator => operator,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn shapes_are_of_every_operator() {
        let mut counts = BTreeMap::<&str, usize>::new();
        for case in Operators::new(1).take(500) {
            let Case::Nn(case) = case else { panic!("{case}") };
            *counts.entry(case.operator.prefix()).or_default() += 1;
        }
        assert_eq!(counts.len(), NnOperator::ALL.len());
        assert!(counts.values().all(|&count| count > 15), "{counts:?}");
    }
}
