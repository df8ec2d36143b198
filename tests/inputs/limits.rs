//! Problems that a device's limits do not allow, reached with small tensors by [`Context::with_limits`].

use wgconv::{Context, Conv, DeviceLimits, Error, MaxPool, Operand, Tensor, nn};

use crate::{assert_errors, assert_works, context, error_of};

/// The shared context with some limits lowered.
fn limited(change: impl FnOnce(&mut DeviceLimits)) -> wgconv::Result<Context> {
    let mut limits = *context().limits();
    change(&mut limits);
    context().with_limits(limits)
}

/// As many different numbers as the shape takes.
fn tensor(ctx: &Context, shape: &[usize]) -> Tensor {
    let values: Vec<f32> = (0..shape.iter().product::<usize>()).map(|i| (i % 17) as f32 - 8.0).collect();
    ctx.tensor(shape, &values).unwrap()
}

#[test]
fn one_sample_above_the_binding_limit() {
    let ctx = limited(|limits| limits.max_storage_binding_bytes = 1024).unwrap();
    let conv = Conv::<1>::new([2]).build().unwrap();
    let w = tensor(&ctx, &[1, 1, 2]);
    let large = tensor(&ctx, &[2, 1, 257]);
    let (dy, x) = (tensor(&ctx, &[2, 1, 256]), [2, 1, 257]);
    let pool = MaxPool::<1>::new([2]).build().unwrap();
    assert_errors! {
        conv.forward(&ctx, &large, &w, None) => Error::SampleTooLarge { operand: Operand::X, limit: 1024, .. },
        conv.input_grad(&ctx, &dy, &w, &x) => Error::SampleTooLarge { operand: Operand::Dx, .. },
        conv.kernel_grad(&ctx, &large, &dy) => Error::SampleTooLarge { operand: Operand::X, .. },
        conv.bias_grad(&ctx, &large) => Error::SampleTooLarge { operand: Operand::Dy, .. },
        pool.forward(&ctx, &large) => Error::SampleTooLarge { operand: Operand::X, .. },
        nn::softmax_cross_entropy(&ctx, &tensor(&ctx, &[2, 257]), &ctx.zeros(&[2]).unwrap())
            => Error::SampleTooLarge { operand: Operand::X, .. },
    }
    let message = error_of(conv.forward(&ctx, &large, &w, None)).to_string();
    let parts = ["one sample of x", "1024 bytes", "max_storage_buffer_binding_size", "smaller spatial extents"];
    assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    assert_works(&ctx);
}

#[test]
fn a_kernel_above_the_binding_limit() {
    let ctx = limited(|limits| limits.max_storage_binding_bytes = 1024).unwrap();
    let conv = Conv::<1>::new([1]).build().unwrap();
    let (x, w) = (tensor(&ctx, &[1, 20, 3]), tensor(&ctx, &[13, 20, 1]));
    let dy = tensor(&ctx, &[1, 13, 3]);
    assert_errors! {
        conv.forward(&ctx, &x, &w, None) => Error::LimitExceeded { limit: "max_storage_buffer_binding_size", needed: 1040, available: 1024, .. },
        conv.input_grad(&ctx, &dy, &w, x.shape()) => Error::LimitExceeded { needed: 1040, .. },
        conv.kernel_grad(&ctx, &x, &dy) => Error::LimitExceeded { needed: 1040, .. },
    }
    let message = error_of(conv.forward(&ctx, &x, &w, None)).to_string();
    assert!(["w needs", "1040", "1024"].iter().all(|part| message.contains(part)), "{message}");
    assert_works(&ctx);
}

#[test]
fn more_workgroups_than_one_axis_has_fold_and_then_are_an_error() {
    let ctx = limited(|limits| limits.max_workgroups_per_dimension = 2).unwrap();
    let conv = Conv::<1>::new([2]).build().unwrap();
    // Eight workgroups of 64 are what a grid of 2 x 2 x 2 has; an invocation owns 4 outputs.
    let forward = |ctx: &Context, cells: usize| {
        let (x, w) = (tensor(ctx, &[1, 1, cells + 1]), tensor(ctx, &[1, 1, 2]));
        conv.forward(ctx, &x, &w, None)?.read_blocking()
    };
    for cells in [1, 64, 257, 300, 1500, 2048] {
        assert_eq!(forward(&ctx, cells).unwrap(), forward(context(), cells).unwrap(), "{cells}");
    }
    assert_errors!(forward(&ctx, 2049) => Error::LimitExceeded { needed: 9, available: 8, .. });
    assert_works(&ctx);
}

#[test]
fn more_classes_than_a_shader_may_loop_over() {
    let ctx = limited(|limits| limits.max_loop_iterations = 100).unwrap();
    let loss = |classes| {
        let x = tensor(&ctx, &[1, classes]);
        nn::softmax_cross_entropy(&ctx, &x, &ctx.zeros(&[1]).unwrap())
    };
    assert!(loss(64 * 27).is_ok());
    assert_errors!(loss(64 * 27 + 1) => Error::LimitExceeded { limit: "loop iterations of an invocation", .. });
    assert_works(&ctx);
}

/// The error adds up all regions of the workspace and holds them against the smaller of the two limits.
#[test]
fn a_batch_normalisation_above_the_workspace() {
    let ctx = limited(|limits| limits.max_storage_binding_bytes = 4096).unwrap();
    let plan = |ctx: &Context, channels| {
        let pass = nn::BatchNormPass::Training { residual: false };
        nn::BatchNorm::new().plan(ctx, pass, &[2, channels, 1])
    };
    // A vec4 for each channel's moments, another for its coefficients.
    assert!(plan(&ctx, 128).is_ok());
    assert_errors! {
        plan(&ctx, 192) => Error::LimitExceeded { limit: "workspace", needed: 6144, available: 4096, .. },
        plan(context(), 4 << 20) => Error::LimitExceeded { limit: "workspace", needed: 0x800_0000, available: 0x400_0000, .. },
    }
    assert_works(&ctx);
}

#[test]
fn limits_above_those_of_the_device() {
    assert_errors! {
        limited(|limits| limits.max_workgroups_per_dimension += 1) => Error::LimitExceeded { limit: "max_workgroups_per_dimension", .. },
        limited(|limits| limits.max_invocations_per_workgroup += 1) => Error::LimitExceeded { .. },
        limited(|limits| limits.max_workgroup_storage_bytes += 1) => Error::LimitExceeded { limit: "max_workgroup_storage_bytes", .. },
        limited(|limits| limits.max_storage_buffers += 1) => Error::LimitExceeded { .. },
        limited(|limits| limits.max_storage_binding_bytes += 4) => Error::LimitExceeded { .. },
        limited(|limits| limits.max_buffer_bytes += 1) => Error::LimitExceeded { .. },
        limited(|limits| limits.max_loop_iterations += 1) => Error::LimitExceeded { .. },
        limited(|limits| limits.max_loop_iterations = 7) => Error::LimitExceeded { .. },
        limited(|limits| limits.max_workgroups_per_dimension = 0) => Error::LimitExceeded { .. },
    }
    assert_works(context());
}

/// A smaller alignment than the device's would make every chunk's binding invalid.
#[test]
fn alignments_below_those_of_the_device() {
    let parameter =
        |name| move |error: &Error| matches!(error, Error::InvalidParameter { parameter, .. } if *parameter == name);
    let own = *context().limits();
    if own.storage_alignment > 4 {
        let error = error_of(limited(|limits| limits.storage_alignment /= 2));
        assert!(parameter("storage_alignment")(&error), "{error:?}");
    }
    if own.uniform_alignment > 4 {
        let error = error_of(limited(|limits| limits.uniform_alignment /= 2));
        assert!(parameter("uniform_alignment")(&error), "{error:?}");
    }
    let error = error_of(limited(|limits| limits.storage_alignment += 4));
    assert!(parameter("storage_alignment")(&error), "no power of two: {error:?}");
    let coarse = limited(|limits| limits.storage_alignment *= 2).unwrap();
    assert_works(&coarse);
}
