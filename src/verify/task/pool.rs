//! Poolings.

use super::{Expected, Task, Values, count, exactly};
use crate::case::PoolCase;
use crate::element::ElementType;
use crate::error::Result;
use crate::plan::Operand;
use crate::pool::{Exponent, PoolKind, PoolProblem};
use crate::reference::{self, Sums};
use crate::verify::data::integers;

/// How many units in the last place a quotient may be off: WGSL says 2.5 (section 15.7.4).
const DIVISION: f64 = 3.0;

/// A pooling's data in the order of their shapes.
struct Pooling {
    problem: PoolProblem,
    inputs: Vec<(Operand, Vec<f32>)>,
    indices: Option<Vec<u32>>,
    expected: Vec<Expected>,
}

impl Task {
    /// By the reference.
    pub(super) fn pool(case: &PoolCase, pass: &str, seed: u64) -> Result<Task> {
        let problem = case.problem()?;
        match problem.kind {
            PoolKind::Max => maximum(problem, pass, seed),
            PoolKind::Average { .. } => average(problem, pass, seed),
            PoolKind::Lp { p } => norm(problem, p, pass, seed),
        }?
        .task()
    }
}

impl Pooling {
    /// The same as it lies in memory.
    fn task(self) -> Result<Task> {
        let problem = &self.problem;
        let shape = |operand| match operand {
            Operand::X | Operand::Dx => problem.x_shape(),
            _ => problem.y_shape(),
        };
        let element = problem.element;
        let mut inputs = Vec::new();
        for (operand, values) in &self.inputs {
            let values = problem.layout(*operand).to_memory(&shape(*operand), values)?;
            inputs.push((*operand, element.words(&values)));
        }
        if let Some(indices) = &self.indices {
            let operand = Operand::Indices;
            inputs.push((operand, problem.layout(operand).to_memory(&shape(operand), indices)?));
        }
        let lain = |expected: Expected| {
            let layout = problem.layout(expected.operand);
            let values = expected.values.to_memory(layout, &expected.shape)?;
            // Indices are words.
            let element = if expected.operand == Operand::Indices { ElementType::F32 } else { element };
            Ok(Expected { layout, element, values, ..expected })
        };
        Ok(Task { inputs, expected: self.expected.into_iter().map(lain).collect::<Result<_>>()? })
    }
}

/// Exactly these, but for the rounding to this type.
fn rounded(element: ElementType, values: &[f32]) -> Values {
    let rounded: Vec<f32> = values.iter().map(|&value| element.round(value.into()) as f32).collect();
    exactly(&rounded)
}

fn maximum(problem: PoolProblem, pass: &str, seed: u64) -> Result<Pooling> {
    let (x_shape, y_shape) = (problem.x_shape(), problem.y_shape());
    // Few values, so that windows have ties: the first one must win.
    let x = integers(seed, Operand::X, count(&x_shape), 5);
    let dy = integers(seed, Operand::Dy, count(&y_shape), 9);
    let (y, indices) = reference::pool::max_forward(&problem, &x)?;
    // For unpooling other values, so that windows that share a maximum differ: the last one must stay.
    let values = integers(seed, Operand::Y, count(&y_shape), 9);
    let dx = integers(seed, Operand::Dx, count(&x_shape), 9);
    let of = |operand, shape: &[usize], values: &[f32]| Expected::new(operand, shape, rounded(problem.element, values));
    let mut expected = vec![match pass {
        "backward" => {
            let dx = reference::pool::max_backward(&problem, &dy, &indices)?;
            of(Operand::Dx, &x_shape, &dx.to_f32())
        }
        "unpool" => of(Operand::X, &x_shape, &reference::pool::unpool(&problem, &values, &indices)?),
        "unpool_backward" => of(Operand::Dy, &y_shape, &reference::pool::unpool_backward(&problem, &dx, &indices)?),
        _ => of(Operand::Y, &y_shape, &y),
    }];
    if pass == "forward_with_indices" {
        expected.push(Expected::new(Operand::Indices, &y_shape, Values::Integers(indices.clone())));
    }
    let inputs = vec![(Operand::X, x), (Operand::Y, values), (Operand::Dx, dx), (Operand::Dy, dy)];
    Ok(Pooling { problem, inputs, indices: Some(indices), expected })
}

/// Norms and quotients of them are rounded.
fn norm(problem: PoolProblem, p: Exponent, pass: &str, seed: u64) -> Result<Pooling> {
    let (x_shape, y_shape) = (problem.x_shape(), problem.y_shape());
    let x = integers(seed, Operand::X, count(&x_shape), 9);
    let dy = integers(seed, Operand::Dy, count(&y_shape), 9);
    let norms = reference::pool::lp_forward(&problem, &x)?;
    // What forward stores is what backward reads.
    let y: Vec<f32> = norms.values.iter().map(|&norm| problem.element.round(norm) as f32).collect();
    let (operand, shape, sums) = if pass == "backward" {
        (Operand::Dx, x_shape, reference::pool::lp_backward(&problem, &x, &y, &dy)?)
    } else {
        (Operand::Y, y_shape, norms)
    };
    let bounds = sums.stored_as(problem.element, p.bound(&sums));
    let expected = vec![Expected::new(operand, &shape, Values::Floats(sums.values, bounds))];
    let inputs = vec![(Operand::X, x), (Operand::Y, y), (Operand::Dy, dy)];
    Ok(Pooling { problem, inputs, indices: None, expected })
}

/// The sums are exact; a quotient may be off, and backward adds quotients.
fn average(problem: PoolProblem, pass: &str, seed: u64) -> Result<Pooling> {
    let (x_shape, y_shape) = (problem.x_shape(), problem.y_shape());
    let x = integers(seed, Operand::X, count(&x_shape), 9);
    let dy = integers(seed, Operand::Dy, count(&y_shape), 9);
    let (operand, shape, sums, bounds) = if pass == "backward" {
        let dx = reference::pool::average_backward(&problem, &dy)?;
        let bounds = dx.bound(DIVISION);
        (Operand::Dx, x_shape, dx, bounds)
    } else {
        let y = reference::pool::average_forward(&problem, &x)?;
        let bounds = ulps(&y, DIVISION);
        (Operand::Y, y_shape, y, bounds)
    };
    let bounds = sums.stored_as(problem.element, bounds);
    let expected = vec![Expected::new(operand, &shape, Values::Floats(sums.values, bounds))];
    Ok(Pooling { problem, inputs: vec![(Operand::X, x), (Operand::Dy, dy)], indices: None, expected })
}

/// This many units in the last place of each value.
fn ulps(sums: &Sums, units: f64) -> Vec<f64> {
    sums.values.iter().map(|value| units * f64::from(f32::EPSILON) * value.abs()).collect()
}
