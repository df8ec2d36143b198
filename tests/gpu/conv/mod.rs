//! The four passes against the reference, on the catalogue.

mod bias_grad;
mod copied_rows;
mod depthwise;
mod family;
mod few;
mod forward;
mod four_classes;
mod input_grad;
mod kernel_grad;
mod layouts;
mod pair;
mod phases;
mod pointwise;
mod rounds;
mod rows_stride2;
pub mod shared;
mod spans;
mod tiles;
mod two_rows;
mod winograd;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use wgconv::case::ConvCase;
use wgconv::{
    Activation, Addend, Algorithm, Axis, Context, ConvProblem, ElementType, Error, Factor, Operand, PaddingMode, Pass,
    Plan, PlanOptions, Result, Strategy, reference,
};

use crate::support::arena::run_as_type;
use crate::support::context::Regime;
use crate::support::data::{count, exact_range, integers, reals, rng};
use crate::support::{catalogue, compare};

/// Values of all inputs that a pass can have.
#[derive(Clone, Debug)]
pub struct ConvData {
    pub x: Vec<f32>,
    pub w: Vec<f32>,
    pub b: Vec<f32>,
    pub dy: Vec<f32>,
    /// Of y's shape: what forward adds.
    pub residual: Vec<f32>,
    /// Of each of these shapes: what an output holds that is added to.
    pub before: [Vec<f32>; 4],
    /// The type as which they are given to the GPU, and which holds them.
    pub element: ElementType,
}

impl ConvData {
    /// Small integers for which every partial sum of every pass is exact.
    pub fn integers(problem: &ConvProblem, seed: u64) -> ConvData {
        // The longest reduction: taps and channels forward, outputs for the kernel gradient.
        let shared = if problem.shared_kernel { u64::from(problem.channels_in / problem.groups) } else { 1 };
        let window = count(&problem.w_shape()) as u64 * shared;
        let outputs = count(&problem.y_shape()) as u64 * shared;
        let channels = u64::from(problem.channels_in.max(problem.channels_out) / problem.groups);
        let transformed = channels * winograd_terms(&problem.axes.map(|axis| [axis.taps, axis.stride]));
        let most = exact_range((window * most_images(problem)).max(outputs).max(transformed) + 1);
        ConvData::generate(shapes(problem), seed, |seed, count| integers(seed, count, most))
    }

    /// What a pass's output holds before.
    pub fn before(&self, pass: Pass) -> &[f32] {
        let [x, w, b, y] = &self.before;
        match pass {
            Pass::Forward => y,
            Pass::InputGrad => x,
            Pass::KernelGrad => w,
            Pass::BiasGrad => b,
        }
    }

    pub fn reals(problem: &ConvProblem, seed: u64) -> ConvData {
        ConvData::generate(shapes(problem), seed, reals)
    }

    /// Data for x, w, b and dy of these shapes.
    pub fn generate(shapes: [Vec<usize>; 4], seed: u64, of: impl Fn(u64, usize) -> Vec<f32>) -> ConvData {
        let [x, w, b, dy] = [0, 1, 2, 3].map(|i: usize| of(4 * seed + i as u64, count(&shapes[i])));
        let before = [0, 1, 2, 3].map(|i: usize| of(4 * seed + 400_000 + i as u64, count(&shapes[i])));
        let residual = of(4 * seed + 800_000, dy.len());
        ConvData { x, w, b, dy, residual, before, element: ElementType::F32 }
    }

    /// The same rounded to a type.
    pub fn rounded(mut self, element: ElementType) -> ConvData {
        let all = [&mut self.x, &mut self.w, &mut self.b, &mut self.dy, &mut self.residual];
        for values in all.into_iter().chain(&mut self.before) {
            *values = rounded(element, values);
        }
        ConvData { element, ..self }
    }
}

/// Values as this type holds them.
pub fn rounded(element: ElementType, values: &[f32]) -> Vec<f32> {
    values.iter().map(|&value| element.round(value.into()) as f32).collect()
}

/// Terms for every channel that is summed over, in sums that Winograd's transforms lead to, by taps and strides: of quarters, four
/// times nine of the largest for every tap.
pub fn winograd_terms(axes: &[[u32; 2]; 3]) -> u64 {
    if axes[1..] == [[3, 1]; 2] { 4 * 36 * 9 } else { 0 }
}

/// At how many places an input cell may be read, by the mode of the padding: no fewer.
fn most_images(problem: &ConvProblem) -> u64 {
    let places = |axis: &Axis| match problem.padding_mode {
        PaddingMode::Zeros => 1,
        PaddingMode::Replicate => u64::from(1 + axis.padding_low + axis.padding_high),
        _ => 3,
    };
    problem.axes.iter().map(places).product()
}

/// Of x, w, b and dy.
fn shapes(problem: &ConvProblem) -> [Vec<usize>; 4] {
    [problem.x_shape(), problem.w_shape(), problem.b_shape(), problem.y_shape()]
}

/// The context of a regime in which this problem can just be bound.
pub fn context(problem: &ConvProblem, regime: Regime) -> Context {
    let samples = [problem.x_shape(), problem.y_shape()].map(|shape| count(&shape[1..]));
    let largest = samples.into_iter().chain([count(&problem.w_shape())]).max().unwrap();
    regime.context(largest as u64 * 4)
}

/// Runs a pass on the GPU.
pub fn on_gpu(
    context: &Context,
    case: &ConvCase,
    pass: Pass,
    bias: bool,
    data: &ConvData,
    options: &PlanOptions,
) -> Result<Vec<f32>> {
    Ok(run_pass(context, &*case.plan(context, pass, bias, options)?, pass, bias, data))
}

/// Runs a plan of a pass of a convolution, transposed or not.
pub fn run_pass(context: &Context, plan: &Plan, pass: Pass, bias: bool, data: &ConvData) -> Vec<f32> {
    let (x, w, dy) = ((Operand::X, &data.x[..]), (Operand::W, &data.w[..]), (Operand::Dy, &data.dy[..]));
    let mut inputs = match pass {
        Pass::Forward => vec![x, w],
        Pass::InputGrad => vec![dy, w],
        Pass::KernelGrad => vec![x, dy],
        Pass::BiasGrad => vec![dy],
    };
    let needs = |operand| plan.operands().iter().any(|need| need.operand == operand);
    // Going on through an activation.
    if pass == Pass::InputGrad && needs(Operand::X) {
        inputs.push(x);
    }
    if needs(Operand::Residual) {
        inputs.push((Operand::Residual, &data.residual[..]));
    }
    // Taken only by plans that add to it.
    let output = [Operand::Y, Operand::Dx, Operand::Dw, Operand::Db][pass as usize];
    inputs.push((output, data.before(pass)));
    if bias {
        inputs.push((Operand::B, &data.b[..]));
    }
    run_as_type(context, plan, data.element, &inputs, data.before(pass).len())
}

/// Computes a pass on the CPU.
pub fn on_cpu(problem: &ConvProblem, pass: Pass, bias: bool, data: &ConvData) -> reference::Sums {
    match pass {
        Pass::Forward => reference::conv::forward(problem, &data.x, &data.w, bias.then_some(&data.b[..])),
        Pass::InputGrad => reference::conv::input_grad(problem, &data.dy, &data.w),
        Pass::KernelGrad => reference::conv::kernel_grad(problem, &data.x, &data.dy),
        Pass::BiasGrad => reference::conv::bias_grad(problem, &data.dy),
    }
    .unwrap()
}

/// The same with the case's activation and addend.
fn expected(case: &ConvCase, problem: &ConvProblem, pass: Pass, bias: bool, data: &ConvData) -> reference::Sums {
    finished(on_cpu(problem, pass, bias, data), pass, case.activation, case.addend, data)
}

/// Bounds of what a pass may give by an algorithm: Winograd's are wider, where it takes the problem.
fn bounds_by(
    case: &ConvCase,
    problem: &ConvProblem,
    pass: Pass,
    bias: bool,
    data: &ConvData,
) -> impl Fn(Algorithm) -> Vec<f64> {
    let usual = expected(case, problem, pass, bias, data).bound_as(case.element, 1.0);
    let source = if pass == Pass::Forward { &data.x } else { &data.dy };
    let wide = matches!(pass, Pass::Forward | Pass::InputGrad)
        .then(|| reference::conv::winograd_slack(problem, pass, source, &data.w).ok())
        .flatten();
    let wide = wide.map(|slack| {
        let sums = reference::Sums { slack, ..on_cpu(problem, pass, bias, data) };
        finished(sums, pass, case.activation, case.addend, data).bound_as(case.element, 1.0)
    });
    move |algorithm| wide.clone().filter(|_| algorithm == Algorithm::Winograd).unwrap_or_else(|| usual.clone())
}

/// A pass's sums with an activation and an addend.
pub fn finished(
    mut sums: reference::Sums,
    pass: Pass,
    activation: Activation,
    addend: Addend,
    data: &ConvData,
) -> reference::Sums {
    if pass == Pass::InputGrad {
        sums = sums.through(activation, &data.x).unwrap();
    }
    match addend {
        Addend::Residual(factor) if pass == Pass::Forward => sums = sums.plus(factor, &data.residual).unwrap(),
        Addend::Output(factor) => sums = sums.plus(factor, data.before(pass)).unwrap(),
        _ => {}
    }
    if pass == Pass::Forward { sums.activated(activation) } else { sums }
}

/// One of the activations.
pub fn any_activation(rng: &mut ChaCha8Rng) -> Activation {
    Activation::ALL[rng.random_range(0..Activation::ALL.len())]
}

/// Half of the time nothing, else a residual or the output, as it is or times a half.
pub fn any_addend(rng: &mut ChaCha8Rng) -> Addend {
    let factor = if rng.random() { Factor::ONE } else { Factor::new(-0.5).unwrap() };
    [Addend::None, Addend::None, Addend::Residual(factor), Addend::Output(factor)][rng.random_range(0..4)]
}

/// Whether integers give what f32 holds exactly: with the others the bound is checked, on integers too.
pub fn is_exact(activation: Activation) -> bool {
    matches!(activation, Activation::None | Activation::Relu | Activation::LeakyRelu(_))
}

/// The shape of what a pass computes.
pub fn result_shape(problem: &ConvProblem, pass: Pass) -> Vec<usize> {
    match pass {
        Pass::Forward => problem.y_shape(),
        Pass::InputGrad => problem.x_shape(),
        Pass::KernelGrad => problem.w_shape(),
        Pass::BiasGrad => problem.b_shape(),
    }
}

/// Runs a pass by every algorithm that takes this problem in this regime; the direct kernels take every one.
pub fn by_every_algorithm(
    context: &Context,
    pass: Pass,
    regime: Regime,
    seed: u64,
    run: impl Fn(&PlanOptions) -> Result<Vec<f32>>,
    judge: impl Fn(Algorithm, &[f32]) -> Result<(), String>,
) -> Result<(), String> {
    for &algorithm in Algorithm::ALL {
        // A software device compiles a specialised tile for seconds: it gets every fourth shape, and tiles.rs every tile.
        if algorithm == Algorithm::Tiled && context.limits().is_software && !seed.is_multiple_of(4) {
            continue;
        }
        let options = PlanOptions { strategy: Strategy::Fixed(algorithm), ..PlanOptions::default() };
        let outcome = match run(&options) {
            Err(Error::AlgorithmUnavailable { .. }) if algorithm != Algorithm::Direct => continue,
            // Packed kernels need room, which tiny limits may not have.
            Err(Error::LimitExceeded { .. })
                if algorithm != Algorithm::Direct && pass != Pass::KernelGrad && regime == Regime::Tiny =>
            {
                continue;
            }
            outcome => outcome.map_err(|error| error.to_string()).and_then(|found| judge(algorithm, &found)),
        };
        outcome.map_err(|error| format!("{algorithm}: {error}"))?;
    }
    Ok(())
}

/// An error unless the GPU gives the reference's integers exactly, by every algorithm.
pub fn check_exact(case: &ConvCase, pass: Pass, bias: bool, regime: Regime, seed: u64) -> Result<(), String> {
    let problem = case.problem().map_err(|error| error.to_string())?;
    let data = ConvData::integers(&problem, seed).rounded(case.element);
    let expected = expected(case, &problem, pass, bias, &data);
    let (context, shape) = (context(&problem, regime), result_shape(&problem, pass));
    let run = |options: &PlanOptions| on_gpu(&context, case, pass, bias, &data, options);
    let exact = rounded(case.element, &expected.to_f32());
    let bounds = expected.bound_as(case.element, 1.0);
    by_every_algorithm(&context, pass, regime, seed, run, |_, found| match is_exact(case.activation) {
        true => compare::exact(found, &exact, &shape),
        false => compare::within(found, &expected.values, &bounds, &shape),
    })
}

/// As [`check_exact`] with options of the plan.
pub fn check_exact_with(
    case: &ConvCase,
    pass: Pass,
    bias: bool,
    regime: Regime,
    seed: u64,
    options: &PlanOptions,
) -> Result<(), String> {
    let problem = case.problem().map_err(|error| error.to_string())?;
    let data = ConvData::integers(&problem, seed).rounded(case.element);
    let found = on_gpu(&context(&problem, regime), case, pass, bias, &data, options).map_err(|e| e.to_string())?;
    let expected = rounded(case.element, &expected(case, &problem, pass, bias, &data).to_f32());
    compare::exact(&found, &expected, &result_shape(&problem, pass))
}

/// An error unless the GPU is within the bound of float32 summation of the reference on real data, by every algorithm.
pub fn check_bound(case: &ConvCase, pass: Pass, bias: bool, regime: Regime, seed: u64) -> Result<(), String> {
    let problem = case.problem().map_err(|error| error.to_string())?;
    let data = ConvData::reals(&problem, seed).rounded(case.element);
    let expected = expected(case, &problem, pass, bias, &data);
    let (bounds, shape) = (bounds_by(case, &problem, pass, bias, &data), result_shape(&problem, pass));
    let context = context(&problem, regime);
    let run = |options: &PlanOptions| on_gpu(&context, case, pass, bias, &data, options);
    by_every_algorithm(&context, pass, regime, seed, run, |algorithm, found| {
        compare::within(found, &expected.values, &bounds(algorithm), &shape)
    })
}

/// Both checks on the whole catalogue, under the device's limits and tiny ones; an activation and an addend are with one of
/// these, by turns.
fn check_catalogue(pass: Pass, bias: bool) {
    let mut checked = 0;
    for (i, (name, case)) in catalogue::convolutions().iter().enumerate() {
        for (j, regime) in Regime::BOTH.into_iter().enumerate() {
            let seed = 100 + i as u64;
            let mut case = case.clone();
            if (i + j) % 2 == 1 {
                let mut rng = rng(seed + 10 * pass as u64);
                (case.activation, case.addend) = (any_activation(&mut rng), any_addend(&mut rng));
            }
            let case = &case;
            for outcome in [check_exact(case, pass, bias, regime, seed), check_bound(case, pass, bias, regime, seed)] {
                outcome.unwrap_or_else(|error| panic!("{pass:?}, {name}, {regime:?}: {error}\n{case}"));
                checked += 1;
            }
        }
    }
    assert_eq!(checked, 4 * catalogue::convolutions().len());
}
