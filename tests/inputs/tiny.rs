//! A device whose own limits are tiny, which wgpu enforces: every shape of the catalogue is computed right, or refused with an
//! error that names the limit.

use wgconv::verify::{self, VerifyOptions};
use wgconv::wgpu;
use wgconv::{Context, Error};

use crate::borrowed::with_limits;

/// A context on a device that was asked for so little.
fn tiny() -> Context {
    with_limits(|limits| {
        *limits = wgpu::Limits {
            max_compute_workgroups_per_dimension: 16,
            max_storage_buffer_binding_size: 4 << 10,
            max_uniform_buffer_binding_size: 4 << 10,
            max_compute_invocations_per_workgroup: 64,
            max_compute_workgroup_size_x: 64,
            max_compute_workgroup_size_y: 1,
            max_compute_workgroup_size_z: 1,
            max_compute_workgroup_storage_size: 1 << 10,
            max_storage_buffers_per_shader_stage: 4,
            ..limits.clone()
        };
    })
}

#[test]
fn a_device_with_tiny_limits_computes_right_or_says_which_limit() {
    let ctx = tiny();
    let report = verify::run_blocking(&ctx, &VerifyOptions { count: 0, ..VerifyOptions::default() }).unwrap();
    assert!(report.failures.is_empty(), "{:#?}", report.failures.iter().map(ToString::to_string).collect::<Vec<_>>());
    for skip in &report.skipped {
        let named = match &skip.reason {
            Error::LimitExceeded { needed, available, .. } => needed > available,
            Error::SampleTooLarge { bytes, limit, .. } => bytes > limit,
            _ => false,
        };
        assert!(named, "{} {}: {:?}", skip.case, skip.pass, skip.reason);
    }
    // Most of it fits: else this would show nothing.
    assert!(report.checks > 4 * report.skipped.len() && report.checks > 300, "{report}");
    crate::assert_works(&ctx);
}
