use super::{check_average, check_catalogue};
use crate::support::catalogue::AVERAGES;
use crate::support::context::context;
use wgconv::{AvgPool, Error, Padding};

#[test]
fn average_pooling_equals_the_reference() {
    for kind in AVERAGES {
        check_catalogue(kind, check_average);
    }
}

/// A dilation means nothing to a single tap, however large it is.
#[test]
fn a_single_tap_ignores_its_dilation() {
    let ctx = context();
    let values: Vec<f32> = (0..10).map(|i| i as f32).collect();
    let x = ctx.tensor(&[1, 1, 10], &values).unwrap();
    for dilation in [2, i32::MAX as usize, u32::MAX as usize] {
        let pool = AvgPool::<1>::new([1]).dilation([dilation]).build().unwrap();
        assert_eq!(pool.forward(ctx, &x).unwrap().read_blocking().unwrap(), values, "dilation {dilation}");
    }
}

/// A window of 2^32 taps, nearly all of them over padding, would take a dispatch for every 65,535 of them.
#[test]
fn a_window_of_too_many_taps_is_refused() {
    let pool = AvgPool::<2>::new([65_536; 2]).stride([5; 2]).padding(Padding::Symmetric([32_768; 2])).build().unwrap();
    let x = context().tensor(&[1, 1, 10, 10], &[1.0; 100]).unwrap();
    let error = pool.forward(context(), &x).unwrap_err();
    assert!(matches!(error, Error::LimitExceeded { limit: "dispatches of one plan", .. }), "{error}");
    // One that has every cell is the average of a plane.
    let pool = AvgPool::<2>::new([65_536; 2]).padding(Padding::Symmetric([32_768; 2])).build().unwrap();
    assert_eq!(pool.forward(context(), &x).unwrap().read_blocking().unwrap(), [100.0 / 65_536f32.powi(2)]);
}
