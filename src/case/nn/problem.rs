//! From a case to what is planned.

use super::{NnCase, NnOperator};
use crate::activation::Activation;
use crate::case::{CaseAxis, ConvCase, find};
use crate::conv::{Addend, Pass};
use crate::element::ConvertProblem;
use crate::element::ElementType;
use crate::error::Result;
use crate::layout::{KernelOrder, Layout, TransposeProblem};
use crate::nn::{self, BatchNorm, BatchNormPass, Dropout, Elementwise, NnProblem};
use crate::padding_mode::PaddingMode;
use crate::plan::{DeviceLimits, Operand, Problem};
use crate::spatial::element_count;

/// The seed of a dropout's masks: any number with bits in both halves.
pub(crate) const DROPOUT_SEED: u64 = 0x0123_4567_89ab_cdef;

/// An operand of a plan, and what the operator's user calls it.
pub(crate) type Role = (Operand, Operand);

impl NnCase {
    /// What is planned for a pass.
    pub(in crate::case) fn planned(&self, limits: &DeviceLimits, pass: &str, bias: bool) -> Result<Problem> {
        self.check()?;
        find(self.operator.passes(), |pass| pass, pass)?;
        let shape = self.x_shape();
        let count = element_count(Operand::X, &shape)?;
        let element = self.element;
        let elementwise = |operator| Ok(Problem::Nn(NnProblem::Elementwise { operator, count, element }));
        let [batch, channels, cells] = self.extents().map(|extent| extent as u32);
        match self.operator {
            NnOperator::BatchNorm { activation, residual } => {
                let pass = match pass {
                    "forward_training" => BatchNormPass::Training { residual },
                    "forward" => BatchNormPass::Inference { residual },
                    _ => BatchNormPass::Backward,
                };
                let norm = BatchNorm::new().activation(activation);
                let problem = norm.problem(pass, self.x_layout, element, &shape)?;
                Ok(Problem::Nn(NnProblem::BatchNorm(problem)))
            }
            NnOperator::Activation(activation) if pass == "forward" => elementwise(Elementwise::Activate(activation)),
            NnOperator::Activation(activation) => elementwise(Elementwise::ActivationGrad(activation)),
            NnOperator::Add { relu: false } => elementwise(Elementwise::Add),
            NnOperator::Add { relu: true } => elementwise(Elementwise::AddRelu),
            NnOperator::Dropout { probability } => {
                let dropout = Dropout::new(probability.get(), DROPOUT_SEED)?;
                Ok(Problem::Nn(NnProblem::Dropout { dropout, count, element }))
            }
            NnOperator::Dense { outputs } => {
                let (conv, pass, _) = self.as_conv(limits, pass, outputs)?;
                conv.planned(pass, bias)
            }
            NnOperator::HalfSquaredError => elementwise(Elementwise::HalfSquaredError),
            NnOperator::SoftmaxCrossEntropy => {
                Ok(Problem::Nn(NnProblem::SoftmaxCrossEntropy { samples: batch, classes: channels, element }))
            }
            NnOperator::Sgd => elementwise(Elementwise::Sgd),
            NnOperator::SgdNesterov => elementwise(Elementwise::SgdNesterov),
            NnOperator::Adam => elementwise(Elementwise::Adam),
            NnOperator::AdamW => elementwise(Elementwise::AdamW),
            NnOperator::Transpose => {
                let (rows, columns) = match self.x_layout {
                    Layout::ChannelsFirst => (channels, cells),
                    Layout::ChannelsLast => (cells, channels),
                };
                Ok(Problem::Transpose(TransposeProblem { batch, rows, columns, element: self.element }))
            }
            NnOperator::Convert { target } => Ok(Problem::Convert(ConvertProblem { count, source: element, target })),
        }
    }

    /// The operands of a pass's plan that its user calls something else.
    pub(crate) fn roles(&self, limits: &DeviceLimits, pass: &str) -> Result<&'static [Role]> {
        Ok(match self.operator {
            NnOperator::Dropout { .. } if pass == "backward" => &[(Operand::X, Operand::Dy), (Operand::Y, Operand::Dx)],
            NnOperator::Dense { outputs } => self.as_conv(limits, pass, outputs)?.2,
            _ => &[],
        })
    }

    /// A dense layer's pass as the convolution that computes it on such a device, as [`nn::dense_forward`] and its gradients do.
    fn as_conv(&self, limits: &DeviceLimits, pass: &str, outputs: u32) -> Result<(ConvCase, Pass, &'static [Role])> {
        let pass = find(&Pass::ALL, Pass::name, pass)?;
        let (samples, inputs) = (self.batch, self.channels);
        let along_inputs = |terms: u32, rows: u32| {
            nn::dense_along_inputs(limits, self.element, terms as usize, rows as usize, inputs as usize)
        };
        let one_tap =
            |batch, channels_in, channels_out, cells| one_tap(self.element, [batch, channels_in, channels_out, cells]);
        Ok(match pass {
            Pass::InputGrad if along_inputs(outputs, samples) => {
                let roles = &[(Operand::X, Operand::W), (Operand::W, Operand::Dy), (Operand::Y, Operand::Dx)];
                (one_tap(1, outputs, samples, inputs), Pass::Forward, roles)
            }
            Pass::KernelGrad if along_inputs(samples, outputs) => {
                let roles = &[(Operand::Dy, Operand::X), (Operand::W, Operand::Dy), (Operand::Dx, Operand::Dw)];
                (one_tap(1, outputs, samples, inputs), Pass::InputGrad, roles)
            }
            pass => (one_tap(samples, inputs, outputs, 1), pass, &[]),
        })
    }
}

/// A convolution of one tap.
fn one_tap(element: ElementType, [batch, channels_in, channels_out, cells]: [u32; 4]) -> ConvCase {
    ConvCase {
        batch,
        channels_in,
        channels_out,
        groups: 1,
        shared_kernel: false,
        axes: vec![CaseAxis::new(cells, 1)],
        padding_mode: PaddingMode::Zeros,
        activation: Activation::None,
        addend: Addend::None,
        element,
        x_layout: Layout::ChannelsFirst,
        y_layout: Layout::ChannelsFirst,
        kernel_order: KernelOrder::OutIn,
    }
}
