//! What small shapes cannot show: more than 65,535 workgroups, more than 65,535 loop iterations, more than one binding
//! holds.

use wgconv::case::PoolCase;
use wgconv::{AvgPool, MaxPool, Operand, Pass, PlanOptions, PoolKind, PoolPass, nn};

use crate::conv::{ConvData, check_exact, on_cpu, on_gpu};
use crate::pool::{check_average, check_max};
use crate::support::catalogue::{conv, pool};
use crate::support::compare;
use crate::support::context::{Regime, context};
use crate::support::data::{count, integers};

/// Loop iterations after which lavapipe leaves every loop.
const LOOP_LIMIT: usize = 65_535;

/// Workgroups along one axis.
const GRID_LIMIT: usize = 65_535;

#[test]
fn more_than_65535_workgroups() {
    let case = conv("c1h2053w2049k1r1s2p0x1_0");
    let problem = case.problem().unwrap();
    assert!(count(&problem.y_shape()) > GRID_LIMIT * wgconv::WORKGROUP_SIZE as usize);
    for pass in [Pass::Forward, Pass::InputGrad] {
        check_exact(&case, pass, false, Regime::Device, 1).unwrap_or_else(|error| panic!("{pass:?}: {error}"));
    }
}

#[test]
fn more_than_65535_workgroups_of_elements() {
    let ctx = context();
    let length = GRID_LIMIT * wgconv::WORKGROUP_SIZE as usize + 77;
    let x = integers(3, length, 9);
    let y = nn::relu(ctx, &ctx.tensor(&[length], &x).unwrap()).unwrap().read_blocking().unwrap();
    let expected: Vec<f32> = x.iter().map(|x| x.max(0.0)).collect();
    compare::exact(&y, &expected, &[length]).unwrap();
}

/// Reductions longer than an invocation may loop, by many channels and by many taps.
#[test]
fn more_than_65535_terms_in_forward_and_input_grad() {
    let cases = [
        (Pass::Forward, conv("c7400h2w3k1r3s3p1")),
        (Pass::Forward, conv("c1w70004k1s70000p3")),
        // Just below the limit of the direct kernels, in one slab: what a kernel loops besides its sum has to fit too.
        (Pass::Forward, conv("c1w65560k1s65531p3")),
        (Pass::Forward, conv("c4368h2w3k1r3s3p1")),
        // As many channels as gathers by subgroups take at once: in one loop over all rows of taps, of few channels, and over all taps;
        // with a loop along the row in it.
        (Pass::Forward, conv("c32764h2w4k5r2s3p0_1x1")),
        (Pass::Forward, conv("c32765h2w6k5r2s3p0_1x0")),
        (Pass::Forward, conv("c21840h2w3k1r2s3p0_1x1")),
        (Pass::Forward, conv("c7281h2w4k8r3s3p2a2")),
        (Pass::Forward, conv("c9361w8k8s5p2")),
        (Pass::Forward, conv("c21843w8k8s1")),
        (Pass::InputGrad, conv("c1h2w3k7400r3s3p1")),
        (Pass::InputGrad, conv("c1w5k1s70000p69999")),
    ];
    for (pass, case) in cases {
        let terms = count(&case.w_shape());
        assert!(terms > LOOP_LIMIT / 2);
        for bias in [false, pass == Pass::Forward] {
            check_exact(&case, pass, bias, Regime::Device, 2)
                .unwrap_or_else(|error| panic!("{pass:?}, {case}: {error}"));
        }
    }
}

#[test]
fn more_than_65535_terms_in_kernel_grad_and_bias_grad() {
    let case = conv("n2c1h301w307k2r2s1p1_0x0");
    let problem = case.problem().unwrap();
    assert!(count(&problem.y_shape()) > 2 * LOOP_LIMIT);
    for pass in [Pass::KernelGrad, Pass::BiasGrad] {
        // With no workspace, one slab a dispatch; with it, the two-pass split.
        for workspace_limit in [0, 64 << 20] {
            let options = PlanOptions { workspace_limit, ..PlanOptions::default() };
            let data = ConvData::integers(&problem, 4);
            let found = on_gpu(context(), &case, pass, false, &data, &options).unwrap();
            let expected = on_cpu(&problem, pass, false, &data).to_f32();
            compare::exact(&found, &expected, &[found.len()]).unwrap_or_else(|error| panic!("{pass:?}: {error}"));
        }
    }
}

/// Padding makes a window of 70,000 taps cheap to check: few cells, many windows.
#[test]
fn more_than_65535_taps_in_pooling() {
    for (kind, options) in [("max", ""), ("avg", "exclpad")] {
        for (low, stride, extent) in [(2, 1, 70_003), (69_990, 6_997, 8)] {
            let case = pool(&format!("{kind}c1w{extent}s70000u{stride}p{low}{options}"));
            // Backward visits every tap for each cell of the input, so it is left to the short input.
            let outcome = match (case.kind, extent < 100) {
                (PoolKind::Max, true) => check_max(&case, Regime::Device, 5, 1000),
                (_, true) => check_average(&case, Regime::Device, 5),
                (_, false) => check_forward(&case),
            };
            outcome.unwrap_or_else(|error| panic!("{case}: {error}"));
        }
    }
}

fn check_forward(case: &PoolCase) -> Result<(), String> {
    use crate::support::arena::run_f32;
    let problem = case.problem().unwrap();
    let x = integers(6, count(&case.x_shape()), 9);
    let found = run_f32(
        context(),
        &case.plan(context(), PoolPass::Forward, &PlanOptions::default()).unwrap(),
        &[(Operand::X, &x)],
    );
    if case.kind == PoolKind::Max {
        let (expected, _) = wgconv::reference::pool::max_forward(&problem, &x).unwrap();
        return compare::exact(&found, &expected, &problem.y_shape());
    }
    let expected = wgconv::reference::pool::average_forward(&problem, &x).unwrap();
    compare::within(&found, &expected.values, &expected.bound(3.0), &problem.y_shape())
}

/// Tensors above what can be bound at once are cut along the batch. Checked by the values that must stand at known places,
/// because a CPU reference of this size would take minutes.
#[test]
fn tensors_above_the_binding_limit_are_chunked() {
    let ctx = context();
    let limit = ctx.limits().max_storage_binding_bytes;
    // 2 GiB and more on real GPUs: then the same with a limit that was lowered on purpose.
    let ctx = if limit > 256 << 20 {
        let mut limits = *ctx.limits();
        limits.max_storage_binding_bytes = 128 << 20;
        ctx.with_limits(limits).unwrap()
    } else {
        ctx.clone()
    };
    let limit = ctx.limits().max_storage_binding_bytes;
    let sample = [3usize, 1021, 1031];
    let batch = limit as usize / (4 * count(&sample)) + 2;
    let shape: Vec<usize> = std::iter::once(batch).chain(sample).collect();
    assert!(4 * count(&shape) as u64 > limit);
    let values: Vec<f32> = (0..count(&shape)).map(|i| (i % 8191) as f32).collect();
    let x = ctx.tensor(&shape, &values).unwrap();

    let y = nn::relu(&ctx, &x).unwrap();
    assert!(y.read_blocking().unwrap() == values, "relu");
    let max = MaxPool::<2>::new([2, 3]).build().unwrap();
    let (y, indices) = max.forward_with_indices(&ctx, &x).unwrap();
    let dx = max.backward(&ctx, &y, &indices, &shape).unwrap().read_blocking().unwrap();
    let (y, indices) = (y.read_blocking().unwrap(), indices.read_blocking().unwrap());
    let plane = count(&sample[1..]);
    for (i, (&value, &index)) in y.iter().zip(&indices).enumerate() {
        let outputs = (1021 / 2) * (1031 / 3);
        let at = i / outputs * plane + index as usize;
        assert!(value == values[at] && dx[at] == value, "maximum {i}");
    }
    assert_eq!(dx.iter().filter(|&&value| value != 0.0).count(), y.iter().filter(|&&value| value != 0.0).count());
    let average = AvgPool::<2>::new([1, 1]).build().unwrap();
    assert!(average.forward(&ctx, &x).unwrap().read_blocking().unwrap() == values, "average of one cell");
}
