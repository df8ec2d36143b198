//! Sums of products, with what is needed to say how far a float32 computation may be off.

use super::{check_length, nn};
use crate::activation::Activation;
use crate::element::ElementType;
use crate::error::Result;
use crate::factor::Factor;

/// Per element of a result: the sum in f64, the sum of the terms' absolute values, and how many terms there are.
///
/// ```
/// use wgconv::{Conv, ConvShapes, reference};
/// let conv = Conv::<1>::new([2]).build()?;
/// let problem = conv.problem(&ConvShapes::new(&[1, 1, 2], &[1, 1, 2]).with_bias())?;
/// let y = reference::conv::forward(&problem, &[3.0, 5.0], &[2.0, -1.0], Some(&[0.5]))?;
/// assert_eq!((y.values[0], y.magnitudes[0], y.terms[0]), (6.0 - 5.0 + 0.5, 6.0 + 5.0 + 0.5, 3));
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sums {
    /// `sum a*b`
    pub values: Vec<f64>,
    /// `sum |a*b|`
    pub magnitudes: Vec<f64>,
    /// Number of products, those with padding left out.
    pub terms: Vec<u64>,
    /// How far an element may be off beside what follows from its sum: by an activation's own error. Empty for none.
    pub slack: Vec<f64>,
}

impl Sums {
    /// The sums, each rounded once.
    ///
    /// ```
    /// use wgconv::reference::Sums;
    /// let sums = Sums { values: vec![0.1], magnitudes: vec![0.1], terms: vec![1], ..Sums::default() };
    /// assert_eq!(sums.to_f32(), [0.1f32]);
    /// ```
    pub fn to_f32(&self) -> Vec<f32> {
        self.values.iter().map(|&value| value as f32).collect()
    }

    /// How far a float32 computation of the same sums, in any order, may be off: per element
    /// `c * terms * eps * sum|a*b|` with `eps = f32::EPSILON`, plus the rounding of the result to f32
    /// (`eps/2 * |value|`), plus the smallest normal f32 per term, because a GPU may flush smaller products to zero, plus the
    /// element's slack.
    ///
    /// A sum without terms has to be 0 exactly. With NaN or infinity among the data the bound is no number either:
    /// write the check as `difference <= bound`, which then fails, not as `difference > bound`.
    ///
    /// ```
    /// use wgconv::reference::Sums;
    /// let sums = Sums { values: vec![1.0, 0.0], magnitudes: vec![3.0, 0.0], terms: vec![4, 0], ..Sums::default() };
    /// let bound = sums.bound(1.0);
    /// let eps = f64::from(f32::EPSILON);
    /// assert!((bound[0] - 12.5 * eps).abs() < 1e-20);
    /// assert_eq!(bound[1], 0.0);
    /// ```
    pub fn bound(&self, c: f64) -> Vec<f64> {
        let eps = f64::from(f32::EPSILON);
        let mut bound = Vec::with_capacity(self.values.len());
        for i in 0..self.values.len() {
            let terms = self.terms[i] as f64;
            let accumulated = c * terms * eps * self.magnitudes[i];
            let rounded = 0.5 * eps * self.values[i].abs();
            let flushed = terms * f64::from(f32::MIN_POSITIVE);
            bound.push(accumulated + rounded + flushed + self.slack.get(i).copied().unwrap_or(0.0));
        }
        bound
    }

    /// [`Sums::bound`] of sums that are stored as another type ([`ElementType::stored_bound`]).
    ///
    /// ```
    /// use wgconv::{ElementType, reference::Sums};
    /// let sums = Sums { values: vec![1.0], magnitudes: vec![1.0], terms: vec![0], ..Sums::default() };
    /// let [f32, f16] = [ElementType::F32, ElementType::F16].map(|element| sums.bound_as(element, 1.0)[0]);
    /// assert_eq!(f16, f32 + 2f64.powi(-11));
    /// ```
    pub fn bound_as(&self, element: ElementType, c: f64) -> Vec<f64> {
        self.stored_as(element, self.bound(c))
    }

    /// Bounds of these sums in f32 that are stored as another type ([`ElementType::stored_bound`]).
    ///
    /// ```
    /// use wgconv::{ElementType, reference::Sums};
    /// let sums = Sums { values: vec![1.0], ..Sums::default() };
    /// assert_eq!(sums.stored_as(ElementType::Bf16, vec![0.25]), [0.25 + 2f64.powi(-8)]);
    /// ```
    pub fn stored_as(&self, element: ElementType, bounds: Vec<f64>) -> Vec<f64> {
        let bounds = bounds.into_iter().zip(&self.values);
        bounds.map(|(bound, &value)| element.stored_bound(value, bound)).collect()
    }

    /// Each sum plus a multiple of an element of `addend`, which counts as one more term.
    ///
    /// # Errors
    /// [`Error::DataLength`](crate::Error::DataLength) if there are not as many.
    ///
    /// ```
    /// use wgconv::{Factor, reference::Sums};
    /// let sums = Sums { values: vec![1.0], magnitudes: vec![3.0], terms: vec![2], ..Sums::default() };
    /// let sums = sums.plus(Factor::new(0.5)?, &[-8.0])?;
    /// assert_eq!((sums.values[0], sums.magnitudes[0], sums.terms[0]), (-3.0, 7.0, 3));
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn plus(mut self, factor: Factor, addend: &[f32]) -> Result<Sums> {
        check_length(&[self.values.len()], addend.len())?;
        for (i, &element) in addend.iter().enumerate() {
            let term = f64::from(factor.get()) * f64::from(element);
            self.values[i] += term;
            self.magnitudes[i] += term.abs();
            self.terms[i] += 1;
        }
        Ok(self)
    }

    /// Each sum through an activation. What [`Sums::bound`] allows the sum is allowed the result, times 1.13, the steepest slope
    /// that there is (GELU's), and what [`Activation::error_bound`] allows the activation itself.
    ///
    /// ```
    /// use wgconv::{Activation, reference::Sums};
    /// let sums = Sums { values: vec![-1.0, 2.0], magnitudes: vec![1.0, 2.0], terms: vec![1, 1], ..Sums::default() };
    /// assert_eq!(sums.activated(Activation::Relu).values, [0.0, 2.0]);
    /// ```
    pub fn activated(mut self, activation: Activation) -> Sums {
        let slope = match activation {
            Activation::LeakyRelu(slope) => f64::from(slope.get().abs()).max(1.0),
            Activation::None | Activation::Relu => 1.0,
            _ => 1.13,
        };
        let (relative, absolute) = activation.error_bound();
        self.slack.resize(self.values.len(), 0.0);
        for i in 0..self.values.len() {
            let y = nn::value(activation, self.values[i]);
            self.slack[i] = slope * self.slack[i] + relative * y.abs() + absolute * self.values[i].abs().max(1.0);
            self.magnitudes[i] *= slope;
            self.values[i] = y;
        }
        self
    }

    /// Each gradient times the derivative of an activation whose output, or input, is `of`
    /// ([`Activation::derivative_from_output`]). Where the derivative of a ReLU is 0 no term is left.
    ///
    /// # Errors
    /// [`Error::DataLength`](crate::Error::DataLength) if `of` has another number of elements.
    ///
    /// ```
    /// use wgconv::{Activation, reference::Sums};
    /// let sums = Sums { values: vec![-1.0, 2.0], magnitudes: vec![1.0, 2.0], terms: vec![1, 1], ..Sums::default() };
    /// let through = sums.through(Activation::Relu, &[3.0, 0.0])?;
    /// assert_eq!((through.values, through.terms), (vec![-1.0, 0.0], vec![1, 0]));
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn through(mut self, activation: Activation, of: &[f32]) -> Result<Sums> {
        check_length(&[self.values.len()], of.len())?;
        let (relative, absolute) = activation.derivative_error_bound();
        self.slack.resize(self.values.len(), 0.0);
        for (i, &of) in of.iter().enumerate() {
            let derivative = nn::derivative(activation, of.into());
            let off = relative * derivative.abs() + absolute * f64::from(of.abs()).max(1.0);
            self.slack[i] = derivative.abs() * self.slack[i] + off * self.magnitudes[i];
            self.values[i] *= derivative;
            self.magnitudes[i] *= derivative.abs();
            if activation == Activation::Relu && derivative == 0.0 {
                self.terms[i] = 0;
            }
        }
        Ok(self)
    }

    /// Those of all elements in their order.
    pub(super) fn of(sums: Vec<Sum>) -> Sums {
        let mut collected = Sums::default();
        for sum in sums {
            collected.push(sum);
        }
        collected
    }

    pub(super) fn push(&mut self, sum: Sum) {
        self.values.push(sum.value);
        self.magnitudes.push(sum.magnitude);
        self.terms.push(sum.terms);
    }
}

/// One element of [`Sums`] while it is computed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    value: f64,
    magnitude: f64,
    terms: u64,
}

impl Sum {
    /// Adds `a * b`, which f64 holds exactly.
    pub(super) fn add(&mut self, a: f32, b: f32) {
        self.add_term(f64::from(a) * f64::from(b));
    }

    pub(super) fn add_term(&mut self, term: f64) {
        self.value += term;
        self.magnitude += term.abs();
        self.terms += 1;
    }

    pub(super) fn divided_by(self, divisor: f64) -> Sum {
        Sum { value: self.value / divisor, magnitude: self.magnitude / divisor, terms: self.terms }
    }
}
