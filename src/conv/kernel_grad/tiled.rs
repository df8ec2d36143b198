//! The kernel gradient as a matrix product over tiles in workgroup memory: for GPUs. Slices as in the direct one.

use super::super::passes::{order_overrides, params};
use super::super::tile::{Product, Tile};
use super::{ConvProblem, Epilogue, begin_reduction};
use crate::error::Result;
use crate::kernel::{self, EntryPoint, KernelKey, Override, Variant};
use crate::layout::Layout;
use crate::plan::{Access, Algorithm, Chunk, Operand, PlanSpec, Slabs, SpecBuilder, elements};
use crate::window::override_values;

/// The kernels keep the taps of all axes as bits of one number.
const MOST_TAPS: u32 = 31;

/// Channels that the kernels for channels last stage at once.
const FOUR: u32 = 4;

/// All tiles; efficiencies in the order of the kernels' variants.
fn tiles() -> impl Iterator<Item = Tile<&'static EntryPoint>> {
    Tile::of(&kernel::KERNEL_GRAD_TILED_8X8_KERNEL, &kernel::KERNEL_GRAD_TILED_8X8, &[83])
        .chain(Tile::of(&kernel::KERNEL_GRAD_TILED_8X4_KERNEL, &kernel::KERNEL_GRAD_TILED_8X4, &[78, 74]))
        .chain(Tile::of(&kernel::KERNEL_GRAD_TILED_4X4_KERNEL, &kernel::KERNEL_GRAD_TILED_4X4, &[57]))
}

/// The same of tensors with their channels last, in whole fours of them.
fn tiles_of_fours() -> impl Iterator<Item = Tile<&'static EntryPoint>> {
    Tile::of(&kernel::KERNEL_GRAD_TILED_8X8_LAST_KERNEL, &kernel::KERNEL_GRAD_TILED_8X8_LAST, &[89])
        .chain(Tile::of(&kernel::KERNEL_GRAD_TILED_8X4_LAST_KERNEL, &kernel::KERNEL_GRAD_TILED_8X4_LAST, &[83, 79]))
        .chain(Tile::of(&kernel::KERNEL_GRAD_TILED_4X4_LAST_KERNEL, &kernel::KERNEL_GRAD_TILED_4X4_LAST, &[63]))
}

/// Those that take a problem.
fn tiles_for(problem: &ConvProblem) -> impl Iterator<Item = Tile<&'static EntryPoint>> {
    let fours =
        |layout, channels: u32| layout == Layout::ChannelsLast && (channels / problem.groups).is_multiple_of(FOUR);
    let in_fours = fours(problem.x_layout, problem.channels_in) && fours(problem.y_layout, problem.channels_out);
    let any = tiles().filter(move |_| !in_fours);
    tiles_of_fours().filter(move |_| in_fours).chain(any)
}

pub(super) fn plan(problem: &ConvProblem, epilogue: Epilogue, mut plan: SpecBuilder<'_>) -> Result<PlanSpec> {
    if problem.axes.iter().map(|axis| u64::from(axis.taps)).sum::<u64>() > MOST_TAPS.into() {
        return Err(Algorithm::Tiled.unavailable("the kernel has more than 31 taps along its axes together"));
    }
    let x = plan.batched_shape(Operand::X, &problem.x_shape());
    let dy = plan.batched_shape(Operand::Dy, &problem.y_shape());
    let dw_elements = elements(&problem.w_shape());
    let batch = u64::from(problem.batch);
    plan.need(Operand::X, x.sample * batch, Access::Read);
    plan.need(Operand::Dy, dy.sample * batch, Access::Read);
    let mut dw = begin_reduction(&mut plan, epilogue, Operand::Dw, dw_elements, problem.batch)?;

    let [d, h, across] = problem.axes.map(|axis| u64::from(axis.output));
    let chunks = plan.chunks(problem.batch, &[x, dy], 1)?;
    let product = product(problem);
    let terms = most_terms(problem, &chunks);
    let tiles = tiles_for(problem).filter(|tile| tile.is_wanted(plan.wanted_tile()));
    let tile = product.best_tile(tiles, plan.limits, |invocations| plan.wanted_slices(dw_elements, invocations, terms));
    let tile = tile.ok_or_else(|| Algorithm::Tiled.unavailable("no tile fits the device's workgroups"))?;
    plan.explain(&product.note(tile.variant));
    let kernel = KernelKey::new(tile.entries, tile.variant, &overrides(problem, tile.entries));
    for chunk in chunks {
        let part = problem.with_batch(chunk.count);
        let (x, x_base) = chunk.bind(plan.limits, x);
        let (dy, y_base) = chunk.bind(plan.limits, dy);
        let rows = u64::from(chunk.count) * d * h;
        let wanted = plan.wanted_slices(dw_elements, product.invocations(tile.variant), rows * across);
        let limit = most_loop_tests(tile.variant, plan.limits.max_loop_iterations);
        let slabs = Slabs::new("conv kernel_grad", rows, across, wanted, limit)?;
        let slice_workgroups = product.workgroups(tile.variant);
        plan.split_reduction(&mut dw, &chunk, slabs, slice_workgroups, |plan, reduction, target| {
            let workgroups = slice_workgroups * u64::from(reduction.slab_count);
            let params = params(&part, reduction, x_base, y_base);
            plan.step_workgroups(kernel.clone(), params, vec![x, dy, target], workgroups)
        })?;
    }
    Ok(plan.finish())
}

/// Tiles that may be the fastest, for tuning.
pub(super) fn plausible_tiles(problem: &ConvProblem, plan: &SpecBuilder<'_>) -> Vec<[u32; 2]> {
    let x = plan.batched_shape(Operand::X, &problem.x_shape());
    let dy = plan.batched_shape(Operand::Dy, &problem.y_shape());
    let dw_elements = elements(&problem.w_shape());
    let Ok(chunks) = plan.chunks(problem.batch, &[x, dy], 1) else { return Vec::new() };
    let terms = most_terms(problem, &chunks);
    product(problem).plausible_tiles(tiles_for(problem), plan.limits, |invocations| {
        plan.wanted_slices(dw_elements, invocations, terms)
    })
}

/// Terms of a sum of dw within a chunk: all chunks but the last have as many samples as the first.
fn most_terms(problem: &ConvProblem, chunks: &[Chunk]) -> u64 {
    let outputs: u64 = problem.axes.iter().map(|axis| u64::from(axis.output)).product();
    chunks.first().map_or(0, |chunk| u64::from(chunk.count)) * outputs
}

/// Output channels by columns of dw, of every group.
fn product(problem: &ConvProblem) -> Product {
    let taps: u64 = problem.axes.iter().map(|axis| u64::from(axis.taps)).product();
    Product {
        rows: (problem.channels_out / problem.groups).into(),
        columns: u64::from(problem.channels_in / problem.groups) * taps,
        copies: problem.groups.into(),
    }
}

/// The limit on a slab's loop tests as [`Slabs`] counts them, a test a term and more: here a step of TILE_K terms takes
/// TILE_K / 8 + 2 tests. For a limit of l and the s tests of a step, slabs of at most (l - 6) * TILE_K / s - 4 terms result,
/// which take at most ceil(terms / TILE_K) * s + 2 <= l - 6 - 4 s / TILE_K + s + 2 <= l tests, as s <= 4.
fn most_loop_tests(variant: &Variant, limit: u32) -> u32 {
    let rows = variant.constant("TILE_K");
    let most = u64::from(limit - 6) * u64::from(rows) / u64::from(rows / 8 + 2);
    most.min(u32::MAX.into()) as u32
}

/// Those of the window, which axes have padding, what stands there, and how the operands lie.
fn overrides(problem: &ConvProblem, entry: &EntryPoint) -> Vec<Override> {
    let mut values = override_values(&problem.axes, kernel::WINDOW_OVERRIDES);
    let padded = problem.axes.iter().map(|axis| u32::from(axis.padding_low > 0 || axis.padding_high > 0));
    let names = &entry.kernel().overrides[values.len()..];
    values.extend(names.iter().copied().zip(padded.into_iter().chain([problem.padding_mode.constant()])));
    values.extend(order_overrides(problem));
    values
}

#[cfg(test)]
mod tests {
    use super::super::super::tile;
    use super::*;
    use crate::plan::DeviceLimits;

    #[test]
    fn slabs_keep_to_the_limit_on_loops() {
        for tile in tiles().chain(tiles_of_fours()) {
            let rows = u64::from(tile.variant.constant("TILE_K"));
            for limit in [8, 9, 10, 13, 19, 40, 100, 1_000, 65_535, u32::MAX] {
                for (down, across) in [(1, 1), (1, 7), (5, 1), (13, 40), (3, 500_000), (500_000, 3)] {
                    let most = most_loop_tests(tile.variant, limit);
                    let slabs = Slabs::new("test", down, across, 1, most).unwrap();
                    let reduction = slabs.reduction(0, 1, false);
                    let terms = u64::from(reduction.rows_per_slab) * u64::from(reduction.cols_per_slab);
                    let tests = tile::iterations(tile.variant, terms.div_ceil(rows));
                    assert!(tests <= limit.into(), "{tests} of {limit}: {reduction:?}");
                }
            }
        }
    }

    #[test]
    fn small_kernels_take_small_tiles() {
        let limits = DeviceLimits::default();
        let tile_for = |rows, columns| {
            let tile = Product { rows, columns, copies: 1 }.best_tile(tiles(), &limits, |_| 1_000).unwrap();
            ["TILE_M", "TILE_N"].map(|name| tile.variant.constant(name))
        };
        assert_eq!(tile_for(512, 4_608), [128, 128]);
        assert_eq!(tile_for(128, 64), [128, 64]);
        assert_eq!(tile_for(64, 576), [64, 64]);
        assert_eq!(tile_for(16, 27), [32, 32]);
    }
}
