//! A program gives what its operators give one by one, however often it runs, and feeds on what is written between runs.

use wgconv::{Context, Conv, MaxPool, Padding, Program, Result, Tensor, nn, reference};

use crate::support::context::context;
use crate::support::data::{count, integers};

struct Network {
    conv: Conv<2>,
    pool: MaxPool<2>,
    x: Tensor,
    w: Tensor,
    b: Tensor,
    dense: Tensor,
    labels: Tensor<u32>,
}

const X: [usize; 4] = [6, 2, 8, 10];

fn network(ctx: &Context) -> Network {
    let tensor = |seed, shape: &[usize]| {
        let values: Vec<f32> = integers(seed, count(shape), 8).iter().map(|v| v / 16.0).collect();
        ctx.tensor(shape, &values).unwrap()
    };
    Network {
        conv: Conv::<2>::new([3, 5]).padding(Padding::Same).build().unwrap(),
        pool: MaxPool::<2>::new([2, 2]).build().unwrap(),
        x: tensor(1, &X),
        w: tensor(2, &[3, 2, 3, 5]),
        b: tensor(3, &[3]),
        dense: tensor(4, &[4, 3 * 4 * 5]),
        labels: ctx.tensor(&[6], &[0, 1, 2, 3, 0, 1]).unwrap(),
    }
}

/// dw, db, ddense, loss of one step, by single calls.
fn one_by_one(ctx: &Context, net: &Network) -> Result<[Tensor; 4]> {
    let y = nn::relu(ctx, &net.conv.forward(ctx, &net.x, &net.w, Some(&net.b))?)?;
    let (p, indices) = net.pool.forward_with_indices(ctx, &y)?;
    let flat = p.reshape(&[6, 60])?;
    let logits = nn::dense_forward(ctx, &flat, &net.dense, None)?;
    let (loss, dlogits) = nn::softmax_cross_entropy(ctx, &logits, &net.labels)?;
    let dflat = nn::dense_input_grad(ctx, &dlogits, &net.dense)?;
    let dp = dflat.reshape(p.shape())?;
    let dy = nn::relu_grad(ctx, &y, &net.pool.backward(ctx, &dp, &indices, y.shape())?)?;
    let dw = net.conv.kernel_grad(ctx, &net.x, &dy)?;
    Ok([dw, net.conv.bias_grad(ctx, &dy)?, nn::dense_kernel_grad(ctx, &flat, &dlogits)?, loss])
}

/// The same as a program.
fn recorded(p: &mut Program, net: &Network) -> Result<[Tensor; 4]> {
    let c = p.conv_forward(&net.conv, &net.x, &net.w, Some(&net.b))?;
    let y = p.relu(&c)?;
    let (pooled, indices) = p.max_pool_forward_with_indices(&net.pool, &y)?;
    let flat = pooled.reshape(&[6, 60])?;
    let logits = p.dense_forward(&flat, &net.dense, None)?;
    let (loss, dlogits) = p.softmax_cross_entropy(&logits, &net.labels)?;
    let dflat = p.dense_input_grad(&dlogits, &net.dense)?;
    let dpooled = p.max_pool_backward(&net.pool, &dflat.reshape(pooled.shape())?, &indices, y.shape())?;
    let dy = p.relu_grad(&y, &dpooled)?;
    let dw = p.conv_kernel_grad(&net.conv, &net.x, &dy)?;
    Ok([dw, p.conv_bias_grad(&net.conv, &dy)?, p.dense_kernel_grad(&flat, &dlogits)?, loss])
}

#[test]
fn a_program_gives_the_bits_of_single_calls() {
    let ctx = context();
    let net = network(ctx);
    let mut program = Program::new(ctx);
    let results = recorded(&mut program, &net).unwrap();
    for round in 0..3 {
        net.x.write(&integers(50 + round, count(&X), 3)).unwrap();
        program.run().unwrap();
        let expected = one_by_one(ctx, &net).unwrap();
        for (found, expected) in results.iter().zip(&expected) {
            assert_eq!(found.read_blocking().unwrap(), expected.read_blocking().unwrap(), "round {round}");
        }
    }
}

/// A copy keeps each run's result; runs are in order though none waits.
#[test]
fn copies_collect_the_results_of_many_runs() {
    let ctx = context();
    let x = ctx.zeros(&[5]).unwrap();
    let log = ctx.zeros(&[3, 5]).unwrap();
    let programs: Vec<Program> = (0..3)
        .map(|row| {
            let mut program = Program::new(ctx);
            let y = program.relu(&x).unwrap();
            program.copy(&y, &log, 5 * row).unwrap();
            program
        })
        .collect();
    for (i, program) in programs.iter().enumerate() {
        x.write(&[i as f32 + 1.0; 5]).unwrap();
        program.run().unwrap();
    }
    let expected: Vec<f32> = (0..15).map(|i| (i / 5 + 1) as f32).collect();
    assert_eq!(log.read_blocking().unwrap(), expected);
}

/// The async form gives the same, on an executor that only blocks.
#[test]
fn reading_without_blocking_works_on_any_executor() {
    let ctx = context();
    let x = ctx.tensor(&[4], &[1.0, 2.0, 3.0, 4.0]).unwrap();
    assert_eq!(pollster::block_on(x.read()).unwrap(), [1.0, 2.0, 3.0, 4.0]);
}

/// What changes from run to run in a program that was recorded once: masks, the step that Adam corrects by, running statistics.
#[test]
fn a_recorded_step_counts_on() {
    let ctx = context();
    let x = ctx.tensor(&[4, 1, 8], &integers(1, 32, 9)).unwrap();
    let tensors = nn::BatchNormTensors::new(ctx, 1).unwrap();
    let (step, w) = (ctx.zeros::<u32>(&[1]).unwrap(), ctx.tensor(&[1], &[1.0]).unwrap());
    let (dw, m, v) = (ctx.tensor(&[1], &[2.0]).unwrap(), ctx.zeros(&[1]).unwrap(), ctx.zeros(&[1]).unwrap());
    let hyper =
        ctx.tensor(&[5], &nn::AdamHyper { learning_rate: 0.125, ..Default::default() }.values().unwrap()).unwrap();
    let half = nn::Dropout::new(0.5, 3).unwrap();

    let mut program = Program::new(ctx);
    program.advance(&step).unwrap();
    let saved = program.batch_norm_training(&nn::BatchNorm::new(), &x, &tensors, None).unwrap();
    let y = program.dropout(&half, &saved.y, &step).unwrap();
    let dx = program.dropout(&half, &saved.y, &step).unwrap();
    program.adam(&w, &dw, [&m, &v], &hyper, &step).unwrap();

    let mut before = Vec::new();
    for run in 1..=3u32 {
        program.run().unwrap();
        let masked = y.read_blocking().unwrap();
        assert_eq!(masked, dx.read_blocking().unwrap(), "the backward pass has the mask of the forward pass");
        assert_eq!(masked, reference::nn::dropout(&saved.y.read_blocking().unwrap(), 0.5, 3, run));
        assert_ne!(masked, before, "another mask in run {run}");
        before = masked;
        // A gradient that stays the same moves w by the learning rate in each step, if the moments are corrected.
        assert!((w.read_blocking().unwrap()[0] - (1.0 - 0.125 * run as f32)).abs() < 1e-5, "run {run}");
        let left = 0.9f64.powi(run as i32);
        let mean = f64::from(saved.mean.read_blocking().unwrap()[0]);
        let running = f64::from(tensors.running_mean.read_blocking().unwrap()[0]);
        assert!((running - (1.0 - left) * mean).abs() < 1e-5, "run {run}");
    }
}
