use super::check_length;
use crate::error::Result;

/// Per element `loss = (y_hat - target)^2 / 2` and `dz = (y_hat - target) * y_hat * (1 - y_hat)`, the gradient of the
/// summed loss at the sigmoid's input, where `y_hat = sigmoid(z)`. Gives `(loss, dz)`.
///
/// # Errors
/// [`Error::DataLength`](crate::Error::DataLength) if y_hat and target do not have the same length.
///
/// ```
/// let (loss, dz) = wgconv::reference::nn::half_squared_error(&[0.5], &[1.0])?;
/// assert_eq!((loss[0], dz[0]), (0.125, -0.125));
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn half_squared_error(y_hat: &[f32], target: &[f32]) -> Result<(Vec<f64>, Vec<f64>)> {
    check_length(&[y_hat.len()], target.len())?;
    let (mut loss, mut dz) = (Vec::new(), Vec::new());
    for i in 0..y_hat.len() {
        let (y_hat, target) = (f64::from(y_hat[i]), f64::from(target[i]));
        let error = y_hat - target;
        loss.push(0.5 * error * error);
        dz.push(error * y_hat * (1.0 - y_hat));
    }
    Ok((loss, dz))
}

/// Per sample `loss[n] = log(sum over c of exp(logits[n, c])) - logits[n, label]`, and the gradient of the mean of the N
/// losses, `dlogits[n, c] = (softmax(logits[n])[c] - (1 if c = label, else 0)) / N`. Gives `(loss, dlogits)`.
///
/// logits `[N, C]`, labels `[N]`. A sample whose label is C or larger is ignored: its loss is 0 and so is its gradient; it
/// still counts in N.
///
/// # Errors
/// [`Error::DataLength`](crate::Error::DataLength) if logits or labels do not fit `extents = [N, C]`.
///
/// ```
/// use wgconv::reference::nn::softmax_cross_entropy;
/// let (loss, dlogits) = softmax_cross_entropy([2, 2], &[0.0, 0.0, 7.0, 8.0], &[0, 9])?;
/// assert_eq!(loss, [f64::ln(2.0), 0.0]);
/// assert_eq!(dlogits, [-0.25, 0.25, 0.0, 0.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn softmax_cross_entropy(extents: [usize; 2], logits: &[f32], labels: &[u32]) -> Result<(Vec<f64>, Vec<f64>)> {
    let [batch, classes] = extents;
    check_length(&extents, logits.len())?;
    check_length(&[batch], labels.len())?;
    let (mut loss, mut dlogits) = (Vec::new(), Vec::new());
    for n in 0..batch {
        let row: Vec<f64> = (0..classes).map(|c| logits[n * classes + c].into()).collect();
        let label = labels[n] as usize;
        if label >= classes {
            loss.push(0.0);
            dlogits.extend(vec![0.0; classes]);
            continue;
        }
        // Subtracting the largest changes nothing but keeps exp from overflowing.
        let largest = row.iter().fold(f64::NEG_INFINITY, |largest, &logit| largest.max(logit));
        let total: f64 = row.iter().map(|&logit| f64::exp(logit - largest)).sum();
        loss.push(total.ln() - (row[label] - largest));
        for (c, &logit) in row.iter().enumerate() {
            let wanted = if c == label { 1.0 } else { 0.0 };
            dlogits.push((f64::exp(logit - largest) / total - wanted) / batch as f64);
        }
    }
    Ok((loss, dlogits))
}
