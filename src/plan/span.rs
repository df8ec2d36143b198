//! Parts of an output, where f32 sums of all of it exceed the workspace: one after the other.

use super::builder::{DISPATCHES, MOST_DISPATCHES};
use crate::error::{Error, Result};
use crate::kernel::Override;

/// Neighbouring elements of an output, in the order of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub first: u64,
    pub elements: u64,
    /// Whether there are no others.
    pub is_whole: bool,
}

impl Span {
    /// All of so many elements.
    pub(crate) fn whole(elements: u64) -> Span {
        Span { first: 0, elements, is_whole: true }
    }

    /// Cuts so many elements into parts of at most `most`, as even as they can be.
    pub(crate) fn split(elements: u64, most: u64) -> Result<Vec<Span>> {
        let needed = elements.div_ceil(most.max(1)).max(1);
        if needed > MOST_DISPATCHES as u64 {
            let what = format!("the f32 sums of {elements} elements");
            return Err(Error::LimitExceeded { limit: DISPATCHES, what, needed, available: MOST_DISPATCHES as u64 });
        }
        let each = elements.div_ceil(needed).max(1);
        let part = |i: u64| {
            let first = i * each;
            Span { first, elements: each.min(elements - first), is_whole: needed == 1 }
        };
        Ok((0..elements.div_ceil(each)).map(part).collect())
    }

    /// The override of `shaders/conv/range.wgsl`.
    pub(crate) fn ranged(&self) -> Override {
        ("RANGED", (!self.is_whole).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_every_element_once() {
        for elements in [1, 2, 7, 100, 16_385] {
            for most in [1, 2, 3, 64, 16_384, 1 << 20] {
                let parts = Span::split(elements, most).unwrap();
                let mut next = 0;
                for part in &parts {
                    assert_eq!((part.first, part.is_whole), (next, parts.len() == 1));
                    assert!((1..=most).contains(&part.elements));
                    next += part.elements;
                }
                assert_eq!(next, elements);
            }
        }
        assert!(matches!(Span::split(u64::from(u32::MAX), 1), Err(Error::LimitExceeded { .. })));
    }
}
