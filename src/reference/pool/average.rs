use super::super::sums::Sum;
use super::super::window::{taps_inside, taps_inside_padded};
use super::super::{Sums, check_length, flat, visible};
use super::{Shapes, bin, cells_under, check_no_empty_window, outputs_over, shapes, wrong_kind};
use crate::error::Result;
use crate::{PoolKind, PoolProblem};

const OPERATOR: &str = "AvgPool";

/// `y[n, c, o] = 1/divisor(o) * sum over t of x[n, c, o*stride + t*dilation - padding_low]` over the taps inside x.
///
/// x `[N, C, spatial...]`; the result is y `[N, C, spatial...]`. The divisor is the problem's, if it has one; else, with
/// `count_include_pad`, the number of taps inside the padded input; else the number of taps inside the input. Taps beyond
/// the high padding, where a ceil-mode window hangs over, never count. Of an adaptive pooling's bin all cells count. The magnitudes are divided too; the terms are the
/// cells.
///
/// # Errors
/// [`Error::DataLength`](crate::Error::DataLength) if x does not have the problem's number of elements,
/// [`Error::InvalidParameter`](crate::Error::InvalidParameter) for a max pooling. A problem whose public fields were
/// changed so that they contradict each other gives a typed error too.
///
/// ```
/// use wgconv::{AvgPool, Padding, reference};
/// let pool = AvgPool::<1>::new([2]).padding(Padding::Symmetric([1]));
/// let x = [4.0, 2.0, 6.0];
/// let problem = pool.build()?.problem(&[1, 1, 3])?;
/// assert_eq!(reference::pool::average_forward(&problem, &x)?.to_f32(), [2.0, 4.0]);
/// let problem = pool.count_include_pad(false).build()?.problem(&[1, 1, 3])?;
/// assert_eq!(reference::pool::average_forward(&problem, &x)?.to_f32(), [4.0, 4.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn average_forward(problem: &PoolProblem, x: &[f32]) -> Result<Sums> {
    let s = checked(problem)?;
    check_length(&visible(s.x, problem.rank), x.len())?;
    let mut y = Sums::default();
    for n in 0..s.y[0] {
        for c in 0..s.y[1] {
            for od in 0..s.y[2] {
                for oh in 0..s.y[3] {
                    for ow in 0..s.y[4] {
                        let sum = window_sum(problem, &s, x, [n, c, od, oh, ow]);
                        y.push(sum.divided_by(divisor(problem, [od, oh, ow])));
                    }
                }
            }
        }
    }
    Ok(y)
}

/// The sum over the taps of a window that lie inside x.
fn window_sum(problem: &PoolProblem, s: &Shapes, x: &[f32], [n, c, od, oh, ow]: [usize; 5]) -> Sum {
    let [axis_d, axis_h, axis_w] = &problem.axes;
    let mut sum = Sum::default();
    let under_w = cells_under(problem, axis_w, ow);
    for id in cells_under(problem, axis_d, od) {
        for ih in cells_under(problem, axis_h, oh) {
            for &iw in &under_w {
                sum.add(x[flat([n, c, id, ih, iw], s.x)], 1.0);
            }
        }
    }
    sum
}

/// What the sum of this window is divided by.
fn divisor(problem: &PoolProblem, output: [usize; 3]) -> f64 {
    let PoolKind::Average { count_include_pad, divisor } = problem.kind else { unreachable!("checked before") };
    if let Some(divisor) = divisor {
        return divisor.into();
    }
    let mut count = 1.0;
    for (axis, o) in problem.axes.iter().zip(output) {
        count *= match (problem.adaptive, count_include_pad) {
            (true, _) => bin(axis, o).len(),
            (false, true) => taps_inside_padded(axis, o),
            (false, false) => taps_inside(axis, o),
        } as f64;
    }
    count
}

/// `dx[n, c, i] = sum over t of dy[n, c, o] / divisor(o)` over the taps t for which there is an output o with
/// `o*stride + t*dilation - padding_low = i`.
///
/// dy `[N, C, spatial...]`; the result is dx `[N, C, spatial...]`. For the divisor see [`average_forward`].
///
/// # Errors
/// As for [`average_forward`], for dy.
///
/// ```
/// use wgconv::{AvgPool, reference};
/// let problem = AvgPool::<1>::new([2]).stride([1]).build()?.problem(&[1, 1, 3])?;
/// let dx = reference::pool::average_backward(&problem, &[4.0, 2.0])?;
/// assert_eq!(dx.to_f32(), [2.0, 3.0, 1.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn average_backward(problem: &PoolProblem, dy: &[f32]) -> Result<Sums> {
    let s = checked(problem)?;
    check_length(&visible(s.y, problem.rank), dy.len())?;
    let mut dx = Sums::default();
    for n in 0..s.x[0] {
        for c in 0..s.x[1] {
            for id in 0..s.x[2] {
                for ih in 0..s.x[3] {
                    for iw in 0..s.x[4] {
                        dx.push(one_cell(problem, &s, dy, [n, c, id, ih, iw]));
                    }
                }
            }
        }
    }
    Ok(dx)
}

/// The sum over the outputs whose windows reach this cell.
fn one_cell(problem: &PoolProblem, s: &Shapes, dy: &[f32], [n, c, id, ih, iw]: [usize; 5]) -> Sum {
    let [axis_d, axis_h, axis_w] = &problem.axes;
    let mut sum = Sum::default();
    let over_w = outputs_over(problem, axis_w, iw);
    for od in outputs_over(problem, axis_d, id) {
        for oh in outputs_over(problem, axis_h, ih) {
            for &ow in &over_w {
                let share = f64::from(dy[flat([n, c, od, oh, ow], s.y)]) / divisor(problem, [od, oh, ow]);
                sum.add_term(share);
            }
        }
    }
    sum
}

fn checked(problem: &PoolProblem) -> Result<Shapes> {
    let PoolKind::Average { count_include_pad, divisor } = problem.kind else {
        return Err(wrong_kind(OPERATOR, problem, "Average"));
    };
    if divisor == Some(0) {
        return Err(wrong_kind(OPERATOR, problem, "Average with a divisor of at least 1"));
    }
    let s = shapes(OPERATOR, problem)?;
    if divisor.is_none() && !count_include_pad {
        check_no_empty_window(OPERATOR, problem)?;
    }
    Ok(s)
}
