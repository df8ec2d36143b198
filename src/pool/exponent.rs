//! The p of Lp pooling.

use std::fmt;
use std::hash::{Hash, Hasher};

use crate::error::{Error, Result};

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

    /// Rounding errors that a cell may cost in a norm and its gradient: what to give [`crate::reference::Sums::bound`] for
    /// [`crate::LpPool`]. A root is off by 3 of them; WGSL's `pow` takes a logarithm that is off by up to 4 (15.7.4).
    ///
    /// ```
    /// use wgconv::Exponent;
    /// assert_eq!(Exponent::ONE.roundings(), 1.0);
    /// assert!(Exponent::TWO.roundings() < Exponent::THREE.roundings());
    /// ```
    pub fn roundings(self) -> f64 {
        match self.0 {
            1.0 => 1.0,
            2.0 => 8.0,
            p => 16.0 * (f64::from(p) + 1.0),
        }
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
