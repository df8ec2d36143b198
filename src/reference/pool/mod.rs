//! Pooling. Average pooling is linear, its backward pass is its adjoint; max pooling remembers where each maximum was, and
//! unpooling puts values there; Lp pooling takes norms.
//!
//! A [`PoolProblem`] does not say whether its outputs were rounded up (ceil mode). So the reference takes the number of
//! outputs from it and checks what must hold in both modes: as many outputs as windows lie wholly in the padded input,
//! or one more, which hangs over; and no window starts in the high padding.

mod average;
mod lp;
mod max;
mod unpool;

pub use average::{average_backward, average_forward};
pub use lp::{lp_backward, lp_forward};
pub use max::{max_backward, max_forward};
pub use unpool::{unpool, unpool_backward};

use super::window::{cell_under, check_rank, count_fitting, output_over, taps_inside};
use super::{check_extents, visible};
use crate::error::{Error, Result};
use crate::plan::Operand;
use crate::{Axis, IndexForm, PoolProblem};

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
    for (number, axis) in problem.axes.iter().enumerate().filter(|_| !problem.adaptive) {
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
    for (number, axis) in problem.axes.iter().enumerate().filter(|_| !problem.adaptive) {
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

/// The bin of output `o` in adaptive pooling, from its first cell to behind its last.
fn bin(axis: &Axis, o: usize) -> std::ops::Range<usize> {
    let (input, outputs) = (axis.input as usize, axis.output as usize);
    o * input / outputs..((o + 1) * input).div_ceil(outputs)
}

/// The input cells under the window of output `o`, in their order.
fn cells_under(problem: &PoolProblem, axis: &Axis, o: usize) -> Vec<usize> {
    if problem.adaptive {
        return bin(axis, o).collect();
    }
    (0..axis.taps as usize).filter_map(|t| cell_under(axis, o, t)).collect()
}

/// The outputs whose windows reach input cell `i`.
fn outputs_over(problem: &PoolProblem, axis: &Axis, i: usize) -> Vec<usize> {
    if problem.adaptive {
        return (0..axis.output as usize).filter(|&o| bin(axis, o).contains(&i)).collect();
    }
    (0..axis.taps as usize).filter_map(|t| output_over(axis, i, t)).collect()
}

/// The index that a cell of the plane (n, c) has.
fn index_of(problem: &PoolProblem, s: &Shapes, [n, c, id, ih, iw]: [usize; 5]) -> u32 {
    let cell = (id * s.x[3] + ih) * s.x[4] + iw;
    let plane = match problem.indices {
        IndexForm::Plane => 0,
        IndexForm::Flat => n * s.x[1] + c,
    };
    (plane * s.x[2] * s.x[3] * s.x[4] + cell) as u32
}

/// Checks that every index is that of a cell in its own (n, c) plane of x.
fn check_indices(operator: &'static str, problem: &PoolProblem, s: &Shapes, indices: &[u32]) -> Result<()> {
    let [plane, outputs] = [s.x, s.y].map(|shape| shape[2] * shape[3] * shape[4]);
    for (o, &index) in indices.iter().enumerate() {
        let first = match problem.indices {
            IndexForm::Plane => 0,
            IndexForm::Flat => o / outputs * plane,
        };
        if !(first..first + plane).contains(&(index as usize)) {
            let value = format!("{index} in a plane of {plane} cells, the first of which is {first}");
            let expected = "inside the (n, c) plane of x";
            return Err(Error::InvalidParameter { operator, parameter: "indices", value, expected });
        }
    }
    Ok(())
}
