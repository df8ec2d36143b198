//! Planning of everything in `nn` that is not a convolution.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::gpu::{Context, Plan};
use crate::kernel::{self, ElementwiseParams, EntryPoint, KernelKey, SoftmaxParams, WORKGROUP_SIZE};
use crate::plan::{
    Access, Batched, Chunk, DeviceLimits, Operand, PlanOptions, PlanSpec, Problem, SpecBuilder, StepBinding,
};
use crate::spatial::element_count;

/// Operators that look at one element at a time: what [`plan`] plans, apart from the softmax.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Elementwise {
    /// y from x, as [`super::relu`].
    Relu,
    /// dx from y and dy, as [`super::relu_grad`].
    ReluGrad,
    /// y from x, as [`super::sigmoid`].
    Sigmoid,
    /// dx from y and dy, as [`super::sigmoid_grad`].
    SigmoidGrad,
    /// loss and dx from y and target, as [`super::half_squared_error`].
    HalfSquaredError,
    /// w and state updated by dw and hyper, as [`super::sgd`].
    Sgd,
}

/// The plan of an elementwise operator on `count` elements, for the encoder level. The operands are those that the
/// operator's description names.
///
/// # Errors
/// No elements or more than `u32::MAX`; limits of the device, no memory, a lost device.
///
/// ```
/// use wgconv::{Bindings, Context, Operand, nn};
/// let ctx = Context::new_blocking()?;
/// let plan = nn::plan(&ctx, nn::Elementwise::Relu, 3)?;
/// let (x, y) = (ctx.tensor(&[3], &[-1.0, 0.0, 2.0])?, ctx.zeros::<f32>(&[3])?);
/// let mut encoder = ctx.device().create_command_encoder(&Default::default());
/// let bindings = Bindings::new().bind(Operand::X, &x).bind(Operand::Y, &y);
/// plan.record(&mut encoder.begin_compute_pass(&Default::default()), &bindings)?;
/// ctx.queue().submit([encoder.finish()]);
/// assert_eq!(y.read_blocking()?, [0.0, 0.0, 2.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn plan(ctx: &Context, operator: Elementwise, count: usize) -> Result<Arc<Plan>> {
    let count = element_count(Operand::X, &[count])?;
    ctx.plan(Problem::Nn(NnProblem::Elementwise { operator, count }), &PlanOptions::default())
}

/// The plan of [`super::softmax_cross_entropy`] for logits x `[samples, classes]`, for the encoder level: loss and dx from
/// x and target (u32 labels).
///
/// # Errors
/// As for [`plan`], and more than about a million classes.
///
/// ```
/// use wgconv::{Context, nn};
/// let plan = nn::plan_softmax_cross_entropy(&Context::new_blocking()?, 50, 10)?;
/// assert_eq!(plan.operands().len(), 4);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn plan_softmax_cross_entropy(ctx: &Context, samples: usize, classes: usize) -> Result<Arc<Plan>> {
    element_count(Operand::X, &[samples, classes])?;
    let problem = NnProblem::SoftmaxCrossEntropy { samples: samples as u32, classes: classes as u32 };
    ctx.plan(Problem::Nn(problem), &PlanOptions::default())
}

/// A problem of `nn` with every extent known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum NnProblem {
    Elementwise { operator: Elementwise, count: u32 },
    SoftmaxCrossEntropy { samples: u32, classes: u32 },
}

/// Elements of the optimiser's hyper-parameters: learning rate, momentum, weight decay.
pub(crate) const SGD_HYPER: usize = 3;

impl Elementwise {
    /// Entry point, operands in the order of its slots, and FLOPs per element.
    fn parts(self) -> (&'static EntryPoint, &'static [(Operand, Access)], u64) {
        use Access::{Read, Update, Write};
        use Operand::{Dw, Dx, Dy, Hyper, Loss, State, Target, W, X, Y};
        match self {
            Elementwise::Relu => (&kernel::RELU, &[(X, Read), (Y, Write)], 1),
            Elementwise::Sigmoid => (&kernel::SIGMOID, &[(X, Read), (Y, Write)], 3),
            Elementwise::ReluGrad => (&kernel::RELU_GRAD, &[(Y, Read), (Dy, Read), (Dx, Write)], 1),
            Elementwise::SigmoidGrad => (&kernel::SIGMOID_GRAD, &[(Y, Read), (Dy, Read), (Dx, Write)], 3),
            Elementwise::HalfSquaredError => {
                (&kernel::HALF_SQUARED_ERROR, &[(Y, Read), (Target, Read), (Loss, Write), (Dx, Write)], 6)
            }
            Elementwise::Sgd => (&kernel::SGD, &[(Dw, Read), (Hyper, Read), (W, Update), (State, Update)], 6),
        }
    }
}

impl NnProblem {
    /// Plans it for a device.
    pub(crate) fn plan(&self, limits: &DeviceLimits, options: &PlanOptions) -> Result<PlanSpec> {
        match *self {
            NnProblem::Elementwise { operator, count } => plan_elementwise(operator, count, limits, options),
            NnProblem::SoftmaxCrossEntropy { samples, classes } => plan_softmax(samples, classes, limits, options),
        }
    }
}

fn plan_elementwise(
    operator: Elementwise,
    count: u32,
    limits: &DeviceLimits,
    options: &PlanOptions,
) -> Result<PlanSpec> {
    let (entry, operands, flops) = operator.parts();
    let title = format!("{}: {count} elements", entry.name);
    let mut plan = SpecBuilder::direct(limits, options, title, u64::from(count) * flops)?;
    // Chunks of whole alignment units, so that every binding starts where its chunk does.
    let unit = (limits.storage_alignment / 4).max(1).min(count.into()) as u32;
    let units = count.div_ceil(unit);
    let batched = |operand| Batched { operand, sample: unit.into() };
    for &(operand, access) in operands {
        let elements = if operand == Operand::Hyper { SGD_HYPER as u64 } else { count.into() };
        plan.need(operand, elements, access);
    }
    let chunked: Vec<Batched> = operands
        .iter()
        .filter(|(operand, _)| *operand != Operand::Hyper)
        .map(|&(operand, _)| batched(operand))
        .collect();
    for chunk in plan.chunks(units, &chunked, unit.into())? {
        let first = chunk.first * unit;
        let elements = (chunk.count.saturating_mul(unit)).min(count - first);
        let bindings = operands
            .iter()
            .map(|&(operand, _)| match operand {
                Operand::Hyper => StepBinding { operand, offset: 0, size: SGD_HYPER as u64 * 4 },
                _ => StepBinding { operand, offset: u64::from(first) * 4, size: u64::from(elements) * 4 },
            })
            .collect();
        let params = ElementwiseParams { count: elements, unused_a: 0, unused_b: 0, unused_c: 0 };
        plan.step(entry, &[], params, bindings, elements.into())?;
    }
    Ok(plan.finish())
}

fn plan_softmax(samples: u32, classes: u32, limits: &DeviceLimits, options: &PlanOptions) -> Result<PlanSpec> {
    let title = format!("softmax_cross_entropy: {samples} samples, {classes} classes");
    // Three sweeps over the classes and the two tree reductions.
    let iterations = 3 * (u64::from(classes.div_ceil(WORKGROUP_SIZE)) + 1) + 16;
    if iterations > limits.max_loop_iterations.into() {
        return Err(Error::LimitExceeded {
            limit: "loop iterations of an invocation",
            what: title,
            needed: iterations,
            available: limits.max_loop_iterations.into(),
        });
    }
    let (batch, width) = (u64::from(samples), u64::from(classes));
    let mut plan = SpecBuilder::direct(limits, options, title, 8 * batch * width)?;
    plan.need(Operand::X, batch * width, Access::Read);
    plan.need(Operand::Target, batch, Access::Read);
    plan.need(Operand::Loss, batch, Access::Write);
    plan.need(Operand::Dx, batch * width, Access::Write);
    let [x, dx] = [Operand::X, Operand::Dx].map(|operand| Batched { operand, sample: width });
    let [target, loss] = [Operand::Target, Operand::Loss].map(|operand| Batched { operand, sample: 1 });
    let bind = |limits: &DeviceLimits, chunk: &Chunk, operand| chunk.bind(limits, operand);
    // A workgroup a sample.
    for chunk in plan.chunks(samples, &[x, dx, target, loss], WORKGROUP_SIZE.into())? {
        let (x, x_base) = bind(limits, &chunk, x);
        let (target, label_base) = bind(limits, &chunk, target);
        let bindings = vec![x, target, bind(limits, &chunk, loss).0, bind(limits, &chunk, dx).0];
        let params = SoftmaxParams {
            samples: chunk.count,
            classes,
            scale: 1.0 / samples as f32,
            x_base,
            label_base,
            unused_a: 0,
            unused_b: 0,
            unused_c: 0,
        };
        let kernel = KernelKey::new(&kernel::SOFTMAX_CROSS_ENTROPY, &kernel::SOFTMAX_KERNEL.variants[0], &[]);
        plan.step_workgroups(kernel, params, bindings, chunk.count.into())?;
    }
    Ok(plan.finish())
}
