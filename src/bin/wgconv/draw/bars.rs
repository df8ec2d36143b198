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
/// Where the bars of GFLOP/s begin and how long the longest is, and the same of the shares: a full one is the roofline.
const RATE: (i32, f64) = (560, 300.0);
const SHARE: (i32, f64) = (980, 200.0);

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
    for ((from, _), words) in [(RATE, "GFLOP/s"), (SHARE, "of the roofline")] {
        text(canvas, words, (from, top + 24), HPos::Left, font(12.0, FAINT))?;
    }
    let first = top + HEADING as i32;
    for (y, row) in (first..).step_by(LINE).zip(rows) {
        let label = format!("{} {}", row.suite, row.layer);
        text(canvas, &label, (24, y), HPos::Left, font(12.0, INK))?;
        text(canvas, &row.case, (RATE.0 - 10, y), HPos::Right, font(12.0, FAINT))?;
        let (gflops, share) = (row.gflops.unwrap_or(0.0), row.share_of_peak.unwrap_or(0.0));
        bar(canvas, RATE, y, gflops / longest, &crate::bench::figure(gflops), colour)?;
        bar(canvas, SHARE, y, share, &format!("{:.1} %", 100.0 * share), colour)?;
    }
    for (from, width) in [RATE, SHARE] {
        let size = (width as usize, rows.len() * LINE);
        frame(canvas, (from, first - LINE as i32 / 2), size, RGBColor(225, 225, 225))?;
    }
    Ok(first + (rows.len() * LINE) as i32)
}

/// `part` of the whole width, at most all of it, and the number after it.
fn bar(canvas: &Canvas<'_>, (from, width): (i32, f64), y: i32, part: f64, words: &str, colour: RGBColor) -> Result<()> {
    let right = from + (width * part.min(1.0)).round().max(1.0) as i32;
    canvas.draw(&Rectangle::new([(from, y - 6), (right, y + 6)], colour.mix(0.7).filled()))?;
    text(canvas, words, (right + 8, y), HPos::Left, font(12.0, INK))
}
