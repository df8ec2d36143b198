//! A gather by subgroups of 8 lanes: for software devices.

use super::{Gather, Method, overrides};
use crate::error::Result;
use crate::kernel::{self, KernelKey};
use crate::plan::{Algorithm, DeviceLimits};

/// Cells of a row that a lane owns.
const CELLS: u64 = 4;

pub(super) fn method(gather: &Gather, limits: &DeviceLimits) -> Result<Method> {
    let kernel = &kernel::GATHER_SUBGROUP_KERNEL;
    if limits.subgroup_size != kernel.subgroup_size {
        return Err(Algorithm::Subgroup.unavailable("it needs subgroups of exactly 8 invocations"));
    }
    let variant = &kernel.variants[0];
    let overrides = overrides(gather);
    let key = |entry| KernelKey::new(entry, variant, &overrides);
    Ok(Method {
        kernels: [key(&kernel::GATHER_SUBGROUP), key(&kernel::GATHER_SUBGROUP_BIAS)],
        tile_m: variant.constant("TILE_M"),
        workgroups,
        iterations,
    })
}

fn workgroups(gather: &Gather, samples: u64) -> u64 {
    let [d, h, w] = gather.axes.each_ref().map(|axis| u64::from(axis.most_cells()));
    let lanes = u64::from(kernel::GATHER_SUBGROUP_KERNEL.subgroup_size);
    (samples * d * h * w.div_ceil(CELLS)).div_ceil(lanes)
}

/// A loop costs one test more than it has iterations.
fn iterations(gather: &Gather, channels: u64) -> u64 {
    let most_taps = |axis: &crate::window::GatherAxis| axis.classes.iter().map(|class| u64::from(class.taps)).max();
    let [d, h, w] = gather.axes.each_ref().map(|axis| most_taps(axis).unwrap_or(0));
    channels.saturating_mul(d.saturating_mul(h.saturating_mul(w + 2) + 2) + 2) + 2
}
