//! Words of a tensor as it lies in memory, brought into the order of its shape.

use super::guard::POISON;
use crate::element::ElementType;
use crate::error::Result;
use crate::layout::Layout;

/// Stands for half of a poisoned word while halves are ordered.
const POISONED: u32 = 1 << 16;

/// The half of a poisoned word that is at the place of element i.
fn poison_at(i: usize) -> u32 {
    POISON >> (16 * (i % 2)) & 0xffff
}

/// The words of a tensor of this shape with its elements in the order of that. Bits stay as they are, those behind an odd last
/// half too; but halves of a poisoned word become what such a word has in their new place.
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
    let count: usize = shape.iter().product();
    let mut halves: Vec<u32> = words.iter().flat_map(|word| [word & 0xffff, word >> 16]).collect();
    let behind = halves.split_off(count.min(halves.len()));
    for (i, half) in halves.iter_mut().enumerate() {
        if *half == poison_at(i) {
            *half = POISONED;
        }
    }
    let mut ordered = layout.from_memory(shape, &halves)?;
    for (i, half) in ordered.iter_mut().enumerate() {
        if *half == POISONED {
            *half = poison_at(i);
        }
    }
    ordered.extend(behind);
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
        // A half that was not written: the lower one of its word, then the upper.
        let words = [0x000a_0001, 0x000b_0000 | POISON & 0xffff, 0x000c_0003];
        let ordered = from_memory(ElementType::Bf16, Layout::ChannelsLast, &[1, 2, 3], &words).unwrap();
        assert_eq!(ordered, [POISON & 0xffff_0000 | 1, 0x000a_0003, 0x000c_000b]);
        assert!(from_memory(ElementType::Bf16, Layout::ChannelsLast, &[1, 2, 4], &words).is_err());
    }
}
