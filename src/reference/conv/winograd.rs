use super::super::{check_length, visible};
use super::{Shapes, shapes};
use crate::error::{Error, Result};
use crate::plan::Operand;
use crate::{Axis, ConvProblem, Pass};

/// How far [`Algorithm::Winograd`](crate::Algorithm::Winograd) may be off beside what [`Sums::bound`](super::super::Sums::bound)
/// allows, for every element of y (forward, from x) or dx (input gradient, from dy): what belongs into
/// [`Sums::slack`](super::super::Sums).
///
/// `36 (C + 20) eps * sum over channels c of (the largest |source| among the 4 x 4 cells of the element's tile) * sum |w|`, where C
/// channels are summed over, w are the 9 taps between c and the element's channel, and `eps = f32::EPSILON`. For the transform of the
/// cells adds up four of them at most, that of the kernel has no element above the sum of its taps' absolute values, and nine of
/// the 16 sums of their products are added to the element; each product goes through C + 20 roundings at most. Tiles are
/// of 2 x 2 elements, from the first row and column on. Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural
/// Networks" (2015), for the algorithm; the bound is the usual one of sums of products, for its transforms.
///
/// x `[N, C_in, H, W]`, or dy `[N, C_out, H, W]`, w `[C_out, C_in/groups, 3, 3]`.
///
/// # Errors
/// As for [`forward`](super::forward()); [`Error::ShapeMismatch`] for a kernel that is not 3 x 3 with stride 1 and no
/// dilation, or is shared; [`Error::InvalidParameter`] for another pass.
///
/// ```
/// use wgconv::{Conv, ConvShapes, Pass, reference};
/// let conv = Conv::<2>::new([3, 3]).build()?;
/// let problem = conv.problem(&ConvShapes::new(&[1, 1, 3, 3], &[1, 1, 3, 3]))?;
/// let slack = reference::conv::winograd_slack(&problem, Pass::Forward, &[2.0; 9], &[0.5; 9])?;
/// assert_eq!(slack, [36.0 * 21.0 * f64::from(f32::EPSILON) * 2.0 * 4.5]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn winograd_slack(problem: &ConvProblem, pass: Pass, source: &[f32], w: &[f32]) -> Result<Vec<f64>> {
    if !matches!(pass, Pass::Forward | Pass::InputGrad) {
        return Err(Error::InvalidParameter {
            operator: super::OPERATOR,
            parameter: "pass",
            value: pass.name().to_string(),
            expected: "forward or input_grad, which Winograd's algorithm computes",
        });
    }
    let s = shapes(problem)?;
    let dense = |axis: &Axis| (axis.taps, axis.stride, axis.dilation) == (3, 1, 1);
    let is_plane = problem.axes[0].taps == 1 && s.x[2] == 1;
    if !is_plane || !dense(&problem.axes[1]) || !dense(&problem.axes[2]) || problem.is_shared() {
        let (expected, found) = (vec![s.w[0], s.channels, 3, 3], visible(s.w, problem.rank));
        return Err(Error::ShapeMismatch { operator: super::OPERATOR, operand: Operand::W, expected, found });
    }
    let is_forward = pass == Pass::Forward;
    let (from, to) = if is_forward { (s.x, s.y) } else { (s.y, s.x) };
    check_length(&visible(from, problem.rank), source.len())?;
    check_length(&visible(s.w, problem.rank), w.len())?;
    let groups = problem.groups as usize;
    let (channels, outputs) = (from[1] / groups, to[1] / groups);
    // The source's cell under the first cell of a tile: dx sees dy through the kernel turned round.
    let start = |axis: &Axis| if is_forward { -i64::from(axis.padding_low) } else { i64::from(axis.padding_low) - 2 };
    let starts = [start(&problem.axes[1]), start(&problem.axes[2])];
    let factor = 36.0 * (channels as f64 + 20.0) * f64::from(f32::EPSILON);
    let mut slack = vec![0.0; to.iter().product()];
    for n in 0..to[0] {
        for output in 0..to[1] {
            for h in 0..to[3] {
                for cell_w in 0..to[4] {
                    let mut sum = 0.0;
                    for c in 0..channels {
                        let channel = output / outputs * channels + c;
                        let (k, of_x) = if is_forward { (output, c) } else { (channel, output % outputs) };
                        let cell = |index| if is_forward { s.at_x(index) } else { s.at_y(index) };
                        let corner = [starts[0] + (h - h % 2) as i64, starts[1] + (cell_w - cell_w % 2) as i64];
                        sum += largest(source, from, corner, |[h, w]| cell([n, channel, 0, h, w]))
                            * taps(&s, w, [k, of_x]);
                    }
                    let at = [n, output, 0, h, cell_w];
                    slack[if is_forward { s.at_y(at) } else { s.at_x(at) }] = factor * sum;
                }
            }
        }
    }
    Ok(slack)
}

/// The largest absolute value among 4 x 4 cells of a plane, those outside left out.
fn largest(source: &[f32], shape: [usize; 5], corner: [i64; 2], at: impl Fn([usize; 2]) -> usize) -> f64 {
    let mut largest = 0.0f64;
    for h in corner[0].max(0)..(corner[0] + 4).min(shape[3] as i64) {
        for w in corner[1].max(0)..(corner[1] + 4).min(shape[4] as i64) {
            largest = largest.max(f64::from(source[at([h as usize, w as usize])]).abs());
        }
    }
    largest
}

/// The sum of the absolute values of the taps between an output channel and an input channel of a group.
fn taps(s: &Shapes, w: &[f32], [k, c]: [usize; 2]) -> f64 {
    let mut sum = 0.0;
    for th in 0..3 {
        for tw in 0..3 {
            sum += f64::from(w[s.at_w([k, c, 0, th, tw])]).abs();
        }
    }
    sum
}
