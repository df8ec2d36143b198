use super::check_length;
use crate::error::Result;
use crate::nn::AdamHyper;

/// What a step of Adam leaves.
#[derive(Clone, Debug, PartialEq)]
pub struct AdamState {
    /// The parameters.
    pub w: Vec<f64>,
    /// Moving average of the gradients.
    pub m: Vec<f64>,
    /// Moving average of their squares.
    pub v: Vec<f64>,
}

/// Step number `step`, counted from 1, of Adam, as `torch.optim.Adam` does it; with `decoupled` weight decay, as
/// `torch.optim.AdamW` does it.
///
/// # Errors
/// [`Error::DataLength`](crate::Error::DataLength) if w, dw and the moments do not have the same length.
///
/// ```
/// use wgconv::nn::AdamHyper;
/// let hyper = AdamHyper { learning_rate: 0.5, ..AdamHyper::default() };
/// let state = wgconv::reference::nn::adam(&[1.0], &[4.0], [&[0.0], &[0.0]], &hyper, 1, false)?;
/// assert!((state.w[0] - 0.5).abs() < 1e-8 && (state.m[0] - 0.4).abs() < 1e-12);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn adam(
    w: &[f32],
    dw: &[f32],
    moments: [&[f32]; 2],
    hyper: &AdamHyper,
    step: u32,
    decoupled: bool,
) -> Result<AdamState> {
    let [first, second] = moments;
    for length in [dw.len(), first.len(), second.len()] {
        check_length(&[w.len()], length)?;
    }
    let AdamHyper { learning_rate, beta1, beta2, eps, weight_decay } = *hyper;
    let corrections = [beta1, beta2].map(|beta| 1.0 - beta.powf(f64::from(step)));
    let mut new = AdamState { w: Vec::new(), m: Vec::new(), v: Vec::new() };
    for i in 0..w.len() {
        let (mut value, mut g) = (f64::from(w[i]), f64::from(dw[i]));
        if decoupled {
            value -= learning_rate * weight_decay * value;
        } else {
            g += weight_decay * value;
        }
        let m = beta1 * f64::from(first[i]) + (1.0 - beta1) * g;
        let v = beta2 * f64::from(second[i]) + (1.0 - beta2) * g * g;
        new.w.push(value - learning_rate * (m / corrections[0]) / ((v / corrections[1]).sqrt() + eps));
        new.m.push(m);
        new.v.push(v);
    }
    Ok(new)
}
