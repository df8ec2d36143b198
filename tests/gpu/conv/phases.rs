//! Input gradients with strides, of few channels, whose classes of cells become channels.

use wgconv::{Algorithm, Pass, PlanOptions, Strategy};

use super::{ConvData, check_exact_with, on_cpu, on_gpu, result_shape};
use crate::support::context::{Regime, context};
use crate::support::{catalogue, compare};

const SPREAD: &str = "conv/phases/spread";

fn by_subgroups() -> PlanOptions {
    PlanOptions { strategy: Strategy::Fixed(Algorithm::Subgroup), ..PlanOptions::default() }
}

/// Sets of one and of two numbers of taps along every axis, classes that begin a cell apart and end a cell apart, and what other kernels
/// do.
#[test]
fn classes_as_channels_equal_the_reference() {
    // Case; convolutions that it becomes, 0 if it does not.
    let rows = [
        ("n2c3h19w23k8r11s11u4", 4),
        ("n2c3h24w17k7r11s11u4p2", 4),
        ("n3c1w37k6s10u5p3", 1),
        ("n2c2w41k37s11u5p4_1", 2),
        ("n2c3h16w20k29r4s4u4", 1),
        ("n2c2h13w18k7r5s8u3x4p1_2x0_3", 2),
        ("n2c4h11w14k22r5s7u3x4p2x1g2", 4),
        ("n3c2h14w13k7r6s9u3x4p2x3inout", 2),
        ("n2c2d9h11w14k9t4r5s6u2x3x4p1x2x0", 4),
        ("n2c2d9h11w14k6t5r5s6u3x3x4p1x2x0", 8),
        // Classes of one channel that another kernel of few channels sums, behind which there is more of dy than is read.
        ("n2c1h16w36k36r3s9u1x3p1x3_13", 1),
        ("n2c3h19w23k8r11s11u4shared", 4),
        // What is added to and gone through.
        ("n2c3h19w23k8r11s11u4onto1", 4),
        ("n2c3h16w20k29r4s4u4onto0.5relu", 1),
        ("n2c2w41k37s11u5p4_1relu", 2),
        // Cells, or a source, without taps; dilation; other layouts and types; more channels, fewer products; a stride that has kernels of its own.
        ("n2c3h9w17k5r3s3u4", 0),
        ("n2c3h19w23k8r5s5u4p1a3", 0),
        ("n2c3h19w23k8r11s11u4lastx", 0),
        ("n2c3h19w23k8r11s11u4f16", 0),
        // Along one axis most cells have no tap at all.
        ("n6c4h8w16k64r1s8u2x4", 0),
        ("n2c4h16w8k64r8s1u4x2onto1", 0),
        ("n2c40h11w9k9r4s4u4", 0),
        ("n2c3h16w20k28r4s4u4", 0),
        ("n2c3h9w16k5r4s4u2p1", 0),
    ];
    if context().limits().subgroup_size != 8 {
        return;
    }
    for (text, expected) in rows {
        let case = catalogue::conv(text);
        let plan = case.plan(context(), Pass::InputGrad, false, &by_subgroups()).unwrap();
        let kernels: Vec<&str> = plan.steps().map(|step| step.kernel).collect();
        let spreads = kernels.iter().any(|kernel| kernel.starts_with(SPREAD));
        let sums = kernels.iter().filter(|kernel| kernel.starts_with("conv/gather/subgroup")).count();
        assert_eq!(if spreads { sums } else { 0 }, expected, "{text}: {kernels:?}");
        check_exact_with(&case, Pass::InputGrad, false, Regime::Device, 5, &by_subgroups())
            .unwrap_or_else(|error| panic!("{text}: {error}"));
    }
}

/// With less of it than it takes, the classes are computed one by one.
#[test]
fn any_workspace_gives_the_same() {
    if context().limits().subgroup_size != 8 {
        return;
    }
    let case = catalogue::conv("n2c3h19w23k8r11s11u4");
    let mut ways = [false; 2];
    for kib in [16, 32, 48, 64, 96, 128, 1024] {
        let options = PlanOptions { workspace_limit: kib << 10, ..by_subgroups() };
        let plan = case.plan(context(), Pass::InputGrad, false, &options).unwrap();
        assert!(plan.workspace_bytes() <= options.workspace_limit);
        ways[usize::from(plan.steps().any(|step| step.kernel == SPREAD))] = true;
        check_exact_with(&case, Pass::InputGrad, false, Regime::Device, 6, &options)
            .unwrap_or_else(|error| panic!("{kib} KiB: {error}"));
    }
    assert_eq!(ways, [true; 2]);
}

/// With less than the sums of the batch take, some samples at a time, the last of them fewer.
#[test]
fn samples_come_in_portions() {
    if context().limits().subgroup_size != 8 {
        return;
    }
    // In the last, what the kernel is packed into has room beside the rest of the samples only.
    let rows =
        [("n5c3h16w20k32r4s4u4", 29 << 10), ("n5c3h16w20k32r4s4u4onto1", 29 << 10), ("n5c3h16w20k256r4s4u4", 120_000)];
    for (text, workspace_limit) in rows {
        let case = catalogue::conv(text);
        let options = PlanOptions { workspace_limit, ..by_subgroups() };
        let plan = case.plan(context(), Pass::InputGrad, false, &options).unwrap();
        assert!(plan.workspace_bytes() <= options.workspace_limit);
        assert_eq!(plan.steps().filter(|step| step.kernel.starts_with(SPREAD)).count(), 3, "{text}: {plan}");
        check_exact_with(&case, Pass::InputGrad, false, Regime::Device, 7, &options)
            .unwrap_or_else(|error| panic!("{text}: {error}"));
    }
}

/// Classes of fewer taps are not given zeros for the others.
#[test]
fn infinities_do_not_meet_taps_that_a_class_has_not() {
    if context().limits().subgroup_size != 8 {
        return;
    }
    for text in ["n2c3h19w23k8r11s11u4", "n2c2w41k37s11u5p4_1"] {
        let case = catalogue::conv(text);
        let problem = case.problem().unwrap();
        let mut data = ConvData::integers(&problem, 79);
        for values in [&mut data.w, &mut data.dy] {
            // No zero, by which an infinity would make a NaN.
            values.iter_mut().for_each(|value| *value = value.abs() + 1.0);
        }
        let middle = data.dy.len() / 2;
        for at in [0, middle] {
            data.dy[at] = f32::INFINITY;
        }
        let found = on_gpu(context(), &case, Pass::InputGrad, false, &data, &by_subgroups()).unwrap();
        let expected = on_cpu(&problem, Pass::InputGrad, false, &data).to_f32();
        assert!(expected.iter().all(|value| !value.is_nan()));
        compare::exact(&found, &expected, &result_shape(&problem, Pass::InputGrad))
            .unwrap_or_else(|error| panic!("{text}: {error}"));
    }
}
