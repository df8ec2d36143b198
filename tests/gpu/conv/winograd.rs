//! Winograd's transforms: chunks of the batch, workspaces of every size, and who gets them.

use wgconv::case::Case;
use wgconv::{Algorithm, Conv, ConvShapes, Error, Pass, PlanOptions, Strategy};

use super::check_exact_with;
use crate::support::catalogue::conv;
use crate::support::context::{Regime, context};

const WINOGRAD: PlanOptions =
    PlanOptions { strategy: Strategy::Fixed(Algorithm::Winograd), workspace_limit: 64 << 20, winograd: false };

/// Halves of the room that the whole batch takes, until one sample does not fit: chunks of every number of samples, a last one
/// that is smaller, and a typed error in the end.
#[test]
fn any_workspace_gives_the_same_or_an_error() {
    for text in ["n7c5h5w9k6r3s3p1", "n7c8h8w6k4r3s3p0_2x3g2relu"] {
        let case = conv(text);
        for pass in [Pass::Forward, Pass::InputGrad] {
            let mut options = WINOGRAD;
            let mut dispatches = Vec::new();
            loop {
                let plan = match case.plan(context(), pass, false, &options) {
                    Err(Error::AlgorithmUnavailable { .. }) => break,
                    plan => plan.unwrap(),
                };
                assert!(plan.workspace_bytes() <= options.workspace_limit, "{plan}");
                if dispatches.last() != Some(&plan.dispatches()) {
                    dispatches.push(plan.dispatches());
                    check_exact_with(&case, pass, false, Regime::Device, 3, &options)
                        .unwrap_or_else(|error| panic!("{error}\n{plan}"));
                }
                options.workspace_limit = plan.workspace_bytes() - 1;
            }
            assert!(dispatches.len() >= 4, "{dispatches:?}");
        }
    }
}

#[test]
fn nobody_gets_it_who_did_not_ask() {
    let large = conv("n8c128h28w28k128r3s3p1");
    let algorithm = |options: &PlanOptions| {
        let mut limits = *context().limits();
        limits.is_software = true;
        Case::Conv(large.clone()).plan_spec(&limits, "forward", false, options).unwrap().algorithm()
    };
    assert_ne!(algorithm(&PlanOptions::default()), Algorithm::Winograd);
    let allowed = PlanOptions { winograd: true, ..PlanOptions::default() };
    assert_eq!(algorithm(&allowed), Algorithm::Winograd);
    // Too little of everything.
    let few = Case::Conv(conv("n8c8h28w28k128r3s3p1"));
    let few = few.plan_spec(context().limits(), "forward", false, &allowed).unwrap();
    assert_ne!(few.algorithm(), Algorithm::Winograd);
}

/// The permission of a context reaches the operators' calls.
#[test]
fn a_context_allows_it() {
    let allowed = context().with_winograd(true);
    let operator = Conv::<2>::new([3, 3]).padding(wgconv::Padding::Same).build().unwrap();
    let (x_shape, w_shape) = ([2, 96, 24, 24], [96, 96, 3, 3]);
    let integers = |count: usize| (0..count).map(|i| (i * 7 % 5) as f32 - 2.0).collect::<Vec<_>>();
    let (x, w) = (integers(2 * 96 * 24 * 24), integers(96 * 96 * 9));
    let y = |ctx: &wgconv::Context| {
        let (x, w) = (ctx.tensor(&x_shape, &x).unwrap(), ctx.tensor(&w_shape, &w).unwrap());
        operator.forward(ctx, &x, &w, None).unwrap().read_blocking().unwrap()
    };
    assert_eq!(y(&allowed), y(context()));
    let plan = |ctx: &wgconv::Context| {
        operator.plan(ctx, Pass::Forward, ConvShapes::new(&x_shape, &w_shape)).unwrap().algorithm()
    };
    assert_ne!(plan(context()), Algorithm::Winograd);
    if context().limits().is_software {
        assert_eq!(plan(&allowed), Algorithm::Winograd);
    }
}
