//! A gather of groups with one channel and one output each: nothing is shared between groups, so that there is no matrix
//! product to be made of it.

use super::{Gather, Method};
use crate::error::Result;
use crate::kernel;
use crate::plan::Algorithm;

/// Rows that an invocation owns.
const ROWS: u64 = 4;

/// The kernel keeps the taps of an axis as bits.
const MOST_TAPS: u64 = 31;

pub(super) fn method(gather: &Gather) -> Result<Method> {
    if gather.channels != 1 || gather.outputs != 1 {
        return Err(Algorithm::Depthwise.unavailable("groups have more than one channel"));
    }
    if gather.most_taps().iter().any(|&taps| taps > MOST_TAPS) {
        return Err(Algorithm::Depthwise.unavailable("an axis has more than 31 taps"));
    }
    Ok(Method {
        entries: [&kernel::DEPTHWISE, &kernel::DEPTHWISE_BIAS],
        variant: &kernel::DEPTHWISE_KERNEL.variants[0],
        tile_m: 1,
        source_twice: false,
        by_channel: false,
        workgroups,
        iterations,
        note: None,
    })
}

fn workgroups(gather: &Gather, method: &Method, samples: u64) -> u64 {
    let [d, h, w] = gather.most_cells();
    let invocations = samples * u64::from(gather.groups) * gather.classes() * d * h.div_ceil(ROWS) * w;
    invocations.div_ceil(method.variant.workgroup_size().into())
}

/// A loop costs one test more than it has iterations.
fn iterations(gather: &Gather, _: &Method, _channels: u64) -> u64 {
    let [d, h, w] = gather.most_taps();
    d * h * w + 2 * (d * h + d) + 2
}
