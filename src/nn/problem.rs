//! Planning of everything in `nn` that is not a convolution.

use std::sync::Arc;

use super::batch_norm::BatchNormProblem;
use super::dropout::Dropout;
use super::elementwise::{self, ByElement, Part};
use crate::activation::Activation;
use crate::element::ElementType;
use crate::error::{Error, Result};
use crate::gpu::{Context, Plan};
use crate::kernel::{self, ElementwiseParams, KernelKey, SoftmaxParams, WORKGROUP_SIZE};
use crate::layout::Layout;
use crate::plan::{Access, Batched, Chunk, DeviceLimits, Operand, PlanOptions, PlanSpec, Problem, SpecBuilder};
use crate::spatial::element_count;

/// Operators that look at one element at a time: what [`plan`] plans, apart from the softmax.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Elementwise {
    /// y from x, as [`super::activate`].
    Activate(Activation),
    /// dx from dy and y, or x for those whose derivative is computed from that, as [`super::activation_grad`].
    ActivationGrad(Activation),
    /// loss and dx from y and target, as [`super::half_squared_error`].
    HalfSquaredError,
    /// y from x and residual, as [`super::add`].
    Add,
    /// y from x and residual, as [`super::add_relu`].
    AddRelu,
    /// w and state updated by dw and hyper, as [`super::sgd`].
    Sgd,
    /// The same by Nesterov's rule, as [`super::sgd_nesterov`].
    SgdNesterov,
    /// w, state and second moment updated by dw, hyper and step, as [`super::adam`].
    Adam,
    /// The same with decoupled weight decay, as [`super::adamw`].
    AdamW,
}

/// The plan of an elementwise operator on `count` elements, for the encoder level. The operands are those that the
/// operator's description names.
///
/// # Errors
/// No elements or more than `u32::MAX`; limits of the device, no memory, a lost device.
///
/// ```
/// use wgconv::{Activation, Bindings, Context, Operand, nn};
/// let ctx = Context::new_blocking()?;
/// let plan = nn::plan(&ctx, nn::Elementwise::Activate(Activation::Relu), 3)?;
/// let (x, y) = (ctx.tensor(&[3], &[-1.0, 0.0, 2.0])?, ctx.zeros::<f32>(&[3])?);
/// let mut encoder = ctx.device().create_command_encoder(&Default::default());
/// let bindings = Bindings::new().bind(Operand::X, &x).bind(Operand::Y, &y);
/// plan.record(&mut encoder.begin_compute_pass(&Default::default()), &bindings)?;
/// ctx.queue().submit([encoder.finish()]);
/// assert_eq!(y.read_blocking()?, [0.0, 0.0, 2.0]);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn plan(ctx: &Context, operator: Elementwise, count: usize) -> Result<Arc<Plan>> {
    plan_as(ctx, operator, count, ElementType::F32)
}

/// The same for data and gradients of this type: the operands that tensors of the operator's function may have it for. Losses and
/// what an optimiser changes are f32.
///
/// # Errors
/// As for [`plan`].
///
/// ```
/// use wgconv::{Context, ElementType, nn};
/// let ctx = Context::new_blocking()?;
/// let plan = nn::plan_as(&ctx, nn::Elementwise::HalfSquaredError, 100, ElementType::Bf16)?;
/// assert_eq!(plan.bytes_moved(), 100 * (2 + 2 + 4 + 2));      // y, target, loss, dx
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn plan_as(ctx: &Context, operator: Elementwise, count: usize, element: ElementType) -> Result<Arc<Plan>> {
    let count = element_count(Operand::X, &[count])?;
    ctx.plan(Problem::Nn(NnProblem::Elementwise { operator, count, element }), ctx.plan_options())
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
    plan_softmax_cross_entropy_as(ctx, samples, classes, ElementType::F32)
}

/// The same for logits and dx of this type; the loss is f32.
///
/// # Errors
/// As for [`plan_softmax_cross_entropy`].
///
/// ```
/// use wgconv::{Context, ElementType, nn};
/// let plan = nn::plan_softmax_cross_entropy_as(&Context::new_blocking()?, 50, 10, ElementType::F16)?;
/// assert_eq!(plan.bytes_moved(), 500 * 2 + 50 * 4 + 50 * 4 + 500 * 2);
/// # Ok::<(), wgconv::Error>(())
/// ```
pub fn plan_softmax_cross_entropy_as(
    ctx: &Context,
    samples: usize,
    classes: usize,
    element: ElementType,
) -> Result<Arc<Plan>> {
    element_count(Operand::X, &[samples, classes])?;
    let problem = NnProblem::SoftmaxCrossEntropy { samples: samples as u32, classes: classes as u32, element };
    ctx.plan(Problem::Nn(problem), ctx.plan_options())
}

/// A problem of `nn` with every extent known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum NnProblem {
    Elementwise { operator: Elementwise, count: u32, element: ElementType },
    SoftmaxCrossEntropy { samples: u32, classes: u32, element: ElementType },
    Dropout { dropout: Dropout, count: u32, element: ElementType },
    Advance,
    BatchNorm(BatchNormProblem),
}

/// Hyper-parameters of SGD: learning rate, momentum, weight decay.
pub(crate) const SGD_HYPER: usize = 3;

/// Hyper-parameters of Adam: learning rate, 1 - beta1, 1 - beta2, eps, weight decay.
pub(crate) const ADAM_HYPER: usize = 5;

impl Elementwise {
    /// Entry points, operands in the order of their slots, and FLOPs per element.
    fn parts(self) -> (ByElement, &'static [(Operand, Access)], u64) {
        use Access::{Read, Update, Write};
        use Operand::{Dw, Dx, Dy, Hyper, Loss, Residual, SecondMoment, State, Step, Target, W, X, Y};
        const ADAM: &[(Operand, Access)] =
            &[(Dw, Read), (Hyper, Read), (Step, Read), (W, Update), (State, Update), (SecondMoment, Update)];
        let by = |scalar, vec4| ByElement { scalar, vec4 };
        match self {
            Elementwise::Activate(activation) => {
                let entries = by(&kernel::ACTIVATE_SCALAR, &kernel::ACTIVATE_VEC4);
                (entries, &[(X, Read), (Y, Write)], super::activation::flops(activation))
            }
            Elementwise::ActivationGrad(activation) => {
                let entries = by(&kernel::ACTIVATION_GRAD_SCALAR, &kernel::ACTIVATION_GRAD_VEC4);
                let operands: &[_] = match activation.derivative_from_output() {
                    true => &[(Y, Read), (Dy, Read), (Dx, Write)],
                    false => &[(X, Read), (Dy, Read), (Dx, Write)],
                };
                (entries, operands, super::activation::flops(activation))
            }
            Elementwise::HalfSquaredError => {
                let entries = by(&kernel::HALF_SQUARED_ERROR_SCALAR, &kernel::HALF_SQUARED_ERROR_VEC4);
                (entries, &[(Y, Read), (Target, Read), (Loss, Write), (Dx, Write)], 6)
            }
            Elementwise::Sgd => {
                let entries = by(&kernel::SGD_SCALAR, &kernel::SGD_VEC4);
                (entries, &[(Dw, Read), (Hyper, Read), (W, Update), (State, Update)], 6)
            }
            Elementwise::SgdNesterov => {
                let entries = by(&kernel::SGD_NESTEROV_SCALAR, &kernel::SGD_NESTEROV_VEC4);
                (entries, &[(Dw, Read), (Hyper, Read), (W, Update), (State, Update)], 8)
            }
            Elementwise::Adam => (by(&kernel::ADAM_SCALAR, &kernel::ADAM_VEC4), ADAM, 15),
            Elementwise::AdamW => (by(&kernel::ADAMW_SCALAR, &kernel::ADAMW_VEC4), ADAM, 15),
            Elementwise::Add => {
                (by(&kernel::ADD_SCALAR, &kernel::ADD_VEC4), &[(X, Read), (Residual, Read), (Y, Write)], 1)
            }
            Elementwise::AddRelu => {
                (by(&kernel::ADD_RELU_SCALAR, &kernel::ADD_RELU_VEC4), &[(X, Read), (Residual, Read), (Y, Write)], 2)
            }
        }
    }

    /// The operands that can be of 16 bits: data and their gradients. Losses are f32, and so is what an optimiser changes.
    fn typed(self) -> &'static [Operand] {
        use Operand::{Dw, Dx, Dy, Residual, Target, X, Y};
        match self {
            Elementwise::Activate(_) | Elementwise::ActivationGrad(_) | Elementwise::Add | Elementwise::AddRelu => {
                &[X, Residual, Y, Dy, Dx]
            }
            Elementwise::HalfSquaredError => &[Y, Target, Dx],
            Elementwise::Sgd | Elementwise::SgdNesterov | Elementwise::Adam | Elementwise::AdamW => &[Dw],
        }
    }

    /// How many elements an operand has that has not one for each of the operator's.
    fn fixed(self, operand: Operand) -> Option<u32> {
        match (operand, self) {
            (Operand::Hyper, Elementwise::Adam | Elementwise::AdamW) => Some(ADAM_HYPER as u32),
            (Operand::Hyper, _) => Some(SGD_HYPER as u32),
            (Operand::Step, _) => Some(1),
            _ => None,
        }
    }
}

impl NnProblem {
    /// How an operand lies in memory; `None` for the operands of an element-wise operator, which must only be alike.
    pub(crate) fn layout(&self, operand: Operand) -> Option<Layout> {
        match self {
            NnProblem::Elementwise { .. } | NnProblem::Dropout { .. } => {
                matches!(operand, Operand::Hyper | Operand::Step).then_some(Layout::ChannelsFirst)
            }
            NnProblem::SoftmaxCrossEntropy { .. } | NnProblem::Advance => Some(Layout::ChannelsFirst),
            NnProblem::BatchNorm(problem) => Some(problem.layout(operand)),
        }
    }

    /// Plans it for a device.
    pub(crate) fn plan(&self, limits: &DeviceLimits, options: &PlanOptions) -> Result<PlanSpec> {
        match *self {
            NnProblem::Elementwise { operator, count, element } => {
                plan_elementwise(operator, count, element, limits, options)
            }
            NnProblem::SoftmaxCrossEntropy { samples, classes, element } => {
                plan_softmax([samples, classes], element, limits, options)
            }
            NnProblem::Dropout { dropout, count, element } => dropout.plan_spec(count, element, limits, options),
            NnProblem::Advance => plan_advance(limits, options),
            NnProblem::BatchNorm(problem) => problem.plan_spec(limits, options),
        }
    }
}

fn plan_elementwise(
    operator: Elementwise,
    count: u32,
    element: ElementType,
    limits: &DeviceLimits,
    options: &PlanOptions,
) -> Result<PlanSpec> {
    let (entries, operands, flops) = operator.parts();
    let title = match operator {
        Elementwise::Activate(activation) | Elementwise::ActivationGrad(activation) => {
            format!("{} {activation}: {count} elements{}", entries.scalar.name, element.in_title())
        }
        _ => format!("{}: {count} elements{}", entries.scalar.name, element.in_title()),
    };
    let plan = SpecBuilder::direct(limits, options, title, u64::from(count) * flops)?;
    let mut plan = plan.of_type_only(element, operator.typed());
    for &(operand, access) in operands {
        plan.need(operand, operator.fixed(operand).unwrap_or(count).into(), access);
    }
    let part = |&(operand, _): &(Operand, Access)| Part { fixed: operator.fixed(operand), ..Part::each(operand) };
    let operands: Vec<Part> = operands.iter().map(part).collect();
    match operator {
        Elementwise::Activate(activation) | Elementwise::ActivationGrad(activation) => {
            let settings = super::activation::settings(activation);
            elementwise::steps_with(&mut plan, entries, &operands, count, &settings)?;
        }
        _ => elementwise::steps(&mut plan, entries, &operands, count)?,
    }
    Ok(plan.finish())
}

fn plan_advance(limits: &DeviceLimits, options: &PlanOptions) -> Result<PlanSpec> {
    let mut plan = SpecBuilder::direct(limits, options, "advance".to_string(), 1)?;
    plan.need(Operand::Step, 1, Access::Update);
    let step = plan.whole(Operand::Step, 1)?;
    let params = ElementwiseParams { count: 1, factor: 0.0, slope: 0.0, unused: 0 };
    plan.step(&kernel::ADVANCE, &[], params, vec![step], 1)?;
    Ok(plan.finish())
}

fn plan_softmax(
    [samples, classes]: [u32; 2],
    element: ElementType,
    limits: &DeviceLimits,
    options: &PlanOptions,
) -> Result<PlanSpec> {
    let title = format!("softmax_cross_entropy: {samples} samples, {classes} classes{}", element.in_title());
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
    let plan = SpecBuilder::direct(limits, options, title, 8 * batch * width)?;
    let mut plan = plan.of_type_only(element, &[Operand::X, Operand::Dx]);
    plan.need(Operand::X, batch * width, Access::Read);
    plan.need(Operand::Target, batch, Access::Read);
    plan.need(Operand::Loss, batch, Access::Write);
    plan.need(Operand::Dx, batch * width, Access::Write);
    let [x, dx] = [Operand::X, Operand::Dx].map(|operand| plan.batched(operand, width));
    let [target, loss] = [Operand::Target, Operand::Loss].map(|operand| Batched::of(operand, 1));
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
