//! The letters and words of the grammar, and which of them belong to what.

use super::nn;
use crate::case::NnOperator;

/// A letter or word with what it stands for, whether it takes a value, and the least value.
pub(super) struct Key {
    pub name: &'static str,
    pub meaning: &'static str,
    pub takes: Takes,
}

/// What follows a key.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Takes {
    Nothing,
    /// A decimal number, as the bits of an f32.
    Decimal,
    /// A number, at least 1.
    Number,
    /// The same, with a fraction.
    Real,
    /// A number per axis, at least 1.
    List,
    /// As `List`, with 0.
    ListFromZero,
    /// The same, with low and high apart.
    Padding,
}

const fn key(name: &'static str, meaning: &'static str, takes: Takes) -> Key {
    Key { name, meaning, takes }
}

/// Words before letters, the longer first: `relu` is not `r`.
pub(super) const KEYS: [Key; 42] = [
    key("add", "a residual", Takes::Nothing),
    key("prob", "probability of being dropped", Takes::Decimal),
    key("tof16", "type of y", Takes::Nothing),
    key("tobf16", "type of y", Takes::Nothing),
    key("relu", "ReLU", Takes::Nothing),
    key("leaky", "leaky ReLU", Takes::Decimal),
    key("sigmoid", "sigmoid", Takes::Nothing),
    key("tanh", "tanh", Takes::Nothing),
    key("silu", "SiLU", Takes::Nothing),
    key("gelutanh", "GELU by tanh", Takes::Nothing),
    key("gelu", "GELU", Takes::Nothing),
    key("res", "residual", Takes::Decimal),
    key("onto", "what the output holds", Takes::Decimal),
    key("reflect", "padding mode", Takes::Nothing),
    key("replicate", "padding mode", Takes::Nothing),
    key("circular", "padding mode", Takes::Nothing),
    key("f16", "type of the elements", Takes::Nothing),
    key("bf16", "type of the elements", Takes::Nothing),
    key("shared", "kernels shared by all input channels", Takes::Nothing),
    key("lastx", "channels of x last", Takes::Nothing),
    key("lasty", "channels of y last", Takes::Nothing),
    key("inout", "order of w's channels", Takes::Nothing),
    key("outin", "order of w's channels", Takes::Nothing),
    key("ceil", "ceil mode", Takes::Nothing),
    key("exclpad", "padding does not count", Takes::Nothing),
    key("div", "divisor", Takes::Number),
    key("flat", "indices of the whole tensor", Takes::Nothing),
    key("pow", "p of the norm", Takes::Real),
    key("n", "batch", Takes::Number),
    key("c", "channels of x", Takes::Number),
    key("d", "depth of x", Takes::Number),
    key("h", "height of x", Takes::Number),
    key("w", "width of x", Takes::Number),
    key("k", "channels of y", Takes::Number),
    key("t", "taps along the depth", Takes::Number),
    key("r", "taps along the height", Takes::Number),
    key("s", "taps along the width", Takes::Number),
    key("u", "stride", Takes::List),
    key("p", "padding", Takes::Padding),
    key("a", "dilation", Takes::List),
    key("o", "output padding", Takes::ListFromZero),
    key("g", "groups", Takes::Number),
];

/// Keys of which a case has one at most.
pub(super) const ACTIVATIONS: [&str; 7] = ["relu", "leaky", "sigmoid", "tanh", "silu", "gelutanh", "gelu"];

/// What the letters before the first key say.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Conv,
    Transposed,
    Max,
    Average,
    Lp,
    AdaptiveMax,
    AdaptiveAverage,
    /// With the parameters that are left out.
    Nn(NnOperator),
}

impl Kind {
    /// What a text is by its beginning, and how long that is.
    pub fn of(text: &str) -> (Kind, usize) {
        let windows = [
            ("tconv", Kind::Transposed),
            ("max", Kind::Max),
            ("avg", Kind::Average),
            ("lp", Kind::Lp),
            ("adaptmax", Kind::AdaptiveMax),
            ("adaptavg", Kind::AdaptiveAverage),
        ];
        let others = NnOperator::ALL.map(|operator| (operator.prefix(), Kind::Nn(operator)));
        let found = windows.into_iter().chain(others).find(|(prefix, _)| text.starts_with(prefix));
        found.map_or((Kind::Conv, 0), |(prefix, kind)| (kind, prefix.len()))
    }

    pub fn name(self) -> &'static str {
        match self {
            Kind::Conv => "a convolution",
            Kind::Transposed => "a transposed convolution",
            Kind::Max => "max pooling",
            Kind::Average => "average pooling",
            Kind::Lp => "Lp pooling",
            Kind::AdaptiveMax => "adaptive max pooling",
            Kind::AdaptiveAverage => "adaptive average pooling",
            Kind::Nn(operator) => operator.name(),
        }
    }

    pub fn is_pool(self) -> bool {
        !matches!(self, Kind::Conv | Kind::Transposed | Kind::Nn(_))
    }

    pub fn is_adaptive(self) -> bool {
        matches!(self, Kind::AdaptiveMax | Kind::AdaptiveAverage)
    }

    pub fn has(self, key: &Key) -> bool {
        if let Kind::Nn(operator) = self {
            return nn::has(operator, key.name);
        }
        match key.name {
            "add" | "prob" | "tof16" | "tobf16" => false,
            "reflect" | "replicate" | "circular" | "inout" => self == Kind::Conv,
            "k" | "g" | "shared" | "res" | "onto" => !self.is_pool(),
            name if ACTIVATIONS.contains(&name) => !self.is_pool(),
            "o" | "outin" => self == Kind::Transposed,
            "ceil" => self.is_pool() && !self.is_adaptive(),
            "u" | "p" | "a" => !self.is_adaptive(),
            "flat" => matches!(self, Kind::Max | Kind::AdaptiveMax),
            "pow" => self == Kind::Lp,
            "exclpad" | "div" => self == Kind::Average,
            _ => true,
        }
    }
}
