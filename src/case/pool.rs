//! A pooling with its input's shape.

use std::sync::Arc;

use super::{CaseAxis, per_axis, wrong_rank, x_shape};
use crate::element::ElementType;
use crate::error::{Error, Result};
use crate::gpu::{Context, Plan};
use crate::layout::Layout;
use crate::plan::{PlanOptions, Problem};
use crate::pool::{
    AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, IndexForm, LpPool, MaxPool, PoolKind, PoolPass, PoolProblem,
};
use crate::spatial::Padding;
use crate::window::{Axis, span};

/// A pooling of any rank with its input's shape. Whether the parameters fit together, [`PoolCase::problem`] says.
///
/// ```
/// use wgconv::{ElementType, IndexForm, Layout, PoolKind, case::{CaseAxis, PoolCase}};
/// let axes = vec![CaseAxis { stride: 2, ..CaseAxis::new(8, 3) }];
/// let (kind, indices, batch, channels) = (PoolKind::Max, IndexForm::Plane, 1, 4);
/// let (x_layout, y_layout, element) = (Layout::ChannelsLast, Layout::ChannelsFirst, ElementType::F16);
/// let (adaptive, ceil_mode) = (false, true);
/// let case = PoolCase { kind, indices, adaptive, batch, channels, axes, ceil_mode, x_layout, y_layout, element };
/// assert_eq!(case.to_string(), "maxc4w8s3u2ceillastxf16");
/// assert_eq!(case.problem()?.y_shape(), [1, 4, 4]);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PoolCase {
    /// Maximum, average or norm.
    pub kind: PoolKind,
    /// What the indices of maxima count.
    pub indices: IndexForm,
    /// Whether the pooling is adaptive: the taps of its axes are then the outputs, and nothing else is said about windows.
    pub adaptive: bool,
    /// N
    pub batch: u32,
    /// C
    pub channels: u32,
    /// The spatial axes, outermost first: one, two or three.
    pub axes: Vec<CaseAxis>,
    /// Whether the last window may hang over the high end.
    pub ceil_mode: bool,
    /// How x and dx lie in memory.
    pub x_layout: Layout,
    /// How y, dy and the indices lie in memory.
    pub y_layout: Layout,
    /// The type of all operands but the indices.
    pub element: ElementType,
}

impl PoolCase {
    /// `[N, C, spatial...]`
    pub fn x_shape(&self) -> Vec<usize> {
        x_shape(self.batch, self.channels, &self.axes)
    }

    /// Everything that follows from it.
    ///
    /// # Errors
    /// As for [`MaxPool::problem`] and [`AvgPool::problem`]; no axes, or more than three; an adaptive norm.
    pub fn problem(&self) -> Result<PoolProblem> {
        let problem = match self.axes.len() {
            1 => self.of_rank::<1>(),
            2 => self.of_rank::<2>(),
            3 => self.of_rank::<3>(),
            _ => Err(wrong_rank(&self.axes)),
        }?;
        Ok(problem.in_layouts(self.x_layout, self.y_layout).of_type(self.element))
    }

    /// The plan of a pass, from the context's cache if it was made before.
    ///
    /// # Errors
    /// As for [`MaxPool::plan`] and [`AvgPool::plan`].
    pub fn plan(&self, ctx: &Context, pass: PoolPass, options: &PlanOptions) -> Result<Arc<Plan>> {
        ctx.plan(self.planned(pass)?, options)
    }

    pub(super) fn planned(&self, pass: PoolPass) -> Result<Problem> {
        Ok(Problem::Pool { problem: self.problem()?, pass })
    }

    fn of_rank<const D: usize>(&self) -> Result<PoolProblem> {
        let taps = per_axis::<D>(&self.axes, |axis| axis.taps);
        let stride = per_axis(&self.axes, |axis| axis.stride);
        let dilation = per_axis(&self.axes, |axis| axis.dilation);
        let low = per_axis(&self.axes, |axis| axis.low);
        let padding = Padding::Explicit { low, high: per_axis(&self.axes, |axis| axis.high) };
        let x = self.x_shape();
        if self.adaptive {
            return self.adaptive_problem(taps, &x);
        }
        match self.kind {
            PoolKind::Max => {
                let pool = MaxPool::new(taps).stride(stride).dilation(dilation).padding(padding);
                pool.ceil_mode(self.ceil_mode).indices(self.indices).build()?.problem(&x)
            }
            PoolKind::Lp { p } => {
                let pool = LpPool::new(taps).stride(stride).dilation(dilation).padding(padding).p(p.value());
                pool.ceil_mode(self.ceil_mode).build()?.problem(&x)
            }
            PoolKind::Average { count_include_pad, divisor } => {
                let pool = AvgPool::new(taps).stride(stride).dilation(dilation).padding(padding);
                let pool = pool.ceil_mode(self.ceil_mode).count_include_pad(count_include_pad);
                match divisor {
                    Some(divisor) => pool.divisor_override(divisor as usize),
                    None => pool,
                }
                .build()?
                .problem(&x)
            }
        }
    }

    fn adaptive_problem<const D: usize>(&self, outputs: [usize; D], x: &[usize]) -> Result<PoolProblem> {
        match self.kind {
            PoolKind::Max => AdaptiveMaxPool::new(outputs).indices(self.indices).build()?.problem(x),
            PoolKind::Average { count_include_pad: true, divisor: None } => {
                AdaptiveAvgPool::new(outputs).build()?.problem(x)
            }
            kind => Err(Error::InvalidParameter {
                operator: "Case",
                parameter: "kind",
                value: format!("adaptive {kind:?}"),
                expected: "the maximum, or the average of all cells",
            }),
        }
    }
}

impl From<&PoolProblem> for PoolCase {
    /// The case that stands for a problem: in ceil mode only if that makes a difference.
    fn from(problem: &PoolProblem) -> PoolCase {
        let PoolProblem { kind, indices, adaptive, batch, channels, rank, axes, x_layout, y_layout, element } = problem;
        let hangs_over = |axis: &Axis| {
            let padded = u64::from(axis.input) + u64::from(axis.padding_low) + u64::from(axis.padding_high);
            let room = padded.saturating_sub(span(axis.taps, axis.dilation));
            u64::from(axis.output) != room / u64::from(axis.stride) + 1
        };
        let mut shown = CaseAxis::of(axes, *rank);
        if *adaptive {
            for (shown, axis) in shown.iter_mut().zip(&axes[axes.len().saturating_sub(*rank as usize)..]) {
                (shown.taps, shown.stride) = (axis.output, axis.output);
            }
        }
        PoolCase {
            kind: *kind,
            indices: *indices,
            adaptive: *adaptive,
            batch: *batch,
            channels: *channels,
            axes: shown,
            ceil_mode: !adaptive && axes.iter().any(hangs_over),
            x_layout: *x_layout,
            y_layout: *y_layout,
            element: *element,
        }
    }
}
