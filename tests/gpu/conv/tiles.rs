//! Every block shape of the tiled kernels, on sizes around its edges: the limits of the device are varied until the planner
//! takes it.

use std::collections::BTreeSet;

use wgconv::case::ConvCase;
use wgconv::{Algorithm, Context, Operand, Pass, PlanOptions, StepInfo, Strategy, kernels};

use super::{ConvData, on_cpu, on_gpu, result_shape, rounded};
use crate::support::catalogue::conv;
use crate::support::context::Regime;
use crate::support::{catalogue, compare};

/// Rows, columns and depth of a tile.
type Tile = [u32; 3];

/// A device that few invocations fill, so that padding decides on the tile, with so many bytes of workgroup memory and
/// invocations of a workgroup.
fn context(bytes: u32, invocations: u32) -> Context {
    let base = Regime::Device.context(0);
    let mut limits = *base.limits();
    limits.fill_invocations = 64;
    limits.max_workgroup_storage_bytes = limits.max_workgroup_storage_bytes.min(bytes);
    limits.max_invocations_per_workgroup = limits.max_invocations_per_workgroup.min(invocations);
    base.with_limits(limits).unwrap()
}

fn tile_of(step: &StepInfo<'_>) -> Option<Tile> {
    let constant = |name| step.constants.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    Some([constant("TILE_M")?, constant("TILE_N")?, constant("TILE_K")?])
}

/// Runs a case in one pass and returns the tile that was taken.
fn check(context: &Context, case: &ConvCase, pass: Pass, bias: bool) -> Tile {
    let problem = case.problem().unwrap();
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Tiled), ..PlanOptions::default() };
    let plan = case.plan(context, pass, bias, &options).unwrap();
    let tile = plan.steps().find_map(|step| tile_of(&step)).unwrap();
    let data = ConvData::integers(&problem, 77).rounded(case.element);
    let found = on_gpu(context, case, pass, bias, &data, &options).unwrap();
    let expected = rounded(case.element, &on_cpu(&problem, pass, bias, &data).to_f32());
    compare::exact(&found, &expected, &result_shape(&problem, pass))
        .unwrap_or_else(|error| panic!("{pass:?} by tiles of {tile:?}: {error}\n{case}"));
    tile
}

/// All tiles of the kernels whose name begins so.
fn tiles_of(name: &str) -> BTreeSet<Tile> {
    let constant = |constants: &[(&str, u32)], name| constants.iter().find(|(known, _)| *known == name).unwrap().1;
    let kernels = kernels().into_iter().filter(|kernel| kernel.name.starts_with(name));
    kernels.map(|kernel| ["TILE_M", "TILE_N", "TILE_K"].map(|name| constant(kernel.constants, name))).collect()
}

const ANY: (u32, u32) = (u32::MAX, u32::MAX);

#[test]
fn every_tile_of_a_gather_equals_the_reference() {
    // Bytes and invocations of a workgroup; case; pass; tile.
    let rows: [((u32, u32), &str, Pass, Tile); 22] = [
        (ANY, "n2c5h7w9k16r3s2p1", Pass::Forward, [16, 128, 16]),
        (ANY, "n3c15h7w9k17r3s3u2p1", Pass::InputGrad, [16, 128, 16]),
        (ANY, "n2c34h9w8k16r1s3u1x2g2", Pass::Forward, [16, 128, 16]),
        ((6_144, 128), "c19h5w6k63r2s3p1", Pass::Forward, [64, 32, 16]),
        ((6_144, 128), "c64h5w5k16r3s3p1", Pass::InputGrad, [64, 32, 16]),
        (ANY, "n2c17h5w11k61r3s3u1x2p1", Pass::Forward, [64, 64, 16]),
        (ANY, "c3d2h4w4k64t2r2s3p1", Pass::Forward, [64, 64, 16]),
        (ANY, "c64h7w9k33r1s1", Pass::InputGrad, [64, 64, 16]),
        (ANY, "n2c5h8w8k62r3s3p1", Pass::Forward, [64, 128, 8]),
        (ANY, "n2c32h12w10k16r3s3p1", Pass::InputGrad, [32, 256, 8]),
        (ANY, "n2c9h11w11k31r1s1", Pass::Forward, [32, 256, 8]),
        (ANY, "n2c17h9w11k127r3s3p1_2x2_1", Pass::Forward, [128, 128, 16]),
        (ANY, "n2c17h9w11k127r3s3p1_2x2_1replicate", Pass::Forward, [128, 128, 16]),
        (ANY, "n2c5h8w8k62r3s3p1circular", Pass::Forward, [64, 128, 8]),
        (ANY, "n2c250h8w15k17r1s1", Pass::InputGrad, [128, 128, 16]),
        // Four channels at once: last blocks of channels that are not full, groups, and types of 16 bits.
        (ANY, "n2c24h9w8k16r3s2p1g2lastx", Pass::Forward, [16, 128, 16]),
        ((6_144, 128), "c64h5w5k28r3s3p1lastxlasty", Pass::InputGrad, [64, 32, 16]),
        (ANY, "n2c44h5w11k61r3s3u1x2p1lastxlasty", Pass::Forward, [64, 64, 16]),
        (ANY, "n2c24h8w8k62r3s3p1circularlastxbf16", Pass::Forward, [64, 128, 8]),
        (ANY, "n2c32h12w10k16r3s3p1lastxlasty", Pass::InputGrad, [32, 256, 8]),
        (ANY, "n2c28h9w11k127r3s3p1_2x2_1lastxlasty", Pass::Forward, [128, 128, 16]),
        (ANY, "n2c250h8w15k44r1s1lastyf16", Pass::InputGrad, [128, 128, 16]),
    ];
    let mut taken = BTreeSet::new();
    let checked = catalogue::part(rows.to_vec());
    let all = checked.len() == rows.len();
    for (i, ((bytes, invocations), case, pass, tile)) in checked.into_iter().enumerate() {
        let bias = pass == Pass::Forward && i % 2 == 0;
        assert_eq!(check(&context(bytes, invocations), &conv(case), pass, bias), tile, "{case}");
        taken.insert(tile);
    }
    assert!(!all || taken == tiles_of("conv/gather/tiled"), "{taken:?}");
}

#[test]
fn every_tile_of_a_kernel_gradient_equals_the_reference() {
    let rows: [((u32, u32), &str, Tile); 14] = [
        (ANY, "n3c5h9w11k30r3s2u2x1p1", [32, 32, 16]),
        (ANY, "n2c4d3h5w6k34t2r2s2p0x1x0g2", [32, 32, 16]),
        ((4_608, 64), "n2c13h6w7k65r1s3", [32, 32, 16]),
        (ANY, "n3c7h9w8k63r3s3p1", [64, 64, 16]),
        (ANY, "n3c7h9w8k63r3s3p2_1u1x2reflect", [64, 64, 16]),
        (ANY, "n2c64h5w7k64r1s1", [64, 64, 16]),
        (ANY, "n2c21h7w9k127r1s3p0x1", [128, 64, 16]),
        (ANY, "n2c126h5w5k250r1s1", [128, 128, 8]),
        (ANY, "n3c14h9w7k125r3s3u2p1_0x0_2a1x2", [128, 128, 8]),
        ((12_799, 256), "n2c21h7w9k127r1s3p0x1", [64, 64, 16]),
        (ANY, "n2c8h9w11k60r3s2u2x1p1g2lastxlasty", [32, 32, 16]),
        (ANY, "n3c12h9w8k60r3s3p2_1u1x2reflectlastxlasty", [64, 64, 16]),
        (ANY, "n2c20h7w9k124r1s3p0x1lastxlastyinout", [128, 64, 16]),
        (ANY, "n3c28h9w7k124r3s3u2p1_0x0_2a1x2lastxlastybf16", [128, 128, 16]),
    ];
    let mut taken = BTreeSet::new();
    let checked = catalogue::part(rows.to_vec());
    let all = checked.len() == rows.len();
    for ((bytes, invocations), case, tile) in checked {
        assert_eq!(check(&context(bytes, invocations), &conv(case), Pass::KernelGrad, false), tile, "{case}");
        taken.insert(tile);
    }
    assert!(!all || taken == tiles_of("conv/kernel_grad/tiled"), "{taken:?}");
}

/// Terms that fill up a tile are no terms: zero times what is really there, an infinity perhaps, would be one.
#[test]
fn infinities_do_not_meet_the_padding_of_tiles() {
    // Terms that are no whole steps: rows that are taps of channels, rows that are channels, cells of dy.
    let rows = [
        ("n2c34h9w8k16r1s3u1x2g2", Pass::Forward),
        ("n2c9h11w11k31r1s1", Pass::Forward),
        ("c64h7w9k33r1s1", Pass::InputGrad),
        ("n2c64h5w7k64r1s1", Pass::KernelGrad),
        ("c24h7w9k36r1s1lastxlasty", Pass::InputGrad),
        ("n2c64h5w7k64r1s1lastxlasty", Pass::KernelGrad),
    ];
    for (case, pass) in catalogue::part(rows.to_vec()) {
        let case = conv(case);
        let problem = case.problem().unwrap();
        for operand in [Operand::X, Operand::W, Operand::Dy] {
            let mut data = ConvData::integers(&problem, 78);
            for values in [&mut data.x, &mut data.w, &mut data.dy] {
                // No zero, by which an infinity would make a NaN.
                values.iter_mut().for_each(|value| *value = value.abs() + 1.0);
            }
            match operand {
                Operand::X => data.x[0] = f32::INFINITY,
                // The last channel's last tap of the first output, and of the last.
                Operand::W => {
                    let row = data.w.len() / case.w_shape()[0];
                    data.w[row - 1] = f32::INFINITY;
                    *data.w.last_mut().unwrap() = f32::INFINITY;
                }
                _ => data.dy[0] = f32::INFINITY,
            }
            let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Tiled), ..PlanOptions::default() };
            let found = on_gpu(&context(ANY.0, ANY.1), &case, pass, false, &data, &options).unwrap();
            let expected = on_cpu(&problem, pass, false, &data).to_f32();
            assert!(expected.iter().all(|value| !value.is_nan()));
            compare::exact(&found, &expected, &result_shape(&problem, pass))
                .unwrap_or_else(|error| panic!("{pass:?}, an infinity in {operand}: {error}\n{case}"));
        }
    }
}
