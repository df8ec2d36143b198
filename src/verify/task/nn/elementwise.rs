//! Activations, additions, dropout.

use super::{Pass, Task, Values, bits, exact, exactly};
use crate::activation::Activation;
use crate::case::DROPOUT_SEED;
use crate::error::Result;
use crate::factor::Factor;
use crate::plan::Operand;
use crate::reference::{Sums, nn};

impl Pass<'_> {
    /// Numbers of -16 to 16, where every activation has its bend behind it.
    pub(super) fn activation(&self, activation: Activation) -> Result<Task> {
        let x: Vec<f32> = self.integers(Operand::X, 128).into_iter().map(|value| value / 8.0).collect();
        let dy = self.integers(Operand::Dy, 9);
        // As forward would have stored it.
        let stored = |value| self.case.element.round(value) as f32;
        let y: Vec<f32> = nn::activate(activation, &x).into_iter().map(stored).collect();
        let (operand, values) = if self.pass == "forward" {
            let zeros = vec![0.0; x.len()];
            let x = Sums { values: as_f64(&x), magnitudes: zeros, terms: vec![0; x.len()], slack: Vec::new() };
            (Operand::Y, x.activated(activation))
        } else {
            let magnitudes = dy.iter().map(|&value| f64::from(value.abs())).collect();
            let dy = Sums { values: as_f64(&dy), magnitudes, terms: vec![1; x.len()], slack: Vec::new() };
            let of = if activation.derivative_from_output() { &y } else { &x };
            (Operand::Dx, dy.through(activation, of)?)
        };
        let values = match activation.is_exact() {
            true => exact(values.values),
            false => Values::Floats(values.values.clone(), values.bound(1.0)),
        };
        let inputs = [(Operand::X, &x), (Operand::Y, &y), (Operand::Dy, &dy)];
        let inputs = inputs.map(|(operand, values)| (operand, bits(values))).to_vec();
        Ok(Task { inputs, expected: vec![self.expected(operand, values)] })
    }

    pub(super) fn addition(&self, relu: bool) -> Task {
        let (x, r) = (self.integers(Operand::X, 9), self.integers(Operand::Residual, 9));
        let sums = x.iter().zip(&r).map(|(x, r)| f64::from(x + r));
        let y = sums.map(|sum| if relu && sum < 0.0 { 0.0 } else { sum }).collect();
        let inputs = vec![(Operand::X, bits(&x)), (Operand::Residual, bits(&r))];
        Task { inputs, expected: vec![self.expected(Operand::Y, exact(y))] }
    }

    /// To the bit, whatever the scale.
    pub(super) fn dropout(&self, probability: Factor) -> Task {
        let (from, to) = if self.pass == "forward" { (Operand::X, Operand::Y) } else { (Operand::Dy, Operand::Dx) };
        let values = self.integers(from, 9);
        let dropped = nn::dropout(&values, probability.get(), DROPOUT_SEED, self.step());
        let inputs = vec![(from, bits(&values)), (Operand::Step, vec![self.step()])];
        Task { inputs, expected: vec![self.expected(to, exactly(&dropped))] }
    }
}

fn as_f64(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| value.into()).collect()
}
