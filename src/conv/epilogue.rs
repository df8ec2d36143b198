//! What a pass does to its sums beside storing them: in the stores where the kernels can, else by passes over the output of its
//! own before and after.

use crate::activation::Activation;
use crate::error::{Error, Result};
use crate::factor::Factor;
use crate::gpu::{Real, Tensor};
use crate::kernel::{self, EntryPoint, FINISH_OVERRIDES, FinishParams, Override, SIDE_OVERRIDES, STORING_OVERRIDES};
use crate::nn::{ByElement, ElementwiseSettings, Part, elementwise_steps_with};
use crate::plan::{Access, Algorithm, Batched, Chunk, Operand, Span, SpecBuilder, StepBinding, Total};

use super::Pass;

/// What a pass adds its sums to.
///
/// ```
/// use wgconv::{Addend, Factor};
/// assert_eq!(Addend::default(), Addend::None);
/// assert_eq!(Addend::Output(Factor::ONE).to_string(), "1 times what the output holds");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Addend {
    /// Nothing: what the output held is not read.
    #[default]
    None,
    /// Forward: this factor times a tensor of y's shape, [`Operand::Residual`]. The gradients ignore it. A factor of 0 is
    /// [`Addend::None`].
    Residual(Factor),
    /// This factor (cuDNN and BLAS call it beta) times what the output of the pass holds. A factor of 0 is [`Addend::None`].
    Output(Factor),
}

impl std::fmt::Display for Addend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Addend::None => f.write_str("nothing"),
            Addend::Residual(factor) => write!(f, "{factor} times a residual"),
            Addend::Output(factor) => write!(f, "{factor} times what the output holds"),
        }
    }
}

/// What an input gradient goes back through before it is added: the activation that gave x, with the tensor that its
/// derivative is computed from, of x's shape. Which one that is says [`Activation::derivative_from_output`].
#[derive(Clone, Copy, Debug)]
pub enum Through<'a, T: Real = f32> {
    /// No activation.
    Nothing,
    /// An activation and its output: x itself.
    Output(Activation, &'a Tensor<T>),
    /// An activation and its input.
    Input(Activation, &'a Tensor<T>),
}

impl<'a, T: Real> Through<'a, T> {
    /// The activation and the tensor, if there are any.
    pub(crate) fn parts(self, operator: &'static str) -> Result<Option<(Activation, &'a Tensor<T>)>> {
        let (activation, tensor, from_output) = match self {
            Through::Nothing => return Ok(None),
            Through::Output(activation, tensor) => (activation, tensor, true),
            Through::Input(activation, tensor) => (activation, tensor, false),
        };
        check_derivative(operator, activation, from_output)?;
        Ok((activation != Activation::None).then_some((activation, tensor)))
    }
}

/// Elements that an invocation of `common/finish.wgsl` owns.
const FOUR: u64 = 4;

/// A pass's last touch. What is said of forward and input gradient holds of a transposed convolution's too, which run the kernels
/// of the other one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Epilogue {
    /// Forward: b is added.
    pub bias: bool,
    /// What the sums are added to.
    pub addend: Addend,
    /// Forward: what y goes through when all is added.
    pub activation: Activation,
    /// Input gradient: what gave x, through which dx goes back before it is added.
    pub through: Activation,
}

impl Epilogue {
    /// Only what a pass has.
    pub(crate) fn of(pass: Pass, all: Epilogue) -> Epilogue {
        let is_forward = pass == Pass::Forward;
        let addend = match all.addend {
            Addend::Residual(_) if !is_forward => Addend::None,
            Addend::Residual(Factor::ZERO) | Addend::Output(Factor::ZERO) => Addend::None,
            addend => addend,
        };
        Epilogue {
            bias: all.bias && is_forward,
            addend,
            activation: if is_forward { all.activation } else { Activation::None },
            through: if pass == Pass::InputGrad { all.through } else { Activation::None },
        }
    }

    /// Whether outputs without terms are zeros before an addend comes in.
    pub(super) fn keeps_zero(&self) -> bool {
        !self.bias && self.activation == Activation::None
    }

    /// Why sums that are rounded where they are stored have to be kept in f32 first, if they have.
    fn needs_stage(&self, abilities: Abilities, once: bool) -> Option<&'static str> {
        let by_factor = |factor: Factor| factor != Factor::ONE;
        let needs_side = self.through != Activation::None || matches!(self.addend, Addend::Residual(_));
        let simple = matches!(self.activation, Activation::None | Activation::Relu | Activation::LeakyRelu(_));
        match self.addend {
            _ if !once => Some("several dispatches add to them"),
            Addend::Residual(factor) | Addend::Output(factor) if by_factor(factor) => {
                Some("what is added is multiplied")
            }
            _ if !abilities.side && needs_side => Some("the stores cannot read another tensor"),
            _ if !abilities.any_activation && !simple => Some("the stores cannot apply the activation"),
            Addend::Output(_) if !abilities.side => Some("the stores cannot add to what the output holds"),
            _ => None,
        }
    }

    /// What a plan's title says of it.
    pub(super) fn title(&self) -> String {
        let mut title = String::new();
        if self.through != Activation::None {
            title += &format!(", through {}", self.through);
        }
        if self.addend != Addend::None {
            title += &format!(", plus {}", self.addend);
        }
        if self.activation != Activation::None {
            title += &format!(", {}", self.activation);
        }
        title
    }
}

/// What a pass's kernels do where they store.
#[derive(Clone, Copy)]
pub(super) struct Stores {
    epilogue: Epilogue,
    /// The output, and how many elements it has.
    output: (Operand, u64),
    /// Whether the first sums are added to what is there.
    pub accumulate: bool,
    /// A tensor of the output's shape that they read: they are those of the kernels with a side.
    pub side: Option<Operand>,
    /// What the derivative is computed from.
    derived: Operand,
    /// What is added afterwards, by a pass of its own: a factor of a tensor that begins so many bytes behind its buffer's first.
    later: Option<(Factor, Operand, u64)>,
    /// Whether they apply the activation.
    activates: bool,
    /// Whether they store f32 sums of a chunk in [`Operand::Sums`], which [`Stores::finish`] rounds to the output's type.
    pub staged: bool,
}

/// What a kernel's stores can do beside storing.
#[derive(Clone, Copy)]
pub(super) struct Abilities {
    /// Read another tensor (`shaders/common/side.wgsl`).
    pub side: bool,
    /// Apply any activation; if not, only ReLU and its leaky form.
    pub any_activation: bool,
}

impl Abilities {
    pub(super) const ALL: Abilities = Abilities { side: true, any_activation: true };

    /// Of kernels with so many stores that software devices take seconds to compile a load, or an exp, before each.
    pub(super) const FEW: Abilities = Abilities { side: false, any_activation: false };
}

/// The tensor that a derivative is computed from, of the output's shape: an input gradient's x. A forward has one as the input
/// gradient of a transposed convolution, whose x is what dy is of this convolution.
fn derived_from(output: Operand) -> Operand {
    if output == Operand::Y { Operand::Dy } else { Operand::X }
}

/// States the output and what else an epilogue reads, and adds the passes that come before the sums.
pub(super) fn begin(
    plan: &mut SpecBuilder<'_>,
    epilogue: Epilogue,
    (output, elements): (Operand, u64),
    abilities: Abilities,
    algorithm: Algorithm,
    once: bool,
) -> Result<Stores> {
    // Beside inputs of f32 they cannot read a tensor of another type.
    let stageless = Abilities { side: abilities.side && !plan.is_mixed(), ..abilities };
    if plan.rounds()
        && let Some(why) = epilogue.needs_stage(stageless, once)
    {
        return Ok(begin_staged(plan, epilogue, (output, elements), why));
    }
    let mut stores = Stores {
        epilogue,
        output: (output, elements),
        accumulate: false,
        side: None,
        derived: derived_from(output),
        later: None,
        activates: abilities.any_activation
            || matches!(epilogue.activation, Activation::None | Activation::Relu | Activation::LeakyRelu(_)),
        staged: false,
    };
    if epilogue.through != Activation::None {
        plan.need(stores.derived, elements, Access::Read);
        if abilities.side {
            stores.side = Some(stores.derived);
            plan.explain("the derivative is applied in the stores");
        } else {
            plan.explain("the derivative is applied by a pass of its own");
        }
    }
    match epilogue.addend {
        Addend::None => plan.need(output, elements, Access::Write),
        Addend::Residual(factor) => {
            plan.need(Operand::Residual, elements, Access::Read);
            plan.need(output, elements, Access::Write);
            if !abilities.side {
                stores.later = Some((factor, Operand::Residual, 0));
                plan.explain("the residual is added by a pass of its own");
            } else if factor == Factor::ONE {
                stores.side = Some(Operand::Residual);
                plan.explain("the residual is added in the stores");
            } else {
                plan.explain("the residual is put into the output by a pass of its own");
                scale(plan, factor, &[(Operand::Residual, 0), (output, 0)], elements)?;
                stores.accumulate = true;
            }
        }
        Addend::Output(factor) => {
            plan.need(output, elements, Access::Update);
            let room = if abilities.side { None } else { plan.reserve(elements) };
            if let Some(room) = room {
                plan.explain("what the output holds is kept in the workspace, and added by a pass of its own");
                scale(plan, factor, &[(output, 0), (room.operand, room.offset)], elements)?;
                stores.later = Some((Factor::ONE, room.operand, room.offset));
            } else if epilogue.through != Activation::None && !abilities.side {
                return Err(algorithm.unavailable("what its output holds exceeds the workspace"));
            } else {
                scale_output(plan, output, elements, factor)?;
                stores.accumulate = true;
            }
        }
    }
    // After all that is added.
    stores.activates &= stores.later.is_none() || epilogue.activation == Activation::None;
    if !stores.activates {
        plan.explain("the activation is applied by a pass of its own");
    }
    Ok(stores)
}

/// The same where sums are kept in f32 until all is in.
fn begin_staged(
    plan: &mut SpecBuilder<'_>,
    epilogue: Epilogue,
    (output, elements): (Operand, u64),
    why: &'static str,
) -> Stores {
    plan.explain(&format!("its sums are rounded by a pass of its own, as {why}"));
    let derived = derived_from(output);
    if epilogue.through != Activation::None {
        plan.need(derived, elements, Access::Read);
    }
    if matches!(epilogue.addend, Addend::Residual(_)) {
        plan.need(Operand::Residual, elements, Access::Read);
    }
    let access = if matches!(epilogue.addend, Addend::Output(_)) { Access::Update } else { Access::Write };
    plan.need(output, elements, access);
    let output = (output, elements);
    Stores { epilogue, output, accumulate: false, side: None, derived, later: None, activates: false, staged: true }
}

/// The same for kernels that do all of it where they store, a factor of what the output holds too: of a gradient.
pub(super) fn begin_gradient(
    plan: &mut SpecBuilder<'_>,
    epilogue: Epilogue,
    (output, elements): (Operand, u64),
) -> Stores {
    let derived = derived_from(output);
    let side = (epilogue.through != Activation::None).then_some(derived);
    if let Some(operand) = side {
        plan.need(operand, elements, Access::Read);
        plan.explain("the derivative is applied in the stores");
    }
    let accumulate = matches!(epilogue.addend, Addend::Output(_));
    plan.need(output, elements, if accumulate { Access::Update } else { Access::Write });
    let output = (output, elements);
    Stores { epilogue, output, accumulate, side, derived, later: None, activates: true, staged: false }
}

/// Scales what an output holds, if it is not added to as it is.
fn scale_output(plan: &mut SpecBuilder<'_>, output: Operand, elements: u64, factor: Factor) -> Result<()> {
    if factor == Factor::ONE {
        return Ok(());
    }
    plan.explain("what the output holds is scaled by a pass of its own");
    scale(plan, factor, &[(output, 0)], elements)
}

/// States the output of a gradient that is a split reduction over so many samples, and what its sums are added to.
pub(super) fn begin_reduction(
    plan: &mut SpecBuilder<'_>,
    epilogue: Epilogue,
    output: Operand,
    elements: u64,
    batch: u32,
) -> Result<Total> {
    let onto = match epilogue.addend {
        Addend::Output(factor) => {
            plan.need(output, elements, Access::Update);
            // Where sums are rounded, the second pass multiplies.
            if !plan.rounds() {
                scale_output(plan, output, elements, factor)?;
            }
            Some(factor.get())
        }
        _ => {
            plan.need(output, elements, Access::Write);
            None
        }
    };
    Ok(Total { binding: plan.whole(output, elements)?, span: Span::whole(elements), batch, onto, slices: 0 })
}

/// A tensor times a factor, in place or into another one. Operands with the bytes before their first.
fn scale(plan: &mut SpecBuilder<'_>, factor: Factor, operands: &[(Operand, u64)], elements: u64) -> Result<()> {
    let entries = match operands.len() {
        1 => ByElement { scalar: &kernel::SCALE_IN_PLACE_SCALAR, vec4: &kernel::SCALE_IN_PLACE_VEC4 },
        _ => ByElement { scalar: &kernel::SCALE_SCALAR, vec4: &kernel::SCALE_VEC4 },
    };
    let settings = ElementwiseSettings { factor: factor.get(), ..ElementwiseSettings::default() };
    // A tensor has at most u32::MAX elements.
    let operands: Vec<Part> = operands.iter().copied().map(Part::behind).collect();
    elementwise_steps_with(plan, entries, &operands, elements as u32, &settings)
}

impl Stores {
    /// Adds zeros to the plan for what the sums leave as it is, if they are not added to what is there.
    pub(super) fn clear(&self, plan: &mut SpecBuilder<'_>) -> Result<()> {
        if self.accumulate {
            plan.explain("cells that have taps only, the others keep what they hold");
            return Ok(());
        }
        plan.explain("cells that have taps only, the others are cleared first");
        let entries = ByElement { scalar: &kernel::CLEAR_SCALAR, vec4: &kernel::CLEAR_VEC4 };
        let (output, elements) = self.output;
        // A tensor has at most u32::MAX elements.
        elementwise_steps_with(plan, entries, &[Part::each(output)], elements as u32, &ElementwiseSettings::default())
    }

    /// Chunks of the batch for an input and the output, or for the sums of a chunk that are kept in the workspace.
    pub(super) fn chunks(
        &self,
        plan: &SpecBuilder<'_>,
        batch: u32,
        [input, output]: [Batched; 2],
        per_sample: u64,
    ) -> Result<Vec<Chunk>> {
        let held = if self.staged { plan.most_sums() / output.sample } else { u64::MAX };
        plan.small_chunks(batch, &[input, output], per_sample, held)
    }

    /// Has chunks keep to what sums the workspace still has room for, of kernels that cannot compute a part of a sample.
    pub(super) fn keep_to_workspace(
        &self,
        plan: &mut SpecBuilder<'_>,
        output: Batched,
        algorithm: Algorithm,
    ) -> Result<()> {
        if self.staged {
            let samples = plan.free_elements() / output.sample;
            if samples == 0 {
                return Err(algorithm.unavailable("its f32 sums exceed the workspace"));
            }
            plan.at_most(samples);
        }
        Ok(())
    }

    /// Parts of a chunk of the output that are computed one after the other: several where the sums of one sample are kept in the
    /// workspace, and exceed it.
    pub(super) fn spans(&self, plan: &SpecBuilder<'_>, chunk: &Chunk, output: Batched) -> Result<Vec<Span>> {
        let elements = output.sample * u64::from(chunk.count);
        if self.staged { Span::split(elements, plan.most_sums()) } else { Ok(vec![Span::whole(elements)]) }
    }

    /// The binding that the sums of a part of a chunk go to, and the element in it at which the chunk starts.
    pub(super) fn target(
        &self,
        plan: &mut SpecBuilder<'_>,
        (chunk, span): (&Chunk, &Span),
        output: Batched,
    ) -> (StepBinding, u32) {
        if self.staged { (plan.sums(span.elements), 0) } else { chunk.bind(plan.limits, output) }
    }

    /// Adds what comes behind the last sums of a part of a chunk, if they were not stored for good.
    pub(super) fn finish(
        &self,
        plan: &mut SpecBuilder<'_>,
        (chunk, span): (&Chunk, &Span),
        output: Batched,
    ) -> Result<()> {
        if !self.staged {
            return Ok(());
        }
        let Epilogue { activation, through, addend, .. } = self.epilogue;
        let (kind, factor, side) = match addend {
            Addend::None => (0, 0.0, None),
            Addend::Output(factor) => (1, factor.get(), None),
            Addend::Residual(factor) => (2, factor.get(), Some(Operand::Residual)),
        };
        // What goes through something has no residual.
        let side = if through != Activation::None { Some(self.derived) } else { side };
        let overrides: Vec<Override> =
            FINISH_OVERRIDES.iter().copied().zip([activation.constant(), kind, through.constant()]).collect();
        let (out, out_base) = chunk.bind(plan.limits, output);
        let side = side.map(|operand| StepBinding { operand, ..out });
        let entry = if side.is_some() { &kernel::FINISH_BESIDE } else { &kernel::FINISH };
        let elements = span.elements;
        let sums = plan.sums(elements);
        let most = plan.most_invocations().saturating_mul(FOUR).min(u32::MAX.into());
        for first in (0..elements).step_by(most as usize) {
            let count = most.min(elements - first);
            let params = FinishParams {
                count: count as u32,
                sum_base: first as u32,
                out_base: out_base + (span.first + first) as u32,
                factor,
                slope: self.slope(),
                unused_a: 0,
                unused_b: 0,
                unused_c: 0,
            };
            let bindings = [Some(sums), Some(out), side].into_iter().flatten().collect();
            plan.step(entry, &overrides, params, bindings, count.div_ceil(FOUR))?;
        }
        Ok(())
    }

    /// What a dispatch reads beside this range of the output: its kernel is one with a side then.
    pub(super) fn side(&self, range: StepBinding) -> Option<StepBinding> {
        self.side.map(|operand| StepBinding { operand, ..range })
    }

    /// How many times what the output holds is added to, by kernels that can do it themselves.
    pub(super) fn factor(&self) -> f32 {
        if let Addend::Output(factor) = self.epilogue.addend { factor.get() } else { 0.0 }
    }

    /// The slope of whichever leaky ReLU there is.
    pub(super) fn slope(&self) -> f32 {
        self.epilogue.activation.slope() + self.epilogue.through.slope()
    }

    /// The value of an override of the stores, in a dispatch that is the first and the last over its elements, or not.
    pub(super) fn constant(&self, name: &str, is_first: bool, is_last: bool) -> u32 {
        match name {
            "ACCUMULATE" => (self.accumulate || !is_first).into(),
            // When all is in.
            "ACTIVATION" if is_last && self.activates => self.epilogue.activation.constant(),
            "RESIDUAL" => (is_first && self.side == Some(Operand::Residual)).into(),
            // Of each part of the sum: it is a factor.
            "DERIVATIVE" if self.side == Some(self.derived) => self.epilogue.through.constant(),
            _ => 0,
        }
    }

    /// The overrides of an entry point that has those of stores only, in a dispatch that is the only one over its elements.
    pub(super) fn overrides_of(&self, entry: &'static EntryPoint) -> Vec<Override> {
        entry.kernel().overrides.iter().map(|&name| (name, self.constant(name, true, true))).collect()
    }

    /// The overrides of the direct kernels' stores.
    pub(super) fn overrides(&self, window: Vec<Override>, is_first: bool, is_last: bool) -> Vec<Override> {
        let all = if self.side.is_some() { SIDE_OVERRIDES } else { STORING_OVERRIDES };
        let own = all[window.len()..].iter();
        let own = own.map(|&name| (name, self.constant(name, is_first, is_last)));
        window.into_iter().chain(own).collect()
    }

    /// Adds the passes that come after the sums.
    pub(super) fn end(&self, plan: &mut SpecBuilder<'_>) -> Result<()> {
        let (output, elements) = self.output;
        let Epilogue { activation, through, .. } = self.epilogue;
        // A tensor has at most u32::MAX elements.
        let mut pass = |entries, operands: &[(Operand, u64)], activation: Activation, factor| {
            let settings = ElementwiseSettings {
                overrides: vec![("ACTIVATION", activation.constant())],
                slope: activation.slope(),
                factor,
            };
            let operands: Vec<Part> = operands.iter().copied().map(Part::behind).collect();
            elementwise_steps_with(plan, entries, &operands, elements as u32, &settings)
        };
        if self.staged {
            return Ok(());
        }
        let goes_through = through != Activation::None && self.side.is_none();
        match self.later {
            Some((factor, operand, offset)) if goes_through => {
                let operands = [(self.derived, 0), (operand, offset), (output, 0)];
                pass(crate::nn::ACTIVATION_GRAD_AND_ADD, &operands, through, factor.get())
            }
            Some((factor, operand, offset)) => {
                pass(crate::nn::ADD_AND_ACTIVATE, &[(operand, offset), (output, 0)], activation, factor.get())
            }
            None if goes_through => {
                pass(crate::nn::ACTIVATION_GRAD_IN_PLACE, &[(self.derived, 0), (output, 0)], through, 1.0)
            }
            None if !self.activates => pass(crate::nn::ACTIVATE_IN_PLACE, &[(output, 0)], activation, 1.0),
            None => Ok(()),
        }
    }
}

/// An error unless an activation's derivative is computed from the tensor that is there.
pub(crate) fn check_derivative(operator: &'static str, activation: Activation, from_output: bool) -> Result<()> {
    if activation == Activation::None || activation.derivative_from_output() == from_output {
        return Ok(());
    }
    let expected = if from_output {
        "none, relu, leaky with a slope of at least 0, sigmoid or tanh, whose derivative follows from the output; for this one \
         input_grad_through_input takes the activation's input"
    } else {
        "silu, gelu, gelutanh or leaky with a slope below 0; for this one input_grad_through takes the activation's output"
    };
    Err(Error::InvalidParameter { operator, parameter: "activation", value: activation.to_string(), expected })
}
