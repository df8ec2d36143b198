use wgconv::{Pass, PlanOptions};

use super::check_exact_with;
use crate::support::catalogue;
use crate::support::context::Regime;

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
