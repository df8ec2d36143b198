//! Sums of products, with what is needed to say how far a float32 computation may be off.

use super::check_length;
use crate::activation::Activation;
use crate::error::Result;

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
}

impl Sums {
    /// The sums, each rounded once.
    ///
    /// ```
    /// use wgconv::reference::Sums;
    /// let sums = Sums { values: vec![0.1], magnitudes: vec![0.1], terms: vec![1] };
    /// assert_eq!(sums.to_f32(), [0.1f32]);
    /// ```
    pub fn to_f32(&self) -> Vec<f32> {
        self.values.iter().map(|&value| value as f32).collect()
    }

    /// How far a float32 computation of the same sums, in any order, may be off: per element
    /// `c * terms * eps * sum|a*b|` with `eps = f32::EPSILON`, plus the rounding of the result to f32
    /// (`eps/2 * |value|`), plus the smallest normal f32 per term, because a GPU may flush smaller products to zero.
    ///
    /// A sum without terms has to be 0 exactly. With NaN or infinity among the data the bound is no number either:
    /// write the check as `difference <= bound`, which then fails, not as `difference > bound`.
    ///
    /// ```
    /// use wgconv::reference::Sums;
    /// let sums = Sums { values: vec![1.0, 0.0], magnitudes: vec![3.0, 0.0], terms: vec![4, 0] };
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
            bound.push(accumulated + rounded + flushed);
        }
        bound
    }

    /// Each sum through an activation. What [`Sums::bound`] allows the sum is allowed the result too: no slope is above 1.
    ///
    /// ```
    /// use wgconv::{Activation, reference::Sums};
    /// let sums = Sums { values: vec![-1.0, 2.0], magnitudes: vec![1.0, 2.0], terms: vec![1, 1] };
    /// assert_eq!(sums.activated(Activation::Relu).values, [0.0, 2.0]);
    /// ```
    pub fn activated(mut self, activation: Activation) -> Sums {
        match activation {
            Activation::None => {}
            // NaN stays NaN.
            Activation::Relu => self.values.iter_mut().filter(|value| **value <= 0.0).for_each(|value| *value = 0.0),
        }
        self
    }

    /// Each gradient times the derivative of the activation whose output is y. Where the derivative is 0 no term is left.
    ///
    /// # Errors
    /// [`Error::DataLength`](crate::Error::DataLength) if y has another number of elements.
    ///
    /// ```
    /// use wgconv::{Activation, reference::Sums};
    /// let sums = Sums { values: vec![-1.0, 2.0], magnitudes: vec![1.0, 2.0], terms: vec![1, 1] };
    /// let through = sums.through(Activation::Relu, &[3.0, 0.0])?;
    /// assert_eq!((through.values, through.terms), (vec![-1.0, 0.0], vec![1, 0]));
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn through(mut self, activation: Activation, y: &[f32]) -> Result<Sums> {
        check_length(&[self.values.len()], y.len())?;
        if activation == Activation::Relu {
            for (i, _) in y.iter().enumerate().filter(|(_, y)| **y <= 0.0) {
                (self.values[i], self.magnitudes[i], self.terms[i]) = (0.0, 0.0, 0);
            }
        }
        Ok(self)
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
