use super::super::sums::Sum;
use super::super::window::readers;
use super::super::{Sums, check_length, visible};
use super::{Shapes, shapes};
use crate::ConvProblem;
use crate::error::Result;

/// `dx[n, c, i] = sum over k, t of dy[n, k, o] * w[k, c mod C_in/groups, t]` over the output channels k of c's group and
/// the taps t for which there is an output o with `o*stride + t*dilation - padding_low = i`, or in whose padding mode the cell of
/// that number reads i: several for a cell near a border.
///
/// dy `[N, C_out, spatial...]`, w `[C_out, C_in/groups, taps...]`; the result is dx `[N, C_in, spatial...]`.
///
/// # Errors
/// As for [`forward`](super::forward()), for dy and w.
///
/// ```
/// use wgconv::{Conv, ConvShapes, reference};
/// let conv = Conv::<1>::new([2]).build()?;
/// let problem = conv.problem(&ConvShapes::new(&[1, 1, 3], &[1, 1, 2]))?;
/// let dx = reference::conv::input_grad(&problem, &[1.0, 2.0], &[10.0, 1.0])?;
/// assert_eq!(dx.to_f32(), [10.0, 21.0, 2.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn input_grad(problem: &ConvProblem, dy: &[f32], w: &[f32]) -> Result<Sums> {
    let s = shapes(problem)?;
    check_length(&visible(s.y, problem.rank), dy.len())?;
    check_length(&visible(s.w, problem.rank), w.len())?;
    let readers = problem.axes.each_ref().map(|axis| readers(axis, problem.padding_mode));
    let mut dx = vec![Sum::default(); s.x.iter().product()];
    for n in 0..s.x[0] {
        for channel in 0..s.x[1] {
            for id in 0..s.x[2] {
                for ih in 0..s.x[3] {
                    for iw in 0..s.x[4] {
                        let pairs = [&readers[0][id], &readers[1][ih], &readers[2][iw]];
                        let sum = one_cell(problem, &s, dy, w, [n, channel], pairs);
                        dx[s.at_x([n, channel, id, ih, iw])] = sum;
                    }
                }
            }
        }
    }
    Ok(Sums::of(dx))
}

/// The sum over output channels and the pairs of tap and output along each axis.
fn one_cell(
    problem: &ConvProblem,
    s: &Shapes,
    dy: &[f32],
    w: &[f32],
    [n, channel]: [usize; 2],
    [pairs_d, pairs_h, pairs_w]: [&Vec<(usize, usize)>; 3],
) -> Sum {
    let outputs_per_group = s.w[0] / problem.groups as usize;
    let (group, c) = (channel / s.channels, channel % s.channels);
    let mut sum = Sum::default();
    for k in group * outputs_per_group..(group + 1) * outputs_per_group {
        for &(td, od) in pairs_d {
            for &(th, oh) in pairs_h {
                for &(tw, ow) in pairs_w {
                    sum.add(dy[s.at_y([n, k, od, oh, ow])], w[s.at_w([k, s.w_channel(c), td, th, tw])]);
                }
            }
        }
    }
    sum
}
