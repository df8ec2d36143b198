//! The passes by name.

/// The four passes of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pass {
    /// `y = conv(x, w) + b`
    Forward,
    /// `dx` from `dy` and `w`
    InputGrad,
    /// `dw` from `x` and `dy`
    KernelGrad,
    /// `db` from `dy`
    BiasGrad,
}

impl Pass {
    /// All of them.
    pub const ALL: [Pass; 4] = [Pass::Forward, Pass::InputGrad, Pass::KernelGrad, Pass::BiasGrad];

    /// The name that this pass has in `src/`, `shaders/`, `reference` and tests.
    pub fn name(self) -> &'static str {
        match self {
            Pass::Forward => "forward",
            Pass::InputGrad => "input_grad",
            Pass::KernelGrad => "kernel_grad",
            Pass::BiasGrad => "bias_grad",
        }
    }
}
