//! Element-wise operators and losses on f16 and bf16 against the reference of the same numbers: what f32 may be off by, and one
//! rounding. f16 as the device has it and as halves of words; in one dispatch and in many; the half behind an odd last element
//! is poison that must stay.

use wgconv::nn::{AdamHyper, Dropout, Elementwise};
use wgconv::{Activation, Context, ElementType, Operand, nn, reference};

use crate::support::arena::{bits, floats, run, run_as_types};
use crate::support::compare;
use crate::support::context::{Regime, context};
use crate::support::data::reals;

const EPS: f64 = f32::EPSILON as f64;

/// A length, a type, and what the plan is made under: by fours and by single elements, in one dispatch and in many, both types in
/// each form that they have.
fn draws() -> [(usize, ElementType, Context); 6] {
    let draw = |length, element, regime: Regime| (length, element, regime.context(1024));
    [
        draw(1, ElementType::Bf16, Regime::Device),
        draw(1_001, ElementType::F16, Regime::Tiny),
        draw(1_024, ElementType::Bf16, Regime::Tiny),
        draw(63, ElementType::F16, Regime::Device),
        draw(1_025, ElementType::Bf16, Regime::Tiny),
        draw(1_028, ElementType::F16, Regime::Device),
    ]
}

/// Numbers that a type holds.
fn held(element: ElementType, values: Vec<f32>) -> Vec<f32> {
    values.into_iter().map(|value| element.round(value.into()) as f32).collect()
}

/// What a type makes of f32 results.
fn rounded(element: ElementType, values: &[f32]) -> Vec<f32> {
    held(element, values.to_vec())
}

/// Runs an operator of which these operands are of a type and the others of 32 bits.
fn elementwise(
    (ctx, element): (&Context, ElementType),
    operator: Elementwise,
    typed: &[Operand],
    inputs: &[(Operand, &[f32])],
) -> Vec<Vec<f32>> {
    let count = inputs[0].1.len();
    let plan = nn::plan_as(ctx, operator, count, element).unwrap();
    let of = |operand| if typed.contains(&operand) { element } else { ElementType::F32 };
    run_as_types(ctx, &plan, of, inputs, count).into_iter().map(|(_, values)| values).collect()
}

/// An error message unless every element is within its bound and the rounding to its type.
fn check(what: &str, element: ElementType, found: &[f32], expected: &[f64], bound: impl Fn(usize) -> f64) {
    let off = |i: usize| element.stored_bound(expected[i], bound(i));
    let bounds: Vec<f64> = (0..expected.len()).map(off).collect();
    compare::within(found, expected, &bounds, &[expected.len()])
        .unwrap_or_else(|error| panic!("{what}, {element}: {error}"));
}

#[test]
fn activations_are_those_of_the_reference_rounded_once() {
    use Elementwise::{Activate, ActivationGrad};
    const TYPED: [Operand; 4] = [Operand::X, Operand::Y, Operand::Dy, Operand::Dx];
    let draws = draws();
    for (i, &activation) in Activation::ALL.iter().enumerate() {
        // Every activation by fours and by single elements.
        for (length, element, ctx) in [&draws[i % 6], &draws[(i + 3) % 6]] {
            let (name, seed) = (activation.to_string(), i as u64);
            let x = held(*element, reals(seed, *length).iter().map(|x| x * 20.0).collect());
            let dy = held(*element, reals(seed + 10, *length));
            let (relative, absolute) = activation.error_bound();
            let y = elementwise((ctx, *element), Activate(activation), &TYPED, &[(Operand::X, &x)]).remove(0);
            let expected = reference::nn::activate(activation, &x);
            let off = |i: usize| relative * expected[i].abs() + absolute * f64::from(x[i].abs()).max(1.0);
            check(&name, *element, &y, &expected, off);

            let from_output = activation.derivative_from_output();
            let (operand, of) = if from_output { (Operand::Y, &y) } else { (Operand::X, &x) };
            let operands = [(operand, &of[..]), (Operand::Dy, &dy)];
            let dx = elementwise((ctx, *element), ActivationGrad(activation), &TYPED, &operands).remove(0);
            let expected = reference::nn::activation_grad(activation, of, &dy).unwrap();
            let off = |i: usize| 8.0 * EPS * expected[i].abs() + 1.3e-6;
            check(&format!("gradient of {name}"), *element, &dx, &expected, off);
        }
    }
}

/// A sum and a product are f32's, bit for bit, and rounded.
#[test]
fn additions_and_dropout_are_those_of_f32_rounded_once() {
    const TYPED: [Operand; 3] = [Operand::X, Operand::Residual, Operand::Y];
    for (i, (length, element, ctx)) in draws().into_iter().enumerate() {
        let [x, r] = [1, 2].map(|seed| held(element, reals(seed, length)));
        let sum: Vec<f32> = x.iter().zip(&r).map(|(x, r)| x + r).collect();
        let through: Vec<f32> = sum.iter().map(|sum| sum.max(0.0)).collect();
        let inputs = [(Operand::X, &x[..]), (Operand::Residual, &r[..])];
        for (operator, expected) in [(Elementwise::Add, sum), (Elementwise::AddRelu, through)] {
            let y = elementwise((&ctx, element), operator, &TYPED, &inputs).remove(0);
            compare::exact(&y, &rounded(element, &expected), &[length]).unwrap();
        }

        let (probability, seed, step) = (0.3, 77, i as u32);
        let plan = Dropout::new(probability, seed).unwrap().plan_as(&ctx, length, element).unwrap();
        let words = element.words(&x);
        let y = run(&ctx, &plan, &[(Operand::X, &words), (Operand::Step, &[step])]).remove(0).1;
        let expected = rounded(element, &reference::nn::dropout(&x, probability, seed, step));
        compare::exact(&element.values(&y, length), &expected, &[length]).unwrap();
    }
}

#[test]
fn losses_of_16_bits_are_f32_and_their_gradients_rounded_once() {
    const TYPED: [Operand; 3] = [Operand::Y, Operand::Target, Operand::Dx];
    for (length, element, ctx) in draws() {
        let y = held(element, reals(1, length).iter().map(|y| (y + 1.0) / 2.0).collect());
        let target = held(element, reals(2, length));
        let inputs = [(Operand::Y, &y[..]), (Operand::Target, &target[..])];
        let found = elementwise((&ctx, element), Elementwise::HalfSquaredError, &TYPED, &inputs);
        let expected = reference::nn::half_squared_error(&y, &target).unwrap();
        check("loss", ElementType::F32, &found[0], &expected.0, |i| 3.0 * EPS * expected.0[i]);
        check("dz", element, &found[1], &expected.1, |i| 4.0 * EPS * expected.1[i].abs());
    }
    // Rows of odd and even widths, which share words or do not; chunks of few rows.
    let mut limits = *context().limits();
    limits.max_storage_binding_bytes = 512;
    limits.shader_f16 = false;
    let tiny = context().with_limits(limits).unwrap();
    let rows = [(5, 65, ElementType::Bf16, context()), (9, 64, ElementType::F16, context())];
    for (samples, classes, element, ctx) in rows.into_iter().chain([(50, 11, ElementType::F16, &tiny)]) {
        let logits = held(element, reals(3, samples * classes).iter().map(|x| x * 8.0 + 3.0).collect());
        let mut labels: Vec<u32> = (0..samples).map(|i| (i * 7 % classes) as u32).collect();
        labels[1] = classes as u32; // no class: counts for nothing
        let plan = nn::plan_softmax_cross_entropy_as(ctx, samples, classes, element).unwrap();
        let words = element.words(&logits);
        let outputs = run(ctx, &plan, &[(Operand::X, &words), (Operand::Target, &labels)]);
        let expected = reference::nn::softmax_cross_entropy([samples, classes], &logits, &labels).unwrap();
        // As for f32: exp of at most 16 in magnitude, the sum, the logarithm.
        let relative = (35.0 + classes as f64) * EPS;
        let off = |i: usize| relative + 2f64.powi(-21) + (24.0 + 3.0 * expected.0[i]) * EPS;
        check("loss", ElementType::F32, &floats(&outputs[0].1), &expected.0, off);
        let dx = element.values(&outputs[1].1, samples * classes);
        let off = |i: usize| (2.0 * relative + 4.0 * EPS) * (expected.1[i].abs() + 1.0 / samples as f64);
        check("dx", element, &dx, &expected.1, off);
    }
}

/// A gradient of 16 bits does what the same numbers in f32 do, to the bit: what is stored is f32.
#[test]
fn optimisers_take_gradients_of_16_bits() {
    let adam = AdamHyper { learning_rate: 0.05, weight_decay: 0.125, ..AdamHyper::default() }.values().unwrap();
    let sgd = [0.25, 0.5, 0.125];
    let operators = [Elementwise::Sgd, Elementwise::SgdNesterov, Elementwise::Adam, Elementwise::AdamW];
    for (i, operator) in operators.into_iter().enumerate() {
        for (length, element, ctx) in &draws()[i % 2 + 1..][..3] {
            let [w, m] = [2, 3].map(|seed| reals(seed, *length));
            let (dw, v) = (held(*element, reals(1, *length)), m.iter().map(|m| m * m + 0.01).collect::<Vec<f32>>());
            let step = [3u32];
            let run_with = |element: ElementType| {
                let plan = nn::plan_as(ctx, operator, *length, element).unwrap();
                let words = element.words(&dw);
                let mut inputs = vec![(Operand::Dw, &words[..]), (Operand::W, bits(&w)), (Operand::State, bits(&m))];
                if i < 2 {
                    inputs.push((Operand::Hyper, bits(&sgd)));
                } else {
                    let rest =
                        [(Operand::SecondMoment, bits(&v)), (Operand::Hyper, bits(&adam)), (Operand::Step, &step)];
                    inputs.extend(rest);
                }
                run(ctx, &plan, &inputs).into_iter().map(|(_, words)| floats(&words)).collect::<Vec<_>>().concat()
            };
            let (found, expected) = (run_with(*element), run_with(ElementType::F32));
            compare::exact(&found, &expected, &[found.len()]).unwrap_or_else(|e| panic!("{operator:?} {element}: {e}"));
        }
    }
}

/// NaN and infinities go through as in f32, also in the last element of an odd number.
#[test]
fn what_is_not_finite_stays_so() {
    const TYPED: [Operand; 4] = [Operand::X, Operand::Residual, Operand::Y, Operand::Dx];
    let x = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1.0, f32::INFINITY, -1.0, f32::NAN];
    let r = [1.0, 1.0, 1.0, f32::NEG_INFINITY, f32::NEG_INFINITY, f32::NAN, 1.0];
    let expected = |sums: [f32; 7], found: &[f32]| {
        let same = |(a, b): (&f32, &f32)| a == b || (a.is_nan() && b.is_nan());
        assert!(found.iter().zip(&sums).all(same), "{found:?} instead of {sums:?}");
    };
    const NAN: f32 = f32::NAN;
    const INF: f32 = f32::INFINITY;
    for element in [ElementType::F16, ElementType::Bf16] {
        for ctx in [context(), &Regime::Tiny.context(1024)] {
            let inputs = [(Operand::X, &x[..]), (Operand::Residual, &r[..])];
            let y = elementwise((ctx, element), Elementwise::Add, &TYPED, &inputs).remove(0);
            expected([NAN, INF, -INF, -INF, NAN, NAN, NAN], &y);
            let relu = Elementwise::Activate(Activation::Relu);
            let y = elementwise((ctx, element), relu, &TYPED, &inputs[..1]).remove(0);
            expected([NAN, INF, 0.0, 1.0, INF, 0.0, NAN], &y);
        }
        // What is beyond the largest number is infinite.
        let large = element.round(if element == ElementType::F16 { 6e4 } else { 3e38 }) as f32;
        let inputs = [(Operand::X, &[large, -large, 0.0][..]), (Operand::Residual, &[large, -large, 0.0])];
        let y = elementwise((context(), element), Elementwise::Add, &TYPED, &inputs).remove(0);
        assert_eq!(y, [INF, -INF, 0.0]);
    }
}
