//! The pictures of a training run, of a benchmark and of a comparison, as SVG files. What the modules share: canvas, text,
//! bitmaps.

mod bars;
mod colour;
mod confusion;
mod curves;
mod features;
mod kernels;
mod passes;
mod ratios;
mod roofline;

pub use bars::bars;
pub use confusion::confusion;
pub use curves::curves;
pub use features::{Example, features};
pub use kernels::kernels;
pub use ratios::ratios;
pub use roofline::roofline;

use std::path::Path;

use anyhow::Result;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::files::write_atomically;
use colour::Rgb;
use passes::{pass_colour, passes_of};

/// What is drawn on: coordinates are pixels, from the upper left corner.
type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Nearly black, for text and axes.
const INK: RGBColor = RGBColor(34, 34, 34);
/// For what matters less.
const FAINT: RGBColor = RGBColor(110, 110, 110);
/// For what is wrong.
const ALARM: RGBColor = RGBColor(190, 30, 30);

/// Draws on a white canvas and writes it to a file.
fn svg(path: &Path, size: (u32, u32), draw: impl FnOnce(&Canvas<'_>) -> Result<()>) -> Result<()> {
    let mut text = String::new();
    {
        let canvas = SVGBackend::with_string(&mut text, size).into_drawing_area();
        canvas.fill(&WHITE)?;
        draw(&canvas)?;
        canvas.present()?;
    }
    // plotters-svg 0.3 names a media type that does not exist; strict viewers then show no bitmap.
    write_atomically(path, text.replace("data:png;base64,", "data:image/png;base64,").as_bytes())
}

/// A font whose letters really are so many pixels high: plotters divides by this factor when it writes SVG.
fn font<'a>(pixels: f64, colour: RGBColor) -> TextStyle<'a> {
    ("sans-serif", pixels * 1.24).into_font().color(&colour)
}

/// One line of text, vertically centred on `at`.
fn text(canvas: &Canvas<'_>, text: &str, at: (i32, i32), align: HPos, style: TextStyle<'_>) -> Result<()> {
    let style = style.pos(Pos::new(align, VPos::Center));
    Ok(canvas.draw(&Text::new(text.to_owned(), at, style))?)
}

/// The line on top of every picture.
fn title(canvas: &Canvas<'_>, words: &str) -> Result<()> {
    text(canvas, words, (24, 28), HPos::Left, font(20.0, INK))
}

/// A bitmap of `width` columns, every pixel becoming a square of `scale` pixels, so that viewers cannot blur it.
fn bitmap(canvas: &Canvas<'_>, at: (i32, i32), pixels: &[Rgb], width: usize, scale: usize) -> Result<()> {
    let wide = |row: &[Rgb]| -> Vec<u8> { row.iter().flat_map(|pixel| pixel.repeat(scale)).collect() };
    let bytes: Vec<u8> = pixels.chunks_exact(width).flat_map(|row| wide(row).repeat(scale)).collect();
    let size = ((width * scale) as u32, (pixels.len() / width * scale) as u32);
    let element: BitMapElement<'_, _> =
        BitMapElement::with_owned_buffer(at, size, bytes).expect("the buffer was made for this size");
    Ok(canvas.draw(&element)?)
}

/// An upright colour bar from `low` (below) to `high` (above).
fn colour_bar(canvas: &Canvas<'_>, at: (i32, i32), height: usize, colour: impl Fn(f32) -> Rgb) -> Result<()> {
    const WIDTH: usize = 18;
    let row = |y: usize| [colour(1.0 - y as f32 / (height - 1) as f32); WIDTH];
    let pixels: Vec<Rgb> = (0..height).flat_map(row).collect();
    bitmap(canvas, at, &pixels, WIDTH, 1)?;
    frame(canvas, at, (WIDTH, height), FAINT)
}

/// A thin frame around an area of that size.
fn frame(canvas: &Canvas<'_>, at: (i32, i32), size: (usize, usize), colour: RGBColor) -> Result<()> {
    let corners = [at, (at.0 + size.0 as i32, at.1 + size.1 as i32)];
    Ok(canvas.draw(&Rectangle::new(corners, colour))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::{Peaks, Row};
    use crate::compare::{self, Kind, Outcome};
    use crate::data::PIXELS;
    use crate::data::fashion::CLASSES;
    use crate::train::{EpochRecord, Metrics};

    fn drawn(draw: impl FnOnce(&Path) -> Result<()>) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("picture.svg");
        draw(&path).unwrap();
        let svg = std::fs::read_to_string(path).unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        svg
    }

    #[test]
    fn kernels_of_zeros_and_of_anything() {
        for taps in [vec![0.0; 400], (0..400).map(|tap| tap as f32 - 200.0).collect()] {
            let svg = drawn(|path| kernels(path, &taps, 5));
            // 16 kernels and the colour bar.
            assert_eq!(svg.matches("data:image/png;base64,").count(), 17);
        }
    }

    #[test]
    fn features_mark_what_is_wrong() {
        let (image, maps) = (vec![100; PIXELS], vec![0.0; 16 * PIXELS]);
        let example = |predicted| Example { image: &image, maps: &maps, label: 3, predicted, probability: 0.5 };
        let svg = drawn(|path| features(path, &[example(3), example(6)], &[0.1; 400], 5));
        assert_eq!(svg.matches(">\nwrong\n").count(), 1);
        assert_eq!(svg.matches("data:image/png;base64,").count(), 16 + 2 * 17);
    }

    #[test]
    fn confusion_counts_what_is_right() {
        let mut counts = [[0; CLASSES]; CLASSES];
        (counts[2][2], counts[2][4]) = (3, 1);
        assert!(drawn(|path| confusion(path, &counts)).contains("3 of 4 test images are right (75.0 %)"));
        drawn(|path| confusion(path, &[[0; CLASSES]; CLASSES]));
    }

    #[test]
    fn curves_of_one_and_of_many_epochs() {
        for count in [1, 8, 40] {
            let metrics = |epoch: usize| Metrics { loss: 1.0 / epoch as f64, accuracy: 1.0 - 0.3 / epoch as f64 };
            let record = |epoch| EpochRecord {
                epoch,
                train: metrics(epoch),
                test: metrics(epoch + 1),
                seconds: 1.0,
                host_seconds: 0.1,
                images_per_second: 1.0,
            };
            let epochs: Vec<EpochRecord> = (1..=count).map(record).collect();
            let svg = drawn(|path| curves(path, &epochs));
            assert_eq!(svg.matches("<circle").count(), 4 * count);
        }
    }
    #[test]
    fn benchmarks_of_no_row_and_of_many() {
        let peaks = Peaks { gflops: 90.0, arithmetic_form: "a".into(), gbytes_per_s: 20.0, copy_form: "b".into() };
        let row = |i: usize| {
            let mut row = Row {
                suite: "suite".into(),
                layer: format!("layer{i}"),
                case: format!("n{i}c64h56w56k64r3s3p1 and an unusually long description of it"),
                pass: ["forward", "input_grad", "kernel_grad"][i % 3].into(),
                flops: 1000 * (i as u64 + 1),
                bytes: 2000,
                ..Row::default()
            };
            row.rate(0.001, &peaks);
            row
        };
        let rows: Vec<Row> = (0..60).map(row).collect();
        for count in [0, 1, 60] {
            let rows: Vec<&Row> = rows.iter().take(count).collect();
            let svg = drawn(|path| roofline(path, &rows, &peaks, "adapter"));
            // A dot for each row, and one in the legend for each pass.
            assert_eq!(svg.matches("<circle").count(), count + count.min(3));
            assert_eq!(drawn(|path| bars(path, &rows, "adapter")).matches(" %\n").count(), count);
        }
    }

    #[test]
    fn comparisons_say_why_a_bar_is_missing() {
        let outcome = |participant: &str, result, gflops: Option<f64>| Outcome {
            participant: participant.into(),
            result,
            gflops,
            ratio: gflops.map(|gflops| 10.0 / gflops),
            ..Outcome::default()
        };
        let row = compare::Row {
            suite: "suite".into(),
            layer: "layer".into(),
            case: "c1w9k1s3".into(),
            pass: "forward".into(),
            flops: 42,
            results: vec![
                outcome("wgconv", Kind::Timed, Some(10.0)),
                outcome("fast", Kind::Timed, Some(20.0)),
                outcome("silent", Kind::NoAnswer, None),
            ],
        };
        let svg = drawn(|path| ratios(path, &[row], &["a line".to_owned()]));
        assert!(svg.contains("0.500 x") && svg.contains("no answer") && svg.contains("a line"), "{svg}");
        drawn(|path| ratios(path, &[], &[]));
    }
}
