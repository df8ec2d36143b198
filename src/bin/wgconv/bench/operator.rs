//! Rows of operators without a window: the self-test says whether they are right, and timing asks for inputs that an operator has
//! in use.

use wgconv::case::Case;
use wgconv::{Context, Operand, PlanOptions, Result, verify};

/// What is wrong with a pass of a case on this device, by [`verify::check_blocking`]; `Ok` says how it was compared.
pub fn check(
    context: &Context,
    case: &Case,
    pass: &str,
    options: &PlanOptions,
    seed: u64,
) -> Result<std::result::Result<String, String>> {
    let fault = verify::check_blocking(context, case, pass, false, options, seed)?;
    Ok(fault.map_or_else(|| Ok("by the self-test, all outputs".to_owned()), |fault| Err(fault.to_string())))
}

/// An operand that noise would not do for: labels of classes, the number of a step, a variance.
pub fn in_use(case: &Case, operand: Operand, elements: usize) -> Option<Vec<f32>> {
    let Case::Nn(of) = case else { return None };
    let classes = of.channels.max(1);
    match operand {
        Operand::Target if case.operator() == "softmax" => {
            Some((0..elements as u32).map(|sample| f32::from_bits(sample % classes)).collect())
        }
        Operand::Step => Some(vec![f32::from_bits(1_000); elements]),
        Operand::RunningVar | Operand::InvStd => Some(vec![1.0; elements]),
        Operand::SecondMoment => Some(vec![0.01; elements]),
        // Of SGD: learning rate, momentum, weight decay. Of Adam as `AdamHyper::values` gives them.
        Operand::Hyper if elements == 3 => Some(vec![1e-4, 0.9, 0.0]),
        Operand::Hyper => Some(vec![1e-4, 0.1, 0.001, 1e-8, 0.0]),
        _ => None,
    }
}
