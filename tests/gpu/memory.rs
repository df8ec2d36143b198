//! Peak device memory of a pass: its operands, and the workspace that the plan states. Counted by wgpu's allocator, on a
//! device of the test's own. Where a backend gives memory out without that allocator (Metal, browsers), nothing is counted.

use std::collections::BTreeSet;

use wgconv::case::Case;
use wgconv::wgpu::{Buffer, BufferDescriptor, BufferUsages, PollType};
use wgconv::{Algorithm, Bindings, Context, Conv, Error, Padding, Plan, PlanOptions, Program, Strategy, Tensor};

use crate::support::context::own_context;

/// Bytes by which a buffer's memory may exceed the buffer, and what wgpu keeps beside the buffers.
const ROUNDING: u64 = 256;

/// Bytes that buffers take on the device now, after everything submitted is done.
fn settled(ctx: &Context) -> Option<u64> {
    // wgpu sends what was uploaded with the next submission, and frees the staging memory after it. Not `Context::wait`,
    // which makes a buffer of its own to see whether the device is lost.
    ctx.queue().submit([]);
    ctx.device().poll(PollType::wait_indefinitely()).unwrap();
    held(ctx)
}

/// The same without waiting: what a submission uses is still held, unless it is done already.
fn held(ctx: &Context) -> Option<u64> {
    ctx.device().generate_allocator_report().map(|report| report.total_allocated_bytes)
}

/// An error unless `found` is what buffers of these sizes take.
#[track_caller]
fn assert_takes(found: u64, sizes: &[u64], what: &str) {
    let sum: u64 = sizes.iter().sum();
    let most = sum + ROUNDING * sizes.len() as u64;
    assert!((sum..=most).contains(&found), "{what}: {found} bytes are held, for buffers of {sizes:?}");
}

fn buffer(ctx: &Context, size: u64) -> Buffer {
    ctx.device().create_buffer(&BufferDescriptor {
        label: None,
        size,
        usage: BufferUsages::STORAGE,
        mapped_at_creation: false,
    })
}

/// Runs a plan on buffers for its operands and nothing else.
fn check(ctx: &Context, plan: &Plan) {
    let Some(before) = settled(ctx) else { return };
    let what = plan.to_string();
    let sizes: Vec<u64> = plan.operands().iter().map(|need| need.bytes).collect();
    let buffers: Vec<Buffer> = sizes.iter().map(|&size| buffer(ctx, size)).collect();
    let operands = settled(ctx).unwrap();
    assert_takes(operands - before, &sizes, &what);
    let named = plan.operands().iter().zip(&buffers);
    let bindings =
        named.fold(Bindings::new(), |all, (need, buffer)| all.bind(need.operand, buffer.as_entire_buffer_binding()));
    let mut encoder = ctx.device().create_command_encoder(&Default::default());
    plan.record(&mut encoder.begin_compute_pass(&Default::default()), &bindings).unwrap();
    assert_eq!(held(ctx), Some(operands), "recorded: {what}");
    let commands = encoder.finish();
    assert_eq!(held(ctx), Some(operands), "finished: {what}");
    ctx.queue().submit([commands]);
    assert_eq!(held(ctx), Some(operands), "submitted: {what}");
    assert_eq!(settled(ctx), Some(operands), "done: {what}");
}

#[test]
fn a_plan_takes_its_operands_and_the_stated_workspace() {
    let ctx = own_context();
    // The second for the one algorithm that the first is not for: a tile takes seconds to compile on a software device.
    let cases = [
        ("n2c16h22w20k16r3s3p1", Algorithm::ALL),
        ("n2c16h21w20k16r3s3u2p1g16", &[Algorithm::Depthwise]),
        ("n2c16h22w20k16r3s3p1shared", &[Algorithm::Direct]),
        ("maxn2c16h22w20r2s2u2", Algorithm::ALL),
        ("avgn2c16h22w20r3s3u2p1", Algorithm::ALL),
        // In slices.
        ("adaptmaxn2c2h37w31r1s1", Algorithm::ALL),
    ];
    let (mut passes, mut algorithms) = (BTreeSet::new(), BTreeSet::new());
    for (text, of_case) in cases {
        let case: Case = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        for &pass in case.passes() {
            for &algorithm in of_case {
                let options = PlanOptions { strategy: Strategy::Fixed(algorithm), ..PlanOptions::default() };
                match case.plan(&ctx, pass, pass == "forward" && text.starts_with('n'), &options) {
                    Err(Error::AlgorithmUnavailable { .. }) => continue,
                    plan => check(&ctx, &plan.unwrap_or_else(|error| panic!("{text} {pass} {algorithm}: {error}"))),
                }
                passes.insert(pass);
                algorithms.insert(algorithm.to_string());
            }
        }
    }
    assert_eq!(passes.len(), 8, "{passes:?}");
    let subgroups = ctx.limits().subgroup_size == 8;
    assert_eq!(algorithms.len(), Algorithm::ALL.len() - usize::from(!subgroups), "{algorithms:?}");
}

/// What the plan of a pass of the convolution below states.
fn workspace_bytes(ctx: &Context, pass: &str) -> u64 {
    let case: Case = "n2c16h22w20k16r3s3p1".parse().unwrap_or_else(|error| panic!("{error}"));
    case.plan(ctx, pass, false, &PlanOptions::default()).unwrap().workspace_bytes()
}

/// Operators that allocate for themselves take the result, and the workspace as long as they run.
#[test]
fn operators_take_their_result_and_the_workspace_while_they_run() {
    let ctx = own_context();
    let conv = Conv::<2>::new([3, 3]).padding(Padding::Same).build().unwrap();
    let shape = [2, 16, 22, 20];
    let [x, dy] = [&shape, &shape].map(|shape| ctx.zeros(shape).unwrap());
    let w = ctx.zeros(&[16, 16, 3, 3]).unwrap();
    let workspace = |pass| workspace_bytes(&ctx, pass);
    let run = |pass, operator: &dyn Fn() -> Tensor| {
        // Plans and pipelines are made once.
        operator();
        let workspace = workspace(pass);
        let Some(before) = settled(&ctx) else { return };
        let result = operator();
        let most = held(&ctx).unwrap() - before;
        let bytes = 4 * result.len() as u64;
        let allowed = bytes + workspace + 2 * ROUNDING;
        assert!(most <= allowed, "{pass}: {most} bytes are held for a result of {bytes}, {allowed} are allowed");
        assert_takes(settled(&ctx).unwrap() - before, &[bytes], pass);
    };
    run("forward", &|| conv.forward(&ctx, &x, &w, None).unwrap());
    run("input_grad", &|| conv.input_grad(&ctx, &dy, &w, &shape).unwrap());
    run("kernel_grad", &|| conv.kernel_grad(&ctx, &x, &dy).unwrap());
    run("bias_grad", &|| conv.bias_grad(&ctx, &dy).unwrap());
}

/// A program holds its results and the largest workspace of its operators; running it takes nothing more.
#[test]
fn a_program_takes_its_results_and_one_workspace() {
    let ctx = own_context();
    let conv = Conv::<2>::new([3, 3]).padding(Padding::Same).build().unwrap();
    let (x, w) = (ctx.zeros(&[2, 16, 22, 20]).unwrap(), ctx.zeros(&[16, 16, 3, 3]).unwrap());
    let record = || {
        let mut program = Program::new(&ctx);
        let y = program.conv_forward(&conv, &x, &w, None).unwrap();
        let dw = program.conv_kernel_grad(&conv, &x, &y).unwrap();
        (program, y, dw)
    };
    // Plans and pipelines are made once.
    drop(record());
    let workspace = workspace_bytes(&ctx, "forward").max(workspace_bytes(&ctx, "kernel_grad"));
    let Some(before) = settled(&ctx) else { return };
    let (program, y, dw) = record();
    let recorded = settled(&ctx).unwrap();
    let sizes = [4 * y.len() as u64, 4 * dw.len() as u64, workspace];
    let sizes: Vec<u64> = sizes.into_iter().filter(|&size| size > 0).collect();
    assert_takes(recorded - before, &sizes, "recorded");
    program.run().unwrap();
    assert_eq!(held(&ctx), Some(recorded));
    assert_eq!(settled(&ctx), Some(recorded));
}
