//! From a case to its text: letters in the order of the grammar's table, defaults left out.

use std::fmt;

use super::{Case, CaseAxis, ConvCase, ConvTransposeCase, PoolCase};
use crate::activation::Activation;
use crate::conv::Addend;
use crate::element::ElementType;
use crate::layout::{KernelOrder, Layout};
use crate::padding_mode::PaddingMode;
use crate::pool::{IndexForm, PoolKind};

/// The letters of extents and taps, for the last three axes.
pub(super) const EXTENTS: [char; 3] = ['d', 'h', 'w'];
pub(super) const TAPS: [char; 3] = ['t', 'r', 's'];

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Through a string, so that width and alignment of the caller hold for the whole.
        match self {
            Case::Conv(case) => f.pad(&case.to_string()),
            Case::ConvTranspose(case) => f.pad(&case.to_string()),
            Case::Pool(case) => f.pad(&case.to_string()),
            Case::Nn(case) => f.pad(&case.to_string()),
        }
    }
}

impl fmt::Display for ConvCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        convolution(&mut text, self.batch, [self.channels_in, self.channels_out], &self.axes);
        if self.padding_mode != PaddingMode::Zeros {
            text += self.padding_mode.name();
        }
        if self.shared_kernel {
            text += "shared";
        }
        unless(1, &mut text, "g", self.groups);
        epilogue(&mut text, self.activation, self.addend);
        layouts(&mut text, [self.x_layout, self.y_layout]);
        if self.kernel_order == KernelOrder::InOut {
            text += "inout";
        }
        element(&mut text, self.element);
        f.pad(&text)
    }
}

impl fmt::Display for ConvTransposeCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = "tconv".to_string();
        convolution(&mut text, self.batch, [self.channels_in, self.channels_out], &self.axes);
        if self.output_padding.iter().any(|&cells| cells != 0) {
            text += &format!("o{}", list(&self.output_padding, u32::to_string));
        }
        if self.shared_kernel {
            text += "shared";
        }
        unless(1, &mut text, "g", self.groups);
        epilogue(&mut text, self.activation, self.addend);
        layouts(&mut text, [self.x_layout, self.y_layout]);
        if self.kernel_order == KernelOrder::OutIn {
            text += "outin";
        }
        element(&mut text, self.element);
        f.pad(&text)
    }
}

impl fmt::Display for PoolCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = if self.adaptive { "adapt" } else { "" }.to_string();
        text += match self.kind {
            PoolKind::Max => "max",
            PoolKind::Average { .. } => "avg",
            PoolKind::Lp { .. } => "lp",
        };
        unless(1, &mut text, "n", self.batch);
        text += &format!("c{}", self.channels);
        letters(&mut text, EXTENTS, &self.axes, |axis| axis.input);
        letters(&mut text, TAPS, &self.axes, |axis| axis.taps);
        if self.axes.iter().any(|axis| axis.stride != axis.taps) {
            text += &format!("u{}", list(&self.axes, |axis| axis.stride.to_string()));
        }
        padding_and_dilation(&mut text, &self.axes);
        if self.ceil_mode {
            text += "ceil";
        }
        if self.indices == IndexForm::Flat {
            text += "flat";
        }
        if let PoolKind::Lp { p } = self.kind
            && p.value() != 2.0
        {
            text += &format!("pow{p}");
        }
        if let PoolKind::Average { count_include_pad, divisor } = self.kind {
            if !count_include_pad {
                text += "exclpad";
            }
            if let Some(divisor) = divisor {
                text += &format!("div{divisor}");
            }
        }
        layouts(&mut text, [self.x_layout, self.y_layout]);
        element(&mut text, self.element);
        f.pad(&text)
    }
}

/// All but the last letters of both kinds of convolution.
fn convolution(text: &mut String, batch: u32, [channels_in, channels_out]: [u32; 2], axes: &[CaseAxis]) {
    unless(1, text, "n", batch);
    *text += &format!("c{channels_in}");
    letters(text, EXTENTS, axes, |axis| axis.input);
    *text += &format!("k{channels_out}");
    letters(text, TAPS, axes, |axis| axis.taps);
    if axes.iter().any(|axis| axis.stride != 1) {
        *text += &format!("u{}", list(axes, |axis| axis.stride.to_string()));
    }
    padding_and_dilation(text, axes);
}

fn element(text: &mut String, element: ElementType) {
    if element != ElementType::F32 {
        *text += element.name();
    }
}

/// What both kinds of convolution end with.
fn epilogue(text: &mut String, activation: Activation, addend: Addend) {
    if activation != Activation::None {
        *text += &activation.to_string();
    }
    match addend {
        Addend::None => {}
        Addend::Residual(factor) => *text += &format!("res{factor}"),
        Addend::Output(factor) => *text += &format!("onto{factor}"),
    }
}

/// Of x and y.
pub(super) fn layouts(text: &mut String, layouts: [Layout; 2]) {
    for (name, layout) in ["lastx", "lasty"].into_iter().zip(layouts) {
        if layout == Layout::ChannelsLast {
            *text += name;
        }
    }
}

pub(super) fn unless(default: u32, text: &mut String, letter: &str, value: u32) {
    if value != default {
        *text += &format!("{letter}{value}");
    }
}

fn letters(text: &mut String, names: [char; 3], axes: &[CaseAxis], of: impl Fn(&CaseAxis) -> u32) {
    let absent = 3usize.saturating_sub(axes.len());
    for (name, axis) in names[absent..].iter().zip(axes) {
        *text += &format!("{name}{}", of(axis));
    }
}

fn padding_and_dilation(text: &mut String, axes: &[CaseAxis]) {
    if axes.iter().any(|axis| (axis.low, axis.high) != (0, 0)) {
        let pads = list(axes, |axis| match (axis.low, axis.high) {
            (low, high) if low == high => low.to_string(),
            (low, high) => format!("{low}_{high}"),
        });
        *text += &format!("p{pads}");
    }
    if axes.iter().any(|axis| axis.dilation != 1) {
        *text += &format!("a{}", list(axes, |axis| axis.dilation.to_string()));
    }
}

/// One value if it is the same along every axis, else one for each.
fn list<A>(axes: &[A], of: impl Fn(&A) -> String) -> String {
    let mut values: Vec<String> = axes.iter().map(of).collect();
    if values.iter().all(|value| *value == values[0]) {
        values.truncate(1);
    }
    values.join("x")
}
