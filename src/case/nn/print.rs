//! From an operator's case to its text.

use std::fmt;

use super::{NnCase, NnOperator};
use crate::activation::Activation;
use crate::case::print::{EXTENTS, layouts, unless};
use crate::element::ElementType;
use crate::factor::Factor;
use crate::layout::Layout;

impl fmt::Display for NnCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.operator.prefix().to_string();
        unless(1, &mut text, "n", self.batch);
        text += &format!("c{}", self.channels);
        let absent = EXTENTS.len().saturating_sub(self.cells.len());
        for (name, extent) in EXTENTS[absent..].iter().zip(&self.cells) {
            text += &format!("{name}{extent}");
        }
        match self.operator {
            NnOperator::Dense { outputs } => text += &format!("k{outputs}"),
            NnOperator::BatchNorm { activation, residual } => {
                text += if residual { "add" } else { "" };
                text += &named(activation);
            }
            NnOperator::Activation(activation) => text += &named(activation),
            NnOperator::Add { relu: true } => text += "relu",
            NnOperator::Dropout { probability } if probability != Factor::known(0.5) => {
                text += &format!("prob{probability}");
            }
            _ => {}
        }
        layouts(&mut text, [self.x_layout, Layout::ChannelsFirst]);
        if self.element != ElementType::F32 {
            text += self.element.name();
        }
        if let NnOperator::Convert { target } = self.operator
            && target != ElementType::F32
        {
            text += &format!("to{target}");
        }
        f.pad(&text)
    }
}

fn named(activation: Activation) -> String {
    if activation == Activation::None { String::new() } else { activation.to_string() }
}
