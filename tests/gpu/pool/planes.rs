//! Global pooling as a GPU runs it: several invocations to a plane, whose results meet in workgroup memory.

use wgconv::{AdaptiveMaxPool, Algorithm, Context, Operand, PlanOptions, PoolKind, PoolPass, Strategy, reference};

use super::run;
use crate::support::catalogue::pool;
use crate::support::compare;
use crate::support::context::context;
use crate::support::data::{count, integers};

/// As for a GPU that so many invocations fill.
fn as_gpu(fill_invocations: u32) -> Context {
    let mut limits = *context().limits();
    (limits.is_software, limits.fill_invocations) = (false, fill_invocations);
    context().with_limits(limits).unwrap()
}

#[test]
fn invocations_share_planes() {
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Planes), ..PlanOptions::default() };
    // Short planes, long ones, and ones in slices.
    for (i, (text, fill)) in [
        ("adaptmaxn2c3h5w7r1s1flat", 1),
        ("adaptmaxn3c2h37w31r1s1", 1),
        ("adaptmaxn2c2h137w131r1s1flat", 65_536),
        ("adaptavgn2c3h5w7r1s1", 1),
        ("adaptavgn2c2h137w131r1s1", 65_536),
        ("lpn2c3h5w7r5s7pow3", 1),
        ("lpn2c2h137w131r137s131", 65_536),
        ("adaptmaxn3c3h137w131r1s1f16", 65_536),
        ("adaptavgn3c3h37w31r1s1bf16", 1),
    ]
    .into_iter()
    .enumerate()
    {
        let (case, context) = (pool(text), as_gpu(fill));
        let problem = case.problem().unwrap();
        let shape = problem.y_shape();
        let x = integers(i as u64, count(&problem.x_shape()), 9);
        let plan = |pass| case.plan(&context, pass, &options).unwrap();
        let forward = run(&problem, &context, &plan(PoolPass::Forward), &[(Operand::X, &x)], &[]).values;
        let outcome = match problem.kind {
            PoolKind::Max => {
                let (values, indices) = reference::pool::max_forward(&problem, &x).unwrap();
                let found = run(&problem, &context, &plan(PoolPass::ForwardWithIndices), &[(Operand::X, &x)], &[]);
                compare::exact(&forward, &values, &shape)
                    .and_then(|()| compare::exact(&found.values, &values, &shape))
                    .and_then(|()| compare::same_bits(&found.indices, &indices, &shape))
            }
            PoolKind::Lp { p } => {
                let expected = reference::pool::lp_forward(&problem, &x).unwrap();
                compare::within(&forward, &expected.values, &p.bound(&expected), &shape)
            }
            _ => {
                let expected = reference::pool::average_forward(&problem, &x).unwrap();
                compare::within(&forward, &expected.values, &expected.bound_as(problem.element, 3.0), &shape)
            }
        };
        outcome.unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(plan(PoolPass::Forward).workspace_bytes() > 0, fill > 1, "{case}");
    }
}

/// As in other max pooling: the last NaN, whoever finds it; its index is a cell of the plane everywhere.
#[test]
fn a_nan_and_minus_infinity_have_real_indices() {
    for context in [context().clone(), as_gpu(65_536)] {
        let mut values = vec![f32::NEG_INFINITY; 3 * 5000];
        (values[700], values[4000], values[9999]) = (f32::NAN, f32::NAN, 3.0);
        let x = context.tensor(&[1, 3, 5000], &values).unwrap();
        let (y, indices) = AdaptiveMaxPool::<1>::global().forward_with_indices(&context, &x).unwrap();
        let (y, indices) = (y.read_blocking().unwrap(), indices.read_blocking().unwrap());
        assert!(indices[0] < 5000);
        assert_eq!((y[1], indices[1]), (3.0, 4999));
        assert_eq!((y[2], indices[2]), (f32::NEG_INFINITY, 0));
    }
}
