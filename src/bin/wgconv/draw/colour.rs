//! Colour scales, as straight lines between a few anchors.

/// Red, green, blue.
pub type Rgb = [u8; 3];

/// Blue below zero, white at zero, red above; `value` from -1 to 1.
pub fn diverging(value: f32) -> Rgb {
    const ANCHORS: [Rgb; 5] = [[5, 48, 97], [67, 147, 195], [247, 247, 247], [214, 96, 77], [103, 0, 31]];
    between(&ANCHORS, (value + 1.0) / 2.0)
}

/// Dark violet, green, yellow: an ordered scale that also works in grey; `value` from 0 to 1.
pub fn ordered(value: f32) -> Rgb {
    const ANCHORS: [Rgb; 5] = [[36, 4, 56], [56, 82, 139], [33, 145, 140], [94, 201, 97], [253, 231, 37]];
    between(&ANCHORS, value)
}

/// White to dark blue; `value` from 0 to 1.
pub fn blues(value: f32) -> Rgb {
    const ANCHORS: [Rgb; 3] = [[250, 252, 255], [107, 174, 214], [8, 48, 107]];
    between(&ANCHORS, value)
}

/// Black to white.
pub fn grey(value: u8) -> Rgb {
    [value; 3]
}

fn between(anchors: &[Rgb], value: f32) -> Rgb {
    // NaN has no place on a scale; clamp keeps it, the cast below then makes it 0.
    let position = value.clamp(0.0, 1.0) * (anchors.len() - 1) as f32;
    let low = (position as usize).min(anchors.len() - 2);
    let part = position - low as f32;
    std::array::from_fn(|channel| {
        let (from, to) = (f32::from(anchors[low][channel]), f32::from(anchors[low + 1][channel]));
        (from + (to - from) * part).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_hit_their_anchors_and_survive_odd_values() {
        assert_eq!(diverging(0.0), [247, 247, 247]);
        assert_eq!((diverging(-1.0), diverging(1.0)), ([5, 48, 97], [103, 0, 31]));
        assert_eq!((ordered(-3.0), ordered(7.0)), ([36, 4, 56], [253, 231, 37]));
        blues(f32::NAN);
    }
}
