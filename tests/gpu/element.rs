//! f16 and bf16: conversions to the bit, and convolutions on integers whose results are rounded once, on a device that has f16
//! in its shaders and on one that has not.

use wgconv::case::{Case, catalogue};
use wgconv::{Context, Conv, ElementType, Pass, Program, Tensor, convert, convert_plan};
use wgconv::{DeviceLimits, Operand, PlanOptions};

use crate::conv::{check_bound, check_exact};
use crate::conv_transpose;
use crate::support::arena::run;
use crate::support::catalogue::part;
use crate::support::context::{Regime, context};
use crate::support::data::reals;

/// The device, and the same one without f16 in its shaders.
fn contexts() -> [Context; 2] {
    let base = context();
    let mut limits: DeviceLimits = *base.limits();
    limits.shader_f16 = false;
    [base.clone(), base.with_limits(limits).unwrap()]
}

/// Numbers around everything that rounding has to decide, and some in between; an odd number of them.
fn awkward() -> Vec<f32> {
    let mut values =
        vec![0.0, -0.0, 1.0, f32::INFINITY, f32::NEG_INFINITY, 65_504.0, 65_519.99, 65_520.0, -65_536.0, 1e30, 3.4e38];
    for exponent in -40..=20 {
        let power = 2f32.powi(exponent);
        // Halfway between two of f16, of bf16, and beside.
        for fraction in [0.0, 2f32.powi(-11), 3.0 * 2f32.powi(-11), 2f32.powi(-8), 3.0 * 2f32.powi(-8), 2f32.powi(-12)]
        {
            for beside in [-2f32.powi(-20), 0.0, 2f32.powi(-20)] {
                values.push(power * (1.0 + fraction + beside));
            }
        }
    }
    values.extend(reals(1, 100));
    values.truncate(values.len() / 2 * 2 - 1);
    values
}

#[test]
fn conversions_are_those_of_the_host_to_the_bit() {
    let values = awkward();
    for source in ElementType::ALL {
        let held: Vec<f32> = values.iter().map(|&value| source.round(value.into()) as f32).collect();
        // A device may take what is below the smallest normal number for zero.
        let least = if source == ElementType::F16 { 2f32.powi(-14) } else { f32::MIN_POSITIVE };
        let held: Vec<f32> = held.into_iter().map(|v| if v.abs() < least { 0.0 } else { v }).collect();
        for target in ElementType::ALL {
            for ctx in contexts() {
                let plan = convert_plan(&ctx, held.len(), [source, target], &PlanOptions::default()).unwrap();
                let outputs = run(&ctx, &plan, &[(Operand::X, &source.words(&held))]);
                let (found, mut expected) = (&outputs[0].1, target.words(&held));
                if target != ElementType::F32 {
                    let kept = found.last().unwrap() & 0xffff_0000;
                    assert_ne!(kept, 0, "the half behind the last element was written");
                    *expected.last_mut().unwrap() |= kept;
                }
                let wrong = (0..expected.len()).find(|&i| found[i] != expected[i]);
                assert_eq!(wrong.map(|i| (i, found[i], expected[i], held[i])), None, "{source} to {target}");
            }
        }
    }
}

#[test]
fn nan_stays_nan_and_chunks_join() {
    for ctx in contexts() {
        let mut limits: DeviceLimits = *ctx.limits();
        limits.max_storage_binding_bytes = 2 * limits.storage_alignment;
        let small = ctx.with_limits(limits).unwrap();
        let count = 5 * limits.storage_alignment as usize + 3;
        let mut values = reals(2, count);
        values[count - 1] = f32::NAN;
        for element in [ElementType::F16, ElementType::Bf16] {
            let plan = convert_plan(&small, count, [ElementType::F32, element], &PlanOptions::default()).unwrap();
            assert!(plan.dispatches() > 1);
            let outputs = run(&small, &plan, &[(Operand::X, bytemuck::cast_slice(&values))]);
            let found = element.values(&outputs[0].1, count);
            assert!(found[count - 1].is_nan());
            for (found, value) in found.iter().zip(&values).take(count - 1) {
                assert_eq!(f64::from(*found), element.round((*value).into()));
            }
        }
    }
}

#[test]
fn a_conversion_keeps_the_shape_and_is_a_part_of_a_program() {
    let ctx = context();
    let x = ctx.tensor(&[1, 3], &[1.0, 2.0, 3.0]).unwrap();
    let mut program = Program::new(ctx);
    let y: Tensor<f32> = program.convert(&x).unwrap();
    program.run().unwrap();
    assert_eq!((y.shape(), y.read_blocking().unwrap()), (x.shape(), vec![1.0, 2.0, 3.0]));
    assert_eq!(convert::<f32, f32>(ctx, &y).unwrap().read_blocking().unwrap(), [1.0, 2.0, 3.0]);
}

/// Every convolution of the catalogue that has such a type (poolings are in `pool`): every pass by every algorithm. Under tiny limits f16 is halves of words, there
/// are several chunks, and several dispatches add up the sums.
#[test]
fn every_pass_equals_the_reference_rounded_once() {
    let is_ours = |case: &Case| case.element() != ElementType::F32 && !matches!(case, Case::Pool(_) | Case::Nn(_));
    let rows = catalogue().rows.iter().filter(|row| is_ours(&row.case));
    let rows = part(rows.collect());
    let mut checked = 0;
    for (i, row) in rows.iter().enumerate() {
        for (j, pass) in Pass::ALL.into_iter().enumerate() {
            for regime in Regime::BOTH {
                // The tiled kernels take a software device long: every fourth.
                let seed = (i + j) as u64;
                let outcome = match &row.case {
                    Case::Conv(case) => check_exact(case, pass, i % 2 == 0, regime, seed)
                        .and_then(|()| check_bound(case, pass, i % 2 == 0, regime, seed)),
                    Case::ConvTranspose(case) => conv_transpose::check(case, pass, regime, seed),
                    Case::Pool(_) | Case::Nn(_) => continue,
                };
                outcome.unwrap_or_else(|error| panic!("{} {pass:?} {regime:?}: {error}", row.case));
                checked += 1;
            }
        }
    }
    assert_eq!(checked, 8 * rows.len());
}

/// 70003, 39550 and -30400, in a type that ends at 65504 and holds every 32nd integer behind 32768.
#[test]
fn what_is_too_large_becomes_infinite() {
    let ctx = context();
    for ctx in [ctx, &contexts()[1]] {
        let conv = Conv::<1>::new([3]).build().unwrap();
        let problem = wgconv::ConvShapes::new(&[1, 1, 5], &[1, 1, 3]).element(ElementType::F16);
        let plan = conv.plan(ctx, Pass::Forward, problem).unwrap();
        let (x, w) = ([200.0, 200.0, 1.0, -200.0, -200.0], [200.0, 150.0, 3.0]);
        let words = |values: &[f32]| ElementType::F16.words(values);
        let outputs = run(ctx, &plan, &[(Operand::X, &words(&x)), (Operand::W, &words(&w))]);
        let found = ElementType::F16.values(&outputs[0].1, 3);
        assert_eq!(found, [f32::INFINITY, 39_552.0, -30_400.0]);
    }
}
