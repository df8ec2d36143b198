//! From text to a case, and what is said where it is none.

mod keys;
mod nn;
mod parser;
mod values;
mod window;

use std::fmt;
use std::str::FromStr;

use super::Case;
use keys::Kind;
use parser::{Parsed, Parser};

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
  transposed   tconv, then the letters of a convolution, but for what stands in the padding and inout, and o output
               padding (0), outin (w is [out/groups, in, taps])
  pooling      max, avg or lp, then a convolution's letters without k and g; u is the taps by default; ceil (ceil mode);
               avg only: exclpad (padding does not count), div (divisor); lp only: pow (p, 2); max only: flat (indices
               count the whole tensor); adaptmax, adaptavg (adaptive): t r s are the extents of y; no u, p, a, ceil;
               lastx, lasty (x, y have their channels last in memory)  f16 or bf16 (type of all but the indices)
  without a    bn (batch normalisation: add, relu, lastx), act (one of relu leaky ... gelutanh), add (relu), dropout (prob, 0.5),
  window       halfsq (half the squared error), transpose (from channels first to last, lastx: the other way), convert (tof16 or
               tobf16: the type of y), then n c, and d h w if there are cells; dense, then n c k; softmax, then n c
               (classes); sgd, nesterov, adam or adamw, then c (parameters); f16 or bf16 (type of data, of dw)
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

impl FromStr for Case {
    type Err = ParseError;

    fn from_str(text: &str) -> Parsed<Case> {
        let (kind, at) = Kind::of(text);
        let mut parser = Parser { text, at, kind, entries: Vec::new() };
        while parser.at < text.len() {
            let entry = parser.entry()?;
            parser.entries.push(entry);
        }
        parser.case()
    }
}
