//! Input gradients whose lanes own all four classes of a stride of 2.

use wgconv::Pass;

use super::family::{Family, Row};

const FOUR_CLASSES: Family<3> =
    Family { prefix: "conv/gather/subgroup_classes_", constants: ["EVEN", "ODD", "ODD_FIRST"], short_loops: [36, 60] };

/// Every set of classes; heights and widths of which the last row and cell have one class only, a row of lanes over several samples and
/// parts of one, blocks of four rows and eight cells of which one row or one cell exists; and what only looks as if it could be
/// computed so.
#[test]
fn lanes_of_four_classes_equal_the_reference() {
    use Pass::{Forward, InputGrad};
    let rows: [Row<3>; 42] = [
        ("n3c8h16w16k19r3s3u2p1", InputGrad, Some(("aligned", [1, 2, 0]))),
        ("n2c9h15w23k21r3s3u2p1", InputGrad, Some(("aligned", [1, 2, 0]))),
        ("n2c17h13w40k19r3s3u2p1", InputGrad, Some(("aligned", [1, 2, 0]))),
        ("n2c33h11w7k20r3s3u2p1", InputGrad, Some(("aligned", [1, 2, 0]))),
        ("n2c24d5h10w15k92t2r3s3u2p0x1x1g2", InputGrad, Some(("aligned", [1, 2, 0]))),
        ("n2c14h3w72k19r3s3u2p1f16", InputGrad, Some(("aligned", [1, 2, 0]))),
        // Taps apart along the depth.
        ("n2c8d7h8w16k40t2r3s3u1x2x2p1a2x1x1", InputGrad, Some(("aligned", [1, 2, 0]))),
        ("n3c10h17w17k19r3s3u2", InputGrad, Some(("aligned", [2, 1, 1]))),
        ("n2c8h14w25k21r3s3u2p0_1", InputGrad, Some(("aligned", [2, 1, 1]))),
        ("n2c16h9w74k19r3s3u2bf16", InputGrad, Some(("aligned", [2, 1, 1]))),
        ("n2c16h14w16k19r2s2u2", InputGrad, Some(("aligned", [1, 1, 0]))),
        ("n2c11h13w57k19r2s2u2", InputGrad, Some(("aligned", [1, 1, 0]))),
        ("n3c9h16w16k19r4s4u2p1", InputGrad, Some(("aligned", [2, 2, 1]))),
        ("n2c20h11w40k21r4s4u2p1", InputGrad, Some(("aligned", [2, 2, 1]))),
        ("n2c8d4h7w24k23t2r4s4u1x2x2p1", InputGrad, Some(("aligned", [2, 2, 1]))),
        ("n2c9h14w14k19r3s3u2p1", InputGrad, Some(("any", [1, 2, 0]))),
        ("n3c16h7w7k19r3s3u2p1", InputGrad, Some(("aligned", [1, 2, 0]))),
        ("n3c16h9w9k19r3s3u2p1", InputGrad, Some(("any", [1, 2, 0]))),
        ("n2c12h13w45k20r3s3u2p1f16", InputGrad, Some(("any", [1, 2, 0]))),
        ("n5c16h4w2k19r3s3u2p1", InputGrad, Some(("any", [1, 2, 0]))),
        ("n2c12d5h13w19k46t3r3s3u2p1g2", InputGrad, Some(("any", [1, 2, 0]))),
        ("n2c9h12w14k19r3s3u2", InputGrad, Some(("any", [2, 1, 1]))),
        ("n2c13h15w31k19r3s3u2p2", InputGrad, Some(("any", [2, 1, 1]))),
        ("n2c9h12w14k19r2s2u2", InputGrad, Some(("any", [1, 1, 0]))),
        ("n2c18h7w29k19r2s2u2", InputGrad, Some(("any", [1, 1, 0]))),
        ("n2c9h16w16k19r4s4u2", InputGrad, Some(("any", [2, 2, 0]))),
        ("n2c9h13w21k20r4s4u2p2", InputGrad, Some(("any", [2, 2, 0]))),
        ("n2c9h14w14k19r4s4u2p1", InputGrad, Some(("any", [2, 2, 1]))),
        ("n2c13h13w75k19r4s4u2p1", InputGrad, Some(("any", [2, 2, 1]))),
        // What the last lane of a row lacks is outside, and another row's first cell is not.
        ("n2c9h13w16k19r3s3u2p1x3_1", InputGrad, Some(("any", [1, 2, 0]))),
        ("n2c9h13w15k19r4s4u2p3_0", InputGrad, Some(("any", [2, 2, 1]))),
        // Padding that takes the first and last of y's cells away: lanes behind the last one that has cells of x, and too few for one.
        ("n2c13h12w32k19r3s3u2p1x1_6", InputGrad, Some(("any", [1, 2, 0]))),
        ("n2c13h12w32k19r3s3u2p1x1_8", InputGrad, Some(("any", [1, 2, 0]))),
        ("n2c13h12w32k19r4s4u2p1x1_9", InputGrad, Some(("any", [2, 2, 1]))),
        ("n2c13h12w32k19r3s3u2p1x5_6", InputGrad, Some(("any", [1, 2, 0]))),
        ("n2c13h12w8k19r4s4u2p1x1_7", InputGrad, None),
        // One row of a class, few channels of x, taps apart, other strides or taps along h, a stride along h alone, forward.
        ("n2c14h2w16k19r3s3u2p1", InputGrad, None),
        ("n2c4h16w16k19r3s3u2p1", InputGrad, None),
        ("n2c8h17w17k19r3s3u2p2a2", InputGrad, None),
        ("n2c8h16w16k19r5s3u2p2x1", InputGrad, None),
        ("n2c8h16w16k19r3s3u2x1p1", InputGrad, None),
        ("n2c8h16w16k19r3s3u2p1", Forward, None),
    ];
    FOUR_CLASSES.equals_the_reference(&rows);
}

#[test]
fn lanes_of_four_classes_begin_at_any_sample() {
    let rows = [("n3c11h10w13k7r3s3u2p1", 4 * 7 * 9 * 16), ("n3c9h11w15k7r3s3u2p1", 4 * 7 * 9 * 16)];
    FOUR_CLASSES.begins_at_any_sample(Pass::InputGrad, &rows);
}
