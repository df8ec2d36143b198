use super::super::sums::Sum;
use super::super::window::cell_read;
use super::super::{Sums, check_length, visible};
use super::{Shapes, shapes};
use crate::ConvProblem;
use crate::error::Result;

/// `y[n, k, o] = b[k] + sum over c, t of x[n, group(k)*C_in/groups + c, o*stride + t*dilation - padding_low] * w[k, c, t]`
/// with zeros outside x, or what the padding mode says: cross-correlation, the kernel is not flipped.
///
/// x `[N, C_in, spatial...]`, w `[C_out, C_in/groups, taps...]`, b `[C_out]`; the result is y `[N, C_out, spatial...]`; in the
/// problem's layouts and order of channels.
/// A bias counts as one more term.
///
/// # Errors
/// [`Error::DataLength`](crate::Error::DataLength) if x, w or b do not have the problem's number of elements. A problem
/// whose public fields were changed so that they contradict each other gives a typed error too.
///
/// ```
/// use wgconv::{Conv, ConvShapes, reference};
/// let conv = Conv::<2>::new([2, 2]).build()?;
/// let problem = conv.problem(&ConvShapes::new(&[1, 1, 2, 3], &[1, 1, 2, 2]).with_bias())?;
/// let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
/// let w = [1000.0, 100.0, 10.0, 1.0];
/// let y = reference::conv::forward(&problem, &x, &w, Some(&[0.5]))?;
/// assert_eq!(y.to_f32(), [1245.5, 2356.5]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn forward(problem: &ConvProblem, x: &[f32], w: &[f32], b: Option<&[f32]>) -> Result<Sums> {
    let s = shapes(problem)?;
    check_length(&visible(s.x, problem.rank), x.len())?;
    check_length(&visible(s.w, problem.rank), w.len())?;
    if let Some(b) = b {
        check_length(&[s.y[1]], b.len())?;
    }
    let mut y = vec![Sum::default(); s.y.iter().product()];
    for n in 0..s.y[0] {
        for k in 0..s.y[1] {
            for od in 0..s.y[2] {
                for oh in 0..s.y[3] {
                    for ow in 0..s.y[4] {
                        let mut sum = one_output(problem, &s, x, w, [n, k, od, oh, ow]);
                        if let Some(b) = b {
                            sum.add(1.0, b[k]);
                        }
                        y[s.at_y([n, k, od, oh, ow])] = sum;
                    }
                }
            }
        }
    }
    Ok(Sums::of(y))
}

/// The sum over input channels and taps.
fn one_output(problem: &ConvProblem, s: &Shapes, x: &[f32], w: &[f32], [n, k, od, oh, ow]: [usize; 5]) -> Sum {
    let ([axis_d, axis_h, axis_w], mode) = (&problem.axes, problem.padding_mode);
    let group = k / (s.w[0] / problem.groups as usize);
    let mut sum = Sum::default();
    for c in 0..s.channels {
        let channel = group * s.channels + c;
        for td in 0..s.w[2] {
            let Some(id) = cell_read(axis_d, mode, od, td) else { continue };
            for th in 0..s.w[3] {
                let Some(ih) = cell_read(axis_h, mode, oh, th) else { continue };
                for tw in 0..s.w[4] {
                    let Some(iw) = cell_read(axis_w, mode, ow, tw) else { continue };
                    sum.add(x[s.at_x([n, channel, id, ih, iw])], w[s.at_w([k, s.w_channel(c), td, th, tw])]);
                }
            }
        }
    }
    sum
}
