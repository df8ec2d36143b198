use super::super::sums::Sum;
use super::super::{Sums, check_length, flat, visible};
use super::{Shapes, cells_under, check_indices, check_no_empty_window, index_of, outputs_over, shapes, wrong_kind};
use crate::error::Result;
use crate::{PoolKind, PoolProblem};

const OPERATOR: &str = "MaxPool";

/// `y[n, c, o] = max over t of x[n, c, o*stride + t*dilation - padding_low]` over the taps inside x, and where it was.
///
/// x `[N, C, spatial...]`; the results are y and the indices, both `[N, C, spatial...]`. An index is the flat position in
/// the (n, c) plane of x, or in all of x, as the problem says. The first of equal values wins. A NaN replaces the best so far and is never replaced by a
/// number: the result is NaN, and the index is that of the window's last NaN (as in PyTorch).
///
/// # Errors
/// [`Error::DataLength`](crate::Error::DataLength) if x does not have the problem's number of elements,
/// [`Error::InvalidParameter`](crate::Error::InvalidParameter) for an average pooling. A problem whose public fields were
/// changed so that they contradict each other gives a typed error too.
///
/// ```
/// use wgconv::{MaxPool, reference};
/// let problem = MaxPool::<1>::new([2]).build()?.problem(&[1, 1, 4])?;
/// let (y, indices) = reference::pool::max_forward(&problem, &[3.0, 5.0, 4.0, 4.0])?;
/// assert_eq!((y, indices), (vec![5.0, 4.0], vec![1, 2]));
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn max_forward(problem: &PoolProblem, x: &[f32]) -> Result<(Vec<f32>, Vec<u32>)> {
    let s = checked(problem)?;
    check_length(&visible(s.x, problem.rank), x.len())?;
    let (mut y, mut indices) = (Vec::new(), Vec::new());
    for n in 0..s.y[0] {
        for c in 0..s.y[1] {
            for od in 0..s.y[2] {
                for oh in 0..s.y[3] {
                    for ow in 0..s.y[4] {
                        let (value, index) = one_output(problem, &s, x, [n, c, od, oh, ow]);
                        y.push(value);
                        indices.push(index);
                    }
                }
            }
        }
    }
    Ok((y, indices))
}

/// The largest value of a window and its index.
fn one_output(problem: &PoolProblem, s: &Shapes, x: &[f32], [n, c, od, oh, ow]: [usize; 5]) -> (f32, u32) {
    let [axis_d, axis_h, axis_w] = &problem.axes;
    let mut best = None;
    let under_w = cells_under(problem, axis_w, ow);
    for id in cells_under(problem, axis_d, od) {
        for ih in cells_under(problem, axis_h, oh) {
            for &iw in &under_w {
                let value = x[flat([n, c, id, ih, iw], s.x)];
                let replaces = best.is_none_or(|(largest, _)| value > largest || value.is_nan());
                if replaces {
                    best = Some((value, index_of(problem, s, [n, c, id, ih, iw])));
                }
            }
        }
    }
    best.expect("`check_no_empty_window` has found a cell under every window")
}

/// `dx[n, c, i] = sum of dy[n, c, o] over the outputs o with indices[n, c, o] = i`: each dy goes to its maximum.
///
/// dy and indices `[N, C, spatial...]` as [`max_forward`] gives them; the result is dx `[N, C, spatial...]`. Only the
/// outputs whose windows reach a cell are asked for it: an index that is not under its own window adds nothing.
///
/// # Errors
/// As for [`max_forward`], for dy and indices; [`Error::InvalidParameter`](crate::Error::InvalidParameter) for an index
/// outside its plane.
///
/// ```
/// use wgconv::{MaxPool, reference};
/// let problem = MaxPool::<1>::new([2]).stride([1]).build()?.problem(&[1, 1, 3])?;
/// let dx = reference::pool::max_backward(&problem, &[10.0, 1.0], &[1, 1])?;
/// assert_eq!(dx.to_f32(), [0.0, 11.0, 0.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn max_backward(problem: &PoolProblem, dy: &[f32], indices: &[u32]) -> Result<Sums> {
    let s = checked(problem)?;
    check_length(&visible(s.y, problem.rank), dy.len())?;
    check_length(&visible(s.y, problem.rank), indices.len())?;
    check_indices(OPERATOR, problem, &s, indices)?;
    let mut dx = Sums::default();
    for n in 0..s.x[0] {
        for c in 0..s.x[1] {
            for id in 0..s.x[2] {
                for ih in 0..s.x[3] {
                    for iw in 0..s.x[4] {
                        dx.push(one_cell(problem, &s, dy, indices, [n, c, id, ih, iw]));
                    }
                }
            }
        }
    }
    Ok(dx)
}

/// The sum over the outputs that had their maximum here. At most one tap of each lies on this cell.
fn one_cell(problem: &PoolProblem, s: &Shapes, dy: &[f32], indices: &[u32], cell: [usize; 5]) -> Sum {
    let [axis_d, axis_h, axis_w] = &problem.axes;
    let [n, c, id, ih, iw] = cell;
    let here = index_of(problem, s, cell);
    let mut sum = Sum::default();
    let over_w = outputs_over(problem, axis_w, iw);
    for od in outputs_over(problem, axis_d, id) {
        for oh in outputs_over(problem, axis_h, ih) {
            for &ow in &over_w {
                let o = flat([n, c, od, oh, ow], s.y);
                if indices[o] == here {
                    sum.add(dy[o], 1.0);
                }
            }
        }
    }
    sum
}

pub(super) fn checked(problem: &PoolProblem) -> Result<Shapes> {
    if problem.kind != PoolKind::Max {
        return Err(wrong_kind(OPERATOR, problem, "Max"));
    }
    let s = shapes(OPERATOR, problem)?;
    check_no_empty_window(OPERATOR, problem)?;
    Ok(s)
}
