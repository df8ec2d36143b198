//! What several keys say together.

use super::keys::ACTIVATIONS;
use super::parser::{Parsed, Parser};
use crate::activation::Activation;
use crate::case::CaseAxis;
use crate::case::print::{EXTENTS, TAPS};
use crate::conv::Addend;
use crate::element::ElementType;
use crate::factor::Factor;
use crate::layout::Layout;
use crate::padding_mode::PaddingMode;

impl Parser<'_> {
    pub fn activation(&self) -> Parsed<Activation> {
        let mut found = self.entries.iter().filter(|entry| ACTIVATIONS.contains(&entry.name));
        let Some(first) = found.next() else { return Ok(Activation::None) };
        if let Some(second) = found.next() {
            return self.error(second.at, format!("one activation, and there is `{}`", first.name));
        }
        Ok(match first.name {
            "relu" => Activation::Relu,
            "leaky" => Activation::LeakyRelu(self.factor("leaky").unwrap_or(Factor::ZERO)),
            "sigmoid" => Activation::Sigmoid,
            "tanh" => Activation::Tanh,
            "silu" => Activation::Silu,
            "gelu" => Activation::Gelu,
            _ => Activation::GeluTanh,
        })
    }

    pub fn addend(&self) -> Parsed<Addend> {
        match (self.factor("res"), self.factor("onto")) {
            (None, None) => Ok(Addend::None),
            (Some(factor), None) => Ok(Addend::Residual(factor)),
            (None, Some(factor)) => Ok(Addend::Output(factor)),
            (Some(_), Some(_)) => {
                let at = self.entries.iter().rfind(|entry| ["res", "onto"].contains(&entry.name));
                self.error(at.map_or(0, |entry| entry.at), "`res` or `onto`, not both")
            }
        }
    }

    /// How many axes there are, by their extents.
    fn rank(&self) -> Parsed<usize> {
        let rank = 3 - EXTENTS.iter().position(|name| self.find(&name.to_string()).is_some()).unwrap_or(2);
        // Taps along an axis that is not there.
        for (name, extent) in TAPS.iter().zip(EXTENTS).take(3 - rank) {
            if let Some(entry) = self.find(&name.to_string()) {
                return self.error(entry.at, format!("`{extent}` too, if there is `{name}`"));
            }
        }
        Ok(rank)
    }

    pub fn axes(&self) -> Parsed<Vec<CaseAxis>> {
        let rank = self.rank()?;
        let mut axes = Vec::with_capacity(rank);
        for (extent, taps) in EXTENTS.iter().zip(TAPS).skip(3 - rank) {
            axes.push(CaseAxis::new(self.required(&extent.to_string())?, self.required(&taps.to_string())?));
        }
        if self.kind.is_pool() {
            axes.iter_mut().for_each(|axis| axis.stride = axis.taps);
        }
        for (axis, (stride, _)) in axes.iter_mut().zip(self.list("u", rank)?.unwrap_or_default()) {
            axis.stride = stride;
        }
        for (axis, (low, high)) in axes.iter_mut().zip(self.list("p", rank)?.unwrap_or_default()) {
            (axis.low, axis.high) = (low, high);
        }
        for (axis, (dilation, _)) in axes.iter_mut().zip(self.list("a", rank)?.unwrap_or_default()) {
            axis.dilation = dilation;
        }
        Ok(axes)
    }

    /// At most one of the three words.
    pub fn padding_mode(&self) -> Parsed<PaddingMode> {
        let given = |mode: &PaddingMode| self.find(mode.name());
        let modes: Vec<PaddingMode> = PaddingMode::ALL.into_iter().filter(|mode| given(mode).is_some()).collect();
        match modes[..] {
            [] => Ok(PaddingMode::Zeros),
            [mode] => Ok(mode),
            _ => {
                let second = modes.iter().filter_map(given).map(|entry| entry.at).max().unwrap_or(0);
                self.error(second, "only one of reflect, replicate and circular")
            }
        }
    }

    /// At most one of the types.
    pub fn element(&self) -> Parsed<ElementType> {
        let found = |element: &ElementType| self.find(element.name()).map(|entry| (*element, entry.at));
        let found: Vec<(ElementType, usize)> = ElementType::ALL.iter().filter_map(found).collect();
        match found[..] {
            [] => Ok(ElementType::F32),
            [(element, _)] => Ok(element),
            [(_, a), (_, b), ..] => self.error(a.max(b), "only one of f16 and bf16"),
        }
    }

    /// Channels first, unless this word was given.
    pub fn layout(&self, last: &str) -> Layout {
        if self.find(last).is_some() { Layout::ChannelsLast } else { Layout::ChannelsFirst }
    }
}
