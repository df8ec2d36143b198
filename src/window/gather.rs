//! Forward and input gradient along one axis as one thing, a gather: cell `q` of a class of the target sums over the taps
//! `j` of that class what the source holds at `q * source_stride + start + j * tap_step`.
//!
//! Forward has one class. In the input gradient of stride s, input cell `i` meets only the taps `t` for which
//! `i + padding_low - t * dilation` is a multiple of s: the cells fall into s residue classes, in each of which the same taps
//! meet neighbouring outputs, which is a dense convolution with stride 1. Nothing is multiplied by zeros.

use super::Axis;

/// A gather along one axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GatherAxis {
    /// Extents of the tensors that are read and written.
    pub source: u32,
    pub target: u32,
    /// Source cells from one cell of a class to the next, and from one tap to the next.
    pub source_stride: u32,
    pub tap_step: u32,
    /// Target cells from one cell of a class to the next.
    pub target_stride: u32,
    /// Taps of the kernel.
    pub taps: u32,
    /// Tap t belongs to class `(t * dilation + shift) % classes.len()`, and so does every `period`-th after it.
    pub dilation: u32,
    pub shift: u32,
    pub period: u32,
    /// Class i begins at target cell i; one alone where [`GatherAxis::alone`] says.
    pub classes: Vec<GatherClass>,
}

/// The cells of the target that meet the same taps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GatherClass {
    /// Source cell under the first cell and the first tap; padding if it lies outside of the source.
    pub start: i32,
    pub taps: u32,
    pub cells: u32,
    /// Taps of the classes before this one.
    pub taps_before: u32,
}

impl GatherAxis {
    /// y from x.
    pub(crate) fn forward(axis: &Axis) -> GatherAxis {
        let start = -(axis.padding_low as i32);
        let class = GatherClass { start, taps: axis.taps, cells: axis.output, taps_before: 0 };
        GatherAxis {
            source: axis.input,
            target: axis.output,
            source_stride: axis.stride,
            tap_step: axis.dilation,
            target_stride: 1,
            taps: axis.taps,
            dilation: axis.dilation,
            shift: 0,
            period: 1,
            classes: vec![class],
        }
    }

    /// dx from dy; the taps of a class run backwards, so that the source's cells run forwards.
    pub(crate) fn input_grad(axis: &Axis) -> GatherAxis {
        let (stride, dilation, low) = (i64::from(axis.stride), i64::from(axis.dilation), i64::from(axis.padding_low));
        let common = greatest_common_divisor(axis.stride, axis.dilation);
        let period = axis.stride / common;
        let mut taps_before = 0;
        let class = |first: u32| {
            let residue = (i64::from(first) + low) % stride;
            let first_tap = (0..period.min(axis.taps)).find(|&t| i64::from(t) * dilation % stride == residue);
            let taps = first_tap.map_or(0, |tap| (axis.taps - 1 - tap) / period + 1);
            let last_tap = first_tap.map_or(0, |tap| i64::from(tap + (taps - 1) * period));
            // A multiple of the stride where there are taps; 0 where there are none, whose cells stay zero.
            let start = if taps == 0 { 0 } else { (i64::from(first) + low - last_tap * dilation) / stride };
            let class = GatherClass {
                start: start as i32,
                taps,
                cells: axis.input.saturating_sub(first).div_ceil(axis.stride),
                taps_before,
            };
            taps_before += taps;
            class
        };
        GatherAxis {
            source: axis.output,
            target: axis.input,
            source_stride: 1,
            tap_step: axis.dilation / common,
            target_stride: axis.stride,
            taps: axis.taps,
            dilation: axis.dilation,
            shift: (axis.stride - axis.padding_low % axis.stride) % axis.stride,
            period,
            classes: (0..axis.stride).map(class).collect(),
        }
    }

    /// Without dilation, the first tap of class 0.
    pub(crate) fn first_tap(&self) -> u32 {
        (self.classes.len() as u32 - self.shift) % self.classes.len() as u32
    }

    /// The most cells that a class has.
    pub(crate) fn most_cells(&self) -> u32 {
        self.classes.iter().map(|class| class.cells).max().unwrap_or(0)
    }

    /// Whether some tap of some cell lies outside of the source.
    pub(crate) fn crosses_bounds(&self) -> bool {
        self.classes.iter().filter(|class| class.taps > 0 && class.cells > 0).any(|class| {
            let reach = u64::from(class.cells - 1) * u64::from(self.source_stride)
                + u64::from(class.taps - 1) * u64::from(self.tap_step);
            class.start < 0 || class.start as u64 + reach >= u64::from(self.source)
        })
    }

    /// The only class of several that has taps, as an axis of its own, and its first cell. `None` if others have taps too.
    pub(crate) fn alone(&self) -> Option<(GatherAxis, u32)> {
        let mut with_taps = (0..).zip(&self.classes).filter(|(_, class)| class.taps > 0);
        let (first, class) = with_taps.next()?;
        let is_alone = with_taps.next().is_none() && class.cells > 0 && self.classes.len() > 1;
        // Without other classes among them, its taps follow each other.
        is_alone.then(|| (GatherAxis { shift: 0, period: 1, classes: vec![*class], ..self.clone() }, first))
    }

    /// Whether the middle tap of the only class lies at a cell's own number.
    pub(crate) fn begins_in_middle(&self) -> bool {
        self.classes[0].start == -((self.taps / 2) as i32)
    }

    /// Source cells, with taps side by side, under one cell of every class.
    fn span(&self) -> u32 {
        let with_taps = || self.classes.iter().filter(|class| class.taps > 0);
        let first = with_taps().map(|class| class.start).min();
        let end = with_taps().map(|class| class.start + class.taps as i32).max();
        first.zip(end).map_or(0, |(first, end)| (end - first) as u32)
    }

    /// Where lanes own so many neighbouring cells of every class, and read as many strides of the source from the first class's start on,
    /// and the rest from the lane behind: cells behind a row's that make one lane more, without any of its own, if the last one lacks some.
    pub(crate) fn idle_cells(&self, of_lane: u32) -> u32 {
        let cells = self.most_cells();
        let owned = cells.next_multiple_of(of_lane);
        let read = i64::from(owned) * i64::from(self.source_stride);
        let needed = i64::from(cells.saturating_sub(1)) * i64::from(self.source_stride) + i64::from(self.span());
        let is_short = needed > read && i64::from(self.classes[0].start) + read < i64::from(self.source);
        if is_short { owned + 1 - cells } else { 0 }
    }

    /// Whether a target cell depends on the source cell of the same number alone.
    pub(crate) fn is_pointwise(&self) -> bool {
        let class = self.classes[0];
        self.classes.len() == 1
            && self.target_stride == 1
            && self.taps == 1
            && self.source_stride == 1
            && class.start == 0
            && self.source == self.target
    }
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::super::Rounding;
    use super::*;

    /// (target cell, tap of w, source cell) of every pair that a gather multiplies.
    fn pairs(gather: &GatherAxis, reversed: bool) -> Vec<(u32, u32, u32)> {
        let mut found = Vec::new();
        let count = gather.classes.len() as u32;
        for (number, class) in (0..).zip(&gather.classes) {
            if gather.dilation == 1 && class.taps > 0 {
                let first = (number + gather.first_tap()) % count;
                assert_eq!((first * gather.dilation + gather.shift) % count, number, "{gather:?}");
                assert!(first < gather.period, "{gather:?}");
            }
            let own: Vec<u32> =
                (0..gather.taps).filter(|t| (t * gather.dilation + gather.shift) % count == number).collect();
            assert_eq!(own.len(), class.taps as usize, "{gather:?}");
            for (i, &tap) in (0..).zip(&own) {
                assert_eq!(i, tap / gather.period, "{gather:?}");
                let j = if reversed { class.taps - 1 - i } else { i };
                for q in 0..class.cells {
                    let cell =
                        i64::from(q * gather.source_stride) + i64::from(class.start) + i64::from(j * gather.tap_step);
                    if (0..i64::from(gather.source)).contains(&cell) {
                        found.push((number + q * gather.target_stride, tap, cell as u32));
                    } else {
                        assert!(gather.crosses_bounds(), "{gather:?}");
                    }
                }
            }
        }
        found.sort_unstable();
        found
    }

    #[test]
    fn a_class_alone_is_pointwise_only_without_other_cells_between() {
        // As many outputs as inputs, by the padding.
        let axis = Axis::new("test", 0, 4, (1, 2, 1), (0, 3), Rounding::Floor).unwrap();
        let (own, first) = GatherAxis::input_grad(&axis).alone().unwrap();
        assert_eq!((own.source, own.target, own.classes[0].start, first), (4, 4, 0, 0));
        assert!(!own.is_pointwise());
    }

    /// Input, padding, taps and stride; what is read of the source beyond the lanes' own cells, by brute force.
    #[test]
    fn a_lane_more_reads_what_the_last_one_lacks() {
        for (taps, stride) in [(1, 1), (3, 1), (5, 1), (2, 2), (3, 2), (4, 2), (5, 2), (7, 2)] {
            for (input, low, high) in (1..20).flat_map(|i| (0..6).flat_map(move |l| (0..6).map(move |h| (i, l, h)))) {
                let window = (taps, stride, 1);
                let Ok(axis) = Axis::new("test", 0, input, window, (low, high), Rounding::Floor) else { continue };
                for gather in [GatherAxis::forward(&axis), GatherAxis::input_grad(&axis)] {
                    if gather.classes.windows(2).any(|two| two[0].start > two[1].start) {
                        continue;
                    }
                    let step = i64::from(gather.source_stride);
                    let owned = step * i64::from(gather.most_cells().next_multiple_of(4));
                    let end = (i64::from(gather.classes[0].start) + owned).max(0)..i64::from(gather.source);
                    let is_read =
                        gather.classes.iter().filter(|class| class.cells > 0 && class.taps > 0).any(|class| {
                            let last = i64::from(class.start) + step * (i64::from(class.cells) - 1);
                            (last..last + i64::from(class.taps)).any(|cell| end.contains(&cell))
                        });
                    let idle = gather.idle_cells(4);
                    assert!(!is_read || idle > 0, "{gather:?}");
                    assert!(idle == 0 || (gather.most_cells() + idle - 1).is_multiple_of(4), "{gather:?}");
                }
            }
        }
    }

    #[test]
    fn both_gathers_multiply_every_pair_that_a_convolution_has_once() {
        for (input, taps, stride, dilation, low, high) in [
            (9, 3, 1, 1, 1, 1),
            (9, 3, 2, 1, 1, 0),
            (10, 3, 2, 2, 0, 3),
            (11, 4, 3, 2, 5, 1),
            (7, 1, 2, 1, 0, 0),
            (3, 2, 5, 1, 4, 4),
            (12, 5, 4, 6, 13, 13),
            (8, 2, 6, 4, 3, 0),
            (1, 1, 1, 1, 0, 0),
            (9, 1, 3, 1, 2, 4),
            (14, 3, 2, 4, 3, 5),
        ] {
            let axis = Axis::new("test", 0, input, (taps, stride, dilation), (low, high), Rounding::Floor).unwrap();
            let mut forward = Vec::new();
            for o in 0..axis.output {
                for t in 0..taps {
                    let cell = i64::from(o * stride + t * dilation) - low as i64;
                    if (0..input as i64).contains(&cell) {
                        forward.push((o, t, cell as u32));
                    }
                }
            }
            let mut backward: Vec<_> = forward.iter().map(|&(o, t, i)| (i, t, o)).collect();
            backward.sort_unstable();
            assert_eq!(pairs(&GatherAxis::forward(&axis), false), forward, "{axis:?}");
            assert_eq!(pairs(&GatherAxis::input_grad(&axis), true), backward, "{axis:?}");
            let gather = GatherAxis::input_grad(&axis);
            assert_eq!(gather.classes.iter().map(|class| u64::from(class.cells)).sum::<u64>(), input);
            if let Some((own, first)) = gather.alone() {
                let shifted = pairs(&own, true).into_iter().map(|(i, t, o)| (i + first, t, o));
                assert_eq!(shifted.collect::<Vec<_>>(), backward, "{axis:?}");
            }
        }
    }
}
