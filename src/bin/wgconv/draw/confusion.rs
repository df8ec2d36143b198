//! The confusion matrix: what is shown against what was said.

use std::path::Path;

use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::colour::blues;
use super::{FAINT, INK, font, svg, text, title};
use crate::data::fashion::{CLASSES, NAMES};

/// Counts, `[shown][predicted]`.
pub type Counts = [[usize; CLASSES]; CLASSES];

const CELL: (i32, i32) = (76, 44);
const LEFT: i32 = 128;
const TOP: i32 = 112;

/// The darker a cell, the larger its part of the images of its row.
pub fn confusion(path: &Path, counts: &Counts) -> Result<()> {
    let right = LEFT + CLASSES as i32 * CELL.0;
    let size = ((right + 100) as u32, (TOP + CLASSES as i32 * CELL.1 + 24) as u32);
    let total: usize = counts.iter().flatten().sum();
    let correct: usize = (0..CLASSES).map(|class| counts[class][class]).sum();
    svg(path, size, |canvas| {
        let percent = 100.0 * correct as f64 / total.max(1) as f64;
        title(canvas, &format!("Confusion matrix: {correct} of {total} test images are right ({percent:.1} %)"))?;
        text(canvas, "predicted class", ((LEFT + right) / 2, 66), HPos::Center, font(14.0, FAINT))?;
        text(canvas, "true class", (LEFT - 12, TOP - 22), HPos::Right, font(14.0, FAINT))?;
        text(canvas, "right", (right + 50, TOP - 22), HPos::Center, font(14.0, FAINT))?;
        for (class, name) in NAMES.iter().enumerate() {
            let (x, y) = (LEFT + class as i32 * CELL.0 + CELL.0 / 2, TOP + class as i32 * CELL.1 + CELL.1 / 2);
            text(canvas, name, (x, TOP - 22), HPos::Center, font(13.0, INK))?;
            text(canvas, name, (LEFT - 12, y), HPos::Right, font(14.0, INK))?;
            let images = counts[class].iter().sum::<usize>();
            let recall = match images {
                0 => "-".to_owned(),
                _ => format!("{:.0} %", 100.0 * counts[class][class] as f64 / images as f64),
            };
            text(canvas, &recall, (right + 50, y), HPos::Center, font(14.0, INK))?;
        }
        for (shown, row) in counts.iter().enumerate() {
            let images = row.iter().sum::<usize>().max(1);
            for (predicted, &count) in row.iter().enumerate() {
                let at = (LEFT + predicted as i32 * CELL.0, TOP + shown as i32 * CELL.1);
                let part = count as f32 / images as f32;
                let [r, g, b] = blues(part);
                let corners = [at, (at.0 + CELL.0 - 2, at.1 + CELL.1 - 2)];
                canvas.draw(&Rectangle::new(corners, RGBColor(r, g, b).filled()))?;
                // A zero is only noise beside the numbers that matter.
                let colour = if count == 0 {
                    RGBColor(200, 200, 200)
                } else if part > 0.5 {
                    WHITE
                } else {
                    INK
                };
                let middle = (at.0 + CELL.0 / 2 - 1, at.1 + CELL.1 / 2 - 1);
                text(canvas, &count.to_string(), middle, HPos::Center, font(15.0, colour))?;
            }
        }
        Ok(())
    })
}
