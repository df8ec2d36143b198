//! The plain kernel: an invocation to a block of channels and columns.

use super::super::ConvProblem;
use super::super::passes::{blocks, order_overrides, overrides};
use super::Method;
use crate::kernel::{self, KernelKey};
use crate::plan::elements;

pub(super) fn method(problem: &ConvProblem) -> Method {
    let columns = elements(&problem.w_shape()) / u64::from(problem.channels_out);
    let mut overrides = overrides(problem);
    overrides.push(("BORDER", problem.padding_mode.constant()));
    overrides.extend(order_overrides(problem));
    let key = KernelKey::new(&kernel::CONV_KERNEL_GRAD, &kernel::CONV_KERNEL_GRAD_KERNEL.variants[0], &overrides);
    let invocations = blocks(problem.groups, problem.channels_out, columns);
    let workgroup_size = key.variant.workgroup_size().into();
    Method {
        kernel: Box::new(move |_| key.clone()),
        params: |_, conv| bytemuck::bytes_of(&conv).to_vec(),
        invocations,
        workgroup_size,
    }
}
