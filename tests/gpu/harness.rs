//! The harness must find planted faults: a comparison that compares nothing would let everything pass.

use wgconv::case::{CaseAxis, ConvCase};
use wgconv::verify::{Outputs, POISON, StrayWrite, Unwritten};
use wgconv::{Operand, Pass, PlanOptions, reference};

use crate::conv::{ConvData, on_cpu, on_gpu};
use crate::support::arena::{run_as, run_f32};
use crate::support::catalogue::conv;
use crate::support::compare;
use crate::support::context::context;
use crate::support::data::exact_range;

fn case() -> ConvCase {
    conv("n2c3h7w9k4r3s2u2x1p1_0x0_1a1x2")
}

#[test]
fn one_wrong_element_is_found() {
    let expected = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let mut found = expected;
    found[4] = 5.0000005;
    let message = compare::exact(&found, &expected, &[2, 3]).unwrap_err();
    assert!(message.contains("1 of 6") && message.contains("[1, 1]"), "{message}");
    let values = expected.map(f64::from);
    compare::within(&found, &values, &[1e-6; 6], &[2, 3]).unwrap();
    compare::within(&found, &values, &[1e-7; 6], &[2, 3]).unwrap_err();
}

#[test]
fn nan_and_missing_elements_never_pass() {
    compare::exact(&[f32::NAN], &[f32::NAN], &[1]).unwrap_err();
    compare::within(&[f32::NAN], &[0.0], &[f64::INFINITY], &[1]).unwrap_err();
    compare::within(&[0.0], &[0.0], &[f64::NAN], &[1]).unwrap_err();
    compare::exact(&[f32::from_bits(POISON)], &[0.0], &[1]).unwrap_err();
    compare::exact(&[1.0], &[1.0, 2.0], &[2]).unwrap_err();
}

/// The reference of another convolution, with one parameter changed, is not what the GPU gives for this one.
#[test]
fn swapped_parameters_are_found() {
    let right = case();
    let problem = right.problem().unwrap();
    let data = ConvData::integers(&problem, 7);
    let found = on_gpu(context(), &right, Pass::Forward, false, &data, &PlanOptions::default()).unwrap();
    compare::exact(&found, &on_cpu(&problem, Pass::Forward, false, &data).to_f32(), &problem.y_shape()).unwrap();

    let mut wrong = vec![right.clone(); 3];
    let [first, second] = right.axes[..] else { panic!("two axes") };
    wrong[0].axes = vec![CaseAxis { stride: second.stride, ..first }, CaseAxis { stride: first.stride, ..second }];
    wrong[1].axes =
        vec![CaseAxis { dilation: second.dilation, ..first }, CaseAxis { dilation: first.dilation, ..second }];
    wrong[2].axes.iter_mut().for_each(|axis| std::mem::swap(&mut axis.low, &mut axis.high));
    for case in wrong {
        assert_ne!(case, right);
        let other = case.problem().unwrap();
        let expected = reference::conv::forward(&other, &data.x, &data.w, None).unwrap();
        compare::exact(&found, &expected.to_f32(), &other.y_shape()).unwrap_err();
    }
}

#[test]
fn a_flipped_kernel_is_found() {
    let case = case();
    let problem = case.problem().unwrap();
    let data = ConvData::integers(&problem, 8);
    let mut flipped = data.clone();
    for taps in flipped.w.chunks_mut(6) {
        taps.reverse();
    }
    let found = on_gpu(context(), &case, Pass::Forward, false, &flipped, &PlanOptions::default()).unwrap();
    let expected = on_cpu(&problem, Pass::Forward, false, &data).to_f32();
    compare::exact(&found, &expected, &problem.y_shape()).unwrap_err();
}

/// Runs [`case`]'s forward pass on an output that is said to be `change` words longer than it is. The planted fault is in
/// the statement; the plan writes what it always does.
fn run_misstated(change: i64) -> Result<Outputs, StrayWrite> {
    let plan = case().plan(context(), Pass::Forward, false, &PlanOptions::default()).unwrap();
    let mut needs = plan.operands().to_vec();
    let zeros: Vec<Vec<u32>> = needs.iter().map(|need| vec![0; need.bytes as usize / 4]).collect();
    let inputs: Vec<(Operand, &[u32])> =
        needs.iter().map(|need| need.operand).zip(zeros.iter().map(|v| &v[..])).collect();
    let output = needs.iter_mut().find(|need| need.operand == Operand::Y).unwrap();
    output.bytes = output.bytes.checked_add_signed(4 * change).unwrap();
    run_as(context(), &plan, &needs, &inputs)
}

#[test]
fn a_write_into_a_guard_zone_is_found() {
    let length = run_misstated(0).unwrap()[0].1.len();
    let message = run_misstated(-1).unwrap_err().to_string();
    assert!(message.starts_with("wrote outside of its output: beside y, "), "{message}");
    assert!(message.contains(&format!("offset {} (1 words changed)", length - 1)), "{message}");
}

#[test]
fn an_unwritten_element_is_found() {
    let outputs = run_misstated(0).unwrap();
    let length = outputs[0].1.len();
    assert_eq!(Unwritten::find(Operand::Y, &[length], &outputs[0].1), None);
    let outputs = run_misstated(1).unwrap();
    let unwritten = Unwritten::find(Operand::Y, &[length + 1], &outputs[0].1).unwrap();
    assert_eq!((unwritten.coordinates, unwritten.unwritten), (vec![length], 1));
}

#[test]
fn an_untouched_output_stays_poison() {
    assert!(f32::from_bits(POISON).is_nan());
    let case = case();
    let plan = case.plan(context(), Pass::BiasGrad, false, &PlanOptions::default()).unwrap();
    let problem = case.problem().unwrap();
    let dy = ConvData::integers(&problem, 9).dy;
    assert!(run_f32(context(), &plan, &[(Operand::Dy, &dy)]).iter().all(|value| value.is_finite()));
}

#[test]
fn exact_data_stays_exact() {
    for terms in [1u64, 100, 10_000, 1 << 20, 1 << 24] {
        let most = exact_range(terms) as u64;
        assert!(most >= 1 && most * most * terms <= 1 << 24);
    }
    assert!(std::panic::catch_unwind(|| exact_range((1 << 24) + 1)).is_err());
}
