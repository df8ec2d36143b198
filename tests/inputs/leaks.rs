//! A thousand failures leave nothing behind: neither device memory, as wgpu's allocator counts it, nor pipelines.

use wgconv::wgpu::PollType;
use wgconv::{Bindings, Context, Conv, ConvShapes, Pass, Program};

use crate::{assert_works, own_context};

pub const REPETITIONS: usize = 1_000;

/// Bytes and allocations on the device when everything submitted is done; nothing where a backend does not count.
pub fn held(ctx: &Context) -> Option<(u64, usize)> {
    ctx.queue().submit([]);
    ctx.device().poll(PollType::wait_indefinitely()).unwrap();
    ctx.device().generate_allocator_report().map(|report| (report.total_allocated_bytes, report.allocations.len()))
}

#[test]
fn refused_calls_leave_nothing_behind() {
    let (ctx, foreign) = (own_context(), own_context());
    let conv = Conv::<1>::new([2]).build().unwrap();
    let x = ctx.tensor(&[1, 1, 3], &[1.0, 2.0, 3.0]).unwrap();
    let wide = ctx.tensor(&[1, 3, 2], &[1.0; 6]).unwrap();
    let w = ctx.tensor(&[1, 1, 2], &[10.0, 1.0]).unwrap();
    let elsewhere = foreign.tensor(&[1, 1, 2], &[10.0, 1.0]).unwrap();
    let plan = conv.plan(&ctx, Pass::Forward, ConvShapes::new(&[1, 1, 3], &[1, 1, 2])).unwrap();
    assert_works(&ctx);
    let (before, pipelines) = (held(&ctx), ctx.pipelines_compiled());
    for _ in 0..REPETITIONS {
        conv.forward(&ctx, &x, &wide, None).unwrap_err();
        conv.forward(&ctx, &x, &elsewhere, None).unwrap_err();
        ctx.tensor(&[2, 2], &[1.0]).unwrap_err();
        ctx.zeros::<f32>(&[1 << 20, 1 << 20]).unwrap_err();
        x.write(&[1.0]).unwrap_err();
        // The first part of a program that is then refused takes a result with it.
        let mut program = Program::new(&ctx);
        let y = program.conv_forward(&conv, &x, &w, None).unwrap();
        program.conv_input_grad(&conv, &y, &wide, x.shape()).unwrap_err();
        let mut encoder = ctx.device().create_command_encoder(&Default::default());
        plan.record(&mut encoder.begin_compute_pass(&Default::default()), &Bindings::new()).unwrap_err();
    }
    assert_eq!((held(&ctx), ctx.pipelines_compiled()), (before, pipelines));
    assert_works(&ctx);
}

#[test]
fn calls_leave_nothing_behind_but_their_results() {
    let ctx = own_context();
    assert_works(&ctx);
    let before = held(&ctx);
    for _ in 0..REPETITIONS {
        assert_works(&ctx);
    }
    assert_eq!(held(&ctx), before);
}

/// Buffers that are gone, then a device that is.
#[test]
fn faults_leave_nothing_behind() {
    let ctx = own_context();
    assert_works(&ctx);
    let conv = Conv::<1>::new([2]).build().unwrap();
    let w = ctx.tensor(&[1, 1, 2], &[10.0, 1.0]).unwrap();
    let before = held(&ctx);
    for _ in 0..REPETITIONS {
        let x = ctx.tensor(&[1, 1, 3], &[1.0, 2.0, 3.0]).unwrap();
        x.buffer().destroy();
        conv.forward(&ctx, &x, &w, None).unwrap_err();
        x.read_blocking().unwrap_err();
    }
    assert_eq!(held(&ctx), before);
    assert_works(&ctx);

    let x = ctx.tensor(&[1, 1, 3], &[1.0, 2.0, 3.0]).unwrap();
    ctx.device().destroy();
    x.read_blocking().unwrap_err();
    let report = || ctx.device().generate_allocator_report().map(|report| report.total_allocated_bytes);
    let before = report();
    for _ in 0..REPETITIONS {
        conv.forward(&ctx, &x, &w, None).unwrap_err();
        x.read_blocking().unwrap_err();
        x.write(&[0.0; 3]).unwrap_err();
        ctx.zeros::<f32>(&[1 << 20]).unwrap_err();
        Program::new(&ctx).conv_forward(&conv, &x, &w, None).unwrap_err();
    }
    assert_eq!(report(), before);
    assert_works(&own_context());
}
