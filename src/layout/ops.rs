//! Channels first and channels last: convenience level, program and plan.

use std::sync::Arc;

use super::{Layout, TransposeProblem};
use crate::element::ElementType;
use crate::error::{Error, Result};
use crate::gpu::{Bound, Context, Immediate, Plan, Program, Real, Sink, Tensor};
use crate::plan::{Operand, PlanOptions, Problem};
use crate::spatial::element_count;

/// x in another layout; the same tensor if it has it already.
fn relayout<T: Real>(sink: &mut impl Sink, operator: &'static str, x: &Tensor<T>, layout: Layout) -> Result<Tensor<T>> {
    let shape = x.shape();
    if shape.len() < 2 {
        let value = format!("{shape:?}");
        return Err(Error::InvalidParameter {
            operator,
            parameter: "shape of x",
            value,
            expected: "[N, C, spatial...]",
        });
    }
    if x.layout() == layout {
        sink.check(&[Bound::new(Operand::X, x)])?;
        return Ok(x.clone());
    }
    // A tensor has at most u32::MAX elements.
    let [batch, channels] = [shape[0] as u32, shape[1] as u32];
    let cells = shape[2..].iter().product::<usize>() as u32;
    let (rows, columns) = match layout {
        Layout::ChannelsLast => (channels, cells),
        Layout::ChannelsFirst => (cells, channels),
    };
    let y = sink.context().empty_in(Operand::Y, layout, shape)?;
    let operands = vec![Bound::new(Operand::X, x), Bound::new(Operand::Y, &y)];
    sink.push(Problem::Transpose(TransposeProblem { batch, rows, columns, element: T::TYPE }), operands)?;
    Ok(y)
}

fn channels_last<T: Real>(sink: &mut impl Sink, x: &Tensor<T>) -> Result<Tensor<T>> {
    relayout(sink, "to_channels_last", x, Layout::ChannelsLast)
}

fn channels_first<T: Real>(sink: &mut impl Sink, x: &Tensor<T>) -> Result<Tensor<T>> {
    relayout(sink, "to_channels_first", x, Layout::ChannelsFirst)
}

/// x, of shape `[N, C, spatial...]`, with `[N, spatial..., C]` in memory; of any number of spatial axes. If it is so already, x
/// itself. Submits and does not wait.
///
/// # Errors
/// Fewer than two axes, a tensor of another context, limits of the device, no memory, a lost device.
///
/// ```
/// use wgconv::{Context, layout};
/// let ctx = Context::new_blocking()?;
/// let x = ctx.tensor(&[1, 2, 3], &[1.0, 2.0, 3.0, 10.0, 20.0, 30.0])?;
/// let y = layout::to_channels_last(&ctx, &x)?;
/// assert_eq!((y.shape(), y.read_blocking()?), (&[1, 2, 3][..], vec![1.0, 10.0, 2.0, 20.0, 3.0, 30.0]));
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn to_channels_last<T: Real>(ctx: &Context, x: &Tensor<T>) -> Result<Tensor<T>> {
    channels_last(&mut Immediate(ctx), x)
}

/// x with `[N, C, spatial...]` in memory: the inverse, and the gradient, of [`to_channels_last`]. Submits and does not wait.
///
/// # Errors
/// As there.
///
/// ```
/// use wgconv::{Context, Layout, layout};
/// let ctx = Context::new_blocking()?;
/// let x = ctx.tensor_in(Layout::ChannelsLast, &[1, 2, 3], &[1.0, 10.0, 2.0, 20.0, 3.0, 30.0])?;
/// assert_eq!(layout::to_channels_first(&ctx, &x)?.read_blocking()?, [1.0, 2.0, 3.0, 10.0, 20.0, 30.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn to_channels_first<T: Real>(ctx: &Context, x: &Tensor<T>) -> Result<Tensor<T>> {
    channels_first(&mut Immediate(ctx), x)
}

/// The plan of y `[batch, columns, rows]` from x `[batch, rows, columns]`, both of this type, for the encoder level; operands x and
/// y. To channels last, rows are the channels and columns the cells of a sample; to channels first the other way round.
///
/// # Errors
/// Zero extents, more than `u32::MAX` elements, an algorithm other than direct and tiled, limits of the device.
///
/// ```
/// use wgconv::{Context, ElementType, PlanOptions, layout};
/// let ctx = Context::new_blocking()?;
/// let plan = layout::plan(&ctx, ElementType::F32, [8, 3, 224 * 224], &PlanOptions::default())?;
/// assert_eq!(plan.bytes_moved(), 2 * 4 * 8 * 3 * 224 * 224);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn plan(
    ctx: &Context,
    element: ElementType,
    [batch, rows, columns]: [usize; 3],
    options: &PlanOptions,
) -> Result<Arc<Plan>> {
    element_count(Operand::X, &[batch, rows, columns])?;
    let [batch, rows, columns] = [batch, rows, columns].map(|extent| extent as u32);
    ctx.plan(Problem::Transpose(TransposeProblem { batch, rows, columns, element }), options)
}

/// The order of axes.
impl Program {
    /// [`to_channels_last`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn to_channels_last<T: Real>(&mut self, x: &Tensor<T>) -> Result<Tensor<T>> {
        channels_last(self, x)
    }

    /// [`to_channels_first`] as a part of the program.
    ///
    /// # Errors
    /// As there.
    pub fn to_channels_first<T: Real>(&mut self, x: &Tensor<T>) -> Result<Tensor<T>> {
        channels_first(self, x)
    }
}
