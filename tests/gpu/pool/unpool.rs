//! Max-unpooling with indices that no forward pass gave, and its adjoint identity.

use wgconv::{IndexForm, MaxPool};

use crate::support::context::context;
use crate::support::data::{count, integers};

/// An index outside of its window, its plane or the tensor is left out, forward and back; nothing is written elsewhere.
#[test]
fn indices_outside_of_their_windows_are_left_out() {
    let ctx = context();
    for (form, second_plane) in [(IndexForm::Plane, 0), (IndexForm::Flat, 4)] {
        let pool = MaxPool::<1>::new([2]).indices(form).build().unwrap();
        let shape = [1, 2, 4];
        let y = ctx.tensor(&[1, 2, 2], &[1.0, 2.0, 3.0, 4.0]).unwrap();
        let dx = ctx.tensor(&shape, &[10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0]).unwrap();
        // Right; under the window before; outside of everything, from afar and by one.
        for (indices, x, dy) in [
            ([1, 2, 0, 3], [0.0, 1.0, 2.0, 0.0, 3.0, 0.0, 0.0, 4.0], [11.0, 12.0, 14.0, 17.0]),
            ([0, 1, 0, 0], [1.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0], [10.0, 0.0, 14.0, 0.0]),
            ([u32::MAX - 3, 2, 4, u32::MAX - 4], [0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0], [0.0, 12.0, 0.0, 0.0]),
        ] {
            let named: Vec<u32> = (0..4).map(|i| indices[i] + if i < 2 { 0 } else { second_plane }).collect();
            let named = ctx.tensor(&[1, 2, 2], &named).unwrap();
            assert_eq!(pool.unpool(ctx, &y, &named, &shape).unwrap().read_blocking().unwrap(), x);
            assert_eq!(pool.unpool_backward(ctx, &dx, &named, &shape).unwrap().read_blocking().unwrap(), dy);
        }
    }
}

/// Windows that do not overlap share no maximum.
#[test]
fn backward_is_the_adjoint_of_unpooling() {
    let ctx = context();
    let pool = MaxPool::<2>::new([2, 3]).build().unwrap();
    let shape = [2, 3, 5, 7];
    let x = integers(1, count(&shape), 9);
    let (y, indices) = pool.forward_with_indices(ctx, &ctx.tensor(&shape, &x).unwrap()).unwrap();
    let sparse = pool.unpool(ctx, &y, &indices, &shape).unwrap().read_blocking().unwrap();
    let dx = integers(2, count(&shape), 9);
    let dy = pool.unpool_backward(ctx, &ctx.tensor(&shape, &dx).unwrap(), &indices, &shape).unwrap();
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(&a, &b)| f64::from(a * b)).sum::<f64>();
    assert_eq!(dot(&sparse, &dx), dot(&y.read_blocking().unwrap(), &dy.read_blocking().unwrap()));
}
