use super::super::sums::Sum;
use super::super::window::cell_read;
use super::super::{Sums, check_length, visible};
use super::{Shapes, shapes};
use crate::ConvProblem;
use crate::error::Result;

/// `dw[k, c, t] = sum over n, o of dy[n, k, o] * x[n, group(k)*C_in/groups + c, o*stride + t*dilation - padding_low]`
/// with zeros outside x, or what the padding mode says.
///
/// x `[N, C_in, spatial...]`, dy `[N, C_out, spatial...]`; the result is dw `[C_out, C_in/groups, taps...]`.
///
/// # Errors
/// As for [`forward`](super::forward()), for x and dy.
///
/// ```
/// use wgconv::{Conv, ConvShapes, reference};
/// let conv = Conv::<1>::new([2]).build()?;
/// let problem = conv.problem(&ConvShapes::new(&[1, 1, 3], &[1, 1, 2]))?;
/// let dw = reference::conv::kernel_grad(&problem, &[1.0, 2.0, 3.0], &[10.0, 1.0])?;
/// assert_eq!(dw.to_f32(), [12.0, 23.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn kernel_grad(problem: &ConvProblem, x: &[f32], dy: &[f32]) -> Result<Sums> {
    let s = shapes(problem)?;
    check_length(&visible(s.x, problem.rank), x.len())?;
    check_length(&visible(s.y, problem.rank), dy.len())?;
    let mut dw = vec![Sum::default(); s.w.iter().product()];
    for k in 0..s.w[0] {
        for c in 0..s.w[1] {
            for td in 0..s.w[2] {
                for th in 0..s.w[3] {
                    for tw in 0..s.w[4] {
                        dw[s.at_w([k, c, td, th, tw])] = one_tap(problem, &s, x, dy, [k, c, td, th, tw]);
                    }
                }
            }
        }
    }
    Ok(Sums::of(dw))
}

/// The sum over batch and outputs.
fn one_tap(problem: &ConvProblem, s: &Shapes, x: &[f32], dy: &[f32], [k, c, td, th, tw]: [usize; 5]) -> Sum {
    let ([axis_d, axis_h, axis_w], mode) = (&problem.axes, problem.padding_mode);
    let group = k / (s.w[0] / problem.groups as usize);
    // Of all channels of the group, if they share the kernel.
    let channels = if problem.shared_kernel { 0..s.channels } else { c..c + 1 };
    let mut sum = Sum::default();
    for channel in channels.map(|c| group * s.channels + c) {
        for n in 0..s.y[0] {
            for od in 0..s.y[2] {
                let Some(id) = cell_read(axis_d, mode, od, td) else { continue };
                for oh in 0..s.y[3] {
                    let Some(ih) = cell_read(axis_h, mode, oh, th) else { continue };
                    for ow in 0..s.y[4] {
                        let Some(iw) = cell_read(axis_w, mode, ow, tw) else { continue };
                        sum.add(dy[s.at_y([n, k, od, oh, ow])], x[s.at_x([n, channel, id, ih, iw])]);
                    }
                }
            }
        }
    }
    sum
}
