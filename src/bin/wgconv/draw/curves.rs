//! Loss and accuracy over the epochs.

use std::path::Path;

use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::{Canvas, FAINT, INK, font, svg, text, title};
use crate::train::EpochRecord;

const TRAIN: RGBColor = RGBColor(31, 119, 180);
const TEST: RGBColor = RGBColor(214, 96, 20);

/// One chart for the loss, one for the accuracy, train and test in each.
pub fn curves(path: &Path, epochs: &[EpochRecord]) -> Result<()> {
    svg(path, (1120, 500), |canvas| {
        title(canvas, "Loss and accuracy per epoch")?;
        let note =
            "Training images: mean over the epoch, while the weights change. Test images: with the weights after it.";
        text(canvas, note, (24, 54), HPos::Left, font(13.0, FAINT))?;
        let (_, charts) = canvas.split_vertically(66);
        let (left, right) = charts.split_horizontally(560);
        let loss = epochs.iter().map(|epoch| (epoch.train.loss, epoch.test.loss));
        let highest = loss.clone().flat_map(|(train, test)| [train, test]).fold(0.0, f64::max);
        chart(&left, "cross-entropy loss", loss.collect(), (0.0, (highest * 1.1).max(0.1)), |value| {
            format!("{value:.1}")
        })?;
        let accuracy = epochs.iter().map(|epoch| (100.0 * epoch.train.accuracy, 100.0 * epoch.test.accuracy));
        let lowest = accuracy.clone().flat_map(|(train, test)| [train, test]).fold(100.0, f64::min);
        // Whole tens, with a little room below the lowest point.
        let floor = (((lowest - 2.0) / 10.0).floor() * 10.0).max(0.0);
        chart(&right, "accuracy in %", accuracy.collect(), (floor, 100.0), |value| format!("{value:.0}"))
    })
}

fn chart(
    area: &Canvas<'_>,
    name: &str,
    points: Vec<(f64, f64)>,
    (low, high): (f64, f64),
    label: impl Fn(&f64) -> String,
) -> Result<()> {
    // Half an epoch of room on both sides; a single epoch then is a dot in the middle.
    let range = 0.5..points.len() as f64 + 0.5;
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .margin_right(24)
        .x_label_area_size(48)
        .y_label_area_size(64)
        .build_cartesian_2d(range, low..high)?;
    // At most so many labels that they stand apart, at whole epochs only.
    let whole = |value: &f64| if value.fract().abs() < 1e-6 { format!("{value:.0}") } else { String::new() };
    chart
        .configure_mesh()
        .x_desc("epoch")
        .y_desc(name)
        .x_labels(points.len().clamp(2, 12))
        .y_labels(8)
        .x_label_formatter(&whole)
        .y_label_formatter(&label)
        .label_style(font(13.0, INK))
        .axis_desc_style(font(14.0, INK))
        .axis_style(FAINT)
        .bold_line_style(RGBColor(222, 222, 222))
        .light_line_style(TRANSPARENT)
        .draw()?;
    let series: [(&str, RGBColor, Vec<f64>); 2] = [
        ("training images", TRAIN, points.iter().map(|point| point.0).collect()),
        ("test images", TEST, points.iter().map(|point| point.1).collect()),
    ];
    for (name, colour, values) in series {
        let line: Vec<(f64, f64)> = (1..).map(f64::from).zip(values).collect();
        let legend = move |(x, y)| PathElement::new([(x, y), (x + 22, y)], colour.stroke_width(3));
        chart.draw_series(LineSeries::new(line.clone(), colour.stroke_width(3)))?.label(name).legend(legend);
        chart.draw_series(line.into_iter().map(|point| Circle::new(point, 4, colour.filled())))?;
    }
    let position = if high == 100.0 { SeriesLabelPosition::LowerRight } else { SeriesLabelPosition::UpperRight };
    chart
        .configure_series_labels()
        .position(position)
        .margin(14)
        .legend_area_size(28)
        .label_font(font(13.0, INK))
        .background_style(WHITE.mix(0.85))
        .border_style(RGBColor(200, 200, 200))
        .draw()?;
    Ok(())
}
