//! A gather by subgroups of 8 lanes: for software devices.

mod rows;

use super::super::strip;
use super::{Abilities, Gather, Method};
use crate::error::Result;
use crate::kernel::{self, EntryPoint, Kernel, Variant};
use crate::layout::Layout;
use crate::padding_mode::PaddingMode;
use crate::plan::{Algorithm, DeviceLimits, loop_tests};
use crate::window::GatherAxis;

/// Cells of a row that a lane owns, of one four.
const CELLS: u32 = 4;

/// Channels that the kernels for channels last read at once.
const FOUR: u32 = 4;

/// Invocations of a subgroup.
const LANES: u64 = 8;

pub(super) fn method(gather: &Gather, limits: &DeviceLimits) -> Result<Method> {
    let last = last_for(gather);
    let is_last = last.is_some();
    let Choice { entries, variant, twice, idle } = last.unwrap_or_else(|| choose(gather, limits));
    if limits.subgroup_size != entries[0].kernel().subgroup_size {
        return Err(Algorithm::Subgroup.unavailable("it needs subgroups of exactly 8 invocations"));
    }
    Ok(Method {
        entries,
        variant,
        packs: true,
        reads_zeros: false,
        tile_m: variant.constant("TILE_M"),
        source_twice: twice,
        stores: Abilities::FEW,
        side_entries: None,
        by_channel: false,
        idle,
        workgroups,
        most_workgroups: super::MOST_WORKGROUPS,
        iterations: if is_last { iterations_of_fours } else { iterations },
        note: None,
    })
}

/// A kernel with its constants.
struct Choice {
    /// Without and with bias.
    entries: [&'static EntryPoint; 2],
    variant: &'static Variant,
    /// Whether it binds the source a second time.
    twice: bool,
    /// Cells behind a row that lanes read and do not own.
    idle: u32,
}

impl Choice {
    fn new(entries: [&'static EntryPoint; 2], variant: &'static Variant) -> Choice {
        Choice { entries, variant, twice: false, idle: 0 }
    }

    /// With the tile for so many outputs.
    fn of_tile(entries: [&'static EntryPoint; 2], gather: &Gather) -> Choice {
        let variants = entries[0].kernel().variants;
        Choice::new(entries, tile_for(variants, gather.outputs, gather.axes[2].source_stride))
    }

    fn binding_twice(self) -> Choice {
        Choice { twice: true, ..self }
    }
}

/// The kernel that reads four channels of a cell at once, where there are fours: it writes so too where it can.
fn last_for(gather: &Gather) -> Option<Choice> {
    let fours = |layout, channels: u32| layout == Layout::ChannelsLast && channels.is_multiple_of(FOUR);
    if !fours(gather.source_layout, gather.channels) {
        return None;
    }
    let entries: [&'static EntryPoint; 2] = if fours(gather.target_layout, gather.outputs) {
        [&kernel::SUBGROUP_LAST, &kernel::SUBGROUP_LAST_BIAS]
    } else {
        [&kernel::SUBGROUP_FROM_LAST, &kernel::SUBGROUP_FROM_LAST_BIAS]
    };
    Some(Choice::new(entries, tile_for(entries[0].kernel().variants, gather.outputs, last_stride(gather))))
}

/// The STRIDE of the variants that read the least.
fn last_stride(gather: &Gather) -> u32 {
    let w = &gather.axes[2];
    if gather.axes.iter().all(GatherAxis::is_pointwise) {
        return 2;
    }
    u32::from(w.source_stride == 1 && w.tap_step == 1 && w.taps > 1)
}

/// The kernel that reads the source with the fewest loads.
fn choose(gather: &Gather, limits: &DeviceLimits) -> Choice {
    let of_tile = |entries| Choice::of_tile(entries, gather);
    let w = &gather.axes[2];
    let one_class = w.classes.len() == 1;
    // In fours of cells.
    let aligned = keeps_rows(gather) && w.source.is_multiple_of(CELLS);
    if gather.axes.iter().all(GatherAxis::is_pointwise) && aligned {
        return of_tile([&kernel::SUBGROUP_POINTWISE, &kernel::SUBGROUP_POINTWISE_BIAS]);
    }
    if let Some(few) = few_for(gather) {
        return few;
    }
    if is_single(gather) {
        return of_tile([&kernel::SUBGROUP_SINGLE, &kernel::SUBGROUP_SINGLE_BIAS]);
    }
    if let Some(four) = rows::four_classes(gather, limits) {
        return four;
    }
    if let Some(variant) = pair_variant(gather) {
        return Choice::new([&kernel::SUBGROUP_PAIR, &kernel::SUBGROUP_PAIR_BIAS], variant);
    }
    // Fewer taps read no less by sliding: it begins with the cells of the first STRIDE taps, and reads one behind the last.
    let [_, _, taps] = gather.most_taps();
    let slides = w.tap_step == 1 && (w.source_stride == 1 && taps > 1 || w.source_stride == 2 && taps > 3);
    let slide: [&'static EntryPoint; 2] = [&kernel::SUBGROUP_SLIDE, &kernel::SUBGROUP_SLIDE_BIAS];
    // It alone has a tile of four rows.
    if slides && gather.outputs <= 4 {
        return of_tile(slide);
    }
    if let Some(two_rows) = rows::two_rows(gather, limits) {
        return two_rows;
    }
    if w.taps == 3 && one_class && w.source_stride == 1 && w.tap_step == 1 {
        // Also where depth and height have classes.
        if aligned && w.begins_in_middle() {
            return of_tile([&kernel::SUBGROUP_ROW3_ALIGNED, &kernel::SUBGROUP_ROW3_ALIGNED_BIAS]).binding_twice();
        }
        return of_tile([&kernel::SUBGROUP_ROW3, &kernel::SUBGROUP_ROW3_BIAS]);
    }
    if w.taps == 3 && one_class && w.source_stride == 2 && w.tap_step == 1 && gather.is_channels_first() {
        let variant = &kernel::SUBGROUP_ROW3_STRIDE2_ALIGNED_KERNEL.variants[0];
        if has_zeros(gather) && strip::is_aligned(variant, w.source, w.target, w.classes[0].start) {
            let entries = [&kernel::SUBGROUP_ROW3_STRIDE2_ALIGNED, &kernel::SUBGROUP_ROW3_STRIDE2_ALIGNED_BIAS];
            return of_tile(entries).binding_twice();
        }
        return of_tile([&kernel::SUBGROUP_ROW3_STRIDE2_ANY, &kernel::SUBGROUP_ROW3_STRIDE2_ANY_BIAS]);
    }
    if slides {
        return of_tile(slide);
    }
    of_tile([&kernel::SUBGROUP_TAPS, &kernel::SUBGROUP_TAPS_BIAS])
}

/// Whether a kernel may take what is beside a row for zeros; without padding nothing is.
fn has_zeros(gather: &Gather) -> bool {
    gather.border() == PaddingMode::Zeros && gather.is_channels_first()
}

/// Whether rows of the target are as long as those of the source, with zeros beside them, or nothing.
fn keeps_rows(gather: &Gather) -> bool {
    let w = &gather.axes[2];
    has_zeros(gather) && w.classes.len() == 1 && w.target_stride == 1 && w.source == w.target
}

/// Whether no class has more than one tap, as those of a kernel of one tap, and another kernel does not sum two classes at once.
fn is_single(gather: &Gather) -> bool {
    gather.most_taps().iter().all(|&taps| taps <= 1) && pair_variant(gather).is_none()
}

/// The kernel whose lanes own pairs of rows of few channels. `None` where it is another's turn: more channels, other strides, and a
/// single row.
fn few_for(gather: &Gather) -> Option<Choice> {
    let [_, h, w] = &gather.axes;
    // One class, or two of which the second begins with the first or a cell behind.
    let pairs = |axis: &GatherAxis| match &axis.classes[..] {
        [_] => axis.target_stride == 1,
        [first, second] => {
            axis.target_stride == 2
                && (first.taps == 0 || second.taps == 0 || (0..=1).contains(&(second.start - first.start)))
        }
        _ => false,
    };
    let suits_axes = [h, w].into_iter().all(|axis| axis.source_stride == 1 && axis.tap_step == 1 && pairs(axis));
    if gather.outputs > 3 || !suits_axes || h.target < 2 || gather.border() != PaddingMode::Zeros {
        return None;
    }
    // Cells of a class without taps are stored too, which the kernels for one class do not.
    if w.classes.len() == 2 && w.classes.iter().any(|class| class.taps == 0) {
        return None;
    }
    let even = w.classes[0];
    let (odd, first) = match w.classes.get(1) {
        Some(odd) => (odd.taps, u32::try_from(odd.start - even.start).ok()?),
        None => (0, 0),
    };
    let suits = |variant: &&Variant| {
        ["EVEN", "ODD", "ODD_FIRST"].map(|name| variant.constant(name)) == [even.taps, odd, first]
            && variant.constant("ROWS") >= gather.outputs
    };
    // The fours of a row beside a lane's own are its neighbours', or there are none.
    let cells = 2 * CELLS;
    let in_fours = [w.source, w.target].into_iter().all(|extent| extent.is_multiple_of(CELLS))
        && w.source.div_ceil(cells) <= w.most_cells().div_ceil(cells)
        && gather.is_channels_first();
    let mut aligned = kernel::SUBGROUP_FEW_ALIGNED_KERNEL.variants.iter().filter(|_| in_fours);
    let begins = |variant: &&Variant| -i64::from(variant.constant("BEFORE")) == i64::from(even.start);
    if let Some(variant) = aligned.find(|variant| suits(variant) && begins(variant)) {
        return Some(Choice::new([&kernel::SUBGROUP_FEW_ALIGNED, &kernel::SUBGROUP_FEW_ALIGNED_BIAS], variant));
    }
    let variant = kernel::SUBGROUP_FEW_ANY_KERNEL.variants.iter().find(suits)?;
    Some(Choice::new([&kernel::SUBGROUP_FEW_ANY, &kernel::SUBGROUP_FEW_ANY_BIAS], variant))
}

/// Of the kernel that owns both classes along w of an input gradient with stride 2, that for their taps. `None` where it is another's
/// turn: few rows, of which other kernels have smaller tiles, and classes of more taps or further apart.
fn pair_variant(gather: &Gather) -> Option<&'static Variant> {
    let axis = &gather.axes[2];
    let [even, odd] = &axis.classes[..] else { return None };
    if gather.outputs <= 8 || axis.source_stride != 1 || axis.tap_step != 1 || axis.target_stride != 2 {
        return None;
    }
    let begin = even.start.min(odd.start);
    let end = [even, odd].map(|class| class.start + class.taps as i32).into_iter().max()?;
    let most = if even.taps + odd.taps == 4 { 3 } else { 2 };
    let suits = |variant: &&Variant| ["EVEN", "ODD"].map(|name| variant.constant(name)) == [even.taps, odd.taps];
    (end - begin <= most).then(|| kernel::SUBGROUP_PAIR_KERNEL.variants.iter().find(suits)).flatten()
}

/// The tile that takes the least time for so many rows, of the kernels for this stride.
pub(crate) fn tile_for(variants: &'static [Variant], rows: u32, stride: u32) -> &'static Variant {
    let suits = |variant: &&Variant| [0, stride].contains(&variant.constant("STRIDE"));
    variants.iter().filter(suits).min_by_key(|variant| tile_time(variant, rows)).unwrap_or(&variants[0])
}

/// What so many rows take in tiles of this variant, of which only ratios count. A product of 16 rows takes about two thirds of the
/// time of one of 32, one of 8 half of it: what is read for the columns is the same.
pub(crate) fn tile_time(variant: &Variant, rows: u32) -> u64 {
    let tile = variant.constant("TILE_M");
    let time = match tile {
        4 => 5,
        8 => 6,
        16 => 8,
        _ => 12,
    };
    u64::from(rows.div_ceil(tile)) * time
}

fn workgroups(gather: &Gather, method: &Method, samples: u64) -> u64 {
    if method.variant.constant("ROWS") > 0 {
        // A lane owns a pair of rows, and eight cells of all classes along w.
        let [d, _, w] = gather.most_cells();
        let blocks = samples * d * u64::from(gather.axes[1].target).div_ceil(2) * w.div_ceil(2 * u64::from(CELLS));
        return u64::from(gather.groups) * gather.axes[0].classes.len() as u64 * blocks.div_ceil(LANES);
    }
    let classes = gather.classes() / u64::from(classes_of_lane(method.variant));
    let tiles = u64::from(gather.groups) * u64::from(gather.outputs.div_ceil(method.tile_m)) * classes;
    let [d, h, w] = gather.most_cells();
    // LANE_CELLS of the kernels.
    let cells = if method.tile_m == 4 || method.variant.constant("LANE_FOURS") == 2 { 2 * CELLS } else { CELLS };
    let rows = method.variant.constant("LANE_ROWS").max(1);
    let across = (w + u64::from(method.idle)).div_ceil(cells.into());
    tiles * (samples * d * h.div_ceil(rows.into()) * across).div_ceil(LANES)
}

/// Classes of which a lane owns cells: both along w, and of the kernels whose lanes own several rows both along h.
fn classes_of_lane(variant: &Variant) -> u32 {
    match (variant.constant("EVEN"), variant.constant("LANE_ROWS")) {
        (0, _) => 1,
        (_, 2) => 4,
        _ => 2,
    }
}

/// Loop tests of the stores of a tile of the kernels by subgroups, four rows at a time: of both rows of a plane, of both classes, of all
/// four of two rows, or of the second four cells that a lane has.
fn store_tests(variant: &Variant) -> u64 {
    let tile = variant.constant("TILE_M");
    if classes_of_lane(variant) == 4 {
        return loop_tests(&[u64::from(2 * tile)]);
    }
    let is_twice = tile == 4
        || variant.constant("LANE_ROWS") == 2
        || variant.constant("LANE_FOURS") == 2
        || variant.constant("EVEN") > 0;
    loop_tests(&[u64::from(tile / 4) * (1 + u64::from(is_twice))])
}

/// The kernels that go along a row of taps in a loop of its own; the others have one loop over all that they sum.
const NESTED: [&Kernel; 3] =
    [&kernel::SUBGROUP_SLIDE_KERNEL, &kernel::SUBGROUP_LAST_KERNEL, &kernel::SUBGROUP_FROM_LAST_KERNEL];

/// TOUCHED of subgroup_pointwise.wgsl.
const TOUCHED: u64 = 32;

fn iterations(gather: &Gather, method: &Method, channels: u64) -> u64 {
    let [d, h, w] = gather.most_taps();
    let kernel = method.entries[0].kernel();
    let is = |other: &Kernel| std::ptr::eq(kernel, other);
    if method.variant.constant("ROWS") > 0 {
        // A pair of rows reads a row of the source more than one of them; the stores loop over both, and their channels.
        return loop_tests(&[channels.saturating_mul(d * (h + 1))]).saturating_add(loop_tests(&[2, 3]));
    }
    // All rows under a lane's cells are read at once where it owns all classes.
    let rows = channels.saturating_mul(if classes_of_lane(method.variant) == 4 { d } else { d * h });
    let sums = if is(&kernel::SUBGROUP_POINTWISE_KERNEL) {
        // Some channels at a time, in two loops that go by twos.
        rows.next_multiple_of(2).saturating_add(3 * rows.div_ceil(TOUCHED) + 3)
    } else if NESTED.into_iter().any(is) {
        loop_tests(&[rows, w])
    } else if is(&kernel::SUBGROUP_TAPS_KERNEL) {
        loop_tests(&[rows.saturating_mul(w)])
    } else {
        loop_tests(&[rows])
    };
    sums.saturating_add(store_tests(method.variant))
}

fn iterations_of_fours(gather: &Gather, method: &Method, channels: u64) -> u64 {
    iterations(gather, method, channels.div_ceil(FOUR.into()))
}
