//! Kernels that are packed in rounds, because the workspace does not hold all of them.

use wgconv::case::Case;
use wgconv::{Algorithm, Error, Pass, PlanOptions, Strategy};

use super::check_exact_with;
use crate::support::catalogue::part;
use crate::support::context::{Regime, context};

/// Outputs of more than two tiles, of forward and of the input gradient: a last round of fewer outputs than the others, classes,
/// groups, channels that are no multiple of anything, rank 1, padding that reflects.
const CASES: [&str; 3] = ["n2c140h7w9k101r3s2u2x3p1", "n2c140h5w9k140r1s3p0x1g2", "n2c140w18k137s3p1reflect"];

#[test]
fn a_kernel_packed_in_rounds_gives_the_same() {
    let mut rounds = 0;
    for (seed, name) in (1..).zip(part(CASES.to_vec())) {
        let Ok(Case::Conv(case)) = &name.parse() else { panic!("{name} is no convolution") };
        for algorithm in [Algorithm::Subgroup, Algorithm::Tiled] {
            for pass in [Pass::Forward, Pass::InputGrad] {
                let strategy = Strategy::Fixed(algorithm);
                let bias = pass == Pass::Forward;
                // SwiftShader has subgroups of another size.
                let options = PlanOptions { strategy, ..PlanOptions::default() };
                let whole = match case.plan(context(), pass, bias, &options) {
                    Err(Error::AlgorithmUnavailable { .. }) => continue,
                    plan => plan.unwrap(),
                };
                let options = PlanOptions { strategy, workspace_limit: whole.workspace_bytes() / 2 + 4096, ..options };
                let plan = match case.plan(context(), pass, bias, &options) {
                    // All outputs are one tile.
                    Err(Error::AlgorithmUnavailable { .. }) if algorithm == Algorithm::Tiled => continue,
                    plan => plan.unwrap(),
                };
                assert!(plan.workspace_bytes() <= options.workspace_limit, "{plan}");
                assert!(plan.to_string().contains(" rounds, for a workspace"), "{plan}");
                rounds += 1;
                check_exact_with(case, pass, bias, Regime::Device, seed, &options)
                    .unwrap_or_else(|error| panic!("{error}: {plan}"));
            }
        }
    }
    assert!(rounds >= 4 || part(CASES.to_vec()).len() < CASES.len(), "{rounds} plans");
}
