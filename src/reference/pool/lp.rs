use super::super::sums::Sum;
use super::super::{Sums, check_length, flat, visible};
use super::{Shapes, cells_under, outputs_over, shapes, wrong_kind};
use crate::error::Result;
use crate::{PoolKind, PoolProblem};

const OPERATOR: &str = "LpPool";

/// `y[n, c, o] = (sum over t of |x[n, c, o*stride + t*dilation - padding_low]|^p)^(1/p)` over the taps inside x.
///
/// x `[N, C, spatial...]`; the result is y `[N, C, spatial...]`. A window with no cell inside x has the norm 0. The
/// magnitudes are the norms, the terms the cells.
///
/// # Errors
/// [`Error::DataLength`](crate::Error::DataLength) if x does not have the problem's number of elements,
/// [`Error::InvalidParameter`](crate::Error::InvalidParameter) for another pooling. A problem whose public fields were
/// changed so that they contradict each other gives a typed error too.
///
/// ```
/// use wgconv::{LpPool, reference};
/// let problem = LpPool::<1>::new([2]).build()?.problem(&[1, 1, 4])?;
/// let y = reference::pool::lp_forward(&problem, &[3.0, -4.0, 0.0, 2.0])?;
/// assert_eq!(y.to_f32(), [5.0, 2.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn lp_forward(problem: &PoolProblem, x: &[f32]) -> Result<Sums> {
    let (s, p) = checked(problem)?;
    check_length(&visible(s.x, problem.rank), x.len())?;
    let mut y = Sums::default();
    for n in 0..s.y[0] {
        for c in 0..s.y[1] {
            for od in 0..s.y[2] {
                for oh in 0..s.y[3] {
                    for ow in 0..s.y[4] {
                        let values = window_values(problem, &s, x, [n, c, od, oh, ow]);
                        y.values.push(norm(&values, p));
                        y.magnitudes.push(norm(&values, p));
                        y.terms.push(values.len() as u64);
                    }
                }
            }
        }
    }
    Ok(y)
}

/// The values under a window.
fn window_values(problem: &PoolProblem, s: &Shapes, x: &[f32], [n, c, od, oh, ow]: [usize; 5]) -> Vec<f32> {
    let [axis_d, axis_h, axis_w] = &problem.axes;
    let mut values = Vec::new();
    for id in cells_under(problem, axis_d, od) {
        for ih in cells_under(problem, axis_h, oh) {
            for iw in cells_under(problem, axis_w, ow) {
                values.push(x[flat([n, c, id, ih, iw], s.x)]);
            }
        }
    }
    values
}

/// The p-norm, in units of the largest value, whose powers f64 holds for every p.
fn norm(values: &[f32], p: f64) -> f64 {
    let mut largest = 0.0f64;
    for &value in values {
        // Not `f64::max`, which passes over NaN.
        if f64::from(value).abs() > largest || value.is_nan() {
            largest = f64::from(value).abs();
        }
    }
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    // Without a unit where there is no power: exact.
    let unit = if p == 1.0 { 1.0 } else { largest };
    let mut sum = 0.0;
    for &value in values {
        sum += (f64::from(value).abs() / unit).powf(p);
    }
    unit * sum.powf(1.0 / p)
}

/// `dx[n, c, i] = sum over o of dy[n, c, o] * sign(x[n, c, i]) * (|x[n, c, i]| / y[n, c, o])^(p - 1)` over the outputs o whose
/// windows reach cell i; 0 where x is 0.
///
/// x, y and dy `[N, C, spatial...]`, y as [`lp_forward`] gives it; the result is dx `[N, C, spatial...]`.
///
/// # Errors
/// As for [`lp_forward`], for x, y and dy.
///
/// ```
/// use wgconv::{LpPool, reference};
/// let problem = LpPool::<1>::new([2]).build()?.problem(&[1, 1, 4])?;
/// let dx = reference::pool::lp_backward(&problem, &[3.0, -4.0, 0.0, 2.0], &[5.0, 2.0], &[10.0, 1.0])?;
/// assert_eq!(dx.to_f32(), [6.0, -8.0, 0.0, 1.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn lp_backward(problem: &PoolProblem, x: &[f32], y: &[f32], dy: &[f32]) -> Result<Sums> {
    let (s, p) = checked(problem)?;
    check_length(&visible(s.x, problem.rank), x.len())?;
    check_length(&visible(s.y, problem.rank), y.len())?;
    check_length(&visible(s.y, problem.rank), dy.len())?;
    let [axis_d, axis_h, axis_w] = &problem.axes;
    let mut dx = Sums::default();
    for n in 0..s.x[0] {
        for c in 0..s.x[1] {
            for id in 0..s.x[2] {
                for ih in 0..s.x[3] {
                    for iw in 0..s.x[4] {
                        let value = f64::from(x[flat([n, c, id, ih, iw], s.x)]);
                        let mut sum = Sum::default();
                        for od in outputs_over(problem, axis_d, id) {
                            for oh in outputs_over(problem, axis_h, ih) {
                                for ow in outputs_over(problem, axis_w, iw) {
                                    let o = flat([n, c, od, oh, ow], s.y);
                                    sum.add_term(f64::from(dy[o]) * slope(value, y[o].into(), p));
                                }
                            }
                        }
                        dx.push(sum);
                    }
                }
            }
        }
    }
    Ok(dx)
}

/// How a norm changes with one of its values.
fn slope(value: f64, norm: f64, p: f64) -> f64 {
    if value == 0.0 || norm == 0.0 {
        return 0.0;
    }
    value.signum() * (value.abs() / norm).powf(p - 1.0)
}

fn checked(problem: &PoolProblem) -> Result<(Shapes, f64)> {
    let PoolKind::Lp { p } = problem.kind else {
        return Err(wrong_kind(OPERATOR, problem, "Lp"));
    };
    Ok((shapes(OPERATOR, problem)?, p.value().into()))
}
