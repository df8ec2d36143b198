//! A gather as a matrix product over tiles in workgroup memory: for GPUs.

use super::super::tile::{self, Product, Tile};
use super::{Abilities, Gather, Method};
use crate::error::Result;
use crate::kernel::{self, EntryPoint, Variant};
use crate::layout::Layout;
use crate::padding_mode::PaddingMode;
use crate::plan::{Algorithm, DeviceLimits};

/// Where a tap can lie in padding of zeros, the kernels keep the taps of all axes as bits of one number.
const MOST_PADDED_TAPS: u64 = 31;

/// Entry points without and with bias; the same that read another tensor.
type Entries = [[&'static EntryPoint; 2]; 2];

const ENTRIES_8X8: Entries =
    [[&kernel::TILED_8X8, &kernel::TILED_8X8_BIAS], [&kernel::TILED_8X8_SIDE, &kernel::TILED_8X8_BIAS_SIDE]];
const ENTRIES_8X4: Entries =
    [[&kernel::TILED_8X4, &kernel::TILED_8X4_BIAS], [&kernel::TILED_8X4_SIDE, &kernel::TILED_8X4_BIAS_SIDE]];
const ENTRIES_4X4: Entries =
    [[&kernel::TILED_4X4, &kernel::TILED_4X4_BIAS], [&kernel::TILED_4X4_SIDE, &kernel::TILED_4X4_BIAS_SIDE]];

const ENTRIES_8X8_LAST: Entries = [
    [&kernel::TILED_8X8_LAST, &kernel::TILED_8X8_LAST_BIAS],
    [&kernel::TILED_8X8_LAST_SIDE, &kernel::TILED_8X8_LAST_BIAS_SIDE],
];
const ENTRIES_8X4_LAST: Entries = [
    [&kernel::TILED_8X4_LAST, &kernel::TILED_8X4_LAST_BIAS],
    [&kernel::TILED_8X4_LAST_SIDE, &kernel::TILED_8X4_LAST_BIAS_SIDE],
];
const ENTRIES_4X4_LAST: Entries = [
    [&kernel::TILED_4X4_LAST, &kernel::TILED_4X4_LAST_BIAS],
    [&kernel::TILED_4X4_LAST_SIDE, &kernel::TILED_4X4_LAST_BIAS_SIDE],
];

/// Channels that the kernels for channels last stage at once.
const FOUR: u32 = 4;

/// What may be multiplied with nothing, in percent, to stage four channels at once. Staged one by one, neighbouring columns lie a
/// pixel apart, in as many lines of the cache as there are lanes. Not measured.
const MOST_WASTE: u64 = 50;

/// All tiles; efficiencies in the order of the kernels' variants.
fn tiles() -> impl Iterator<Item = Tile<Entries>> {
    Tile::of(&kernel::TILED_8X8_KERNEL, ENTRIES_8X8, &[92, 86, 84])
        .chain(Tile::of(&kernel::TILED_8X4_KERNEL, ENTRIES_8X4, &[82]))
        .chain(Tile::of(&kernel::TILED_4X4_KERNEL, ENTRIES_4X4, &[71, 66]))
}

/// The same of a source with its channels last, which they read in whole fours.
fn tiles_of_fours() -> impl Iterator<Item = Tile<Entries>> {
    Tile::of(&kernel::TILED_8X8_LAST_KERNEL, ENTRIES_8X8_LAST, &[94, 90, 89])
        .chain(Tile::of(&kernel::TILED_8X4_LAST_KERNEL, ENTRIES_8X4_LAST, &[86]))
        .chain(Tile::of(&kernel::TILED_4X4_LAST_KERNEL, ENTRIES_4X4_LAST, &[70, 68]))
}

/// Those that take a gather, each by fours of channels where that wastes little.
fn tiles_for(gather: &Gather, limits: &DeviceLimits) -> Vec<Tile<Entries>> {
    let has_fours = gather.source_layout == Layout::ChannelsLast && gather.channels.is_multiple_of(FOUR);
    let choose = |(any, fours): (Tile<Entries>, Tile<Entries>)| {
        if !has_fours {
            return any;
        }
        let steps = |by_channel| steps(gather, fours.variant, by_channel, gather.channels.into());
        match wastes_at_most(MOST_WASTE, gather, fours.variant, limits) {
            true => fours.slowed(steps(true), steps(false)),
            false => any.slowed(100 + MOST_WASTE, 100),
        }
    };
    tiles().zip(tiles_of_fours()).map(choose).collect()
}

/// Outputs by cells of every class, for so many samples.
fn product(gather: &Gather, samples: u64) -> Product {
    Product {
        rows: gather.outputs.into(),
        columns: samples * gather.most_cells().iter().product::<u64>(),
        copies: u64::from(gather.groups) * gather.classes(),
    }
}

/// Tiles that may be the fastest, for tuning.
pub(in crate::conv) fn plausible_tiles(gather: &Gather, limits: &DeviceLimits) -> Vec<[u32; 2]> {
    product(gather, gather.batch.into()).plausible_tiles(tiles_for(gather, limits).into_iter(), limits, |_| 1)
}

pub(super) fn method(gather: &Gather, limits: &DeviceLimits, wanted: Option<[u32; 2]>) -> Result<Method> {
    let is_zeros = gather.border() == PaddingMode::Zeros;
    if is_zeros && gather.crosses_bounds() && gather.most_taps().iter().sum::<u64>() > MOST_PADDED_TAPS {
        return Err(Algorithm::Tiled.unavailable("a padded kernel has more than 31 taps along its axes together"));
    }
    let product = product(gather, gather.batch.into());
    let wanted = tiles_for(gather, limits).into_iter().filter(|tile| tile.is_wanted(wanted));
    let tile = product.best_tile(wanted, limits, |_| 1);
    let tile = tile.ok_or_else(|| Algorithm::Tiled.unavailable("no tile fits the device's workgroups"))?;
    let by_fours = tiles_of_fours().any(|fours| std::ptr::eq(fours.entries[0][0], tile.entries[0][0]));
    Ok(Method {
        entries: tile.entries[0],
        variant: tile.variant,
        packs: true,
        reads_zeros: !gather.channels.is_multiple_of(tile.variant.constant("TILE_K")),
        tile_m: tile.variant.constant("TILE_M"),
        source_twice: false,
        stores: Abilities::ALL,
        side_entries: Some(tile.entries[1]),
        by_channel: by_fours || is_by_channel(gather, tile.variant, limits),
        idle: 0,
        workgroups,
        most_workgroups: super::MOST_WORKGROUPS,
        iterations,
        note: Some(product.note(tile.variant)),
    })
}

fn workgroups(gather: &Gather, method: &Method, samples: u64) -> u64 {
    product(gather, samples).workgroups(method.variant)
}

fn iterations(gather: &Gather, method: &Method, channels: u64) -> u64 {
    tile::iterations(method.variant, steps(gather, method.variant, method.by_channel, channels))
}

/// Steps of TILE_K rows for so many channels, of the class with the most taps.
fn steps(gather: &Gather, variant: &Variant, by_channel: bool, channels: u64) -> u64 {
    let taps = gather.most_taps().iter().product::<u64>();
    let rows = u64::from(variant.constant("TILE_K"));
    if by_channel { channels.div_ceil(rows).saturating_mul(taps) } else { channels.saturating_mul(taps).div_ceil(rows) }
}

/// Whether the rows of a step should be channels of one tap: they cost fewer instructions (6 in 100 at 128 x 128, half of all
/// at 16 x 128), unless the last block of channels is mostly filled up with zeros.
fn is_by_channel(gather: &Gather, variant: &Variant, limits: &DeviceLimits) -> bool {
    wastes_at_most(8, gather, variant, limits)
}

/// Whether rows that are channels of one tap take at most so many percent more steps than rows that are taps of channels.
fn wastes_at_most(percent: u64, gather: &Gather, variant: &Variant, limits: &DeviceLimits) -> bool {
    let steps = |by_channel, channels| steps(gather, variant, by_channel, channels);
    let all = gather.channels.into();
    // One block of channels must keep to the limit on loops, with all taps.
    let within = tile::iterations(variant, steps(true, 1)) <= limits.max_loop_iterations.into();
    within && 100 * steps(true, all) <= (100 + percent) * steps(false, all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows and columns of the tile that is taken for so many outputs by so many cells.
    fn tile_for(rows: u64, columns: u64, limits: &DeviceLimits) -> [u32; 2] {
        let tile = Product { rows, columns, copies: 1 }.best_tile(tiles(), limits, |_| 1).unwrap();
        ["TILE_M", "TILE_N"].map(|name| tile.variant.constant(name))
    }

    #[test]
    fn few_tiles_are_plausible_and_the_planners_comes_first() {
        let limits = DeviceLimits::default();
        for (rows, columns) in [(512, 100_000), (64, 1_000_000), (64, 1_568), (8, 49)] {
            let plausible = Product { rows, columns, copies: 1 }.plausible_tiles(tiles(), &limits, |_| 1);
            assert_eq!(plausible[0], tile_for(rows, columns, &limits));
            assert!(plausible.len() <= 3, "{plausible:?}");
        }
    }

    #[test]
    fn large_products_take_large_tiles_and_small_ones_fill_the_device() {
        let limits = DeviceLimits::default();
        assert_eq!(tile_for(512, 100_000, &limits), [128, 128]);
        assert_eq!(tile_for(64, 1_000_000, &limits), [64, 128]);
        assert_eq!(tile_for(32, 1_000_000, &limits), [32, 256]);
        assert_eq!(tile_for(16, 1_000_000, &limits), [16, 128]);
        // 14 x 14 cells of 32 samples: 49 x 4 of the largest tiles would leave a quarter of the device idle.
        assert_eq!(tile_for(512, 32 * 196, &limits), [64, 64]);
        assert_eq!(tile_for(512, 49, &limits), [64, 32]);
        assert_eq!(tile_for(3, 1_000_000, &limits), [16, 128]);
    }

    #[test]
    fn a_tile_fits_the_device() {
        let with_bytes =
            |max_workgroup_storage_bytes| DeviceLimits { max_workgroup_storage_bytes, ..DeviceLimits::default() };
        assert_eq!(tile_for(512, 100_000, &with_bytes(16_383)), [64, 128]);
        let limits = with_bytes(6_143);
        assert!(Product { rows: 1, columns: 1, copies: 1 }.best_tile(tiles(), &limits, |_| 1).is_none());
        let limits = DeviceLimits { max_invocations_per_workgroup: 128, ..DeviceLimits::default() };
        assert_eq!(tile_for(512, 100_000, &limits), [64, 128]);
    }
}
