//! What is beyond an image's edges: the library's padding modes, of which a piece of an image brings what it needs along.

use clap::ValueEnum;

/// As [`wgconv::PaddingMode`]; a filter that reaches further than the image is wide finds it reflected, or again, as often as it
/// takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Edge {
    /// Black
    Zeros,
    /// The image, mirrored at its outermost pixels
    Reflect,
    /// The outermost pixels, again and again
    Replicate,
    /// The image from its other end
    Circular,
}

impl Edge {
    /// The pixel that stands at a place along an axis of so many pixels; none where it is black.
    pub fn pixel(self, place: i64, extent: usize) -> Option<usize> {
        let count = extent as i64;
        let pixel = match self {
            Edge::Zeros if !(0..count).contains(&place) => return None,
            Edge::Zeros => place,
            Edge::Replicate => place.clamp(0, count - 1),
            Edge::Circular => place.rem_euclid(count),
            Edge::Reflect => {
                // There and back again, the two ends once each; a single pixel is all that there is.
                let there_and_back = (2 * (count - 1)).max(1);
                let along = place.rem_euclid(there_and_back);
                along.min(there_and_back - along)
            }
        };
        Some(pixel as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_around_three_pixels() {
        let row =
            |edge: Edge| (-4..7).map(move |place| edge.pixel(place, 3).map_or('.', |pixel| ['a', 'b', 'c'][pixel]));
        for (edge, expected) in [
            (Edge::Zeros, "....abc...."),
            (Edge::Replicate, "aaaaabccccc"),
            (Edge::Circular, "cabcabcabca"),
            (Edge::Reflect, "abcbabcbabc"),
        ] {
            assert_eq!(row(edge).collect::<String>(), expected, "{edge:?}");
        }
        assert_eq!(Edge::Reflect.pixel(-5, 1), Some(0));
    }
}
