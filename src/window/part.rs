//! Some of an axis's windows, as an axis of their own.

use std::ops::Range;

use super::{Axis, span};

impl Axis {
    /// The outputs whose windows do not lie before the input or behind it.
    pub(crate) fn outputs_inside(&self) -> Range<u32> {
        let [stride, low] = [self.stride, self.padding_low].map(u64::from);
        let begin = (low + 1).saturating_sub(span(self.taps, self.dilation)).div_ceil(stride);
        let end = (u64::from(self.input) + low).div_ceil(stride).min(self.output.into());
        begin.min(end) as u32..end as u32
    }

    /// From the first input cell of these outputs' windows to the last, of outputs that are inside.
    pub(crate) fn cells_under(&self, outputs: &Range<u32>) -> Range<u32> {
        let begin = |output: u32| u64::from(output) * u64::from(self.stride);
        let low = u64::from(self.padding_low);
        let first = begin(outputs.start).saturating_sub(low);
        let end = (begin(outputs.end - 1) + span(self.taps, self.dilation)).saturating_sub(low);
        first as u32..end.min(self.input.into()) as u32
    }

    /// The axis of these outputs and these input cells, which their windows do not leave but into the padding. Where the windows begin
    /// behind the first of the cells, the low padding is a negative number in two's complement, as shaders take it (`window_start`).
    pub(crate) fn part(&self, outputs: &Range<u32>, cells: &Range<u32>) -> Axis {
        Axis {
            input: cells.end - cells.start,
            output: outputs.end - outputs.start,
            padding_low: (self.padding_low + cells.start).wrapping_sub(outputs.start * self.stride),
            ..*self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::Rounding;

    /// The input cells of an output's window.
    fn window(axis: &Axis, output: u32) -> Vec<i64> {
        let first = i64::from(output) * i64::from(axis.stride) - i64::from(axis.padding_low as i32);
        let cells = (0..axis.taps).map(|tap| first + i64::from(tap) * i64::from(axis.dilation));
        cells.filter(|cell| (0..i64::from(axis.input)).contains(cell)).collect()
    }

    #[test]
    fn parts_have_the_windows_of_the_whole() {
        let mut parts = 0;
        for (input, taps, stride, dilation, low) in (1..9)
            .flat_map(|input| (1..4).map(move |taps| (input, taps)))
            .flat_map(|(input, taps)| {
                (1..4).flat_map(move |stride| (1..4).map(move |step| (input, taps, stride, step)))
            })
            .flat_map(|(input, taps, stride, step)| (0..8).map(move |low| (input, taps, stride, step, low)))
        {
            let window_of = (taps, stride, dilation);
            let Ok(axis) = Axis::new("test", 0, input, window_of, (low, 7 - low), Rounding::Floor) else { continue };
            let inside = axis.outputs_inside();
            for output in (0..axis.output).filter(|output| !inside.contains(output)) {
                assert_eq!(window(&axis, output), [0; 0], "{axis:?}, output {output}");
            }
            for outputs in inside.clone().flat_map(|first| (first + 1..=inside.end).map(move |end| first..end)) {
                let under = axis.cells_under(&outputs);
                assert!(under.start < under.end && under.end <= axis.input, "{axis:?}, {outputs:?}: {under:?}");
                for cells in [under, 0..axis.input] {
                    let part = axis.part(&outputs, &cells);
                    for output in outputs.clone() {
                        let found = window(&part, output - outputs.start);
                        let found: Vec<i64> = found.iter().map(|cell| cell + i64::from(cells.start)).collect();
                        assert_eq!(found, window(&axis, output), "{axis:?}, {outputs:?} on {cells:?}");
                    }
                }
                parts += 1;
            }
        }
        assert!(parts > 1_000, "only {parts}");
    }
}
