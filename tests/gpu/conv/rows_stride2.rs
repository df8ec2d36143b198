//! Gathers with stride 2 along w whose lanes own the same cells of two rows.

use wgconv::Pass;

use super::family::{Family, Row};

const ROWS_STRIDE2: Family<3> = Family {
    prefix: "conv/gather/subgroup_rows_stride2_",
    constants: ["TAPS", "BEFORE", "TILE_M"],
    short_loops: [36, 80],
};

/// Every tile of the three kernels; heights of which the last row is alone, rows of one block, of as many as there are lanes and of parts of
/// one, blocks of several samples in a subgroup, lanes without outputs; and what only looks as if it could be computed so.
#[test]
fn lanes_of_two_rows_with_stride_2_equal_the_reference() {
    use Pass::Forward;
    let (fours, from_fours) = ("aligned", "aligned+scalar");
    let rows: [Row<3>; 79] = [
        // Two taps.
        ("n2c19h8w8k32r2s2u2", Forward, Some((fours, [2, 0, 32]))),
        ("n3c21h18w16k9r2s2u2", Forward, Some((fours, [2, 0, 16]))),
        ("n2c19h9w72k7r2s2u1x2", Forward, Some((fours, [2, 0, 8]))),
        ("n2c19h8w12k33r2s2u2", Forward, Some((from_fours, [2, 0, 32]))),
        ("n2c19h8w4k13r2s2u2", Forward, Some((from_fours, [2, 0, 16]))),
        ("n3c21h21w68k5r2s2u2", Forward, Some((from_fours, [2, 0, 8]))),
        ("n2c19h8w9k30r2s2u2", Forward, Some(("any", [2, 0, 32]))),
        ("n2c19h8w7k16r2s2u2p0x1_0", Forward, Some(("any", [2, 0, 16]))),
        ("n3c21h7w22k8r2s2u1x2", Forward, Some(("any", [2, 0, 8]))),
        // Three, from a row's first cell on.
        ("n2c14h8w8k31r3s3u2p1x0_1", Forward, Some((fours, [3, 0, 32]))),
        ("n3c15h10w16k16r3s3u1x2p1x0_1", Forward, Some((fours, [3, 0, 16]))),
        ("n2c14h11w64k7r3s3u1x2p1x0_1", Forward, Some((fours, [3, 0, 8]))),
        ("n2c14h20w72k6r3s3u2p0_1", Forward, Some((fours, [3, 0, 8]))),
        ("n2c14h8w8k32r3s3u2p1x0", Forward, Some((from_fours, [3, 0, 32]))),
        ("n3c15h8w12k16r3s3u2p1x0_1", Forward, Some((from_fours, [3, 0, 16]))),
        ("n2c14h8w68k7r3s3u2p1x0_1", Forward, Some((from_fours, [3, 0, 8]))),
        ("n2c14h8w16k8r3s3u2p1x0f16", Forward, Some((from_fours, [3, 0, 8]))),
        // From the cell before it on.
        ("n2c14h8w8k32r3s3u2p1", Forward, Some((fours, [3, 1, 32]))),
        ("n3c15h14w16k11r3s3u2p1", Forward, Some((fours, [3, 1, 16]))),
        ("n3c15h20w16k11r3s3u2p1", Forward, Some((fours, [3, 1, 16]))),
        ("n2c14h3w72k7r3s3u2p1", Forward, Some((fours, [3, 1, 8]))),
        ("n2c14h3w64k8r3s3u2p1", Forward, Some((fours, [3, 1, 8]))),
        ("n2c28h12w20k34r3s3u2p1g2", Forward, Some((from_fours, [3, 1, 32]))),
        ("n2c28h12w20k32r3s3u2p1g2", Forward, Some((from_fours, [3, 1, 16]))),
        ("n2c14h12w28k19r3s3u2p1", Forward, Some((from_fours, [3, 1, 32]))),
        ("n3c15h4w4k16r3s3u2p1", Forward, Some((from_fours, [3, 1, 16]))),
        ("n2c14h4w60k8r3s3u2p1", Forward, Some((from_fours, [3, 1, 8]))),
        ("n2c14d3h4w16k8t2r3s3u1x2x2p1", Forward, Some((fours, [3, 1, 8]))),
        ("n2c14h9w40k8r3s3u3x2p1", Forward, None),
        ("n2c14h11w40k8r3s3u3x2p1", Forward, Some((fours, [3, 1, 8]))),
        ("n2c14h12w40k8r3s3u1x2p2x1a2x1bf16", Forward, Some((fours, [3, 1, 8]))),
        ("n2c14h8w7k32r3s3u2p1", Forward, Some(("any", [3, 0, 32]))),
        ("n3c15h11w13k16r3s3u2p1", Forward, Some(("any", [3, 0, 16]))),
        ("n2c14h7w66k8r3s3u2p1", Forward, Some(("any", [3, 0, 8]))),
        // Padding that is longer: whole lanes are beyond the row, or before it.
        ("n2c14h8w8k8r3s3u2p1x1_9", Forward, Some(("any", [3, 0, 8]))),
        ("n2c14h8w8k8r3s3u2p1x10_1", Forward, Some(("any", [3, 0, 8]))),
        ("n2c14h8w16k8r3s3u2p1x2_1", Forward, Some(("any", [3, 0, 8]))),
        ("n2c14h8w15k8r3s3u2p1x0_2", Forward, Some(("any", [3, 0, 8]))),
        ("n2c19h8w31k8r2s7u2p0x0_6", Forward, Some(("any", [7, 0, 8]))),
        // The last lane would lack a cell.
        ("n2c12h9w17k8r3s3u2", Forward, None),
        ("n2c12h8w33k8r3s3u2p1x0", Forward, None),
        // Four.
        ("n2c13h8w8k32r4s4u2p1", Forward, Some((fours, [4, 1, 32]))),
        ("n3c13h20w16k16r4s4u2p1", Forward, Some((fours, [4, 1, 16]))),
        ("n2c13h4w72k7r4s4u2p1", Forward, Some((fours, [4, 1, 8]))),
        ("n2c13h4w64k5r4s4u2p1", Forward, Some((fours, [4, 1, 8]))),
        ("n2c13h8w12k32r4s4u2p1", Forward, Some((from_fours, [4, 1, 32]))),
        ("n3c13h8w4k16r4s4u2p1", Forward, Some((from_fours, [4, 1, 16]))),
        ("n2c13h8w76k7r4s4u2p1", Forward, Some((from_fours, [4, 1, 8]))),
        ("n2c13h8w11k32r4s4u2p1", Forward, Some(("any", [4, 0, 32]))),
        ("n3c13h10w34k16r4s4u2", Forward, Some(("any", [4, 0, 16]))),
        ("n3c13h12w66k8r4s4u2p0_2x0f16", Forward, Some(("any", [4, 0, 8]))),
        ("n3c13h10w10k8r4s4u2", Forward, None),
        ("n3c13h8w8k4r4s4u2p1", Forward, None),
        // Five.
        ("n2c13h8w8k32r3s5u2p1x2", Forward, Some((fours, [5, 2, 32]))),
        ("n3c13h8w16k16r3s5u2p1x2", Forward, Some((fours, [5, 2, 16]))),
        ("n2c13h8w72k7r3s5u2p1x2", Forward, Some((fours, [5, 2, 8]))),
        ("n2c13h8w12k32r3s5u2p1x2", Forward, Some((from_fours, [5, 2, 32]))),
        ("n3c13h8w4k16r3s5u2p1x2", Forward, Some((from_fours, [5, 2, 16]))),
        ("n2c13h8w68k7r3s5u2p1x2", Forward, Some((from_fours, [5, 2, 8]))),
        ("n2c13h8w64k7r3s5u2p1x2_1", Forward, Some((fours, [5, 2, 8]))),
        ("n2c13h8w21k32r3s5u2p1x2", Forward, Some(("any", [5, 0, 32]))),
        ("n3c13h13w35k16r3s5u2p0_1x0", Forward, Some(("any", [5, 0, 16]))),
        ("n3c13h12w36k8r3s5u2p1x1_2", Forward, Some(("any", [5, 0, 8]))),
        // Seven.
        ("n2c19h8w8k32r2s7u2p0x3", Forward, Some((fours, [7, 3, 32]))),
        ("n3c19h8w16k16r2s7u2p1_0x3", Forward, Some((fours, [7, 3, 16]))),
        ("n2c19h8w72k7r2s7u2p0x3", Forward, Some((fours, [7, 3, 8]))),
        ("n2c19h8w64k7r2s7u2p0x3_2", Forward, Some((fours, [7, 3, 8]))),
        ("n2c19h8w12k32r2s7u2p0x3", Forward, Some((from_fours, [7, 3, 32]))),
        ("n3c19h8w4k16r2s7u2p0x3", Forward, Some((from_fours, [7, 3, 16]))),
        ("n2c19h8w76k7r2s7u2p0x3bf16", Forward, Some((from_fours, [7, 3, 8]))),
        ("n2c19h8w31k32r2s7u2p0x3", Forward, Some(("any", [7, 0, 32]))),
        ("n2c19h8w21k32r2s7u2p0x3", Forward, Some(("any", [7, 0, 32]))),
        ("n3c19h11w37k16r2s7u2p1x0", Forward, Some(("any", [7, 0, 16]))),
        ("n3c19h12w69k8r2s7u2p0x0", Forward, Some(("any", [7, 0, 8]))),
        ("n3c19h11w36k16r2s7u2p1x0", Forward, Some(("any", [7, 0, 16]))),
        // Padding that is not zeros, other numbers of taps, dilation; and another order of the kernel.
        ("n2c13h8w16k16r3s5u2p1x2circular", Forward, None),
        ("n2c13h8w16k16r3s6u2p1x2", Forward, None),
        ("n2c13h8w16k16r3s3u2p1x2a1x2", Forward, None),
        ("n2c13h8w16k16r3s3u2p1inout", Forward, Some((fours, [3, 1, 16]))),
    ];
    ROWS_STRIDE2.equals_the_reference(&rows);
}

#[test]
fn lanes_of_two_rows_with_stride_2_begin_at_any_sample() {
    let rows = [
        ("n3c11h8w16k15r3s3u2p1", 4 * 11 * 9 * 16),
        ("n3c11h12w12k15r4s4u2p1", 4 * 11 * 16 * 16),
        ("n3c11h14w34k15r4s4u2", 4 * 11 * 16 * 16),
        ("n3c11h8w21k15r3s5u2p1x2", 4 * 11 * 15 * 16),
        ("n3c11h12w12k15r2s7u2p0x3", 4 * 11 * 14 * 16),
        ("n3c11h10w18k15r2s2u1x2", 4 * 11 * 4 * 16),
    ];
    ROWS_STRIDE2.begins_at_any_sample(Pass::Forward, &rows);
}
