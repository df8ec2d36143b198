//! Activations that a convolution applies where it stores, and their derivatives.

use std::fmt;

use crate::error::Result;
use crate::factor::Factor;

/// An element-wise function that a convolution applies to what it has summed: where it stores, if its kernels can; see
/// [`crate::ConvBuilder::activation`], [`crate::Conv::input_grad_through`] for its gradient, and [`crate::nn::activate`] for it
/// alone.
///
/// y is the activation's output and x its input; f' is computed from one of them, as
/// [`Activation::derivative_from_output`] says. [`Activation::error_bound`] says how exact they are.
///
/// ```
/// use wgconv::Activation;
/// assert_eq!(Activation::Relu.to_string(), "relu");
/// assert_eq!(Activation::leaky_relu(0.125)?.to_string(), "leaky0.125");
/// assert_eq!(Activation::default(), Activation::None);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Activation {
    /// y = x
    #[default]
    None,
    /// y = max(x, 0); f' = 1 where y > 0, else 0.
    Relu,
    /// y = x where x > 0, else slope * x; f' = 1 there, else the slope. See [`Activation::leaky_relu`].
    LeakyRelu(Factor),
    /// y = 1 / (1 + exp(-x)); f' = y (1 - y).
    Sigmoid,
    /// y = tanh(x); f' = 1 - y^2.
    Tanh,
    /// y = x sigmoid(x), also called swish; f' = s (1 + x (1 - s)) with s = sigmoid(x).
    Silu,
    /// y = x Phi(x), the exact form with the normal distribution Phi(x) = (1 + erf(x / sqrt 2)) / 2 and its density phi;
    /// f' = Phi(x) + x phi(x).
    Gelu,
    /// The approximation of [`Activation::Gelu`] that PyTorch calls `approximate='tanh'`:
    /// y = x (1 + tanh(u)) / 2 with u = sqrt(2 / pi) (x + 0.044715 x^3), which is x sigmoid(2 u); its own derivative.
    GeluTanh,
}

impl Activation {
    /// All of them, the leaky ReLU with a slope of 1/8.
    pub const ALL: &'static [Activation] = &[
        Activation::None,
        Activation::Relu,
        Activation::LeakyRelu(Factor::known(0.125)),
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Silu,
        Activation::Gelu,
        Activation::GeluTanh,
    ];

    /// [`Activation::LeakyRelu`] with this slope; PyTorch's default is 0.01.
    ///
    /// # Errors
    /// [`crate::Error::InvalidParameter`] for a slope that is NaN or infinite.
    ///
    /// ```
    /// use wgconv::{Activation, Error};
    /// assert!(matches!(Activation::leaky_relu(f32::NAN), Err(Error::InvalidParameter { .. })));
    /// ```
    pub fn leaky_relu(slope: f32) -> Result<Activation> {
        Factor::new(slope).map(Activation::LeakyRelu)
    }

    /// Whether the derivative is computed from the output y. If not, from the input x: y of SiLU and GELU falls and rises, and so
    /// does that of a leaky ReLU with a negative slope, and one y belongs to several x.
    ///
    /// ```
    /// use wgconv::Activation;
    /// assert!(Activation::Tanh.derivative_from_output() && !Activation::Gelu.derivative_from_output());
    /// ```
    pub fn derivative_from_output(self) -> bool {
        match self {
            Activation::None | Activation::Relu | Activation::Sigmoid | Activation::Tanh => true,
            Activation::LeakyRelu(slope) => slope.get() >= 0.0,
            Activation::Silu | Activation::Gelu | Activation::GeluTanh => false,
        }
    }

    /// How far the device's y may be from the exact one at an x that is given exactly: `relative * |y| + absolute * max(|x|, 1)`.
    /// Zeros where it is exact but for the rounding of `slope * x`. It follows from what WGSL allows (section 15.7.4: exp
    /// 3 + 2 |argument| units in the last place, division 2.5) while exp is above 2^-24, as what is smaller is below the absolute
    /// part; for [`Activation::Gelu`] 1.5e-7 of its erf is the approximation's (Abramowitz and Stegun 7.1.26).
    ///
    /// ```
    /// assert_eq!(wgconv::Activation::Relu.error_bound(), (0.0, 0.0));
    /// ```
    pub fn error_bound(self) -> (f64, f64) {
        let eps = f64::from(f32::EPSILON);
        match self {
            Activation::None | Activation::Relu => (0.0, 0.0),
            Activation::LeakyRelu(_) => (eps, 0.0),
            // exp(-|x|) is off by 3 + 2 |x| units of itself, which is at most 4 of 1.
            Activation::Sigmoid | Activation::Silu => (8.0 * eps, 5.0 * eps),
            Activation::Tanh => (8.0 * eps, 8.0 * eps),
            Activation::Gelu => (8.0 * eps, 1.5e-7 + 8.0 * eps),
            Activation::GeluTanh => (8.0 * eps, 8.0 * eps),
        }
    }

    /// The same for the derivative, at a y or an x that is given exactly.
    pub(crate) fn derivative_error_bound(self) -> (f64, f64) {
        let eps = f64::from(f32::EPSILON);
        match self {
            Activation::None | Activation::Relu => (0.0, 0.0),
            Activation::LeakyRelu(_) => (eps, 0.0),
            // Differences and products of what is given, each rounded once.
            Activation::Sigmoid | Activation::Tanh => (4.0 * eps, 0.0),
            Activation::Silu | Activation::GeluTanh => (8.0 * eps, 24.0 * eps),
            Activation::Gelu => (8.0 * eps, 1.5e-7 + 24.0 * eps),
        }
    }

    /// Whether it maps the integers that f32 holds exactly onto numbers that it holds exactly: no function but the identity, ReLU,
    /// and a leaky ReLU whose slope is a power of two.
    pub(crate) fn is_exact(self) -> bool {
        match self {
            Activation::None | Activation::Relu => true,
            // No bits of the mantissa.
            Activation::LeakyRelu(slope) => slope.get().to_bits() << 9 == 0,
            _ => false,
        }
    }

    /// The value of `ACTIVATION` or `DERIVATIVE` in `shaders/common/activation.wgsl`.
    pub(crate) fn constant(self) -> u32 {
        match self {
            Activation::None => 0,
            Activation::Relu => 1,
            Activation::LeakyRelu(_) => 2,
            Activation::Sigmoid => 3,
            Activation::Tanh => 4,
            Activation::Silu => 5,
            Activation::Gelu => 6,
            Activation::GeluTanh => 7,
        }
    }

    /// What a leaky ReLU multiplies by.
    pub(crate) fn slope(self) -> f32 {
        if let Activation::LeakyRelu(slope) = self { slope.get() } else { 0.0 }
    }
}

impl fmt::Display for Activation {
    /// As in the text of a [`crate::case::Case`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Activation::LeakyRelu(slope) => write!(f, "leaky{slope}"),
            Activation::None => f.write_str("none"),
            Activation::Relu => f.write_str("relu"),
            Activation::Sigmoid => f.write_str("sigmoid"),
            Activation::Tanh => f.write_str("tanh"),
            Activation::Silu => f.write_str("silu"),
            Activation::Gelu => f.write_str("gelu"),
            Activation::GeluTanh => f.write_str("gelutanh"),
        }
    }
}
