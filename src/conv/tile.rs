//! Which tile a matrix product is computed by, from the problem and the device alone.

use crate::kernel::{Kernel, Variant};
use crate::plan::{DeviceLimits, loop_tests};

/// One block shape of a tiled kernel, and the kernel's entry points.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tile<E> {
    pub entries: E,
    pub variant: &'static Variant,
    /// What is left of 100 % for the multiply-adds: their share among the instructions of the inner loop, counted in the code
    /// of AMD's compiler (benches/NOTES.md), and of that 95 % for 8 x 4 and 90 % for 4 x 4 sums an invocation, which read half
    /// as much again and twice as much of workgroup memory for a multiply-add as 8 x 8 do. Not measured.
    efficiency: u32,
}

impl<E: Copy> Tile<E> {
    /// Those of a kernel, with the efficiency of each of its variants.
    pub(super) fn of(
        kernel: &'static Kernel,
        entries: E,
        efficiencies: &'static [u32],
    ) -> impl Iterator<Item = Tile<E>> + use<E> {
        debug_assert_eq!(kernel.variants.len(), efficiencies.len());
        kernel.variants.iter().zip(efficiencies).map(move |(variant, &efficiency)| Tile {
            entries,
            variant,
            efficiency,
        })
    }

    /// The same where it takes `steps` in place of so many others.
    pub(super) fn slowed(self, steps: u64, others: u64) -> Tile<E> {
        let efficiency = u64::from(self.efficiency) * others / steps.max(1);
        Tile { efficiency: efficiency.clamp(1, 100) as u32, ..self }
    }

    /// Rows and columns of sums of a workgroup.
    fn shape(&self) -> [u32; 2] {
        ["TILE_M", "TILE_N"].map(|name| self.variant.constant(name))
    }

    /// Whether it is the tile that the caller named, if one was named.
    pub(super) fn is_wanted(&self, wanted: Option<[u32; 2]>) -> bool {
        wanted.is_none_or(|shape| shape == self.shape())
    }

    fn fits(&self, limits: &DeviceLimits) -> bool {
        self.variant.workgroup_size() <= limits.max_invocations_per_workgroup
            && self.variant.workgroup_bytes <= limits.max_workgroup_storage_bytes
    }
}

/// Loop tests of an invocation that multiplies so many steps of TILE_K rows, 8 rows an iteration of the inner loop.
pub(super) fn iterations(variant: &Variant, steps: u64) -> u64 {
    loop_tests(&[steps, u64::from(variant.constant("TILE_K") / 8)])
}

/// What is to be covered by tiles: so many matrices (groups, classes) of sums of so many rows and columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Product {
    pub rows: u64,
    pub columns: u64,
    pub copies: u64,
}

impl Product {
    /// Tiles along rows and columns.
    fn tiles(&self, variant: &Variant) -> [u64; 2] {
        let [m, n] = ["TILE_M", "TILE_N"].map(|name| u64::from(variant.constant(name)));
        [self.rows.div_ceil(m), self.columns.div_ceil(n)]
    }

    /// Workgroups, one a tile.
    pub(super) fn workgroups(&self, variant: &Variant) -> u64 {
        let [down, across] = self.tiles(variant);
        down.saturating_mul(across).saturating_mul(self.copies)
    }

    pub(super) fn invocations(&self, variant: &Variant) -> u64 {
        self.workgroups(variant).saturating_mul(variant.workgroup_size().into())
    }

    /// How long the product takes by this tile, in a unit that all tiles share. Three things count:
    /// - the sums that are computed, those behind the last row and column included;
    /// - the tile's efficiency, by which large tiles win where they waste nothing;
    /// - how much of the device has work: what fewer invocations than fill it leave idle, by which small tiles win where the
    ///   product is small. `slices` says into how many slices the terms are split to have more invocations.
    fn time<E: Copy>(&self, tile: &Tile<E>, limits: &DeviceLimits, slices: impl Fn(u64) -> u64) -> f64 {
        let invocations = self.invocations(tile.variant);
        let [m, n] = ["TILE_M", "TILE_N"].map(|name| f64::from(tile.variant.constant(name)));
        let sums = self.workgroups(tile.variant) as f64 * m * n;
        let busy = invocations.saturating_mul(slices(invocations)) as f64 / f64::from(limits.fill_invocations.max(1));
        sums / f64::from(tile.efficiency) / busy.min(1.0)
    }

    /// The tile that takes the least time of those that the device allows; `slices` as in [`Product::time`], for so many
    /// invocations a slice.
    pub(super) fn best_tile<E: Copy>(
        &self,
        tiles: impl Iterator<Item = Tile<E>>,
        limits: &DeviceLimits,
        slices: impl Fn(u64) -> u64,
    ) -> Option<Tile<E>> {
        let time = |tile: &Tile<E>| self.time(tile, limits, &slices);
        tiles.filter(|tile| tile.fits(limits)).min_by(|a, b| time(a).total_cmp(&time(b)))
    }

    /// The tiles that may be the fastest, best first, for tuning to measure: those that [`Product::time`] does not put far
    /// behind the best one.
    pub(super) fn plausible_tiles<E: Copy>(
        &self,
        tiles: impl Iterator<Item = Tile<E>>,
        limits: &DeviceLimits,
        slices: impl Fn(u64) -> u64,
    ) -> Vec<[u32; 2]> {
        const MOST: usize = 3;
        const BEHIND: f64 = 1.5;
        let timed = |tile: Tile<E>| (self.time(&tile, limits, &slices), tile.shape());
        let mut timed: Vec<(f64, [u32; 2])> = tiles.filter(|tile| tile.fits(limits)).map(timed).collect();
        timed.sort_by(|a, b| a.0.total_cmp(&b.0));
        let best = timed.first().map_or(0.0, |tile| tile.0);
        timed.into_iter().take(MOST).filter(|tile| tile.0 <= BEHIND * best).map(|tile| tile.1).collect()
    }

    /// Why this tile.
    pub(super) fn note(&self, variant: &Variant) -> String {
        let [m, n] = ["TILE_M", "TILE_N"].map(|name| u64::from(variant.constant(name)));
        let [down, across] = self.tiles(variant);
        let used = (self.rows * self.columns) as f64 / (down * m * across * n) as f64;
        format!(
            "tiles of {m} x {n}, {down} x {across} of them for {} x {} sums ({:.0} % used), {} times: the least padding, idle \
             invocations and overhead together",
            self.rows,
            self.columns,
            100.0 * used,
            self.copies,
        )
    }
}
