//! The learned first-layer kernels as a grid.

use std::path::Path;

use anyhow::Result;
use plotters::style::text_anchor::HPos;

use super::colour::{Rgb, diverging};
use super::{Canvas, FAINT, INK, bitmap, colour_bar, font, frame, svg, text, title};

const COLUMNS: usize = 4;
/// Pixels of a kernel's side, about: whatever its taps, the row is wide enough for the note above it.
const SIDE: usize = 120;

/// The colours of one kernel; `largest` is the absolute value at the ends of the scale.
pub(super) fn colours(taps: &[f32], largest: f32) -> Vec<Rgb> {
    taps.iter().map(|&tap| diverging(tap / largest)).collect()
}

/// The largest absolute value, and 1 where all are zero.
pub(super) fn largest(taps: &[f32]) -> f32 {
    let largest = taps.iter().fold(0.0f32, |largest, tap| largest.max(tap.abs()));
    if largest > 0.0 { largest } else { 1.0 }
}

/// `weights` holds kernels of `side` x `side` taps, one after the other.
pub fn kernels(path: &Path, weights: &[f32], side: usize) -> Result<()> {
    let count = weights.len() / (side * side);
    let rows = count.div_ceil(COLUMNS);
    let scale = (SIDE / side).max(1);
    let cell = (side * scale + 20, side * scale + 34);
    let (left, top) = (24, 70);
    let grid = (COLUMNS * cell.0, rows * cell.1);
    let size = ((left + grid.0 + 110) as u32, (top + grid.1 + 16) as u32);
    svg(path, size, |canvas| {
        title(canvas, &format!("The {count} learned kernels of the first layer"))?;
        let note =
            format!("{side} x {side} taps each, one colour scale for all: blue negative, white zero, red positive");
        text(canvas, &note, (24, 52), HPos::Left, font(13.0, FAINT))?;
        let largest = largest(weights);
        for (index, kernel) in weights.chunks_exact(side * side).enumerate() {
            let x = (left + index % COLUMNS * cell.0) as i32;
            let y = (top + index / COLUMNS * cell.1) as i32;
            text(canvas, &format!("kernel {index}"), (x, y + 12), HPos::Left, font(13.0, INK))?;
            bitmap(canvas, (x, y + 22), &colours(kernel, largest), side, scale)?;
            frame(canvas, (x, y + 22), (side * scale, side * scale), FAINT)?;
        }
        scale_of_colours(canvas, ((left + grid.0 + 8) as i32, top as i32 + 22), grid.1 - 34, largest)
    })
}

fn scale_of_colours(canvas: &Canvas<'_>, at: (i32, i32), height: usize, largest: f32) -> Result<()> {
    colour_bar(canvas, at, height, |part| diverging(2.0 * part - 1.0))?;
    for quarter in 0..=4 {
        let value = largest * (1.0 - 0.5 * quarter as f32);
        let y = at.1 + (height * quarter / 4) as i32;
        let label = if quarter == 2 { "0".to_owned() } else { format!("{value:+.2}") };
        text(canvas, &label, (at.0 + 26, y), HPos::Left, font(13.0, INK))?;
    }
    Ok(())
}
