//! Pooling against the reference, on the catalogue.

mod adaptive;
mod average;
mod blocks;
mod element;
mod layouts;
mod lp;
mod max;
mod planes;
mod unpool;

use wgconv::case::PoolCase;
use wgconv::reference::Sums;
use wgconv::verify::POISON;
use wgconv::{
    Algorithm, Context, ElementType, Error, Exponent, Operand, Plan, PlanOptions, PoolKind, PoolPass, PoolProblem,
    Strategy, reference,
};

use crate::conv::rounded;
use crate::support::arena;
use crate::support::compare;
use crate::support::context::Regime;
use crate::support::data::{count, integers, reals};
use crate::support::order::{from_memory, to_memory};

/// The context of a regime in which this problem can just be bound.
fn context(problem: &PoolProblem, regime: Regime) -> Context {
    let samples = [problem.x_shape(), problem.y_shape()].map(|shape| count(&shape[1..]));
    // Indices beside 16 bits begin at every second place where a binding can.
    let more = if problem.element == ElementType::F32 {
        0
    } else {
        crate::support::context::context().limits().storage_alignment
    };
    regime.context(samples.into_iter().max().unwrap() as u64 * 4 + more)
}

/// What a plan has written, in the order of the shapes.
struct Found {
    values: Vec<f32>,
    /// If it writes any.
    indices: Vec<u32>,
}

/// [`arena::run`] with operands in the order of their shapes, whatever the problem's layouts, and as its type, which holds them.
fn run(problem: &PoolProblem, context: &Context, plan: &Plan, inputs: &[(Operand, &[f32])], indices: &[u32]) -> Found {
    let shape = |operand| match operand {
        Operand::X | Operand::Dx => problem.x_shape(),
        _ => problem.y_shape(),
    };
    let element = problem.element;
    let lain = |&(operand, values): &(Operand, &[f32])| {
        (operand, element.words(&to_memory(problem.layout(operand), &shape(operand), values)))
    };
    let mut lain: Vec<(Operand, Vec<u32>)> = inputs.iter().map(lain).collect();
    if !indices.is_empty() {
        let layout = problem.layout(Operand::Indices);
        lain.push((Operand::Indices, to_memory(layout, &shape(Operand::Indices), indices)));
    }
    let inputs: Vec<(Operand, &[u32])> = lain.iter().map(|(operand, words)| (*operand, &words[..])).collect();
    let mut found = Found { values: Vec::new(), indices: Vec::new() };
    for (operand, words) in arena::run(context, plan, &inputs) {
        let (layout, shape) = (problem.layout(operand), shape(operand));
        if operand == Operand::Indices {
            found.indices = from_memory(layout, &shape, &words);
            continue;
        }
        let count = count(&shape);
        if element != ElementType::F32 && count % 2 == 1 {
            assert_eq!(words[count / 2] >> 16, POISON >> 16, "the half behind the last element was written");
        }
        assert!(found.values.is_empty(), "two results");
        found.values = from_memory(layout, &shape, &element.values(&words, count));
    }
    found
}

/// An error unless the check holds for every algorithm that takes this pass; the direct kernels take every one.
fn by_every_algorithm(
    case: &PoolCase,
    regime: Regime,
    pass: PoolPass,
    check: impl Fn(&Context, &Plan) -> Result<(), String>,
) -> Result<(), String> {
    let problem = case.problem().map_err(|error| error.to_string())?;
    let context = context(&problem, regime);
    for &algorithm in Algorithm::ALL {
        let options = PlanOptions { strategy: Strategy::Fixed(algorithm), ..PlanOptions::default() };
        match case.plan(&context, pass, &options) {
            Err(Error::AlgorithmUnavailable { .. }) if algorithm != Algorithm::Direct => {}
            Err(error) => return Err(format!("{pass:?}, {algorithm}: {error}")),
            Ok(plan) => check(&context, &plan).map_err(|error| format!("{pass:?}, {algorithm}: {error}"))?,
        }
    }
    Ok(())
}

/// An error unless max pooling's passes give the reference's bits. `most` sets how many ties there are.
pub fn check_max(case: &PoolCase, regime: Regime, seed: u64, most: i32) -> Result<(), String> {
    let problem = case.problem().map_err(|error| error.to_string())?;
    let (x_shape, y_shape) = (problem.x_shape(), problem.y_shape());
    let x = rounded(problem.element, &integers(2 * seed, count(&x_shape), most));
    let (values, indices) = reference::pool::max_forward(&problem, &x).unwrap();
    // Values that unpooling puts in the place of the maxima: windows that share one differ.
    let [dy, y] = [1, 1001].map(|salt| integers(2 * seed + salt, count(&y_shape), 9));
    let dx = integers(2 * seed + 2001, count(&x_shape), 9);

    by_every_algorithm(case, regime, PoolPass::Forward, |context, plan| {
        compare::exact(&run(&problem, context, plan, &[(Operand::X, &x)], &[]).values, &values, &y_shape)
    })?;
    by_every_algorithm(case, regime, PoolPass::ForwardWithIndices, |context, plan| {
        let found = run(&problem, context, plan, &[(Operand::X, &x)], &[]);
        compare::exact(&found.values, &values, &y_shape)?;
        compare::same_bits(&found.indices, &indices, &y_shape)
    })?;
    // Sums of a few small integers, which are rounded once.
    let backward = reference::pool::max_backward(&problem, &dy, &indices).unwrap().to_f32();
    let backward = rounded(problem.element, &backward);
    let unpooled = reference::pool::unpool(&problem, &y, &indices).unwrap();
    let looked_up = reference::pool::unpool_backward(&problem, &dx, &indices).unwrap();
    for (pass, input, data, expected, shape) in [
        (PoolPass::Backward, Operand::Dy, &dy, backward, &x_shape),
        (PoolPass::Unpool, Operand::Y, &y, unpooled, &x_shape),
        (PoolPass::UnpoolBackward, Operand::Dx, &dx, looked_up, &y_shape),
    ] {
        by_every_algorithm(case, regime, pass, |context, plan| {
            compare::exact(&run(&problem, context, plan, &[(input, data)], &indices).values, &expected, shape)
        })?;
    }
    Ok(())
}

/// An error unless average pooling's passes are as exact as WGSL's division lets them be.
///
/// The sums of integers are exact; a division may be off by 2.5 ULP (WGSL 15.7.4), and backward adds the quotients.
pub fn check_average(case: &PoolCase, regime: Regime, seed: u64) -> Result<(), String> {
    const DIVISION: f64 = 3.0;
    let problem = case.problem().map_err(|error| error.to_string())?;
    for real in [false, true] {
        let data = |seed, count| match real {
            true => rounded(problem.element, &reals(seed, count)),
            false => integers(seed, count, 9),
        };
        let x = data(2 * seed, count(&problem.x_shape()));
        let dy = data(2 * seed + 1, count(&problem.y_shape()));
        let forward = reference::pool::average_forward(&problem, &x).unwrap();
        let bounds = if real { forward.bound(DIVISION) } else { ulps(&forward.values, DIVISION) };
        let bounds = forward.stored_as(problem.element, bounds);
        let backward = reference::pool::average_backward(&problem, &dy).unwrap();
        by_every_algorithm(case, regime, PoolPass::Forward, |context, plan| {
            let found = run(&problem, context, plan, &[(Operand::X, &x)], &[]).values;
            compare::within(&found, &forward.values, &bounds, &problem.y_shape())
        })?;
        by_every_algorithm(case, regime, PoolPass::Backward, |context, plan| {
            let found = run(&problem, context, plan, &[(Operand::Dy, &dy)], &[]).values;
            compare::within(&found, &backward.values, &backward.bound_as(problem.element, DIVISION), &problem.x_shape())
        })?;
    }
    Ok(())
}

/// An error unless norms and their gradients are within their bounds, on values of which some are 0. Sums of absolute values
/// are exact.
pub fn check_lp(case: &PoolCase, p: Exponent, regime: Regime, seed: u64) -> Result<(), String> {
    let problem = case.problem().map_err(|error| error.to_string())?;
    let (x_shape, y_shape) = (problem.x_shape(), problem.y_shape());
    let x = integers(2 * seed, count(&x_shape), 4);
    let dy = integers(2 * seed + 1, count(&y_shape), 9);
    let forward = reference::pool::lp_forward(&problem, &x).unwrap();
    let y = rounded(problem.element, &forward.to_f32());
    let backward = reference::pool::lp_backward(&problem, &x, &y, &dy).unwrap();
    let bounds = |sums: &Sums| {
        let bounds = if p == Exponent::ONE { vec![0.0; sums.values.len()] } else { p.bound(sums) };
        sums.stored_as(problem.element, bounds)
    };
    by_every_algorithm(case, regime, PoolPass::Forward, |context, plan| {
        let found = run(&problem, context, plan, &[(Operand::X, &x)], &[]).values;
        compare::within(&found, &forward.values, &bounds(&forward), &y_shape)
    })?;
    by_every_algorithm(case, regime, PoolPass::Backward, |context, plan| {
        let found = run(&problem, context, plan, &[(Operand::X, &x), (Operand::Y, &y), (Operand::Dy, &dy)], &[]).values;
        compare::within(&found, &backward.values, &bounds(&backward), &x_shape)
    })
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
