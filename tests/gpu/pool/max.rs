use wgconv::{MaxPool, Padding, PoolKind};

use super::{check_catalogue, check_max};
use crate::support::context::context;

#[test]
fn max_pooling_equals_the_reference() {
    check_catalogue(PoolKind::Max, |case, regime, seed| check_max(case, regime, seed, 1000));
}

/// Three different values only: the first of equal ones must win, in forward and so in backward.
#[test]
fn the_first_of_equal_maxima_wins() {
    check_catalogue(PoolKind::Max, |case, regime, seed| check_max(case, regime, seed, 1));
}

#[test]
fn a_window_of_minus_infinity_has_a_real_index() {
    let ctx = context();
    let pool = MaxPool::<1>::new([3]).stride([1]).padding(Padding::Symmetric([1])).build().unwrap();
    let x = ctx.tensor(&[1, 1, 4], &[f32::NEG_INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY, -f32::MAX]).unwrap();
    let (y, indices) = pool.forward_with_indices(ctx, &x).unwrap();
    assert_eq!(indices.read_blocking().unwrap(), [0, 0, 3, 3]);
    assert_eq!(y.read_blocking().unwrap(), [f32::NEG_INFINITY, f32::NEG_INFINITY, -f32::MAX, -f32::MAX]);
}

/// Not promised by WGSL, but kept wherever the device keeps NaN apart, as PyTorch does. What must hold everywhere: the
/// other windows are right and every index is inside the plane.
#[test]
fn a_nan_stays_in_its_windows() {
    let ctx = context();
    let pool = MaxPool::<1>::new([2]).build().unwrap();
    let x = ctx.tensor(&[1, 1, 6], &[1.0, 2.0, f32::NAN, 4.0, 6.0, 5.0]).unwrap();
    let (y, indices) = pool.forward_with_indices(ctx, &x).unwrap();
    let (y, indices) = (y.read_blocking().unwrap(), indices.read_blocking().unwrap());
    assert_eq!((y[0], y[2]), (2.0, 6.0));
    assert_eq!((indices[0], indices[2]), (1, 4));
    assert!(indices[1] < 6);
}
