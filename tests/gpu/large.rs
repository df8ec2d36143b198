//! What small shapes cannot show: more than 65,535 workgroups, more than 65,535 loop iterations, more than one binding
//! holds.

use wgconv::{AvgPool, MaxPool, Operand, Pass, PlanOptions, PoolPass, nn};

use crate::conv::{ConvData, check_exact, on_cpu, on_gpu};
use crate::pool::{check_average, check_max};
use crate::support::case::{ConvCase, Kind, PoolCase, Window};
use crate::support::compare;
use crate::support::context::{Regime, context};
use crate::support::data::{count, integers};

/// Loop iterations after which lavapipe leaves every loop.
const LOOP_LIMIT: usize = 65_535;

/// Workgroups along one axis.
const GRID_LIMIT: usize = 65_535;

fn line(taps: usize, low: usize) -> Window {
    Window::new(&[taps], &[1], &[1], &[low], &[low])
}

#[test]
fn more_than_65535_workgroups() {
    let window = Window::new(&[1, 2], &[1, 1], &[1, 1], &[0, 1], &[0, 0]);
    let case = ConvCase { window, groups: 1, x: vec![1, 1, 2053, 2049], w: vec![1, 1, 1, 2] };
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
    let square = Window::new(&[3, 3], &[1, 1], &[1, 1], &[1, 1], &[1, 1]);
    let cases = [
        (Pass::Forward, ConvCase { window: square.clone(), groups: 1, x: vec![1, 7400, 2, 3], w: vec![1, 7400, 3, 3] }),
        (Pass::Forward, ConvCase { window: line(70_000, 3), groups: 1, x: vec![1, 1, 70_004], w: vec![1, 1, 70_000] }),
        // Just below the limit, in one slab: what a kernel loops besides its sum has to fit too.
        (Pass::Forward, ConvCase { window: line(65_531, 3), groups: 1, x: vec![1, 1, 65_560], w: vec![1, 1, 65_531] }),
        (Pass::Forward, ConvCase { window: square.clone(), groups: 1, x: vec![1, 4368, 2, 3], w: vec![1, 4368, 3, 3] }),
        (Pass::InputGrad, ConvCase { window: square, groups: 1, x: vec![1, 1, 2, 3], w: vec![7400, 1, 3, 3] }),
        (
            Pass::InputGrad,
            ConvCase { window: line(70_000, 69_999), groups: 1, x: vec![1, 1, 5], w: vec![1, 1, 70_000] },
        ),
    ];
    for (pass, case) in cases {
        let terms = count(&case.w);
        assert!(terms > LOOP_LIMIT / 2);
        for bias in [false, pass == Pass::Forward] {
            check_exact(&case, pass, bias, Regime::Device, 2)
                .unwrap_or_else(|error| panic!("{pass:?}, w {:?}: {error}", case.w));
        }
    }
}

#[test]
fn more_than_65535_terms_in_kernel_grad_and_bias_grad() {
    let window = Window::new(&[2, 1], &[1, 1], &[1, 1], &[1, 0], &[0, 0]);
    let case = ConvCase { window, groups: 1, x: vec![2, 1, 301, 307], w: vec![2, 1, 2, 1] };
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
    for kind in [Kind::Max, Kind::AVERAGES[1]] {
        for (low, stride, extent) in [(2, 1, 70_003), (69_990, 6_997, 8)] {
            let window = Window { stride: vec![stride], ..line(70_000, low) };
            let case = PoolCase { window, ceil_mode: false, kind, x: vec![1, 1, extent] };
            // Backward visits every tap for each cell of the input, so it is left to the short input.
            let outcome = match (kind, extent < 100) {
                (Kind::Max, true) => check_max(&case, Regime::Device, 5, 1000),
                (_, true) => check_average(&case, Regime::Device, 5),
                (_, false) => check_forward(&case),
            };
            outcome.unwrap_or_else(|error| panic!("{kind:?}, input {extent}: {error}"));
        }
    }
}

fn check_forward(case: &PoolCase) -> Result<(), String> {
    use crate::support::arena::run_f32;
    let problem = case.problem().unwrap();
    let x = integers(6, count(&case.x), 9);
    let found = run_f32(context(), &case.plan(context(), PoolPass::Forward).unwrap(), &[(Operand::X, &x)]);
    if case.kind == Kind::Max {
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
