use wgconv::{LpPool, PoolKind};

use super::check_lp;
use crate::support::catalogue::norms;
use crate::support::context::{Regime, context};

#[test]
fn lp_pooling_is_within_its_bound() {
    let cases = norms();
    assert!(cases.len() >= 7);
    for (i, (name, case)) in cases.iter().enumerate() {
        let PoolKind::Lp { p } = case.kind else { panic!("{case} is no norm") };
        for regime in Regime::BOTH {
            check_lp(case, p, regime, i as u64).unwrap_or_else(|error| panic!("{name}, {regime:?}: {error}\n{case}"));
        }
    }
}

/// Other p than 1 and 2 scale: a power of these values is beyond f32, their norm is not.
#[test]
fn powers_beyond_f32_do_no_harm() {
    let ctx = context();
    let pool = LpPool::<1>::new([2]).p(4.0).build().unwrap();
    let x = ctx.tensor(&[1, 1, 6], &[3e30, -3e30, 2e-30, 2e-30, 0.0, -1e-20]).unwrap();
    let y = pool.forward(ctx, &x).unwrap();
    let dx = pool.backward(ctx, &x, &y, &ctx.tensor(&[1, 1, 3], &[1.0; 3]).unwrap()).unwrap();
    let root = 2f64.powf(0.25);
    let slope = root.powi(-3);
    let close = |found: Vec<f32>, expected: &[f64]| {
        for (found, expected) in found.into_iter().map(f64::from).zip(expected) {
            assert!((found - expected).abs() <= 1e-5 * expected.abs(), "{found:e} instead of {expected:e}");
        }
    };
    close(y.read_blocking().unwrap(), &[3e30 * root, 2e-30 * root, 1e-20]);
    close(dx.read_blocking().unwrap(), &[slope, -slope, slope, slope, 0.0, -1.0]);
}

/// Not promised by WGSL; the other windows are right everywhere.
#[test]
fn a_nan_stays_in_its_window() {
    let ctx = context();
    for p in [1.0, 2.0, 3.0] {
        let pool = LpPool::<1>::new([2]).p(p).build().unwrap();
        let x = ctx.tensor(&[1, 1, 6], &[0.0, 2.0, f32::NAN, 4.0, -6.0, 0.0]).unwrap();
        let y = pool.forward(ctx, &x).unwrap().read_blocking().unwrap();
        assert!((y[0] - 2.0).abs() < 1e-5 && (y[2] - 6.0).abs() < 1e-5, "{y:?}");
    }
}
