//! Shader modules and pipelines that cannot be made: plans of another device, given to [`Context::prewarm`].

use wgconv::{Algorithm, Conv, ConvShapes, DeviceLimits, Error, Padding, Pass, PlanOptions, PlanSpec, Strategy};

use crate::borrowed::with_limits;
use crate::{assert_works, error_of};

/// A plan by this algorithm for a device with these limits.
fn planned_elsewhere(algorithm: Algorithm, change: impl FnOnce(&mut DeviceLimits)) -> PlanSpec {
    let mut limits = DeviceLimits::default();
    change(&mut limits);
    let conv = Conv::<2>::new([3, 3]).padding(Padding::Same).build().unwrap();
    let shapes = ConvShapes::new(&[1, 8, 9, 9], &[8, 8, 3, 3]);
    let options = PlanOptions { strategy: Strategy::Fixed(algorithm), ..PlanOptions::default() };
    conv.plan_spec(&limits, Pass::Forward, shapes, &options).unwrap()
}

#[test]
fn what_cannot_be_compiled_is_an_error_and_leaves_nothing_behind() {
    // Little workgroup memory, and no feature.
    let ctx = with_limits(|limits| limits.max_compute_workgroup_storage_size = 1 << 10);
    assert_works(&ctx);
    let tiled = planned_elsewhere(Algorithm::Tiled, |_| {});
    let subgroup = planned_elsewhere(Algorithm::Subgroup, |limits| limits.subgroup_size = 8);
    // The step before it, which packs the kernel, is none for subgroups.
    error_of(ctx.prewarm([&subgroup]));
    let (before, compiled) = (crate::leaks::held(&ctx), ctx.pipelines_compiled());
    for repetition in 0..crate::leaks::REPETITIONS {
        let error = error_of(ctx.prewarm([&tiled]));
        let named =
            matches!(error, Error::LimitExceeded { limit: "max_compute_workgroup_storage_size", available: 1024, .. });
        assert!(named, "{error:?}");
        // A module of thousands of lines each time: a part of the repetitions.
        if repetition < 50 {
            let error = error_of(ctx.prewarm([&subgroup]));
            assert!(matches!(error, Error::Wgpu { during: "create a shader module", .. }), "{error:?}");
        }
    }
    assert_eq!((crate::leaks::held(&ctx), ctx.pipelines_compiled()), (before, compiled));
    assert_works(&ctx);
    // The same problem by this device's own plan.
    let conv = Conv::<2>::new([3, 3]).padding(Padding::Same).build().unwrap();
    let (x, w) = (ctx.tensor(&[1, 8, 9, 9], &[1.0; 648]).unwrap(), ctx.tensor(&[8, 8, 3, 3], &[1.0; 576]).unwrap());
    assert_eq!(conv.forward(&ctx, &x, &w, None).unwrap().read_blocking().unwrap()[10], 72.0);
}
