//! Words of a tensor as it lies in memory, brought into the order of its shape.

use crate::element::ElementType;
use crate::error::Result;
use crate::layout::Layout;

/// The words of a tensor of this shape with its elements in the order of that; bits stay as they are, also those behind an odd
/// last half.
///
/// # Errors
/// Another number of words than the shape has.
pub(super) fn from_memory(element: ElementType, layout: Layout, shape: &[usize], words: &[u32]) -> Result<Vec<u32>> {
    if layout == Layout::ChannelsFirst {
        return Ok(words.to_vec());
    }
    if element.bytes() == 4 {
        return layout.from_memory(shape, words);
    }
    let halves = words.iter().flat_map(|word| [word & 0xffff, word >> 16]);
    let count: usize = shape.iter().product();
    let (all, behind): (Vec<(usize, u32)>, Vec<(usize, u32)>) = halves.enumerate().partition(|(i, _)| *i < count);
    let all: Vec<u32> = all.into_iter().map(|(_, half)| half).collect();
    let mut ordered = layout.from_memory(shape, &all)?;
    ordered.extend(behind.into_iter().map(|(_, half)| half));
    Ok(ordered.chunks(2).map(|pair| pair[0] | pair.get(1).map_or(0, |half| half << 16)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_ordered_and_what_is_behind_them_stays() {
        let words = [0x000a_0001, 0x000b_0002, 0xffff_000c];
        let ordered = from_memory(ElementType::F16, Layout::ChannelsLast, &[1, 5, 1], &words).unwrap();
        assert_eq!(ordered, words);
        let words = [0x000a_0001, 0x000b_0002, 0x000c_0003];
        let ordered = from_memory(ElementType::Bf16, Layout::ChannelsLast, &[1, 2, 3], &words).unwrap();
        assert_eq!(ordered, [0x0002_0001, 0x000a_0003, 0x000c_000b]);
        assert!(from_memory(ElementType::Bf16, Layout::ChannelsLast, &[1, 2, 4], &words).is_err());
    }
}
