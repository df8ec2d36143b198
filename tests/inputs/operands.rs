//! Tensors that do not fit an operator or each other, and tensors of another context.

use wgconv::nn::{AdamHyper, BatchNorm, BatchNormTensors, Dropout};
use wgconv::{Activation, AvgPool, Context, ContextOptions, Conv, ConvTranspose, Error, MaxPool, Operand, Program, nn};

use crate::{assert_errors, assert_works, context, own_context, zeros};

#[test]
fn convolution_operands() {
    let ctx = context();
    let conv = Conv::<1>::new([3]).build().unwrap();
    let (x, w) = (zeros(&[2, 4, 9]), zeros(&[6, 4, 3]));
    let (dy, b) = (zeros(&[2, 6, 7]), zeros(&[6]));
    assert!(conv.forward(ctx, &x, &w, Some(&b)).is_ok());
    assert_errors! {
        conv.forward(ctx, &zeros(&[2, 4, 9, 1]), &w, None) => Error::RankMismatch { operand: Operand::X, .. },
        conv.forward(ctx, &x, &zeros(&[6, 4]), None) => Error::RankMismatch { operand: Operand::W, .. },
        conv.forward(ctx, &x, &zeros(&[6, 4, 5]), None) => Error::ShapeMismatch { operand: Operand::W, .. },
        conv.forward(ctx, &x, &zeros(&[6, 3, 3]), None) => Error::GroupMismatch { .. },
        conv.forward(ctx, &x, &w, Some(&zeros(&[5]))) => Error::ShapeMismatch { operand: Operand::B, .. },
        conv.forward(ctx, &x, &w, Some(&zeros(&[6, 1]))) => Error::ShapeMismatch { operand: Operand::B, .. },
        conv.input_grad(ctx, &zeros(&[2, 6, 8]), &w, x.shape()) => Error::ShapeMismatch { operand: Operand::Dy, .. },
        conv.input_grad(ctx, &dy, &w, &[2, 4, 10]) => Error::ShapeMismatch { operand: Operand::Dy, .. },
        conv.input_grad(ctx, &dy, &w, &[2, 4]) => Error::RankMismatch { operand: Operand::X, .. },
        conv.input_grad(ctx, &dy, &w, &[2, 0, 9]) => Error::ZeroExtent { operand: Operand::X, .. },
        conv.input_grad(ctx, &dy, &w, &[2, 4, usize::MAX]) => Error::TooManyElements { operand: Operand::X, .. },
        conv.input_grad_through(ctx, Activation::Relu, &dy, &w, &zeros(&[2, 4, 10])) => Error::ShapeMismatch { operand: Operand::Dy, .. },
        conv.kernel_grad(ctx, &x, &zeros(&[3, 6, 7])) => Error::ShapeMismatch { operand: Operand::Dy, .. },
        conv.kernel_grad(ctx, &x, &zeros(&[2, 6])) => Error::RankMismatch { operand: Operand::Dy, .. },
        conv.bias_grad(ctx, &zeros(&[2, 6])) => Error::RankMismatch { operand: Operand::Dy, .. },
    }
    assert_works(ctx);
}

#[test]
fn transposed_convolution_operands() {
    let ctx = context();
    let conv = ConvTranspose::<1>::new([3]).stride([2]).groups(2).build().unwrap();
    let (x, w) = (zeros(&[2, 4, 5]), zeros(&[4, 3, 3]));
    let (dy, b) = (zeros(&[2, 6, 11]), zeros(&[6]));
    assert!(conv.forward(ctx, &x, &w, Some(&b)).is_ok());
    assert_errors! {
        conv.forward(ctx, &zeros(&[2, 4]), &w, None) => Error::RankMismatch { operand: Operand::X, .. },
        conv.forward(ctx, &x, &zeros(&[6, 2, 3]), None) => Error::ShapeMismatch { operand: Operand::W, .. },
        conv.forward(ctx, &x, &w, Some(&zeros(&[3]))) => Error::ShapeMismatch { operand: Operand::B, .. },
        conv.input_grad(ctx, &zeros(&[2, 6, 10]), &w, x.shape()) => Error::ShapeMismatch { operand: Operand::Dy, .. },
        conv.input_grad(ctx, &dy, &w, &[2, 4, 6]) => Error::ShapeMismatch { operand: Operand::Dy, .. },
        conv.input_grad(ctx, &dy, &w, &[2, 4]) => Error::RankMismatch { operand: Operand::X, .. },
        conv.kernel_grad(ctx, &x, &zeros(&[3, 6, 11])) => Error::ShapeMismatch { operand: Operand::Dy, .. },
        conv.kernel_grad(ctx, &x, &zeros(&[2, 5, 11])) => Error::InvalidParameter { parameter: "groups", .. },
        conv.kernel_grad(ctx, &zeros(&[2, 3, 5]), &dy) => Error::InvalidParameter { parameter: "groups", .. },
        conv.kernel_grad(ctx, &x, &zeros(&[2, 6])) => Error::RankMismatch { operand: Operand::Dy, .. },
        conv.bias_grad(ctx, &zeros(&[2, 6])) => Error::RankMismatch { operand: Operand::Dy, .. },
        conv.bias_grad(ctx, &zeros(&[2, 5, 11])) => Error::InvalidParameter { parameter: "groups", .. },
    }
    assert_works(ctx);
}

#[test]
fn groups_that_do_not_divide_the_channels() {
    let ctx = context();
    let conv = Conv::<1>::new([3]).groups(2).build().unwrap();
    assert_errors! {
        conv.kernel_grad(ctx, &zeros(&[2, 3, 9]), &zeros(&[2, 6, 7])) => Error::GroupMismatch { channels_in: 3, .. },
        conv.kernel_grad(ctx, &zeros(&[2, 1, 9]), &zeros(&[2, 6, 7])) => Error::GroupMismatch { channels_in: 1, .. },
        conv.kernel_grad(ctx, &zeros(&[2, 4, 9]), &zeros(&[2, 5, 7])) => Error::GroupMismatch { channels_out: 5, .. },
        conv.bias_grad(ctx, &zeros(&[2, 5, 7])) => Error::InvalidParameter { parameter: "groups", .. },
    }
    assert_works(ctx);
}

#[test]
fn pooling_operands() {
    let ctx = context();
    let (max, average) = (MaxPool::<1>::new([2]).build().unwrap(), AvgPool::<1>::new([2]).build().unwrap());
    let x = zeros(&[2, 3, 8]);
    let (y, indices) = max.forward_with_indices(ctx, &x).unwrap();
    let short = ctx.zeros::<u32>(&[2, 3, 3]).unwrap();
    assert_errors! {
        max.forward(ctx, &zeros(&[3, 8])) => Error::RankMismatch { .. },
        max.forward(ctx, &zeros(&[2, 3, 1])) => Error::WindowTooLarge { .. },
        max.backward(ctx, &zeros(&[2, 3, 5]), &indices, x.shape()) => Error::ShapeMismatch { operand: Operand::Dy, .. },
        max.backward(ctx, &y, &short, x.shape()) => Error::ShapeMismatch { operand: Operand::Indices, .. },
        max.backward(ctx, &y, &indices, &[2, 3, 10]) => Error::ShapeMismatch { operand: Operand::Dy, .. },
        max.backward(ctx, &y, &indices, &[2, 8]) => Error::RankMismatch { operand: Operand::X, .. },
        average.backward(ctx, &zeros(&[2, 3, 5]), x.shape()) => Error::ShapeMismatch { operand: Operand::Dy, .. },
        average.backward(ctx, &y, &[2, 3, usize::MAX]) => Error::TooManyElements { .. },
    }
    assert_works(ctx);
}

/// Contexts whose shaders have run-time checks and have none: values from buffers must be safe in both.
fn checked_and_unchecked() -> [Context; 2] {
    [true, false].map(|checked_shaders| {
        let options = ContextOptions { checked_shaders, ..ContextOptions::default() };
        Context::with_options_blocking(&options).unwrap()
    })
}

/// Backward only compares indices, so that one from nowhere belongs to no cell.
#[test]
fn an_index_outside_the_plane_belongs_to_no_cell() {
    checked_and_unchecked().iter().for_each(backward_with_indices_from_nowhere);
}

fn backward_with_indices_from_nowhere(ctx: &Context) {
    let max = MaxPool::<1>::new([2]).build().unwrap();
    let dy = ctx.tensor(&[1, 1, 3], &[1.0, 2.0, 4.0]).unwrap();
    let indices = ctx.tensor(&[1, 1, 3], &[u32::MAX, 3, 6]).unwrap();
    let dx = max.backward(ctx, &dy, &indices, &[1, 1, 6]).unwrap();
    assert_eq!(dx.read_blocking().unwrap(), [0.0, 0.0, 0.0, 2.0, 0.0, 0.0]);
}

/// As documented: loss and gradient of that sample are 0, the mean is over all samples.
#[test]
fn a_label_that_is_no_class_makes_its_sample_count_for_nothing() {
    checked_and_unchecked().iter().for_each(loss_with_labels_from_nowhere);
}

fn loss_with_labels_from_nowhere(ctx: &Context) {
    let logits = ctx.tensor(&[3, 2], &[1.0; 6]).unwrap();
    let labels = ctx.tensor(&[3], &[2, 1, u32::MAX]).unwrap();
    let (loss, dx) = nn::softmax_cross_entropy(ctx, &logits, &labels).unwrap();
    let (loss, dx) = (loss.read_blocking().unwrap(), dx.read_blocking().unwrap());
    assert_eq!([loss[0], loss[2]], [0.0; 2]);
    assert!((loss[1] - 2f32.ln()).abs() < 1e-6);
    assert_eq!([dx[0], dx[1], dx[4], dx[5]], [0.0; 4]);
    assert!((dx[2] - 1.0 / 6.0).abs() < 1e-6 && (dx[3] + 1.0 / 6.0).abs() < 1e-6, "{dx:?}");
}

#[test]
fn dense_loss_and_optimiser_operands() {
    let ctx = context();
    let (x, w, dy) = (zeros(&[2, 3]), zeros(&[4, 3]), zeros(&[2, 4]));
    let labels = |n: usize| ctx.zeros::<u32>(&[n]).unwrap();
    let (v, hyper) = (zeros(&[4, 3]), zeros(&[3]));
    assert!(nn::sgd(ctx, &w, &zeros(&[4, 3]), &v, &hyper).is_ok());
    assert_errors! {
        nn::dense_forward(ctx, &zeros(&[2, 3, 1]), &w, None) => Error::RankMismatch { operand: Operand::X, expected: 2, .. },
        nn::dense_forward(ctx, &x, &zeros(&[12]), None) => Error::RankMismatch { operand: Operand::W, .. },
        nn::dense_forward(ctx, &x, &zeros(&[4, 5]), None) => Error::GroupMismatch { .. },
        nn::dense_forward(ctx, &x, &w, Some(&zeros(&[3]))) => Error::ShapeMismatch { operand: Operand::B, .. },
        nn::dense_input_grad(ctx, &dy, &zeros(&[5, 3])) => Error::ShapeMismatch { operand: Operand::Dy, .. },
        nn::dense_input_grad_through(ctx, Activation::Relu, &dy, &w, &zeros(&[2, 4])) => Error::ShapeMismatch { operand: Operand::X, .. },
        nn::dense_kernel_grad(ctx, &x, &zeros(&[3, 4])) => Error::ShapeMismatch { operand: Operand::Dy, .. },
        nn::dense_bias_grad(ctx, &zeros(&[4])) => Error::RankMismatch { operand: Operand::Dy, .. },
        nn::relu_grad(ctx, &x, &dy) => Error::ShapeMismatch { operand: Operand::Dy, .. },
        nn::sigmoid_grad(ctx, &x, &dy) => Error::ShapeMismatch { operand: Operand::Dy, .. },
        nn::half_squared_error(ctx, &x, &dy) => Error::ShapeMismatch { operand: Operand::Target, .. },
        nn::softmax_cross_entropy(ctx, &zeros(&[2, 3, 1]), &labels(2)) => Error::RankMismatch { operand: Operand::X, .. },
        nn::softmax_cross_entropy(ctx, &x, &labels(3)) => Error::ShapeMismatch { operand: Operand::Target, .. },
        nn::sgd(ctx, &w, &x, &v, &hyper) => Error::ShapeMismatch { operand: Operand::Dw, .. },
        nn::sgd(ctx, &w, &zeros(&[4, 3]), &x, &hyper) => Error::ShapeMismatch { operand: Operand::State, .. },
        nn::sgd(ctx, &w, &zeros(&[4, 3]), &v, &zeros(&[2])) => Error::ShapeMismatch { operand: Operand::Hyper, .. },
        nn::sgd(ctx, &w, &zeros(&[4, 3]), &w, &hyper) => Error::AliasedBinding { .. },
        nn::sgd(ctx, &w, &w, &v, &hyper) => Error::AliasedBinding { .. },
    }
    assert_works(ctx);
}

#[test]
fn normalisation_dropout_and_adam_operands() {
    let ctx = context();
    let norm = BatchNorm::new();
    let (x, small) = (zeros(&[2, 3, 4]), zeros(&[2, 3, 5]));
    let tensors = BatchNormTensors::new(ctx, 3).unwrap();
    let four = BatchNormTensors::new(ctx, 4).unwrap();
    let shared = BatchNormTensors { running_var: tensors.running_mean.clone(), ..tensors.clone() };
    let saved = norm.forward_training(ctx, &x, &tensors, Some(&x)).unwrap();
    let (w, step) = (&tensors.w, ctx.zeros::<u32>(&[1]).unwrap());
    let two = ctx.zeros::<u32>(&[2]).unwrap();
    let half = Dropout::new(0.5, 1).unwrap();
    let (hyper, v, m) = (zeros(&[5]), zeros(&[3]), zeros(&[3]));
    assert!(norm.forward(ctx, &zeros(&[1, 3]), &tensors, None).is_ok(), "one element for each channel");
    assert_errors! {
        norm.forward_training(ctx, &zeros(&[1, 3, 1, 1]), &tensors, None) => Error::InvalidParameter { parameter: "shape of x", .. },
        norm.forward_training(ctx, &zeros(&[3]), &tensors, None) => Error::RankMismatch { operand: Operand::X, .. },
        norm.forward_training(ctx, &x, &four, None) => Error::ShapeMismatch { operand: Operand::W, .. },
        norm.forward_training(ctx, &x, &tensors, Some(&small)) => Error::ShapeMismatch { operand: Operand::Residual, .. },
        norm.forward_training(ctx, &x, &shared, None) => Error::AliasedBinding { .. },
        norm.forward(ctx, &x, &four, None) => Error::ShapeMismatch { operand: Operand::W, .. },
        norm.eps(-1.0).forward(ctx, &x, &tensors, None) => Error::InvalidParameter { parameter: "eps", .. },
        norm.eps(f32::NAN).forward(ctx, &x, &tensors, None) => Error::InvalidParameter { parameter: "eps", .. },
        norm.fold(&[1.0; 3], None, [&[1.0; 3], &[1.0; 3], &[1.0; 3], &[1.0, 0.5, -1e-5]]) => Error::InvalidParameter { parameter: "running variance", .. },
        norm.eps(0.0).fold(&[1.0], None, [&[1.0], &[1.0], &[1.0], &[0.0]]) => Error::InvalidParameter { parameter: "running variance", .. },
        norm.momentum(1.5).forward_training(ctx, &x, &tensors, None) => Error::InvalidParameter { parameter: "momentum", .. },
        norm.backward(ctx, &x, &small, w, &saved) => Error::ShapeMismatch { operand: Operand::Dy, .. },
        norm.backward(ctx, &small, &small, w, &saved).map(|_| norm.activation(Activation::Relu).backward(ctx, &small, &small, w, &saved)).unwrap() => Error::ShapeMismatch { operand: Operand::Y, .. },
        norm.backward(ctx, &x, &x, &four.w, &saved) => Error::ShapeMismatch { operand: Operand::W, .. },
        norm.fold(&[1.0; 9], None, [&[1.0; 3], &[1.0; 3], &[1.0; 2], &[1.0; 3]]) => Error::ShapeMismatch { operand: Operand::RunningMean, .. },
        norm.fold(&[1.0; 8], None, [&[1.0; 3]; 4]) => Error::ShapeMismatch { operand: Operand::W, .. },
        norm.fold(&[1.0; 9], Some(&[1.0; 2]), [&[1.0; 3]; 4]) => Error::ShapeMismatch { operand: Operand::B, .. },
        BatchNormTensors::new(ctx, 0) => Error::ZeroExtent { .. },
        Dropout::new(1.0, 1) => Error::InvalidParameter { parameter: "probability", .. },
        Dropout::new(f32::NAN, 1) => Error::InvalidParameter { parameter: "probability", .. },
        nn::dropout(ctx, &half, &x, &two) => Error::ShapeMismatch { operand: Operand::Step, .. },
        nn::advance(ctx, &two) => Error::ShapeMismatch { operand: Operand::Step, .. },
        nn::add(ctx, &x, &small) => Error::ShapeMismatch { operand: Operand::Residual, .. },
        nn::adam(ctx, w, w, [&m, &v], &hyper, &step) => Error::AliasedBinding { .. },
        nn::adam(ctx, w, &zeros(&[3]), [&m, &m], &hyper, &step) => Error::AliasedBinding { .. },
        nn::adam(ctx, w, &zeros(&[3]), [&m, &zeros(&[4])], &hyper, &step) => Error::ShapeMismatch { operand: Operand::SecondMoment, .. },
        nn::adamw(ctx, w, &zeros(&[3]), [&m, &v], &zeros(&[3]), &step) => Error::ShapeMismatch { operand: Operand::Hyper, .. },
        AdamHyper { beta2: 1.0, ..AdamHyper::default() }.values() => Error::InvalidParameter { parameter: "beta2", .. },
        AdamHyper { eps: -1.0, ..AdamHyper::default() }.values() => Error::InvalidParameter { parameter: "eps", .. },
        AdamHyper { eps: 1e-50, ..AdamHyper::default() }.values() => Error::InvalidParameter { parameter: "eps", .. },
        AdamHyper { learning_rate: 1e39, ..AdamHyper::default() }.values() => Error::InvalidParameter { parameter: "learning_rate", .. },
        AdamHyper { weight_decay: 1e39, ..AdamHyper::default() }.values() => Error::InvalidParameter { parameter: "weight_decay", .. },
    }
    assert_eq!(AdamHyper { eps: 0.0, ..AdamHyper::default() }.values().unwrap()[3], 0.0);
    // An activation without a kernel is an error in every pass, never a y without it.
    for &activation in Activation::ALL {
        let norm = norm.activation(activation);
        let results = [
            norm.forward_training(ctx, &x, &tensors, None).map(drop),
            norm.forward(ctx, &x, &tensors, None).map(drop),
            norm.backward(ctx, &x, &x, w, &saved).map(drop),
        ];
        for result in results {
            if matches!(activation, Activation::None | Activation::Relu) {
                result.unwrap();
            } else {
                assert_errors!(result => Error::InvalidParameter { parameter: "activation", expected: "none or relu", .. });
            }
        }
    }
    assert_works(ctx);
}

#[test]
fn tensors_of_another_context() {
    let ctx = context();
    let other = own_context();
    let relative = ctx.with_limits(*ctx.limits()).unwrap();
    let conv = Conv::<1>::new([2]).build().unwrap();
    let max = MaxPool::<1>::new([2]).build().unwrap();
    let (x, w) = (zeros(&[1, 1, 3]), zeros(&[1, 1, 2]));
    for foreign in [&other, &relative] {
        let their_x = foreign.zeros::<f32>(&[1, 1, 3]).unwrap();
        let their_b = foreign.zeros::<f32>(&[1]).unwrap();
        let mut program = Program::new(ctx);
        assert_errors! {
            conv.forward(ctx, &their_x, &w, None) => Error::WrongContext { operand: Operand::X },
            conv.forward(ctx, &x, &w, Some(&their_b)) => Error::WrongContext { operand: Operand::B },
            conv.forward(foreign, &their_x, &w, None) => Error::WrongContext { operand: Operand::W },
            max.forward(ctx, &their_x) => Error::WrongContext { operand: Operand::X },
            nn::relu(foreign, &x) => Error::WrongContext { operand: Operand::X },
            program.conv_forward(&conv, &their_x, &w, None) => Error::WrongContext { operand: Operand::X },
            program.copy(&x, &their_x, 0) => Error::WrongContext { operand: Operand::Y },
        }
        assert!(program.is_empty(), "what was refused is not in the program");
        assert_works(foreign);
    }
    assert_works(ctx);
}
