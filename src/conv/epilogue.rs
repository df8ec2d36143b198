//! What a pass does to its sums beside storing them: in the stores where the kernels can, else by passes over the output of its
//! own before and after.

use crate::activation::Activation;
use crate::error::{Error, Result};
use crate::factor::Factor;
use crate::gpu::Tensor;
use crate::kernel::{self, Override, SIDE_OVERRIDES, STORING_OVERRIDES};
use crate::nn::{ByElement, ElementwiseSettings, Part, elementwise_steps_with};
use crate::plan::{Access, Algorithm, Operand, SpecBuilder, StepBinding};

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
pub enum Through<'a> {
    /// No activation.
    Nothing,
    /// An activation and its output: x itself.
    Output(Activation, &'a Tensor),
    /// An activation and its input.
    Input(Activation, &'a Tensor),
}

impl<'a> Through<'a> {
    /// The activation and the tensor, if there are any.
    pub(crate) fn parts(self, operator: &'static str) -> Result<Option<(Activation, &'a Tensor)>> {
        let (activation, tensor, from_output) = match self {
            Through::Nothing => return Ok(None),
            Through::Output(activation, tensor) => (activation, tensor, true),
            Through::Input(activation, tensor) => (activation, tensor, false),
        };
        check_derivative(operator, activation, from_output)?;
        Ok((activation != Activation::None).then_some((activation, tensor)))
    }
}

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
) -> Result<Stores> {
    let mut stores = Stores {
        epilogue,
        output: (output, elements),
        accumulate: false,
        side: None,
        derived: derived_from(output),
        later: None,
        activates: abilities.any_activation
            || matches!(epilogue.activation, Activation::None | Activation::Relu | Activation::LeakyRelu(_)),
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

/// Scales what an output holds, if it is not added to as it is.
fn scale_output(plan: &mut SpecBuilder<'_>, output: Operand, elements: u64, factor: Factor) -> Result<()> {
    if factor == Factor::ONE {
        return Ok(());
    }
    plan.explain("what the output holds is scaled by a pass of its own");
    scale(plan, factor, &[(output, 0)], elements)
}

/// States the output of a gradient that is a split reduction: whether its first sums are added to what is there.
pub(super) fn begin_reduction(
    plan: &mut SpecBuilder<'_>,
    epilogue: Epilogue,
    output: Operand,
    elements: u64,
) -> Result<bool> {
    let Addend::Output(factor) = epilogue.addend else {
        plan.need(output, elements, Access::Write);
        return Ok(false);
    };
    plan.need(output, elements, Access::Update);
    scale_output(plan, output, elements, factor)?;
    Ok(true)
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
    /// What a dispatch reads beside this range of the output: its kernel is one with a side then.
    pub(super) fn side(&self, range: StepBinding) -> Option<StepBinding> {
        self.side.map(|operand| StepBinding { operand, ..range })
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
