//! Numbers from bytes.

/// Bytes taken for numbers: small ones in a byte, any in up to three. Behind the end there are ones.
pub struct Numbers<'a>(pub &'a [u8]);

impl Numbers<'_> {
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 1 };
        self.0 = rest;
        *first
    }

    /// Below 192 itself; else a number near a power of two.
    pub fn number(&mut self) -> u64 {
        match self.byte() {
            small @ 0..192 => small.into(),
            large => {
                let near = (1u64 << (large - 192)).wrapping_add_signed((self.byte() as i8).into());
                // What is near 2^64 is what is near 0 from below.
                near.wrapping_mul(self.byte().max(1).into())
            }
        }
    }

    pub fn size(&mut self) -> usize {
        self.number() as usize
    }

    pub fn array<const D: usize>(&mut self) -> [usize; D] {
        std::array::from_fn(|_| self.size())
    }

    /// Now and then of another rank than the right one.
    pub fn shape(&mut self, rank: usize) -> Vec<usize> {
        let rank = match self.byte() {
            0 => 0,
            255 => rank + 1,
            _ => rank,
        };
        (0..rank).map(|_| self.size()).collect()
    }
}
