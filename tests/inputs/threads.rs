//! One context, many threads.

use wgconv::{Bindings, Context, Conv, ConvShapes, MaxPool, Operand, Pass, Plan, Program, Tensor, nn};

use crate::context;

#[test]
fn what_a_caller_holds_can_be_sent_and_shared() {
    fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<Context>();
    is_send_and_sync::<Plan>();
    is_send_and_sync::<Tensor>();
    is_send_and_sync::<Tensor<u32>>();
    is_send_and_sync::<Program>();
}

/// Values without a pattern that a wrong order of summation would leave unchanged.
fn values(count: usize, seed: u32) -> Vec<f32> {
    (0..count as u32).map(|i| ((i + seed).wrapping_mul(2_654_435_761) >> 8) as f32 / 16_777_216.0 - 0.5).collect()
}

/// Several operators one after the other; the seed makes each caller's data and shapes its own.
fn work(ctx: &Context, seed: u32) -> Vec<u32> {
    let side = 9 + seed as usize;
    let x = ctx.tensor(&[3, 2, side, side], &values(6 * side * side, seed)).unwrap();
    let w = ctx.tensor(&[4, 2, 3, 3], &values(72, seed)).unwrap();
    let conv = Conv::<2>::new([3, 3]).build().unwrap();
    let y = nn::relu(ctx, &conv.forward(ctx, &x, &w, None).unwrap()).unwrap();
    let pool = MaxPool::<2>::new([2, 2]).build().unwrap();
    let (p, indices) = pool.forward_with_indices(ctx, &y).unwrap();
    let mut program = Program::new(ctx);
    let dy = program.max_pool_backward(&pool, &p, &indices, y.shape()).unwrap();
    let dw = program.conv_kernel_grad(&conv, &x, &dy).unwrap();
    program.run().unwrap();
    // Recorded by hand: the threads share the plan.
    let shapes = ConvShapes::new(x.shape(), w.shape());
    let plan = conv.plan(ctx, Pass::InputGrad, shapes).unwrap();
    let dx = ctx.zeros::<f32>(x.shape()).unwrap();
    let workspace = match plan.workspace_bytes() {
        0 => None,
        bytes => Some(ctx.zeros::<f32>(&[bytes as usize / 4]).unwrap()),
    };
    let bindings = Bindings::new().bind(Operand::Dy, &dy).bind(Operand::W, &w).bind(Operand::Dx, &dx);
    let bindings = workspace.iter().fold(bindings, |all, tensor| all.bind(Operand::Workspace, tensor));
    let mut encoder = ctx.device().create_command_encoder(&Default::default());
    plan.record(&mut encoder.begin_compute_pass(&Default::default()), &bindings).unwrap();
    ctx.queue().submit([encoder.finish()]);
    [p, dw, dx].iter().flat_map(|t| t.read_blocking().unwrap()).map(f32::to_bits).collect()
}

#[test]
fn four_threads_on_one_context_compute_the_bits_that_one_does() {
    let alone: Vec<_> = (0..4).map(|seed| work(&crate::own_context(), seed)).collect();
    // A context whose caches are empty, so that the threads compile the same pipelines at once.
    let shared = crate::own_context();
    for _ in 0..3 {
        let together: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|seed| {
                    scope.spawn({
                        let shared = &shared;
                        move || work(shared, seed)
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(together == alone, "threads disturb each other");
    }
}

/// An error in one thread is not reported to another.
#[test]
fn an_error_stays_in_the_thread_that_made_it() {
    let ctx = context();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..50 {
                let x = ctx.tensor(&[4], &[1.0; 4]).unwrap();
                x.buffer().destroy();
                assert!(x.read_blocking().is_err());
            }
        });
        for _ in 0..50 {
            crate::assert_works(ctx);
        }
    });
}
