use std::collections::BTreeSet;

use wgconv::{Algorithm, Pass, PlanOptions, Strategy, kernels};

use super::{ConvData, check_exact_with, on_cpu, result_shape, rounded, run_pass};
use crate::support::context::{Regime, context};
use crate::support::{catalogue, compare};

#[test]
fn kernel_grad_equals_the_reference() {
    super::check_catalogue(Pass::KernelGrad, false);
}

/// Rounds of the split reduction: no workspace, room for a few slices, room for all.
#[test]
fn kernel_grad_is_the_same_for_every_workspace_limit() {
    for (i, (name, case)) in catalogue::convolutions().iter().enumerate() {
        let slice = 4 * case.w_shape().iter().product::<usize>() as u64;
        // What channels that share a kernel cannot do without.
        let cells = case.axes.iter().map(|axis| u64::from(axis.input)).product::<u64>();
        let sums = if case.shared_kernel { 4 * u64::from(case.batch * case.groups) * cells } else { 0 };
        for workspace_limit in [0, slice, 2 * slice, 3 * slice, 64 << 20] {
            let workspace_limit = workspace_limit + 2 * sums;
            let options = PlanOptions { workspace_limit, ..PlanOptions::default() };
            for pass in [Pass::KernelGrad, Pass::BiasGrad] {
                check_exact_with(case, pass, false, Regime::Tiny, i as u64, &options)
                    .unwrap_or_else(|error| panic!("{pass:?}, {name}, workspace {workspace_limit}: {error}"));
            }
        }
    }
}

/// Lanes that own rows of taps, or parts of these: every number of columns and stride, in all tiles, on rows that are not whole
/// steps, channels that are not whole tiles and lanes that have nothing.
#[test]
fn every_kernel_of_rows_of_taps_equals_the_reference() {
    // Case; rows of a tile, columns of a lane, stride.
    let rows: [(&str, [u32; 3]); 30] = [
        ("n2c5h6w7k33r3s3p1", [32, 3, 1]),
        ("n2c9h5w6k11r2s3inout", [16, 3, 1]),
        ("n3c9h9w6k40r3s3u2p1", [32, 3, 2]),
        ("n2c6h7w9k13r3s3u2p1circularinout", [16, 3, 2]),
        ("n2c3h5w9k31r3s4p1_2", [32, 4, 1]),
        ("n2c6h6w8k28r4s4p2replicateg2", [16, 4, 1]),
        ("n2c3h9w10k35r4s4u2p1", [32, 4, 2]),
        ("n2c5h8w7k14r2s4u2p1lastx", [16, 4, 2]),
        ("n2c3h7w9k33r5s5p2", [32, 5, 1]),
        ("n2c2h5w13k20r3s9p1x4", [32, 5, 1]),
        ("n3c9w9k11s5p2", [16, 5, 1]),
        ("n2c3h7w11k31r5s5u2p2reflect", [32, 5, 2]),
        ("n2c2d3h4w9k9t2r3s5u1x2x2p0x1x2", [16, 5, 2]),
        ("n2c2h9w8k32r7s7p3lasty", [32, 7, 1]),
        ("n2c7h8w9k12r1s7p0x3", [16, 7, 1]),
        ("n2c3h9w15k30r7s7u2p3", [32, 7, 2]),
        ("c5h11w12k16r7s7u2p3lastxlasty", [16, 7, 2]),
        ("c3h23w27k32r11s11u4p2", [32, 6, 4]),
        ("c2h19w25k15r11s11u4p2", [16, 6, 4]),
        // Steps of eight outputs: rows of one step and less, of a part of a second, and of whole ones.
        ("n2c5h6w7k8r3s3p1", [8, 3, 1]),
        ("n3c4h5w17k5r3s3p1inoutlasty", [8, 3, 1]),
        ("n2c6h7w35k7r3s3u2p1circular", [8, 3, 2]),
        ("n2c6h6w12k6r4s4p2g2", [8, 4, 1]),
        ("n2c5h8w7k8r2s4u2p1lastx", [8, 4, 2]),
        ("n2c3h7w9k8r5s5p2", [8, 5, 1]),
        ("c15w67k21g3s5p2f16", [8, 5, 1]),
        ("n2c2d3h4w25k8t2r3s5u1x2x2p0x1x2", [8, 5, 2]),
        ("n2c7h8w9k8r1s7p0x3", [8, 7, 1]),
        ("n3c2h9w24k6r7s7p3x2replicate", [8, 7, 1]),
        ("c3h11w33k8r7s7u2p3lastxlasty", [8, 7, 2]),
    ];
    if context().limits().subgroup_size != 8 {
        return;
    }
    let constant =
        |constants: &[(&str, u32)], name| constants.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    let numbers = |constants| ["TILE_M", "TAPS", "STRIDE"].map(|name| constant(constants, name).unwrap_or(0));
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Subgroup), ..PlanOptions::default() };
    let mut taken = BTreeSet::new();
    let checked = catalogue::part(rows.to_vec());
    let all = checked.len() == rows.len();
    for (text, expected) in checked {
        let case = catalogue::conv(text);
        let plan = case.plan(context(), Pass::KernelGrad, false, &options).unwrap();
        assert_eq!(numbers(plan.steps().next().unwrap().constants), expected, "{text}");
        check_exact_with(&case, Pass::KernelGrad, false, Regime::Device, 5, &options)
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        taken.insert(expected);
    }
    let of_rows = ["conv/kernel_grad/subgroup_row", "conv/kernel_grad/subgroup_row3"];
    let known = kernels().into_iter().filter(|kernel| of_rows.contains(&kernel.name));
    assert!(!all || taken == known.map(|kernel| numbers(kernel.constants)).collect(), "{taken:?}");
}

/// Lanes of two channels: every tile, lanes with one channel and with none, slices that begin within a row, rows of zeros; and what
/// only looks as if it could be read so.
#[test]
fn lanes_of_two_channels_equal_the_reference() {
    // Case; rows of a tile, if these are the lanes.
    let rows: [(&str, Option<u32>); 30] = [
        ("n2c16h5w8k32r3s3p1", Some(32)),
        // Slabs of many rows that begin within a sample.
        ("n5c16h13w12k8r3s3p1", Some(8)),
        ("n2c16h5w8k16r3s3p1f16", Some(16)),
        ("n3c9h7w12k40r3s3p2x1", Some(32)),
        ("n2c26h3w20k30r3s3p1inout", Some(32)),
        ("n2c32h4w4k22r3s3p1g2", Some(16)),
        ("n2c11h2w8k9r3s3p3x1", Some(16)),
        ("n2c17h6w8k7r3s3p1", Some(8)),
        ("n2c24h6w16k5r2s3u2x1p1a2x1", Some(8)),
        ("n2c10w36k33s3p1", Some(32)),
        ("c16w516k8s3p1", Some(8)),
        ("c19h2w244k16r3s3p1", Some(16)),
        ("n2c10d3h4w8k12t3r2s3u1x2x1p1x0_1x1", Some(16)),
        // With stride 2.
        ("n2c16h5w16k32r3s3u2p1", Some(32)),
        ("n5c16h13w24k8r3s3u2p1", Some(8)),
        ("n2c26h3w40k30r3s3u1x2p1inout", Some(32)),
        ("n2c32h4w8k22r3s3u2p1g2", Some(16)),
        ("n3c17h6w8k7r3s3u2p1bf16", Some(8)),
        ("n2c19h7w32k16r2s3u3x2p2x1_0a3x1", Some(16)),
        ("c16w1032k8s3u2p1", Some(8)),
        ("c19h2w488k33s3r1u1x2p0x1", Some(32)),
        ("n2c10d3h4w16k12t3r2s3u1x2x2p1x0_1x1", Some(16)),
        // Few channels; other rows, padding, dilation; none of the cells at the end.
        ("n2c8h5w8k32r3s3p1", None),
        ("n2c16h5w10k32r3s3p1", None),
        ("n2c16h5w10k32r3s3p1x0", None),
        ("n2c16h5w8k32r3s3p1x2a1x2", None),
        ("n2c16h5w8k32r3s3p1circular", None),
        ("n2c8h5w16k32r3s3u2p1", None),
        ("n2c16h5w16k32r3s3u2p1x0_1", None),
        ("n2c16h5w12k32r3s3u2p1", None),
    ];
    if context().limits().subgroup_size != 8 {
        return;
    }
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Subgroup), ..PlanOptions::default() };
    let kernels = ["conv/kernel_grad/subgroup_row3_aligned", "conv/kernel_grad/subgroup_row3_stride2_both"];
    for (text, expected) in rows {
        let case = catalogue::conv(text);
        let plan = case.plan(context(), Pass::KernelGrad, false, &options).unwrap();
        let found = plan.steps().next().unwrap();
        let tile = found.constants.iter().find(|(name, _)| *name == "TILE_M").map(|(_, value)| *value);
        let tile = tile.filter(|_| kernels.contains(&found.kernel));
        assert_eq!(tile, expected, "{text}");
        for seed in [5, 6] {
            check_exact_with(&case, Pass::KernelGrad, false, Regime::Device, seed, &options)
                .unwrap_or_else(|error| panic!("{text}: {error}"));
        }
        // Slabs of a few rows, and of parts of one.
        let mut short = *context().limits();
        short.max_loop_iterations = 36;
        let short = context().with_limits(short).unwrap();
        let problem = case.problem().unwrap();
        let data = ConvData::integers(&problem, 7).rounded(case.element);
        let plan = case.plan(&short, Pass::KernelGrad, false, &options).unwrap();
        let is_taken = kernels.contains(&plan.steps().next().unwrap().kernel);
        assert_eq!(is_taken, expected.is_some(), "{text}, short: {plan}");
        let found = run_pass(&short, &plan, Pass::KernelGrad, false, &data);
        let expected = rounded(case.element, &on_cpu(&problem, Pass::KernelGrad, false, &data).to_f32());
        compare::exact(&found, &expected, &result_shape(&problem, Pass::KernelGrad))
            .unwrap_or_else(|error| panic!("{text}, short: {error}"));
    }
}

/// Tiles of 8 and 16 channels of y, of which each lane reads one or two: as many as there are, and fewer.
#[test]
fn lanes_that_read_other_channels_equal_the_reference() {
    let names = ["any", "any_vec4", "pointwise", "row3_vec4", "row3_stride2_any_vec4", "row3_stride2_aligned"];
    let cases = [
        "c5h4w15k{}r2s3a1x3",
        "c5h4w14k{}r2s3a1x3",
        "c6h5w4k{}r1s1",
        "c16h5w12k{}r3s3p1x0_2",
        "c16h9w16k{}r3s3u2p1_1x0_1",
        "c8h9w24k{}r3s3u2p1_0x1_0",
    ];
    if context().limits().subgroup_size != 8 {
        return;
    }
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Subgroup), ..PlanOptions::default() };
    for (name, text) in names.into_iter().zip(cases) {
        for (outputs, tile) in [(5, 8), (8, 8), (13, 16), (16, 16)] {
            let text = format!("n2{}", text.replace("{}", &outputs.to_string()));
            let case = catalogue::conv(&text);
            let plan = case.plan(context(), Pass::KernelGrad, false, &options).unwrap();
            let found = plan.steps().next().unwrap();
            assert_eq!(found.kernel, format!("conv/kernel_grad/subgroup_{name}"), "{text}");
            assert!(found.constants.contains(&("TILE_M", tile)), "{text}: {:?}", found.constants);
            check_exact_with(&case, Pass::KernelGrad, false, Regime::Device, 5, &options)
                .unwrap_or_else(|error| panic!("{text}: {error}"));
        }
    }
}
