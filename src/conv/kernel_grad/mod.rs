//! Kernel gradient: dw from x and dy. The reduction over batch and outputs is long and dw is small, so it is split into
//! slices that a second pass adds in a fixed order; chunks of the batch add to dw one after the other.

mod collect;
mod depthwise;
mod direct;
mod subgroup;
mod tiled;

use super::epilogue::begin_reduction;
use super::passes::{params, params_of};
use super::{ConvProblem, Epilogue};
use crate::error::Result;
use crate::kernel::{ConvParams, KernelKey, Reduction};
use crate::plan::{
    Access, Algorithm, Chunk, DeviceLimits, Operand, PlanOptions, PlanSpec, Slabs, Span, SpecBuilder, elements,
};
use collect::Collected;

/// The kernel for a range of slabs, and for all of dw or, if it is the direct one, a part of it.
type KernelOf = Box<dyn Fn(&Reduction, &Span) -> KernelKey>;

/// One way of computing the slices.
struct Method {
    kernel: KernelOf,
    /// Its uniform struct's bytes, from the one that all have.
    params: fn(&ConvProblem, ConvParams) -> Vec<u8>,
    /// Invocations of a slice; a whole number of workgroups if that is what the kernel counts in.
    invocations: u64,
    /// Of a workgroup.
    workgroup_size: u64,
    /// Loop iterations that the device leaves to a slab.
    loop_limit: u32,
}

/// Workgroups that keep a software device busy: a core runs one at a time, whatever its size. Measured with 2 cores, where more
/// slices for more workgroups cost more than they gain; more cores than these are rare where a software device is used.
const BUSY_WORKGROUPS: u64 = 16;

impl Method {
    fn slice_workgroups(&self) -> u64 {
        self.invocations.div_ceil(self.workgroup_size)
    }

    /// As how many of the device's invocations ([`DeviceLimits::fill_invocations`]) a slice counts.
    fn busy(&self, limits: &DeviceLimits) -> u64 {
        if limits.is_software {
            self.slice_workgroups() * (u64::from(limits.fill_invocations) / BUSY_WORKGROUPS).max(1)
        } else {
            self.invocations
        }
    }
}

/// Tiles that may be the fastest, for tuning.
pub(super) fn plausible_tiles(problem: &ConvProblem, limits: &DeviceLimits, options: &PlanOptions) -> Vec<[u32; 2]> {
    let plan = SpecBuilder::new(limits, options, String::new(), 0, (Algorithm::Tiled, ""));
    tiled::plausible_tiles(problem, &plan.of_type(problem.element))
}

pub(super) fn plan(
    problem: &ConvProblem,
    algorithm: Algorithm,
    epilogue: Epilogue,
    mut plan: SpecBuilder<'_>,
) -> Result<PlanSpec> {
    let x = plan.batched_shape(Operand::X, &problem.x_shape());
    let dy = plan.batched_shape(Operand::Dy, &problem.y_shape());
    let collected = if algorithm == Algorithm::Subgroup { Collected::of(problem, &plan) } else { None };
    let collected = collected.and_then(|cells| Some((cells.most_samples(&plan)?, cells)));
    let most_samples = collected.as_ref().map_or(u64::MAX, |(most, _)| *most);
    let collected = collected.map(|(_, cells)| cells);
    let flattened = collected.as_ref().map_or_else(|| problem.flattened(), |cells| cells.problem.clone());
    let problem = if algorithm == Algorithm::Subgroup { &flattened } else { problem };
    let method = match algorithm {
        Algorithm::Direct => direct::method(problem, plan.limits),
        Algorithm::Subgroup => {
            subgroup::method(problem, plan.limits, collected.as_ref().is_some_and(Collected::has_rows))?
        }
        Algorithm::Tiled => return tiled::plan(problem, epilogue, plan),
        Algorithm::Depthwise => return depthwise::plan(problem, epilogue, plan),
        Algorithm::Winograd => return Err(algorithm.unavailable("it is for forward and input gradients")),
        Algorithm::Rows | Algorithm::Planes => return Err(algorithm.unavailable("it is for pooling")),
    };
    let chunks = plan.small_chunks(problem.batch, &[x, dy], 1, most_samples)?;
    if let Some(cells) = &collected {
        cells.reserve(&chunks, &mut plan);
    }
    let dw_elements = elements(&problem.w_shape());
    let batch = u64::from(problem.batch);
    plan.need(Operand::X, x.sample * batch, Access::Read);
    plan.need(Operand::Dy, dy.sample * batch, Access::Read);
    let parts: Vec<_> = match &collected {
        Some(cells) => cells.parts.iter().map(|part| (&part.problem, Some(part))).collect(),
        None => vec![(problem, None)],
    };
    // A sample is several chunks then.
    let count = parts.len() as u32;
    let mut dw = begin_reduction(&mut plan, epilogue, Operand::Dw, dw_elements, problem.batch * count)?;
    let spans = match algorithm {
        Algorithm::Direct => plan.spans(dw_elements)?,
        _ => vec![dw.span],
    };
    if spans.len() > 1 {
        plan.explain(&format!("in {} parts, for a workspace that does not hold the f32 sums of dw", spans.len()));
    }
    let turns: Vec<_> = chunks.iter().flat_map(|chunk| parts.iter().zip(0..).map(move |part| (chunk, part))).collect();
    for (span, (chunk, ((problem, part), number))) in
        spans.iter().flat_map(|span| turns.iter().map(move |turn| (span, turn)))
    {
        dw.span = *span;
        let mut sources = [x, dy].map(|source| chunk.bind(plan.limits, source));
        if let (Some(cells), Some(part)) = (&collected, part) {
            sources = cells.step(part, chunk.count, sources, &mut plan)?;
        }
        let [(x, x_base), (dy, y_base)] = sources;
        let [d, h, across] = problem.axes.map(|axis| u64::from(axis.output));
        let rows = u64::from(chunk.count) * d * h;
        let wanted = plan.wanted_slices(span.elements, method.busy(plan.limits), rows * across);
        let slabs = Slabs::new("conv kernel_grad", rows, across, wanted, method.loop_limit)?;
        let turn = Chunk { first: chunk.first * count + number, count: chunk.count };
        plan.split_reduction(&mut dw, &turn, slabs, method.slice_workgroups(), |plan, reduction, target| {
            let params = params_of(span, params(&problem.with_batch(chunk.count), reduction, x_base, y_base));
            let kernel = (method.kernel)(&reduction, span);
            let invocations = method.invocations * u64::from(reduction.slab_count);
            let workgroups = invocations.div_ceil(method.workgroup_size);
            let params = (method.params)(problem, params);
            // The kernels that bind x as vec4s and as scalars too do so last.
            let again = (kernel.entry.slots.len() > 3).then_some(x);
            plan.step_bytes(kernel, params, [x, dy, target].into_iter().chain(again).collect(), workgroups)
        })?;
    }
    Ok(plan.finish())
}

#[cfg(test)]
mod tests {
    use crate::{Algorithm, Conv, ConvShapes, DeviceLimits, Pass, PlanOptions, Strategy};

    /// A tile for each of many small groups: a dispatch has room for one slice, the second pass for several.
    #[test]
    fn slices_keep_to_a_small_grid() {
        let limits = DeviceLimits { max_workgroups_per_dimension: 5, subgroup_size: 8, ..DeviceLimits::default() };
        let conv = Conv::<2>::new([3, 3]).groups(100).build().unwrap();
        let shapes = ConvShapes::new(&[16, 100, 20, 20], &[100, 1, 3, 3]);
        for algorithm in [Algorithm::Direct, Algorithm::Subgroup, Algorithm::Tiled] {
            let options = PlanOptions { strategy: Strategy::Fixed(algorithm), ..PlanOptions::default() };
            let spec = conv.plan_spec(&limits, Pass::KernelGrad, shapes, &options);
            let spec = spec.unwrap_or_else(|error| panic!("{algorithm}: {error}"));
            assert!(spec.dispatches() > 1, "{spec}");
        }
    }
}
