//! What the host pays: planning, recording a planned pass, cache lookups. `cargo bench`.
//!
//! Planning needs no GPU; the others need an adapter, of which they measure nothing: what is recorded is dropped, not
//! submitted.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use wgconv::{
    Bindings, Context, Conv, ConvShapes, DeviceLimits, MaxPool, Operand, Padding, Pass, Plan, PlanOptions, PoolPass,
};

const X: [usize; 4] = [8, 64, 56, 56];
const W: [usize; 4] = [64, 64, 3, 3];
const Y: [usize; 4] = X;

fn conv() -> Conv<2> {
    Conv::new([3, 3]).padding(Padding::Same).build().expect("the parameters are right")
}

/// From descriptor and shapes to dispatches, without a device.
fn planning(c: &mut Criterion) {
    let (limits, options) = (DeviceLimits::default(), PlanOptions::default());
    let mut group = c.benchmark_group("plan");
    let conv = conv();
    for pass in Pass::ALL {
        group.bench_function(BenchmarkId::new("conv", pass.name()), |b| {
            b.iter(|| conv.plan_spec(&limits, pass, ConvShapes::new(black_box(&X), &W), &options).expect("a plan"));
        });
    }
    let pool = MaxPool::<2>::new([3, 3]).stride([2, 2]).build().expect("the parameters are right");
    for pass in [PoolPass::Forward, PoolPass::Backward] {
        group.bench_function(BenchmarkId::new("max_pool", format!("{pass:?}").to_lowercase()), |b| {
            b.iter(|| pool.plan_spec(&limits, pass, black_box(&X)).expect("a plan"));
        });
    }
}

/// The plan that a context made before.
fn lookup(c: &mut Criterion, context: &Context) {
    let conv = conv();
    c.bench_function("plan from the cache", |b| {
        b.iter(|| conv.plan(context, Pass::Forward, ConvShapes::new(black_box(&X), &W)).expect("a plan"));
    });
}

/// A planned pass into a compute pass, on buffers whose bind groups are kept and on ever new ones.
fn recording(c: &mut Criterion, context: &Context) {
    let zeros = |shape: &[usize]| context.zeros::<f32>(shape).expect("a tensor");
    let (x, w, y) = (zeros(&X), zeros(&W), zeros(&Y));
    let plan = conv().plan(context, Pass::Forward, ConvShapes::new(&X, &W)).expect("a plan");
    let workspace = plan.operands().iter().find(|need| need.operand == Operand::Workspace);
    // Zero elements are no tensor: where the plan needs no workspace, none is bound.
    let workspace = workspace.map(|need| zeros(&[need.bytes as usize / 4]));
    let bind = |y| {
        let bound = Bindings::new().bind(Operand::X, &x).bind(Operand::W, &w).bind(Operand::Y, y);
        workspace.iter().fold(bound, |bound, workspace| bound.bind(Operand::Workspace, workspace))
    };
    let mut group = c.benchmark_group("record");
    group.bench_function("one of 100 into a pass, the same buffers", |b| {
        b.iter_custom(|rounds| repeated(context, &plan, rounds, |_| bind(&y)));
    });
    // More sets of buffers than a plan remembers.
    let outputs: Vec<_> = (0..16).map(|_| zeros(&Y)).collect();
    group.bench_function("one of 100 into a pass, ever new buffers", |b| {
        b.iter_custom(|rounds| repeated(context, &plan, rounds, |i| bind(&outputs[i % outputs.len()])));
    });
    group.bench_function("encoder, pass, one plan, finish", |b| {
        b.iter(|| {
            let mut encoder = context.device().create_command_encoder(&Default::default());
            plan.record(&mut encoder.begin_compute_pass(&Default::default()), &bind(&y)).expect("recorded");
            encoder.finish()
        });
    });
}

/// The time of `rounds` recordings, in passes of 100 whose making and finishing is not counted.
fn repeated<'a>(
    context: &Context,
    plan: &Plan,
    rounds: u64,
    bindings: impl Fn(usize) -> Bindings<'a>,
) -> std::time::Duration {
    let mut total = std::time::Duration::ZERO;
    for first in (0..rounds).step_by(100) {
        let mut encoder = context.device().create_command_encoder(&Default::default());
        let mut pass = encoder.begin_compute_pass(&Default::default());
        let start = std::time::Instant::now();
        for i in first..rounds.min(first + 100) {
            plan.record(&mut pass, &bindings(i as usize)).expect("recorded");
        }
        total += start.elapsed();
    }
    total
}

fn on_a_device(c: &mut Criterion) {
    match Context::new_blocking() {
        Ok(context) => {
            lookup(c, &context);
            recording(c, &context);
        }
        Err(error) => eprintln!("left out what needs an adapter: {error}"),
    }
}

criterion_group!(benches, planning, on_a_device);
criterion_main!(benches);
