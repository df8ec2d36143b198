//! Gathers whose lanes own the same cells of two rows, by three taps and by five.

use wgconv::Pass;

use super::family::{Family, Row};

const TWO_ROWS: Family<2> =
    Family { prefix: "conv/gather/subgroup_two_rows_", constants: ["TAPS", "TILE_M"], short_loops: [36, 80] };

/// Every tile of both kernels; heights of which the last row is alone, rows of one block, of as many as there are lanes and of parts of
/// one, blocks of several samples in a subgroup; and what only looks as if it could be computed so.
#[test]
fn lanes_of_two_rows_equal_the_reference() {
    use Pass::{Forward, InputGrad};
    let rows: [Row<2>; 47] = [
        ("n3c9h8w8k32r3s3p1", Forward, Some(("aligned", [3, 32]))),
        ("n2c12h9w4k33r3s3p1", Forward, Some(("aligned", [3, 32]))),
        ("n2c40h11w12k9r3s3p1", InputGrad, Some(("aligned", [3, 32]))),
        ("n2c9h10w36k16r3s3p1", Forward, Some(("aligned", [3, 16]))),
        ("n2c17h2w20k13r3s3p1", Forward, Some(("aligned", [3, 16]))),
        ("n2c12h4w16k15r3s3p1", InputGrad, Some(("aligned", [3, 16]))),
        ("n3c16h13w8k8r3s3p1", Forward, Some(("aligned", [3, 8]))),
        ("n2c10h6w12k24r3s3p1g2", InputGrad, Some(("aligned", [3, 8]))),
        ("n2c10d3h4w8k6t3r3s3p1", Forward, Some(("aligned", [3, 8]))),
        // Taps apart along h, rows under windows two apart, another padding, another number of taps along h.
        ("n2c15h12w8k7r3s3p2x1a2x1", Forward, Some(("aligned", [3, 8]))),
        ("n2c15h11w8k7r3s3u2x1p1", Forward, Some(("aligned", [3, 8]))),
        ("n2c20h11w8k7r2s3p0_3x1", Forward, Some(("aligned", [3, 8]))),
        ("n2c16h5w8k16r3s3p1_2x1f16", Forward, Some(("aligned", [3, 16]))),
        ("n2c9h10w7k32r3s3p1", Forward, Some(("any", [3, 32]))),
        ("n2c20h6w13k11r3s3p1", InputGrad, Some(("any", [3, 32]))),
        ("n3c12h14w14k16r3s3p1", Forward, Some(("any", [3, 16]))),
        ("n2c16h2w2k8r3s3p1", Forward, Some(("any", [3, 8]))),
        ("n2c12h9w33k8r3s3p1bf16", Forward, Some(("any", [3, 8]))),
        // Rows that do not keep their length, or begin elsewhere; with a lane behind the last one that has outputs, and without.
        ("n2c12h8w8k8r3s3p1x0_2", Forward, Some(("any", [3, 8]))),
        ("n2c12h8w18k32r3s3", Forward, Some(("any", [3, 32]))),
        ("n2c12h8w19k13r3s3", Forward, Some(("any", [3, 16]))),
        ("n3c13h11w20k8r3s3", Forward, Some(("any", [3, 8]))),
        ("n3c13h11w34k8r3s3", Forward, Some(("any", [3, 8]))),
        ("n3c7h12w17k13r3s3", InputGrad, Some(("any", [3, 8]))),
        ("n3c33h12w18k13r3s3", InputGrad, Some(("any", [3, 32]))),
        ("n2c12h10w17k8r3s3p1x0_5", Forward, Some(("any", [3, 8]))),
        ("n2c12h10w17k8r3s3p1x4_3", Forward, Some(("any", [3, 8]))),
        ("n2c12h10w24k8r3s3p1x0_1", Forward, Some(("any", [3, 8]))),
        // Five taps at once.
        ("n2c13h9w12k32r3s5p1x2", Forward, Some(("aligned", [5, 32]))),
        ("n2c13h9w12k16r3s5p1x2", Forward, Some(("aligned", [5, 16]))),
        ("n3c18h3w4k13r2s5p1x2", Forward, Some(("aligned", [5, 16]))),
        ("n2c20h10w36k13r3s5p1x2", InputGrad, Some(("aligned", [5, 32]))),
        ("n2c13h12w8k7r3s5p1x2", Forward, Some(("aligned", [5, 8]))),
        ("n2c12h9w28k13r3s5p1x2", InputGrad, Some(("aligned", [5, 16]))),
        ("n2c14d2h6w40k8t2r3s5p0x1x2bf16", Forward, Some(("aligned", [5, 8]))),
        ("n2c13h10w27k16r3s5p1x2", Forward, Some(("any", [5, 16]))),
        ("n3c13h10w5k35r3s5p1x2", Forward, Some(("any", [5, 32]))),
        ("n3c13h10w1k16r3s5p1x2", Forward, Some(("any", [5, 16]))),
        ("n2c13h12w20k8r3s5", Forward, Some(("any", [5, 8]))),
        ("n2c13h12w22k8r3s5", Forward, Some(("any", [5, 8]))),
        ("n2c13h12w23k16r3s5p0_2x1_0", Forward, Some(("any", [5, 16]))),
        ("n2c13h12w21k16r3s5", InputGrad, Some(("any", [5, 16]))),
        // A row alone of few; so few fours that a lane without outputs is too many; padding that is not zeros; both classes of a stride.
        ("n2c14h3w8k8r3s3p1", Forward, None),
        ("n2c5h8w14k8r3s3", Forward, None),
        ("n3c13h10w3k8r3s5p1x2", Forward, None),
        ("n2c5h8w8k8r3s3p1circular", Forward, None),
        ("n2c8h8w8k5r3s3u2x1p1", InputGrad, None),
    ];
    TWO_ROWS.equals_the_reference(&rows);
}

#[test]
fn lanes_of_two_rows_begin_at_any_sample() {
    let rows = [
        ("n3c11h10w7k15r3s3p1", 4 * 11 * 9 * 16),
        ("n3c11h18w4k15r3s3p1", 4 * 11 * 9 * 16),
        ("n3c11h10w19k15r3s3", 4 * 11 * 9 * 16),
        ("n3c7h10w9k15r3s5p1x2", 4 * 7 * 15 * 16),
    ];
    TWO_ROWS.begins_at_any_sample(Pass::Forward, &rows);
}
