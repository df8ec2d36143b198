//! Activations, losses and the optimiser against the reference, on poisoned outputs between guard zones.
//!
//! Bounds: WGSL (15.7.4) allows exp 3 + 2|x| ULP, log an absolute error of 2^-21 for arguments of 0.5 to 2 and 3 ULP
//! elsewhere, a division 2.5 ULP.

use wgconv::nn::{AdamHyper, BatchNorm, BatchNormTensors, Dropout, Elementwise};
use wgconv::{Activation, Context, Error, Layout, Operand, nn, reference};

use crate::support::arena::{bits, floats, run};
use crate::support::compare;
use crate::support::context::{Regime, context};
use crate::support::data::{integers, reals};
use crate::support::order::{from_memory, to_memory};

const EPS: f64 = f32::EPSILON as f64;

/// An error message unless every element is within its bound.
fn check(name: &str, found: &[u32], expected: &[f64], bound: impl Fn(f64) -> f64) {
    let bounds: Vec<f64> = expected.iter().map(|&value| bound(value)).collect();
    compare::within(&floats(found), expected, &bounds, &[expected.len()])
        .unwrap_or_else(|error| panic!("{name}: {error}"));
}

/// The device's limits, and bindings so small that everything is cut into several dispatches.
fn contexts() -> [Context; 2] {
    Regime::BOTH.map(|regime| regime.context(1024))
}

/// Runs an elementwise operator in an arena; the outputs are in the plan's order.
fn elementwise(ctx: &Context, operator: Elementwise, inputs: &[(Operand, &[f32])]) -> Vec<Vec<u32>> {
    let plan = nn::plan(ctx, operator, inputs[0].1.len()).unwrap();
    let inputs: Vec<(Operand, &[u32])> = inputs.iter().map(|&(operand, data)| (operand, bits(data))).collect();
    run(ctx, &plan, &inputs).into_iter().map(|(_, words)| words).collect()
}

#[test]
fn activations_equal_the_reference() {
    use Elementwise::{Activate, ActivationGrad};
    for ctx in contexts() {
        for (seed, length) in [(1, 1), (2, 63), (3, 64), (4, 1_001), (5, 1_024)] {
            let x: Vec<f32> = reals(seed, length).iter().map(|x| x * 20.0).collect();
            let dy = reals(seed + 10, length);
            for &activation in Activation::ALL {
                let name = activation.to_string();
                let (relative, absolute) = activation.error_bound();
                let y = elementwise(&ctx, Activate(activation), &[(Operand::X, &x)]).remove(0);
                let expected = reference::nn::activate(activation, &x);
                // What is off by a part of x; |x| is 20 at most.
                let bounds: Vec<f64> = x
                    .iter()
                    .zip(&expected)
                    .map(|(x, y)| relative * y.abs() + absolute * f64::from(x.abs()).max(1.0))
                    .collect();
                compare::within(&floats(&y), &expected, &bounds, &[length]).unwrap_or_else(|e| panic!("{name}: {e}"));

                let y = floats(&y);
                let (operand, of) =
                    if activation.derivative_from_output() { (Operand::Y, &y) } else { (Operand::X, &x) };
                let dx = elementwise(&ctx, ActivationGrad(activation), &[(operand, of), (Operand::Dy, &dy)]).remove(0);
                let expected = reference::nn::activation_grad(activation, of, &dy).unwrap();
                check(&format!("gradient of {name}"), &dx, &expected, |value| 8.0 * EPS * value.abs() + 1.3e-6);
            }
        }
    }
}

/// Where exp, squares and cubes would overflow; the gradient too stays what it is.
#[test]
fn activations_of_large_numbers_are_their_limits() {
    let x = [-3e38, -1e30, -1e10, -1e3, -100.0, 100.0, 1e3, 1e10, 1e30, 3e38];
    let ones = [1.0; 10];
    for &activation in Activation::ALL {
        let y = floats(&elementwise(context(), Elementwise::Activate(activation), &[(Operand::X, &x)])[0]);
        let of: &[f32] = if activation.derivative_from_output() { &y } else { &x };
        let operand = if activation.derivative_from_output() { Operand::Y } else { Operand::X };
        let operands = [(operand, of), (Operand::Dy, &ones[..])];
        let dx = floats(&elementwise(context(), Elementwise::ActivationGrad(activation), &operands)[0]);
        let limits = match activation {
            Activation::Sigmoid => [(0.0, 0.0), (1.0, 0.0)],
            Activation::Tanh => [(-1.0, 0.0), (1.0, 0.0)],
            Activation::None => continue,
            Activation::LeakyRelu(_) => [(0.125 * x[0], 0.125), (x[9], 1.0)],
            _ => [(0.0, 0.0), (x[9], 1.0)],
        };
        assert_eq!([(y[0], dx[0]), (y[9], dx[9])], limits, "{activation}");
        assert!(y.iter().chain(&dx).all(|value| value.is_finite()), "{activation}: {y:?} {dx:?}");
        for i in 1..9 {
            let end = usize::from(i > 4);
            let expected = reference::nn::activate(activation, &x[i..=i])[0] as f32;
            assert!(
                (y[i] - expected).abs() <= 1e-6 * expected.abs() + f32::MIN_POSITIVE,
                "{activation}({}) is {}",
                x[i],
                y[i]
            );
            assert!((dx[i] - limits[end].1).abs() < 1e-6, "{activation}'({}) is {}", x[i], dx[i]);
        }
    }
}

#[test]
fn half_squared_error_equals_the_reference() {
    for (ctx, length) in contexts().into_iter().flat_map(|ctx| [777, 776].map(|length| (ctx.clone(), length))) {
        let y: Vec<f32> = reals(1, length).iter().map(|y| (y + 1.0) / 2.0).collect();
        let target: Vec<f32> = integers(2, length, 1).iter().map(|t| t.abs()).collect();
        let inputs = [(Operand::Y, &y[..]), (Operand::Target, &target[..])];
        let found = elementwise(&ctx, Elementwise::HalfSquaredError, &inputs);
        let expected = reference::nn::half_squared_error(&y, &target).unwrap();
        check("loss", &found[0], &expected.0, |value| 3.0 * EPS * value);
        check("dz", &found[1], &expected.1, |value| 4.0 * EPS * value.abs());
    }
}

/// Loss and dx in an arena.
fn softmax(ctx: &Context, logits: &[f32], labels: &[u32]) -> [Vec<u32>; 2] {
    let plan = nn::plan_softmax_cross_entropy(ctx, labels.len(), logits.len() / labels.len()).unwrap();
    let outputs = run(ctx, &plan, &[(Operand::X, bits(logits)), (Operand::Target, labels)]);
    let [loss, dx] = <[_; 2]>::try_from(outputs).unwrap();
    assert_eq!((loss.0, dx.0), (Operand::Loss, Operand::Dx));
    [loss.1, dx.1]
}

#[test]
fn softmax_cross_entropy_equals_the_reference() {
    let ctx = context();
    for (seed, samples, classes) in [(1, 1, 1), (2, 3, 2), (3, 40, 10), (4, 9, 64), (5, 5, 65), (6, 4, 200)] {
        let logits: Vec<f32> = reals(seed, samples * classes).iter().map(|x| x * 8.0 + 3.0).collect();
        let mut labels: Vec<u32> = (0..samples).map(|i| (i * 7 % classes) as u32).collect();
        if samples > 2 {
            labels[1] = classes as u32; // no class: counts for nothing
            labels[2] = u32::MAX;
        }
        let [loss, dx] = softmax(ctx, &logits, &labels);
        let expected = reference::nn::softmax_cross_entropy([samples, classes], &logits, &labels).unwrap();
        // exp of at most 16 in magnitude: 35 ULP each; the sum adds one for each class, the logarithm 2^-21.
        let relative = (35.0 + classes as f64) * EPS;
        let rounding = 24.0 * EPS;
        check("loss", &loss, &expected.0, |value| relative + 2f64.powi(-21) + rounding + 3.0 * EPS * value);
        check("dx", &dx, &expected.1, |value| (2.0 * relative + 4.0 * EPS) * (value.abs() + 1.0 / samples as f64));
    }
}

/// The loss depends on differences of logits only: it must not lose digits where all of them are large.
#[test]
fn large_logits_cost_the_loss_no_digits() {
    let logits: Vec<f32> = (0..30).map(|i| 10_000.0 + (i * 7 % 11) as f32 * 0.5).collect();
    let labels = [3, 0, 9];
    let [loss, _] = softmax(context(), &logits, &labels);
    let expected = reference::nn::softmax_cross_entropy([3, 10], &logits, &labels).unwrap().0;
    check("loss", &loss, &expected, |value| (35.0 + 10.0) * EPS + 2f64.powi(-21) + 4.0 * EPS * value);
}

#[test]
fn softmax_is_chunked_over_the_samples() {
    let mut limits = *context().limits();
    limits.max_storage_binding_bytes = 512;
    limits.max_workgroups_per_dimension = 2;
    let ctx = context().with_limits(limits).unwrap();
    let (samples, classes) = (50, 11);
    let logits = reals(9, samples * classes);
    let labels: Vec<u32> = (0..samples as u32).map(|i| i % 11).collect();
    assert_eq!(softmax(&ctx, &logits, &labels), softmax(context(), &logits, &labels));
}

#[test]
fn more_classes_than_an_invocation_may_loop_over_are_refused() {
    let ctx = Regime::Tiny.context(1024);
    let error = nn::plan_softmax_cross_entropy(&ctx, 2, 200).unwrap_err();
    assert!(matches!(error, wgconv::Error::LimitExceeded { .. }), "{error}");
}

/// Every operation of SGD on these integers and powers of two is exact.
#[test]
fn sgd_equals_the_reference_exactly() {
    for (i, ctx) in contexts().into_iter().enumerate() {
        for (length, nesterov) in [(1_025, i == 0), (1_028, i == 1)] {
            sgd_steps(&ctx, length, nesterov);
        }
    }
}

fn sgd_steps(ctx: &Context, length: usize, nesterov: bool) {
    let operator = if nesterov { Elementwise::SgdNesterov } else { Elementwise::Sgd };
    let (mut w, dw, mut v) = (integers(1, length, 64), integers(2, length, 64), integers(3, length, 64));
    let hyper = [0.25, 0.5, 0.125];
    for _ in 0..3 {
        let inputs =
            [(Operand::Dw, &dw[..]), (Operand::Hyper, &hyper[..]), (Operand::W, &w[..]), (Operand::State, &v[..])];
        let found = elementwise(ctx, operator, &inputs);
        let expected = if nesterov { reference::nn::sgd_nesterov } else { reference::nn::sgd };
        let (next_w, next_v) = expected(&w, &dw, &v, hyper[0], hyper[1], hyper[2]).unwrap();
        [w, v] = [next_w, next_v].map(|values| values.iter().map(|&value| value as f32).collect());
        compare::exact(&floats(&found[0]), &w, &[length]).unwrap();
        compare::exact(&floats(&found[1]), &v, &[length]).unwrap();
    }
}

/// At the first step, where the corrections are smallest, in the middle, and where they are 1.
#[test]
fn adam_equals_the_reference() {
    let hyper = AdamHyper { learning_rate: 0.05, weight_decay: 0.125, ..AdamHyper::default() };
    let values = hyper.values().unwrap();
    for (ctx, length) in contexts().into_iter().zip([1_025, 1_028]) {
        for (seed, step) in (1..).zip([1u32, 2, 1_000, 3_000_000_000]) {
            let decoupled = seed % 2 == 0;
            let operator = if decoupled { Elementwise::AdamW } else { Elementwise::Adam };
            let [w, dw, m] = [1, 2, 3].map(|i| reals(10 * seed + i, length));
            // What can have come from these m: at first both are small.
            let v: Vec<f32> = m.iter().map(|m| m * m + 0.01).collect();
            let plan = nn::plan(&ctx, operator, length).unwrap();
            let inputs = [
                (Operand::Dw, bits(&dw)),
                (Operand::Hyper, bits(&values)),
                (Operand::Step, &[step][..]),
                (Operand::W, bits(&w)),
                (Operand::State, bits(&m)),
                (Operand::SecondMoment, bits(&v)),
            ];
            let found: Vec<Vec<u32>> = run(&ctx, &plan, &inputs).into_iter().map(|(_, words)| words).collect();
            let expected = reference::nn::adam(&w, &dw, [&m, &v], &hyper, step, decoupled).unwrap();
            check("m", &found[1], &expected.m, |_| 4.0 * EPS);
            check("v", &found[2], &expected.v, |_| 6.0 * EPS);
            // What the step takes off w: corrections of at most 64 roundings each, two divisions, a root.
            let taken: Vec<f64> = w.iter().zip(&expected.w).map(|(&w, new)| (f64::from(w) - new).abs()).collect();
            let bounds: Vec<f64> = taken.iter().map(|taken| 100.0 * EPS * taken + 100.0 * EPS * 0.05 + EPS).collect();
            compare::within(&floats(&found[0]), &expected.w, &bounds, &[length])
                .unwrap_or_else(|error| panic!("w at step {step}: {error}"));
        }
    }
}

#[test]
fn additions_equal_plain_ones() {
    for (ctx, length) in contexts().into_iter().zip([1_001, 1_024]) {
        let (x, r) = (reals(1, length), reals(2, length));
        let inputs = [(Operand::X, &x[..]), (Operand::Residual, &r[..])];
        let sum: Vec<f32> = x.iter().zip(&r).map(|(x, r)| x + r).collect();
        let found = elementwise(&ctx, Elementwise::Add, &inputs).remove(0);
        compare::exact(&floats(&found), &sum, &[length]).unwrap();
        let found = elementwise(&ctx, Elementwise::AddRelu, &inputs).remove(0);
        let expected: Vec<f32> = sum.iter().map(|sum| sum.max(0.0)).collect();
        compare::exact(&floats(&found), &expected, &[length]).unwrap();
    }
}

/// Bit for bit, by single elements and by fours, in one dispatch and in many.
#[test]
fn dropout_equals_the_reference_exactly() {
    let seed = 0x0123_4567_89ab_cdef;
    for (ctx, length) in contexts().into_iter().flat_map(|ctx| [1_001, 1_024].map(|length| (ctx.clone(), length))) {
        for (probability, step) in [(0.0, 0), (0.3, 1), (0.5, u32::MAX), (1.0 - f32::EPSILON / 2.0, 7)] {
            let x = reals(1, length);
            let plan = Dropout::new(probability, seed).unwrap().plan(&ctx, length).unwrap();
            let y = run(&ctx, &plan, &[(Operand::X, bits(&x)), (Operand::Step, &[step])]).remove(0).1;
            let expected = reference::nn::dropout(&x, probability, seed, step);
            compare::exact(&floats(&y), &expected, &[length]).unwrap();
        }
    }
}

/// Element-wise operators look only at memory: their results lie as their operands do, which must lie alike.
#[test]
fn element_wise_operators_take_any_layout_but_one_at_a_time() {
    const FIRST: Layout = Layout::ChannelsFirst;
    const LAST: Layout = Layout::ChannelsLast;
    let ctx = context();
    let shape = [2, 3, 2, 2];
    let (values, others) = (integers(1, 24, 9), integers(2, 24, 9));
    let [x, dy] = [&values, &others].map(|values| ctx.tensor_in(LAST, &shape, values).unwrap());
    let y = nn::relu(ctx, &x).unwrap();
    let dx = nn::relu_grad(ctx, &y, &dy).unwrap();
    let sum = nn::add(ctx, &x, &dy).unwrap();
    let step = ctx.tensor(&[1], &[1u32]).unwrap();
    let dropped = nn::dropout(ctx, &Dropout::new(0.5, 1).unwrap(), &x, &step).unwrap();
    let (loss, dz) = nn::half_squared_error(ctx, &y, &dy).unwrap();
    for result in [&y, &dx, &sum, &dropped, &loss, &dz] {
        assert_eq!((result.layout(), result.shape()), (LAST, &shape[..]));
    }
    let added: Vec<f32> = values.iter().zip(&others).map(|(x, dy)| x + dy).collect();
    assert_eq!(sum.read_blocking().unwrap(), added);

    let first = ctx.tensor(&shape, &others).unwrap();
    let hyper = ctx.tensor(&[3], &[0.5, 0.0, 0.0]).unwrap();
    let velocity = ctx.tensor_in(LAST, &shape, &[0.0; 24]).unwrap();
    nn::sgd(ctx, &x, &dy, &velocity, &hyper).unwrap();
    let (operand, wrong) = (
        |error| match error {
            Error::LayoutMismatch { operand, expected, found } => (operand, (expected, found)),
            error => panic!("{error}"),
        },
        (LAST, FIRST),
    );
    assert_eq!(operand(nn::add(ctx, &x, &first).unwrap_err()), (Operand::Residual, wrong));
    assert_eq!(operand(nn::relu_grad(ctx, &y, &first).unwrap_err()), (Operand::Dy, wrong));
    assert_eq!(operand(nn::sgd(ctx, &x, &dy, &first, &hyper).unwrap_err()), (Operand::State, wrong));
}

/// Without cells, or with one channel, memory is the same in either, and what wants channels first takes it.
#[test]
fn a_layout_that_makes_no_difference_fits_everywhere() {
    let ctx = context();
    let last = |shape: &[usize], values: &[f32]| ctx.tensor_in(Layout::ChannelsLast, shape, values).unwrap();
    let x = last(&[1, 2], &[3.0, 5.0]);
    let w = ctx.tensor(&[1, 2], &[1.0, 10.0]).unwrap();
    assert_eq!(nn::dense_forward(ctx, &x, &w, None).unwrap().read_blocking().unwrap(), [53.0]);
    let labels = ctx.tensor(&[1], &[1u32]).unwrap();
    assert!(nn::softmax_cross_entropy(ctx, &x, &labels).is_ok());
    assert_eq!(nn::add(ctx, &x, &w).unwrap().read_blocking().unwrap(), [4.0, 15.0]);
    let planes = last(&[1, 1, 2, 3], &[1.0; 6]);
    assert_eq!(planes.reshape(&[2, 3]).unwrap().layout(), Layout::ChannelsFirst);
    // Of more cells it is refused, by name.
    let pixels = last(&[1, 2, 3], &[1.0; 6]);
    assert!(matches!(pixels.reshape(&[1, 6]), Err(Error::LayoutMismatch { found: Layout::ChannelsLast, .. })));
}

/// The convenience level of batch normalisation, there and back, equals that of the same numbers with channels first.
#[test]
fn batch_normalisation_keeps_the_layout() {
    let ctx = context();
    let shape = [3, 4, 2, 5];
    let (values, others) = (reals(1, 120), reals(2, 120));
    let results = [Layout::ChannelsFirst, Layout::ChannelsLast].map(|layout| {
        let tensor = |values: &[f32]| ctx.tensor_in(layout, &shape, &to_memory(layout, &shape, values)).unwrap();
        let (norm, tensors) = (BatchNorm::new(), BatchNormTensors::new(ctx, 4).unwrap());
        let (x, dy) = (tensor(&values), tensor(&others));
        let saved = norm.forward_training(ctx, &x, &tensors, Some(&dy)).unwrap();
        let grads = norm.backward(ctx, &x, &dy, &tensors.w, &saved).unwrap();
        let y = norm.forward(ctx, &x, &tensors, None).unwrap();
        [saved.y, grads.dx, y].map(|tensor| {
            assert_eq!(tensor.layout(), layout);
            from_memory(layout, &shape, &tensor.read_blocking().unwrap())
        })
    });
    let [first, last] = results.map(|tensors| tensors.concat());
    assert!(first.iter().zip(&last).all(|(first, last)| (first - last).abs() < 1e-5), "{first:?}, {last:?}");
}
