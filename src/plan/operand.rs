//! The names of everything that a kernel can read or write.

use std::fmt;

/// An operand of a plan: which tensor a buffer stands for.
///
/// ```
/// assert_eq!(wgconv::Operand::Dx.to_string(), "dx");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Operand {
    /// Input.
    X,
    /// Kernel.
    W,
    /// Bias.
    B,
    /// Output.
    Y,
    /// Gradient of the input.
    Dx,
    /// Gradient of the kernel.
    Dw,
    /// Gradient of the bias.
    Db,
    /// Gradient of the output.
    Dy,
    /// Index of each maximum (u32).
    Indices,
    /// What the output should have been: values of y's type, or u32 class labels.
    Target,
    /// Loss per element or sample.
    Loss,
    /// Optimiser's memory, for example the velocity of SGD.
    State,
    /// Adam's second memory: the moving average of squared gradients.
    SecondMoment,
    /// Number of a training step (u32).
    Step,
    /// Mean of each channel.
    Mean,
    /// Inverse standard deviation of each channel.
    InvStd,
    /// Moving average of each channel's mean.
    RunningMean,
    /// Moving average of each channel's variance.
    RunningVar,
    /// Optimiser's hyper-parameters.
    Hyper,
    /// What a convolution's forward, a normalisation or an addition adds before its activation, of y's shape.
    Residual,
    /// Scratch memory; its content does not matter before or after.
    Workspace,
    /// More of it: f32 sums of a result of 16 bits, to which several dispatches add before they are rounded. A buffer of its own for the
    /// reason that [`Operand::ChannelSums`] gives.
    Sums,
    /// More of it: the sums over the channels of each group of x, or their gradient, of a convolution whose kernels are shared
    /// ([`crate::ConvBuilder::shared_kernel`]). A buffer of its own, because in WebGPU a dispatch cannot read from a buffer
    /// and write into another part of it.
    ChannelSums,
    /// More of it: what [`Algorithm::Winograd`](crate::Algorithm::Winograd) makes of w, and its sums of products; of other ways a tensor
    /// in another order. A buffer of its own for the same reason.
    Transformed,
}

impl Operand {
    /// All of them, in the order of their declaration.
    pub const ALL: [Operand; 24] = [
        Operand::X,
        Operand::W,
        Operand::B,
        Operand::Y,
        Operand::Dx,
        Operand::Dw,
        Operand::Db,
        Operand::Dy,
        Operand::Indices,
        Operand::Target,
        Operand::Loss,
        Operand::State,
        Operand::SecondMoment,
        Operand::Step,
        Operand::Mean,
        Operand::InvStd,
        Operand::RunningMean,
        Operand::RunningVar,
        Operand::Hyper,
        Operand::Residual,
        Operand::Workspace,
        Operand::Sums,
        Operand::ChannelSums,
        Operand::Transformed,
    ];

    /// How many operands there are.
    pub(crate) const COUNT: usize = Operand::ALL.len();

    /// The scratch memory of a plan: what is in it does not matter before or after.
    ///
    /// ```
    /// use wgconv::Operand;
    /// assert_eq!(Operand::ALL.into_iter().filter(|operand| operand.is_scratch()).count(), 4);
    /// ```
    pub fn is_scratch(self) -> bool {
        matches!(self, Operand::Workspace | Operand::Sums | Operand::ChannelSums | Operand::Transformed)
    }

    /// The name used in formulas and messages.
    pub fn name(self) -> &'static str {
        match self {
            Operand::X => "x",
            Operand::W => "w",
            Operand::B => "b",
            Operand::Y => "y",
            Operand::Dx => "dx",
            Operand::Dw => "dw",
            Operand::Db => "db",
            Operand::Dy => "dy",
            Operand::Indices => "indices",
            Operand::Target => "target",
            Operand::Loss => "loss",
            Operand::State => "state",
            Operand::SecondMoment => "second_moment",
            Operand::Step => "step",
            Operand::Mean => "mean",
            Operand::InvStd => "inv_std",
            Operand::RunningMean => "running_mean",
            Operand::RunningVar => "running_var",
            Operand::Hyper => "hyper",
            Operand::Residual => "residual",
            Operand::Workspace => "workspace",
            Operand::Sums => "sums",
            Operand::ChannelSums => "channel_sums",
            Operand::Transformed => "transformed",
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
