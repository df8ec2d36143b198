//! Kernel gradient: dw from x and dy. The reduction over batch and outputs is long and dw is small, so it is split into
//! slices that a second pass adds in a fixed order; chunks of the batch add to dw one after the other.

mod direct;
mod subgroup;
mod tiled;

use super::ConvProblem;
use super::passes::params;
use crate::error::Result;
use crate::kernel::{ConvParams, KernelKey, Reduction};
use crate::plan::{
    Access, Algorithm, Batched, DeviceLimits, Operand, PlanOptions, PlanSpec, Slabs, SpecBuilder, elements,
};

/// One way of computing the slices.
struct Method {
    /// The kernel for a range of slabs.
    kernel: Box<dyn Fn(&Reduction) -> KernelKey>,
    /// Its uniform struct's bytes, from the one that all have.
    params: fn(&ConvProblem, ConvParams) -> Vec<u8>,
    /// Invocations of a slice; a whole number of workgroups if that is what the kernel counts in.
    invocations: u64,
}

/// Tiles that may be the fastest, for tuning.
pub(super) fn plausible_tiles(problem: &ConvProblem, limits: &DeviceLimits, options: &PlanOptions) -> Vec<[u32; 2]> {
    tiled::plausible_tiles(problem, &SpecBuilder::new(limits, options, String::new(), 0, (Algorithm::Tiled, "")))
}

pub(super) fn plan(problem: &ConvProblem, algorithm: Algorithm, mut plan: SpecBuilder<'_>) -> Result<PlanSpec> {
    let method = match algorithm {
        Algorithm::Direct => direct::method(problem),
        Algorithm::Subgroup => subgroup::method(problem, plan.limits)?,
        Algorithm::Tiled => return tiled::plan(problem, plan),
        Algorithm::Depthwise => return Err(algorithm.unavailable("it has no kernel gradient")),
        Algorithm::Rows => return Err(algorithm.unavailable("it is for pooling")),
    };
    let x = Batched::new(Operand::X, &problem.x_shape());
    let dy = Batched::new(Operand::Dy, &problem.y_shape());
    let dw_elements = elements(&problem.w_shape());
    let batch = u64::from(problem.batch);
    plan.need(Operand::X, x.sample * batch, Access::Read);
    plan.need(Operand::Dy, dy.sample * batch, Access::Read);
    plan.need(Operand::Dw, dw_elements, Access::Write);

    let dw = plan.whole(Operand::Dw, dw_elements)?;
    let [d, h, across] = problem.axes.map(|axis| u64::from(axis.output));
    for chunk in plan.chunks(problem.batch, &[x, dy], 1)? {
        let part = problem.with_batch(chunk.count);
        let (x, x_base) = chunk.bind(plan.limits, x);
        let (dy, y_base) = chunk.bind(plan.limits, dy);
        let rows = u64::from(chunk.count) * d * h;
        let wanted = plan.wanted_slices(dw_elements, method.invocations, rows * across);
        let slabs = Slabs::new("conv kernel_grad", rows, across, wanted, plan.limits.max_loop_iterations)?;
        plan.split_reduction(dw, slabs, chunk.first > 0, |plan, reduction, target| {
            let params = params(&part, reduction, x_base, y_base);
            let kernel = (method.kernel)(&reduction);
            let invocations = method.invocations * u64::from(reduction.slab_count);
            let workgroups = invocations.div_ceil(kernel.variant.workgroup_size().into());
            let params = (method.params)(problem, params);
            plan.step_bytes(kernel, params, vec![x, dy, target], workgroups)
        })?;
    }
    Ok(plan.finish())
}
