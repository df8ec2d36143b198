//! Convolution: one file per pass, to be read side by side.
//!
//! All four say the same thing about which elements meet: `x[n, c, i]`, `w[k, c, t]` and `y[n, k, o]` belong together
//! where `i = o*stride + t*dilation - padding_low` along every axis. Forward sums over `c` and `t`, the input gradient
//! over `k` and `t`, the kernel gradient over `n` and `o`. A kernel that the channels of a group share has `w[k, 0, t]` for every
//! `w[k, c, t]`; its gradient is summed over `c` too.

mod bias_grad;
mod forward;
mod input_grad;
mod kernel_grad;
mod winograd;

pub use bias_grad::bias_grad;
pub use forward::forward;
pub use input_grad::input_grad;
pub use kernel_grad::kernel_grad;
pub use winograd::winograd_slack;

use super::window::{check_rank, count_fitting};
use super::{check_extents, position, tap_position, visible};
use crate::error::{Error, Result};
use crate::plan::Operand;
use crate::{ConvProblem, KernelOrder, Layout};

const OPERATOR: &str = "Conv";

/// The three tensors with all five extents.
struct Shapes {
    /// `[N, C_in, D, H, W]`
    x: [usize; 5],
    /// `[C_out, C_in/groups, taps along D, H, W]`, or with one channel that stands for all
    w: [usize; 5],
    /// `[N, C_out, D, H, W]`
    y: [usize; 5],
    /// C_in/groups
    channels: usize,
    /// How x and y lie in memory.
    x_layout: Layout,
    y_layout: Layout,
    /// Whether w is `[C_in/groups, C_out, ...]`.
    in_out: bool,
}

impl Shapes {
    /// The channel of w for channel `c` of a group.
    fn w_channel(&self, c: usize) -> usize {
        if self.w[1] == 1 { 0 } else { c }
    }

    /// Where the element `[n, c, d, h, w]` of x is.
    fn at_x(&self, index: [usize; 5]) -> usize {
        position(index, self.x, self.x_layout)
    }

    /// Where the element `[k, c, d, h, w]` of w is.
    fn at_w(&self, index: [usize; 5]) -> usize {
        tap_position(index, self.w, self.in_out)
    }

    /// Where the element `[n, k, d, h, w]` of y is.
    fn at_y(&self, index: [usize; 5]) -> usize {
        position(index, self.y, self.y_layout)
    }
}

/// The shapes of a problem, after its output extents have been counted again and its channels checked.
fn shapes(problem: &ConvProblem) -> Result<Shapes> {
    check_rank(OPERATOR, problem.rank, &problem.axes)?;
    let [n, c_in, c_out, groups] =
        [problem.batch, problem.channels_in, problem.channels_out, problem.groups].map(|v| v as usize);
    if groups == 0 || c_in % groups != 0 || c_out % groups != 0 {
        let channels_per_group = c_in.checked_div(groups).unwrap_or(0);
        return Err(Error::GroupMismatch { groups, channels_in: c_in, channels_out: c_out, channels_per_group });
    }
    let [d, h, w] = problem.axes;
    let shapes = Shapes {
        x: [n, c_in, d.input as usize, h.input as usize, w.input as usize],
        w: [
            c_out,
            if problem.shared_kernel { 1 } else { c_in / groups },
            d.taps as usize,
            h.taps as usize,
            w.taps as usize,
        ],
        y: [n, c_out, d.output as usize, h.output as usize, w.output as usize],
        channels: c_in / groups,
        x_layout: problem.x_layout,
        y_layout: problem.y_layout,
        in_out: problem.kernel_order == KernelOrder::InOut,
    };
    let mut counted = shapes.y;
    for (number, axis) in problem.axes.iter().enumerate() {
        counted[2 + number] = count_fitting(OPERATOR, number, axis)? as usize;
    }
    let [expected, found] = [counted, shapes.y].map(|shape| visible(shape, problem.rank));
    if found != expected {
        return Err(Error::ShapeMismatch { operator: OPERATOR, operand: Operand::Y, expected, found });
    }
    for (operand, shape) in [(Operand::X, shapes.x), (Operand::W, shapes.w), (Operand::Y, shapes.y)] {
        check_extents(operand, &visible(shape, problem.rank))?;
    }
    Ok(shapes)
}
