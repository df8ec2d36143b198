//! The four passes, as passes of the convolution that this one transposes.

use super::ConvTransposeProblem;
use crate::conv::{ConvProblem, Epilogue, Pass, passes};
use crate::element::ElementType;
use crate::error::{Error, Result};
use crate::layout::KernelOrder;
use crate::plan::{Advice, DeviceLimits, Operand, PlanOptions, PlanSpec, Strategy};
use crate::window::TransposedAxis;

/// Plans one pass.
pub(crate) fn plan(
    problem: &ConvTransposeProblem,
    pass: Pass,
    epilogue: Epilogue,
    limits: &DeviceLimits,
    options: &PlanOptions,
    advice: &Advice<'_>,
) -> Result<PlanSpec> {
    let conv = match pass {
        Pass::BiasGrad => ConvProblem::of_output(&problem.y_shape(), problem.y_layout, problem.element),
        _ => problem.exchanged(),
    };
    let title = title(problem, pass);
    let spec = passes::plan_titled(&conv, exchanged(pass), epilogue, limits, options, advice, title);
    spec.map(|spec| spec.renamed(|operand| name(pass, operand))).map_err(|error| match error {
        Error::SampleTooLarge { operand, bytes, limit } => {
            Error::SampleTooLarge { operand: name(pass, operand), bytes, limit }
        }
        other => other,
    })
}

/// The few ways of computing a pass that can be the fastest, for tuning to measure.
pub(crate) fn plausible(
    problem: &ConvTransposeProblem,
    pass: Pass,
    limits: &DeviceLimits,
    options: &PlanOptions,
) -> Vec<Strategy> {
    passes::plausible(&problem.exchanged(), exchanged(pass), limits, options)
}

/// The convolution's pass that computes this one.
fn exchanged(pass: Pass) -> Pass {
    match pass {
        Pass::Forward => Pass::InputGrad,
        Pass::InputGrad => Pass::Forward,
        Pass::KernelGrad | Pass::BiasGrad => pass,
    }
}

/// What an operand of the convolution's pass is here.
fn name(pass: Pass, operand: Operand) -> Operand {
    match (pass, operand) {
        (Pass::Forward, Operand::Dy) => Operand::X,
        (Pass::Forward, Operand::Dx) => Operand::Y,
        (Pass::InputGrad, Operand::X) => Operand::Dy,
        (Pass::InputGrad, Operand::Y) => Operand::Dx,
        // What an activation's derivative is computed from.
        (Pass::InputGrad, Operand::Dy) => Operand::X,
        (Pass::KernelGrad, Operand::X) => Operand::Dy,
        (Pass::KernelGrad, Operand::Dy) => Operand::X,
        (_, other) => other,
    }
}

fn title(problem: &ConvTransposeProblem, pass: Pass) -> String {
    let axes = &problem.axes[3 - problem.rank as usize..];
    let list = |of: fn(&TransposedAxis) -> u32| axes.iter().map(of).collect::<Vec<_>>();
    let element = match problem.element {
        ElementType::F32 => String::new(),
        element => format!(", {element}"),
    };
    let shared = if problem.shared_kernel { ", shared by the channels of a group" } else { "" };
    let unusual = problem.kernel_order == KernelOrder::OutIn;
    let order = passes::order_title([problem.x_layout, problem.y_layout], unusual.then_some(problem.kernel_order));
    format!(
        "conv_transpose {}: x {:?}, w {:?}{shared}, y {:?}, stride {:?}, padding {:?} low {:?} high, output padding {:?}, \
         dilation {:?}, groups {}{order}{element}",
        pass.name(),
        problem.x_shape(),
        problem.w_shape(),
        problem.y_shape(),
        list(|axis| axis.stride),
        list(|axis| axis.padding_low),
        list(|axis| axis.padding_high),
        list(|axis| axis.output_padding),
        list(|axis| axis.dilation),
        problem.groups,
    )
}
