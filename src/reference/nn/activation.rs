use super::check_length;
use crate::error::Result;

/// `y = max(x, 0)`, per element; NaN stays NaN.
///
/// ```
/// assert_eq!(wgconv::reference::nn::relu(&[-1.0, 0.0, 2.0]), [0.0, 0.0, 2.0]);
/// ```
pub fn relu(x: &[f32]) -> Vec<f64> {
    x.iter().map(|&x| if x <= 0.0 { 0.0 } else { x.into() }).collect()
}

/// `dx = 0 where y <= 0, else dy`; y is what [`relu`] gave.
///
/// # Errors
/// [`Error::DataLength`](crate::Error::DataLength) if y and dy do not have the same length.
///
/// ```
/// assert_eq!(wgconv::reference::nn::relu_grad(&[0.0, 2.0], &[5.0, 5.0])?, [0.0, 5.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn relu_grad(y: &[f32], dy: &[f32]) -> Result<Vec<f64>> {
    check_length(&[y.len()], dy.len())?;
    Ok(y.iter().zip(dy).map(|(&y, &dy)| if y <= 0.0 { 0.0 } else { dy.into() }).collect())
}

/// `y = 1 / (1 + exp(-x))`, per element.
///
/// ```
/// assert_eq!(wgconv::reference::nn::sigmoid(&[0.0]), [0.5]);
/// ```
pub fn sigmoid(x: &[f32]) -> Vec<f64> {
    x.iter().map(|&x| 1.0 / (1.0 + f64::exp(-f64::from(x)))).collect()
}

/// `dx = dy * y * (1 - y)`; y is what [`sigmoid`] gave.
///
/// # Errors
/// [`Error::DataLength`](crate::Error::DataLength) if y and dy do not have the same length.
///
/// ```
/// assert_eq!(wgconv::reference::nn::sigmoid_grad(&[0.5], &[2.0])?, [0.5]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn sigmoid_grad(y: &[f32], dy: &[f32]) -> Result<Vec<f64>> {
    check_length(&[y.len()], dy.len())?;
    let mut dx = Vec::with_capacity(y.len());
    for i in 0..y.len() {
        let (y, dy) = (f64::from(y[i]), f64::from(dy[i]));
        dx.push(dy * y * (1.0 - y));
    }
    Ok(dx)
}
