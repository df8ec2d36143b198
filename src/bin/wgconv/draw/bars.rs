//! A bar for every layer and pass: GFLOP/s, and how much of the roofline that is.

use std::path::Path;

use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::{Canvas, FAINT, INK, font, frame, pass_colour, passes_of, svg, text, title};
use crate::bench::Row;

/// Pixels of one bar with its distance to the next.
const LINE: usize = 17;
/// Above the bars of a pass.
const HEADING: usize = 46;
const BARS_FROM: i32 = 560;
const BARS_WIDTH: f64 = 500.0;

/// One block for each pass, its rows in the order of the report.
pub fn bars(path: &Path, rows: &[&Row], adapter: &str) -> Result<()> {
    let passes = passes_of(rows);
    let height = 80 + rows.len() * LINE + passes.len() * HEADING;
    svg(path, (1280, height as u32), |canvas| {
        title(canvas, "GFLOP/s per layer and pass, and the share of what the roofline allows")?;
        text(canvas, adapter, (24, 54), HPos::Left, font(13.0, FAINT))?;
        let mut top = 70;
        for pass in passes {
            let of_pass: Vec<&&Row> = rows.iter().filter(|row| row.pass == pass).collect();
            top = block(canvas, pass, &of_pass, top)?;
        }
        Ok(())
    })
}

/// Draws one pass from `top` on; where the next one begins.
fn block(canvas: &Canvas<'_>, pass: &str, rows: &[&&Row], top: i32) -> Result<i32> {
    let colour = pass_colour(pass);
    let longest = rows.iter().filter_map(|row| row.gflops).fold(f64::MIN_POSITIVE, f64::max);
    text(canvas, pass, (24, top + 24), HPos::Left, font(16.0, colour))?;
    let mut y = top + HEADING as i32;
    for row in rows {
        let gflops = row.gflops.unwrap_or(0.0);
        let right = BARS_FROM + (BARS_WIDTH * gflops / longest).round().max(1.0) as i32;
        let label = format!("{} {}", row.suite, row.layer);
        text(canvas, &label, (24, y), HPos::Left, font(12.0, INK))?;
        text(canvas, &row.case, (BARS_FROM - 10, y), HPos::Right, font(12.0, FAINT))?;
        canvas.draw(&Rectangle::new([(BARS_FROM, y - 6), (right, y + 6)], colour.mix(0.25).filled()))?;
        // The dark part is the share of the bar that the roofline would allow to be whole.
        let share = row.share_of_peak.unwrap_or(0.0);
        let dark = BARS_FROM + (f64::from(right - BARS_FROM) * share.min(1.0)).round() as i32;
        canvas.draw(&Rectangle::new([(BARS_FROM, y - 6), (dark, y + 6)], colour.filled()))?;
        let words = format!("{} GFLOP/s, {:.1} %", crate::bench::figure(gflops), 100.0 * share);
        text(canvas, &words, (right + 8, y), HPos::Left, font(12.0, INK))?;
        y += LINE as i32;
    }
    let size = (BARS_WIDTH as usize, rows.len() * LINE);
    frame(canvas, (BARS_FROM, top + HEADING as i32 - LINE as i32 / 2), size, RGBColor(225, 225, 225))?;
    Ok(y)
}
