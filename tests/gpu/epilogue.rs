//! What is done to sums beside storing them: the catalogue and random shapes draw it; here is what they cannot be sure to draw.

use wgconv::case::{Case, ConvCase, ConvTransposeCase};
use wgconv::{
    Activation, Addend, Algorithm, Conv, ConvShapes, ConvTranspose, DeviceLimits, Error, Factor, Operand, Pass,
    PlanOptions, PlanSpec, Program, Strategy, Through,
};

use crate::conv::check_exact;
use crate::conv_transpose;
use crate::support::catalogue::conv;
use crate::support::context::{Regime, context};

fn factor(value: f32) -> Factor {
    Factor::new(value).unwrap()
}

/// Bias, residual or old content go in once and the activation comes last, however many dispatches there are: 48 channels take
/// several under tiny limits.
#[test]
fn every_epilogue_of_a_split_sum_is_exact_by_every_algorithm() {
    let leaky = Activation::leaky_relu(0.125).unwrap();
    let addends = [Addend::Residual(Factor::ONE), Addend::Residual(factor(0.5)), Addend::Output(factor(2.0))];
    for (i, text) in ["n2c48h5w7k9r3s3p1", "n2c6h9w8k6r3s3p1g6", "n2c24w16k17s1"].into_iter().enumerate() {
        let addend = addends[i];
        for (pass, activation, addend) in [
            (Pass::Forward, leaky, addend),
            (Pass::InputGrad, leaky, Addend::None),
            (Pass::InputGrad, Activation::Relu, Addend::Output(factor(0.5))),
            (Pass::KernelGrad, Activation::None, Addend::Output(Factor::ONE)),
            (Pass::BiasGrad, Activation::None, Addend::Output(factor(-2.0))),
        ] {
            let case = ConvCase { activation, addend, ..conv(text) };
            for regime in Regime::BOTH {
                // The first, a multiple of 4, by the tiled kernels too.
                check_exact(&case, pass, pass == Pass::Forward, regime, 400 + i as u64)
                    .unwrap_or_else(|error| panic!("{case} {pass:?}, {regime:?}: {error}"));
            }
        }
    }
}

/// The same of transposed convolutions, whose forward runs the kernels of an input gradient and the other way round.
#[test]
fn every_epilogue_of_a_transposed_split_sum_is_exact_by_every_algorithm() {
    let leaky = Activation::leaky_relu(0.125).unwrap();
    let addends = [Addend::Residual(factor(0.5)), Addend::Output(factor(2.0)), Addend::Residual(Factor::ONE)];
    for (i, text) in ["tconvn2c48h5w4k9r3s3u2p1o1", "tconvn2c6h9w8k6r3s3p1g6"].into_iter().enumerate() {
        let Case::ConvTranspose(case) = text.parse().unwrap() else { panic!("a transposed convolution") };
        for (pass, activation, addend) in [
            (Pass::Forward, leaky, addends[i]),
            (Pass::Forward, Activation::None, addends[i + 1]),
            (Pass::InputGrad, leaky, Addend::None),
            (Pass::InputGrad, Activation::Relu, Addend::Output(factor(0.5))),
            (Pass::KernelGrad, Activation::None, Addend::Output(Factor::ONE)),
            (Pass::BiasGrad, Activation::None, Addend::Output(factor(-2.0))),
        ] {
            let case = ConvTransposeCase { activation, addend, ..case.clone() };
            for regime in Regime::BOTH {
                conv_transpose::check(&case, pass, regime, 400 + 4 * i as u64)
                    .unwrap_or_else(|error| panic!("{case} {pass:?}, {regime:?}: {error}"));
            }
        }
    }
}

/// Where GPUs add a residual and go through a derivative, a transposed convolution's kernels do too: not a dispatch more.
#[test]
fn a_transposed_epilogue_is_in_the_stores() {
    let conv = ConvTranspose::<2>::new([3, 3]).build().unwrap();
    let options = PlanOptions { strategy: Strategy::Fixed(Algorithm::Tiled), ..PlanOptions::default() };
    let plain = ConvShapes::new(&[2, 32, 10, 10], &[32, 16, 3, 3]);
    let spec = |pass, shapes| conv.plan_spec(&DeviceLimits::default(), pass, shapes, &options).unwrap();
    let residual = spec(Pass::Forward, plain.residual(Factor::ONE));
    assert_eq!(residual.dispatches(), spec(Pass::Forward, plain).dispatches());
    assert!(residual.to_string().contains("the residual is added in the stores"), "{residual}");
    let through = spec(Pass::InputGrad, plain.through(Activation::Gelu).onto(Factor::ONE));
    assert_eq!(through.dispatches(), spec(Pass::InputGrad, plain).dispatches());
    let operands: Vec<Operand> = through.operands().iter().map(|need| need.operand).collect();
    assert_eq!(operands, [Operand::Dy, Operand::W, Operand::Workspace, Operand::X, Operand::Dx]);
}

fn spec(algorithm: Algorithm, pass: Pass, shapes: ConvShapes<'_>) -> PlanSpec {
    let mut limits = DeviceLimits::default();
    limits.subgroup_size = 8;
    let options = PlanOptions { strategy: Strategy::Fixed(algorithm), ..PlanOptions::default() };
    let conv = Conv::<2>::new([3, 3]).activation(Activation::Silu).build().unwrap();
    conv.plan_spec(&limits, pass, shapes, &options).unwrap_or_else(|error| panic!("{error}"))
}

const SHAPES: ConvShapes<'_> = ConvShapes { bias: true, ..ConvShapes::new(&[2, 16, 10, 10], &[32, 16, 3, 3]) };

#[test]
fn plans_say_where_the_epilogue_is_and_what_it_moves() {
    let dispatches = |algorithm, pass, shapes| spec(algorithm, pass, shapes).dispatches();
    let plain = spec(Algorithm::Tiled, Pass::Forward, SHAPES);
    let residual = spec(Algorithm::Tiled, Pass::Forward, SHAPES.residual(Factor::ONE));
    // Fused: not a dispatch more.
    assert_eq!(residual.dispatches(), plain.dispatches());
    assert!(residual.to_string().contains("the residual is added in the stores"), "{residual}");
    assert!(residual.to_string().contains(", plus 1 times a residual, silu\n"), "{residual}");
    let y = plain.operands().iter().find(|need| need.operand == Operand::Y).unwrap().bytes;
    assert_eq!(residual.bytes_moved(), plain.bytes_moved() + y);
    let onto = spec(Algorithm::Tiled, Pass::Forward, SHAPES.onto(Factor::ONE));
    assert_eq!((onto.dispatches(), onto.bytes_moved()), (plain.dispatches(), plain.bytes_moved() + y));
    // A factor of 0 is nothing at all.
    assert_eq!(spec(Algorithm::Tiled, Pass::Forward, SHAPES.onto(Factor::ZERO)), plain);
    assert_eq!(spec(Algorithm::Tiled, Pass::Forward, SHAPES.residual(factor(-0.0))), plain);
    // Kernels for software devices compile too slowly with more in their stores.
    let subgroup = |shapes| dispatches(Algorithm::Subgroup, Pass::InputGrad, shapes);
    assert_eq!(subgroup(SHAPES.through(Activation::Gelu)), subgroup(SHAPES) + 1);
    let tiled = |shapes| dispatches(Algorithm::Tiled, Pass::InputGrad, shapes);
    assert_eq!(tiled(SHAPES.through(Activation::Gelu).onto(Factor::ONE)), tiled(SHAPES));
}

#[test]
fn only_the_gradients_that_are_asked_for_are_computed() {
    let ctx = context();
    let conv = Conv::<2>::new([3, 3]).build().unwrap();
    let (x, dy) = (ctx.zeros(&[2, 4, 7, 7]).unwrap(), ctx.zeros(&[2, 6, 5, 5]).unwrap());
    let mut program = Program::new(ctx);
    program.conv_kernel_grad(&conv, &x, &dy).unwrap();
    assert_eq!(program.len(), 1);
    for algorithm in [Algorithm::Direct, Algorithm::Tiled, Algorithm::Subgroup] {
        let spec = spec(algorithm, Pass::KernelGrad, SHAPES);
        let kernels: Vec<&str> = spec.steps().map(|step| step.kernel).collect();
        let own = |kernel: &&str| kernel.starts_with("conv/kernel_grad") || *kernel == "common/sum_slices";
        assert!(kernels.iter().all(own), "{kernels:?}");
    }
}

/// A gradient of two uses of x, and of two halves of a batch.
#[test]
fn gradients_add_up_in_a_program() {
    let ctx = context();
    let conv = Conv::<1>::new([2]).build().unwrap();
    let tensor = |shape: &[usize], values: &[f32]| ctx.tensor(shape, values).unwrap();
    let (x, w) = (tensor(&[1, 1, 3], &[1.0, -2.0, 3.0]), tensor(&[1, 1, 2], &[10.0, 1.0]));
    let (dy, b) = (tensor(&[1, 1, 2], &[1.0, 2.0]), tensor(&[1], &[5.0]));
    let (dx, dw, db) = (tensor(&[1, 1, 3], &[100.0; 3]), tensor(&[1, 1, 2], &[f32::NAN; 2]), tensor(&[1], &[1.0]));
    let y = tensor(&[1, 1, 2], &[0.5, 0.25]);
    let mut program = Program::new(ctx);
    program.conv_input_grad_onto(&conv, &dy, &w, Through::Output(Activation::Relu, &x), &dx, Factor::ONE).unwrap();
    program.conv_input_grad_onto(&conv, &dy, &w, Through::Nothing, &dx, factor(2.0)).unwrap();
    program.conv_kernel_grad_onto(&conv, &x, &dy, &dw, Factor::ZERO).unwrap();
    program.conv_kernel_grad_onto(&conv, &x, &dy, &dw, Factor::ONE).unwrap();
    program.conv_bias_grad_onto(&conv, &dy, &db, Factor::ONE).unwrap();
    let z = program.conv_forward_residual(&conv, &x, &w, Some(&b), &y, factor(2.0)).unwrap();
    program.conv_forward_onto(&conv, &x, &w, None, &y, factor(4.0)).unwrap();
    let du = program.conv_input_grad_through_input(&conv, Activation::Silu, &dy, &w, &x).unwrap();
    program.run().unwrap();
    // input_grad gives 10, 21, 2; kernel_grad -3, 4; forward 8, -17.
    assert_eq!(dx.read_blocking().unwrap(), [230.0, 221.0, 206.0]);
    assert_eq!(dw.read_blocking().unwrap(), [-6.0, 8.0]);
    assert_eq!(db.read_blocking().unwrap(), [4.0]);
    assert_eq!(z.read_blocking().unwrap(), [14.0, -11.5]);
    assert_eq!(y.read_blocking().unwrap(), [10.0, -16.0]);
    assert_eq!(du.shape(), x.shape());
}

#[test]
fn what_cannot_be_is_refused() {
    let ctx = context();
    let conv = Conv::<1>::new([2]).build().unwrap();
    let (x, w) = (ctx.zeros(&[1, 1, 3]).unwrap(), ctx.zeros(&[1, 1, 2]).unwrap());
    let dy = ctx.zeros(&[1, 1, 2]).unwrap();
    let falling = Activation::leaky_relu(-1.0).unwrap();
    for activation in [Activation::Silu, Activation::Gelu, Activation::GeluTanh, falling] {
        let error = conv.input_grad_through(ctx, activation, &dy, &w, &x).unwrap_err();
        assert!(matches!(error, Error::InvalidParameter { parameter: "activation", .. }), "{error}");
        assert!(error.to_string().contains("input_grad_through_input"), "{error}");
        assert!(conv.input_grad_through_input(ctx, activation, &dy, &w, &x).is_ok());
    }
    assert!(conv.input_grad_through_input(ctx, Activation::Tanh, &dy, &w, &x).is_err());
    for value in [f32::NAN, f32::INFINITY] {
        assert!(matches!(Factor::new(value), Err(Error::InvalidParameter { .. })));
        assert!(Activation::leaky_relu(value).is_err());
    }
    let error = conv.kernel_grad_onto(ctx, &x, &dy, &x, Factor::ONE).unwrap_err();
    assert!(matches!(error, Error::ShapeMismatch { operand: Operand::Dw, .. }), "{error}");
    let error = conv.kernel_grad_onto(ctx, &x, &dy, &dy, Factor::ONE).unwrap_err();
    assert!(matches!(error, Error::AliasedBinding { output: Operand::Dw, .. }), "{error}");
    let error = conv.forward_residual(ctx, &x, &w, None, &x, Factor::ONE).unwrap_err();
    assert!(matches!(error, Error::ShapeMismatch { operand: Operand::Residual, .. }), "{error}");
    let transposed = ConvTranspose::<1>::new([2]).build().unwrap();
    let error = transposed.input_grad_through(ctx, Activation::Silu, &x, &w, &dy).unwrap_err();
    assert!(
        matches!(error, Error::InvalidParameter { operator: "ConvTranspose", parameter: "activation", .. }),
        "{error}"
    );
    let error = transposed.forward_onto(ctx, &dy, &w, None, &dy, Factor::ONE).unwrap_err();
    assert!(matches!(error, Error::ShapeMismatch { operator: "ConvTranspose", operand: Operand::Y, .. }), "{error}");
    let error = transposed.input_grad_onto(ctx, &x, &w, Through::Nothing, &w, Factor::ONE).unwrap_err();
    assert!(matches!(error, Error::AliasedBinding { output: Operand::Dx, .. }), "{error}");
}
