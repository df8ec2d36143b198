//! Transposed convolution, the way it is defined: every cell of x spreads over y. Not by way of the convolution, whose
//! kernels the GPU uses for it.
//!
//! All passes walk over the same products: `x[n, c, i]`, `w[c, k mod C_out/groups, t]` and `y[n, k, o]` belong together where
//! `o = i*stride + t*dilation - padding_low` along every axis, and c and k are of one group. Forward adds up those of each
//! element of y, the input gradient those of x, the kernel gradient those of w. This is the only operator in scatter form:
//! what the walk comes across is added where it belongs.

use super::sums::Sum;
use super::{Sums, check_extents, check_length, conv, position, tap_position, visible};
use crate::error::{Error, Result};
use crate::plan::Operand;
use crate::{ConvTransposeProblem, KernelOrder, Layout, Pass, TransposedAxis};

const OPERATOR: &str = "ConvTranspose";

/// The three tensors with all five extents.
struct Shapes {
    /// `[N, C_in, D, H, W]`
    x: [usize; 5],
    /// `[C_in, C_out/groups, taps along D, H, W]`; of a shared kernel `groups` in place of C_in
    w: [usize; 5],
    /// `[N, C_out, D, H, W]`
    y: [usize; 5],
    /// How x and y lie in memory.
    x_layout: Layout,
    y_layout: Layout,
    /// Whether w is `[C_out/groups, C_in, ...]`.
    out_in: bool,
}

impl Shapes {
    /// Where the element `[n, c, d, h, w]` of x is.
    fn at_x(&self, index: [usize; 5]) -> usize {
        position(index, self.x, self.x_layout)
    }

    /// Where the element `[c, k mod C_out/groups, d, h, w]` of w is.
    fn at_w(&self, index: [usize; 5]) -> usize {
        tap_position(index, self.w, self.out_in)
    }

    /// Where the element `[n, k, d, h, w]` of y is.
    fn at_y(&self, index: [usize; 5]) -> usize {
        position(index, self.y, self.y_layout)
    }

    /// The channel of an element of y.
    fn channel_of(&self, at: usize) -> usize {
        match self.y_layout {
            Layout::ChannelsFirst => at / (self.y[2] * self.y[3] * self.y[4]) % self.y[1],
            Layout::ChannelsLast => at % self.y[1],
        }
    }
}

/// [`conv::winograd_slack`] for y (forward, from x) or dx (input gradient, from dy): the passes of the convolution whose input
/// gradient is this one's forward.
///
/// # Errors
/// As there.
///
/// ```
/// use wgconv::{ConvShapes, ConvTranspose, Pass, reference};
/// let conv = ConvTranspose::<2>::new([3, 3]).build()?;
/// let problem = conv.problem(&ConvShapes::new(&[1, 1, 1, 1], &[1, 1, 3, 3]))?;
/// let slack = reference::conv_transpose::winograd_slack(&problem, Pass::Forward, &[2.0], &[0.5; 9])?;
/// assert!(slack.iter().all(|&slack| slack == 36.0 * 21.0 * f64::from(f32::EPSILON) * 2.0 * 4.5));
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn winograd_slack(problem: &ConvTransposeProblem, pass: Pass, source: &[f32], w: &[f32]) -> Result<Vec<f64>> {
    let pass = match pass {
        Pass::Forward => Pass::InputGrad,
        Pass::InputGrad => Pass::Forward,
        other => other,
    };
    conv::winograd_slack(&problem.exchanged(), pass, source, w)
}

/// `y[n, k, o] = b[k] + sum over c, i, t of x[n, c, i] * w[c, k mod C_out/groups, t]` over the input channels c of k's group
/// and all cells i and taps t with `i*stride + t*dilation - padding_low = o`.
///
/// x `[N, C_in, spatial...]`, w `[C_in, C_out/groups, taps...]`, b `[C_out]`; the result is y `[N, C_out, spatial...]`; in the
/// problem's layouts and order of channels. A kernel that the input channels of a group share has the group's number in place of c,
/// in all passes.
/// A bias counts as one more term.
///
/// # Errors
/// [`Error::DataLength`] if x, w or b do not have the problem's number of elements. A problem whose public fields were
/// changed so that they contradict each other gives a typed error too.
///
/// ```
/// use wgconv::{ConvShapes, ConvTranspose, reference};
/// let conv = ConvTranspose::<1>::new([3]).stride([2]).build()?;
/// let problem = conv.problem(&ConvShapes::new(&[1, 1, 2], &[1, 1, 3]))?;
/// let y = reference::conv_transpose::forward(&problem, &[1.0, 10.0], &[1.0, 2.0, 3.0], None)?;
/// assert_eq!(y.to_f32(), [1.0, 2.0, 13.0, 20.0, 30.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn forward(problem: &ConvTransposeProblem, x: &[f32], w: &[f32], b: Option<&[f32]>) -> Result<Sums> {
    let s = shapes(problem)?;
    check_length(&visible(s.x, problem.rank), x.len())?;
    check_length(&visible(s.w, problem.rank), w.len())?;
    if let Some(b) = b {
        check_length(&[s.y[1]], b.len())?;
    }
    let mut y = vec![Sum::default(); s.y.iter().product()];
    walk(problem, &s, |at_x, at_w, at_y| y[at_y].add(x[at_x], w[at_w]));
    if let Some(b) = b {
        for at in 0..y.len() {
            y[at].add(1.0, b[s.channel_of(at)]);
        }
    }
    Ok(Sums::of(y))
}

/// `dx[n, c, i] = sum over k, t of dy[n, k, o] * w[c, k mod C_out/groups, t]` over the output channels k of c's group and the
/// taps t for which `o = i*stride + t*dilation - padding_low` is a cell of dy.
///
/// dy `[N, C_out, spatial...]`, w `[C_in, C_out/groups, taps...]`; the result is dx `[N, C_in, spatial...]`.
///
/// # Errors
/// As for [`forward`], for dy and w.
///
/// ```
/// use wgconv::{ConvShapes, ConvTranspose, reference};
/// let conv = ConvTranspose::<1>::new([2]).build()?;
/// let problem = conv.problem(&ConvShapes::new(&[1, 1, 2], &[1, 1, 2]))?;
/// let dx = reference::conv_transpose::input_grad(&problem, &[1.0, 2.0, 3.0], &[10.0, 1.0])?;
/// assert_eq!(dx.to_f32(), [12.0, 23.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn input_grad(problem: &ConvTransposeProblem, dy: &[f32], w: &[f32]) -> Result<Sums> {
    let s = shapes(problem)?;
    check_length(&visible(s.y, problem.rank), dy.len())?;
    check_length(&visible(s.w, problem.rank), w.len())?;
    let mut dx = vec![Sum::default(); s.x.iter().product()];
    walk(problem, &s, |at_x, at_w, at_y| dx[at_x].add(dy[at_y], w[at_w]));
    Ok(Sums::of(dx))
}

/// `dw[c, k mod C_out/groups, t] = sum over n, i of x[n, c, i] * dy[n, k, o]` over the cells i for which
/// `o = i*stride + t*dilation - padding_low` is a cell of dy.
///
/// x `[N, C_in, spatial...]`, dy `[N, C_out, spatial...]`; the result is dw `[C_in, C_out/groups, taps...]`.
///
/// # Errors
/// As for [`forward`], for x and dy.
///
/// ```
/// use wgconv::{ConvShapes, ConvTranspose, reference};
/// let conv = ConvTranspose::<1>::new([2]).build()?;
/// let problem = conv.problem(&ConvShapes::new(&[1, 1, 2], &[1, 1, 2]))?;
/// let dw = reference::conv_transpose::kernel_grad(&problem, &[10.0, 1.0], &[1.0, 2.0, 3.0])?;
/// assert_eq!(dw.to_f32(), [12.0, 23.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn kernel_grad(problem: &ConvTransposeProblem, x: &[f32], dy: &[f32]) -> Result<Sums> {
    let s = shapes(problem)?;
    check_length(&visible(s.x, problem.rank), x.len())?;
    check_length(&visible(s.y, problem.rank), dy.len())?;
    let mut dw = vec![Sum::default(); s.w.iter().product()];
    walk(problem, &s, |at_x, at_w, at_y| dw[at_w].add(x[at_x], dy[at_y]));
    Ok(Sums::of(dw))
}

/// `db[k] = sum over n, o of dy[n, k, o]`
///
/// dy `[N, C_out, spatial...]`; the result is db `[C_out]`.
///
/// # Errors
/// As for [`forward`], for dy.
///
/// ```
/// use wgconv::{ConvShapes, ConvTranspose, reference};
/// let conv = ConvTranspose::<1>::new([1]).build()?;
/// let problem = conv.problem(&ConvShapes::new(&[1, 1, 2], &[1, 2, 1]))?;
/// let db = reference::conv_transpose::bias_grad(&problem, &[1.0, 2.0, 3.0, 4.0])?;
/// assert_eq!(db.to_f32(), [3.0, 7.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn bias_grad(problem: &ConvTransposeProblem, dy: &[f32]) -> Result<Sums> {
    let s = shapes(problem)?;
    check_length(&visible(s.y, problem.rank), dy.len())?;
    let mut db = vec![Sum::default(); s.y[1]];
    for at in 0..dy.len() {
        db[s.channel_of(at)].add(dy[at], 1.0);
    }
    Ok(Sums::of(db))
}

/// Calls `visit` with the positions in x, w and y of each product.
fn walk(problem: &ConvTransposeProblem, s: &Shapes, mut visit: impl FnMut(usize, usize, usize)) {
    let [axis_d, axis_h, axis_w] = &problem.axes;
    let per_group = s.x[1] / problem.groups as usize;
    for n in 0..s.x[0] {
        for c in 0..s.x[1] {
            for id in 0..s.x[2] {
                for ih in 0..s.x[3] {
                    for iw in 0..s.x[4] {
                        let at_x = s.at_x([n, c, id, ih, iw]);
                        let row = if problem.shared_kernel { c / per_group } else { c };
                        for j in 0..s.w[1] {
                            let k = c / per_group * s.w[1] + j;
                            for td in 0..s.w[2] {
                                let Some(od) = cell_reached(axis_d, id, td) else { continue };
                                for th in 0..s.w[3] {
                                    let Some(oh) = cell_reached(axis_h, ih, th) else { continue };
                                    for tw in 0..s.w[4] {
                                        let Some(ow) = cell_reached(axis_w, iw, tw) else { continue };
                                        let at_w = s.at_w([row, j, td, th, tw]);
                                        visit(at_x, at_w, s.at_y([n, k, od, oh, ow]));
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The output cell that tap `t` of input cell `i` falls on; `None` if it is cut off.
fn cell_reached(axis: &TransposedAxis, i: usize, t: usize) -> Option<usize> {
    let cell = i * axis.stride as usize + t * axis.dilation as usize;
    let cell = cell.checked_sub(axis.padding_low as usize)?;
    (cell < axis.output as usize).then_some(cell)
}

/// The shapes of a problem, after its output extents have been counted again and its channels checked.
fn shapes(problem: &ConvTransposeProblem) -> Result<Shapes> {
    let invalid = |parameter, value: u32, expected| {
        Err(Error::InvalidParameter { operator: OPERATOR, parameter, value: value.to_string(), expected })
    };
    let absent = 3usize.saturating_sub(problem.rank as usize);
    let folded = problem.axes[..absent].iter().all(|axis| (axis.input, axis.taps, axis.output) == (1, 1, 1));
    if !(1..=3).contains(&problem.rank) || !folded {
        return invalid("rank", problem.rank, "1, 2 or 3, with one cell and tap along the axes that it leaves out");
    }
    let [n, c_in, c_out, groups] =
        [problem.batch, problem.channels_in, problem.channels_out, problem.groups].map(|v| v as usize);
    if groups == 0 || c_in % groups != 0 || c_out % groups != 0 {
        return invalid("groups", problem.groups, "a divisor of the channels of x and y");
    }
    let [d, h, w] = problem.axes;
    let shapes = Shapes {
        x: [n, c_in, d.input as usize, h.input as usize, w.input as usize],
        w: [
            if problem.shared_kernel { groups } else { c_in },
            c_out / groups,
            d.taps as usize,
            h.taps as usize,
            w.taps as usize,
        ],
        y: [n, c_out, d.output as usize, h.output as usize, w.output as usize],
        x_layout: problem.x_layout,
        y_layout: problem.y_layout,
        out_in: problem.kernel_order == KernelOrder::OutIn,
    };
    for (operand, shape) in [(Operand::X, shapes.x), (Operand::W, shapes.w), (Operand::Y, shapes.y)] {
        check_extents(operand, &visible(shape, problem.rank))?;
    }
    let mut counted = shapes.y;
    for (number, axis) in problem.axes.iter().enumerate() {
        counted[2 + number] = cells_left(number, axis)? as usize;
    }
    let [expected, found] = [counted, shapes.y].map(|shape| visible(shape, problem.rank));
    if found != expected {
        return Err(Error::ShapeMismatch { operator: OPERATOR, operand: Operand::Y, expected, found });
    }
    Ok(shapes)
}

/// Counts the output cells: up to the furthest that is reached, and the output padding, without what is cut off.
fn cells_left(number: usize, axis: &TransposedAxis) -> Result<u64> {
    for (parameter, value) in [("stride", axis.stride), ("dilation", axis.dilation)] {
        if value == 0 {
            let expected = "at least 1";
            return Err(Error::InvalidParameter { operator: OPERATOR, parameter, value: "0".into(), expected });
        }
    }
    let furthest =
        u64::from(axis.input - 1) * u64::from(axis.stride) + u64::from(axis.taps - 1) * u64::from(axis.dilation);
    let full = furthest + 1 + u64::from(axis.output_padding);
    if full > i32::MAX as u64 {
        let (limit, what) = ("31-bit coordinates", format!("{OPERATOR}: spatial axis {number} of the reference"));
        return Err(Error::LimitExceeded { limit, what, needed: full, available: i32::MAX as u64 });
    }
    let (low, high) = (u64::from(axis.padding_low), u64::from(axis.padding_high));
    match full.checked_sub(low + high) {
        Some(left) if left > 0 => Ok(left),
        _ => Err(Error::NothingLeft { operator: OPERATOR, axis: number, input: axis.input.into(), full, low, high }),
    }
}
