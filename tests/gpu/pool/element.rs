//! Poolings of f16 and bf16 beyond the catalogue: what every half becomes, NaN and infinity, sums of several dispatches.

use wgconv::{
    Algorithm, AvgPool, Context, ElementType, Error, LpPool, MaxPool, Operand, PlanOptions, PoolPass, PoolProblem,
    Strategy,
};

use super::run;
use crate::support::context::context;

const TYPES: [ElementType; 2] = [ElementType::F16, ElementType::Bf16];

/// The device, and the same one without f16 in its shaders.
fn contexts() -> [Context; 2] {
    let base = context();
    let mut limits = *base.limits();
    limits.shader_f16 = false;
    [base.clone(), base.with_limits(limits).unwrap()]
}

fn forward(ctx: &Context, problem: &PoolProblem, x: &[f32]) -> Vec<f32> {
    let plan = problem.plan(ctx, PoolPass::Forward, &PlanOptions::default()).unwrap();
    run(problem, ctx, &plan, &[(Operand::X, x)], &[]).values
}

/// A window of one cell: what a device may take for zero apart, every number of the type is its own maximum.
#[test]
fn every_half_is_its_own_maximum() {
    let pool = MaxPool::<1>::new([1]).build().unwrap();
    for element in TYPES {
        let least = if element == ElementType::F16 { 2f32.powi(-14) } else { f32::MIN_POSITIVE };
        let words: Vec<u32> = (0..=0xffff).collect();
        let all = words.iter().map(|&half| element.values(&[half], 1)[0]);
        let x: Vec<f32> = all.filter(|value| value.abs() >= least || value.is_nan() || *value == 0.0).collect();
        let problem = pool.problem(&[1, 1, x.len()]).unwrap().of_type(element);
        for ctx in contexts() {
            let y = forward(&ctx, &problem, &x);
            let wrong = (0..x.len()).find(|&i| x[i].to_bits() != y[i].to_bits() && !(x[i].is_nan() && y[i].is_nan()));
            assert_eq!(wrong.map(|i| (x[i], y[i])), None, "{element}");
        }
    }
}

/// As in f32; 77 is what WGSL leaves open.
#[test]
fn nan_and_infinity_stay_in_their_windows() {
    let (nan, inf) = (f32::NAN, f32::INFINITY);
    let x = [1.0, 2.0, nan, 4.0, 6.0, 5.0, -inf, -inf, inf, 0.0];
    let keeps = context().limits().is_software;
    for element in TYPES {
        let max = MaxPool::<1>::new([2]).build().unwrap().problem(&[1, 1, 10]).unwrap().of_type(element);
        let average = AvgPool::<1>::new([2]).build().unwrap().problem(&[1, 1, 10]).unwrap().of_type(element);
        let norm = LpPool::<1>::new([2]).p(1.0).build().unwrap().problem(&[1, 1, 10]).unwrap().of_type(element);
        for ctx in contexts() {
            for (problem, expected) in [
                (&max, [2.0, nan, 6.0, -inf, inf]),
                (&average, [1.5, nan, 5.5, -inf, inf]),
                (&norm, [3.0, nan, 11.0, inf, inf]),
            ] {
                let y = forward(&ctx, problem, &x);
                for (found, expected) in y.iter().zip(expected) {
                    let same = *found == expected || (found.is_nan() && expected.is_nan());
                    assert!(same || !(keeps || expected.is_finite()), "{element} {problem:?}: {y:?}");
                }
            }
        }
    }
}

/// 257 ones are 257, though bf16 counts only to 256: not rounded between the dispatches. Where there is no room for f32 sums, an
/// error says so.
#[test]
fn sums_of_several_dispatches_are_rounded_once() {
    let mut limits = *context().limits();
    limits.max_loop_iterations = 19;
    let ctx = context().with_limits(limits).unwrap();
    let pool = AvgPool::<1>::new([600]).divisor_override(2).build().unwrap();
    let problem = pool.problem(&[2, 1, 600]).unwrap().of_type(ElementType::Bf16);
    let direct = PlanOptions { strategy: Strategy::Fixed(Algorithm::Direct), ..PlanOptions::default() };
    let plan = problem.plan(&ctx, PoolPass::Forward, &direct).unwrap();
    assert!(plan.dispatches() > 30 && plan.workspace_bytes() == 8);
    let found = run(&problem, &ctx, &plan, &[(Operand::X, &[1.0; 1200])], &[]);
    assert_eq!(found.values, [300.0; 2]);
    // One sample after the other, as long as there is room for one: that there always is for few sums.
    let limited = |workspace_limit| PlanOptions { workspace_limit, ..direct };
    assert_eq!(problem.plan(&ctx, PoolPass::Forward, &limited(0)).unwrap().dispatches(), plan.dispatches());
    let of_channels = |channels| pool.problem(&[2, channels, 600]).unwrap().of_type(ElementType::Bf16);
    let sums = PlanOptions::LEAST_SUMS as usize / 4;
    let in_turns = of_channels(sums).plan(&ctx, PoolPass::Forward, &limited(0)).unwrap();
    assert_eq!((in_turns.dispatches(), in_turns.workspace_bytes()), (2 * plan.dispatches(), PlanOptions::LEAST_SUMS));
    let refused = of_channels(sums + 1).plan(&ctx, PoolPass::Forward, &limited(0));
    assert!(matches!(refused, Err(Error::AlgorithmUnavailable { .. })), "{refused:?}");
    // A maximum is one of the elements: it needs no room.
    let max = MaxPool::<1>::new([600]).build().unwrap().problem(&[2, 1, 600]).unwrap().of_type(ElementType::F16);
    let plan = max.plan(&ctx, PoolPass::ForwardWithIndices, &PlanOptions { workspace_limit: 0, ..direct }).unwrap();
    assert!(plan.dispatches() > 30 && plan.workspace_bytes() == 0);
}
