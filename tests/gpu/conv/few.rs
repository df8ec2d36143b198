//! Convolutions into one to three channels: lanes that own pairs of rows.

use std::collections::BTreeSet;

use wgconv::{Algorithm, Pass, PlanOptions, Strategy, kernels};

use super::{ConvData, check_exact_with, on_cpu, on_gpu, result_shape};
use crate::support::context::{Regime, context};
use crate::support::{catalogue, compare};

const KERNELS: [&str; 2] = ["conv/gather/subgroup_few_any", "conv/gather/subgroup_few_aligned"];

/// Every set of classes that there is a kernel for, in rows of whole fours and others, and what looks like one of these and is not.
#[test]
fn every_kernel_of_few_channels_equals_the_reference() {
    use Pass::{Forward, InputGrad};
    // Case; pass; which of the kernels, its rows, taps of both classes along w and the first cell of the second.
    let rows: [(&str, Pass, Option<[u32; 5]>); 19] = [
        ("n2c5h7w9k3r3s3p1", Forward, Some([0, 3, 3, 0, 0])),
        ("n2c3h6w7k5r5s5p2", InputGrad, Some([0, 3, 5, 0, 0])),
        ("n2c3h9w11k5r3s3u2p1", InputGrad, Some([0, 3, 1, 2, 0])),
        ("n2c2h8w10k6r3s3u2p0", InputGrad, Some([0, 3, 2, 1, 1])),
        ("n2c3h13w15k4r7s7u2p3", InputGrad, Some([0, 3, 3, 4, 0])),
        ("n2c6h7w12k1r3s3p1", Forward, Some([1, 1, 3, 0, 0])),
        ("c4h6w16k1r5s5p2", Forward, Some([1, 1, 5, 0, 0])),
        ("n2c3h5w12k7r3s3p1", InputGrad, Some([1, 3, 3, 0, 0])),
        ("n2c2h9w20k4r5s5p2", InputGrad, Some([1, 3, 5, 0, 0])),
        ("n2c3h9w16k5r3s3u2p1", InputGrad, Some([1, 3, 1, 2, 0])),
        ("n2c3h9w16k5r4s4u2p1", InputGrad, Some([1, 3, 2, 2, 1])),
        ("n2c3h9w16k5r5s5u2p1_2", InputGrad, None),
        ("n2c3h9w16k5r5s5u2p2_1", InputGrad, Some([1, 3, 3, 2, 1])),
        ("n2c3h9w16k5r7s7u2p3_2", InputGrad, Some([1, 3, 3, 4, 0])),
        // Two classes along w, of which one has no taps: its cells are stored all the same.
        ("n2c3h9w16k5r3s3u2p4a2", InputGrad, None),
        ("c2h9w16k4r3s5u2p4x8a2", InputGrad, None),
        // Rows of y beyond those of x by more than a block.
        ("c8h16w8k3r3s3p1x1_13", Forward, None),
        ("c8h6w8k3r3s3p1x1_13", Forward, None),
        ("c4h6w12k1r5s5p2x2_18", Forward, None),
    ];
    if context().limits().subgroup_size != 8 {
        return;
    }
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Subgroup), ..PlanOptions::default() };
    let mut taken = BTreeSet::new();
    for (text, pass, expected) in rows {
        let case = catalogue::conv(text);
        let plan = case.plan(context(), pass, false, &options).unwrap();
        let found = plan.steps().find_map(|step| {
            let kernel = KERNELS.iter().position(|&name| name == step.kernel)?;
            Some(numbers(kernel, step.constants))
        });
        if expected.is_some() {
            assert_eq!(found, expected, "{text}");
        }
        check_exact_with(&case, pass, false, Regime::Device, 5, &options)
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        taken.extend(found);
    }
    let known = kernels().into_iter().filter_map(|kernel| {
        let number = KERNELS.iter().position(|&name| name == kernel.name)?;
        Some(numbers(number, kernel.constants))
    });
    assert_eq!(taken, known.collect());
}

/// Two rows of dx share the rows of dy, of which each has no tap on some.
#[test]
fn infinities_do_not_meet_rows_without_a_tap() {
    if context().limits().subgroup_size != 8 {
        return;
    }
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Subgroup), ..PlanOptions::default() };
    for text in ["n2c3h9w16k5r3s3u2p1", "n2c3h6w7k5r5s5p2"] {
        let case = catalogue::conv(text);
        let problem = case.problem().unwrap();
        let mut data = ConvData::integers(&problem, 78);
        for values in [&mut data.w, &mut data.dy] {
            // No zero, by which an infinity would make a NaN.
            values.iter_mut().for_each(|value| *value = value.abs() + 1.0);
        }
        let middle = data.dy.len() / 2;
        for at in [0, middle] {
            data.dy[at] = f32::INFINITY;
        }
        let found = on_gpu(context(), &case, Pass::InputGrad, false, &data, &options).unwrap();
        let expected = on_cpu(&problem, Pass::InputGrad, false, &data).to_f32();
        assert!(expected.iter().all(|value| !value.is_nan()));
        compare::exact(&found, &expected, &result_shape(&problem, Pass::InputGrad))
            .unwrap_or_else(|error| panic!("{text}: {error}"));
    }
}

fn numbers(kernel: usize, constants: &[(&str, u32)]) -> [u32; 5] {
    let constant = |name| constants.iter().find(|(known, _)| *known == name).map_or(0, |(_, value)| *value);
    let [rows, even, odd, first] = ["ROWS", "EVEN", "ODD", "ODD_FIRST"].map(constant);
    [kernel as u32, rows, even, odd, first]
}
