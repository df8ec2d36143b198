//! A device that was asked for less than every WebGPU device has, one limit at a time: results are right, or an error names the
//! limit; and the context is as good as before.

use wgconv::wgpu::Limits;
use wgconv::{Context, Conv, DeviceLimits, Error, MaxPool, Padding, Result, nn};

use crate::borrowed::with_limits;
use crate::context;

type Change = fn(&mut Limits);

type Operator = fn(&Context) -> Result<Vec<f32>>;

/// Small whole numbers.
fn values(count: usize) -> Vec<f32> {
    (0..count).map(|i| (i * 5 % 9) as f32 - 4.0).collect()
}

/// Kernels with few bindings and with many, with workgroup memory and without, in one pass and in two.
const OPERATORS: [(&str, Operator); 4] = [
    ("convolution", |ctx| {
        let conv = Conv::<2>::new([3, 3]).padding(Padding::Same).build()?;
        let (x, w) = (ctx.tensor(&[2, 2, 9, 7], &values(252))?, ctx.tensor(&[3, 2, 3, 3], &values(54))?);
        conv.forward(ctx, &x, &w, Some(&ctx.tensor(&[3], &values(3))?))?.read_blocking()
    }),
    ("kernel gradient", |ctx| {
        let conv = Conv::<1>::new([3]).build()?;
        let (x, dy) = (ctx.tensor(&[4, 1, 66], &values(264))?, ctx.tensor(&[4, 2, 64], &values(512))?);
        conv.kernel_grad(ctx, &x, &dy)?.read_blocking()
    }),
    ("maximum", |ctx| {
        let pool = MaxPool::<1>::new([3]).build()?;
        let (y, indices) = pool.forward_with_indices(ctx, &ctx.tensor(&[2, 3, 30], &values(180))?)?;
        let indices = indices.read_blocking()?.into_iter().map(|index| index as f32);
        Ok(y.read_blocking()?.into_iter().chain(indices).collect())
    }),
    ("softmax", |ctx| {
        let x = ctx.tensor(&[5, 7], &values(35))?;
        let (loss, dx) = nn::softmax_cross_entropy(ctx, &x, &ctx.tensor(&[5], &[0u32, 1, 2, 3, 4])?)?;
        Ok([loss.read_blocking()?, dx.read_blocking()?].concat())
    }),
];

/// What the operators make of a device, twice: right results or errors that name the limit. How many were right.
fn outcome(limit: &str, ctx: &Context) -> usize {
    let run = || -> Vec<bool> {
        let names = |error: &Error| match error {
            Error::LimitExceeded { limit: named, needed, available, .. } => named.contains(limit) && needed > available,
            Error::SampleTooLarge { .. } => limit == "max_storage_buffer_binding_size",
            _ => false,
        };
        let one = |(name, operator): &(&str, Operator)| match operator(ctx) {
            Ok(found) => {
                assert_eq!(found, operator(context()).unwrap(), "{name} under {limit}");
                true
            }
            Err(error) => {
                assert!(names(&error), "{name} under {limit}: {error:?}");
                false
            }
        };
        OPERATORS.iter().map(one).collect()
    };
    let first = run();
    assert_eq!(run(), first, "{limit}: the second time is otherwise");
    first.into_iter().filter(|right| *right).count()
}

#[test]
fn each_limit_of_wgpu_below_what_we_use_is_named() {
    let rows: [(&str, Change); 14] = [
        ("max_bind_groups", |l| l.max_bind_groups = 0),
        ("max_bindings_per_bind_group", |l| l.max_bindings_per_bind_group = 1),
        ("max_uniform_buffers_per_shader_stage", |l| l.max_uniform_buffers_per_shader_stage = 0),
        ("max_uniform_buffer_binding_size", |l| l.max_uniform_buffer_binding_size = 16),
        ("max_storage_buffers_per_shader_stage", |l| l.max_storage_buffers_per_shader_stage = 1),
        ("max_buffers_and_acceleration_structures_per_shader_stage", |l| {
            l.max_buffers_and_acceleration_structures_per_shader_stage = 2;
        }),
        ("max_storage_binding_bytes", |l| l.max_storage_buffer_binding_size = 0),
        ("max_storage_buffer_binding_size", |l| l.max_storage_buffer_binding_size = 8),
        ("max_buffer_size", |l| l.max_buffer_size = 8),
        ("max_compute_invocations_per_workgroup", |l| l.max_compute_invocations_per_workgroup = 63),
        ("max_compute_invocations_per_workgroup", |l| l.max_compute_workgroup_size_x = 63),
        ("max_compute_workgroup_size_y", |l| l.max_compute_workgroup_size_y = 0),
        ("max_compute_workgroup_size_z", |l| l.max_compute_workgroup_size_z = 0),
        ("workgroups_per_dimension", |l| l.max_compute_workgroups_per_dimension = 0),
    ];
    for (limit, change) in rows {
        assert_eq!(outcome(limit, &with_limits(change)), 0, "{limit}");
    }
}

/// Enough for some kernels or in smaller parts.
#[test]
fn each_limit_of_wgpu_that_is_tight_but_enough_gives_right_results() {
    let rows: [(&str, Change, usize); 6] = [
        ("max_storage_buffers_per_shader_stage", |l| l.max_storage_buffers_per_shader_stage = 3, 2),
        ("max_storage_buffer_binding_size", |l| l.max_storage_buffer_binding_size = 1024, 3),
        ("max_buffer_size", |l| l.max_buffer_size = 2048, 2),
        ("max_compute_workgroup_storage_size", |l| l.max_compute_workgroup_storage_size = 0, 2),
        ("workgroups_per_dimension", |l| l.max_compute_workgroups_per_dimension = 1, 1),
        (
            "alignment",
            |l| {
                l.min_storage_buffer_offset_alignment = 4096;
                l.min_uniform_buffer_offset_alignment = 4096;
            },
            4,
        ),
    ];
    for (limit, change, right) in rows {
        assert!(outcome(limit, &with_limits(change)) >= right, "{limit}");
    }
}

/// The same told to the planner only, field by field; what is 0 is refused where the context is made, or runs.
#[test]
fn each_field_of_device_limits_that_is_low_gives_right_results_or_is_named() {
    type Lower = fn(&mut DeviceLimits);
    let rows: [(&str, Lower, usize); 15] = [
        ("max_compute_workgroups_per_dimension", |l| l.max_workgroups_per_dimension = 1, 1),
        ("max_compute_invocations_per_workgroup", |l| l.max_invocations_per_workgroup = 0, 0),
        ("max_compute_invocations_per_workgroup", |l| l.max_invocations_per_workgroup = 64, 4),
        ("max_compute_workgroup_storage_size", |l| l.max_workgroup_storage_bytes = 0, 2),
        ("max_storage_buffers_per_shader_stage", |l| l.max_storage_buffers = 0, 0),
        ("max_storage_buffers_per_shader_stage", |l| l.max_storage_buffers = 3, 2),
        ("max_storage_buffer_binding_size", |l| l.max_storage_binding_bytes = 4, 0),
        ("max_storage_buffer_binding_size", |l| l.max_storage_binding_bytes = 1024, 3),
        ("max_buffer_size", |l| l.max_buffer_bytes = 0, 0),
        ("loop iterations", |l| l.max_loop_iterations = 8, 1),
        ("alignment", |l| (l.storage_alignment, l.uniform_alignment) = (1 << 16, 1 << 16), 4),
        ("fill_invocations", |l| l.fill_invocations = 0, 4),
        ("fill_invocations", |l| l.fill_invocations = u32::MAX, 4),
        ("is_software", |l| l.is_software = !l.is_software, 4),
        ("subgroup_size", |l| l.subgroup_size = 0, 4),
    ];
    for (limit, lower, right) in rows {
        let mut limits = *context().limits();
        lower(&mut limits);
        let found = outcome(limit, &context().with_limits(limits).unwrap());
        assert!(found >= right, "{limit}: only {found} were right");
    }
}
