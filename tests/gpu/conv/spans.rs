//! Results of 16 bits whose f32 sums the workspace does not hold: they are computed one part after the other.

use wgconv::case::Case;
use wgconv::{Algorithm, DeviceLimits, Operand, Pass, PlanOptions, PlanSpec};

use super::check_exact_with;
use crate::support::catalogue::conv;
use crate::support::context::{Regime, context};

/// With a little more than 16,384 results each, which is what a plan may ask for whatever the limit: dw in both orders of channels
/// and in groups, dx with padding that shows cells again, y plus half of what it holds, db.
const CASES: [(&str, Pass); 5] = [
    ("n2c41h5w4k47r3s3u1x2p1relubf16", Pass::KernelGrad),
    ("n3c46h4w3k150r3s2u2x1p1g2onto-0.5f16inout", Pass::KernelGrad),
    ("n2c5h57w59k2r3s2p1reflectrelubf16lastx", Pass::InputGrad),
    ("n2c2h59w57k5r3s2p1replicateonto-0.5f16", Pass::Forward),
    ("n3c1w4k16411s1onto1bf16", Pass::BiasGrad),
];

#[test]
fn sums_that_exceed_the_workspace_are_those_of_parts() {
    for (seed, (text, pass)) in (1..).zip(CASES) {
        let case = conv(text);
        for (regime, workspace_limit) in [(Regime::Device, 0), (Regime::Tiny, 1000)] {
            let options = PlanOptions { workspace_limit, ..PlanOptions::default() };
            check_exact_with(&case, pass, false, regime, seed, &options)
                .unwrap_or_else(|error| panic!("{case} {pass:?} {regime:?}: {error}"));
            let plan = case.plan(context(), pass, false, &options).unwrap();
            assert!((1..=PlanOptions::LEAST_SUMS).contains(&plan.workspace_bytes()), "{plan}");
            assert!(plan.steps().filter(|step| step.kernel == "common/finish").count() > 1, "{plan}");
        }
    }
}

/// What fits keeps its kernels: one slice is the least.
#[test]
fn sums_of_one_slice_need_no_parts() {
    let case = conv("n2c3h5w7k5r3s2p1_0x1f16");
    for pass in [Pass::KernelGrad, Pass::BiasGrad] {
        let plan = |workspace_limit| {
            let options = PlanOptions { workspace_limit, ..PlanOptions::default() };
            case.plan(context(), pass, false, &options).unwrap()
        };
        assert_eq!(plan(0).algorithm(), plan(64 << 20).algorithm());
        let sums = case.w_shape().iter().product::<usize>() as u64 * 4;
        assert!(plan(0).workspace_bytes() <= sums, "{}", plan(0));
    }
}

/// Padding that reflects adds to dx twice, and half a residual is added before all is rounded: by the same kernels as without, as
/// long as the workspace holds the sums of a sample beside the packed kernel.
#[test]
fn sums_that_are_not_rounded_at_once_keep_their_kernels() {
    let mut limits = DeviceLimits::default();
    (limits.is_software, limits.subgroup_size) = (true, 8);
    for (text, pass) in
        [("n4c16h18w20k16r3s3p1reflectbf16", Pass::InputGrad), ("n4c16h18w20k16r3s3p1res0.5f16", Pass::Forward)]
    {
        let plan = |workspace_limit| {
            let options = PlanOptions { workspace_limit, ..PlanOptions::default() };
            Case::Conv(conv(text)).plan_spec(&limits, pass.name(), false, &options).unwrap()
        };
        let sums = |plan: &PlanSpec| plan.operands().iter().find(|need| need.operand == Operand::Sums).unwrap().bytes;
        let (whole, one, none) = (plan(64 << 20), plan(36_000), plan(20_000));
        let sample = 16 * 18 * 20 * 4;
        assert_eq!((whole.algorithm(), sums(&whole)), (Algorithm::Subgroup, 4 * sample), "{whole}");
        assert_eq!((one.algorithm(), sums(&one)), (Algorithm::Subgroup, sample), "{one}");
        assert_eq!(none.algorithm(), Algorithm::Direct, "{none}");
    }
}
