//! Losses and optimisers.

use super::{EPS, Pass, Task, bits, exact, within};
use crate::error::Result;
use crate::nn::AdamHyper;
use crate::plan::Operand;
use crate::reference::nn;
use crate::verify::task::Expected;

impl Pass<'_> {
    /// Sixty-fourths, whose products f32 holds exactly.
    pub(super) fn half_squared_error(&self) -> Result<Task> {
        let y: Vec<f32> = self.fractions(Operand::Y).into_iter().map(f32::abs).collect();
        let target: Vec<f32> = self.integers(Operand::Target, 1).into_iter().map(f32::abs).collect();
        let (loss, dx) = nn::half_squared_error(&y, &target)?;
        let inputs = vec![(Operand::Y, bits(&y)), (Operand::Target, bits(&target))];
        let expected = vec![self.expected(Operand::Loss, exact(loss)), self.expected(Operand::Dx, exact(dx))];
        Ok(Task { inputs, expected })
    }

    /// Some labels name no class. WGSL (15.7.4) allows exp 3 + 2 |x| units in the last place, and the logarithm an absolute error
    /// of 2^-21.
    pub(super) fn softmax_cross_entropy(&self) -> Result<Task> {
        const MOST: i32 = 9;
        let [samples, classes, _] = self.case.extents();
        let logits = self.integers(Operand::X, MOST);
        let label = |(i, logit): (usize, &f32)| (i as u32).wrapping_add((logit + 9.0) as u32) % (classes as u32 + 1);
        let labels: Vec<u32> = logits.iter().step_by(classes).enumerate().map(label).collect();
        let (loss, dx) = nn::softmax_cross_entropy([samples, classes], &logits, &labels)?;
        let relative = (3.0 + 4.0 * f64::from(MOST) + classes as f64) * EPS;
        let loss = within(loss, |_, loss| relative + 2f64.powi(-21) + 24.0 * EPS + 3.0 * EPS * loss);
        // Of a class the probability is off relatively, and from the label's one is taken.
        let off = |i: usize, dx: f64| {
            let is_label = labels[i / classes] as usize == i % classes;
            let one = if is_label { 1.0 / samples as f64 } else { 0.0 };
            (2.0 * relative + 4.0 * EPS) * (dx + one).abs() + EPS * one
        };
        let dx = within(dx, off);
        let expected = vec![Expected::new(Operand::Loss, &[samples], loss), self.expected(Operand::Dx, dx)];
        Ok(Task { inputs: vec![(Operand::X, bits(&logits)), (Operand::Target, labels)], expected })
    }

    /// Integers and powers of two, on which every operation is exact.
    pub(super) fn sgd(&self, nesterov: bool) -> Result<Task> {
        const HYPER: [f32; 3] = [0.25, 0.5, 0.125];
        let [w, dw, v] = [Operand::W, Operand::Dw, Operand::State].map(|operand| self.integers(operand, 64));
        let step = if nesterov { nn::sgd_nesterov } else { nn::sgd };
        let (new_w, new_v) = step(&w, &dw, &v, HYPER[0], HYPER[1], HYPER[2])?;
        let inputs = [(Operand::W, &w[..]), (Operand::Dw, &dw), (Operand::State, &v), (Operand::Hyper, &HYPER)];
        let inputs = inputs.map(|(operand, values)| (operand, bits(values))).to_vec();
        let expected = vec![self.expected(Operand::W, exact(new_w)), self.expected(Operand::State, exact(new_v))];
        Ok(Task { inputs, expected })
    }

    /// The moments are sums of two or three products of at most 1.2; a step is two divisions and a root behind corrections of at most
    /// 64 roundings each.
    pub(super) fn adam(&self, decoupled: bool) -> Result<Task> {
        let hyper = AdamHyper { learning_rate: 0.05, weight_decay: 0.125, eps: 0.125, ..AdamHyper::default() };
        let [w, dw, mut m] = [Operand::W, Operand::Dw, Operand::State].map(|operand| self.fractions(operand));
        // Some that have not been moved yet.
        m.iter_mut().step_by(5).for_each(|m| *m = 0.0);
        // What can have come from these m.
        let v: Vec<f32> = m.iter().map(|&m| if m == 0.0 { 0.0 } else { m * m + 0.01 }).collect();
        let new = nn::adam(&w, &dw, [&m, &v], &hyper, self.step(), decoupled)?;
        let taken: Vec<f64> = w.iter().zip(&new.w).map(|(&w, new)| (f64::from(w) - new).abs()).collect();
        let off = |i: usize, _| 100.0 * EPS * (taken[i] + hyper.learning_rate) + EPS;
        let expected = vec![
            self.expected(Operand::W, within(new.w, off)),
            self.expected(Operand::State, within(new.m, |_, _| 4.0 * EPS)),
            self.expected(Operand::SecondMoment, within(new.v, |_, _| 6.0 * EPS)),
        ];
        let values = hyper.values()?;
        let inputs = [
            (Operand::W, &w[..]),
            (Operand::Dw, &dw),
            (Operand::State, &m),
            (Operand::SecondMoment, &v),
            (Operand::Hyper, &values),
        ];
        let mut inputs = inputs.map(|(operand, values)| (operand, bits(values))).to_vec();
        inputs.push((Operand::Step, vec![self.step()]));
        Ok(Task { inputs, expected })
    }
}
