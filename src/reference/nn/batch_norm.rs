//! Batch normalisation of x `[N, C, S]`, S being the product of all spatial extents; the extents are given as `[N, C, S]`.
//! What there is of each channel is `[C]`.

use super::check_length;
use crate::error::Result;

/// What [`forward_training`] gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    /// `[N, C, S]`
    pub y: Vec<f64>,
    /// Mean of each channel.
    pub mean: Vec<f64>,
    /// Variance of each channel, divided by the number of its elements.
    pub variance: Vec<f64>,
    /// `1 / sqrt(variance + eps)`
    pub inv_std: Vec<f64>,
    /// Variance of each channel, divided by that number less 1: what the running variance moves towards.
    pub unbiased_variance: Vec<f64>,
}

/// Gradients of a batch normalisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Grads {
    /// `[N, C, S]`
    pub dx: Vec<f64>,
    /// At the scale.
    pub dw: Vec<f64>,
    /// At the shift.
    pub db: Vec<f64>,
}

/// `y[n, c, s] = (x[n, c, s] - mean[c]) / sqrt(variance[c] + eps) * w[c] + b[c]` with the mean and variance of the batch.
///
/// # Errors
/// [`Error::DataLength`](crate::Error::DataLength) if an operand does not fit the extents.
///
/// ```
/// use wgconv::reference::nn::batch_norm;
/// let found = batch_norm::forward_training([2, 1, 1], &[1.0, 5.0], &[10.0], &[0.5], 0.0)?;
/// assert_eq!((found.y, found.mean, found.variance), (vec![-9.5, 10.5], vec![3.0], vec![4.0]));
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn forward_training(extents: [usize; 3], x: &[f32], w: &[f32], b: &[f32], eps: f32) -> Result<Training> {
    let [batch, channels, spatial] = extents;
    check_length(&extents, x.len())?;
    let elements = (batch * spatial) as f64;
    let (mut mean, mut variance, mut unbiased_variance) = (Vec::new(), Vec::new(), Vec::new());
    for c in 0..channels {
        let mut sum = 0.0;
        for n in 0..batch {
            for s in 0..spatial {
                sum += f64::from(x[(n * channels + c) * spatial + s]);
            }
        }
        let mut squares = 0.0;
        for n in 0..batch {
            for s in 0..spatial {
                let deviation = f64::from(x[(n * channels + c) * spatial + s]) - sum / elements;
                squares += deviation * deviation;
            }
        }
        mean.push(sum / elements);
        variance.push(squares / elements);
        unbiased_variance.push(squares / (elements - 1.0));
    }
    let y = normalised(extents, x, [w, b], &mean, &variance, eps)?;
    let inv_std = variance.iter().map(|variance| 1.0 / (variance + f64::from(eps)).sqrt()).collect();
    Ok(Training { y, mean, variance, inv_std, unbiased_variance })
}

/// The same with a given mean and variance: inference.
///
/// # Errors
/// As for [`forward_training`].
///
/// ```
/// use wgconv::reference::nn::batch_norm;
/// let y = batch_norm::forward([1, 2, 1], &[1.0, 5.0], [&[10.0, 1.0], &[0.5, 0.0], &[0.0, 4.0], &[1.0, 4.0]], 0.0)?;
/// assert_eq!(y, [10.5, 0.5]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn forward(extents: [usize; 3], x: &[f32], channels: [&[f32]; 4], eps: f32) -> Result<Vec<f64>> {
    let [w, b, mean, variance] = channels;
    let [mean, variance] = [mean, variance].map(|values| values.iter().map(|&v| f64::from(v)).collect::<Vec<_>>());
    normalised(extents, x, [w, b], &mean, &variance, eps)
}

fn normalised(
    extents: [usize; 3],
    x: &[f32],
    [w, b]: [&[f32]; 2],
    mean: &[f64],
    variance: &[f64],
    eps: f32,
) -> Result<Vec<f64>> {
    let [batch, channels, spatial] = extents;
    check_length(&extents, x.len())?;
    for length in [w.len(), b.len(), mean.len(), variance.len()] {
        check_length(&[channels], length)?;
    }
    let mut y = Vec::with_capacity(x.len());
    for n in 0..batch {
        for c in 0..channels {
            for s in 0..spatial {
                let deviation = f64::from(x[(n * channels + c) * spatial + s]) - mean[c];
                let scale = f64::from(w[c]) / (variance[c] + f64::from(eps)).sqrt();
                y.push(deviation * scale + f64::from(b[c]));
            }
        }
    }
    Ok(y)
}

/// Gradients from dy at the output of [`forward_training`]. With the normalised value
/// `z = (x - mean) / sqrt(variance + eps)` and m elements in a channel:
///
/// ```text
/// db[c] = sum over n, s of dy[n, c, s]
/// dw[c] = sum over n, s of dy[n, c, s] * z[n, c, s]
/// dx[n, c, s] = w[c] / sqrt(variance[c] + eps) * (dy[n, c, s] - db[c] / m - z[n, c, s] * dw[c] / m)
/// ```
///
/// # Errors
/// As for [`forward_training`].
///
/// ```
/// use wgconv::reference::nn::batch_norm;
/// let grads = batch_norm::backward([2, 1, 1], &[1.0, 5.0], &[3.0, 1.0], &[10.0], 0.0)?;
/// assert_eq!((grads.dw, grads.db), (vec![-2.0], vec![4.0]));
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn backward(extents: [usize; 3], x: &[f32], dy: &[f32], w: &[f32], eps: f32) -> Result<Grads> {
    check_length(&[extents[1]], w.len())?;
    let saved = forward_training(extents, x, w, &vec![0.0; extents[1]], eps)?;
    gradients(extents, x, dy, w, [&saved.mean, &saved.inv_std])
}

/// The same with a given mean and `1 / sqrt(variance + eps)`, which are what forward saved.
///
/// # Errors
/// As for [`forward_training`].
///
/// ```
/// use wgconv::reference::nn::batch_norm;
/// let grads = batch_norm::backward_from([2, 1, 1], &[1.0, 5.0], &[3.0, 1.0], &[10.0], [&[3.0], &[0.5]])?;
/// assert_eq!((grads.dw, grads.db), (vec![-2.0], vec![4.0]));
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn backward_from(extents: [usize; 3], x: &[f32], dy: &[f32], w: &[f32], saved: [&[f32]; 2]) -> Result<Grads> {
    let [mean, inv_std] = saved.map(|values| values.iter().map(|&value| f64::from(value)).collect::<Vec<_>>());
    gradients(extents, x, dy, w, [&mean, &inv_std])
}

fn gradients(extents: [usize; 3], x: &[f32], dy: &[f32], w: &[f32], [mean, inv_std]: [&[f64]; 2]) -> Result<Grads> {
    let [batch, channels, spatial] = extents;
    check_length(&extents, x.len())?;
    check_length(&extents, dy.len())?;
    for length in [w.len(), mean.len(), inv_std.len()] {
        check_length(&[channels], length)?;
    }
    let elements = (batch * spatial) as f64;
    let z = |n: usize, c: usize, s: usize| (f64::from(x[(n * channels + c) * spatial + s]) - mean[c]) * inv_std[c];
    let (mut dw, mut db) = (Vec::new(), Vec::new());
    for c in 0..channels {
        let (mut sum, mut sum_of_products) = (0.0, 0.0);
        for n in 0..batch {
            for s in 0..spatial {
                let g = f64::from(dy[(n * channels + c) * spatial + s]);
                sum += g;
                sum_of_products += g * z(n, c, s);
            }
        }
        db.push(sum);
        dw.push(sum_of_products);
    }
    let mut dx = Vec::with_capacity(x.len());
    for n in 0..batch {
        for c in 0..channels {
            for s in 0..spatial {
                let g = f64::from(dy[(n * channels + c) * spatial + s]);
                let scale = f64::from(w[c]) * inv_std[c];
                dx.push(scale * (g - db[c] / elements - z(n, c, s) * dw[c] / elements));
            }
        }
    }
    Ok(Grads { dx, dw, db })
}
