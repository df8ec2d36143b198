//! Dense layers: `y = x w^T + b` with x `[N, In]`, w `[Out, In]`, b `[Out]`, y `[N, Out]`.
//!
//! The extents are given as `[N, In, Out]`.

use super::super::Sums;
use super::super::sums::Sum;
use super::check_length;
use crate::error::Result;

/// `y[n, k] = b[k] + sum over i of x[n, i] * w[k, i]`
///
/// # Errors
/// [`Error::DataLength`](crate::Error::DataLength) if an operand does not fit the extents.
///
/// ```
/// use wgconv::reference::nn::dense;
/// let y = dense::forward([1, 2, 1], &[3.0, 5.0], &[10.0, 1.0], Some(&[0.5]))?;
/// assert_eq!(y.to_f32(), [35.5]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn forward(extents: [usize; 3], x: &[f32], w: &[f32], b: Option<&[f32]>) -> Result<Sums> {
    let [batch, inputs, outputs] = extents;
    check_length(&[batch, inputs], x.len())?;
    check_length(&[outputs, inputs], w.len())?;
    if let Some(b) = b {
        check_length(&[outputs], b.len())?;
    }
    let mut y = Sums::default();
    for n in 0..batch {
        for k in 0..outputs {
            let mut sum = Sum::default();
            for i in 0..inputs {
                sum.add(x[n * inputs + i], w[k * inputs + i]);
            }
            if let Some(b) = b {
                sum.add(1.0, b[k]);
            }
            y.push(sum);
        }
    }
    Ok(y)
}

/// `dx[n, i] = sum over k of dy[n, k] * w[k, i]`
///
/// # Errors
/// As for [`forward`].
///
/// ```
/// use wgconv::reference::nn::dense;
/// let dx = dense::input_grad([1, 2, 1], &[2.0], &[10.0, 1.0])?;
/// assert_eq!(dx.to_f32(), [20.0, 2.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn input_grad(extents: [usize; 3], dy: &[f32], w: &[f32]) -> Result<Sums> {
    let [batch, inputs, outputs] = extents;
    check_length(&[batch, outputs], dy.len())?;
    check_length(&[outputs, inputs], w.len())?;
    let mut dx = Sums::default();
    for n in 0..batch {
        for i in 0..inputs {
            let mut sum = Sum::default();
            for k in 0..outputs {
                sum.add(dy[n * outputs + k], w[k * inputs + i]);
            }
            dx.push(sum);
        }
    }
    Ok(dx)
}

/// `dw[k, i] = sum over n of dy[n, k] * x[n, i]`
///
/// # Errors
/// As for [`forward`].
///
/// ```
/// use wgconv::reference::nn::dense;
/// let dw = dense::kernel_grad([2, 1, 1], &[3.0, 5.0], &[10.0, 1.0])?;
/// assert_eq!(dw.to_f32(), [35.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn kernel_grad(extents: [usize; 3], x: &[f32], dy: &[f32]) -> Result<Sums> {
    let [batch, inputs, outputs] = extents;
    check_length(&[batch, inputs], x.len())?;
    check_length(&[batch, outputs], dy.len())?;
    let mut dw = Sums::default();
    for k in 0..outputs {
        for i in 0..inputs {
            let mut sum = Sum::default();
            for n in 0..batch {
                sum.add(dy[n * outputs + k], x[n * inputs + i]);
            }
            dw.push(sum);
        }
    }
    Ok(dw)
}

/// `db[k] = sum over n of dy[n, k]`
///
/// # Errors
/// As for [`forward`].
///
/// ```
/// use wgconv::reference::nn::dense;
/// let db = dense::bias_grad([2, 1, 2], &[1.0, 2.0, 3.0, 4.0])?;
/// assert_eq!(db.to_f32(), [4.0, 6.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn bias_grad(extents: [usize; 3], dy: &[f32]) -> Result<Sums> {
    let [batch, _, outputs] = extents;
    check_length(&[batch, outputs], dy.len())?;
    let mut db = Sums::default();
    for k in 0..outputs {
        let mut sum = Sum::default();
        for n in 0..batch {
            sum.add(dy[n * outputs + k], 1.0);
        }
        db.push(sum);
    }
    Ok(db)
}
