//! A case from its keys: a convolution, transposed convolution or pooling.

use super::keys::Kind;
use super::parser::{Parsed, Parser};
use crate::case::{Case, CaseAxis, ConvCase, ConvTransposeCase, PoolCase};
use crate::layout::KernelOrder;
use crate::pool::{Exponent, IndexForm, PoolKind};

impl Parser<'_> {
    pub fn case(&self) -> Parsed<Case> {
        let kind = match self.kind {
            Kind::Nn(operator) => return self.nn(operator),
            Kind::Conv | Kind::Transposed => return self.convolution(),
            Kind::Max | Kind::AdaptiveMax => PoolKind::Max,
            Kind::Lp => PoolKind::Lp { p: self.find("pow").and_then(|entry| entry.exponent).unwrap_or(Exponent::TWO) },
            Kind::Average | Kind::AdaptiveAverage => {
                PoolKind::Average { count_include_pad: self.find("exclpad").is_none(), divisor: self.optional("div") }
            }
        };
        let (batch, channels, axes) = self.shape()?;
        let indices = if self.find("flat").is_some() { IndexForm::Flat } else { IndexForm::Plane };
        let (adaptive, ceil_mode) = (self.kind.is_adaptive(), self.find("ceil").is_some());
        let (x_layout, y_layout, element) = (self.layout("lastx"), self.layout("lasty"), self.element()?);
        let case = PoolCase { kind, indices, adaptive, batch, channels, axes, ceil_mode, x_layout, y_layout, element };
        Ok(Case::Pool(case))
    }

    fn convolution(&self) -> Parsed<Case> {
        let (batch, channels, axes) = self.shape()?;
        let (channels_out, groups) = (self.required("k")?, self.optional("g").unwrap_or(1));
        let (channels_in, element) = (channels, self.element()?);
        let (activation, addend) = (self.activation()?, self.addend()?);
        let (x_layout, y_layout) = (self.layout("lastx"), self.layout("lasty"));
        let is_exchanged = ["inout", "outin"].iter().any(|name| self.find(name).is_some());
        let usual = if self.kind == Kind::Conv { KernelOrder::OutIn } else { KernelOrder::InOut };
        let kernel_order = if is_exchanged { usual.exchanged() } else { usual };
        let shared_kernel = self.find("shared").is_some();
        if self.kind == Kind::Conv {
            let padding_mode = self.padding_mode()?;
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
        Ok(Case::ConvTranspose(ConvTransposeCase {
            batch,
            channels_in,
            channels_out,
            groups,
            shared_kernel,
            axes,
            output_padding,
            element,
            activation,
            addend,
            x_layout,
            y_layout,
            kernel_order,
        }))
    }

    /// Batch, channels and axes of x.
    fn shape(&self) -> Parsed<(u32, u32, Vec<CaseAxis>)> {
        Ok((self.optional("n").unwrap_or(1), self.required("c")?, self.axes()?))
    }
}
