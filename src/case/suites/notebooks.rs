//! The five notebooks that this library grew out of, checked number by number in `tests/notebooks`: a hand-made network on
//! one picture of 32 x 32; kernels of 2x2 and 3x3 on a few cells; lines of 5 to 9 cells; three pictures of 28 x 28; and ten
//! pictures of three channels under sixteen 5x5 kernels.

use super::Line;

pub(super) const ROWS: &[Line] = &[
    ("000.5x5", 1, "c1h32w32k1r5s5p2"),
    ("001.3x3", 1, "c1h32w32k1r3s3p1"),
    ("000.pool", 1, "maxc1h32w32r2s2"),
    ("002.3x3-by-2x2", 1, "c1h3w3k1r2s2"),
    ("003.2x3x4", 1, "c2h3w4k3r3s3p1"),
    ("003.shared", 1, "c2h3w4k3r3s3p1shared"),
    ("004.line5", 1, "c1w5k1s3p1"),
    ("004.line7", 1, "n2c1w7k1s3p1"),
    ("004.line7-even", 1, "n2c1w7k1s2p1_0"),
    ("004.line9", 1, "c1w9k1s3p1"),
    ("004.28x28", 1, "n3c1h28w28k1r3s3p1"),
    ("004.pictures", 1, "n10c3h32w32k16r5s5p2"),
];
