use super::check_length;
use crate::error::Result;

/// A step of gradient descent with momentum, as `torch.optim.SGD` does it: `v = momentum*v + (dw + weight_decay*w)`, then
/// `w = w - learning_rate*v`. Gives the new `(w, v)`.
///
/// # Errors
/// [`Error::DataLength`](crate::Error::DataLength) if w, dw and velocity do not have the same length.
///
/// ```
/// let (w, v) = wgconv::reference::nn::sgd(&[1.0], &[2.0], &[4.0], 0.25, 0.5, 1.0)?;
/// assert_eq!((w[0], v[0]), (1.0 - 0.25 * 5.0, 0.5 * 4.0 + 2.0 + 1.0));
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn sgd(
    w: &[f32],
    dw: &[f32],
    velocity: &[f32],
    learning_rate: f32,
    momentum: f32,
    weight_decay: f32,
) -> Result<(Vec<f64>, Vec<f64>)> {
    check_length(&[w.len()], dw.len())?;
    check_length(&[w.len()], velocity.len())?;
    let [learning_rate, momentum, weight_decay] = [learning_rate, momentum, weight_decay].map(f64::from);
    let (mut new_w, mut new_velocity) = (Vec::new(), Vec::new());
    for i in 0..w.len() {
        let v = momentum * f64::from(velocity[i]) + (f64::from(dw[i]) + weight_decay * f64::from(w[i]));
        new_velocity.push(v);
        new_w.push(f64::from(w[i]) - learning_rate * v);
    }
    Ok((new_w, new_velocity))
}

/// The same with Nesterov's momentum, as `torch.optim.SGD(nesterov=True)` does it: with g = dw + weight_decay*w and the new v,
/// `w = w - learning_rate*(g + momentum*v)`. Gives the new `(w, v)`.
///
/// # Errors
/// As for [`sgd`].
///
/// ```
/// let (w, v) = wgconv::reference::nn::sgd_nesterov(&[1.0], &[2.0], &[4.0], 0.25, 0.5, 0.0)?;
/// assert_eq!((w[0], v[0]), (1.0 - 0.25 * (2.0 + 0.5 * 4.0), 4.0));
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn sgd_nesterov(
    w: &[f32],
    dw: &[f32],
    velocity: &[f32],
    learning_rate: f32,
    momentum: f32,
    weight_decay: f32,
) -> Result<(Vec<f64>, Vec<f64>)> {
    let (_, new_velocity) = sgd(w, dw, velocity, learning_rate, momentum, weight_decay)?;
    let [learning_rate, momentum, weight_decay] = [learning_rate, momentum, weight_decay].map(f64::from);
    let mut new_w = Vec::new();
    for i in 0..w.len() {
        let g = f64::from(dw[i]) + weight_decay * f64::from(w[i]);
        new_w.push(f64::from(w[i]) - learning_rate * (g + momentum * new_velocity[i]));
    }
    Ok((new_w, new_velocity))
}
