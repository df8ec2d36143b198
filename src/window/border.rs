//! The cells near the borders of an axis whose padding mirrors, repeats or wraps around the input: those that other places of the
//! padding show too. The input gradient adds what the outputs over these places have, in a dispatch of its own over such cells
//! (`shaders/conv/input_grad_border.wgsl`).

use std::ops::Range;

use super::Axis;
use crate::padding_mode::PaddingMode;

/// Cells of an axis that stand in the padding too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AxisBorder {
    /// Two ranges of such cells, the one that begins earlier first, without a cell in common.
    pub ranges: [Range<u32>; 2],
    /// The most places at which such a cell stands, its own included.
    pub images: u32,
}

impl AxisBorder {
    pub(crate) fn new(axis: &Axis, mode: PaddingMode) -> AxisBorder {
        let (n, low, high) = (axis.input, axis.padding_low, axis.padding_high);
        // What stands in the low and in the high padding.
        let (of_low, of_high) = match mode {
            PaddingMode::Zeros => (0..0, 0..0),
            PaddingMode::Reflect => (low.min(1)..low.min(1) + low, n - 1 - high.min(n - 1)..n - 1),
            PaddingMode::Replicate => (0..low.min(1), n - high.min(1)..n),
            PaddingMode::Circular => (n - low.min(n)..n, 0..high),
        };
        let of_high = if high == 0 { 0..0 } else { of_high };
        let shared = of_low.start.max(of_high.start) < of_low.end.min(of_high.end);
        let images = match mode {
            PaddingMode::Zeros => 1,
            PaddingMode::Replicate if shared => 1 + low + high,
            PaddingMode::Replicate => 1 + low.max(high),
            PaddingMode::Reflect | PaddingMode::Circular if shared => 3,
            PaddingMode::Reflect | PaddingMode::Circular => 1 + u32::from(low > 0 || high > 0),
        };
        // An empty range first, so that what follows it is one of the two.
        let [near, far] = if (of_low.start, of_low.end) <= (of_high.start, of_high.end) {
            [of_low, of_high]
        } else {
            [of_high, of_low]
        };
        let far = far.start.max(near.end)..far.end.max(near.end);
        AxisBorder { ranges: [near, far], images }
    }

    /// How many cells there are.
    pub(crate) fn cells(&self) -> u32 {
        self.ranges.iter().map(|range| range.end - range.start).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Rounding;
    use super::*;

    /// The cell that stands at a place, counted on from the input step by step.
    fn cell_at(mode: PaddingMode, n: i64, place: i64) -> i64 {
        match mode {
            PaddingMode::Zeros => -1,
            PaddingMode::Replicate => place.clamp(0, n - 1),
            PaddingMode::Circular => place.rem_euclid(n),
            PaddingMode::Reflect if place < 0 => -place,
            PaddingMode::Reflect => 2 * (n - 1) - place,
        }
    }

    #[test]
    fn the_cells_are_those_that_stand_in_the_padding() {
        for n in 1..9u64 {
            for (low, high) in (0..9).flat_map(|low| (0..9).map(move |high| (low, high))) {
                let axis = Axis::new("test", 0, n, (1, 1, 1), (low, high), Rounding::Floor).unwrap();
                for mode in PaddingMode::ALL.into_iter().filter(|mode| mode.check("test", &[axis]).is_ok()) {
                    let mut places = vec![1; n as usize];
                    let padding = (-(low as i64)..0).chain(n as i64..(n + high) as i64);
                    for cell in padding.map(|place| cell_at(mode, n as i64, place)).filter(|&cell| cell >= 0) {
                        places[cell as usize] += 1;
                    }
                    let border = AxisBorder::new(&axis, mode);
                    let [near, far] = &border.ranges;
                    assert!(near.end <= far.start || far.is_empty(), "{mode} {axis:?} {border:?}");
                    let found: Vec<u32> = near.clone().chain(far.clone()).collect();
                    let expected: Vec<u32> = (0..n as u32).filter(|&cell| places[cell as usize] > 1).collect();
                    assert_eq!(found, expected, "{mode} {axis:?}");
                    assert_eq!(border.cells() as usize, expected.len());
                    assert_eq!(Some(&border.images), places.iter().max(), "{mode} {axis:?}");
                }
            }
        }
    }
}
