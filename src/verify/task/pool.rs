//! Poolings.

use super::{Expected, Task, Values, bits, count, exactly};
use crate::case::PoolCase;
use crate::error::Result;
use crate::plan::Operand;
use crate::pool::{Exponent, PoolKind};
use crate::reference::{self, Sums};
use crate::verify::data::integers;

/// How many units in the last place a quotient may be off: WGSL says 2.5 (section 15.7.4).
const DIVISION: f64 = 3.0;

impl Task {
    /// By the reference, with channels first.
    pub(super) fn pool(case: &PoolCase, pass: &str, seed: u64) -> Result<Task> {
        match case.kind {
            PoolKind::Max => Task::max_pool(case, pass, seed),
            PoolKind::Average { .. } => Task::average_pool(case, pass, seed),
            PoolKind::Lp { p } => Task::lp_pool(case, p, pass, seed),
        }
    }

    fn max_pool(case: &PoolCase, pass: &str, seed: u64) -> Result<Task> {
        let problem = case.problem()?;
        let (x_shape, y_shape) = (problem.x_shape(), problem.y_shape());
        // Few values, so that windows have ties: the first one must win.
        let x = integers(seed, Operand::X, count(&x_shape), 5);
        let dy = integers(seed, Operand::Dy, count(&y_shape), 9);
        let (y, indices) = reference::pool::max_forward(&problem, &x)?;
        // For unpooling other values, so that windows that share a maximum differ: the last one must stay.
        let values = integers(seed, Operand::Y, count(&y_shape), 9);
        let dx = integers(seed, Operand::Dx, count(&x_shape), 9);
        let of = |operand, shape: &[usize], values: &[f32]| Expected::new(operand, shape, exactly(values));
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
        let floats = [(Operand::X, x), (Operand::Y, values), (Operand::Dx, dx), (Operand::Dy, dy)];
        let mut inputs = floats.map(|(operand, values)| (operand, bits(&values))).to_vec();
        inputs.push((Operand::Indices, indices));
        Ok(Task { inputs, expected })
    }

    /// Norms and quotients of them are rounded.
    fn lp_pool(case: &PoolCase, p: Exponent, pass: &str, seed: u64) -> Result<Task> {
        let problem = case.problem()?;
        let (x_shape, y_shape) = (problem.x_shape(), problem.y_shape());
        let x = integers(seed, Operand::X, count(&x_shape), 9);
        let dy = integers(seed, Operand::Dy, count(&y_shape), 9);
        let norms = reference::pool::lp_forward(&problem, &x)?;
        let y = norms.to_f32();
        let (operand, shape, sums) = if pass == "backward" {
            (Operand::Dx, x_shape, reference::pool::lp_backward(&problem, &x, &y, &dy)?)
        } else {
            (Operand::Y, y_shape, norms)
        };
        let bounds = p.bound(&sums);
        let inputs = [(Operand::X, &x), (Operand::Y, &y), (Operand::Dy, &dy)];
        let inputs = inputs.map(|(operand, values)| (operand, bits(values))).to_vec();
        let expected = vec![Expected::new(operand, &shape, Values::Floats(sums.values, bounds))];
        Ok(Task { inputs, expected })
    }

    /// The sums are exact; a quotient may be off, and backward adds quotients.
    fn average_pool(case: &PoolCase, pass: &str, seed: u64) -> Result<Task> {
        let problem = case.problem()?;
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
        let inputs = vec![(Operand::X, bits(&x)), (Operand::Dy, bits(&dy))];
        let expected = vec![Expected::new(operand, &shape, Values::Floats(sums.values, bounds))];
        Ok(Task { inputs, expected })
    }
}

/// This many units in the last place of each value.
fn ulps(sums: &Sums, units: f64) -> Vec<f64> {
    sums.values.iter().map(|value| units * f64::from(f32::EPSILON) * value.abs()).collect()
}
