//! Max and average pooling against the reference, on the catalogue.

mod average;
mod max;

use std::sync::Arc;

use wgconv::case::PoolCase;
use wgconv::{
    Algorithm, Context, Error, Operand, Plan, PlanOptions, PoolKind, PoolPass, PoolProblem, Strategy, reference,
};

use crate::support::arena::{bits, floats, run, run_f32};
use crate::support::compare;
use crate::support::context::Regime;
use crate::support::data::{count, integers, reals};

/// The context of a regime in which this problem can just be bound.
fn context(problem: &PoolProblem, regime: Regime) -> Context {
    let samples = [problem.x_shape(), problem.y_shape()].map(|shape| count(&shape[1..]));
    regime.context(samples.into_iter().max().unwrap() as u64 * 4)
}

/// An error unless the check holds for every algorithm that takes this pooling; the direct kernels take every one.
fn by_every_algorithm(
    case: &PoolCase,
    regime: Regime,
    check: impl Fn(&dyn Fn(PoolPass) -> Result<Arc<Plan>, String>, &Context) -> Result<(), String>,
) -> Result<(), String> {
    let problem = case.problem().map_err(|error| error.to_string())?;
    let context = context(&problem, regime);
    for &algorithm in Algorithm::ALL {
        let options = PlanOptions { strategy: Strategy::Fixed(algorithm), ..PlanOptions::default() };
        let plan = |pass| case.plan(&context, pass, &options).map_err(|error| error.to_string());
        let takes = |pass| {
            let plan = case.plan(&context, pass, &options);
            algorithm == Algorithm::Direct || !matches!(plan, Err(Error::AlgorithmUnavailable { .. }))
        };
        if takes(PoolPass::Forward) && takes(PoolPass::Backward) {
            check(&plan, &context).map_err(|error| format!("{algorithm}: {error}"))?;
        }
    }
    Ok(())
}

/// An error unless max pooling's three passes give the reference's bits. `most` sets how many ties there are.
pub fn check_max(case: &PoolCase, regime: Regime, seed: u64, most: i32) -> Result<(), String> {
    let problem = case.problem().map_err(|error| error.to_string())?;
    let x = integers(2 * seed, count(&problem.x_shape()), most);
    let (values, indices) = reference::pool::max_forward(&problem, &x).unwrap();
    let y_shape = problem.y_shape();
    let dy = integers(2 * seed + 1, count(&y_shape), 9);
    let expected = reference::pool::max_backward(&problem, &dy, &indices).unwrap();
    by_every_algorithm(case, regime, |plan, context| {
        let found = run_f32(context, &*plan(PoolPass::Forward)?, &[(Operand::X, &x)]);
        compare::exact(&found, &values, &y_shape)?;
        let found = run(context, &*plan(PoolPass::ForwardWithIndices)?, &[(Operand::X, bits(&x))]);
        compare::exact(&floats(&found[0].1), &values, &y_shape)?;
        compare::same_bits(&found[1].1, &indices, &y_shape)?;

        let inputs = [(Operand::Dy, bits(&dy)), (Operand::Indices, &indices[..])];
        let found = run(context, &*plan(PoolPass::Backward)?, &inputs);
        compare::exact(&floats(&found[0].1), &expected.to_f32(), &problem.x_shape())
    })
}

/// An error unless average pooling's passes are as exact as WGSL's division lets them be.
///
/// The sums of integers are exact; a division may be off by 2.5 ULP (WGSL 15.7.4), and backward adds the quotients.
pub fn check_average(case: &PoolCase, regime: Regime, seed: u64) -> Result<(), String> {
    const DIVISION: f64 = 3.0;
    let problem = case.problem().map_err(|error| error.to_string())?;
    for real in [false, true] {
        let data = |seed, count| if real { reals(seed, count) } else { integers(seed, count, 9) };
        let x = data(2 * seed, count(&problem.x_shape()));
        let dy = data(2 * seed + 1, count(&problem.y_shape()));
        let forward = reference::pool::average_forward(&problem, &x).unwrap();
        let bounds = if real { forward.bound(DIVISION) } else { ulps(&forward.values, DIVISION) };
        let backward = reference::pool::average_backward(&problem, &dy).unwrap();
        by_every_algorithm(case, regime, |plan, context| {
            let found = run_f32(context, &*plan(PoolPass::Forward)?, &[(Operand::X, &x)]);
            compare::within(&found, &forward.values, &bounds, &problem.y_shape())?;
            let found = run_f32(context, &*plan(PoolPass::Backward)?, &[(Operand::Dy, &dy)]);
            compare::within(&found, &backward.values, &backward.bound(DIVISION), &problem.x_shape())
        })?;
    }
    Ok(())
}

/// This many units in the last place of each value.
fn ulps(values: &[f64], units: f64) -> Vec<f64> {
    values.iter().map(|value| units * f64::from(f32::EPSILON) * value.abs()).collect()
}

/// A kind's catalogue in both regimes.
fn check_catalogue(kind: PoolKind, check: impl Fn(&PoolCase, Regime, u64) -> Result<(), String>) {
    let cases = crate::support::catalogue::poolings(kind);
    for (i, (name, case)) in cases.iter().enumerate() {
        for regime in Regime::BOTH {
            check(case, regime, i as u64).unwrap_or_else(|error| panic!("{name}, {regime:?}: {error}\n{case}"));
        }
    }
}
