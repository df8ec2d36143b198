//! From text to a case, and what is said where it is none.

use std::fmt;
use std::str::FromStr;

use super::print::{EXTENTS, TAPS};
use super::{Case, CaseAxis, ConvCase, ConvTransposeCase, PoolCase};
use crate::activation::Activation;
use crate::conv::Addend;
use crate::element::ElementType;
use crate::factor::Factor;
use crate::layout::{KernelOrder, Layout};
use crate::padding_mode::PaddingMode;
use crate::pool::{Exponent, IndexForm, PoolKind};

/// The grammar in a few lines, as messages and `--help` show it.
pub const GRAMMAR: &str = "\
a case is a row of letters with their values, for example n8c64h56w56k64r3s3p1 or maxn8c64h112w112r3s3u2p1:
  convolution  n batch (1)  c channels of x  d h w extents of x (w, h w or d h w)  k channels of y
               t r s taps along d h w  u stride (1)  p padding (0)  a dilation (1)  g groups (1)
               relu leaky (slope) sigmoid tanh silu gelu gelutanh (forward applies it, input_grad goes through it)
               res (forward adds this times a residual)  onto (each pass adds to this times its output)
               reflect, replicate or circular (what stands in the padding in place of zeros)
               f16 or bf16 (type of all operands in place of f32)
               shared (the input channels of a group share its kernels)
               lastx, lasty (x, y have their channels last in memory)  inout (w is [in/groups, out, taps])
  transposed   tconv, then the letters of a convolution, but for what stands in the padding, shared and inout, and o output
               padding (0), outin (w is [out/groups, in, taps])
  pooling      max, avg or lp, then a convolution's letters without k and g; u is the taps by default; ceil (ceil mode);
               avg only: exclpad (padding does not count), div (divisor); lp only: pow (p, 2); max only: flat (indices
               count the whole tensor); adaptmax, adaptavg (adaptive): t r s are the extents of y; no u, p, a, ceil;
               lastx, lasty (x, y have their channels last in memory)  f16 or bf16 (type of all but the indices)
  u, p, a, o   one value for all axes, or one for each: u2x1; low and high padding apart: p0_1x2_3";

/// A text that is no case: where it stops being one, and what should stand there. `Display` shows the place with a caret
/// below it, and the grammar.
///
/// ```
/// let error = "n8c64h56w56kr3s3".parse::<wgconv::case::Case>().unwrap_err();
/// assert_eq!(error.position, 12);
/// assert_eq!(error.expected, "a number after `k` (channels of y)");
/// println!("{error}");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseError {
    /// The text.
    pub text: String,
    /// The place, in bytes.
    pub position: usize,
    /// What should stand there.
    pub expected: String,
}

impl std::error::Error for ParseError {}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One column a character, whatever was typed.
        let shown: String = self.text.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
        let column = self.text.char_indices().take_while(|&(at, _)| at < self.position).count();
        writeln!(f, "expected {}", self.expected)?;
        writeln!(f, "  {shown}")?;
        writeln!(f, "  {:column$}^", "")?;
        f.write_str(GRAMMAR)
    }
}

/// A letter or word with what it stands for, whether it takes a value, and the least value.
struct Key {
    name: &'static str,
    meaning: &'static str,
    takes: Takes,
}

#[derive(Clone, Copy, PartialEq)]
enum Takes {
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
const KEYS: [Key; 38] = [
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
const ACTIVATIONS: [&str; 7] = ["relu", "leaky", "sigmoid", "tanh", "silu", "gelutanh", "gelu"];

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Conv,
    Transposed,
    Max,
    Average,
    Lp,
    AdaptiveMax,
    AdaptiveAverage,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Conv => "a convolution",
            Kind::Transposed => "a transposed convolution",
            Kind::Max => "max pooling",
            Kind::Average => "average pooling",
            Kind::Lp => "Lp pooling",
            Kind::AdaptiveMax => "adaptive max pooling",
            Kind::AdaptiveAverage => "adaptive average pooling",
        }
    }

    fn is_pool(self) -> bool {
        !matches!(self, Kind::Conv | Kind::Transposed)
    }

    fn is_adaptive(self) -> bool {
        matches!(self, Kind::AdaptiveMax | Kind::AdaptiveAverage)
    }

    fn has(self, key: &Key) -> bool {
        match key.name {
            "reflect" | "replicate" | "circular" | "shared" | "inout" => self == Kind::Conv,
            "k" | "g" | "res" | "onto" => !self.is_pool(),
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

/// A key that was found: where, and its values as (low, high).
struct Entry {
    name: &'static str,
    /// Where the key begins.
    at: usize,
    /// Where its value begins.
    value_at: usize,
    values: Vec<(u32, u32)>,
    /// Of `Takes::Real`.
    exponent: Option<Exponent>,
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    kind: Kind,
    entries: Vec<Entry>,
}

type Parsed<T> = Result<T, ParseError>;

impl FromStr for Case {
    type Err = ParseError;

    fn from_str(text: &str) -> Parsed<Case> {
        let prefixes = [
            ("tconv", Kind::Transposed),
            ("max", Kind::Max),
            ("avg", Kind::Average),
            ("lp", Kind::Lp),
            ("adaptmax", Kind::AdaptiveMax),
            ("adaptavg", Kind::AdaptiveAverage),
        ];
        let prefix = prefixes.into_iter().find(|(prefix, _)| text.starts_with(prefix));
        let (at, kind) = prefix.map_or((0, Kind::Conv), |(prefix, kind)| (prefix.len(), kind));
        let mut parser = Parser { text, at, kind, entries: Vec::new() };
        while parser.at < text.len() {
            let entry = parser.entry()?;
            parser.entries.push(entry);
        }
        parser.case()
    }
}

impl Parser<'_> {
    fn error<T>(&self, position: usize, expected: impl Into<String>) -> Parsed<T> {
        Err(ParseError { text: self.text.to_string(), position, expected: expected.into() })
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn entry(&mut self) -> Parsed<Entry> {
        let at = self.at;
        let Some(key) = KEYS.iter().find(|key| self.rest().starts_with(key.name)) else {
            let letters: Vec<&str> = KEYS.iter().filter(|key| self.kind.has(key)).map(|key| key.name).collect();
            return self.error(at, format!("one of {}", letters.join(" ")));
        };
        if !self.kind.has(key) {
            return self.error(at, format!("no `{}` ({}) in {}", key.name, key.meaning, self.kind.name()));
        }
        if self.entries.iter().any(|entry| entry.name == key.name) {
            return self.error(at, format!("`{}` ({}) only once", key.name, key.meaning));
        }
        self.at += key.name.len();
        let value_at = self.at;
        if key.takes == Takes::Real {
            let exponent = Some(self.exponent(key)?);
            return Ok(Entry { name: key.name, at, value_at, values: Vec::new(), exponent });
        }
        let values = self.values(key)?;
        Ok(Entry { name: key.name, at, value_at, values, exponent: None })
    }

    fn exponent(&mut self, key: &Key) -> Parsed<Exponent> {
        let start = self.at;
        let length = self.rest().bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        self.at += length;
        let number = self.text[start..self.at].parse().ok();
        match number.and_then(|number| Exponent::new(number).ok()) {
            Some(exponent) => Ok(exponent),
            None => self.error(start, format!("a number of at least 1 after `{}` ({})", key.name, key.meaning)),
        }
    }

    fn values(&mut self, key: &Key) -> Parsed<Vec<(u32, u32)>> {
        let mut values = Vec::new();
        if key.takes == Takes::Nothing {
            return Ok(values);
        }
        if key.takes == Takes::Decimal {
            let bits = self.decimal(key)?.get().to_bits();
            return Ok(vec![(bits, bits)]);
        }
        loop {
            let low = self.number(key)?;
            let mut high = low;
            if key.takes == Takes::Padding && self.skip('_') {
                high = self.number(key)?;
            }
            values.push((low, high));
            if key.takes == Takes::Number || !self.skip('x') {
                return Ok(values);
            }
        }
    }

    fn skip(&mut self, separator: char) -> bool {
        let there = self.rest().starts_with(separator);
        self.at += usize::from(there);
        there
    }

    fn number(&mut self, key: &Key) -> Parsed<u32> {
        let start = self.at;
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return self.error(start, format!("a number after `{}` ({})", key.name, key.meaning));
        }
        self.at += digits;
        match self.text[start..self.at].parse::<u32>() {
            Ok(0) if !matches!(key.takes, Takes::ListFromZero | Takes::Padding) => {
                self.error(start, format!("at least 1 for `{}` ({})", key.name, key.meaning))
            }
            Ok(value) => Ok(value),
            Err(_) => self.error(start, format!("a number below 2^32 for `{}` ({})", key.name, key.meaning)),
        }
    }

    /// Digits with a sign and a point, where there are any.
    fn decimal(&mut self, key: &Key) -> Parsed<Factor> {
        let start = self.at;
        let is_part = |byte: &u8| byte.is_ascii_digit() || b"-.".contains(byte);
        self.at += self.rest().bytes().take_while(is_part).count();
        let value = self.text[start..self.at].parse::<f32>().ok().and_then(|value| Factor::new(value).ok());
        match value {
            Some(value) => Ok(value),
            None => self.error(start, format!("a finite decimal number after `{}` ({})", key.name, key.meaning)),
        }
    }

    /// The value of a key that takes a decimal number, if it was given.
    fn factor(&self, name: &str) -> Option<Factor> {
        self.optional(name).map(|bits| Factor::known(f32::from_bits(bits)))
    }

    fn activation(&self) -> Parsed<Activation> {
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

    fn addend(&self) -> Parsed<Addend> {
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

    fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// The number of a letter, if it was given.
    fn optional(&self, name: &str) -> Option<u32> {
        self.find(name).and_then(|entry| entry.values.first()).map(|value| value.0)
    }

    fn required(&self, name: &str) -> Parsed<u32> {
        let meaning = KEYS.iter().find(|key| key.name == name).map_or("", |key| key.meaning);
        match self.optional(name) {
            Some(value) => Ok(value),
            None => self.error(self.text.len(), format!("`{name}` ({meaning})")),
        }
    }

    /// The values of a list, one for each axis.
    fn list(&self, name: &str, rank: usize) -> Parsed<Option<Vec<(u32, u32)>>> {
        let Some(entry) = self.find(name) else { return Ok(None) };
        match entry.values.len() {
            1 => Ok(Some(vec![entry.values[0]; rank])),
            count if count == rank => Ok(Some(entry.values.clone())),
            _ => {
                let axes = if rank == 1 { "the only axis".to_string() } else { format!("each of {rank} axes, or one") };
                self.error(entry.value_at, format!("one value for {axes}"))
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

    fn axes(&self) -> Parsed<Vec<CaseAxis>> {
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
    fn padding_mode(&self) -> Parsed<PaddingMode> {
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
    fn element(&self) -> Parsed<ElementType> {
        let found = |element: &ElementType| self.find(element.name()).map(|entry| (*element, entry.at));
        let found: Vec<(ElementType, usize)> = ElementType::ALL.iter().filter_map(found).collect();
        match found[..] {
            [] => Ok(ElementType::F32),
            [(element, _)] => Ok(element),
            [(_, a), (_, b), ..] => self.error(a.max(b), "only one of f16 and bf16"),
        }
    }

    /// Channels first, unless this word was given.
    fn layout(&self, last: &str) -> Layout {
        if self.find(last).is_some() { Layout::ChannelsLast } else { Layout::ChannelsFirst }
    }

    fn case(&self) -> Parsed<Case> {
        let batch = self.optional("n").unwrap_or(1);
        let channels = self.required("c")?;
        let axes = self.axes()?;
        let kind = match self.kind {
            Kind::Conv | Kind::Transposed => {
                let (channels_out, groups) = (self.required("k")?, self.optional("g").unwrap_or(1));
                let (channels_in, element) = (channels, self.element()?);
                let (activation, addend) = (self.activation()?, self.addend()?);
                let (x_layout, y_layout) = (self.layout("lastx"), self.layout("lasty"));
                let is_exchanged = ["inout", "outin"].iter().any(|name| self.find(name).is_some());
                let usual = if self.kind == Kind::Conv { KernelOrder::OutIn } else { KernelOrder::InOut };
                let kernel_order = if is_exchanged { usual.exchanged() } else { usual };
                if self.kind == Kind::Conv {
                    let padding_mode = self.padding_mode()?;
                    let shared_kernel = self.find("shared").is_some();
                    return Ok(Case::Conv(ConvCase {
                        batch,
                        channels_in,
                        channels_out,
                        groups,
                        shared_kernel,
                        axes,
                        padding_mode,
                        activation,
                        addend,
                        element,
                        x_layout,
                        y_layout,
                        kernel_order,
                    }));
                }
                let output_padding = match self.list("o", axes.len())? {
                    Some(cells) => cells.into_iter().map(|(cells, _)| cells).collect(),
                    None => vec![0; axes.len()],
                };
                return Ok(Case::ConvTranspose(ConvTransposeCase {
                    batch,
                    channels_in,
                    channels_out,
                    groups,
                    axes,
                    output_padding,
                    element,
                    activation,
                    addend,
                    x_layout,
                    y_layout,
                    kernel_order,
                }));
            }
            Kind::Max | Kind::AdaptiveMax => PoolKind::Max,
            Kind::Lp => PoolKind::Lp { p: self.find("pow").and_then(|entry| entry.exponent).unwrap_or(Exponent::TWO) },
            Kind::Average | Kind::AdaptiveAverage => {
                PoolKind::Average { count_include_pad: self.find("exclpad").is_none(), divisor: self.optional("div") }
            }
        };
        let indices = if self.find("flat").is_some() { IndexForm::Flat } else { IndexForm::Plane };
        let (adaptive, ceil_mode) = (self.kind.is_adaptive(), self.find("ceil").is_some());
        let (x_layout, y_layout, element) = (self.layout("lastx"), self.layout("lasty"), self.element()?);
        let case = PoolCase { kind, indices, adaptive, batch, channels, axes, ceil_mode, x_layout, y_layout, element };
        Ok(Case::Pool(case))
    }
}
