//! Convolutions and poolings of any rank, as data.

use std::sync::Arc;

use wgconv::{
    AvgPool, Context, Conv, ConvProblem, ConvShapes, MaxPool, Padding, Pass, Plan, PlanOptions, PoolPass, PoolProblem,
    Result,
};

/// Window parameters, one entry per spatial axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    pub taps: Vec<usize>,
    pub stride: Vec<usize>,
    pub dilation: Vec<usize>,
    pub low: Vec<usize>,
    pub high: Vec<usize>,
}

fn array<const D: usize>(values: &[usize]) -> [usize; D] {
    values.try_into().expect("one value per axis")
}

impl Window {
    pub fn new(taps: &[usize], stride: &[usize], dilation: &[usize], low: &[usize], high: &[usize]) -> Window {
        let [taps, stride, dilation, low, high] = [taps, stride, dilation, low, high].map(<[usize]>::to_vec);
        Window { taps, stride, dilation, low, high }
    }

    fn padding<const D: usize>(&self) -> Padding<D> {
        Padding::Explicit { low: array(&self.low), high: array(&self.high) }
    }
}

/// A convolution with its shapes.
#[derive(Clone, Debug, PartialEq)]
pub struct ConvCase {
    pub window: Window,
    pub groups: usize,
    pub x: Vec<usize>,
    pub w: Vec<usize>,
}

impl ConvCase {
    fn of_rank<const D: usize>(&self) -> Result<Conv<D>> {
        let window = &self.window;
        Conv::<D>::new(array(&window.taps))
            .stride(array(&window.stride))
            .dilation(array(&window.dilation))
            .padding(window.padding())
            .groups(self.groups)
            .build()
    }

    fn shapes(&self) -> ConvShapes<'_> {
        ConvShapes::new(&self.x, &self.w)
    }

    pub fn problem(&self) -> Result<ConvProblem> {
        match self.window.taps.len() {
            1 => self.of_rank::<1>()?.problem(&self.shapes()),
            2 => self.of_rank::<2>()?.problem(&self.shapes()),
            _ => self.of_rank::<3>()?.problem(&self.shapes()),
        }
    }

    pub fn plan(&self, context: &Context, pass: Pass, bias: bool, options: &PlanOptions) -> Result<Arc<Plan>> {
        let shapes = if bias { self.shapes().with_bias() } else { self.shapes() };
        match self.window.taps.len() {
            1 => self.of_rank::<1>()?.plan_with(context, pass, shapes, options),
            2 => self.of_rank::<2>()?.plan_with(context, pass, shapes, options),
            _ => self.of_rank::<3>()?.plan_with(context, pass, shapes, options),
        }
    }
}

/// Maximum or average, with the average's options.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Max,
    Average { count_include_pad: bool, divisor: Option<usize> },
}

impl Kind {
    pub const AVERAGES: [Kind; 3] = [
        Kind::Average { count_include_pad: true, divisor: None },
        Kind::Average { count_include_pad: false, divisor: None },
        Kind::Average { count_include_pad: true, divisor: Some(5) },
    ];
}

/// A pooling with its input's shape.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolCase {
    pub window: Window,
    pub ceil_mode: bool,
    pub kind: Kind,
    pub x: Vec<usize>,
}

impl PoolCase {
    pub fn problem(&self) -> Result<PoolProblem> {
        match self.window.taps.len() {
            1 => self.problem_of_rank::<1>(),
            2 => self.problem_of_rank::<2>(),
            _ => self.problem_of_rank::<3>(),
        }
    }

    pub fn plan(&self, context: &Context, pass: PoolPass) -> Result<Arc<Plan>> {
        match self.window.taps.len() {
            1 => self.plan_of_rank::<1>(context, pass),
            2 => self.plan_of_rank::<2>(context, pass),
            _ => self.plan_of_rank::<3>(context, pass),
        }
    }

    fn max<const D: usize>(&self) -> Result<MaxPool<D>> {
        let window = &self.window;
        MaxPool::<D>::new(array(&window.taps))
            .stride(array(&window.stride))
            .dilation(array(&window.dilation))
            .padding(window.padding())
            .ceil_mode(self.ceil_mode)
            .build()
    }

    fn average<const D: usize>(&self, count_include_pad: bool, divisor: Option<usize>) -> Result<AvgPool<D>> {
        let window = &self.window;
        let pool = AvgPool::<D>::new(array(&window.taps))
            .stride(array(&window.stride))
            .dilation(array(&window.dilation))
            .padding(window.padding())
            .ceil_mode(self.ceil_mode)
            .count_include_pad(count_include_pad);
        match divisor {
            Some(divisor) => pool.divisor_override(divisor).build(),
            None => pool.build(),
        }
    }

    fn problem_of_rank<const D: usize>(&self) -> Result<PoolProblem> {
        match self.kind {
            Kind::Max => self.max::<D>()?.problem(&self.x),
            Kind::Average { count_include_pad, divisor } => {
                self.average::<D>(count_include_pad, divisor)?.problem(&self.x)
            }
        }
    }

    fn plan_of_rank<const D: usize>(&self, context: &Context, pass: PoolPass) -> Result<Arc<Plan>> {
        match self.kind {
            Kind::Max => self.max::<D>()?.plan(context, pass, &self.x),
            Kind::Average { count_include_pad, divisor } => {
                self.average::<D>(count_include_pad, divisor)?.plan(context, pass, &self.x)
            }
        }
    }
}
