//! Parameters of the descriptors, and shapes that are wrong without any tensor.

use wgconv::{
    AdaptiveAvgPool, AdaptiveMaxPool, Addend, Algorithm, AvgPool, Conv, ConvShapes, ConvTranspose, DeviceLimits, Error,
    Factor, LpPool, MaxPool, Operand, Padding, PaddingMode, Pass, PlanOptions, PoolPass, Result,
};

use crate::{assert_errors, error_of};

const HUGE: usize = usize::MAX;

#[test]
fn convolution_parameters_outside_their_range() {
    assert_errors! {
        Conv::<2>::new([3, 0]).build() => Error::InvalidParameter { parameter: "kernel size", .. },
        Conv::<2>::new([HUGE, 3]).build() => Error::InvalidParameter { parameter: "kernel size", .. },
        Conv::<2>::new([3, 3]).stride([0, 1]).build() => Error::InvalidParameter { parameter: "stride", .. },
        Conv::<2>::new([3, 3]).stride([1, HUGE]).build() => Error::InvalidParameter { parameter: "stride", .. },
        Conv::<2>::new([3, 3]).dilation([1, 0]).build() => Error::InvalidParameter { parameter: "dilation", .. },
        Conv::<2>::new([3, 3]).dilation([HUGE, 1]).build() => Error::InvalidParameter { parameter: "dilation", .. },
        Conv::<2>::new([3, 3]).groups(0).build() => Error::InvalidParameter { parameter: "groups", .. },
        Conv::<2>::new([3, 3]).groups(HUGE).build() => Error::InvalidParameter { parameter: "groups", .. },
        Conv::<4>::new([3; 4]).build() => Error::InvalidParameter { parameter: "rank", .. },
        Conv::<0>::new([]).build() => Error::InvalidParameter { parameter: "rank", .. },
    }
}

#[test]
fn transposed_convolution_parameters_outside_their_range() {
    let conv = || ConvTranspose::<2>::new([3, 3]).stride([2, 1]).dilation([1, 3]);
    assert!(conv().output_padding([1, 2]).build().is_ok());
    assert_errors! {
        ConvTranspose::<2>::new([3, 0]).build() => Error::InvalidParameter { parameter: "kernel size", .. },
        conv().stride([0, 1]).build() => Error::InvalidParameter { parameter: "stride", .. },
        conv().dilation([1, HUGE]).build() => Error::InvalidParameter { parameter: "dilation", .. },
        conv().groups(0).build() => Error::InvalidParameter { parameter: "groups", .. },
        conv().groups(HUGE).build() => Error::InvalidParameter { parameter: "groups", .. },
        conv().output_padding([2, 0]).build() => Error::InvalidParameter { parameter: "output_padding", .. },
        conv().output_padding([0, 3]).build() => Error::InvalidParameter { parameter: "output_padding", .. },
        conv().output_padding([HUGE, 0]).build() => Error::InvalidParameter { parameter: "output_padding", .. },
        conv().output_padding([1, 0]).padding(Padding::Same).build()
            => Error::InvalidParameter { parameter: "output_padding", .. },
        conv().output_padding([1, 0]).output_shape([9, 9]).build()
            => Error::InvalidParameter { parameter: "output_padding", .. },
        conv().output_shape([9, 0]).build() => Error::InvalidParameter { parameter: "output_shape", .. },
        conv().output_shape([HUGE, 9]).build() => Error::InvalidParameter { parameter: "output_shape", .. },
        ConvTranspose::<4>::new([3; 4]).build() => Error::InvalidParameter { parameter: "rank", .. },
        ConvTranspose::<0>::new([]).build() => Error::InvalidParameter { parameter: "rank", .. },
    }
    let error = error_of(conv().output_padding([2, 0]).build()).to_string();
    let parts =
        ["output_padding is [2, 0]", "stride of 2", "dilation of 1", "axis 0", "below the stride or the dilation"];
    assert!(parts.iter().all(|part| error.contains(part)), "{error}");
}

#[test]
fn transposed_convolution_shapes_that_cannot_be() {
    let conv = || ConvTranspose::<1>::new([3]).stride([2]);
    let plan = |conv: wgconv::ConvTransposeBuilder<1>, x: &[usize], w: &[usize]| {
        let shapes = ConvShapes::new(x, w);
        conv.build()?.plan_spec(&DeviceLimits::default(), Pass::Forward, shapes, &PlanOptions::default())
    };
    let padded = |cells| conv().padding(Padding::Symmetric([cells]));
    assert!(plan(padded(3), &[1, 4, 4], &[4, 2, 3]).is_ok());
    assert_errors! {
        plan(conv(), &[1, 4, 4, 4], &[4, 2, 3]) => Error::RankMismatch { operand: Operand::X, .. },
        plan(conv(), &[1, 4, 4], &[4, 2]) => Error::RankMismatch { operand: Operand::W, .. },
        plan(conv(), &[1, 4, 4], &[4, 0, 3]) => Error::ZeroExtent { operand: Operand::W, .. },
        plan(conv(), &[1, 4, 4], &[3, 2, 3]) => Error::ShapeMismatch { operand: Operand::W, .. },
        plan(conv(), &[1, 4, 4], &[4, 2, 5]) => Error::ShapeMismatch { operand: Operand::W, .. },
        plan(conv().groups(3), &[1, 4, 4], &[4, 2, 3]) => Error::InvalidParameter { parameter: "groups", .. },
        plan(padded(5), &[1, 4, 4], &[4, 2, 3]) => Error::NothingLeft { axis: 0, input: 4, full: 9, low: 5, high: 5, .. },
        plan(conv().output_shape([11]), &[1, 4, 4], &[4, 2, 3])
            => Error::OutputOutOfReach { axis: 0, output: 11, least: 9, most: 10, .. },
        plan(conv().output_shape([8]), &[1, 4, 4], &[4, 2, 3]) => Error::OutputOutOfReach { least: 9, most: 10, .. },
        plan(conv().output_shape([11]).padding(Padding::Same), &[1, 4, 4], &[4, 2, 3])
            => Error::OutputOutOfReach { least: 1, most: 10, .. },
        plan(conv(), &[1, 1, 1 << 31], &[1, 1, 3]) => Error::LimitExceeded { limit: "31-bit coordinates", .. },
        plan(padded(HUGE), &[1, 1, 5], &[1, 1, 3]) => Error::LimitExceeded { .. },
        plan(conv().dilation([u32::MAX as usize]), &[1, 1, 5], &[1, 1, 3]) => Error::LimitExceeded { .. },
        plan(ConvTranspose::<1>::new([1]), &[1, 1, 70_000], &[1, 70_000, 1])
            => Error::TooManyElements { operand: Operand::Y, .. },
    }
    let error = error_of(plan(conv().output_shape([11]), &[1, 4, 4], &[4, 2, 3])).to_string();
    assert!(["asks for 11 cells", "axis 0", "4 cells", "9 to 10"].iter().all(|part| error.contains(part)), "{error}");
}

#[test]
fn pooling_parameters_outside_their_range() {
    let padded = |low, high| MaxPool::<1>::new([3]).padding(Padding::Explicit { low: [low], high: [high] }).build();
    assert!(padded(2, 2).is_ok());
    assert_errors! {
        MaxPool::<2>::new([2, 0]).build() => Error::InvalidParameter { parameter: "window", .. },
        MaxPool::<2>::new([HUGE, 2]).build() => Error::InvalidParameter { parameter: "window", .. },
        MaxPool::<2>::new([2, 2]).stride([0, 2]).build() => Error::InvalidParameter { parameter: "stride", .. },
        MaxPool::<2>::new([2, 2]).dilation([2, 0]).build() => Error::InvalidParameter { parameter: "dilation", .. },
        MaxPool::<4>::new([2; 4]).build() => Error::InvalidParameter { parameter: "rank", .. },
        padded(3, 0) => Error::InvalidParameter { parameter: "padding", .. },
        padded(0, HUGE) => Error::InvalidParameter { parameter: "padding", .. },
        AvgPool::<1>::new([2]).stride([0]).build() => Error::InvalidParameter { parameter: "stride", .. },
        AvgPool::<1>::new([2]).divisor_override(0).build() => Error::InvalidParameter { parameter: "divisor_override", .. },
        AvgPool::<1>::new([2]).divisor_override(HUGE).build() => Error::InvalidParameter { parameter: "divisor_override", .. },
    }
}

/// Plans a forward pass without a device.
fn forward(conv: wgconv::ConvBuilder<1>, x: &[usize], w: &[usize]) -> Result<wgconv::PlanSpec> {
    let shapes = ConvShapes::new(x, w);
    conv.build()?.plan_spec(&DeviceLimits::default(), Pass::Forward, shapes, &PlanOptions::default())
}

#[test]
fn convolution_shapes_that_cannot_be() {
    let conv = || Conv::<1>::new([3]);
    assert_errors! {
        forward(conv(), &[1, 1, 1, 5], &[1, 1, 3]) => Error::RankMismatch { operand: Operand::X, expected: 3, .. },
        forward(conv(), &[], &[1, 1, 3]) => Error::RankMismatch { operand: Operand::X, .. },
        forward(conv(), &[1, 1, 5], &[1, 3]) => Error::RankMismatch { operand: Operand::W, .. },
        forward(conv(), &[0, 1, 5], &[1, 1, 3]) => Error::ZeroExtent { operand: Operand::X, .. },
        forward(conv(), &[1, 1, 5], &[0, 1, 3]) => Error::ZeroExtent { operand: Operand::W, .. },
        forward(conv(), &[1, 1, 5], &[1, 1, 4]) => Error::ShapeMismatch { operand: Operand::W, .. },
        forward(conv(), &[1, 2, 5], &[1, 1, 3]) => Error::GroupMismatch { .. },
        forward(conv().groups(2), &[1, 4, 5], &[3, 2, 3]) => Error::GroupMismatch { .. },
        forward(conv().groups(3), &[1, 4, 5], &[3, 1, 3]) => Error::GroupMismatch { .. },
        forward(conv(), &[1, 1, 2], &[1, 1, 3]) => Error::WindowTooLarge { axis: 0, input: 2, window: 3, .. },
        forward(conv().dilation([3]), &[1, 1, 5], &[1, 1, 3]) => Error::WindowTooLarge { window: 7, .. },
    }
}

#[test]
fn padding_that_would_look_at_the_input_twice() {
    let conv = |mode, low, high| {
        let conv = Conv::<1>::new([3]).padding_mode(mode).padding(Padding::Explicit { low: [low], high: [high] });
        forward(conv, &[1, 1, 5], &[1, 1, 3])
    };
    let (reflect, circular) = (PaddingMode::Reflect, PaddingMode::Circular);
    for (mode, low, high) in [(reflect, 4, 4), (circular, 5, 5), (PaddingMode::Replicate, 900, 70), (reflect, 0, 0)] {
        assert!(conv(mode, low, high).is_ok(), "{mode}");
    }
    assert_errors! {
        conv(reflect, 5, 0) => Error::PaddingTooLarge { axis: 0, padding: 5, input: 5, most: 4, .. },
        conv(reflect, 0, 5) => Error::PaddingTooLarge { mode: PaddingMode::Reflect, .. },
        conv(circular, 6, 0) => Error::PaddingTooLarge { padding: 6, most: 5, .. },
        conv(circular, 1, 6) => Error::PaddingTooLarge { mode: PaddingMode::Circular, .. },
    }
    // The second axis is at fault, and the padding is what `Same` makes it.
    let same = Conv::<2>::new([3, 5]).padding(Padding::Same).padding_mode(reflect);
    let shapes = ConvShapes::new(&[1, 1, 9, 2], &[1, 1, 3, 5]);
    let error = same.build().unwrap().problem(&shapes).unwrap_err();
    assert!(matches!(error, Error::PaddingTooLarge { axis: 1, padding: 2, most: 1, .. }), "{error}");
    assert!(error.to_string().contains("padding_mode reflect with a padding of 2 cells"), "{error}");
}

#[test]
fn numbers_that_32_bits_cannot_hold() {
    let conv = || Conv::<1>::new([3]);
    let low = |low| Padding::Explicit { low: [low], high: [0] };
    let most = u32::MAX as usize;
    assert_errors! {
        forward(conv(), &[HUGE, HUGE, HUGE], &[1, 1, 3]) => Error::TooManyElements { operand: Operand::X, .. },
        forward(conv(), &[1, 1, most + 1], &[1, 1, 3]) => Error::TooManyElements { operand: Operand::X, .. },
        forward(conv(), &[1, 1, 5], &[HUGE, 2, 3]) => Error::TooManyElements { operand: Operand::W, .. },
        forward(Conv::<1>::new([1]), &[1, 1, 70_000], &[70_000, 1, 1]) => Error::TooManyElements { operand: Operand::Y, .. },
        forward(conv(), &[1, 1, most], &[1, 1, 3]) => Error::LimitExceeded { limit: "31-bit coordinates", .. },
        forward(conv().stride([most]), &[1, 1, 5], &[1, 1, 3]) => Error::LimitExceeded { .. },
        forward(conv().dilation([most]), &[1, 1, 5], &[1, 1, 3]) => Error::LimitExceeded { .. },
        forward(conv().dilation([most]).padding(Padding::Same), &[1, 1, 5], &[1, 1, 3]) => Error::LimitExceeded { .. },
        forward(conv().padding(Padding::Symmetric([HUGE])), &[1, 1, 5], &[1, 1, 3]) => Error::LimitExceeded { .. },
        forward(conv().padding(low(HUGE)), &[1, 1, 5], &[1, 1, 3]) => Error::LimitExceeded { .. },
        forward(conv().padding(Padding::Symmetric([1 << 30])), &[1, 1, 5], &[1, 1, 3]) => Error::LimitExceeded { .. },
    }
}

/// A kernel whose reordered copy is larger than the default limit on workspace, and one tile of it larger than a small limit.
#[test]
fn a_plan_says_why_it_falls_back_on_the_direct_kernels() {
    let conv = Conv::<2>::new([3, 3]).build().unwrap();
    let shapes = ConvShapes::new(&[1, 2048, 8, 8], &[1024, 2048, 3, 3]);
    let plan = |workspace_limit| {
        let options = PlanOptions { workspace_limit, ..PlanOptions::default() };
        conv.plan_spec(&DeviceLimits::default(), Pass::Forward, shapes, &options).unwrap().to_string()
    };
    assert!(
        plan(1 << 20).contains("instead of tiled: a tile of its packed kernel exceeds the workspace"),
        "{}",
        plan(1 << 20)
    );
    assert!(plan(64 << 20).contains("w is packed in 2 rounds"), "{}", plan(64 << 20));
    for limit in [64 << 20, 128 << 20] {
        assert!(!plan(limit).contains("instead of"), "{}", plan(limit));
    }
}

/// What the output holds is kept in the workspace where there is room beside the packed kernel, which comes first.
#[test]
fn adding_to_a_large_output_leaves_the_packed_kernel_its_workspace() {
    let mut limits = DeviceLimits::default();
    (limits.is_software, limits.subgroup_size) = (true, 8);
    let conv = Conv::<2>::new([3, 3]).padding(Padding::Same).build().unwrap();
    let shapes = |height| [[1, 512, height, 64], [512, 512, 3, 3]];
    for height in [400, 480, 700] {
        let [x, w] = shapes(height);
        let shapes = ConvShapes { addend: Addend::Output(Factor::ONE), ..ConvShapes::new(&x, &w) };
        let spec = conv.plan_spec(&limits, Pass::Forward, shapes, &PlanOptions::default()).unwrap();
        assert_eq!(spec.algorithm(), Algorithm::Subgroup, "{spec}");
    }
}

/// More taps than 64 bits count, all but one of each axis in the padding.
#[test]
fn windows_larger_than_anything_in_memory() {
    let padding = Padding::Symmetric([1 << 21; 3]);
    let pool = MaxPool::<3>::new([1 << 22; 3]).padding(padding).build().unwrap();
    let spec = |pass| pool.plan_spec(&DeviceLimits::default(), pass, &[1, 1, 1, 1, 1]);
    let two = MaxPool::<3>::new([1 << 22; 3]).padding(padding).stride([1; 3]).build().unwrap();
    let two = |pass| two.plan_spec(&DeviceLimits::default(), pass, &[1, 1, 1, 1, 1]);
    assert_errors! {
        two(PoolPass::Forward) => Error::LimitExceeded { .. },
        two(PoolPass::ForwardWithIndices) => Error::LimitExceeded { .. },
    }
    // A single window has all of the input, an element is covered by one window, whatever its size.
    assert!(spec(PoolPass::Forward).is_ok() && spec(PoolPass::Backward).is_ok());
}

/// Backward, an element is covered by one window, however large that is.
#[test]
fn large_windows_that_do_not_overlap_are_not_searched_tap_by_tap() {
    let pool = AvgPool::<1>::new([16_000]).build().unwrap();
    let spec = |pass| pool.plan_spec(&DeviceLimits::default(), pass, &[8, 64, 16_000]).unwrap();
    assert!(spec(PoolPass::Backward).to_string().contains("rows"), "{}", spec(PoolPass::Backward));
    assert!(spec(PoolPass::Forward).to_string().contains("planes"), "{}", spec(PoolPass::Forward));
}

#[test]
fn pooling_shapes_that_cannot_be() {
    let plan = |pool: wgconv::MaxPoolBuilder<1>, x: &[usize]| {
        pool.build()?.plan_spec(&DeviceLimits::default(), PoolPass::Forward, x)
    };
    let average = |count| {
        let pool = AvgPool::<1>::new([2]).stride([1]).dilation([3]).padding(Padding::Symmetric([2]));
        pool.count_include_pad(count).build()?.plan_spec(&DeviceLimits::default(), PoolPass::Forward, &[1, 1, 2])
    };
    // The window of output 1 has its taps at cells -1 and 2 of two cells.
    let hollow = MaxPool::<1>::new([2]).stride([1]).dilation([3]).padding(Padding::Symmetric([2]));
    assert_errors! {
        plan(MaxPool::<1>::new([2]), &[1, 5]) => Error::RankMismatch { operand: Operand::X, .. },
        plan(MaxPool::<1>::new([2]), &[1, 0, 5]) => Error::ZeroExtent { .. },
        plan(MaxPool::<1>::new([2]), &[HUGE, HUGE, 5]) => Error::TooManyElements { .. },
        plan(MaxPool::<1>::new([7]), &[1, 1, 5]) => Error::WindowTooLarge { .. },
        plan(hollow, &[1, 1, 2]) => Error::EmptyWindow { axis: 0, output: 1, input: 2, .. },
        average(false) => Error::EmptyWindow { .. },
        AvgPool::<1>::new([2]).build().unwrap().plan_spec(&DeviceLimits::default(), PoolPass::ForwardWithIndices, &[1, 1, 2])
            => Error::InvalidParameter { parameter: "pass", .. },
    }
    let lp = |p| LpPool::<2>::new([2, 2]).p(p).build();
    let adaptive = |x: &[usize]| AdaptiveMaxPool::<1>::new([69_999]).build()?.problem(x);
    assert_errors! {
        lp(0.0) => Error::InvalidParameter { operator: "LpPool", parameter: "p", .. },
        lp(0.5) => Error::InvalidParameter { parameter: "p", .. },
        lp(-2.0) => Error::InvalidParameter { parameter: "p", .. },
        lp(f32::NAN) => Error::InvalidParameter { parameter: "p", .. },
        lp(f32::INFINITY) => Error::InvalidParameter { parameter: "p", .. },
        LpPool::<2>::new([2, 0]).build() => Error::InvalidParameter { operator: "LpPool", parameter: "window", .. },
        LpPool::<1>::new([2]).build().unwrap().plan_spec(&DeviceLimits::default(), PoolPass::Unpool, &[1, 1, 2])
            => Error::InvalidParameter { operator: "LpPool", parameter: "pass", .. },
        AdaptiveMaxPool::<2>::new([1, 0]).build() => Error::InvalidParameter { parameter: "output size", .. },
        AdaptiveAvgPool::<2>::new([1, HUGE]).build() => Error::InvalidParameter { parameter: "output size", .. },
        AdaptiveAvgPool::<4>::new([1; 4]).build() => Error::InvalidParameter { parameter: "rank", .. },
        AdaptiveAvgPool::<0>::global().problem(&[1, 1]) => Error::InvalidParameter { parameter: "rank", .. },
        AdaptiveAvgPool::<2>::global().problem(&[1, 1, 5]) => Error::RankMismatch { operand: Operand::X, .. },
        AdaptiveAvgPool::<2>::global().problem(&[1, 1, 5, 0]) => Error::ZeroExtent { operand: Operand::X, .. },
        adaptive(&[1, 1, 70_000]) => Error::LimitExceeded { needed: 4_900_000_000, .. },
        MaxPool::<1>::new([2]).build().unwrap().unpooled_shape(&[1, 1]) => Error::RankMismatch { operand: Operand::Y, .. },
    }
    assert_eq!(error_of(lp(0.0)).to_string(), "LpPool: p is 0, but must be a finite number of at least 1");
    assert!(adaptive(&[1, 1, 139_998]).is_ok(), "even bins are ordinary windows");
    assert!(average(true).is_ok(), "with padding counted the divisor is not zero");
}

/// Limits that somebody made up reach the planner, too.
#[test]
fn device_limits_that_cannot_be() {
    let with = |change: fn(&mut DeviceLimits)| {
        let mut limits = DeviceLimits::default();
        change(&mut limits);
        let conv = Conv::<1>::new([3]).build()?;
        conv.plan_spec(&limits, Pass::KernelGrad, ConvShapes::new(&[3, 1, 5], &[1, 1, 3]), &PlanOptions::default())
    };
    assert!(with(|_| ()).is_ok());
    assert_errors! {
        with(|limits| limits.max_workgroups_per_dimension = 0) => Error::LimitExceeded { .. },
        with(|limits| limits.max_storage_binding_bytes = 0) => Error::LimitExceeded { .. },
        with(|limits| limits.max_loop_iterations = 7) => Error::LimitExceeded { .. },
        with(|limits| limits.max_invocations_per_workgroup = 63) => Error::LimitExceeded { .. },
        with(|limits| limits.max_storage_buffers = 2) => Error::LimitExceeded { .. },
        with(|limits| limits.storage_alignment = 0) => Error::InvalidParameter { parameter: "storage_alignment", .. },
        with(|limits| limits.storage_alignment = 6) => Error::InvalidParameter { parameter: "storage_alignment", .. },
        with(|limits| limits.storage_alignment = u64::MAX) => Error::InvalidParameter { parameter: "storage_alignment", .. },
        with(|limits| limits.uniform_alignment = 1) => Error::InvalidParameter { parameter: "uniform_alignment", .. },
        with(|limits| limits.uniform_alignment = 1 << 63) => Error::InvalidParameter { parameter: "uniform_alignment", .. },
    }
}

#[test]
fn messages_name_the_shapes_the_limits_and_the_way_out() {
    let window = error_of(forward(Conv::<1>::new([9]), &[1, 1, 5], &[1, 1, 9])).to_string();
    assert!(["axis 0", "9 cells", "only 5", "more padding"].iter().all(|part| window.contains(part)), "{window}");
    let taps = error_of(forward(Conv::<1>::new([3]), &[1, 1, 5], &[2, 1, 4])).to_string();
    assert!(["w has shape [2, 1, 4]", "[2, 1, 3]"].iter().all(|part| taps.contains(part)), "{taps}");
    let groups = error_of(forward(Conv::<1>::new([3]).groups(2), &[1, 5, 5], &[2, 2, 3])).to_string();
    assert!(["2 groups", "5 channels"].iter().all(|part| groups.contains(part)), "{groups}");
    let many = error_of(forward(Conv::<1>::new([3]), &[1, 1, 1 << 33], &[1, 1, 3])).to_string();
    assert!(["8589934592", "4294967295 elements", "split the batch"].iter().all(|part| many.contains(part)), "{many}");
}
