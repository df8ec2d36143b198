//! Runs a plan on buffers of its own, with the guard zones and the poison that `wgconv verify` uses too.

use wgconv::verify::{GuardedBuffers, Outputs, POISON, StrayWrite};
use wgconv::{Context, ElementType, Operand, OperandNeed, Plan};

/// Runs a plan once; `inputs` are the operands that it reads or updates, as bits. Gives back the operands that it writes.
///
/// # Panics
/// If something outside an output has changed.
pub fn run(context: &Context, plan: &Plan, inputs: &[(Operand, &[u32])]) -> Outputs {
    run_as(context, plan, plan.operands(), inputs).unwrap_or_else(|stray| panic!("{stray}"))
}

/// As [`run`], on buffers for operands that may be other ones than the plan's: faults are planted with it.
pub fn run_as(
    context: &Context,
    plan: &Plan,
    needs: &[OperandNeed],
    inputs: &[(Operand, &[u32])],
) -> Result<Outputs, StrayWrite> {
    let buffers = GuardedBuffers::new(context, needs, inputs).unwrap();
    let mut encoder = context.device().create_command_encoder(&Default::default());
    plan.record(&mut encoder.begin_compute_pass(&Default::default()), &buffers.bindings()).unwrap();
    context.queue().submit([encoder.finish()]);
    buffers.outputs_blocking().unwrap()
}

/// As [`run`], for f32 inputs and a single f32 output.
pub fn run_f32(context: &Context, plan: &Plan, inputs: &[(Operand, &[f32])]) -> Vec<f32> {
    let inputs: Vec<(Operand, &[u32])> = inputs.iter().map(|&(operand, data)| (operand, bits(data))).collect();
    let outputs = run(context, plan, &inputs);
    assert_eq!(outputs.len(), 1);
    floats(&outputs[0].1)
}

/// As [`run`], for inputs of this type, which holds the values, and a single output of so many elements.
pub fn run_as_type(
    context: &Context,
    plan: &Plan,
    element: ElementType,
    inputs: &[(Operand, &[f32])],
    count: usize,
) -> Vec<f32> {
    let mut outputs = run_as_types(context, plan, |_| element, inputs, count);
    assert_eq!(outputs.len(), 1);
    outputs.remove(0).1
}

/// As [`run`], each operand being of a type of its own, which holds its values; outputs of 16 bits have so many elements.
pub fn run_as_types(
    context: &Context,
    plan: &Plan,
    of: impl Fn(Operand) -> ElementType,
    inputs: &[(Operand, &[f32])],
    count: usize,
) -> Vec<(Operand, Vec<f32>)> {
    let words: Vec<Vec<u32>> = inputs.iter().map(|&(operand, data)| of(operand).words(data)).collect();
    let inputs: Vec<(Operand, &[u32])> =
        inputs.iter().zip(&words).map(|(&(operand, _), words)| (operand, &words[..])).collect();
    let values = |(operand, words): (Operand, Vec<u32>)| {
        let element = of(operand);
        if element == ElementType::F32 {
            return (operand, floats(&words));
        }
        if count % 2 == 1 {
            // Poison, or what an output that is added to held.
            let behind = words[count / 2] >> 16;
            assert!([POISON >> 16, 0].contains(&behind), "{operand}: the half behind the last element was written");
        }
        (operand, element.values(&words, count))
    };
    run(context, plan, &inputs).into_iter().map(values).collect()
}

/// The bits of f32 data.
pub fn bits(data: &[f32]) -> &[u32] {
    bytemuck::cast_slice(data)
}

/// The f32 data of bits.
pub fn floats(words: &[u32]) -> Vec<f32> {
    words.iter().map(|&word| f32::from_bits(word)).collect()
}
