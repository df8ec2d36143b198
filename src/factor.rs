//! Finite numbers in problems and descriptors.

use std::fmt;

use crate::error::{Error, Result};

/// A finite number that a sum or a tensor is multiplied by. It can be compared and hashed, as everything that decides a plan.
///
/// ```
/// use wgconv::Factor;
/// assert_eq!(Factor::new(0.25)?.get(), 0.25);
/// assert!(Factor::new(f32::NAN).is_err());
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Factor(u32);

impl Factor {
    /// 0
    pub const ZERO: Factor = Factor(0);
    /// 1
    pub const ONE: Factor = Factor(1f32.to_bits());

    /// A factor.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for NaN and infinities.
    pub fn new(value: f32) -> Result<Factor> {
        if value.is_finite() {
            // One zero, so that equal factors have equal bits.
            return Ok(Factor((value + 0.0).to_bits()));
        }
        let (operator, parameter) = ("Factor", "value");
        Err(Error::InvalidParameter { operator, parameter, value: value.to_string(), expected: "finite" })
    }

    /// The number.
    pub const fn get(self) -> f32 {
        f32::from_bits(self.0)
    }

    /// Of a number that is known to be finite.
    pub(crate) const fn known(value: f32) -> Factor {
        Factor(value.to_bits())
    }
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

impl fmt::Debug for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
