//! Adaptive pooling beyond the catalogue: its adjoint identity, and its calls.

use wgconv::{AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, IndexForm, Program};

use crate::support::context::context;
use crate::support::data::{count, integers};

fn dot(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

/// Five cells to four outputs: bins of two cells, of which neighbours share one; so quotients are exact.
#[test]
fn average_backward_is_the_adjoint_of_forward() {
    let ctx = context();
    let pool = AdaptiveAvgPool::<2>::new([4, 2]).build().unwrap();
    let (x_shape, y_shape) = ([2, 3, 5, 3], [2, 3, 4, 2]);
    let (x, dy) = (integers(1, count(&x_shape), 9), integers(2, count(&y_shape), 9));
    let y = pool.forward(ctx, &ctx.tensor(&x_shape, &x).unwrap()).unwrap();
    assert_eq!(y.shape(), y_shape);
    let dx = pool.backward(ctx, &ctx.tensor(&y_shape, &dy).unwrap(), &x_shape).unwrap();
    assert_eq!(dot(&y.read_blocking().unwrap(), &dy), dot(&x, &dx.read_blocking().unwrap()));
}

#[test]
fn a_program_runs_adaptive_pooling() {
    let ctx = context();
    let x = ctx.tensor(&[2, 1, 3], &[1.0, 5.0, 2.0, 7.0, 3.0, 4.0]).unwrap();
    let max = AdaptiveMaxPool::<1>::new([2]).indices(IndexForm::Flat).build().unwrap();
    let average = AdaptiveAvgPool::<1>::global();
    let mut program = Program::new(ctx);
    let (y, indices) = program.adaptive_max_pool_forward_with_indices(&max, &x).unwrap();
    let dx = program.adaptive_max_pool_backward(&max, &y, &indices, x.shape()).unwrap();
    let sparse = program.adaptive_max_pool_unpool(&max, &y, &indices, x.shape()).unwrap();
    let back = program.adaptive_max_pool_unpool_backward(&max, &x, &indices, x.shape()).unwrap();
    let mean = program.adaptive_avg_pool_forward(&average, &x).unwrap();
    let spread = program.adaptive_avg_pool_backward(&average, &mean, x.shape()).unwrap();
    let plain = program.adaptive_max_pool_forward(&max, &x).unwrap();
    program.run().unwrap();
    assert_eq!(indices.read_blocking().unwrap(), [1, 1, 3, 5]);
    for (found, expected) in [
        (&y, &[5.0, 5.0, 7.0, 4.0][..]),
        (&plain, &[5.0, 5.0, 7.0, 4.0]),
        (&dx, &[0.0, 10.0, 0.0, 7.0, 0.0, 4.0]),
        (&sparse, &[0.0, 5.0, 0.0, 7.0, 0.0, 4.0]),
        (&back, &[5.0, 5.0, 7.0, 4.0]),
    ] {
        assert_eq!(found.read_blocking().unwrap(), expected);
    }
    assert_eq!((mean.shape(), spread.shape()), (&[2, 1, 1][..], &[2, 1, 3][..]));
}

/// Even bins are the ordinary pooling, to the plan.
#[test]
fn even_bins_are_ordinary_windows() {
    let x = [2, 3, 6, 8];
    let adaptive = AdaptiveAvgPool::<2>::new([3, 2]).build().unwrap().problem(&x).unwrap();
    assert_eq!(adaptive, AvgPool::<2>::new([2, 4]).build().unwrap().problem(&x).unwrap());
}
