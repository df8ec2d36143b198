//! A batch normalisation as a part of the convolution before it.

use super::OPERATOR;
use super::desc::BatchNorm;
use crate::error::{Error, Result};
use crate::plan::Operand;

impl BatchNorm {
    /// Weights and bias of a convolution that does what a convolution and this normalisation behind it do in inference:
    /// w' = w * gamma / sqrt(var + eps) and b' = (b - mean) * gamma / sqrt(var + eps) + beta, for each output channel.
    ///
    /// `w` is `[C_out, ...]` flat, `b` `[C_out]`, and `channels` are gamma, beta, running mean and running variance, `[C_out]`
    /// each. Computed in f64 and rounded once. On the host: it is done once, before inference. The activation is no part of what is
    /// folded: give it to the convolution, [`crate::ConvBuilder::activation`].
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] where the lengths do not fit; [`Error::InvalidParameter`] for a parameter outside its range,
    /// and for a running variance that is not above 0 together with eps.
    ///
    /// ```
    /// use wgconv::nn::BatchNorm;
    /// let (gamma, beta, mean, var) = ([8.0], [1.0], [2.0], [16.0]);
    /// let (w, b) = BatchNorm::new().eps(0.0).fold(&[1.0, 3.0], None, [&gamma, &beta, &mean, &var])?;
    /// assert_eq!((w, b), (vec![2.0, 6.0], vec![-3.0]));
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn fold(&self, w: &[f32], b: Option<&[f32]>, channels: [&[f32]; 4]) -> Result<(Vec<f32>, Vec<f32>)> {
        self.check()?;
        let [gamma, beta, mean, var] = channels;
        let count = gamma.len();
        let mismatch = |operand, expected, found| Error::ShapeMismatch {
            operator: OPERATOR,
            operand,
            expected: vec![expected],
            found: vec![found],
        };
        let vectors = [(Operand::B, Some(beta)), (Operand::RunningMean, Some(mean)), (Operand::RunningVar, Some(var))];
        for (operand, values) in vectors.into_iter().chain([(Operand::B, b)]) {
            if let Some(values) = values.filter(|values| values.len() != count) {
                return Err(mismatch(operand, count, values.len()));
            }
        }
        if count == 0 || w.is_empty() || !w.len().is_multiple_of(count) {
            return Err(mismatch(Operand::W, count, w.len()));
        }
        let (mut folded_w, mut folded_b) = (Vec::with_capacity(w.len()), Vec::with_capacity(count));
        for (channel, taps) in w.chunks_exact(w.len() / count).enumerate() {
            let [gamma, beta, mean, var] = channels.map(|values| f64::from(values[channel]));
            let variance = var + f64::from(self.eps);
            if variance.is_nan() || variance <= 0.0 {
                return Err(Error::InvalidParameter {
                    operator: OPERATOR,
                    parameter: "running variance",
                    value: var.to_string(),
                    expected: "above 0 together with eps",
                });
            }
            let scale = gamma / variance.sqrt();
            folded_w.extend(taps.iter().map(|&tap| (f64::from(tap) * scale) as f32));
            let bias = b.map_or(0.0, |values| f64::from(values[channel]));
            folded_b.push(((bias - mean) * scale + beta) as f32);
        }
        Ok((folded_w, folded_b))
    }
}
