//! From a pass to its dispatches: a reduction over each channel in slices, the slices' results together, and a sweep over all
//! elements.

use super::desc::BatchNormPass;
use super::planner::{Form, Planner, Reduction};
use crate::activation::Activation;
use crate::element::ElementType;
use crate::error::Result;
use crate::kernel;
use crate::layout::Layout;
use crate::plan::{Access, Batched, DeviceLimits, Operand, PlanOptions, PlanSpec, SpecBuilder};

/// A batch normalisation with every extent known; floats as their bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BatchNormProblem {
    pub pass: BatchNormPass,
    pub layout: Layout,
    /// Of x, y, a residual and the gradients dx and dy; what has one number for each channel is f32.
    pub element: ElementType,
    /// Samples; with channels last their cells, of which each is a sample as far as memory goes.
    pub batch: u32,
    pub channels: u32,
    /// Elements of a plane; with channels last 1.
    pub plane: u32,
    pub eps: u32,
    pub momentum: u32,
    pub activation: Activation,
}

impl BatchNormProblem {
    /// Plans it for a device.
    pub(crate) fn plan_spec(&self, limits: &DeviceLimits, options: &PlanOptions) -> Result<PlanSpec> {
        use Operand::{B, Db, Dw, Dx, Dy, InvStd, Mean, Residual, RunningMean, RunningVar, W, X, Y};
        let (name, flops, residual) = match self.pass {
            BatchNormPass::Training { residual } => ("training", 9, residual),
            BatchNormPass::Inference { residual } => ("inference", 3, residual),
            BatchNormPass::Backward => ("backward", 9, false),
        };
        let (batch, channels, plane) = (self.batch, self.channels, self.plane);
        let of = match self.layout {
            Layout::ChannelsFirst => format!("{batch} samples, {channels} channels of {plane} elements"),
            Layout::ChannelsLast => format!("{batch} cells, channels last, {channels} of them"),
        };
        let title = format!("batch_norm {name}: {of}{}", self.element.in_title());
        let plan = SpecBuilder::direct(limits, options, title, flops * self.elements())?;
        let mut plan = plan.of_type_only(self.element, &[X, Y, Dx, Dy, Residual]);
        let relu = self.activation == Activation::Relu;

        // What has x's shape, and what has one number for each channel.
        let (tensors, vectors): (Vec<_>, &[(Operand, Access)]) = match self.pass {
            BatchNormPass::Training { .. } => (
                vec![(X, Access::Read), (Y, Access::Write)],
                &[
                    (W, Access::Read),
                    (B, Access::Read),
                    (RunningMean, Access::Update),
                    (RunningVar, Access::Update),
                    (Mean, Access::Write),
                    (InvStd, Access::Write),
                ],
            ),
            BatchNormPass::Inference { .. } => (
                vec![(X, Access::Read), (Y, Access::Write)],
                &[(W, Access::Read), (B, Access::Read), (RunningMean, Access::Read), (RunningVar, Access::Read)],
            ),
            BatchNormPass::Backward => (
                vec![(X, Access::Read), (Dy, Access::Read), (Dx, Access::Write)],
                &[
                    (W, Access::Read),
                    (Mean, Access::Read),
                    (InvStd, Access::Read),
                    (Dw, Access::Write),
                    (Db, Access::Write),
                ],
            ),
        };
        let more = match self.pass {
            BatchNormPass::Backward if relu => Some((Y, Access::Read)),
            BatchNormPass::Backward => None,
            _ if residual => Some((Residual, Access::Read)),
            _ => None,
        };
        let tensors: Vec<(Operand, Access)> = tensors.into_iter().chain(more).collect();
        tensors.iter().for_each(|&(operand, access)| plan.need(operand, self.elements(), access));
        vectors.iter().for_each(|&(operand, access)| plan.need(operand, channels.into(), access));

        let batched: Vec<Batched> = tensors.iter().map(|&(operand, _)| self.batched(&plan, operand)).collect();
        let form = match limits.storage_alignment.is_multiple_of(16) {
            true if plane.is_multiple_of(4) => Form::Vec4,
            true if plane == 1 && channels.is_multiple_of(4) => Form::Quads,
            _ => Form::Scalar,
        };
        let chunks = plan.chunks(batch, &batched, self.sample() / form.elements())?;
        let mut planner = Planner { problem: self, plan: &mut plan, form, chunks };
        match self.pass {
            BatchNormPass::Training { residual } => {
                let coefficients = planner.reduce(&Reduction {
                    operands: vec![X],
                    slices: [&kernel::BATCH_MOMENTS_SCALAR, &kernel::BATCH_MOMENTS_VEC4, &kernel::RUN_MOMENTS],
                    merge: &kernel::MERGE_MOMENTS,
                    finish: &kernel::FINISH_MOMENTS,
                    finish_operands: &[W, B, RunningMean, RunningVar, Mean, InvStd],
                })?;
                planner.normalise(residual, coefficients)?;
            }
            BatchNormPass::Inference { residual } => {
                let coefficients = planner.running_coefficients()?;
                planner.normalise(residual, coefficients)?;
            }
            BatchNormPass::Backward => {
                let (operands, slices) = if relu {
                    let through = [&kernel::GRADIENT_SUMS_THROUGH_SCALAR, &kernel::GRADIENT_SUMS_THROUGH_VEC4];
                    (vec![X, Dy, Y], [through[0], through[1], &kernel::RUN_SUMS_THROUGH])
                } else {
                    let slices = [&kernel::GRADIENT_SUMS_SCALAR, &kernel::GRADIENT_SUMS_VEC4, &kernel::RUN_SUMS];
                    (vec![X, Dy], slices)
                };
                let coefficients = planner.reduce(&Reduction {
                    operands: [&operands[..], &[Mean, InvStd]].concat(),
                    slices,
                    merge: &kernel::MERGE_SUMS,
                    finish: &kernel::FINISH_SUMS,
                    finish_operands: &[W, Mean, InvStd, Dw, Db],
                })?;
                let entries = if relu {
                    [
                        &kernel::BATCH_NORM_INPUT_GRAD_THROUGH_SCALAR,
                        &kernel::BATCH_NORM_INPUT_GRAD_THROUGH_VEC4,
                        &kernel::BATCH_NORM_INPUT_GRAD_THROUGH_QUADS,
                        &kernel::BATCH_NORM_INPUT_GRAD_THROUGH_FOURS,
                    ]
                } else {
                    [
                        &kernel::BATCH_NORM_INPUT_GRAD_SCALAR,
                        &kernel::BATCH_NORM_INPUT_GRAD_VEC4,
                        &kernel::BATCH_NORM_INPUT_GRAD_QUADS,
                        &kernel::BATCH_NORM_INPUT_GRAD_FOURS,
                    ]
                };
                planner.sweep(entries, &operands, Dx, coefficients)?;
            }
        }
        Ok(plan.finish())
    }

    /// How an operand lies in memory.
    pub(crate) fn layout(&self, operand: Operand) -> Layout {
        match operand {
            Operand::X | Operand::Y | Operand::Dx | Operand::Dy | Operand::Residual => self.layout,
            _ => Layout::ChannelsFirst,
        }
    }

    /// Elements of a sample.
    fn sample(&self) -> u64 {
        u64::from(self.channels) * u64::from(self.plane)
    }

    /// Elements of x.
    fn elements(&self) -> u64 {
        u64::from(self.batch) * self.sample()
    }

    pub(super) fn batched(&self, plan: &SpecBuilder<'_>, operand: Operand) -> Batched {
        plan.batched(operand, self.sample())
    }
}
