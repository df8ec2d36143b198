//! Gathers by subgroups whose lanes own the same cells of two rows.

use super::{CELLS, Choice, has_zeros, keeps_rows, store_tests, tile_time};
use crate::conv::gather::Gather;
use crate::kernel::{self, EntryPoint, Variant};
use crate::plan::{DeviceLimits, loop_tests};
use crate::window::GatherAxis;

/// Fours of a row with a lane behind the last one, which owns none, from which on the kernels of four classes are the faster.
const LEAST_FOURS: u32 = 4;

/// Where a lane without outputs, or a last row without a second, costs less than two rows a lane save.
struct Least {
    /// Fours of a row with a lane behind the last one, which owns none.
    fours: u32,
    /// Rows of an odd number.
    rows: u32,
}

/// The kernels of one row with three taps read little more; of other numbers of taps they read one cell for each.
fn least(taps: u32) -> Least {
    if taps == 3 { Least { fours: 4, rows: 5 } } else { Least { fours: 2, rows: 3 } }
}

/// The kernel for one class of outputs, of which lanes own two rows. `None` where it is another's turn: other strides and kernels, and
/// heights of which many rows would have no second.
pub(super) fn two_rows(gather: &Gather, limits: &DeviceLimits) -> Option<Choice> {
    let w = &gather.axes[2];
    if w.classes.len() != 1 || w.tap_step != 1 || w.target_stride != 1 || !has_zeros(gather) {
        return None;
    }
    let choice = match w.source_stride {
        1 => with_stride_1(gather)?,
        2 => with_stride_2(gather)?,
        _ => return None,
    };
    has_pairs_of_rows(gather, choice.variant, limits).then_some(choice)
}

fn with_stride_1(gather: &Gather) -> Option<Choice> {
    let w = &gather.axes[2];
    if keeps_rows(gather) && w.source.is_multiple_of(CELLS) && w.begins_in_middle() {
        let entries: [&'static EntryPoint; 2] =
            [&kernel::SUBGROUP_TWO_ROWS_ALIGNED, &kernel::SUBGROUP_TWO_ROWS_ALIGNED_BIAS];
        return Some(Choice::new(entries, least_of(entries, gather, |_| true)?).binding_twice());
    }
    let entries: [&'static EntryPoint; 2] = [&kernel::SUBGROUP_TWO_ROWS_ANY, &kernel::SUBGROUP_TWO_ROWS_ANY_BIAS];
    with_idle(gather, entries, least_of(entries, gather, |_| true)?, least(w.taps).fours)
}

fn with_stride_2(gather: &Gather) -> Option<Choice> {
    let w = &gather.axes[2];
    let aligned: [&'static EntryPoint; 2] = if w.target.is_multiple_of(CELLS) {
        [&kernel::SUBGROUP_ROWS_STRIDE2_ALIGNED, &kernel::SUBGROUP_ROWS_STRIDE2_ALIGNED_BIAS]
    } else {
        [&kernel::SUBGROUP_ROWS_STRIDE2_FROM_FOURS, &kernel::SUBGROUP_ROWS_STRIDE2_FROM_FOURS_BIAS]
    };
    // Every lane's own cells begin in the row, and what is beside them is its neighbours', or there is none.
    let in_fours = w.source.is_multiple_of(CELLS) && w.source.div_ceil(2 * CELLS) == w.most_cells().div_ceil(CELLS);
    let begins = |variant: &Variant| variant.constant("BEFORE") as i32 == -w.classes[0].start;
    if in_fours && let Some(variant) = least_of(aligned, gather, begins) {
        return Some(Choice::new(aligned, variant).binding_twice());
    }
    // Of three taps as much is read for as many products by the kernel of one row.
    if w.taps == 3 && w.idle_cells(CELLS) > 0 {
        return None;
    }
    let any: [&'static EntryPoint; 2] = [&kernel::SUBGROUP_ROWS_STRIDE2_ANY, &kernel::SUBGROUP_ROWS_STRIDE2_ANY_BIAS];
    with_idle(gather, any, least_of(any, gather, |_| true)?, least(w.taps).fours)
}

/// Of the variants for the taps along w that suit, the one that takes the least time.
fn least_of(
    entries: [&'static EntryPoint; 2],
    gather: &Gather,
    suits: impl Fn(&Variant) -> bool,
) -> Option<&'static Variant> {
    let variants = entries[0].kernel().variants.iter();
    variants
        .filter(|variant| variant.constant("TAPS") == gather.axes[2].taps && suits(variant))
        .min_by_key(|variant| tile_time(variant, gather.outputs))
}

/// With a lane behind the last one of a row where outputs need what only it would read. `None` if that is too much of a row.
fn with_idle(
    gather: &Gather,
    entries: [&'static EntryPoint; 2],
    variant: &'static Variant,
    least_fours: u32,
) -> Option<Choice> {
    let w = &gather.axes[2];
    let idle = w.idle_cells(CELLS);
    let suits = idle == 0 || w.most_cells().div_ceil(CELLS) >= least_fours;
    suits.then_some(Choice { idle, ..Choice::new(entries, variant) })
}

/// Whether lanes can own two rows of the only class, and there are not many that are not there.
fn has_pairs_of_rows(gather: &Gather, variant: &Variant, limits: &DeviceLimits) -> bool {
    let [class] = &gather.axes[1].classes[..] else { return false };
    let [d, h, _] = gather.most_taps();
    let fits = loop_tests(&[d * h]) + store_tests(variant) <= limits.max_loop_iterations.into();
    fits && (class.cells.is_multiple_of(2) || class.cells >= least(gather.axes[2].taps).rows)
}

/// The kernel whose lanes own all four classes of an input gradient with stride 2 along h and w. `None` where it is another's turn.
pub(super) fn four_classes(gather: &Gather, limits: &DeviceLimits) -> Option<Choice> {
    let [_, h, w] = &gather.axes;
    // Of rows whose pairs have a second one, and more channels than half a tile.
    if gather.outputs <= 4 || h.most_cells() < 2 || !has_zeros(gather) {
        return None;
    }
    let classes = |axis: &GatherAxis| match axis.classes[..] {
        [even, odd] if axis.target_stride == 2 && axis.source_stride == 1 && axis.tap_step == 1 => {
            Some([even.taps as i32, odd.taps as i32, odd.start - even.start])
        }
        _ => None,
    };
    let of_both = classes(w).filter(|of_w| classes(h) == Some(*of_w))?;
    let suits = |variant: &&Variant| ["EVEN", "ODD", "ODD_FIRST"].map(|name| variant.constant(name) as i32) == of_both;
    let variant = kernel::SUBGROUP_CLASSES_ANY_KERNEL.variants.iter().find(suits)?;
    let fits =
        loop_tests(&[u64::from(gather.axes[0].taps)]) + store_tests(variant) <= limits.max_loop_iterations.into();
    if !fits {
        return None;
    }
    let begins = |variant: &&Variant| variant.constant("BEFORE") as i32 == -w.classes[0].start;
    let mut aligned = kernel::SUBGROUP_CLASSES_ALIGNED_KERNEL.variants.iter().filter(suits);
    // What is beside a lane's own cells is its neighbours', or there is none.
    let in_fours = w.source.is_multiple_of(CELLS) && w.source <= w.most_cells().next_multiple_of(CELLS);
    if let Some(variant) = aligned.find(begins).filter(|_| in_fours) {
        let entries = [&kernel::SUBGROUP_CLASSES_ALIGNED, &kernel::SUBGROUP_CLASSES_ALIGNED_BIAS];
        return Some(Choice::new(entries, variant).binding_twice());
    }
    with_idle(gather, [&kernel::SUBGROUP_CLASSES_ANY, &kernel::SUBGROUP_CLASSES_ANY_BIAS], variant, LEAST_FOURS)
}
