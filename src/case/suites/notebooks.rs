//! The five notebooks that this library grew out of, checked number by number in `tests/notebooks`: a hand-made network on
//! one picture of 32 x 32 with a 5x5 kernel, kernels of 2x2 and 3x3 on a few cells, lines of 5 to 9 cells, and ten pictures
//! of three channels under sixteen 5x5 kernels.

use super::Line;

pub(super) const ROWS: &[Line] = &[
    ("picture.5x5", 1, "c1h32w32k1r5s5p2"),
    ("picture.pool", 1, "maxc1h32w32r2s2"),
    ("3x3.by-2x2", 1, "c1h3w3k1r2s2"),
    ("3x3.by-3x3", 1, "c1h3w3k1r3s3p1"),
    ("2x3x4.by-3x3", 1, "c2h3w4k1r3s3p1"),
    ("line5", 1, "c1w5k1s3p1"),
    ("line6", 1, "c1w6k1s3p1"),
    ("line7", 1, "c1w7k1s4p1_2"),
    ("line8", 1, "c1w8k1s5p2"),
    ("line9", 1, "c1w9k1s5p2"),
    ("pictures.5x5", 1, "n10c3h32w32k16r5s5p2"),
];
