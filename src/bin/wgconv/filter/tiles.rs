//! The pieces that an image is cut into, so that one of any size fits a device.

use std::num::NonZeroUsize;

/// A rectangle of pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tile {
    pub top: usize,
    pub left: usize,
    pub height: usize,
    pub width: usize,
}

/// Squares of this side, smaller ones at the right and at the bottom: together every pixel once.
pub fn tiles(height: usize, width: usize, side: NonZeroUsize) -> impl Iterator<Item = Tile> {
    let side = side.get();
    (0..height).step_by(side).flat_map(move |top| {
        (0..width).step_by(side).map(move |left| Tile {
            top,
            left,
            height: side.min(height - top),
            width: side.min(width - left),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_once() {
        for side in [1, 3, 4, 100] {
            let mut seen = [[0; 7]; 4];
            for tile in tiles(4, 7, NonZeroUsize::new(side).unwrap()) {
                for row in &mut seen[tile.top..tile.top + tile.height] {
                    row[tile.left..tile.left + tile.width].iter_mut().for_each(|count| *count += 1);
                }
            }
            assert_eq!(seen, [[1; 7]; 4], "{side}");
        }
    }
}
