//! Kernels that channels share: what the catalogue and random shapes cannot be sure to meet.

use wgconv::case::{Case, ConvCase};
use wgconv::{
    Algorithm, Context, Conv, ConvShapes, DeviceLimits, ElementType, Error, Operand, Pass, PlanOptions, Program,
    Strategy,
};

use super::check_exact_with;
use crate::support::catalogue::conv;
use crate::support::context::{Regime, context};

const STRATEGIES: [Strategy; 2] = [Strategy::Auto, Strategy::Fixed(Algorithm::Direct)];

/// The least limit on the workspace with which there is a plan.
pub fn least<T>(
    plan: impl Fn(&PlanOptions) -> wgconv::Result<T>,
    of_limit: impl Fn(u64) -> PlanOptions,
) -> PlanOptions {
    (0..1000).map(|i| of_limit(64 * i)).find(|options| plan(options).is_ok()).expect("a limit below 64 KB")
}

/// A workspace that holds the sums of a few samples only, and what they need beside: 9 samples in chunks.
#[test]
fn sums_that_do_not_fit_come_in_chunks_of_the_batch() {
    for text in [
        "n9c4h7w5k3r3s3p1shared",
        "n9c6h8w6k4r3s2p1reflectsharedg2relu",
        "n9c4h6w10k2r3s3u2sharedonto1",
        "n9c4h7w5k3r3s3p1sharedonto-0.5f16",
    ] {
        let case = conv(text);
        let sample: usize = case.axes.iter().map(|axis| axis.input as usize).product::<usize>() * case.groups as usize;
        let few = 2 * (3 * 4 * sample as u64 + context().limits().storage_alignment);
        for (pass, strategy) in Pass::ALL.into_iter().flat_map(|pass| STRATEGIES.map(|strategy| (pass, strategy))) {
            let of_limit = |workspace_limit| PlanOptions { workspace_limit, strategy, ..PlanOptions::default() };
            // In 16 bits dy, or w and b, are f32 beside them, and sums that are rounded.
            let (options, sums) = match case.element {
                ElementType::F32 => (of_limit(few), 0),
                _ => (least(|options| case.plan(context(), pass, true, options), of_limit), PlanOptions::LEAST_SUMS),
            };
            let workspace_limit = options.workspace_limit;
            check_exact_with(&case, pass, pass == Pass::Forward, Regime::Device, 7, &options)
                .unwrap_or_else(|error| panic!("{case} {pass:?}: {error}"));
            if pass != Pass::BiasGrad {
                let plan = case.plan(context(), pass, false, &options).unwrap();
                assert!(plan.workspace_bytes() <= workspace_limit + sums, "{plan}");
                let passes = plan.steps().filter(|step| step.kernel.starts_with("conv/channels")).count();
                assert!(passes >= 3, "{plan}");
            }
        }
    }
}

/// The kernels by subgroups clear an input gradient before they sum the cells that have taps.
#[test]
fn input_gradients_of_one_tap_with_a_stride_are_planned_like_others() {
    let strategy = Strategy::Fixed(Algorithm::Subgroup);
    let case = conv("n9c4h6w10k16r1s1u2shared");
    let sample: usize = case.axes.iter().map(|axis| axis.input as usize).product();
    let few = 2 * (3 * 4 * sample as u64 + context().limits().storage_alignment);
    if context().limits().subgroup_size == 8 {
        for workspace_limit in [few, PlanOptions::default().workspace_limit] {
            let options = PlanOptions { workspace_limit, strategy, ..PlanOptions::default() };
            check_exact_with(&case, Pass::InputGrad, false, Regime::Device, 7, &options).unwrap();
        }
    }
    // Not a dispatch for each sample's share of what is cleared.
    let mut limits = DeviceLimits::default();
    limits.subgroup_size = 8;
    let options = PlanOptions { strategy, ..PlanOptions::default() };
    let large: Case = "c3h224w224k16r1s1u2shared".parse().unwrap();
    let spec = large.plan_spec(&limits, "input_grad", false, &options).unwrap();
    assert!(spec.steps().count() <= 6, "{spec}");
}

#[test]
fn a_plan_states_the_sums_and_says_when_there_is_no_room() {
    let conv = Conv::<2>::new([3, 3]).groups(2).shared_kernel(true).build().unwrap();
    let (x, w) = ([5, 16, 10, 12], [32, 1, 3, 3]);
    let spec = |pass, workspace_limit| {
        let options = PlanOptions { workspace_limit, ..PlanOptions::default() };
        conv.plan_spec(&DeviceLimits::default(), pass, ConvShapes::new(&x, &w), &options)
    };
    for pass in [Pass::Forward, Pass::InputGrad, Pass::KernelGrad] {
        let plan = spec(pass, 1 << 20).unwrap();
        let bytes =
            |operand| plan.operands().iter().filter(|need| need.operand == operand).map(|need| need.bytes).sum::<u64>();
        assert_eq!(bytes(Operand::ChannelSums), 4 * 5 * 2 * 10 * 12);
        assert_eq!(plan.workspace_bytes(), bytes(Operand::ChannelSums) + bytes(Operand::Workspace));
        // What the operator is, not what is computed.
        assert_eq!(plan.flops(), 2 * 5 * 32 * 8 * 10 * 8 * 9);
        assert!(matches!(spec(pass, 100), Err(Error::LimitExceeded { limit: "workspace", available: 100, .. })));
    }
    assert_eq!(spec(Pass::BiasGrad, 100).unwrap().workspace_bytes(), 0);
    // One channel a group has nothing to share.
    let alone = Conv::<2>::new([3, 3]).groups(16).build().unwrap();
    let shared = Conv::<2>::new([3, 3]).groups(16).shared_kernel(true).build().unwrap();
    let shapes = ConvShapes::new(&x, &w);
    assert_eq!(alone.problem(&shapes).unwrap(), shared.problem(&shapes).unwrap());
}

/// Operators share the scratch memory of a program, which grows with them.
#[test]
fn programs_hold_the_sums() {
    let ctx = context();
    let conv = Conv::<2>::new([3, 2]).shared_kernel(true).build().unwrap();
    let tensor = |shape: &[usize], step: usize| {
        let values: Vec<f32> = (0..shape.iter().product()).map(|i| ((i * step) % 7) as f32 - 3.0).collect();
        ctx.tensor(shape, &values).unwrap()
    };
    let (small, large, w) = (tensor(&[1, 3, 5, 4], 3), tensor(&[2, 3, 9, 8], 5), tensor(&[4, 1, 3, 2], 2));
    let mut program = Program::new(ctx);
    let first = program.conv_forward(&conv, &small, &w, None).unwrap();
    let y = program.conv_forward(&conv, &large, &w, None).unwrap();
    let dx = program.conv_input_grad(&conv, &y, &w, large.shape()).unwrap();
    let dw = program.conv_kernel_grad(&conv, &large, &y).unwrap();
    program.run().unwrap();
    let read = |tensor: &wgconv::Tensor| tensor.read_blocking().unwrap();
    assert_eq!(read(&first), read(&conv.forward(ctx, &small, &w, None).unwrap()));
    assert_eq!(read(&y), read(&conv.forward(ctx, &large, &w, None).unwrap()));
    assert_eq!(read(&dx), read(&conv.input_grad(ctx, &y, &w, large.shape()).unwrap()));
    assert_eq!(read(&dw), read(&conv.kernel_grad(ctx, &large, &y).unwrap()));
    assert_eq!(dw.shape(), w.shape());
}

#[test]
fn a_kernel_of_several_channels_is_refused() {
    let ctx: &Context = context();
    let conv = Conv::<1>::new([3]).groups(2).shared_kernel(true).build().unwrap();
    let zeros = |shape: &[usize]| ctx.zeros::<f32>(shape).unwrap();
    let error = conv.forward(ctx, &zeros(&[1, 4, 5]), &zeros(&[6, 2, 3]), None).unwrap_err();
    assert!(
        matches!(&error, Error::ShapeMismatch { operand: Operand::W, expected, .. } if *expected == [6, 1, 3]),
        "{error}"
    );
    let error = conv.forward(ctx, &zeros(&[1, 5, 5]), &zeros(&[6, 1, 3]), None).unwrap_err();
    assert!(matches!(error, Error::GroupMismatch { groups: 2, channels_in: 5, .. }), "{error}");
    let case: Case = "n2c6w9k4s3sharedg2".parse().unwrap();
    let Case::Conv(case) = case else { panic!("a convolution") };
    assert_eq!(ConvCase::from(&case.problem().unwrap()), case);
}
