//! The plain kernel: an invocation to a block of channels and columns.

use super::super::ConvProblem;
use super::super::passes::{blocks, order_overrides, overrides};
use super::Method;
use crate::kernel::{self, KernelKey, Override};
use crate::plan::{DeviceLimits, elements};

pub(super) fn method(problem: &ConvProblem, limits: &DeviceLimits) -> Method {
    let columns = elements(&problem.w_shape()) / u64::from(problem.channels_out);
    let mut overrides = overrides(problem);
    overrides.push(("BORDER", problem.padding_mode.constant()));
    overrides.extend(order_overrides(problem));
    let variant = &kernel::CONV_KERNEL_GRAD_KERNEL.variants[0];
    let invocations = blocks(problem.groups, problem.channels_out, columns);
    let workgroup_size = variant.workgroup_size().into();
    Method {
        kernel: Box::new(move |_, span| {
            let overrides: Vec<Override> = overrides.iter().copied().chain([span.ranged()]).collect();
            KernelKey::new(&kernel::CONV_KERNEL_GRAD, variant, &overrides)
        }),
        params: |_, conv| bytemuck::bytes_of(&conv).to_vec(),
        invocations,
        workgroup_size,
        loop_limit: limits.max_loop_iterations,
    }
}
