//! The lines that go to peers and come back, one JSON object each; `benches/peers/README.md` describes them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use wgconv::case::{Case, CaseAxis, ConvCase};
use wgconv::{Activation, Addend, Error, KernelOrder, Layout, PaddingMode};

/// What a peer computes in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    #[default]
    F32,
    /// Operands with 10 bits of mantissa, sums in f32.
    Tf32,
    /// Operands and results of half precision.
    F16,
}

/// A peer's first line: what it is, or why it is not.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Greeting {
    /// With the version.
    pub software: String,
    pub device: String,
    pub precision: Precision,
    /// Those it can do; empty for all three.
    pub passes: Vec<String>,
    /// What a reader of its figures must know.
    pub notes: Vec<String>,
}

/// Any line of a peer. One that is no greeting has one of these fields; [`Greeting`] those of its own.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Answer {
    /// Of the first call of a case, until its result is there.
    pub first_ms: Option<f64>,
    /// Of all repetitions together.
    pub ms: Option<f64>,
    /// What the peer cannot do at all.
    pub unsupported: Option<String>,
    pub error: Option<String>,
    /// With an error in place of a greeting: the command that installs what is missing.
    pub install: Option<String>,
}

/// A line to a peer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "lowercase")]
pub enum Request {
    /// Load this, compute it once, write the result.
    Case(Box<CaseRequest>),
    /// Compute it so often, and wait once at the end.
    Time { repetitions: usize },
}

/// A convolution with every number spelled out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CaseRequest {
    pub pass: String,
    pub batch: u32,
    pub groups: u32,
    pub channels_in: u32,
    pub channels_out: u32,
    pub input: Vec<u32>,
    pub output: Vec<u32>,
    pub taps: Vec<u32>,
    pub stride: Vec<u32>,
    pub dilation: Vec<u32>,
    pub padding_low: Vec<u32>,
    pub padding_high: Vec<u32>,
    /// Files of little-endian f32, by operand: two of `x`, `w`, `dy`.
    pub inputs: BTreeMap<String, PathBuf>,
    /// Where the result goes, in the same form.
    pub result: PathBuf,
}

impl CaseRequest {
    /// Without files.
    ///
    /// # Errors
    /// The case is not valid, or has a padding mode other than zeros, a shared kernel, channels last or a kernel in the other
    /// order, which the peers' programs do not know.
    pub fn new(case: &ConvCase, pass: &str) -> wgconv::Result<Self> {
        if case.padding_mode != PaddingMode::Zeros {
            return Err(Error::InvalidParameter {
                operator: "compare",
                parameter: "padding_mode",
                value: case.padding_mode.to_string(),
                expected: "zeros, which is what every peer has",
            });
        }
        if case.shared_kernel {
            return Err(Error::InvalidParameter {
                operator: "compare",
                parameter: "shared_kernel",
                value: "true".to_owned(),
                expected: "false: no peer has it",
            });
        }
        let order = (case.x_layout, case.y_layout, case.kernel_order);
        if order != (Layout::ChannelsFirst, Layout::ChannelsFirst, KernelOrder::OutIn) {
            return Err(Error::InvalidParameter {
                operator: "compare",
                parameter: "layout",
                value: format!("x {}, y {}, w {}", case.x_layout, case.y_layout, case.kernel_order),
                expected: "channels first, w out, in, which is what every peer is given",
            });
        }
        let all = |of: fn(&CaseAxis) -> u32| case.axes.iter().map(of).collect();
        let output = case.problem()?.y_shape()[2..].iter().map(|&extent| extent as u32).collect();
        Ok(CaseRequest {
            pass: pass.to_owned(),
            batch: case.batch,
            groups: case.groups,
            channels_in: case.channels_in,
            channels_out: case.channels_out,
            input: all(|axis| axis.input),
            output,
            taps: all(|axis| axis.taps),
            stride: all(|axis| axis.stride),
            dilation: all(|axis| axis.dilation),
            padding_low: all(|axis| axis.low),
            padding_high: all(|axis| axis.high),
            inputs: BTreeMap::new(),
            result: PathBuf::new(),
        })
    }

    /// As this library calls it. Lists of other lengths than `input` lose what is too much.
    pub fn case(&self) -> Case {
        let at = |values: &[u32], d: usize| values.get(d).copied().unwrap_or(0);
        let axis = |(d, &input): (usize, &u32)| CaseAxis {
            input,
            taps: at(&self.taps, d),
            stride: at(&self.stride, d),
            dilation: at(&self.dilation, d),
            low: at(&self.padding_low, d),
            high: at(&self.padding_high, d),
        };
        let axes = self.input.iter().enumerate().map(axis).collect();
        let (batch, groups) = (self.batch, self.groups);
        let (channels_in, channels_out) = (self.channels_in, self.channels_out);
        let padding_mode = PaddingMode::Zeros;
        Case::Conv(ConvCase {
            batch,
            channels_in,
            channels_out,
            groups,
            shared_kernel: false,
            axes,
            padding_mode,
            activation: Activation::None,
            addend: Addend::None,
            x_layout: Layout::ChannelsFirst,
            y_layout: Layout::ChannelsFirst,
            kernel_order: KernelOrder::OutIn,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_comes_out_as_it_went_in() {
        let case: Case = "n2c4d5h7w10k6t2r5s3u2x3x1p2_0x1_3x1a1x1x2g2".parse().unwrap();
        let Case::Conv(conv) = &case else { panic!("a convolution") };
        let request = Request::Case(Box::new(CaseRequest::new(conv, "forward").unwrap()));
        let line = serde_json::to_string(&request).unwrap();
        assert!(line.starts_with(r#"{"request":"case","pass":"forward","batch":2,"#) && !line.contains('\n'), "{line}");
        let Request::Case(back) = serde_json::from_str(&line).unwrap() else { panic!("a case") };
        assert_eq!(back.case(), case);
        let time = serde_json::to_string(&Request::Time { repetitions: 3 }).unwrap();
        assert_eq!(time, r#"{"request":"time","repetitions":3}"#);
    }
}
