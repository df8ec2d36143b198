//! Input gradients whose lanes own both classes of a stride of 2 along w: of one axis, or where those along h are other ones.

use wgconv::Pass;

use super::family::{Family, Row};

const PAIR: Family<2> =
    Family { prefix: "conv/gather/subgroup_pair", constants: ["EVEN", "ODD"], short_loops: [36, 36] };

/// Every set of classes, in rows of any length, of one axis and of more, and either way in memory.
#[test]
fn lanes_of_both_classes_along_w_equal_the_reference() {
    use Pass::InputGrad;
    let rows: [Row<2>; 16] = [
        ("n3c9w16k59s3u2p1", InputGrad, Some(("", [1, 2]))),
        ("n3c17w75k60s3u2p1", InputGrad, Some(("", [1, 2]))),
        ("n2c12h7w14k59r1s3u1x2p0x1", InputGrad, Some(("", [1, 2]))),
        ("n2c24h7w9k122r1s3u1x2p0x1g2", InputGrad, Some(("", [1, 2]))),
        ("n2c9h6w8k59r1s3u2p0x1lastx", InputGrad, Some(("", [1, 2]))),
        ("n2c9w17k61s3u2lasty", InputGrad, Some(("", [2, 1]))),
        ("n2c33w40k59s3u2p2f16", InputGrad, Some(("", [2, 1]))),
        ("n2c11w13k59s2u2", InputGrad, Some(("", [1, 1]))),
        ("n2c11h3w8k60r1s2u1x2bf16", InputGrad, Some(("", [1, 1]))),
        ("n2c16w15k59s4u2p1", InputGrad, Some(("", [2, 2]))),
        ("n2c13w22k60s4u2p2", InputGrad, Some(("", [2, 2]))),
        ("n2c9w14k59s4u2p1lastxlasty", InputGrad, Some(("", [2, 2]))),
        // Other classes along h, and an odd class that begins a cell behind the even one.
        ("n2c9h8w16k59r4s3u2p1", InputGrad, Some(("", [1, 2]))),
        ("n2c9h8w10k59r2s2u2p1", InputGrad, Some(("", [1, 1]))),
        // Tiles of fewer rows, more taps of a class.
        ("n2c8w16k59s3u2p1", InputGrad, None),
        ("n2c9w16k59s5u2p2", InputGrad, None),
    ];
    PAIR.equals_the_reference(&rows);
}
