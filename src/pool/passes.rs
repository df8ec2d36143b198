//! What the pooling passes share when they are planned.

use super::{PoolKind, PoolPass, PoolProblem, average, max, rows};
use crate::error::{Error, Result};
use crate::kernel::{self, EntryPoint, Override, PoolParams, Reduction};
use crate::plan::{
    Access, Advice, Algorithm, Batched, Chunk, DeviceLimits, Operand, PlanOptions, PlanSpec, Slabs, SpecBuilder,
    StepBinding, choose, elements,
};
use crate::window::{Axis, override_values};

/// Plans one pass.
pub(crate) fn plan(
    problem: &PoolProblem,
    pass: PoolPass,
    limits: &DeviceLimits,
    options: &PlanOptions,
    advice: &Advice<'_>,
) -> Result<PlanSpec> {
    let window = over_axes(problem, |axis| axis.taps);
    let outputs = elements(&problem.y_shape());
    if pass == PoolPass::ForwardWithIndices && problem.kind != PoolKind::Max {
        return Err(Error::InvalidParameter {
            operator: "AvgPool",
            parameter: "pass",
            value: "forward with indices".to_string(),
            expected: "forward or backward: an average has no index",
        });
    }
    let title = title(problem, pass);
    // Forward, rows visits every tap of every window, padding or not; backward, every window that covers a cell. Beyond some
    // number of these the direct kernels, which clip the window, and have an invocation for every element, are the better
    // ones for sure.
    const MOST_VISITS: u64 = 256;
    let visits = if pass == PoolPass::Backward { over_axes(problem, Axis::most_windows) } else { window };
    let rows = (Algorithm::Rows, "the planner's choice: windows without dilation, and few steps for an element");
    let candidates = if visits <= MOST_VISITS { &[rows][..] } else { &[] };
    choose(options, advice, candidates, |options, choice| {
        let builder = SpecBuilder::new(limits, options, title.clone(), outputs.saturating_mul(window), choice);
        match choice.0 {
            Algorithm::Direct => direct(problem, pass, builder),
            Algorithm::Rows => rows::plan(problem, pass, builder),
            other => Err(other.unavailable("it is for convolutions")),
        }
    })
}

/// The product of something over the axes.
fn over_axes(problem: &PoolProblem, of: fn(&Axis) -> u32) -> u64 {
    // Windows may be mostly padding, and then larger than anything in memory.
    problem.axes.iter().fold(1, |product, axis| product.saturating_mul(of(axis).into()))
}

fn direct(problem: &PoolProblem, pass: PoolPass, builder: SpecBuilder<'_>) -> Result<PlanSpec> {
    match (problem.kind, pass) {
        (PoolKind::Max, PoolPass::Forward) => max::forward(problem, false, builder),
        (PoolKind::Max, PoolPass::ForwardWithIndices) => max::forward(problem, true, builder),
        (PoolKind::Max, PoolPass::Backward) => max::backward(problem, builder),
        (PoolKind::Average { .. }, PoolPass::Backward) => average::backward(problem, builder),
        (PoolKind::Average { .. }, _) => average::forward(problem, builder),
    }
}

fn title(problem: &PoolProblem, pass: PoolPass) -> String {
    let kind = match problem.kind {
        PoolKind::Max => "max".to_string(),
        PoolKind::Average { count_include_pad, divisor: None } => {
            format!("average count_include_pad={count_include_pad}")
        }
        PoolKind::Average { divisor: Some(divisor), .. } => format!("average divisor={divisor}"),
    };
    let axes = &problem.axes[3 - problem.rank as usize..];
    let list = |of: fn(&Axis) -> u32| axes.iter().map(of).collect::<Vec<_>>();
    format!(
        "pool {kind} {pass:?}: x {:?}, y {:?}, window {:?}, stride {:?}, padding {:?} low {:?} high, dilation {:?}",
        problem.x_shape(),
        problem.y_shape(),
        list(|axis| axis.taps),
        list(|axis| axis.stride),
        list(|axis| axis.padding_low),
        list(|axis| axis.padding_high),
        list(|axis| axis.dilation),
    )
}

/// Bindings of one chunk, by which the passes differ.
pub(super) struct ChunkBindings {
    pub x: (StepBinding, u32),
    /// One for each operand shaped like y, all with the same base.
    pub y: Vec<StepBinding>,
    pub y_base: u32,
}

/// Adds the dispatches of a pass: chunks over the batch, and for windows longer than a shader may loop several dispatches
/// that go on from what the output holds. `x` is x or dx, `y` all operands of y's shape.
pub(super) fn dispatches(
    plan: &mut SpecBuilder<'_>,
    problem: &PoolProblem,
    entry: &'static EntryPoint,
    (x, x_access): (Operand, Access),
    y: &[(Operand, Access)],
    bindings: impl Fn(&ChunkBindings) -> Vec<StepBinding>,
) -> Result<()> {
    let batch = u64::from(problem.batch);
    let x = Batched::new(x, &problem.x_shape());
    let ys: Vec<Batched> = y.iter().map(|&(operand, _)| Batched::new(operand, &problem.y_shape())).collect();
    plan.need(x.operand, x.sample * batch, x_access);
    for (operand, &(_, access)) in ys.iter().zip(y) {
        plan.need(operand.operand, operand.sample * batch, access);
    }
    let per_sample = if x_access == Access::Read { ys[0].sample } else { x.sample };

    let [d, h, across] = problem.axes.map(|axis| u64::from(axis.taps));
    let slabs = Slabs::new("pooling", d * h, across, 1, plan.limits.max_loop_iterations)?;
    let operands: Vec<Batched> = std::iter::once(x).chain(ys.iter().copied()).collect();
    for chunk in plan.chunks(problem.batch, &operands, per_sample)? {
        let bound = bind(plan.limits, &chunk, x, &ys);
        for slab in 0..slabs.count() {
            let reduction = slabs.reduction(slab, 1, slab > 0);
            let params = params(&problem.with_batch(chunk.count), reduction, bound.x.1, bound.y_base);
            let invocations = per_sample * u64::from(chunk.count);
            plan.step(entry, &overrides(problem, entry), params, bindings(&bound), invocations)?;
        }
    }
    Ok(())
}

fn bind(limits: &DeviceLimits, chunk: &Chunk, x: Batched, ys: &[Batched]) -> ChunkBindings {
    let bound: Vec<(StepBinding, u32)> = ys.iter().map(|&y| chunk.bind(limits, y)).collect();
    ChunkBindings {
        x: chunk.bind(limits, x),
        y_base: bound[0].1,
        y: bound.into_iter().map(|(binding, _)| binding).collect(),
    }
}

fn overrides(problem: &PoolProblem, entry: &'static EntryPoint) -> Vec<Override> {
    override_values(&problem.axes, entry.kernel().overrides)
}

fn params(problem: &PoolProblem, reduction: Reduction, x_base: u32, y_base: u32) -> kernel::PoolParams {
    let [d, h, w] = problem.axes;
    let (count_include_pad, divisor) = match problem.kind {
        PoolKind::Max => (false, None),
        PoolKind::Average { count_include_pad, divisor } => (count_include_pad, divisor),
    };
    PoolParams {
        reduction,
        planes: problem.batch * problem.channels,
        in_d: d.input,
        in_h: h.input,
        in_w: w.input,
        out_d: d.output,
        out_h: h.output,
        out_w: w.output,
        x_base,
        y_base,
        divisor: divisor.unwrap_or(0),
        count_include_pad: count_include_pad.into(),
        unused: 0,
    }
}
