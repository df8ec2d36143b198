//! The p of Lp pooling.

use std::fmt;
use std::hash::{Hash, Hasher};

use crate::error::{Error, Result};
use crate::reference::Sums;

/// A finite number of 1 and more.
///
/// ```
/// use wgconv::Exponent;
/// assert_eq!(Exponent::new(2.5)?.value(), 2.5);
/// assert!(Exponent::new(0.0).is_err());
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exponent(f32);

impl Exponent {
    /// That of the sum of absolute values.
    pub const ONE: Exponent = Exponent(1.0);

    /// That of the Euclidean norm.
    pub const TWO: Exponent = Exponent(2.0);

    /// The least whole one that has no kernel of its own.
    pub const THREE: Exponent = Exponent(3.0);

    /// Checks the number.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for one below 1 (whose root is no norm; 0 has none), infinity (that is max pooling of
    /// absolute values) and NaN.
    pub fn new(p: f32) -> Result<Exponent> {
        if p.is_finite() && p >= 1.0 {
            return Ok(Exponent(p));
        }
        Err(Error::InvalidParameter {
            operator: "LpPool",
            parameter: "p",
            value: p.to_string(),
            expected: "a finite number of at least 1",
        })
    }

    /// The number.
    pub fn value(self) -> f32 {
        self.0
    }

    /// How far a float32 computation of these norms, or of their gradients, may be off: [`Sums::bound`] with a factor of 1,
    /// and the rounding errors of the powers. WGSL's `pow` takes a logarithm that is off by up to 4 of them, times p (15.7.4).
    ///
    /// ```
    /// use wgconv::{Exponent, LpPool, reference};
    /// let problem = LpPool::<1>::new([2]).build()?.problem(&[1, 1, 2])?;
    /// let y = reference::pool::lp_forward(&problem, &[3.0, -4.0])?;
    /// assert!(Exponent::TWO.bound(&y)[0] < Exponent::THREE.bound(&y)[0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn bound(self, sums: &Sums) -> Vec<f64> {
        let roundings = match self.0 {
            1.0 => 0.0,
            2.0 => 8.0,
            p => 16.0 * (f64::from(p) + 1.0),
        };
        let of_powers = sums.magnitudes.iter().map(|magnitude| roundings * f64::from(f32::EPSILON) * magnitude);
        sums.bound(1.0).into_iter().zip(of_powers).map(|(sum, powers)| sum + powers).collect()
    }
}

/// No NaN among them, and one zero at most.
impl Eq for Exponent {}

impl Hash for Exponent {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl fmt::Display for Exponent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
