//! What the four passes share when they are planned.

use super::gather::{self, Gather};
use super::{ConvProblem, Epilogue, Pass, bias_grad, choose as own, forward, input_grad, kernel_grad, shared};
use crate::error::Result;
use crate::kernel::{BLOCK, ConvParams, Override, Reduction};
use crate::layout::{KernelOrder, Layout};
use crate::padding_mode::PaddingMode;
use crate::plan::{
    Advice, Algorithm, DeviceLimits, PlanOptions, PlanSpec, Span, SpecBuilder, Strategy, choose, elements,
};
use crate::window::override_values;

/// Plans one pass.
pub(crate) fn plan(
    problem: &ConvProblem,
    pass: Pass,
    epilogue: Epilogue,
    limits: &DeviceLimits,
    options: &PlanOptions,
    advice: &Advice<'_>,
) -> Result<PlanSpec> {
    plan_titled(problem, pass, epilogue, limits, options, advice, title(problem, pass))
}

/// The same under a title of the caller's. An input gradient can have all that a forward has, and the other way round: they are
/// those of a transposed convolution then.
pub(crate) fn plan_titled(
    problem: &ConvProblem,
    pass: Pass,
    epilogue: Epilogue,
    limits: &DeviceLimits,
    options: &PlanOptions,
    advice: &Advice<'_>,
    title: String,
) -> Result<PlanSpec> {
    let title = title + &epilogue.title();
    let flops = match pass {
        Pass::BiasGrad => elements(&problem.y_shape()),
        _ => problem.multiply_adds().saturating_mul(2),
    };
    if pass == Pass::BiasGrad {
        let builder = SpecBuilder::direct(limits, options, title, flops)?.of_type(problem.element);
        return bias_grad::plan(problem, epilogue, builder);
    }
    let of_sums = problem.of_channel_sums();
    let multiplied = if problem.is_shared() { &of_sums } else { problem };
    choose(options, advice, &own::candidates(multiplied, pass, limits, options), |options, choice| {
        if problem.is_shared() {
            return shared::plan(problem, pass, epilogue, limits, options, (&title, flops, choice));
        }
        let builder = SpecBuilder::new(limits, options, title.clone(), flops, choice).of_type(problem.element);
        plan_by(problem, pass, choice.0, epilogue, builder)
    })
}

/// Plans one pass, but for the bias gradient, by an algorithm.
pub(super) fn plan_by(
    problem: &ConvProblem,
    pass: Pass,
    algorithm: Algorithm,
    epilogue: Epilogue,
    builder: SpecBuilder<'_>,
) -> Result<PlanSpec> {
    match pass {
        Pass::Forward => forward::plan(problem, algorithm, epilogue, builder),
        Pass::InputGrad => input_grad::plan(problem, algorithm, epilogue, builder),
        Pass::KernelGrad | Pass::BiasGrad => kernel_grad::plan(problem, algorithm, epilogue, builder),
    }
}

/// The few ways of computing a pass that can be the fastest, for tuning to measure.
pub(crate) fn plausible(
    problem: &ConvProblem,
    pass: Pass,
    limits: &DeviceLimits,
    options: &PlanOptions,
) -> Vec<Strategy> {
    let of_sums = problem.of_channel_sums();
    let problem = if problem.is_shared() { &of_sums } else { problem };
    let tiles = || match pass {
        Pass::Forward => gather::plausible_tiles(&Gather::forward(problem), limits),
        Pass::InputGrad => Gather::input_grad(problem, Algorithm::Tiled)
            .map_or(Vec::new(), |gather| gather::plausible_tiles(&gather, limits)),
        Pass::KernelGrad => kernel_grad::plausible_tiles(problem, limits, options),
        Pass::BiasGrad => Vec::new(),
    };
    own::plausible(problem, pass, limits, options, tiles)
}

fn title(problem: &ConvProblem, pass: Pass) -> String {
    let axes = &problem.axes[3 - problem.rank as usize..];
    let list = |of: fn(&crate::Axis) -> u32| axes.iter().map(of).collect::<Vec<_>>();
    let mode = match problem.padding_mode {
        PaddingMode::Zeros => String::new(),
        mode => format!(" {mode}"),
    };
    let element = problem.element.in_title();
    let shared = if problem.shared_kernel { ", shared by the channels of a group" } else { "" };
    let order = order_title(
        [problem.x_layout, problem.y_layout],
        (problem.kernel_order == KernelOrder::InOut).then_some(problem.kernel_order),
    );
    format!(
        "conv {}: x {:?}, w {:?}{shared}, y {:?}, stride {:?}, padding {:?} low {:?} high{mode}, dilation {:?}, groups {}{order}{element}",
        pass.name(),
        problem.x_shape(),
        problem.w_shape(),
        problem.y_shape(),
        list(|axis| axis.stride),
        list(|axis| axis.padding_low),
        list(|axis| axis.padding_high),
        list(|axis| axis.dilation),
        problem.groups,
    )
}

/// What a plan's title says of layouts of x and y and an order of w's channels that are not the usual ones.
pub(crate) fn order_title(layouts: [Layout; 2], order: Option<KernelOrder>) -> String {
    let last = ["x", "y"].into_iter().zip(layouts).filter(|(_, layout)| *layout != Layout::ChannelsFirst);
    let last = last.map(|(name, layout)| format!(", {name} {layout}")).collect::<String>();
    last + &order.map_or(String::new(), |order| format!(", w {order}"))
}

/// Invocations of a direct kernel: each owns a block of channels of one group at neighbouring elements.
pub(super) fn blocks(groups: u32, channels: u32, elements: u64) -> u64 {
    u64::from(groups) * u64::from((channels / groups).div_ceil(BLOCK)) * elements.div_ceil(BLOCK.into())
}

/// The overrides of `shaders/common/window.wgsl`.
pub(super) fn overrides(problem: &ConvProblem) -> Vec<Override> {
    override_values(&problem.axes, crate::kernel::WINDOW_OVERRIDES)
}

/// The overrides of `shaders/conv/layouts.wgsl` and `shaders/conv/kernel_order.wgsl`.
pub(super) fn order_overrides(problem: &ConvProblem) -> [Override; 3] {
    ["X_LAST", "Y_LAST", "IN_OUT"].map(|name| (name, order_constant(problem, name)))
}

/// The value of one of them.
pub(super) fn order_constant(problem: &ConvProblem, name: &str) -> u32 {
    let is = match name {
        "X_LAST" => problem.x_layout == Layout::ChannelsLast,
        "Y_LAST" => problem.y_layout == Layout::ChannelsLast,
        _ => problem.kernel_order == KernelOrder::InOut,
    };
    is.into()
}

/// The same for a part of the output.
pub(super) fn params_of(span: &Span, params: ConvParams) -> ConvParams {
    // A tensor has at most u32::MAX elements.
    ConvParams { range_begin: span.first as u32, range_count: span.elements as u32, ..params }
}

/// The uniform struct for a chunk of the batch.
pub(super) fn params(problem: &ConvProblem, reduction: Reduction, x_base: u32, y_base: u32) -> ConvParams {
    let [d, h, w] = problem.axes;
    ConvParams {
        reduction,
        batch: problem.batch,
        channels_in: problem.channels_in,
        channels_out: problem.channels_out,
        groups: problem.groups,
        in_d: d.input,
        in_h: h.input,
        in_w: w.input,
        out_d: d.output,
        out_h: h.output,
        out_w: w.output,
        x_base,
        y_base,
        slope: 0.0,
        range_begin: 0,
        range_count: 0,
        unused: 0,
    }
}
