//! What the first layer makes of a few test images.

use std::path::Path;

use anyhow::Result;
use plotters::style::text_anchor::HPos;

use super::colour::{Rgb, grey, ordered};
use super::kernels::{colours, largest};
use super::{ALARM, Canvas, FAINT, INK, bitmap, font, frame, svg, text, title};
use crate::data::PIXELS;
use crate::data::fashion::{NAMES, SIDE};

/// A test image, what the first layer answers to it, and what the network takes it for.
pub struct Example<'a> {
    pub image: &'a [u8],
    /// One map of `SIDE` x `SIDE` after the other, after the ReLU.
    pub maps: &'a [f32],
    pub label: u8,
    pub predicted: u8,
    /// The network's probability of `predicted`.
    pub probability: f32,
}

const IMAGE_SCALE: usize = 3;
const MAP_SCALE: usize = 2;
const MAP_STEP: i32 = (SIDE * MAP_SCALE) as i32 + 6;
const ROW: i32 = (SIDE * IMAGE_SCALE) as i32 + 12;
const LEFT: i32 = 24;
const NAMES_LEFT: i32 = LEFT + (SIDE * IMAGE_SCALE) as i32 + 14;
const MAPS_LEFT: i32 = NAMES_LEFT + 172;
const TOP: i32 = 182;

/// A row for each example: image, names, feature maps; the kernels stand above their maps.
pub fn features(path: &Path, examples: &[Example<'_>], weights: &[f32], side: usize) -> Result<()> {
    let count = weights.len() / (side * side);
    let size = ((MAPS_LEFT + count as i32 * MAP_STEP + 24) as u32, (TOP + examples.len() as i32 * ROW + 8) as u32);
    // Channels differ much in strength: each has its own scale, the same in all rows.
    let strongest: Vec<f32> = (0..count)
        .map(|map| examples.iter().flat_map(|example| map_of(example, map)).fold(0.0f32, |most, &v| most.max(v)))
        .collect();
    svg(path, size, |canvas| {
        title(canvas, &format!("{} test images and their {count} feature maps after the first layer", examples.len()))?;
        let note = "Below each kernel what it finds, on a scale from 0 (dark) to the column's largest value (yellow). The \
                    images: the first right ones of four classes, the first two wrong ones.";
        text(canvas, note, (24, 54), HPos::Left, font(13.0, FAINT))?;
        head(canvas, weights, side)?;
        for (row, example) in examples.iter().enumerate() {
            let y = TOP + row as i32 * ROW;
            let pixels: Vec<Rgb> = example.image.iter().map(|&pixel| grey(pixel)).collect();
            bitmap(canvas, (LEFT, y), &pixels, SIDE, IMAGE_SCALE)?;
            names(canvas, example, y)?;
            for (map, most) in strongest.iter().enumerate() {
                // A channel that never fires stays dark.
                let scale = if *most > 0.0 { 1.0 / most } else { 0.0 };
                let pixels: Vec<Rgb> = map_of(example, map).iter().map(|value| ordered(value * scale)).collect();
                let at = (MAPS_LEFT + map as i32 * MAP_STEP, y + (SIDE * (IMAGE_SCALE - MAP_SCALE) / 2) as i32);
                bitmap(canvas, at, &pixels, SIDE, MAP_SCALE)?;
            }
        }
        Ok(())
    })
}

fn map_of<'a>(example: &Example<'a>, map: usize) -> &'a [f32] {
    &example.maps[map * PIXELS..(map + 1) * PIXELS]
}

/// The kernels, each above the maps that it makes.
fn head(canvas: &Canvas<'_>, weights: &[f32], side: usize) -> Result<()> {
    let largest = largest(weights);
    let scale = SIDE * MAP_SCALE / side;
    text(canvas, "test image", (LEFT, TOP - 16), HPos::Left, font(13.0, FAINT))?;
    text(canvas, "true and predicted", (NAMES_LEFT, TOP - 16), HPos::Left, font(13.0, FAINT))?;
    text(canvas, "kernel", (MAPS_LEFT - 12, TOP - 62), HPos::Right, font(13.0, FAINT))?;
    for (index, kernel) in weights.chunks_exact(side * side).enumerate() {
        let x = MAPS_LEFT + index as i32 * MAP_STEP;
        let middle = x + (SIDE * MAP_SCALE / 2) as i32;
        text(canvas, &index.to_string(), (middle, TOP - 104), HPos::Center, font(13.0, INK))?;
        bitmap(canvas, (x, TOP - 92), &colours(kernel, largest), side, scale)?;
        frame(canvas, (x, TOP - 92), (side * scale, side * scale), FAINT)?;
    }
    Ok(())
}

fn names(canvas: &Canvas<'_>, example: &Example<'_>, y: i32) -> Result<()> {
    let right = example.label == example.predicted;
    let middle = y + ROW / 2 - 8;
    let (shown, predicted) = (NAMES[usize::from(example.label)], NAMES[usize::from(example.predicted)]);
    text(canvas, shown, (NAMES_LEFT, middle - 20), HPos::Left, font(15.0, INK))?;
    let answer = format!("{predicted} ({:.0} %)", 100.0 * example.probability);
    text(canvas, &answer, (NAMES_LEFT, middle + 2), HPos::Left, font(15.0, if right { INK } else { ALARM }))?;
    if !right {
        text(canvas, "wrong", (NAMES_LEFT, middle + 24), HPos::Left, font(15.0, ALARM))?;
        frame(canvas, (LEFT - 2, y - 2), (SIDE * IMAGE_SCALE + 4, SIDE * IMAGE_SCALE + 4), ALARM)?;
    }
    Ok(())
}
