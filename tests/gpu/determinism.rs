//! The same plan on the same data gives the same bits, however often, and whatever else the buffers held before.

use wgconv::{Pass, PlanOptions};

use crate::conv::{ConvData, context, on_gpu};
use crate::support::arena::bits;
use crate::support::catalogue;
use crate::support::context::Regime;

#[test]
fn every_pass_repeats_its_bits() {
    for (i, (name, case)) in catalogue::convolutions().iter().enumerate() {
        let problem = case.problem().unwrap();
        let data = ConvData::reals(&problem, 900 + i as u64);
        for regime in Regime::BOTH {
            let context = context(&problem, regime);
            for pass in Pass::ALL {
                let run = || on_gpu(&context, case, pass, false, &data, &PlanOptions::default()).unwrap();
                let first = run();
                for _ in 0..3 {
                    assert_eq!(bits(&first), bits(&run()), "{pass:?}, {name}, {regime:?}");
                }
            }
        }
    }
}
