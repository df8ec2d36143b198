//! The transposed convolution against its reference, which has nothing of the convolution's; and against the convolution
//! whose adjoint it is.

use wgconv::case::{CaseAxis, ConvCase, ConvTransposeCase};
use wgconv::{
    Activation, Addend, Algorithm, Context, ConvTransposeProblem, KernelOrder, PaddingMode, Pass, Plan, PlanOptions,
    Result, reference,
};

use crate::conv::shared::least;
use crate::conv::{
    ConvData, any_activation, any_addend, by_every_algorithm, finished, is_exact, on_gpu, rounded, run_pass,
    winograd_terms,
};
use crate::support::context::Regime;
use crate::support::data::{count, exact_range, integers, reals, rng};
use crate::support::{catalogue, compare};

/// Of x, w, b and dy.
fn shapes(problem: &ConvTransposeProblem) -> [Vec<usize>; 4] {
    [problem.x_shape(), problem.w_shape(), problem.b_shape(), problem.y_shape()]
}

/// Small integers for which every partial sum of every pass is exact.
fn exact_data(problem: &ConvTransposeProblem, seed: u64) -> ConvData {
    let longest = shapes(problem).iter().map(|shape| count(shape) as u64).max().unwrap();
    let channels = u64::from(problem.channels_in.max(problem.channels_out) / problem.groups);
    let transformed = channels * winograd_terms(&problem.axes.map(|axis| [axis.taps, axis.stride]));
    let most = exact_range(longest.max(transformed) + 1);
    ConvData::generate(shapes(problem), seed, |seed, count| integers(seed, count, most))
}

/// The context of a regime in which this problem can just be bound.
fn context(problem: &ConvTransposeProblem, regime: Regime) -> Context {
    let [x, w, _, y] = shapes(problem);
    let largest = [count(&x[1..]), count(&w), count(&y[1..])].into_iter().max().unwrap();
    regime.context(largest as u64 * 4)
}

fn on_cpu(problem: &ConvTransposeProblem, pass: Pass, bias: bool, data: &ConvData) -> reference::Sums {
    use reference::conv_transpose::{bias_grad, forward, input_grad, kernel_grad};
    match pass {
        Pass::Forward => forward(problem, &data.x, &data.w, bias.then_some(&data.b[..])),
        Pass::InputGrad => input_grad(problem, &data.dy, &data.w),
        Pass::KernelGrad => kernel_grad(problem, &data.x, &data.dy),
        Pass::BiasGrad => bias_grad(problem, &data.dy),
    }
    .unwrap()
}

fn result_shape(problem: &ConvTransposeProblem, pass: Pass) -> Vec<usize> {
    match pass {
        Pass::Forward => problem.y_shape(),
        Pass::InputGrad => problem.x_shape(),
        Pass::KernelGrad => problem.w_shape(),
        Pass::BiasGrad => problem.b_shape(),
    }
}

/// An error unless every algorithm gives the reference's integers exactly, forward with a bias, where the case's activation is
/// exact; and on real data what the bound of float32 summation allows.
pub fn check(case: &ConvTransposeCase, pass: Pass, regime: Regime, seed: u64) -> Result<(), String> {
    let problem = case.problem().map_err(|error| error.to_string())?;
    let (context, shape) = (context(&problem, regime), result_shape(&problem, pass));
    let bias = pass == Pass::Forward;
    let is_gather = matches!(pass, Pass::Forward | Pass::InputGrad);
    // Small integers are themselves in every type; most reals rounded to bf16 are no integers either.
    for data in [exact_data(&problem, seed), ConvData::generate(shapes(&problem), seed, reals)] {
        let data = data.rounded(case.element);
        let is_exact = is_exact(case.activation) && data.x.iter().all(|value| value.fract() == 0.0);
        let expected = finished(on_cpu(&problem, pass, bias, &data), pass, case.activation, case.addend, &data);
        let values = rounded(case.element, &expected.to_f32());
        let usual = expected.bound_as(case.element, 1.0);
        let source = if pass == Pass::Forward { &data.x } else { &data.dy };
        let wide = is_gather.then(|| reference::conv_transpose::winograd_slack(&problem, pass, source, &data.w).ok());
        let wide = wide.flatten().map(|slack| {
            let sums = reference::Sums { slack, ..on_cpu(&problem, pass, bias, &data) };
            finished(sums, pass, case.activation, case.addend, &data).bound_as(case.element, 1.0)
        });
        let run = |options: &PlanOptions| {
            let plan = case.plan(&context, pass, bias, options)?;
            Ok(run_pass(&context, &plan, pass, bias, &data))
        };
        by_every_algorithm(&context, pass, regime, seed, run, |algorithm, found| {
            let bounds = wide.as_ref().filter(|_| algorithm == Algorithm::Winograd).unwrap_or(&usual);
            match is_exact {
                true => compare::exact(found, &values, &shape),
                false => compare::within(found, &expected.values, bounds, &shape),
            }
        })?;
    }
    Ok(())
}

/// An activation and an addend are with every second check.
fn check_catalogue(pass: Pass) {
    for (i, (name, case)) in catalogue::transposed().iter().enumerate() {
        for (j, regime) in Regime::BOTH.into_iter().enumerate() {
            let seed = 100 + i as u64;
            let mut case = case.clone();
            if (i + j) % 2 == 1 {
                let mut rng = rng(seed + 10 * pass as u64);
                (case.activation, case.addend) = (any_activation(&mut rng), any_addend(&mut rng));
            }
            check(&case, pass, regime, seed)
                .unwrap_or_else(|error| panic!("{pass:?}, {name}, {regime:?}: {error}\n{case}"));
        }
    }
}

/// A shared kernel under a workspace for the sums of a few samples only, in f32 and, with dy or w beside the sums, in 16 bits.
#[test]
fn sums_of_channels_that_do_not_fit_come_in_chunks_of_the_batch() {
    for text in ["tconvn9c6h7w5k4r3s3u2p1sharedg2lastx", "tconvn9c5h7w6k2r2s3u2o1x0sharedbf16"] {
        let case = catalogue::conv_transpose(text);
        let problem = case.problem().unwrap();
        let data = exact_data(&problem, 7).rounded(case.element);
        let context = Regime::Device.context(0);
        for pass in [Pass::Forward, Pass::InputGrad, Pass::KernelGrad] {
            let bias = pass == Pass::Forward;
            let expected = on_cpu(&problem, pass, bias, &data).to_f32();
            let plan = |options: &PlanOptions| case.plan(&context, pass, bias, options);
            let of_limit = |workspace_limit| PlanOptions { workspace_limit, ..PlanOptions::default() };
            let [chunked, whole] =
                [least(plan, of_limit), PlanOptions::default()].map(|options| plan(&options).unwrap());
            let sums = |plan: &Plan| plan.steps().filter(|step| step.kernel.starts_with("conv/channels")).count();
            assert!(sums(&chunked) > sums(&whole), "{chunked}");
            let found = run_pass(&context, &chunked, pass, bias, &data);
            compare::exact(&found, &rounded(case.element, &expected), &result_shape(&problem, pass))
                .unwrap_or_else(|error| panic!("{error}: {chunked}"));
        }
    }
}

#[test]
fn forward_with_bias_equals_the_reference() {
    check_catalogue(Pass::Forward);
}

#[test]
fn input_grad_equals_the_reference() {
    check_catalogue(Pass::InputGrad);
}

#[test]
fn kernel_grad_equals_the_reference() {
    check_catalogue(Pass::KernelGrad);
}

#[test]
fn bias_grad_equals_the_reference() {
    check_catalogue(Pass::BiasGrad);
}

/// The convolution with the same parameters and the same w, on this one's y; if the output padding is below the stride, it
/// has this one's x as output.
fn convolution(case: &ConvTransposeCase) -> Option<ConvCase> {
    let y = case.problem().unwrap().y_shape();
    let axes = case.axes.iter().zip(&y[2..]).map(|(axis, &input)| CaseAxis { input: input as u32, ..*axis }).collect();
    let restores = case.axes.iter().zip(&case.output_padding).all(|(axis, &cells)| cells < axis.stride);
    let (batch, groups) = (case.batch, case.groups);
    let (channels_in, channels_out) = (case.channels_out, case.channels_in);
    (restores && !case.shared_kernel).then_some(ConvCase {
        batch,
        channels_in,
        channels_out,
        groups,
        shared_kernel: false,
        axes,
        padding_mode: PaddingMode::Zeros,
        activation: Activation::None,
        addend: Addend::None,
        element: case.element,
        x_layout: case.y_layout,
        y_layout: case.x_layout,
        kernel_order: if case.kernel_order == KernelOrder::InOut { KernelOrder::OutIn } else { KernelOrder::InOut },
    })
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

/// On the GPU alone and exactly: <conv_transpose(x, w), g> = <x, conv(g, w)>, and its own gradients give the same number.
#[test]
fn it_is_the_adjoint_of_the_convolution() {
    let mut restored = 0;
    for (i, (name, case)) in catalogue::transposed().iter().enumerate() {
        let problem = case.problem().unwrap();
        let data = exact_data(&problem, 500 + i as u64);
        let ctx = &context(&problem, Regime::Device);
        let options = PlanOptions::default();
        let run = |pass, bias| run_pass(ctx, &case.plan(ctx, pass, bias, &options).unwrap(), pass, bias, &data);
        let product = dot(&run(Pass::Forward, false), &data.dy);
        assert_eq!(product, dot(&data.x, &run(Pass::InputGrad, false)), "input_grad, {name}");
        assert_eq!(product, dot(&data.w, &run(Pass::KernelGrad, false)), "kernel_grad, {name}");
        let biased = dot(&run(Pass::Forward, true), &data.dy) - product;
        assert_eq!(biased, dot(&data.b, &run(Pass::BiasGrad, false)), "bias_grad, {name}");
        if let Some(conv) = convolution(case) {
            let swapped = ConvData { x: data.dy.clone(), dy: data.x.clone(), ..data.clone() };
            let gathered = on_gpu(ctx, &conv, Pass::Forward, false, &swapped, &options).unwrap();
            assert_eq!(product, dot(&data.x, &gathered), "convolution, {name}");
            restored += 1;
        }
    }
    // Of a part of the catalogue at least one.
    assert!(restored >= if catalogue::transposed().len() >= 14 { 12 } else { 1 });
}
