//! Windows that blocks of quads take, of every size and padding: what the loops of their kernels unroll to.

use wgconv::{Algorithm, PlanOptions, PoolPass, Strategy};

use super::{check_average, check_max};
use crate::support::catalogue::pool;
use crate::support::context::{Regime, context};

/// Windows and strides of 1 and 2 with paddings that put their runs across quads in each way, rows of whole fours and others.
const WINDOWS: [&str; 7] = [
    "c2h9w12r7s7u1p1",
    "c2h9w14r8s8u1p1",
    "n2c1h8w13r8s8u1p2",
    "n2c2h7w9r4s6u1x2p2x3",
    "c3h9w11r6s5u2x1p3x4",
    "n2c1h7w16r7s8u2p3",
    "c2h6w8r2s4u1p0x1",
];

#[test]
fn runs_of_windows_across_quads_are_whole() {
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Rows), ..PlanOptions::default() };
    for (i, window) in WINDOWS.iter().enumerate() {
        let [max, average] =
            [format!("max{window}"), format!("avg{window}{}", ["", "exclpad"][i % 2])].map(|text| pool(&text));
        let by = average.plan(context(), PoolPass::Forward, &options).unwrap().to_string();
        assert!(context().limits().subgroup_size != 8 || by.contains("pool/blocks"), "{by}");
        let outcome = check_max(&max, Regime::Device, i as u64, 3)
            .and_then(|()| check_average(&average, Regime::Device, i as u64));
        outcome.unwrap_or_else(|error| panic!("{window}: {error}"));
    }
}
