//! Activations that a convolution applies where it stores.

use std::fmt;

/// An element-wise function that a convolution applies to what it has summed, at no pass over memory of its own; see
/// [`crate::ConvBuilder::activation`], and [`crate::Conv::input_grad_through`] for its gradient.
///
/// ```
/// assert_eq!(wgconv::Activation::Relu.to_string(), "relu");
/// assert_eq!(wgconv::Activation::default(), wgconv::Activation::None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Activation {
    /// y = x
    #[default]
    None,
    /// y = max(x, 0); its derivative is 1 where y > 0, else 0.
    Relu,
}

impl Activation {
    /// All of them.
    pub const ALL: &'static [Activation] = &[Activation::None, Activation::Relu];

    /// The value of `ACTIVATION` in `shaders/common/activation.wgsl`.
    pub(crate) fn constant(self) -> u32 {
        match self {
            Activation::None => 0,
            Activation::Relu => 1,
        }
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Activation::None => "none",
            Activation::Relu => "relu",
        })
    }
}
