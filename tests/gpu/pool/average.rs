use super::{check_average, check_catalogue};
use crate::support::case::Kind;
use crate::support::context::context;
use wgconv::{AvgPool, Padding};

#[test]
fn average_pooling_equals_the_reference() {
    for kind in Kind::AVERAGES {
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

/// Over padding a window can count more cells than 32 bits hold.
#[test]
fn a_divisor_above_32_bits_is_right() {
    let ctx = context();
    let pool =
        AvgPool::<2>::new([65_536; 2]).stride([65_536; 2]).padding(Padding::Symmetric([32_768; 2])).build().unwrap();
    let x = ctx.tensor(&[1, 1, 10, 10], &[(1u64 << 32) as f32 / 100.0; 100]).unwrap();
    let y = pool.forward(ctx, &x).unwrap().read_blocking().unwrap();
    assert_eq!(y.len(), 1);
    assert!((y[0] - 1.0).abs() < 1e-5, "{}", y[0]);
}
