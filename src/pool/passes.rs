//! What the pooling passes share when they are planned.

use super::{PoolKind, PoolPass, PoolProblem, direct, planes, rows};
use crate::element::ElementType;
use crate::error::{Error, Result};
use crate::kernel::Override;
use crate::layout::Layout;
use crate::plan::{Advice, Algorithm, DeviceLimits, PlanOptions, PlanSpec, SpecBuilder, choose, elements};
use crate::window::{Axis, override_values};

/// Plans one pass.
pub(crate) fn plan(
    problem: &PoolProblem,
    pass: PoolPass,
    limits: &DeviceLimits,
    options: &PlanOptions,
    advice: &Advice<'_>,
) -> Result<PlanSpec> {
    if !problem.kind.has(pass) {
        return Err(Error::InvalidParameter {
            operator: problem.kind.operator(),
            parameter: "pass",
            value: pass.name().replace('_', " "),
            expected: "forward or backward: only a maximum has an index",
        });
    }
    let window = problem.axes.iter().fold(1u64, |product, axis| product.saturating_mul(axis.taps.into()));
    let flops = match pass {
        // They move values.
        PoolPass::Unpool | PoolPass::UnpoolBackward => 0,
        _ => elements(&problem.y_shape()).saturating_mul(window),
    };
    let title = title(problem, pass);
    // Forward, rows visits every tap of every window, padding or not; backward, every window that covers a cell. Beyond some
    // number of these the direct kernels, which clip the window, and have an invocation for every element, are the better
    // ones for sure.
    const MOST_VISITS: u64 = 256;
    // Windows may be mostly padding, and then larger than anything in memory.
    let visits = problem.visits(pass).into_iter().fold(1u64, u64::saturating_mul);
    let rows = (Algorithm::Rows, "the planner's choice: few steps for an element, and four elements in a row");
    let planes = (Algorithm::Planes, "the planner's choice: one window, which is the whole plane");
    let mut candidates = Vec::new();
    let by_rows = visits <= MOST_VISITS;
    if planes::takes(problem, pass) && !(by_rows && planes::is_short(problem)) {
        candidates.push(planes);
    }
    if by_rows {
        candidates.push(rows);
    }
    choose(options, advice, &candidates, |options, choice| {
        let builder = SpecBuilder::new(limits, options, title.clone(), flops, choice).of_type(problem.element);
        match choice.0 {
            Algorithm::Direct => direct::plan(problem, pass, builder),
            Algorithm::Rows => rows::plan(problem, pass, builder),
            Algorithm::Planes => planes::plan(problem, pass, builder),
            other => Err(other.unavailable("it is for convolutions")),
        }
    })
}

impl PoolProblem {
    /// Along each axis, the windows that may cover a cell, or the taps of a window: what an invocation of the direct kernels
    /// goes through.
    pub(super) fn steps(&self, pass: PoolPass) -> [u64; 3] {
        let over_bins = self.adaptive && pass.is_over_cells();
        self.axes.map(|axis| if over_bins { axis.most_bins() } else { axis.taps }.into())
    }

    /// The same for the rows kernels, which know the windows that cover a cell.
    pub(super) fn visits(&self, pass: PoolPass) -> [u64; 3] {
        if self.adaptive {
            return self.steps(pass);
        }
        self.axes.map(|axis| if pass.is_over_cells() { axis.most_windows() } else { axis.taps }.into())
    }

    /// The values of a kernel's override constants.
    pub(super) fn overrides(&self, pass: PoolPass, names: &[&'static str]) -> Vec<Override> {
        let mut axes = self.axes;
        for (axis, steps) in axes.iter_mut().zip(self.steps(pass)) {
            // A step of an axis of bins, and a tap, are one thing to the direct kernels.
            axis.taps = steps as u32;
        }
        let value = |name| match name {
            "ADAPTIVE" => Some(self.adaptive.into()),
            "X_LAST" => Some(self.are_last()[0].into()),
            "Y_LAST" => Some(self.are_last()[1].into()),
            // A sum is the norm of p = 1, but for the sign.
            "POWER" => Some([1.0, 2.0].iter().position(|&p| p == self.power()).map_or(0, |i| i as u32 + 1)),
            "SIGNED" => Some(matches!(self.kind, PoolKind::Average { .. }).into()),
            _ => None,
        };
        let windows = override_values(&axes, names);
        windows.into_iter().map(|(name, window)| (name, value(name).unwrap_or(window))).collect()
    }

    /// The number that the sums of average pooling are divided by, or 0; and whether padding cells count.
    pub(super) fn divisor(&self) -> (u32, u32) {
        match self.kind {
            PoolKind::Average { count_include_pad, divisor } => (divisor.unwrap_or(0), count_include_pad.into()),
            _ => (0, 0),
        }
    }

    /// The p of Lp pooling; 1 of sums.
    pub(super) fn power(&self) -> f32 {
        if let PoolKind::Lp { p } = self.kind { p.value() } else { 1.0 }
    }
}

fn title(problem: &PoolProblem, pass: PoolPass) -> String {
    let kind = match problem.kind {
        PoolKind::Max => "max".to_string(),
        PoolKind::Average { count_include_pad, divisor: None } => {
            format!("average count_include_pad={count_include_pad}")
        }
        PoolKind::Average { divisor: Some(divisor), .. } => format!("average divisor={divisor}"),
        PoolKind::Lp { p } => format!("p={p} norm"),
    };
    let axes = &problem.axes[3 - problem.rank as usize..];
    let list = |of: fn(&Axis) -> u32| axes.iter().map(of).collect::<Vec<_>>();
    let layout = |layout| if layout == Layout::ChannelsLast { " channels last" } else { "" };
    let (x_layout, y_layout) = (layout(problem.x_layout), layout(problem.y_layout));
    let (x, y) = (problem.x_shape(), problem.y_shape());
    let element = match problem.element {
        ElementType::F32 => String::new(),
        element => format!(" {element}"),
    };
    let shapes = format!("pool {kind} {pass:?}{element}: x {x:?}{x_layout}, y {y:?}{y_layout}");
    if problem.adaptive {
        return format!("{shapes}, adaptive, bins of at most {:?}", list(|axis| axis.taps));
    }
    format!(
        "{shapes}, window {:?}, stride {:?}, padding {:?} low {:?} high, dilation {:?}",
        list(|axis| axis.taps),
        list(|axis| axis.stride),
        list(|axis| axis.padding_low),
        list(|axis| axis.padding_high),
        list(|axis| axis.dilation),
    )
}
