//! A device that is lost at any moment: [`Error::DeviceLost`] at the latest when results are read, no panic, no hang; and
//! a new context works.

use std::future::Future;
use std::sync::mpsc::channel;
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::Duration;

use wgconv::wgpu;
use wgconv::{Bindings, Context, Conv, ConvShapes, Error, Operand, Pass, Program, Result, Tensor};

use crate::borrowed::borrowed;
use crate::{assert_works, own_context};

/// Runs a test on a context that owns its device and on one that borrows it, each within a minute: a hang is a failure.
fn on_both_kinds(test: fn(&Context)) {
    for make in [own_context, || borrowed().0] {
        let (done, finished) = channel();
        let thread = std::thread::spawn(move || {
            test(&make());
            done.send(()).ok();
        });
        if finished.recv_timeout(Duration::from_secs(60)) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            panic!("the test hangs");
        }
        thread.join().unwrap();
    }
    assert_works(&own_context());
}

/// wgpu accepts calls on a lost device without a word, so that a call may succeed; if it fails, then with the right error.
fn allowed<T>(result: Result<T>) {
    if let Err(error) = result {
        assert!(matches!(error, Error::DeviceLost { .. }), "{error:?}");
    }
}

/// Every result that is read says that the device is lost, and from then on so does every call.
fn assert_lost(ctx: &Context, tensor: &Tensor) {
    for _ in 0..2 {
        let error = tensor.read_blocking().unwrap_err();
        assert!(matches!(error, Error::DeviceLost { .. }), "{error:?}");
    }
    let async_error = pollster::block_on(tensor.read()).unwrap_err();
    assert!(matches!(async_error, Error::DeviceLost { .. }), "{async_error:?}");
    let lost = |result: Result<()>| assert!(matches!(result, Err(Error::DeviceLost { .. })), "{result:?}");
    lost(ctx.zeros::<f32>(&[1]).map(drop));
    lost(tensor.write(&vec![0.0; tensor.len()]));
    lost(wgconv::nn::relu(ctx, tensor).map(drop));
    lost(ctx.wait());
    assert!(ctx.zeros::<f32>(&[1]).unwrap_err().to_string().contains("make a new Context"));
}

fn conv() -> Conv<1> {
    Conv::<1>::new([2]).build().unwrap()
}

fn inputs(ctx: &Context) -> (Tensor, Tensor) {
    (ctx.tensor(&[1, 1, 3], &[1.0, 2.0, 3.0]).unwrap(), ctx.tensor(&[1, 1, 2], &[10.0, 1.0]).unwrap())
}

#[test]
fn lost_before_an_upload() {
    on_both_kinds(|ctx| {
        let (x, _) = inputs(ctx);
        ctx.device().destroy();
        allowed(ctx.tensor(&[2], &[1.0, 2.0]));
        allowed(x.write(&[3.0, 2.0, 1.0]));
        assert_lost(ctx, &x);
    });
}

#[test]
fn lost_before_a_run() {
    on_both_kinds(|ctx| {
        let (x, w) = inputs(ctx);
        let mut program = Program::new(ctx);
        program.conv_forward(&conv(), &x, &w, None).unwrap();
        let ready = conv().forward(ctx, &x, &w, None).unwrap();
        ctx.device().destroy();
        allowed(program.run());
        allowed(conv().forward(ctx, &x, &w, None));
        allowed(conv().kernel_grad(ctx, &x, &ready));
        assert_lost(ctx, &ready);
        let run = program.run();
        assert!(matches!(run, Err(Error::DeviceLost { .. })), "{run:?}");
    });
}

#[test]
fn lost_before_a_program_is_recorded() {
    on_both_kinds(|ctx| {
        let (x, w) = inputs(ctx);
        let mut program = Program::new(ctx);
        ctx.device().destroy();
        allowed(program.conv_forward(&conv(), &x, &w, None));
        allowed(program.run());
        allowed(conv().plan(ctx, Pass::Forward, ConvShapes::new(x.shape(), w.shape())));
        assert_lost(ctx, &x);
    });
}

/// The encoder level, with bind groups that were made before the loss and with new ones.
#[test]
fn lost_before_a_plan_is_recorded() {
    on_both_kinds(|ctx| {
        let (x, w) = inputs(ctx);
        let y = ctx.zeros::<f32>(&[1, 1, 2]).unwrap();
        let other = ctx.zeros::<f32>(&[1, 1, 2]).unwrap();
        let plan = conv().plan(ctx, Pass::Forward, ConvShapes::new(x.shape(), w.shape())).unwrap();
        let record = |y: &Tensor| {
            let mut encoder = ctx.device().create_command_encoder(&Default::default());
            let bindings = Bindings::new().bind(Operand::X, &x).bind(Operand::W, &w).bind(Operand::Y, y);
            let recorded = plan.record(&mut encoder.begin_compute_pass(&Default::default()), &bindings);
            ctx.queue().submit([encoder.finish()]);
            recorded
        };
        record(&y).unwrap();
        ctx.device().destroy();
        allowed(record(&y));
        allowed(record(&other));
        assert_lost(ctx, &y);
    });
}

#[test]
fn lost_before_a_read() {
    on_both_kinds(|ctx| {
        let (x, w) = inputs(ctx);
        let y = conv().forward(ctx, &x, &w, None).unwrap();
        ctx.device().destroy();
        assert_lost(ctx, &y);
    });
}

#[test]
fn lost_while_waiting() {
    on_both_kinds(|ctx| {
        let (x, w) = inputs(ctx);
        conv().forward(ctx, &x, &w, None).unwrap();
        ctx.device().destroy();
        allowed(ctx.wait());
        assert_lost(ctx, &x);
    });
}

#[test]
fn lost_during_an_outstanding_read() {
    on_both_kinds(|ctx| {
        let (x, _) = inputs(ctx);
        let mut read = Box::pin(x.read());
        let mut task = TaskContext::from_waker(Waker::noop());
        // The read has begun; it may even have ended.
        let mut state = read.as_mut().poll(&mut task);
        ctx.device().destroy();
        while state.is_pending() {
            state = read.as_mut().poll(&mut task);
        }
        let Poll::Ready(outcome) = state else { unreachable!("the loop ends when it is ready") };
        match outcome {
            Ok(values) => assert_eq!(values, [1.0, 2.0, 3.0], "a copy that was submitted in time may still arrive"),
            Err(error) => assert!(matches!(error, Error::DeviceLost { .. }), "{error:?}"),
        }
        assert_lost(ctx, &x);
    });
}

/// A host that drives its device itself finds out before we do; so do two contexts on one device.
#[test]
fn lost_and_noticed_by_somebody_else() {
    on_both_kinds(|ctx| {
        let (x, _) = inputs(ctx);
        let sibling = ctx.with_limits(*ctx.limits()).unwrap();
        ctx.device().destroy();
        ctx.device().poll(wgpu::PollType::wait_indefinitely()).unwrap();
        allowed(sibling.zeros::<f32>(&[1]));
        assert_lost(ctx, &x);
        let result = sibling.zeros::<f32>(&[1]);
        assert!(matches!(result, Err(Error::DeviceLost { .. })), "the two share a device: {result:?}");
    });
}
