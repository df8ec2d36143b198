//! The roofline: what a device allows at an intensity, and where every row lies below it.

use std::path::Path;

use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::{Canvas, FAINT, INK, font, pass_colour, passes_of, svg, text, title};
use crate::bench::{Peaks, Row, figure};

const ROOF: RGBColor = RGBColor(60, 60, 60);

/// Intensity across, GFLOP/s upwards, both logarithmic; a dot for each row in the colour of its pass, with a number that
/// the list below explains, as far as there is room for it.
pub fn roofline(path: &Path, rows: &[&Row], peaks: &Peaks, adapter: &str) -> Result<()> {
    // Passes that only move data have no place on logarithmic axes.
    let rows: Vec<&Row> = rows.iter().copied().filter(|row| row.flops > 0).collect();
    let rows = &rows[..];
    let names = numbered(rows);
    const COLUMNS: usize = 3;
    let lines = names.len().div_ceil(COLUMNS);
    let height = 640 + 17 * lines as u32 + 30;
    svg(path, (1280, height), |canvas| {
        title(canvas, "Roofline: what the device allows, and what each pass reaches")?;
        text(canvas, adapter, (24, 54), HPos::Left, font(13.0, FAINT))?;
        let (_, below) = canvas.split_vertically(66);
        let (area, list) = below.split_vertically(574);
        let (plot, side) = area.split_horizontally(1050);
        chart(&plot, rows, &names, peaks)?;
        legend(&side, rows, peaks)?;
        for (i, name) in names.iter().enumerate() {
            let (column, line) = (i / lines.max(1), i % lines.max(1));
            let at = (24 + 416 * column as i32, 10 + 17 * line as i32);
            text(&list, &format!("{}", i + 1), (at.0 + 18, at.1), HPos::Right, font(12.0, INK))?;
            text(&list, &shortened(name, 58), (at.0 + 26, at.1), HPos::Left, font(12.0, INK))?;
        }
        Ok(())
    })
}

/// The layers in the order of their first row: one number for all its passes.
fn numbered(rows: &[&Row]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for row in rows {
        let name = name(row);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn name(row: &Row) -> String {
    format!("{} {}: {}", row.suite, row.layer, row.case)
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

fn chart(area: &Canvas<'_>, rows: &[&Row], names: &[String], peaks: &Peaks) -> Result<()> {
    let points: Vec<(f64, f64)> = rows.iter().map(|row| (row.intensity(), row.gflops.unwrap_or(0.0))).collect();
    let least = |values: &mut dyn Iterator<Item = f64>| values.filter(|v| *v > 0.0).fold(f64::INFINITY, f64::min);
    let left = least(&mut points.iter().map(|point| point.0)).min(peaks.ridge()) * 0.6;
    let right = points.iter().map(|point| point.0).fold(peaks.ridge(), f64::max) * 1.8;
    let low = least(&mut points.iter().map(|point| point.1)).min(peaks.gflops / 10.0) * 0.6;
    let high = points.iter().map(|point| point.1).fold(peaks.gflops, f64::max) * 1.7;
    let mut chart = ChartBuilder::on(area)
        .margin(10)
        .margin_right(30)
        .x_label_area_size(46)
        .y_label_area_size(70)
        .build_cartesian_2d((left..right).log_scale(), (low..high).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("useful operations per byte of operands")
        .y_desc("GFLOP/s")
        .x_label_formatter(&|value| tick(*value))
        .y_label_formatter(&|value| tick(*value))
        .label_style(font(13.0, INK))
        .axis_desc_style(font(14.0, INK))
        .axis_style(FAINT)
        .bold_line_style(RGBColor(222, 222, 222))
        .light_line_style(RGBColor(244, 244, 244))
        .draw()?;
    let roof = [left, peaks.ridge(), right].map(|intensity| (intensity, peaks.attainable_gflops(intensity, 1.0)));
    chart.draw_series(LineSeries::new(roof, ROOF.stroke_width(2)))?;
    let mut labels = Labels::default();
    // Many dots are small, or they hide each other.
    let radius = if rows.len() > MANY { 3 } else { 5 };
    for pass in passes_of(rows) {
        let colour = pass_colour(pass);
        let of_pass = rows.iter().zip(&points).filter(|(row, point)| row.pass == pass && point.1 > 0.0);
        let dots = of_pass.clone().map(|(_, &point)| Circle::new(point, radius, colour.mix(0.8).filled()));
        chart.draw_series(dots)?;
        for (row, &point) in of_pass {
            let number = names.iter().position(|known| *known == name(row)).map_or(0, |at| at + 1);
            let number = number.to_string();
            if let Some(offset) = labels.place(chart.backend_coord(&point), number.len()) {
                let numeral = EmptyElement::at(point) + Text::new(number, offset, font(10.5, colour));
                chart.draw_series([numeral])?;
            }
        }
    }
    Ok(())
}

/// More rows than this are drawn small.
const MANY: usize = 60;

/// Where numerals stand already: hundreds of rows have no room for all, and one over the other says nothing.
#[derive(Default)]
struct Labels(Vec<[i32; 4]>);

impl Labels {
    /// Beside the dot at `at`, above or below, right or left, where there is room for so many digits; the offset from it.
    fn place(&mut self, at: (i32, i32), digits: usize) -> Option<(i32, i32)> {
        let (width, height) = (7 * digits as i32, 11);
        let left = -width - 4;
        let offset = [(6, -11), (6, 1), (left, -11), (left, 1)].into_iter().find(|(x, y)| {
            let (left, top) = (at.0 + x, at.1 + y);
            let touches = |other: &[i32; 4]| {
                left < other[2] && other[0] < left + width && top < other[3] && other[1] < top + height
            };
            !self.0.iter().any(touches)
        })?;
        let (left, top) = (at.0 + offset.0, at.1 + offset.1);
        self.0.push([left, top, left + width, top + height]);
        Some(offset)
    }
}

/// Beside the chart, where it hides nothing.
fn legend(side: &Canvas<'_>, rows: &[&Row], peaks: &Peaks) -> Result<()> {
    let left = 4;
    side.draw(&PathElement::new([(left, 30), (left + 22, 30)], ROOF.stroke_width(2)))?;
    let figures =
        [format!("{} GFLOP/s", figure(peaks.gflops)), format!("{} GB/s, measured", figure(peaks.gbytes_per_s))];
    for (line, words) in figures.iter().enumerate() {
        text(side, words, (left + 32, 30 + 18 * line as i32), HPos::Left, font(13.0, INK))?;
    }
    for (line, pass) in passes_of(rows).into_iter().enumerate() {
        let y = 80 + 22 * line as i32;
        side.draw(&Circle::new((left + 11, y), 5, pass_colour(pass).filled()))?;
        text(side, pass, (left + 32, y), HPos::Left, font(13.0, INK))?;
    }
    Ok(())
}

/// Without the zeros that nobody needs.
fn tick(value: f64) -> String {
    if value >= 1.0 { format!("{value:.0}") } else { format!("{value:.3}").trim_end_matches('0').to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_do_not_stand_on_each_other() {
        let mut labels = Labels::default();
        let placed: Vec<Option<(i32, i32)>> = (0..6).map(|_| labels.place((100, 100), 2)).collect();
        assert_eq!(placed.iter().flatten().count(), 4, "one in each corner: {placed:?}");
        assert!(labels.place((100, 160), 3).is_some());
        for (i, a) in labels.0.iter().enumerate() {
            for b in &labels.0[..i] {
                assert!(a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1], "{a:?} {b:?}");
            }
        }
    }
}
