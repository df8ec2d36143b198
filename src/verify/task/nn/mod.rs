//! Operators without a window.

mod batch_norm;
mod dense;
mod elementwise;
mod memory;
mod training;

use super::{Expected, Task, Values, bits, count, exactly};
use crate::case::{NnCase, NnOperator, Role};
use crate::element::ElementType;
use crate::error::Result;
use crate::plan::{DeviceLimits, Operand};
use crate::verify::data::integers;

/// One unit in the last place of 1.
const EPS: f64 = f32::EPSILON as f64;

/// A case's pass with the seed of its data.
struct Pass<'a> {
    case: &'a NnCase,
    pass: &'a str,
    seed: u64,
}

impl Pass<'_> {
    fn shape(&self) -> Vec<usize> {
        self.case.x_shape()
    }

    /// Small integers for an operand of x's shape.
    fn integers(&self, operand: Operand, most: i32) -> Vec<f32> {
        integers(self.seed, operand, count(&self.shape()), most)
    }

    /// The same for an operand with a number for each channel.
    fn by_channel(&self, operand: Operand, most: i32) -> Vec<f32> {
        integers(self.seed, operand, self.case.channels as usize, most)
    }

    /// Numbers of -1 to 1 for an operand of x's shape, which f32 holds exactly.
    fn fractions(&self, operand: Operand) -> Vec<f32> {
        self.integers(operand, 64).into_iter().map(|value| value / 64.0).collect()
    }

    /// The number of a training step.
    fn step(&self) -> u32 {
        [1, 2, 1_000, 3_000_000_000][self.seed as usize % 4]
    }

    /// An output of x's shape.
    fn expected(&self, operand: Operand, values: Values) -> Expected {
        Expected::new(operand, &self.shape(), values)
    }
}

/// Numbers that the device gives exactly.
fn exact(values: Vec<f64>) -> Values {
    let bounds = vec![0.0; values.len()];
    Values::Floats(values, bounds)
}

/// Numbers with what each may be off by.
fn within(values: Vec<f64>, bound: impl Fn(usize, f64) -> f64) -> Values {
    let bounds = values.iter().enumerate().map(|(i, &value)| bound(i, value)).collect();
    Values::Floats(values, bounds)
}

impl Task {
    /// By the reference, as it lies in memory.
    pub(super) fn nn(limits: &DeviceLimits, case: &NnCase, pass: &str, bias: bool, seed: u64) -> Result<Task> {
        let of = Pass { case, pass, seed };
        let task = match case.operator {
            NnOperator::BatchNorm { activation, residual } => of.batch_norm(activation, residual)?,
            NnOperator::Activation(activation) => of.activation(activation)?,
            NnOperator::Add { relu } => of.addition(relu),
            NnOperator::Dropout { probability } => of.dropout(probability),
            NnOperator::Dense { outputs } => of.dense(outputs, bias)?,
            NnOperator::HalfSquaredError => of.half_squared_error()?,
            NnOperator::SoftmaxCrossEntropy => of.softmax_cross_entropy()?,
            NnOperator::Sgd => of.sgd(false)?,
            NnOperator::SgdNesterov => of.sgd(true)?,
            NnOperator::Adam => of.adam(false)?,
            NnOperator::AdamW => of.adam(true)?,
            NnOperator::Transpose => return Ok(of.transposition()),
            NnOperator::Convert { target } => return Ok(of.conversion(target)),
        };
        Ok(task.in_types(|operand| case.element_of(operand)).in_roles(case.roles(limits, pass)?))
    }

    /// A task of f32 with operands of these types, which hold the inputs; results are rounded once.
    fn in_types(mut self, of: impl Fn(Operand) -> ElementType) -> Task {
        for (operand, words) in self.inputs.iter_mut().filter(|input| of(input.0) != ElementType::F32) {
            *words = of(*operand).words(&ElementType::F32.values(words, words.len()));
        }
        for expected in &mut self.expected {
            expected.element = of(expected.operand);
            let Values::Floats(values, bounds) = &mut expected.values else { continue };
            for (value, bound) in values.iter_mut().zip(bounds).filter(|_| expected.element != ElementType::F32) {
                if *bound == 0.0 {
                    // Exact in f32.
                    *value = expected.element.round(*value);
                } else {
                    *bound = expected.element.stored_bound(*value, *bound);
                }
            }
        }
        self
    }

    /// With the plan's operands for the user's; reports keep the user's names. Without a role they are the same.
    fn in_roles(mut self, roles: &[Role]) -> Task {
        let planned = |name: Operand| match roles.iter().find(|role| role.1 == name) {
            Some(role) => Some(role.0),
            // Unless it would be taken for another one.
            None => roles.iter().all(|role| role.0 != name).then_some(name),
        };
        let inputs = self.inputs.into_iter();
        self.inputs = inputs.filter_map(|(name, words)| Some((planned(name)?, words))).collect();
        for expected in &mut self.expected {
            expected.operand = planned(expected.name).unwrap_or(expected.name);
        }
        self
    }
}
