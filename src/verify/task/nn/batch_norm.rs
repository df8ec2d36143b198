//! Batch normalisation. Bounds: a mean of m numbers is off by at most `terms * eps` times the largest of them, the variance relatively
//! by `terms * eps * (1 + |mean| / std)`, terms being what an invocation adds one by one (a 64th of a channel, 1,024 at most) and
//! the merges behind it; `inverseSqrt` by 2 units in the last place (WGSL, 15.7.4).

use super::{EPS, Expected, Pass, Task, bits, exact, within};
use crate::activation::Activation;
use crate::case::Case;
use crate::error::Result;
use crate::plan::Operand;
use crate::reference::nn::batch_norm;

/// PyTorch's, which the case has.
const VARIANCE_EPS: f32 = 1e-5;
const MOMENTUM: f64 = 0.1f32 as f64;

/// The largest number among the data.
const MOST: i32 = 9;

impl Pass<'_> {
    pub(super) fn batch_norm(&self, activation: Activation, residual: bool) -> Result<Task> {
        let relu = activation == Activation::Relu;
        let task = match self.pass {
            "forward_training" => self.training(relu, residual),
            "forward" => self.inference(relu, residual),
            _ => self.gradients(relu),
        };
        task?.in_memory(&Case::Nn(self.case.clone()))
    }

    /// The channel of an element.
    fn channel(&self) -> impl Fn(usize) -> usize {
        let [_, channels, cells] = self.case.extents();
        move |i| i / cells % channels
    }

    fn of_channels(&self, operand: Operand, values: super::Values) -> Expected {
        Expected::new(operand, &[self.case.channels as usize], values)
    }

    /// x, residual, w, b, running mean and running variance.
    fn forward_data(&self) -> [Vec<f32>; 6] {
        let [x, r] = [Operand::X, Operand::Residual].map(|operand| self.integers(operand, MOST));
        let channels = [Operand::W, Operand::B, Operand::RunningMean, Operand::RunningVar];
        let [w, b, mean, var] = channels.map(|operand| self.by_channel(operand, MOST));
        [x, r, w, b, mean, var.into_iter().map(|value| value.abs() + 0.5).collect()]
    }

    fn forward_inputs(data: &[Vec<f32>; 6]) -> Vec<(Operand, Vec<u32>)> {
        let operands =
            [Operand::X, Operand::Residual, Operand::W, Operand::B, Operand::RunningMean, Operand::RunningVar];
        operands.into_iter().zip(data).map(|(operand, values)| (operand, bits(values))).collect()
    }

    fn training(&self, relu: bool, residual: bool) -> Result<Task> {
        let mut data = self.forward_data();
        // Channels of zeros, where all depends on eps.
        let channel = self.channel();
        let is_zero = |c: usize| c % 4 == 3;
        data[0].iter_mut().enumerate().filter(|(i, _)| is_zero(channel(*i))).for_each(|(_, x)| *x = 0.0);
        let [x, r, w, b, running_mean, running_var] = &data;
        let found = batch_norm::forward_training(self.case.extents(), x, w, b, VARIANCE_EPS)?;
        let elements = (x.len() / self.case.channels as usize) as f64;
        let size = |c: usize| if is_zero(c) { 0.0 } else { f64::from(MOST) };
        let terms = (elements / 64.0).min(1024.0) + 40.0;
        let mean_off = |c: usize| terms * EPS * size(c);
        let var_off =
            |c: usize| terms * EPS * (found.variance[c] + size(c) * found.variance[c].sqrt()) + mean_off(c).powi(2);
        // Relative; the root halves it.
        let std_off = |c: usize| var_off(c) / (found.variance[c] + f64::from(VARIANCE_EPS)) + 4.0 * EPS;
        let moved = |running: &[f32], to: &[f64]| {
            let both = running.iter().zip(to);
            both.map(|(&running, to)| (1.0 - MOMENTUM) * f64::from(running) + MOMENTUM * to).collect::<Vec<f64>>()
        };
        let unbiased = elements / (elements - 1.0);
        let running_off = |running: f32, to: f64| 4.0 * EPS * (f64::from(running.abs()) + to.abs());
        let y = Pass::finished(&found.y, relu, residual.then_some(r));
        let y_off = |i: usize, _| {
            let c = channel(i);
            let scale = f64::from(w[c]).abs() * found.inv_std[c];
            let rounded = 8.0 * EPS * (scale * 2.0 * size(c) + f64::from(b[c].abs()) + f64::from(r[i].abs()));
            scale * mean_off(c) + std_off(c) * scale * (f64::from(x[i]) - found.mean[c]).abs() + rounded
        };
        let expected = vec![
            self.expected(Operand::Y, within(y, y_off)),
            self.of_channels(Operand::Mean, within(found.mean.clone(), |c, _| mean_off(c))),
            self.of_channels(Operand::InvStd, within(found.inv_std.clone(), |c, value| std_off(c) * value)),
            self.of_channels(
                Operand::RunningMean,
                within(moved(running_mean, &found.mean), |c, _| {
                    MOMENTUM * mean_off(c) + running_off(running_mean[c], found.mean[c])
                }),
            ),
            self.of_channels(
                Operand::RunningVar,
                within(moved(running_var, &found.unbiased_variance), |c, _| {
                    MOMENTUM * unbiased * var_off(c) + running_off(running_var[c], found.unbiased_variance[c])
                }),
            ),
        ];
        Ok(Task { inputs: Pass::forward_inputs(&data), expected })
    }

    fn inference(&self, relu: bool, residual: bool) -> Result<Task> {
        let data = self.forward_data();
        let [x, r, w, b, mean, var] = &data;
        let y = batch_norm::forward(self.case.extents(), x, [w, b, mean, var], VARIANCE_EPS)?;
        let y = Pass::finished(&y, relu, residual.then_some(r));
        let channel = self.channel();
        let off = |i: usize, _| {
            let c = channel(i);
            let scale = f64::from(w[c]).abs() / f64::from(var[c]).sqrt();
            let terms = scale * f64::from(x[i].abs() + mean[c].abs()) + f64::from(b[c].abs() + r[i].abs());
            8.0 * EPS * terms
        };
        Ok(Task { inputs: Pass::forward_inputs(&data), expected: vec![self.expected(Operand::Y, within(y, off))] })
    }

    /// The residual added, and ReLU behind it.
    fn finished(y: &[f64], relu: bool, residual: Option<&Vec<f32>>) -> Vec<f64> {
        let added = |(i, y): (usize, &f64)| y + residual.map_or(0.0, |r| f64::from(r[i]));
        y.iter().enumerate().map(added).map(|y| if relu { y.max(0.0) } else { y }).collect()
    }

    /// Saved means that are integers and deviations that are powers of two: the sums over a channel are exact.
    fn gradients(&self, relu: bool) -> Result<Task> {
        let extents = self.case.extents();
        let elements = extents[0] * extents[2];
        // Products of at most 72, in halves, whose sum is to stay below 2^24.
        let most = if elements < 20_000 { MOST } else { 1 };
        let (x, dy, y) =
            (self.integers(Operand::X, MOST), self.integers(Operand::Dy, most), self.integers(Operand::Y, 2));
        let (w, mean) = (self.by_channel(Operand::W, MOST), self.by_channel(Operand::Mean, 3));
        let inv_std: Vec<f32> =
            self.by_channel(Operand::InvStd, 1).into_iter().map(|power| 2f32.powi(power as i32)).collect();
        let through = |(&dy, &y): (&f32, &f32)| if relu && y <= 0.0 { 0.0 } else { dy };
        let g: Vec<f32> = dy.iter().zip(&y).map(through).collect();
        let grads = batch_norm::backward_from(extents, &x, &g, &w, [&mean, &inv_std])?;
        let channel = self.channel();
        let off = |i: usize, _| {
            let (c, elements) = (channel(i), elements as f64);
            let z = f64::from((x[i].abs() + mean[c].abs()) * inv_std[c]);
            let terms = f64::from(g[i].abs()) + (grads.db[c].abs() + z * grads.dw[c].abs()) / elements;
            16.0 * EPS * f64::from(w[c].abs() * inv_std[c]) * terms
        };
        let expected = vec![
            self.expected(Operand::Dx, within(grads.dx.clone(), off)),
            self.of_channels(Operand::Dw, exact(grads.dw.clone())),
            self.of_channels(Operand::Db, exact(grads.db.clone())),
        ];
        let inputs = [
            (Operand::X, &x),
            (Operand::Dy, &dy),
            (Operand::Y, &y),
            (Operand::W, &w),
            (Operand::Mean, &mean),
            (Operand::InvStd, &inv_std),
        ];
        Ok(Task { inputs: inputs.map(|(operand, values)| (operand, bits(values))).to_vec(), expected })
    }
}
