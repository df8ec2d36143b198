//! Sliding windows in plain words. Not `crate::window`, which plans and shaders rely on: the two are to be able to
//! disagree.
//!
//! The padded input is `padding_low` cells, then the input, then `padding_high` cells. A window is `taps` cells,
//! `dilation` apart. The first window starts at the first cell of the padded input, each next one `stride` further on.

use crate::Axis;
use crate::error::{Error, Result};
use crate::padding_mode::PaddingMode;

/// The input cell under tap `t` of output `o`; `None` in the padding.
pub(super) fn cell_under(axis: &Axis, o: usize, t: usize) -> Option<usize> {
    let padded_cell = o * axis.stride as usize + t * axis.dilation as usize;
    let cell = padded_cell.checked_sub(axis.padding_low as usize)?;
    (cell < axis.input as usize).then_some(cell)
}

/// The input cell that a convolution reads under tap `t` of output `o`; `None` for a zero of the padding.
pub(super) fn cell_read(axis: &Axis, mode: PaddingMode, o: usize, t: usize) -> Option<usize> {
    let padded_cell = (o * axis.stride as usize + t * axis.dilation as usize) as i64;
    let (cells, last) = (i64::from(axis.input), i64::from(axis.input) - 1);
    let mut cell = padded_cell - i64::from(axis.padding_low);
    while !(0..cells).contains(&cell) {
        cell = match mode {
            PaddingMode::Zeros => return None,
            // The mirrors stand on the outermost cells.
            PaddingMode::Reflect if cell < 0 => -cell,
            PaddingMode::Reflect => last - (cell - last),
            PaddingMode::Replicate => cell.clamp(0, last),
            PaddingMode::Circular => cell.rem_euclid(cells),
        };
    }
    Some(cell as usize)
}

/// Of every input cell, the pairs of a tap and an output that read it.
pub(super) fn readers(axis: &Axis, mode: PaddingMode) -> Vec<Vec<(usize, usize)>> {
    let mut readers = vec![Vec::new(); axis.input as usize];
    for o in 0..axis.output as usize {
        for t in 0..axis.taps as usize {
            if let Some(cell) = cell_read(axis, mode, o, t) {
                readers[cell].push((t, o));
            }
        }
    }
    readers
}

/// The output whose tap `t` lies on input cell `i`; `None` if there is none.
pub(super) fn output_over(axis: &Axis, i: usize, t: usize) -> Option<usize> {
    let padded_cell = i + axis.padding_low as usize;
    let start = padded_cell.checked_sub(t * axis.dilation as usize)?;
    if start % axis.stride as usize != 0 {
        return None;
    }
    let o = start / axis.stride as usize;
    (o < axis.output as usize).then_some(o)
}

/// How many taps of output `o` lie inside the input.
pub(super) fn taps_inside(axis: &Axis, o: usize) -> usize {
    (0..axis.taps as usize).filter(|&t| cell_under(axis, o, t).is_some()).count()
}

/// How many taps of output `o` lie inside the padded input. Only a ceil-mode window has others.
pub(super) fn taps_inside_padded(axis: &Axis, o: usize) -> usize {
    let (stride, dilation, padded) = (axis.stride as usize, axis.dilation as usize, padded_extent(axis) as usize);
    (0..axis.taps as usize).filter(|&t| o * stride + t * dilation < padded).count()
}

/// Cells of the padded input.
fn padded_extent(axis: &Axis) -> u64 {
    u64::from(axis.padding_low) + u64::from(axis.input) + u64::from(axis.padding_high)
}

/// Counts the windows that lie wholly inside the padded input.
///
/// # Errors
/// Zero taps, stride or dilation; an axis beyond 2^31 cells; not a single window.
pub(super) fn count_fitting(operator: &'static str, number: usize, axis: &Axis) -> Result<u64> {
    for (parameter, value) in [("window", axis.taps), ("stride", axis.stride), ("dilation", axis.dilation)] {
        if value == 0 {
            let expected = "at least 1";
            return Err(Error::InvalidParameter { operator, parameter, value: "0".into(), expected });
        }
    }
    let window = u64::from(axis.dilation) * u64::from(axis.taps - 1) + 1;
    let padded = padded_extent(axis);
    let furthest = padded.saturating_add(window).saturating_add(axis.stride.into());
    if furthest > i32::MAX as u64 {
        let (limit, what) = ("31-bit coordinates", format!("{operator}: spatial axis {number} of the reference"));
        return Err(Error::LimitExceeded { limit, what, needed: furthest, available: i32::MAX as u64 });
    }
    let starts = (0..).step_by(axis.stride as usize);
    let fitting = starts.take_while(|start| start + window <= padded).count() as u64;
    if fitting == 0 {
        return Err(Error::WindowTooLarge { operator, axis: number, input: axis.input.into(), padded, window });
    }
    Ok(fitting)
}

/// Checks that the rank is 1, 2 or 3 and that the axes it does not have are single cells.
pub(super) fn check_rank(operator: &'static str, rank: u32, axes: &[Axis; 3]) -> Result<()> {
    let absent = 3usize.saturating_sub(rank as usize);
    let folded = axes[..absent].iter().all(|axis| (axis.input, axis.taps, axis.output) == (1, 1, 1));
    if !(1..=3).contains(&rank) || !folded {
        let expected = "1, 2 or 3, with one cell, tap and output along the axes that it leaves out";
        return Err(Error::InvalidParameter { operator, parameter: "rank", value: rank.to_string(), expected });
    }
    Ok(())
}
