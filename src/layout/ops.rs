//! Channels first and channels last: convenience level, program and plan.

use std::sync::Arc;

use super::TransposeProblem;
use crate::error::{Error, Result};
use crate::gpu::{Bound, Context, Immediate, Plan, Program, Sink, Tensor};
use crate::plan::{Operand, PlanOptions, Problem};
use crate::spatial::element_count;

fn push(sink: &mut impl Sink, x: &Tensor, problem: TransposeProblem, shape: &[usize]) -> Result<Tensor> {
    let y = sink.context().empty(Operand::Y, shape)?;
    sink.push(Problem::Transpose(problem), vec![Bound::new(Operand::X, x), Bound::new(Operand::Y, &y)])?;
    Ok(y)
}

/// An error unless there is a batch and a channel axis.
fn check_axes(operator: &'static str, shape: &[usize], expected: &'static str) -> Result<()> {
    if shape.len() >= 2 {
        return Ok(());
    }
    Err(Error::InvalidParameter { operator, parameter: "shape of x", value: format!("{shape:?}"), expected })
}

// A tensor has at most u32::MAX elements.
fn product(extents: &[usize]) -> u32 {
    extents.iter().product::<usize>() as u32
}

fn channels_last(sink: &mut impl Sink, x: &Tensor) -> Result<Tensor> {
    let old = x.shape();
    check_axes("to_channels_last", old, "[N, C, spatial...]")?;
    let shape: Vec<usize> = [&old[..1], &old[2..], &old[1..2]].concat();
    let problem = TransposeProblem { batch: old[0] as u32, rows: old[1] as u32, columns: product(&old[2..]) };
    push(sink, x, problem, &shape)
}

fn channels_first(sink: &mut impl Sink, x: &Tensor) -> Result<Tensor> {
    let old = x.shape();
    check_axes("to_channels_first", old, "[N, spatial..., C]")?;
    let (cells, channels) = (&old[1..old.len() - 1], &old[old.len() - 1..]);
    let shape: Vec<usize> = [&old[..1], channels, cells].concat();
    let problem = TransposeProblem { batch: old[0] as u32, rows: product(cells), columns: channels[0] as u32 };
    push(sink, x, problem, &shape)
}

/// y `[N, spatial..., C]` from x `[N, C, spatial...]`, of any number of spatial axes. Submits and does not wait.
///
/// # Errors
/// Fewer than two axes, a tensor of another context, limits of the device, no memory, a lost device.
///
/// ```
/// use wgconv::{Context, layout};
/// let ctx = Context::new_blocking()?;
/// let x = ctx.tensor(&[1, 2, 3], &[1.0, 2.0, 3.0, 10.0, 20.0, 30.0])?;
/// let y = layout::to_channels_last(&ctx, &x)?;
/// assert_eq!((y.shape(), y.read_blocking()?), (&[1, 3, 2][..], vec![1.0, 10.0, 2.0, 20.0, 3.0, 30.0]));
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn to_channels_last(ctx: &Context, x: &Tensor) -> Result<Tensor> {
    channels_last(&mut Immediate(ctx), x)
}

/// y `[N, C, spatial...]` from x `[N, spatial..., C]`: the inverse, and the gradient, of [`to_channels_last`]. Submits and does
/// not wait.
///
/// # Errors
/// As there.
///
/// ```
/// use wgconv::{Context, layout};
/// let ctx = Context::new_blocking()?;
/// let x = ctx.tensor(&[1, 3, 2], &[1.0, 10.0, 2.0, 20.0, 3.0, 30.0])?;
/// assert_eq!(layout::to_channels_first(&ctx, &x)?.read_blocking()?, [1.0, 2.0, 3.0, 10.0, 20.0, 30.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn to_channels_first(ctx: &Context, x: &Tensor) -> Result<Tensor> {
    channels_first(&mut Immediate(ctx), x)
}

/// The plan of y `[batch, columns, rows]` from x `[batch, rows, columns]`, for the encoder level; operands x and y. To channels
/// last, rows are the channels and columns the cells of a sample; to channels first the other way round.
///
/// # Errors
/// Zero extents, more than `u32::MAX` elements, an algorithm other than direct and tiled, limits of the device.
///
/// ```
/// use wgconv::{Context, PlanOptions, layout};
/// let plan = layout::plan(&Context::new_blocking()?, 8, 3, 224 * 224, &PlanOptions::default())?;
/// assert_eq!(plan.bytes_moved(), 2 * 4 * 8 * 3 * 224 * 224);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn plan(ctx: &Context, batch: usize, rows: usize, columns: usize, options: &PlanOptions) -> Result<Arc<Plan>> {
    element_count(Operand::X, &[batch, rows, columns])?;
    let problem = TransposeProblem { batch: batch as u32, rows: rows as u32, columns: columns as u32 };
    ctx.plan(Problem::Transpose(problem), options)
}

/// The order of axes.
impl Program {
    /// [`to_channels_last`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn to_channels_last(&mut self, x: &Tensor) -> Result<Tensor> {
        channels_last(self, x)
    }

    /// [`to_channels_first`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn to_channels_first(&mut self, x: &Tensor) -> Result<Tensor> {
        channels_first(self, x)
    }
}
