//! One colour for each pass, the same in every picture.

use plotters::style::RGBColor;

use crate::bench::Row;

const COLOURS: [(&str, RGBColor); 13] = [
    ("forward", RGBColor(31, 119, 180)),
    ("input_grad", RGBColor(214, 96, 20)),
    ("kernel_grad", RGBColor(44, 140, 60)),
    ("bias_grad", RGBColor(127, 127, 127)),
    ("tconv_forward", RGBColor(110, 170, 215)),
    ("tconv_input_grad", RGBColor(240, 160, 100)),
    ("tconv_kernel_grad", RGBColor(130, 190, 135)),
    ("tconv_bias_grad", RGBColor(180, 180, 180)),
    ("max_forward", RGBColor(123, 82, 171)),
    ("max_forward_with_indices", RGBColor(180, 120, 200)),
    ("max_backward", RGBColor(190, 60, 110)),
    ("avg_forward", RGBColor(20, 150, 160)),
    ("avg_backward", RGBColor(140, 110, 30)),
];

pub fn pass_colour(pass: &str) -> RGBColor {
    COLOURS.iter().find(|(name, _)| *name == pass).map_or(RGBColor(60, 60, 60), |(_, colour)| *colour)
}

/// The passes of some rows, convolution first.
pub fn passes_of(rows: &[&Row]) -> Vec<&'static str> {
    COLOURS.iter().map(|(name, _)| *name).filter(|name| rows.iter().any(|row| row.pass == *name)).collect()
}
