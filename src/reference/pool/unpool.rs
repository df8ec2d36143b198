use super::super::{check_length, flat, visible};
use super::max::checked;
use super::{Shapes, cells_under, check_indices, index_of, outputs_over};
use crate::PoolProblem;
use crate::error::Result;

const OPERATOR: &str = "MaxPool";

/// `x[n, c, i] = y[n, c, o]` of the last output o whose window reaches cell i and has `indices[n, c, o] = i`; 0 if there is
/// none.
///
/// y and indices `[N, C, spatial...]` as [`max_forward`](super::max_forward) gives them; the result is x
/// `[N, C, spatial...]`. An index that is not under its own window puts its value nowhere.
///
/// # Errors
/// As for [`max_backward`](super::max_backward).
///
/// ```
/// use wgconv::{MaxPool, reference};
/// let problem = MaxPool::<1>::new([2]).stride([1]).build()?.problem(&[1, 1, 4])?;
/// let x = reference::pool::unpool(&problem, &[10.0, 20.0, 30.0], &[1, 1, 0])?;
/// assert_eq!(x, [0.0, 20.0, 0.0, 0.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn unpool(problem: &PoolProblem, y: &[f32], indices: &[u32]) -> Result<Vec<f32>> {
    let s = checked(problem)?;
    check_length(&visible(s.y, problem.rank), y.len())?;
    check_length(&visible(s.y, problem.rank), indices.len())?;
    check_indices(OPERATOR, problem, &s, indices)?;
    let mut x = Vec::new();
    for n in 0..s.x[0] {
        for c in 0..s.x[1] {
            for id in 0..s.x[2] {
                for ih in 0..s.x[3] {
                    for iw in 0..s.x[4] {
                        let last = last_output_of(problem, &s, indices, [n, c, id, ih, iw]);
                        x.push(last.map_or(0.0, |o| y[o]));
                    }
                }
            }
        }
    }
    Ok(x)
}

/// The position of the last output that names this cell.
fn last_output_of(problem: &PoolProblem, s: &Shapes, indices: &[u32], cell: [usize; 5]) -> Option<usize> {
    let [axis_d, axis_h, axis_w] = &problem.axes;
    let [n, c, id, ih, iw] = cell;
    let mut last = None;
    let over_w = outputs_over(problem, axis_w, iw);
    for od in outputs_over(problem, axis_d, id) {
        for oh in outputs_over(problem, axis_h, ih) {
            for &ow in &over_w {
                let o = flat([n, c, od, oh, ow], s.y);
                if indices[o] == index_of(problem, s, cell) {
                    last = last.max(Some(o));
                }
            }
        }
    }
    last
}

/// `dy[n, c, o] = dx[n, c, indices[n, c, o]]`; 0 for an index that is not under its own window.
///
/// dx `[N, C, spatial...]` of the unpooled tensor, indices `[N, C, spatial...]`; the result is dy `[N, C, spatial...]`.
/// Outputs that share a cell all get its gradient (as in PyTorch), though only the last one's value stayed.
///
/// # Errors
/// As for [`unpool`], for dx.
///
/// ```
/// use wgconv::{MaxPool, reference};
/// let problem = MaxPool::<1>::new([2]).build()?.problem(&[1, 1, 4])?;
/// let dy = reference::pool::unpool_backward(&problem, &[1.0, 2.0, 3.0, 4.0], &[1, 2])?;
/// assert_eq!(dy, [2.0, 3.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn unpool_backward(problem: &PoolProblem, dx: &[f32], indices: &[u32]) -> Result<Vec<f32>> {
    let s = checked(problem)?;
    check_length(&visible(s.x, problem.rank), dx.len())?;
    check_length(&visible(s.y, problem.rank), indices.len())?;
    check_indices(OPERATOR, problem, &s, indices)?;
    let mut dy = Vec::new();
    for n in 0..s.y[0] {
        for c in 0..s.y[1] {
            for od in 0..s.y[2] {
                for oh in 0..s.y[3] {
                    for ow in 0..s.y[4] {
                        dy.push(named_cell(problem, &s, dx, indices, [n, c, od, oh, ow]));
                    }
                }
            }
        }
    }
    Ok(dy)
}

/// The element of dx that an output's index names, if its window reaches it.
fn named_cell(problem: &PoolProblem, s: &Shapes, dx: &[f32], indices: &[u32], output: [usize; 5]) -> f32 {
    let [axis_d, axis_h, axis_w] = &problem.axes;
    let [n, c, od, oh, ow] = output;
    for id in cells_under(problem, axis_d, od) {
        for ih in cells_under(problem, axis_h, oh) {
            for iw in cells_under(problem, axis_w, ow) {
                let cell = [n, c, id, ih, iw];
                if index_of(problem, s, cell) == indices[flat(output, s.y)] {
                    return dx[flat(cell, s.x)];
                }
            }
        }
    }
    0.0
}
