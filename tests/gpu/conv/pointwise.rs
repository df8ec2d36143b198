//! Kernels of one tap by subgroups, whose lanes own two fours of cells and take the channels by twos.

use std::collections::BTreeSet;

use wgconv::{Algorithm, Pass, PlanOptions, Strategy, kernels};

use super::{ConvData, on_cpu, result_shape, rounded, run_pass};
use crate::support::context::context;
use crate::support::{catalogue, compare};

const NAME: &str = "conv/gather/subgroup_pointwise";

fn tile(constants: &[(&str, u32)]) -> Option<u32> {
    constants.iter().find(|(name, _)| *name == "TILE_M").map(|(_, value)| *value)
}

/// One channel, odd and even numbers of them, more than are touched at once; rows of one four, of a last lane with one of two, of several
/// subgroups; every tile, rows of a tile that there are not, groups, narrow types; and channels summed in parts, odd ones too.
#[test]
fn lanes_of_two_fours_equal_the_reference() {
    use Pass::{Forward, InputGrad};
    if context().limits().subgroup_size != 8 {
        return;
    }
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Subgroup), ..PlanOptions::default() };
    let rows = [
        ("n3c17h2w2k32r1s1", Forward),
        ("c1h4w8k40r1s1", Forward),
        ("n2c34h6w6k64r1s1", Forward),
        ("n5c33h14w14k31r1s1", InputGrad),
        ("n2c65h3w4k16r1s1", Forward),
        ("n2c9h10w10k15r1s1", Forward),
        ("n3c16h6w6k32r1s1", InputGrad),
        ("n2c40h4w7k8r1s1", Forward),
        ("n4c31h1w68k7r1s1", Forward),
        ("n2c66h5w4k24r1s1g3", Forward),
        ("n2c20h4w4k34r1s1inout", Forward),
        ("n2c35h6w6k12r1s1f16", Forward),
        ("n2c35h6w6k12r1s1bf16", InputGrad),
    ];
    let mut tiles = BTreeSet::new();
    for (text, pass) in rows {
        let case = catalogue::conv(text);
        let problem = case.problem().unwrap();
        for most_loops in [None, Some(36), Some(25)] {
            let mut limits = *context().limits();
            limits.max_loop_iterations = most_loops.unwrap_or(limits.max_loop_iterations);
            let context = context().with_limits(limits).unwrap();
            for (seed, bias) in [(3, false), (4, pass == Forward)] {
                let plan = case.plan(&context, pass, bias, &options).unwrap_or_else(|error| panic!("{text}: {error}"));
                let sums = plan.steps().filter(|step| step.kernel == NAME);
                tiles.extend(sums.map(|step| tile(step.constants).unwrap()));
                assert!(plan.steps().any(|step| step.kernel == NAME), "{text}: {plan}");
                let data = ConvData::integers(&problem, seed).rounded(case.element);
                let found = run_pass(&context, &plan, pass, bias, &data);
                let expected = rounded(case.element, &on_cpu(&problem, pass, bias, &data).to_f32());
                compare::exact(&found, &expected, &result_shape(&problem, pass))
                    .unwrap_or_else(|error| panic!("{text}, {plan}: {error}"));
            }
        }
    }
    let known = kernels().into_iter().filter(|kernel| kernel.name == NAME);
    assert_eq!(tiles, known.filter_map(|kernel| tile(kernel.constants)).collect());
}
