//! Kernel gradients that copy rows of x and dy into whole fours first.

use wgconv::{Algorithm, Operand, Pass, PlanOptions, Strategy};

use super::{ConvData, check_exact_with, on_cpu, result_shape, run_pass};
use crate::support::context::{Regime, context};
use crate::support::{catalogue, compare};

const NAMES: [&str; 2] = ["conv/kernel_grad/subgroup_row3_copied", "conv/kernel_grad/subgroup_row4_copied"];

/// Rows of every length beside whole fours, down to one cell; lanes with one channel and with none, groups, slices that begin within a
/// sample and within a row, rows of zeros; and what only looks as if it could be read so.
#[test]
fn copied_rows_equal_the_reference() {
    let rows = [
        ("n2c64h5w7k64r3s3p1", true),
        ("n3c65h7w14k66r3s3p1", true),
        ("c73h3w5k97r3s3p2x1", true),
        ("n2c128h4w6k130r3s3p1g2", true),
        ("n5c64h13w9k64r3s3p1", true),
        ("n2c64h5w13k64r3s3p1inout", true),
        ("n2c64h6w15k64r2s3u2x1p1a2x1", true),
        ("n2c64d3h4w2k64t3r2s3u1x2x1p1x0_1x1", true),
        ("n2c64h3w1k64r3s3p1", true),
        ("c64w517k64s3p1", true),
        ("n2c70h2w35k64r1s3p0x1", true),
        // Rows that do not keep their length: longer, shorter, with cells that no window meets, and of which x lies in whole fours.
        ("n2c64h5w7k64r3s3p1x0", true),
        ("n2c64h5w7k64r3s3p1x2_0", true),
        ("n2c64h5w8k64r3s3", true),
        ("n2c65h4w12k66r3s3p1x0", true),
        ("n3c64h4w3k64r3s3p1x0", true),
        ("n2c64h4w5k64r3s3p2", true),
        ("n2c64h4w10k64r3s3p1x2", true),
        ("n2c64h4w9k64r3s3p1x0_6", true),
        ("n2c64h4w8k64r3s3p1x2_0", true),
        ("n2c64h4w8k64r3s3p1x0_2", true),
        ("n2c64h4w6k64r3s3p1x5_1", true),
        // Rows that slide, with every rest.
        ("n3c66h4w17k65r3s3p1", true),
        ("n2c130h5w18k134r3s3p1g2", true),
        ("n3c65h4w19k64r3s3p1", true),
        ("n3c64h4w22k70r3s3p1x0", true),
        ("n3c64h4w16k64r3s3p1x0_2", true),
        // With stride 2: every rest, of rows that slide and that do not, of odd and even lengths, with x where it is and not.
        ("n2c64h5w27k64r3s3u2p1", true),
        ("n3c65h7w25k66r3s3u2p1", true),
        ("n2c64h5w29k64r3s3u2p1", true),
        ("n2c64h6w28k70r3s3u2p1", true),
        ("c73h5w11k97r3s3u2p1", true),
        ("n2c128h4w9k130r3s3u1x2p1g2", true),
        ("n2c64h4w13k64r2s3u3x2p2x1a2x1", true),
        ("n2c64h5w3k64r3s3u2p1inout", true),
        ("n2c64h5w1k64r3s3u2p1", true),
        ("n3c66h5w33k65r3s3u2p1", true),
        ("n2c64h5w36k64r3s3u2p1", true),
        ("n2c130h5w37k134r3s3u2p1g2", true),
        ("n3c64h5w39k64r3s3u2p1", true),
        ("n3c64h5w33k64r3s3u2", true),
        ("n2c64h5w36k64r3s3u2", true),
        ("n2c64h5w12k64r3s3u2", true),
        ("n2c64h5w10k64r3s3u2", true),
        ("n2c64h5w16k64r3s3u2p1x0_1", true),
        ("n2c64h5w17k64r3s3u2p1x5_2", true),
        ("n2c64d3h4w10k64t3r2s3u1x2x2p1x0_1x1", true),
        ("c64w1035k64s3u2p1", true),
        // Four taps.
        ("n2c64h5w8k64r4s4p2_1", true),
        ("n2c64h5w7k64r4s4p2_1", true),
        ("n3c65h7w14k66r4s4p1", true),
        ("n2c128h4w6k130r4s4p2_1g2", true),
        ("n2c64h3w2k64r4s4p1_2inout", true),
        ("n3c66h5w19k65r4s4p2_1", true),
        ("n2c64h5w28k64r4s4", true),
        ("n2c64h5w20k64r2s4p0x1_2", true),
        ("n2c64h6w8k64r4s4u2p1", true),
        ("n2c65h6w10k66r4s4u2p1", true),
        ("n3c64h6w13k64r4s4u2p1", true),
        ("n2c64h6w14k70r4s4u2p1", true),
        ("n2c128h4w3k130r4s4u1x2p1g2", true),
        ("n3c66h4w33k65r4s4u2p1", true),
        ("n2c64h4w36k64r4s4u2p1", true),
        ("n2c64h4w38k64r4s4u2p1", true),
        ("n2c64h4w40k64r4s4u2p1", true),
        ("n2c64h4w36k64r4s4u2", true),
        ("n2c64d3h4w10k64t3r2s4u1x2x2p1x0_1x1", true),
        ("n2c64h5w8k63r4s4p2_1", false),
        ("n2c64h5w16k64r3s3u2p1", false),
        ("n2c64h5w27k64r3s3u3p1", false),
        ("n2c64h5w7k63r3s3p1", false),
        ("n2c64h5w8k64r3s3p1", false),
        ("n2c64h5w7k64r3s3p1x3_0", true),
        ("n2c64h5w7k64r3s3p1circular", false),
        ("n2c64h5w7k64r3s3p1lastx", false),
        ("n2c64h5w7k64r3s3p1f16", false),
    ];
    if context().limits().subgroup_size != 8 {
        return;
    }
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Subgroup), ..PlanOptions::default() };
    for (text, is_copied) in rows {
        let case = catalogue::conv(text);
        let plan = case.plan(context(), Pass::KernelGrad, false, &options).unwrap();
        assert_eq!(plan.steps().any(|step| NAMES.contains(&step.kernel)), is_copied, "{text}: {plan}");
        check_exact_with(&case, Pass::KernelGrad, false, Regime::Device, 5, &options)
            .unwrap_or_else(|error| panic!("{text}: {error}"));
    }
}

/// Checks the plan with this workspace, and the one for short loops: each makes so many copies, in half of the workspace.
fn check_copies(text: &str, workspace_limit: u64, expected_copies: usize) {
    let mut short = *context().limits();
    short.max_loop_iterations = 36;
    let case = catalogue::conv(text);
    let problem = case.problem().unwrap();
    let data = ConvData::integers(&problem, 6);
    let expected = on_cpu(&problem, Pass::KernelGrad, false, &data).to_f32();
    let options =
        PlanOptions { strategy: Strategy::Fixed(Algorithm::Subgroup), workspace_limit, ..PlanOptions::default() };
    for context in [context(), &context().with_limits(short).unwrap()] {
        let plan = case.plan(context, Pass::KernelGrad, false, &options).unwrap();
        let copies = plan.steps().filter(|step| step.kernel.starts_with("conv/kernel_grad/collect")).count();
        assert_eq!(copies, expected_copies, "{text}: {plan}");
        let copied = plan.operands().iter().find(|need| need.operand == Operand::Transformed);
        assert!(copied.is_none_or(|need| need.bytes <= workspace_limit / 2), "{plan}");
        let found = run_pass(context, &plan, Pass::KernelGrad, false, &data);
        compare::exact(&found, &expected, &result_shape(&problem, Pass::KernelGrad))
            .unwrap_or_else(|error| panic!("{plan}: {error}"));
    }
}

/// Where loops are short the copies are read in slices of a row or of a part of it, and where the workspace is small the batch goes in
/// chunks, or is not copied.
#[test]
fn copied_rows_in_slices_and_chunks_equal_the_reference() {
    if context().limits().subgroup_size != 8 {
        return;
    }
    // x and dy, dy alone, and x alone: elements of a row of all channels, and what is copied.
    let rows = [
        ("n9c65h9w30k66r3s3p1", (65 + 66) * 32, 2),
        ("n9c65h9w32k66r3s3p1x0", 66 * 32, 1),
        ("n9c65h9w30k66r3s3p1x2", 65 * 36, 1),
        ("n9c65h9w61k66r3s3u1x2p1", 65 * 64 + 66 * 32, 2),
        ("n9c65h9w61k66r3s4u1x2p1x2_1", 65 * 64 + 66 * 32, 2),
    ];
    // Most samples at once; chunks.
    let sizes = [(1 << 10, 1), (9, 1), (4, 3), (2, 5), (0, 0)];
    for ((text, row, tensors), (samples, chunks)) in rows.into_iter().flat_map(|row| sizes.map(|size| (row, size))) {
        let sample = 4 * row * 9;
        check_copies(text, (2 * samples * sample).max(sample), tensors * chunks);
    }
}

/// Samples whose rows the workspace does not hold go in parts: windows that reach from one to the next and over an edge, outputs no window
/// of which reaches x, and where x or dy alone would be copied.
#[test]
fn copied_rows_in_parts_of_samples_equal_the_reference() {
    if context().limits().subgroup_size != 8 {
        return;
    }
    // Elements of a sample that are copied at once, chunks, and what of each is copied.
    let rows = [
        ("n2c64h60w30k66r3s3p1", 65 * 32 * 80, 4, 2),
        ("n2c64h60w30k66r3s3p1", 65 * 32 * 48, 6, 2),
        // x lies in whole fours, and is read where it is.
        ("n2c64h60w32k66r3s3p1x0", 65 * 32 * 40, 4, 1),
        ("n1c64h125w32k66r3s3u2x1p3x0", 65 * 32 * 40, 2, 1),
        ("n1c64d3h40w24k64t2r3s3p2x1x0", 64 * 24 * 90, 3, 1),
        // So does dy, but a part of it does not.
        ("n1c65h60w30k64r3s3p1x2", 65 * 32 * 48, 3, 2),
        ("n2c64h125w30k66r3s3u2x1p1", 65 * 32 * 120, 4, 2),
        ("n1c64h67w30k66r3s3p4x1a5x1", 65 * 32 * 90, 2, 2),
        ("n1c64h61w30k66r2s3p9x1", 65 * 32 * 70, 2, 2),
        ("n1c64d3h40w22k64t2r3s3p1", 64 * 24 * 130, 3, 2),
        ("n2c64h125w60k66r3s3u2p1x2", 65 * 64 * 120, 4, 2),
        // Too little for a row, or too few outputs to be worth it.
        ("n2c64h60w30k66r3s3p1", 65 * 30, 0, 0),
        ("n2c64h60w30k66r3s3p1", 65 * 32 * 16, 0, 0),
    ];
    for (text, elements, chunks, tensors) in rows {
        check_copies(text, 8 * elements, tensors * chunks);
    }
}
