//! A bar for every participant of every row of a comparison: its speed as a part of the row's fastest.

use std::path::Path;

use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::{ALARM, Canvas, FAINT, INK, font, svg, text, title};
use crate::bench::figure;
use crate::compare::{Kind, Outcome, Row, times, word};

/// Pixels of one bar with its distance to the next, and between rows.
const LINE: usize = 16;
const GAP: usize = 12;
/// Where bars begin, and how long the longest is.
const FROM: i32 = 620;
const LENGTH: f64 = 420.0;

const COLOURS: [RGBColor; 8] = [
    RGBColor(31, 119, 180),
    RGBColor(214, 96, 20),
    RGBColor(44, 140, 60),
    RGBColor(123, 82, 171),
    RGBColor(20, 150, 160),
    RGBColor(190, 60, 110),
    RGBColor(140, 110, 30),
    RGBColor(127, 127, 127),
];

/// `participants` are lines about who took part.
pub fn ratios(path: &Path, rows: &[Row], participants: &[String]) -> Result<()> {
    let bars: usize = rows.iter().map(|row| row.results.len()).sum();
    let top = 60 + participants.len() * LINE;
    let height = top + bars * LINE + rows.len() * GAP + 30;
    svg(path, (1280, height as u32), |canvas| {
        title(canvas, "GFLOP/s of every participant; bars as parts of the fastest, ratios of the first to the others")?;
        for (line, words) in participants.iter().enumerate() {
            let shown: String = words.chars().take(190).collect();
            text(canvas, &shown, (24, 54 + (line * LINE) as i32), HPos::Left, font(12.0, FAINT))?;
        }
        let mut y = top + GAP;
        for row in rows {
            block(canvas, row, y)?;
            y += row.results.len() * LINE + GAP;
        }
        Ok(())
    })
}

fn block(canvas: &Canvas<'_>, row: &Row, top: usize) -> Result<()> {
    let fastest = row.results.iter().filter_map(|result| result.gflops).fold(f64::MIN_POSITIVE, f64::max);
    text(canvas, &row.layer, (24, top as i32), HPos::Left, font(12.0, INK))?;
    text(canvas, &row.case, (215, top as i32), HPos::Left, font(12.0, FAINT))?;
    text(canvas, &row.pass, (425, top as i32), HPos::Left, font(12.0, FAINT))?;
    for (i, result) in row.results.iter().enumerate() {
        let y = (top + i * LINE) as i32;
        let colour = COLOURS[i % COLOURS.len()];
        text(canvas, &result.participant, (FROM - 10, y), HPos::Right, font(12.0, colour))?;
        let right = FROM + (LENGTH * result.gflops.unwrap_or(0.0) / fastest).round().max(1.0) as i32;
        canvas.draw(&Rectangle::new([(FROM, y - 6), (right, y + 6)], colour.mix(0.7).filled()))?;
        let alarming = matches!(result.result, Kind::Wrong | Kind::NoAnswer | Kind::Failed);
        let style = font(12.0, if alarming { ALARM } else { INK });
        text(canvas, &words(i, result), (right + 8, y), HPos::Left, style)?;
    }
    Ok(())
}

fn words(i: usize, result: &Outcome) -> String {
    match (result.result, result.gflops, result.ratio) {
        (Kind::Timed, Some(gflops), Some(ratio)) if i > 0 => format!("{}   ({})", figure(gflops), times(ratio)),
        (Kind::Timed, Some(gflops), _) => figure(gflops),
        (Kind::Unsupported, ..) => "unsupported".to_owned(),
        (kind, ..) => word(kind).to_owned(),
    }
}
