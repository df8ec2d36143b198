//! Gathers whose lanes own the same cells of two rows, by three taps and by five.

use std::collections::BTreeSet;

use wgconv::{Algorithm, Pass, Plan, PlanOptions, Strategy, kernels};

use super::{ConvData, on_cpu, result_shape, rounded, run_pass};
use crate::support::context::context;
use crate::support::{catalogue, compare};

const NAME: &str = "conv/gather/subgroup_two_rows_";

/// A case, a pass, and the kernel, its taps and its tile.
type Row = (&'static str, Pass, Option<(&'static str, u32, u32)>);

/// Which of the kernels, its taps, and rows of its tile.
fn specialised(kernel: &str, constants: &[(&str, u32)]) -> Option<(String, u32, u32)> {
    let kind = kernel.strip_prefix(NAME)?;
    let constant = |name| constants.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    Some((kind.to_string(), constant("TAPS")?, constant("TILE_M")?))
}

fn taken(plan: &Plan) -> Option<(String, u32, u32)> {
    plan.steps().find_map(|step| specialised(step.kernel, step.constants))
}

/// Every tile of both kernels; heights of which the last row is alone, rows of one block, of as many as there are lanes and of parts of
/// one, blocks of several samples in a subgroup; and what only looks as if it could be computed so.
#[test]
fn lanes_of_two_rows_equal_the_reference() {
    use Pass::{Forward, InputGrad};
    let rows: [Row; 46] = [
        ("n3c9h8w8k32r3s3p1", Forward, Some(("aligned", 3, 32))),
        ("n2c12h9w4k33r3s3p1", Forward, Some(("aligned", 3, 32))),
        ("n2c40h11w12k9r3s3p1", InputGrad, Some(("aligned", 3, 32))),
        ("n2c9h10w36k16r3s3p1", Forward, Some(("aligned", 3, 16))),
        ("n2c17h2w20k13r3s3p1", Forward, Some(("aligned", 3, 16))),
        ("n2c12h4w16k15r3s3p1", InputGrad, Some(("aligned", 3, 16))),
        ("n3c16h13w8k8r3s3p1", Forward, Some(("aligned", 3, 8))),
        ("n2c10h6w12k24r3s3p1g2", InputGrad, Some(("aligned", 3, 8))),
        ("n2c10d3h4w8k6t3r3s3p1", Forward, Some(("aligned", 3, 8))),
        // Taps apart along h, rows under windows two apart, another padding, another number of taps along h.
        ("n2c15h12w8k7r3s3p2x1a2x1", Forward, Some(("aligned", 3, 8))),
        ("n2c15h11w8k7r3s3u2x1p1", Forward, Some(("aligned", 3, 8))),
        ("n2c20h11w8k7r2s3p0_3x1", Forward, Some(("aligned", 3, 8))),
        ("n2c16h5w8k16r3s3p1_2x1f16", Forward, Some(("aligned", 3, 16))),
        ("n2c9h10w7k32r3s3p1", Forward, Some(("any", 3, 32))),
        ("n2c20h6w13k11r3s3p1", InputGrad, Some(("any", 3, 32))),
        ("n3c12h14w14k16r3s3p1", Forward, Some(("any", 3, 16))),
        ("n2c16h2w2k8r3s3p1", Forward, Some(("any", 3, 8))),
        ("n2c12h9w33k8r3s3p1bf16", Forward, Some(("any", 3, 8))),
        // Rows that do not keep their length, or begin elsewhere; with a lane behind the last one that has outputs, and without.
        ("n2c12h8w8k8r3s3p1x0_2", Forward, Some(("any", 3, 8))),
        ("n2c12h8w18k32r3s3", Forward, Some(("any", 3, 32))),
        ("n2c12h8w19k13r3s3", Forward, Some(("any", 3, 16))),
        ("n3c13h11w20k8r3s3", Forward, Some(("any", 3, 8))),
        ("n3c13h11w34k8r3s3", Forward, Some(("any", 3, 8))),
        ("n3c7h12w17k13r3s3", InputGrad, Some(("any", 3, 8))),
        ("n3c33h12w18k13r3s3", InputGrad, Some(("any", 3, 32))),
        ("n2c12h10w17k8r3s3p1x0_5", Forward, Some(("any", 3, 8))),
        ("n2c12h10w17k8r3s3p1x4_3", Forward, Some(("any", 3, 8))),
        ("n2c12h10w24k8r3s3p1x0_1", Forward, Some(("any", 3, 8))),
        // Five taps at once.
        ("n2c13h9w12k16r3s5p1x2", Forward, Some(("aligned", 5, 16))),
        ("n3c18h3w4k13r2s5p1x2", Forward, Some(("aligned", 5, 16))),
        ("n2c20h10w36k13r3s5p1x2", InputGrad, Some(("aligned", 5, 16))),
        ("n2c13h12w8k7r3s5p1x2", Forward, Some(("aligned", 5, 8))),
        ("n2c12h9w28k13r3s5p1x2", InputGrad, Some(("aligned", 5, 16))),
        ("n2c14d2h6w40k8t2r3s5p0x1x2bf16", Forward, Some(("aligned", 5, 8))),
        ("n2c13h10w27k16r3s5p1x2", Forward, Some(("any", 5, 16))),
        ("n3c13h10w5k35r3s5p1x2", Forward, Some(("any", 5, 16))),
        ("n3c13h10w1k16r3s5p1x2", Forward, Some(("any", 5, 16))),
        ("n2c13h12w20k8r3s5", Forward, Some(("any", 5, 8))),
        ("n2c13h12w22k8r3s5", Forward, Some(("any", 5, 8))),
        ("n2c13h12w23k16r3s5p0_2x1_0", Forward, Some(("any", 5, 16))),
        ("n2c13h12w21k16r3s5", InputGrad, Some(("any", 5, 16))),
        // A row alone of few; so few fours that a lane without outputs is too many; padding that is not zeros; both classes of a stride.
        ("n2c5h7w8k8r3s3p1", Forward, None),
        ("n2c5h8w14k8r3s3", Forward, None),
        ("n3c13h10w3k8r3s5p1x2", Forward, None),
        ("n2c5h8w8k8r3s3p1circular", Forward, None),
        ("n2c8h8w8k5r3s3u2x1p1", InputGrad, None),
    ];
    if context().limits().subgroup_size != 8 {
        return;
    }
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Subgroup), ..PlanOptions::default() };
    let mut all = BTreeSet::new();
    for (text, pass, expected) in rows {
        let case = catalogue::conv(text);
        let problem = case.problem().unwrap();
        let expected = expected.map(|(kind, taps, tile)| (kind.to_string(), taps, tile));
        // Where loops are short, sums over some channels are added to those over others.
        let mut short = *context().limits();
        short.max_loop_iterations = if problem.axes[0].taps > 1 { 80 } else { 36 };
        for context in [context().clone(), context().with_limits(short).unwrap()] {
            for (seed, bias) in [(5, false), (6, pass == Forward)] {
                let plan = case.plan(&context, pass, bias, &options).unwrap_or_else(|error| panic!("{text}: {error}"));
                assert_eq!(taken(&plan), expected, "{text}: {plan}");
                let dispatches = plan.steps().filter(|step| step.kernel.starts_with(NAME)).count();
                let is_short = context.limits().max_loop_iterations < 100;
                assert!(expected.is_none() || (dispatches > 1) == is_short, "{text}: {plan}");
                let data = ConvData::integers(&problem, seed).rounded(case.element);
                let found = run_pass(&context, &plan, pass, bias, &data);
                let expected = rounded(case.element, &on_cpu(&problem, pass, bias, &data).to_f32());
                compare::exact(&found, &expected, &result_shape(&problem, pass))
                    .unwrap_or_else(|error| panic!("{text}, {plan}: {error}"));
            }
        }
        all.extend(expected);
    }
    let known = kernels().into_iter().filter_map(|kernel| specialised(kernel.name, kernel.constants));
    assert_eq!(all, known.collect());
}

/// Samples of which no but the first begins where a binding may, one at a time.
#[test]
fn lanes_of_two_rows_begin_at_any_sample() {
    if context().limits().subgroup_size != 8 {
        return;
    }
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Subgroup), ..PlanOptions::default() };
    for (text, packed) in [
        ("n3c11h10w7k15r3s3p1", 4 * 11 * 9 * 16),
        ("n3c11h18w4k15r3s3p1", 4 * 11 * 9 * 16),
        ("n3c11h10w19k15r3s3", 4 * 11 * 9 * 16),
        ("n3c7h10w9k15r3s5p1x2", 4 * 7 * 15 * 16),
    ] {
        let case = catalogue::conv(text);
        let problem = case.problem().unwrap();
        let mut small = *context().limits();
        let sample = 4 * problem.x_shape()[1..].iter().product::<usize>() as u64;
        small.max_storage_binding_bytes = packed.max(sample) + small.storage_alignment;
        let small = context().with_limits(small).unwrap();
        let plan = case.plan(&small, Pass::Forward, true, &options).unwrap();
        assert!(taken(&plan).is_some(), "{plan}");
        assert_eq!(plan.steps().filter(|step| step.kernel.starts_with(NAME)).count(), 3, "{plan}");
        let data = ConvData::integers(&problem, 8);
        let found = run_pass(&small, &plan, Pass::Forward, true, &data);
        let expected = on_cpu(&problem, Pass::Forward, true, &data).to_f32();
        compare::exact(&found, &expected, &result_shape(&problem, Pass::Forward))
            .unwrap_or_else(|error| panic!("{text}, {plan}: {error}"));
    }
}
