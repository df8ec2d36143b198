//! Pooling. Average pooling is linear, its backward pass is its adjoint; max pooling remembers where each maximum was.
//!
//! A [`PoolProblem`] does not say whether its outputs were rounded up (ceil mode). So the reference takes the number of
//! outputs from it and checks what must hold in both modes: as many outputs as windows lie wholly in the padded input,
//! or one more, which hangs over; and no window starts in the high padding.

mod average;
mod max;

pub use average::{average_backward, average_forward};
pub use max::{max_backward, max_forward};

use super::window::{check_rank, count_fitting, taps_inside};
use super::{check_extents, visible};
use crate::PoolProblem;
use crate::error::{Error, Result};
use crate::plan::Operand;

/// Both tensors with all five extents.
struct Shapes {
    /// `[N, C, D, H, W]`
    x: [usize; 5],
    /// `[N, C, D, H, W]`
    y: [usize; 5],
}

/// The shapes of a problem, after its output extents have been checked.
fn shapes(operator: &'static str, problem: &PoolProblem) -> Result<Shapes> {
    check_rank(operator, problem.rank, &problem.axes)?;
    let [n, c] = [problem.batch as usize, problem.channels as usize];
    let [d, h, w] = problem.axes;
    let shapes = Shapes {
        x: [n, c, d.input as usize, h.input as usize, w.input as usize],
        y: [n, c, d.output as usize, h.output as usize, w.output as usize],
    };
    let mut expected = shapes.y;
    for (number, axis) in problem.axes.iter().enumerate() {
        let fitting = count_fitting(operator, number, axis)?;
        // Windows that start in the low padding or the input, so that one more than fit may be used.
        let starts = (u64::from(axis.padding_low) + u64::from(axis.input)).div_ceil(axis.stride.into());
        expected[2 + number] = u64::from(axis.output).clamp(fitting, fitting + 1).min(starts) as usize;
    }
    let [expected, found] = [expected, shapes.y].map(|shape| visible(shape, problem.rank));
    if found != expected {
        return Err(Error::ShapeMismatch { operator, operand: Operand::Y, expected, found });
    }
    for (operand, shape) in [(Operand::X, shapes.x), (Operand::Y, shapes.y)] {
        check_extents(operand, &visible(shape, problem.rank))?;
    }
    Ok(shapes)
}

/// Checks that every window has a tap inside the input. It is enough to look at each axis alone.
fn check_no_empty_window(operator: &'static str, problem: &PoolProblem) -> Result<()> {
    for (number, axis) in problem.axes.iter().enumerate() {
        for o in 0..axis.output as usize {
            if taps_inside(axis, o) == 0 {
                let (output, input) = (o as u64, axis.input.into());
                return Err(Error::EmptyWindow { operator, axis: number, output, input });
            }
        }
    }
    Ok(())
}

/// The error for a problem of the other kind.
fn wrong_kind(operator: &'static str, problem: &PoolProblem, expected: &'static str) -> Error {
    Error::InvalidParameter { operator, parameter: "kind", value: format!("{:?}", problem.kind), expected }
}
