//! f32, f16 and bf16 as numbers: what each holds, and how f32 is rounded to it.

/// The type of the elements of an operator's tensors. Sums are f32 whatever it is, and rounded to it once, where they are stored;
/// index arithmetic is never in it. A result is off by what an f32 result may be, plus [`ElementType::rounding`].
///
/// Convolutions have all their operands in it. In [`crate::nn`] it is the type of data and of their gradients; f32 always are losses,
/// what an optimiser changes, and what a batch normalisation has for each channel.
///
/// | | bytes | digits | largest | smallest normal |
/// |---|---|---|---|---|
/// | f32 | 4 | 24 bits | 3.4e38 | 1.2e-38 |
/// | f16 (IEEE 754 binary16) | 2 | 11 bits | 65504 | 6.1e-5 |
/// | bf16 (the upper half of f32) | 2 | 8 bits | 3.4e38 | 1.2e-38 |
///
/// Both 16-bit types work on every device. Where it has `SHADER_F16`, kernels read and write f16 as such; elsewhere, and bf16
/// everywhere, as halves of words; [`crate::layout`] moves either so. A buffer of 16-bit elements is a whole number of words: of an odd number of elements the upper
/// half of the last word belongs to the buffer, and is left alone.
///
/// ```
/// use wgconv::ElementType;
/// assert_eq!(ElementType::F16.bytes(), 2);
/// assert_eq!(ElementType::F16.round(2049.0), 2048.0);
/// assert_eq!(ElementType::Bf16.to_string(), "bf16");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ElementType {
    /// IEEE 754 binary32.
    #[default]
    F32,
    /// IEEE 754 binary16.
    F16,
    /// bfloat16.
    Bf16,
}

/// A 16-bit type by its numbers.
struct Form {
    /// Bits of the fraction, without the one before the point.
    fraction: i32,
    /// Exponent of the smallest normal number.
    least: i32,
    largest: f64,
}

const F16: Form = Form { fraction: 10, least: -14, largest: 65_504.0 };
const BF16: Form = Form { fraction: 7, least: -126, largest: 3.389_531_389_251_535_5e38 };

impl ElementType {
    /// All of them.
    pub const ALL: [ElementType; 3] = [ElementType::F32, ElementType::F16, ElementType::Bf16];

    /// Bytes of an element.
    pub fn bytes(self) -> u64 {
        match self {
            ElementType::F32 => 4,
            ElementType::F16 | ElementType::Bf16 => 2,
        }
    }

    /// Bytes of a buffer of so many elements: a multiple of 4.
    ///
    /// ```
    /// assert_eq!(wgconv::ElementType::Bf16.buffer_bytes(3), 8);
    /// ```
    pub fn buffer_bytes(self, elements: u64) -> u64 {
        elements.saturating_mul(self.bytes()).next_multiple_of(4)
    }

    /// The name: `f32`, `f16`, `bf16`.
    pub fn name(self) -> &'static str {
        match self {
            ElementType::F32 => "f32",
            ElementType::F16 => "f16",
            ElementType::Bf16 => "bf16",
        }
    }

    /// What a plan's title says of it: nothing of f32.
    pub(crate) fn in_title(self) -> String {
        if self == ElementType::F32 { String::new() } else { format!(", {self}") }
    }

    /// The nearest number that this type holds; of two as near the one whose last bit is 0; beyond the largest, infinity. What
    /// the kernels do to an f32 sum where they store it.
    ///
    /// ```
    /// use wgconv::ElementType;
    /// assert_eq!(ElementType::Bf16.round(257.0), 256.0);
    /// assert_eq!(ElementType::F16.round(65_520.0), f64::INFINITY);
    /// ```
    pub fn round(self, value: f64) -> f64 {
        match self {
            ElementType::F32 => f64::from(value as f32),
            ElementType::F16 => F16.round(value),
            ElementType::Bf16 => BF16.round(value),
        }
    }

    /// How far rounding moves a number of this magnitude at most: half a unit in the last place, which of numbers below the
    /// smallest normal one is 2^-25 for f16; infinity for a number that it rounds to infinity. 0 for f32, whose rounding is
    /// part of [`crate::reference::Sums::bound`].
    ///
    /// ```
    /// use wgconv::ElementType;
    /// assert_eq!(ElementType::F16.rounding(1.5), 2f64.powi(-11));
    /// assert_eq!(ElementType::F16.rounding(0.0), 2f64.powi(-25));
    /// ```
    pub fn rounding(self, magnitude: f64) -> f64 {
        match self {
            ElementType::F32 => 0.0,
            ElementType::F16 => F16.rounding(magnitude),
            ElementType::Bf16 => BF16.rounding(magnitude),
        }
    }

    /// How far an element may be from its true value, where the f32 number that was stored as it is within `bound` of that: its rounding
    /// ([`ElementType::rounding`]) besides, and the whole of an f16 that may be subnormal, which WGSL (15.7.3) lets a device take
    /// for zero.
    ///
    /// ```
    /// use wgconv::ElementType;
    /// assert_eq!(ElementType::Bf16.stored_bound(1.0, 0.25), 0.25 + 2f64.powi(-8));
    /// assert_eq!(ElementType::F16.stored_bound(6e-5, 0.0), 6e-5);
    /// assert_eq!(ElementType::F16.stored_bound(7e-5, 0.0), 2f64.powi(-25));
    /// ```
    pub fn stored_bound(self, value: f64, bound: f64) -> f64 {
        let magnitude = value.abs();
        let rounded = bound + self.rounding(magnitude + bound);
        let may_be_subnormal = self == ElementType::F16 && magnitude - rounded < 2f64.powi(F16.least);
        if may_be_subnormal { rounded.max(magnitude) } else { rounded }
    }

    /// The words of a buffer with these values, each rounded to this type; of 16-bit elements two to a word, the first in the
    /// low half, and zero behind an odd last one.
    ///
    /// ```
    /// use wgconv::ElementType;
    /// assert_eq!(ElementType::Bf16.words(&[1.0, -2.0, 0.5]), [0xc000_3f80, 0x0000_3f00]);
    /// ```
    pub fn words(self, values: &[f32]) -> Vec<u32> {
        match self {
            ElementType::F32 => values.iter().map(|value| value.to_bits()).collect(),
            _ => values
                .chunks(2)
                .map(|pair| self.half(pair[0]) | pair.get(1).map_or(0, |v| self.half(*v) << 16))
                .collect(),
        }
    }

    /// The values of so many elements of a buffer's words: the inverse of [`ElementType::words`].
    ///
    /// ```
    /// use wgconv::ElementType;
    /// assert_eq!(ElementType::F16.values(&[0xc000_3c00, 0x3800], 3), [1.0, -2.0, 0.5]);
    /// ```
    pub fn values(self, words: &[u32], count: usize) -> Vec<f32> {
        match self {
            ElementType::F32 => words.iter().take(count).map(|&word| f32::from_bits(word)).collect(),
            _ => words.iter().flat_map(|word| [word & 0xffff, word >> 16]).take(count).map(|h| self.value(h)).collect(),
        }
    }

    /// The 16 bits of a value.
    fn half(self, value: f32) -> u32 {
        if value.is_nan() {
            return if self == ElementType::F16 { 0x7e00 } else { 0x7fc0 };
        }
        let sign = value.to_bits() >> 16 & 0x8000;
        let magnitude = self.round(f64::from(value).abs());
        if self != ElementType::F16 {
            return sign | (magnitude as f32).to_bits() >> 16;
        }
        if magnitude.is_infinite() {
            return sign | 0x7c00;
        }
        // In units of the smallest number; a normal one's exponent follows from its f32's.
        let smallest = 2f64.powi(F16.least - F16.fraction);
        if magnitude < 2f64.powi(F16.least) {
            return sign | (magnitude / smallest) as u32;
        }
        sign | (((magnitude as f32).to_bits() >> 13) - (112 << 10))
    }

    /// The value of 16 bits.
    fn value(self, half: u32) -> f32 {
        if self != ElementType::F16 {
            return f32::from_bits(half << 16);
        }
        let (sign, magnitude) = ((half & 0x8000) << 16, half & 0x7fff);
        let bits = match magnitude {
            0..0x400 => (magnitude as f32 * 2f32.powi(F16.least - F16.fraction)).to_bits(),
            0x400..0x7c00 => (magnitude << 13) + (112 << 23),
            _ => 0x7f80_0000 | magnitude << 13,
        };
        f32::from_bits(sign | bits)
    }
}

impl Form {
    /// The distance of the numbers around one of this magnitude, which is finite.
    fn unit(&self, magnitude: f64) -> f64 {
        // The exponent of a normal f64; 0 and what is below is far below this type's least.
        let exponent = (magnitude.to_bits() >> 52 & 0x7ff) as i32 - 1023;
        2f64.powi(exponent.max(self.least) - self.fraction)
    }

    fn round(&self, value: f64) -> f64 {
        if !value.is_finite() {
            return value;
        }
        let unit = self.unit(value.abs());
        let nearest = (value / unit).round_ties_even() * unit;
        if nearest.abs() > self.largest { f64::INFINITY.copysign(value) } else { nearest }
    }

    fn rounding(&self, magnitude: f64) -> f64 {
        match self.round(magnitude.abs()).is_finite() {
            true => self.unit(magnitude.abs()) / 2.0,
            false => f64::INFINITY,
        }
    }
}

impl std::fmt::Display for ElementType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_is_itself_again() {
        for element in [ElementType::F16, ElementType::Bf16] {
            for half in 0..=0xffffu32 {
                let value = element.value(half);
                if value.is_nan() {
                    assert!(element.value(element.half(value)).is_nan());
                } else {
                    assert_eq!(element.half(value), half, "{element} {half:#x}");
                    assert_eq!(element.round(value.into()), f64::from(value));
                }
            }
        }
    }

    #[test]
    fn between_two_the_nearer_one_and_of_equals_the_even_one() {
        for element in [ElementType::F16, ElementType::Bf16] {
            let last = if element == ElementType::F16 { 0x7bff } else { 0x7f7f };
            for half in 0..last {
                let (low, high) = (f64::from(element.value(half)), f64::from(element.value(half + 1)));
                let middle = (low + high) / 2.0;
                let even = if half % 2 == 0 { low } else { high };
                assert_eq!(element.round(middle), even);
                assert_eq!(element.round(middle - (high - low) * 1e-3), low);
                assert_eq!(element.round(-middle - (high - low) * 1e-3), -high);
                assert!(element.rounding(middle) >= (middle - low) * 0.999_999, "{element} {half:#x}");
            }
        }
    }
}
